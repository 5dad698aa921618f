package audience

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// The kinds of ledger entry about sending an audience.
const (
	SendAsked ledger.Kind = "audience.send_asked"
	SendEnded ledger.Kind = "audience.send_ended"
)

// A Send is one sending of an audience to an endpoint. It is a row of a
// ledger.Change.
//
// The endpoint is told of who has come and who has left since it was sent last,
// each by a hook of its own: what holds is asked once more when that is written,
// and a version tells it from what the person said since.
type Send struct {
	ID       string
	Audience string
	Endpoint string // ID of the hook.Target
	Back     bool   // everybody leaves: the audience is taken back
	State    SendState
	By       ledger.Actor
	At       time.Time
	EndedAt  time.Time
	After    string // the place among people that it has come to
	Count    Count
	Joined   int
	Left     int
	// As is the audience as it was when this was asked for: a change of it since
	// is for the next. Its ID is "" in one that an older release has written.
	As Audience
}

// To returns the system that s goes to.
func (s *Send) To() string {
	system, _, _ := strings.Cut(s.Endpoint, "/")
	return system
}

func (s *Send) underWay() bool { return s.State == SendWaits || s.State == SendRuns }

// A SendState says how far a sending is.
type SendState string

// The states of a sending.
const (
	SendWaits  SendState = "waiting"
	SendRuns   SendState = "running"
	SendDone   SendState = "done"
	SendFailed SendState = "failed" // the declaration no longer allows it
)

// A Place is where somebody stands in an audience at an endpoint. It is a row of
// a ledger.Change of the subject.
type Place struct {
	hook.Group
	Endpoint string
	Send     string // that put them there
}

// A SendStore keeps sendings.
type SendStore interface {
	Store
	// Sends returns the sendings of an audience, the newest first.
	Sends(ctx context.Context, audience string) ([]Send, error)
	// NextSend returns the oldest that is not at its end; errs.NotFound for none.
	NextSend(ctx context.Context) (Send, error)
	// Places returns where those of subjects stand who are or were in an
	// audience at an endpoint.
	Places(ctx context.Context, audience, endpoint string, subjects []id.Subject) (map[id.Subject]Place, error)
	// Sent returns to which endpoints an audience was sent that has people there
	// still.
	Sent(ctx context.Context, audience string) ([]string, error)
}

// A Sender sends audiences. It is safe for concurrent use.
type Sender struct {
	*Service
	store   SendStore
	targets func() []hook.Target
	mayHave func(system, name string) bool
}

// NewSender returns a Sender. targets and mayHave, which tells whether a system
// may have a field or kind of activity, are asked at every call.
func NewSender(s *Service, store SendStore, targets func() []hook.Target, mayHave func(system, name string) bool) *Sender {
	return &Sender{s, store, targets, mayHave}
}

// Fits are the endpoints that an audience can be sent to: about its purpose and
// brand, and of a system that may know what its condition looks at, since who is
// in it tells that.
func (s *Sender) Fits(a *Audience) []hook.Target {
	var all []hook.Target
	for _, t := range s.targets() {
		looks := append(a.Where.Fields(), a.Where.Kinds()...)
		if t.TakesGroups(a.Purpose, a.Brand) && !slices.ContainsFunc(looks, func(name string) bool { return !s.mayHave(t.System, name) }) {
			all = append(all, t)
		}
	}
	return all
}

// Ask has an audience sent to an endpoint, or taken back from it. The error is
// Invalid for an endpoint that it cannot be sent to, and Conflict while another
// sending of it is under way, or when the declaration no longer allows it. What is
// to be done with it, as using up the approval of it, is done with it or not at
// all.
func (s *Sender) Ask(ctx context.Context, a *Audience, endpoint string, back bool, by ledger.Actor, with ...ledger.Change) (Send, error) {
	one := Send{ID: id.New(), Audience: a.ID, Endpoint: endpoint, Back: back, State: SendWaits, By: by, At: s.clock.Now(), Count: newCount(), As: *a}
	if !back {
		if _, err := usable(s.schema(), a); err != nil {
			return one, err
		}
		if !slices.ContainsFunc(s.Fits(a), func(t hook.Target) bool { return t.ID == endpoint }) {
			return one, errs.InvalidFields(errs.At("endpoint", "audience.error.endpoint"))
		}
	}
	before, err := s.store.Sends(ctx, a.ID)
	if err != nil {
		return one, err
	}
	if slices.ContainsFunc(before, func(b Send) bool { return b.Endpoint == endpoint && b.underWay() }) {
		return one, errs.New(errs.Conflict, "audience.error.under_way")
	}
	c := s.change(a, SendAsked, by, Trace{Endpoint: endpoint, Back: back}, one)
	for _, w := range with {
		c.Entries, c.Rows = append(c.Entries, w.Entries...), append(c.Rows, w.Rows...)
	}
	_, err = s.Service.store.Commit(ctx, c)
	return one, err
}

// Sendings returns the sendings of an audience, the newest first.
func (s *Sender) Sendings(ctx context.Context, a *Audience) ([]Send, error) {
	return s.store.Sends(ctx, a.ID)
}

// Out tells whether somebody is in an audience at an endpoint, or may come to be
// by a sending that is under way.
func (s *Sender) Out(ctx context.Context, a *Audience) (bool, error) {
	sent, err := s.store.Sent(ctx, a.ID)
	if err != nil || len(sent) > 0 {
		return true, err
	}
	all, err := s.store.Sends(ctx, a.ID)
	return slices.ContainsFunc(all, func(one Send) bool { return one.underWay() }), err
}

