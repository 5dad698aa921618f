package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// Settling is for how long a change of how a person signs in can be taken back
// from an address that was known before it, and for how long a newer address
// gets no proof mailed while there is an older one. Who holds a browser or one
// mailbox for an hour cannot lock its person out, nor take their data along.
const Settling = 7 * 24 * time.Hour

// What an address is told.
const (
	AddressAdded   = "added"   // another address was proved
	AddressRemoved = "removed" // it was removed itself
	AddressGone    = "gone"    // another was removed
	AddressMain    = "main"    // another became the one that mail goes to
	AddressUndone  = "undone"  // a change was taken back from an address that was known before
)

// A Notice is what one address of a subject is told.
type Notice struct {
	Subject id.Subject
	Address string
	What    string // an Address constant
	Where
	At time.Time
	// Undoing is what its reader may take back, nil for nothing.
	Undoing *Undoing
}

// A Teller prepares what a contact address is told after a change of sign-in
// data (ASVS 6.3.7): rows of background work that commit with the change.
type Teller interface {
	AddressChanged(Notice) (rows []any, err error)
}

// An Undoing names a change, and the address that it may be taken back from: one
// that was removed puts itself back, and nobody else does.
type Undoing struct {
	Entry string // id of the ledger entry of the change
	By    string // id of the identifier
}

// A ContactChange is a change of how a person signs in, for who was told of it.
type ContactChange struct {
	Kind   ledger.Kind // IdentifierAdded, IdentifierVerified, IdentifierRemoved or IdentifierMain
	At     time.Time
	Undone bool // nothing is left of it
}

// settled tells whether a proved address is no longer new.
func (i *Identifier) settled(at time.Time) bool { return !at.Before(i.VerifiedAt.Add(Settling)) }

func (i *Identifier) signsIn() bool { return i.Kind == Email && i.Verified() }

// trusted returns the address to which a proof of who somebody is goes: the main
// one when it is settled, else the one that was proved first; the zero Identifier
// for none.
func trusted(all []Identifier, at time.Time) Identifier {
	var oldest Identifier
	for i := range all {
		one := &all[i]
		switch {
		case !one.signsIn():
		case one.Main && one.settled(at):
			return *one
		case oldest.ID == "" || one.VerifiedAt.Before(oldest.VerifiedAt):
			oldest = *one
		}
	}
	return oldest
}

// Stays returns until when an address of all may not be removed, because the
// others are so new that it is the one from which they can be taken back. It is
// the zero time for one that may be removed at once, as far as that goes.
func Stays(all []Identifier, identifier string, at time.Time) time.Time {
	if trusted(all, at).ID != identifier {
		return time.Time{}
	}
	next := trusted(without(all, identifier), at)
	if next.ID == "" || next.settled(at) {
		return time.Time{}
	}
	return next.VerifiedAt.Add(Settling)
}

func without(all []Identifier, identifier string) []Identifier {
	return slices.DeleteFunc(slices.Clone(all), func(i Identifier) bool { return i.ID == identifier })
}

// tell prepares the notices about a change to every address that was proved
// before it, there or at a record that is joined with the subject's. about is the
// identifier that was removed or made the main one, entry the change's id in the
// ledger.
func (s *Service) tell(ctx context.Context, n Notice, all []Identifier, about, entry string) ([]any, error) {
	if s.teller == nil {
		return nil, nil
	}
	known, err := s.beside(ctx, n.Subject, all)
	if err != nil {
		return nil, err
	}
	var rows []any
	var told []string
	for i := range known {
		one := &known[i]
		if !one.signsIn() || slices.Contains(told, one.Value) || n.What == AddressMain && one.ID == about {
			continue
		}
		told = append(told, one.Value)
		to := n
		if to.Address = one.Value; n.What == AddressGone && one.ID == about {
			to.What = AddressRemoved
		}
		if to.What != AddressUndone && to.What != AddressGone {
			to.Undoing = &Undoing{Entry: entry, By: one.ID}
		}
		some, err := s.teller.AddressChanged(to)
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	return rows, nil
}

// beside returns all, and what the records bear that are joined with the subject.
func (s *Service) beside(ctx context.Context, subject id.Subject, all []Identifier) ([]Identifier, error) {
	known := slices.Clone(all)
	_, err := s.First(ctx, subject, func(one id.Subject, bears []Identifier) (bool, error) {
		if one != subject {
			known = append(known, bears...)
		}
		return false, nil
	})
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return nil, err
	}
	return known, nil
}

// Contact returns the change that u names. It is errs.Gone when there is no such
// change, or when u's address is no longer the subject's and not what the change
// removed.
func (s *Service) Contact(ctx context.Context, subject id.Subject, u Undoing) (ContactChange, error) {
	all, err := s.store.Identifiers(ctx, subject)
	if err != nil {
		return ContactChange{}, err
	}
	h, t, err := s.changed(ctx, subject, all, u)
	if err != nil {
		return ContactChange{}, err
	}
	back := undo(all, &h, t, u.By, s.clock.Now())
	return ContactChange{Kind: h.Kind, At: h.At, Undone: back.empty()}, nil
}

