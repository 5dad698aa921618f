package review

import (
	"context"
	"errors"
	"slices"

	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
)

// Rights takes and moves requests. *rights.Service is one.
type Rights interface {
	All(ctx context.Context, subject id.Subject) (rights.Docket, error)
	File(ctx context.Context, f rights.Filing) (r rights.Request, known bool, err error)
	Docket(ctx context.Context, subject id.Subject) (rights.Docket, error)
	Hold(ctx context.Context, subject id.Subject, h rights.PersonHold, by ledger.Actor) error
	EndHold(ctx context.Context, subject id.Subject, by ledger.Actor) error
	Move(ctx context.Context, subject id.Subject, request rights.RequestID, a rights.Act) (rights.Request, error)
}

// A Door lets a member look at a person for a reason, of which the person
// reads. *staff.Service is one.
type Door interface {
	Open(ctx context.Context, m staff.Member, subject id.Subject, why staff.Reason, note string) error
}

// A Service answers requests. It is safe for concurrent use.
type Service struct {
	store  Store
	rights Rights
	door   Door
	clock  clock.Clock
}

// NewService returns a Service.
func NewService(s Store, r Rights, d Door, c clock.Clock) *Service { return &Service{s, r, d, c} }

// Queue returns a part of the queue as the member may see it, and the cursor
// of what follows; the zero Cursor at the end.
func (s *Service) Queue(ctx context.Context, m staff.Member, f Filter) ([]Row, Cursor, error) {
	if f.Brand != "" && !m.Sees(f.Brand) {
		return nil, Cursor{}, errs.New(errs.NotFound, "")
	}
	f.Brands = m.Brands
	want := f.Limit
	f.Limit++
	rows, err := s.store.Queue(ctx, f)
	if err != nil || len(rows) <= want {
		return rows, Cursor{}, err
	}
	rows = rows[:want]
	return rows, f.CursorOf(&rows[want-1]), nil
}

// Next returns the most urgent request but one that is to be decided and is the
// member's or nobody's; false for none.
func (s *Service) Next(ctx context.Context, m staff.Member, but rights.RequestID) (next Row, found bool, err error) {
	for _, assignee := range []string{string(m.ID), Nobody} {
		rows, err := s.store.Queue(ctx, Filter{State: rights.Acknowledged, Assignee: assignee, Brands: m.Brands, Limit: 2})
		if err != nil {
			return Row{}, false, err
		}
		for _, r := range rows {
			if r.ID != but && (!found || r.DueAt.Before(next.DueAt)) {
				next, found = r, true
			}
		}
	}
	return next, found, nil
}

// Pressing counts what needs somebody, as far as the member may see it.
func (s *Service) Pressing(ctx context.Context, m staff.Member) (Pressing, error) {
	return s.store.Pressing(ctx, m.Brands, s.clock.Now())
}

// Find returns the row of a request. One of a brand that the member does not
// work for is errs.NotFound, as one that is not there.
func (s *Service) Find(ctx context.Context, m staff.Member, r rights.RequestID) (Row, error) {
	missing := errs.New(errs.NotFound, "rights.error.no_request")
	if !id.Valid(string(r)) {
		return Row{}, missing
	}
	row, err := s.store.RequestRow(ctx, r)
	if errors.Is(err, errs.NotFound) || err == nil && !sees(m.Brands, row.Brand) {
		return Row{}, missing
	}
	return row, err
}

// Open lets the member look at the request and whom it is of. The person reads
// that somebody did, because of which request. errs.Gone of an erased person.
func (s *Service) Open(ctx context.Context, m staff.Member, r rights.RequestID) (Row, error) {
	row, err := s.Find(ctx, m, r)
	if err != nil {
		return row, err
	}
	return row, s.door.Open(ctx, m, row.Subject, staff.ByRequest, row.Number)
}

