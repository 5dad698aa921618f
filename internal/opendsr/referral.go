package opendsr

import (
	"bytes"
	"context"
	"errors"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/outbound"
	"livingprofile/internal/rights"
)

// A Referral is a request that a controller passed on to us. It names nobody by
// anything but our ids.
type Referral struct {
	System     string // the controller's
	ID         string // the controller's
	Type       Type
	Subject    id.Subject       // "" when nobody here is meant
	Request    rights.RequestID // "" then
	Print      []byte           // keyed digest of what was sent
	Callbacks  []string
	ReceivedAt time.Time
	Expected   time.Time
	Told       Status    // the last that every callback took
	DueAt      time.Time // when callbacks are looked at next; zero for never
	Tries      int       // that failed since Told
}

// A Store keeps referrals.
type Store interface {
	// Referral returns one; errs.NotFound for none.
	Referral(ctx context.Context, system, ref string) (Referral, error)
	// KeepReferral writes a new one; errs.Conflict when there is one.
	KeepReferral(ctx context.Context, r Referral) error
	// MoveReferral writes what its callbacks came to.
	MoveReferral(ctx context.Context, r Referral) error
	// DueReferrals returns those whose callbacks are due.
	DueReferrals(ctx context.Context, now time.Time, limit int) ([]Referral, error)
	// RequestState returns how far a request is; also of somebody erased.
	RequestState(ctx context.Context, r rights.RequestID) (rights.State, time.Time, error)
}

// A Desk is where requests are filed.
type Desk interface {
	// PassOn files a request of a person for a system, or finds the open one
	// that it repeats.
	PassOn(ctx context.Context, system, brand string, subject id.Subject, kind rights.Kind) (rights.Request, error)
	// TakeBack cancels a request that the system passed on.
	TakeBack(ctx context.Context, system string, subject id.Subject, r rights.RequestID) error
}

// A Processor takes what controllers pass on. It is safe for concurrent use.
type Processor struct {
	Store  Store
	Desk   Desk
	Clock  clock.Clock
	Digest func(body []byte) []byte // keyed
	Signer *Signer                  // nil where the operator has no certificate: then nothing is taken
	Door   hook.Door
}

// Kind is the right that a type exercises.
func (t Type) Kind() rights.Kind {
	switch t {
	case Access:
		return rights.Access
	case Portability:
		return rights.Portability
	case Erasure:
	}
	return rights.Erasure
}

// StatusOf is the status of a request in a state; refused says that it is over
// without what was asked for.
func StatusOf(s rights.State) (status Status, refused bool) {
	switch s {
	case rights.Initiated, rights.Acknowledged:
		return Pending, false
	case rights.Fulfilled:
		return Completed, false
	case rights.Rejected, rights.Unfulfilled:
		return Completed, true
	case rights.Cancelled:
		return Cancelled, false
	}
	return InProgress, false
}

// A Finder returns the one person whom identities name; errs.NotFound for
// nobody and for several, errs.Invalid for what can name nobody.
type Finder func([]Identity) (id.Subject, error)

// Take takes a request. The same again gets the same answer, and something else
// under the same id is refused. Whether somebody is known shows in nothing but
// the outcome.
func (p *Processor) Take(ctx context.Context, system, brand string, body []byte, find Finder) (Receipt, error) {
	now := p.Clock.Now()
	in, err := Parse(body, now, hook.ValidURL)
	if err != nil {
		return Receipt{}, err
	}
	print := p.Digest(body)
	before, err := p.Store.Referral(ctx, system, in.ID)
	if errors.Is(err, errs.NotFound) {
		if before, err = p.refer(ctx, system, brand, &in, print, find); errors.Is(err, errs.Conflict) {
			before, err = p.Store.Referral(ctx, system, in.ID) // sent twice at once
		}
	}
	if err != nil {
		return Receipt{}, err
	}
	if !bytes.Equal(before.Print, print) {
		return Receipt{}, errs.InvalidFields(errs.At("subject_request_id", "error.opendsr_reused"))
	}
	return Receipt{Controller: system, Expected: before.Expected, Received: before.ReceivedAt, Encoded: body, ID: in.ID}, nil
}