// Undo takes back the change that u names, as far as there is anything left of
// it, and tells every address that is proved before or after. Errors are those
// of Contact; errs.Conflict when another has proved the address that is put back.
func (s *Service) Undo(ctx context.Context, subject id.Subject, u Undoing, w Where) error {
	return s.edit(ctx, subject, w, func(all []Identifier, at time.Time) (step, error) {
		h, t, err := s.changed(ctx, subject, all, u)
		if err != nil {
			return step{}, err
		}
		back := undo(all, &h, t, u.By, at)
		if back.empty() {
			return back, nil
		}
		n := Notice{Subject: subject, What: AddressUndone, Where: w, At: at}
		told, err := s.tell(ctx, n, append(slices.Clone(all), back.added()...), "", "")
		back.rows = append(back.rows, told...)
		return back, err
	})
}

// changed returns the change that u names, for the one who may take it back.
func (s *Service) changed(ctx context.Context, subject id.Subject, all []Identifier, u Undoing) (ledger.Happening, Trace, error) {
	over := errs.New(errs.Gone, "error.footer_over")
	h, err := s.store.Happening(ctx, subject, u.Entry)
	if errs.KindOf(err) == errs.NotFound {
		return h, Trace{}, over
	}
	if err != nil {
		return h, Trace{}, err
	}
	var t Trace
	if err := json.Unmarshal(h.Payload, &t); err != nil {
		return h, t, fmt.Errorf("change of contact: %w", err)
	}
	known, err := s.beside(ctx, subject, all)
	if err != nil {
		return h, t, err
	}
	itself := t.ID == u.By
	knew := slices.ContainsFunc(known, func(i Identifier) bool { return i.ID == u.By && i.signsIn() })
	if removed := h.Kind == IdentifierRemoved; itself != removed || !removed && !knew {
		return h, t, over
	}
	return h, t, nil
}

// undo returns what takes back h, which left the trace t. by is the identifier
// from which it is taken back.
func undo(all []Identifier, h *ledger.Happening, t Trace, by string, at time.Time) step {
	n := slices.IndexFunc(all, func(i Identifier) bool { return i.Kind == t.Kind && i.Scope == t.Scope && i.Value == t.Value })
	var held Identifier
	if n >= 0 {
		held = all[n]
	}
	var back step
	switch kind := h.Kind; {
	case (kind == IdentifierAdded || kind == IdentifierVerified) && held.ID != "":
		back.remove(held)
		if held.Main {
			back.main(trusted(without(all, held.ID), at), held.ID)
		}
	case kind == IdentifierMain && held.Main:
		back.main(before(all, held, t.Was, by, at), held.ID)
	case kind == IdentifierRemoved && held.ID == "":
		// Under its id, so that what it was told before counts again.
		back.add(Identifier{ID: t.ID, Subject: h.Subject, Kind: t.Kind, Scope: t.Scope, Value: t.Value, VerifiedAt: at, Source: SourceSubject, CreatedAt: at})
	case kind == IdentifierRemoved && !held.Verified():
		back.verify(held)
	}
	return back
}

// before returns the address that becomes main again in place of held: the one
// that was, or the one from which it is asked, or the oldest.
func before(all []Identifier, held Identifier, was, by string, at time.Time) Identifier {
	for _, want := range []string{was, by} {
		for _, i := range all {
			if i.ID == want && i.ID != held.ID && i.signsIn() {
				return i
			}
		}
	}
	return trusted(without(all, held.ID), at)
}

// A step is what one change of how a person is known writes.
type step struct {
	entries []ledger.Draft
	rows    []any
}

func (s *step) empty() bool { return len(s.entries) == 0 }

func (s *step) write(e ledger.Draft, row any) {
	s.entries, s.rows = append(s.entries, e), append(s.rows, row)
}

func (s *step) add(i Identifier)    { s.write(i.Entry(IdentifierAdded), i) }
func (s *step) verify(i Identifier) { s.write(i.Entry(IdentifierVerified), Verified{i.ID}) }
func (s *step) remove(i Identifier) { s.write(i.Entry(IdentifierRemoved), Removed{i.ID}) }

// main makes i the main address; nothing for the zero Identifier.
func (s *step) main(i Identifier, was string) {
	if i.ID == "" {
		return
	}
	e := i.Entry(IdentifierMain)
	t := i.trace()
	t.Was = was
	e.Payload = t
	s.write(e, MadeMain{i.ID})
}

// added are the identifiers that the step adds.
func (s *step) added() (all []Identifier) {
	for _, row := range s.rows {
		if i, ok := row.(Identifier); ok {
			all = append(all, i)
		}
	}
	return all
}
