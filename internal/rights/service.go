package rights

import (
	"context"
	"errors"
	"slices"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

// A Docket is what a subject has asked for, at one moment.
type Docket struct {
	Version  int64     // of the subject
	Requests []Request // newest first
	Freezes  Freezes
	Holds    []PersonHold // on the person, in force
}

// Find returns a request of the docket.
func (d *Docket) Find(r RequestID) (Request, bool) {
	for _, one := range d.Requests {
		if one.ID == r {
			return one, true
		}
	}
	return Request{}, false
}

// A Store keeps requests and what follows from them.
type Store interface {
	// Docket reads requests and freezes of an active subject at one moment;
	// errs.NotFound or errs.Gone for any other.
	Docket(ctx context.Context, subject id.Subject) (Docket, error)
	// Circle returns the subjects that are joined with one, itself among them.
	Circle(ctx context.Context, subject id.Subject) ([]id.Subject, error)
	// Holding counts what is held of a subject.
	Holding(ctx context.Context, subject id.Subject) (Holding, error)
	// Commit writes a change whole or not at all. Of this package it takes
	// Request, Freezes, PersonHold, HoldEnded, Attachment, Erased, Copy and
	// CopyTaken as rows.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)
	// DestroyErased destroys the key of a subject that is erased, and notes
	// when on the certificate. It is errs.NotFound for a subject that is not
	// erased, and may be repeated.
	DestroyErased(ctx context.Context, subject id.Subject, at time.Time) error
	// Copies returns the copies of a subject that can still be taken, newest
	// first.
	Copies(ctx context.Context, subject id.Subject, now time.Time) ([]Copy, error)
	// CopyBody opens a copy that nobody took; errs.Gone after.
	CopyBody(ctx context.Context, subject id.Subject, copied string) ([]byte, error)
	// Attachment opens a file of a request; errs.NotFound for none.
	Attachment(ctx context.Context, subject id.Subject, file string) (Attachment, error)
}

// A Desk does what this package cannot: it knows letters, background work, the
// words of the organisation, and consent.
type Desk interface {
	// Letters prepares the rows of the letters that tell every known contact
	// of r about message, and of the holds that the same change places.
	Letters(ctx context.Context, r Request, message string, placed ...PersonHold) (rows []any, err error)
	// Sent tells whether every letter to a subject has gone out, or was given up.
	Sent(ctx context.Context, subject id.Subject) (bool, error)
	// Work prepares, at now, the row of the work that calls Carry at a time.
	Work(r Request, at, now time.Time) (row any, err error)
	// Bundle makes the file of a copy.
	Bundle(ctx context.Context, r Request) ([]byte, error)
	// Transfer sends that file to the controller that r names. refused says in
	// the person's language why that will never take it, "" when it has; after
	// an error the same may be sent again.
	Transfer(ctx context.Context, r Request) (refused string, err error)
	// StopMarketing ends the purpose that r objects to at once, when it is
	// direct marketing (Art. 21(3) GDPR), and tells whether it was.
	StopMarketing(ctx context.Context, r Request) (bool, error)
	// Keeps returns the values of a subject that have to survive an erasure now:
	// by the duties that are declared, and those of the fields on hold.
	Keeps(ctx context.Context, subject id.Subject, hold Holds) ([]Kept, error)
	// Erased puts what was erased on the erasure list.
	Erased(ctx context.Context) error
	// Names returns those of a person's identifiers by which connected systems
	// that are told of an erasure know them.
	Names(all []identity.Identifier) []identity.Identifier
	// Outcome prepares what commits with the end of r, to which a led: of a
	// correction the value that staff found, or the end of the proposal; of a
	// machine's decision what a human decided instead. It is decided on a version
	// of the subject, and errs.Conflict when there is another by now.
	Outcome(ctx context.Context, r Request, a Act, version int64) (ledger.Change, error)
}

// program is the actor of what the product does by itself.
var program = ledger.Actor{Kind: ledger.ByProgram, ID: "rights"}

// A Service takes requests and moves them. It is safe for concurrent use: of
// two moves made on the same state, the second is decided again on the new one.
type Service struct {
	store Store
	desk  Desk
	clock clock.Clock
}

// NewService returns a Service.
func NewService(s Store, d Desk, c clock.Clock) *Service { return &Service{s, d, c} }

// File takes a request, or finds the open one that it repeats, which known
// tells. What can be done at once is done in the same change.
func (s *Service) File(ctx context.Context, f Filing) (r Request, known bool, err error) {
	f.At = s.clock.Now()
	// Nobody but the person says where their data is sent.
	if f.Kind.Grave() && !f.Proof.Fresh && (!byOther(f.Actor) || f.Matter.Scope == ControllerScope) {
		return r, false, errs.New(errs.Stale, "error.proof_needed")
	}
	fresh, err := New(f)
	if err != nil {
		return r, false, err
	}
	stopped := false
	if f.Kind == Objection {
		if stopped, err = s.desk.StopMarketing(ctx, fresh); err != nil {
			return r, false, err
		}
	}
	err = ledger.Retry(func() error {
		docket, err := s.store.Docket(ctx, f.Subject)
		if err != nil {
			return err
		}
		open, err := s.known(ctx, &fresh, docket)
		if err != nil {
			return err
		}
		if open != nil {
			r, known = *open, true
			return nil
		}
		r = fresh
		return s.file(ctx, &r, f, docket, stopped)
	})
	return r, known, err
}

// known returns the open request that r repeats; nil for none. What was asked in
// another record of the person's is a repeat as well.
func (s *Service) known(ctx context.Context, r *Request, docket Docket) (*Request, error) {
	if open := Link(r, docket.Requests).Known; open != nil {
		return open, nil
	}
	others, err := s.others(ctx, r.Subject)
	return Link(r, others.Requests).Known, err
}

func (s *Service) file(ctx context.Context, r *Request, f Filing, docket Docket, stopped bool) error {
	if err := mayKeep(docket.Requests, len(f.Files), f.At); err != nil {
		return err
	}
	c := newChange(r, f.Actor, f.At, docket)
	if err := s.open(&c, r, f, stopped); err != nil {
		return err
	}
	return s.commit(ctx, c)
}

// open takes r as far as it goes at once.
func (s *Service) open(c *change, r *Request, f Filing, stopped bool) error {
	c.Entries = append(c.Entries, r.entry(RequestInitiated))
	c.attach(r, f.Files)
	start := startOf(r.Kind, stopped)
	if byOther(f.Actor) && r.Kind.Grave() {
		// Whoever took it down or passed it on is not who proved that they ask.
		start = []Move{Acknowledge}
	}
	for _, move := range start {
		if err := c.step(r, Act{Move: move, At: f.At, Actor: program}); err != nil {
			return err
		}
	}
	if err := s.begin(c, r, f.At); err != nil {
		return err
	}
	c.put(*r)
	return nil
}

// byOther tells whether a request comes by somebody else than the person: a staff
// member who took it down, or a system that passes it on. What is grave waits
// for staff then.
func byOther(by ledger.Actor) bool { return by.Kind == ledger.ByStaff || by.Kind == ledger.BySystem }

// begin prepares the work of r, if it was accepted just now. A day that the
// person picked and that is still to come stays the day.
func (s *Service) begin(c *change, r *Request, now time.Time) error {
	if r.State != Accepted || !r.Kind.Runs() || r.Held {
		return nil
	}
	if r.ActAt.IsZero() {
		r.ActAt = now.AddDate(0, 0, r.Matter.Days)
	}
	work, err := s.desk.Work(*r, r.ActAt, now)
	if err != nil {
		return err
	}
	c.Rows = append(c.Rows, work)
	return nil
}

// Superseded stands as the ground of a step that another request made.
const Superseded = "superseded"

// startOf are the moves that follow the receipt of a request at once.
func startOf(k Kind, stopped bool) []Move {
	switch {
	case stopped, k == Restriction:
		return []Move{Acknowledge, Accept, Fulfil}
	case k.Runs():
		return []Move{Acknowledge, Accept}
	}
	return []Move{Acknowledge}
}

// follows are the moves that the program makes after a.
func follows(r *Request, a Act) []Move {
	switch {
	case a.Move == Reopen:
		return startOf(r.Kind, false)
	case a.Move == Appeal: // another member decides, and not the program
		return []Move{Acknowledge}
	case a.Move == Accept && r.Kind == Restriction:
		return []Move{Fulfil}
	}
	return nil
}

// Move makes a move on one request of a subject. It is NotFound when the
// subject has no such request; the other errors are those of Request.With.
func (s *Service) Move(ctx context.Context, subject id.Subject, request RequestID, a Act) (Request, error) {
	a.At = s.clock.Now()
	var r Request
	err := ledger.Retry(func() error {
		docket, err := s.store.Docket(ctx, subject)
		if err != nil {
			return err
		}
		found := false
		if r, found = docket.Find(request); !found {
			return errs.New(errs.NotFound, "rights.error.no_request")
		}
		return s.move(ctx, &r, a, docket)
	})
	return r, err
}

func (s *Service) move(ctx context.Context, r *Request, a Act, docket Docket, rows ...any) error {
	c := newChange(r, a.Actor, a.At, docket)
	c.Rows = rows
	if a.Move == Reopen || a.Move == Appeal {
		open, err := s.known(ctx, r, docket)
		if err != nil {
			return err
		}
		if open != nil {
			return errs.New(errs.Conflict, "rights.error.asked_again")
		}
	}
	was := r.State
	for _, first := range r.settles(a) {
		if err := c.step(r, Act{Move: first, At: a.At, Actor: a.Actor, Self: a.Self, Seen: a.Seen}); err != nil {
			return err
		}
		a.Seen = 0
	}
	if a.Actor.Kind == ledger.BySubject {
		if err := mayKeep(docket.Requests, len(a.Files), a.At); err != nil {
			return err
		}
	}
	if err := c.step(r, a); err != nil {
		return err
	}
	c.attach(r, a.Files)
	if was.Open() && !r.State.Open() {
		done, err := s.desk.Outcome(ctx, *r, a, docket.Version)
		if err != nil {
			return err
		}
		c.Entries, c.Rows = append(done.Entries, c.Entries...), append(c.Rows, done.Rows...)
	}
	for _, move := range follows(r, a) {
		if err := c.step(r, Act{Move: move, At: a.At, Actor: program}); err != nil {
			return err
		}
	}
	if was != r.State || a.Move == Release {
		if err := s.begin(&c, r, a.At); err != nil {
			return err
		}
	}
	if was != r.State && !r.ThawAt.IsZero() {
		work, err := s.desk.Work(*r, r.ThawAt, a.At)
		if err != nil {
			return err
		}
		c.Rows = append(c.Rows, work)
	}
	c.put(*r)
	if !r.State.Open() || a.Move == Release {
		woken, err := s.wake(ctx, *r, &docket, a.At)
		if err != nil {
			return err
		}
		c.Rows = append(c.Rows, woken...)
	}
	return s.commit(ctx, c)
}

// wake returns the work of requests that may go on now that one of own, of its
// record, has come to be as moved.
func (s *Service) wake(ctx context.Context, moved Request, own *Docket, now time.Time) ([]any, error) {
	others, err := s.others(ctx, moved.Subject)
	if err != nil {
		return nil, err
	}
	before := own.and(&others)
	after := before
	after.Requests = slices.Clone(before.Requests)
	for i := range after.Requests {
		if after.Requests[i].ID == moved.ID {
			after.Requests[i] = moved
		}
	}
	return s.woken(&before, &after, moved.ID, now)
}

// woken is the work of requests but one that were stopped before and are not
// after.
func (s *Service) woken(before, after *Docket, but RequestID, now time.Time) ([]any, error) {
	var rows []any
	for i := range after.Requests {
		o := &after.Requests[i]
		if o.ID == but || o.State != Accepted || !o.Kind.Runs() || Stopped(o, after) || !Stopped(o, before) {
			continue
		}
		at := o.ActAt
		if at.Before(now) {
			at = now
		}
		work, err := s.desk.Work(*o, at, now)
		if err != nil {
			return nil, err
		}
		rows = append(rows, work)
	}
	return rows, nil
}

// Due returns a request of a subject, and whether it is to be carried out now:
// it is accepted, its time has come, and nothing that the person asked for in
// any record of theirs stands before it.
func (s *Service) Due(ctx context.Context, subject id.Subject, request RequestID) (r Request, due bool, err error) {
	r, _, all, err := s.asked(ctx, subject, request)
	return r, r.due(s.clock.Now()) && !Stopped(&r, &all), err
}

// due tells whether r would be carried out at now, if nothing stood before it.
func (r *Request) due(now time.Time) bool {
	return r.State == Accepted && !r.Held && !now.Before(r.ActAt)
}

// asked returns a request, what else was asked in its record, and what the person
// asked for in all of theirs; the zero request for one that is not there.
func (s *Service) asked(ctx context.Context, subject id.Subject, request RequestID) (r Request, own, all Docket, err error) {
	if own, err = s.store.Docket(ctx, subject); err != nil {
		return r, own, all, err
	}
	others, err := s.others(ctx, subject)
	r, _ = own.Find(request)
	return r, own, own.and(&others), err
}

// and is what stands of several records together, for who asks what stands.
func (d *Docket) and(others *Docket) Docket {
	return Docket{Requests: slices.Concat(d.Requests, others.Requests), Holds: slices.Concat(d.Holds, others.Holds)}
}

// Carry does what an accepted request asks for, when its time has come and
// nothing stands before it, and ends the freeze of one that is decided. What was
// done or cancelled meanwhile is left. It may be called any number of times.
func (s *Service) Carry(ctx context.Context, subject id.Subject, request RequestID) error {
	gone := func(err error) bool { return errors.Is(err, errs.Gone) || errors.Is(err, errs.NotFound) }
	err := ledger.Retry(func() error {
		err := s.carry(ctx, subject, request)
		if gone(err) {
			if _, own := s.store.Docket(ctx, subject); own == nil {
				// What is gone is another record of theirs.
				return errs.New(errs.Conflict, "rights.error.moved_on")
			}
		}
		return err
	})
	if gone(err) {
		return s.finish(ctx, subject) // erased meanwhile, or before
	}
	return err
}

func (s *Service) carry(ctx context.Context, subject id.Subject, request RequestID) error {
	r, docket, all, err := s.asked(ctx, subject, request)
	now := s.clock.Now()
	switch {
	case err != nil:
		return err
	case !r.ThawAt.IsZero():
		return s.thaw(ctx, &r, docket, now)
	case !r.due(now):
		return nil
	case Stopped(&r, &all):
		return s.later(ctx, &r, docket, now)
	}
	switch r.Kind {
	case Access, Portability:
		if r.Matter.Scope == ControllerScope {
			return s.transfer(ctx, r, docket)
		}
		return s.hand(ctx, r, docket)
	case Erasure:
		return s.erase(ctx, r, docket, all.Held())
	}
	return nil
}

// later has a request that another record or a hold on the person stops carried
// out a day later, if nothing wakes it before: records may come apart. What a
// request of its own record stops is woken when that is done.
func (s *Service) later(ctx context.Context, r *Request, own Docket, now time.Time) error {
	if Stopped(r, &Docket{Requests: own.Requests}) {
		return nil
	}
	work, err := s.desk.Work(*r, now.AddDate(0, 0, 1), now)
	if err != nil {
		return err
	}
	_, err = s.store.Commit(ctx, ledger.Change{
		Subject: r.Subject, Base: ledger.AnyVersion, At: now, Actor: program, Cause: string(r.ID), Rows: []any{work},
	})
	return err
}

// thaw ends the freeze of r when its time has come. A letter that waits to be
// sent puts it off.
func (s *Service) thaw(ctx context.Context, r *Request, own Docket, now time.Time) error {
	if now.Before(r.ThawAt) {
		return nil
	}
	sent, err := s.desk.Sent(ctx, r.Subject)
	if err != nil {
		return err
	}
	if sent {
		return s.move(ctx, r, Act{Move: Thaw, At: now, Actor: program}, own)
	}
	r.ThawAt = now.Add(Forewarning)
	work, err := s.desk.Work(*r, r.ThawAt, now)
	if err != nil {
		return err
	}
	_, err = s.store.Commit(ctx, ledger.Change{
		Subject: r.Subject, Base: own.Version, At: now, Actor: program, Cause: string(r.ID), Rows: []any{*r, work},
	})
	return err
}

// Docket returns what a subject has asked for.
func (s *Service) Docket(ctx context.Context, subject id.Subject) (Docket, error) {
	return s.store.Docket(ctx, subject)
}

// A change is a ledger.Change under way, with the letters that it ends in.
type change struct {
	ledger.Change
	freeze  Freezes
	frozen  bool // freeze is another than it was
	letters []letter
}

// A letter is about a request as the change leaves it.
type letter struct {
	about   Request
	message string
}

func newChange(r *Request, by ledger.Actor, at time.Time, docket Docket) change {
	return change{
		Change: ledger.Change{Subject: r.Subject, Base: docket.Version, At: at, Actor: by, Brand: r.Brand, Cause: string(r.ID)},
		freeze: docket.Freezes,
	}
}

// step makes one move on r. Of several letters about r in one change, the last
// says all.
func (c *change) step(r *Request, a Act) error {
	next, t, err := r.With(a)
	if err != nil {
		return err
	}
	*r = next
	c.Entries = append(c.Entries, r.entry(t.Entry))
	if t.Message == "" {
		return nil
	}
	c.letters = slices.DeleteFunc(c.letters, func(l letter) bool { return l.about.ID == r.ID })
	c.letters = append(c.letters, letter{*r, t.Message})
	return nil
}

// put writes r as it is now, and what it freezes.
func (c *change) put(r Request) {
	c.Rows = append(c.Rows, r)
	for i := range c.letters {
		if l := &c.letters[i]; l.about.ID == r.ID {
			l.about = r
		}
	}
	f, ok := r.freezes()
	if !ok {
		return
	}
	was := len(c.freeze.Without(r.ID)) < len(c.freeze)
	switch {
	case r.frozen() && !was:
		c.freeze = c.freeze.With(f)
		c.Entries = append(c.Entries, ledger.Draft{Kind: RestrictionStarted, Payload: Trace{Request: r.ID, Number: r.Number, Kind: r.Kind}})
	case !r.frozen() && was:
		c.freeze = c.freeze.Without(r.ID)
		c.Entries = append(c.Entries, ledger.Draft{Kind: RestrictionEnded, Payload: Trace{Request: r.ID, Number: r.Number, Kind: r.Kind}})
	default:
		return
	}
	c.frozen = true
}

func (s *Service) commit(ctx context.Context, c change) error {
	whole, err := s.whole(ctx, c)
	if err != nil {
		return err
	}
	_, err = s.store.Commit(ctx, whole)
	return err
}

// whole is c with its letters and what is frozen.
func (s *Service) whole(ctx context.Context, c change) (ledger.Change, error) {
	if c.frozen {
		c.Rows = append(c.Rows, c.freeze)
	}
	for _, l := range c.letters {
		letters, err := s.desk.Letters(ctx, l.about, l.message)
		if err != nil {
			return ledger.Change{}, err
		}
		c.Rows = append(c.Rows, letters...)
	}
	return c.Change, nil
}