// Remove forgets an audience, unless it is Out: people would be left there.
func (s *Sender) Remove(ctx context.Context, a *Audience, by ledger.Actor) error {
	out, err := s.Out(ctx, a)
	if err == nil && out {
		err = errs.New(errs.Conflict, "audience.error.sent")
	}
	if err != nil {
		return err
	}
	return s.Service.Remove(ctx, a, by)
}

// Change is that of Service. While an audience is Out its purpose and brand
// stay: a system was told of people for them (Art. 5(1)(b) GDPR). The error is
// Conflict.
func (s *Sender) Change(ctx context.Context, was *Audience, to Audience, by ledger.Actor) (Audience, error) {
	to, err := Check(s.schema(), to)
	if err != nil {
		return to, err
	}
	if to.Purpose != was.Purpose || to.Brand != was.Brand {
		out, err := s.Out(ctx, was)
		if err == nil && out {
			err = errs.New(errs.Conflict, "audience.error.purpose_sent")
		}
		if err != nil {
			return to, err
		}
	}
	return s.Service.Change(ctx, was, to, by)
}

// Next goes on with the oldest sending until its end, or that of ctx; then it is
// gone on with by the next call, from the last page of people that was done. It
// is false when there is none.
func (s *Sender) Next(ctx context.Context) (bool, error) {
	one, err := s.store.NextSend(ctx)
	if errors.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	a, err := s.Find(ctx, one.Audience)
	if err == nil && one.As.ID != "" {
		a = one.As
	}
	if err == nil && !one.Back {
		_, err = usable(s.schema(), &a)
	}
	if err == nil {
		err = s.run(ctx, &one, &a)
	}
	switch errs.KindOf(err) {
	case errs.NotFound, errs.Conflict, errs.Invalid:
		one.State, err = SendFailed, nil
	}
	if err != nil {
		return false, err
	}
	if one.State != SendFailed {
		one.State = SendDone
	}
	one.EndedAt = s.clock.Now()
	return true, s.note(ctx, &a, SendEnded, one.By, Trace{Endpoint: one.Endpoint}, one)
}

// run goes over everybody.
func (s *Sender) run(ctx context.Context, one *Send, a *Audience) error {
	if one.State == SendWaits {
		one.State = SendRuns
	}
	v, ok := s.schema().Purpose(a.Purpose)
	if !ok {
		return errs.New(errs.NotFound, "error.no_purpose")
	}
	r := &run{Service: s.Service, schema: s.schema(), audience: a, purpose: v, kinds: a.Where.Kinds(), fields: a.Where.Fields()}
	for {
		page, next, err := s.store.Crowd(ctx, one.After, pageOfPeople)
		if err != nil {
			return err
		}
		if err := s.page(ctx, r, one, page); err != nil {
			return err
		}
		if one.After = next; next == "" {
			return nil
		}
		// How far it is alone: nothing has ended, and the ledger has the people.
		if _, err := s.store.Commit(ctx, ledger.Change{At: s.clock.Now(), Actor: one.By, Rows: []any{*one}}); err != nil {
			return err
		}
	}
}

// page tells of those of a page who have come or left.
func (s *Sender) page(ctx context.Context, r *run, one *Send, page []Person) error {
	subjects := make([]id.Subject, len(page))
	for i := range page {
		subjects[i] = page[i].Subject
	}
	before, err := s.store.Places(ctx, one.Audience, one.Endpoint, subjects)
	if err != nil {
		return err
	}
	in := map[id.Subject]bool{}
	if !one.Back {
		for i := range page {
			err := r.ask(ctx, &page[i], &one.Count, func(m Member) error {
				in[m.Subject] = true
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	var count sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	for _, subject := range subjects {
		had, known := before[subject]
		// One whom this very sending has placed was counted in a turn that was
		// cut off before it could say so.
		again := known && had.Send == one.ID
		if in[subject] == had.Member && !again {
			continue
		}
		g.Go(func() error {
			if in[subject] != had.Member {
				if err := s.place(ctx, r.audience, one, subject, in[subject]); err != nil {
					return err
				}
			}
			count.Lock()
			defer count.Unlock()
			if in[subject] {
				one.Joined++
			} else {
				one.Left++
			}
			return nil
		})
	}
	return g.Wait()
}

// place writes that somebody has come or left. Who was erased meanwhile is told
// of as that.
func (s *Sender) place(ctx context.Context, a *Audience, one *Send, subject id.Subject, member bool) error {
	kind := hook.GroupLeft
	if member {
		kind = hook.GroupJoined
	}
	_, err := s.store.Commit(ctx, ledger.Change{
		Subject: subject, Base: ledger.AnyVersion, At: s.clock.Now(), Actor: one.By, Brand: a.Brand, Cause: one.ID,
		Entries: []ledger.Draft{{Kind: kind, Payload: hook.GroupTrace{Audience: a.ID, Endpoint: one.Endpoint, Purpose: a.Purpose}}},
		Rows: []any{Place{
			Group: hook.Group{Audience: a.ID, Purpose: a.Purpose, Brand: a.Brand, Member: member}, Endpoint: one.Endpoint, Send: one.ID,
		}},
	})
	if errors.Is(err, errs.Gone) || errors.Is(err, errs.NotFound) {
		return nil
	}
	return err
}