// Read returns a request and all others of the same person. Whether the member
// may look is the caller's to have asked.
func (s *Service) Read(ctx context.Context, row Row) (rights.Request, rights.Docket, error) {
	docket, err := s.rights.All(ctx, row.Subject)
	if err != nil {
		return rights.Request{}, docket, err
	}
	r, ok := docket.Find(row.ID)
	if !ok {
		return r, docket, errs.New(errs.NotFound, "rights.error.no_request")
	}
	return r, docket, nil
}

// Act makes a move on a request for the member. The errors are those of Find
// and of rights.Service.Move.
func (s *Service) Act(ctx context.Context, m staff.Member, r rights.RequestID, a rights.Act) (rights.Request, error) {
	row, err := s.Find(ctx, m, r)
	if err != nil {
		return rights.Request{}, err
	}
	a.Actor = m.Actor()
	if a.Self, err = s.Is(ctx, m, row.Subject); err != nil {
		return rights.Request{}, err
	}
	return s.rights.Move(ctx, row.Subject, r, a)
}

// Assign gives requests to a member, or to nobody, and returns how many. What
// cannot be given, since it is closed or the member's own, is left as it is.
func (s *Service) Assign(ctx context.Context, m staff.Member, all []rights.RequestID, to staff.MemberID) (int, error) {
	done := 0
	for _, r := range all {
		_, err := s.Act(ctx, m, r, rights.Act{Move: rights.Assign, To: string(to)})
		switch {
		case err == nil:
			done++
		case errors.Is(err, errs.Conflict), errors.Is(err, errs.Forbidden), errors.Is(err, errs.NotFound), errors.Is(err, errs.Gone):
		default:
			return done, err
		}
	}
	return done, nil
}

// MayHold tells whether the member may place holds on people and end them: a hold
// is of no brand.
func MayHold(m staff.Member) bool { return len(m.Brands) == 0 && m.Role.Has(authz.RequestDecide) }

// Held returns the hold on a record; false for none.
func (s *Service) Held(ctx context.Context, subject id.Subject) (rights.PersonHold, bool, error) {
	d, err := s.rights.Docket(ctx, subject)
	if err != nil || len(d.Holds) == 0 {
		return rights.PersonHold{}, false, err
	}
	return d.Holds[0], true, nil
}

// Hold places a hold on a person. The errors are those of rights.Service.Hold,
// and Forbidden for who may not or is the person.
func (s *Service) Hold(ctx context.Context, m staff.Member, subject id.Subject, h rights.PersonHold) error {
	if err := s.mayHold(ctx, m, subject); err != nil {
		return err
	}
	return s.rights.Hold(ctx, subject, h, m.Actor())
}

// EndHold ends the hold on a person, as Hold places it.
func (s *Service) EndHold(ctx context.Context, m staff.Member, subject id.Subject) error {
	if err := s.mayHold(ctx, m, subject); err != nil {
		return err
	}
	return s.rights.EndHold(ctx, subject, m.Actor())
}

func (s *Service) mayHold(ctx context.Context, m staff.Member, subject id.Subject) error {
	if !MayHold(m) {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	self, err := s.Is(ctx, m, subject)
	if err == nil && self {
		err = errs.New(errs.Forbidden, "request.error.own")
	}
	return err
}

// Is tells whether the member is the person: they have the same address.
func (s *Service) Is(ctx context.Context, m staff.Member, subject id.Subject) (bool, error) {
	holders, err := s.store.Holders(ctx, identity.Email, "", m.Email)
	return slices.ContainsFunc(holders, func(h identity.Holder) bool { return h.Subject == subject }), err
}

// Try returns r as it would be after a, and the letter that would be sent, ""
// for none. Nothing is changed. The errors are those of Act.
func (s *Service) Try(ctx context.Context, m staff.Member, r rights.Request, a rights.Act) (rights.Request, string, error) {
	self, err := s.Is(ctx, m, r.Subject)
	if err != nil {
		return r, "", err
	}
	a.Actor, a.Self, a.At = m.Actor(), self, s.clock.Now()
	next, message, err := r.After(a)
	return next, message, err
}