func (p *Processor) refer(ctx context.Context, system, brand string, in *Request, print []byte, find Finder) (Referral, error) {
	now := p.Clock.Now()
	r := Referral{System: system, ID: in.ID, Type: in.Type, Print: print, Callbacks: in.Callbacks, ReceivedAt: now, Expected: now}
	subject, err := find(in.Identities)
	switch {
	case errors.Is(err, errs.NotFound):
	case err != nil:
		return r, err
	default:
		// Filed first: what dies in between is sent again, and found then.
		filed, err := p.Desk.PassOn(ctx, system, brand, subject, in.Type.Kind())
		if err != nil {
			return r, err
		}
		r.Subject, r.Request, r.Expected = subject, filed.ID, filed.DueAt
	}
	if len(r.Callbacks) > 0 {
		r.DueAt = now
	}
	return r, p.Store.KeepReferral(ctx, r)
}

// Report says how far a request is; errs.NotFound for one that the system did
// not pass on.
func (p *Processor) Report(ctx context.Context, system, ref string) (Report, error) {
	r, err := p.Store.Referral(ctx, system, ref)
	if err != nil {
		return Report{}, err
	}
	return p.report(ctx, &r)
}

func (p *Processor) report(ctx context.Context, r *Referral) (Report, error) {
	out := Report{Controller: r.System, Expected: r.Expected, ID: r.ID, Status: Completed, Version: Version}
	if r.Request == "" {
		return out, nil // of nobody nothing is left to do
	}
	state, due, err := p.Store.RequestState(ctx, r.Request)
	if err != nil {
		return out, err
	}
	refused := false
	out.Status, refused = StatusOf(state)
	out.Expected = due
	if refused {
		out.Extensions = map[string]any{p.Signer.Domain: map[string]string{"outcome": string(state)}}
	}
	return out, nil
}

// Cancel takes a request back that nobody has begun to decide on.
func (p *Processor) Cancel(ctx context.Context, system, ref string) (Receipt, error) {
	r, err := p.Store.Referral(ctx, system, ref)
	if err != nil {
		return Receipt{}, err
	}
	late := errs.InvalidFields(errs.At("subject_request_id", "error.opendsr_late"))
	report, err := p.report(ctx, &r)
	switch {
	case err != nil:
		return Receipt{}, err
	case report.Status == Cancelled:
	case report.Status != Pending:
		return Receipt{}, late
	default:
		err = p.Desk.TakeBack(ctx, system, r.Subject, r.Request)
		if errors.Is(err, errs.NotFound) || errors.Is(err, errs.Conflict) {
			err = late // begun meanwhile, or the person asked for it themselves
		}
		if err != nil {
			return Receipt{}, err
		}
	}
	return Receipt{Controller: system, Expected: r.Expected, Received: p.Clock.Now(), ID: r.ID}, nil
}

const (
	// lookEvery is how often it is looked whether a request has moved.
	lookEvery = 10 * time.Second
	atOnce    = 50
)

// Call tells callbacks of what moved.
func (p *Processor) Call(ctx context.Context) error {
	if p.Signer == nil {
		return nil
	}
	now := p.Clock.Now()
	all, err := p.Store.DueReferrals(ctx, now, atOnce)
	if err != nil {
		return err
	}
	for i := range all {
		r := &all[i]
		report, err := p.report(ctx, r)
		if err != nil {
			return err
		}
		if err := p.Store.MoveReferral(ctx, p.tell(ctx, *r, &report, now)); err != nil {
			return err
		}
	}
	return nil
}

// tell sends a report to the callbacks of a referral, and returns it with when
// they are looked at next.
func (p *Processor) tell(ctx context.Context, r Referral, report *Report, now time.Time) Referral {
	if !report.Status.Follows(r.Told) {
		r.DueAt = now.Add(lookEvery)
		return r
	}
	for _, url := range r.Callbacks {
		report.Callback = url
		reply, err := p.send(ctx, url, report)
		if err == nil && reply.Status/100 == 2 {
			continue
		}
		var more bool
		r.Tries++
		if r.DueAt, more = hook.Next(r.Tries, now, 0); !more || reply.Status == 410 {
			r.DueAt = time.Time{}
		}
		return r
	}
	r.Told, r.Tries, r.DueAt = report.Status, 0, now.Add(lookEvery)
	if r.Told.Over() {
		r.DueAt = time.Time{}
	}
	return r
}

func (p *Processor) send(ctx context.Context, url string, report *Report) (outbound.Answer, error) {
	body, err := Write(report)
	if err != nil {
		return outbound.Answer{}, err
	}
	headers, err := p.Signer.Sign(body)
	if err != nil {
		return outbound.Answer{}, err
	}
	headers["Content-Type"] = "application/json"
	return p.Door.Post(ctx, outbound.Letter{URL: url, Headers: headers, Body: body})
}
