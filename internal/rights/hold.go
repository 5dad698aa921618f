package rights

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// Holds are what must not be lost of a person, for as long as a law wants it
// kept. They outlast every term by which things end.
type Holds struct {
	All    bool
	Fields []string // of the profile; All keeps them too
	// Ends is when all of it is over; zero for when staff end it.
	Ends time.Time
}

// A PersonHold keeps what is held of a person, whether they have asked for an
// erasure or not. Every erasure honours it.
type PersonHold struct {
	Fields []string  `json:"fields,omitempty"` // of the profile; none for everything
	Reason string    `json:"reason"`           // as the person reads it
	Member string    `json:"member"`           // of the staff, who placed it
	At     time.Time `json:"at"`
	Until  time.Time `json:"until,omitzero"` // zero for until staff end it
}

// HoldEnded is the row that ends the hold on the subject of a change.
type HoldEnded struct{}

// The kinds of ledger entry about holds on people; their payload is a PersonHold.
const (
	HoldPlaced ledger.Kind = "hold.placed"
	HoldOver   ledger.Kind = "hold.ended"
)

// Held adds up what is on hold, by open requests and by itself.
func (d *Docket) Held() Holds {
	var h Holds
	open := false
	for i := range d.Requests {
		if r := &d.Requests[i]; r.State.Open() && r.holding() {
			h.All = h.All || r.Held
			h.Fields = append(h.Fields, r.HeldFields...)
			open = true
		}
	}
	for _, p := range d.Holds {
		h.All = h.All || len(p.Fields) == 0
		h.Fields = append(h.Fields, p.Fields...)
		open = open || p.Until.IsZero()
		if p.Until.After(h.Ends) {
			h.Ends = p.Until
		}
	}
	if open {
		h.Ends = time.Time{}
	}
	return h
}

// Any tells whether anything is held.
func (h *Holds) Any() bool { return h.All || len(h.Fields) > 0 }

// Keeps tells whether a field of the profile is held.
func (h *Holds) Keeps(field string) bool { return h.All || slices.Contains(h.Fields, field) }

// Hold places a hold on the record of a person, and tells them if an erasure of
// theirs is open: it is not carried out as they asked (Art. 12(4) GDPR). It is
// Invalid without a reason or with an end that is past, and Conflict where one is
// in force.
func (s *Service) Hold(ctx context.Context, subject id.Subject, h PersonHold, by ledger.Actor) error {
	h.Reason, h.Member, h.At = strings.TrimSpace(h.Reason), by.ID, s.clock.Now()
	var wrong []errs.Field
	switch {
	case h.Reason == "":
		wrong = append(wrong, errs.At("reason", "error.required"))
	case len(h.Reason) > maxNote:
		wrong = append(wrong, errs.At("reason", "error.too_long", "max", maxNote))
	}
	if !h.Until.IsZero() && !h.Until.After(h.At) {
		wrong = append(wrong, errs.At("until", "hold.error.until"))
	}
	if len(wrong) > 0 {
		return errs.InvalidFields(wrong...)
	}
	return s.turnHold(ctx, subject, func(d *Docket) (ledger.Change, error) {
		if len(d.Holds) > 0 {
			return ledger.Change{}, errs.New(errs.Conflict, "error.conflict")
		}
		d.Holds = []PersonHold{h}
		return ledger.Change{At: h.At, Actor: by, Entries: []ledger.Draft{{Kind: HoldPlaced, Payload: h}}, Rows: []any{h}}, nil
	})
}

// EndHold ends the hold on the record of a person; Conflict where none is in
// force. An erasure that waits for it goes on, and the person is told.
func (s *Service) EndHold(ctx context.Context, subject id.Subject, by ledger.Actor) error {
	return s.turnHold(ctx, subject, func(d *Docket) (ledger.Change, error) {
		if len(d.Holds) == 0 {
			return ledger.Change{}, errs.New(errs.Conflict, "error.conflict")
		}
		over := ledger.Draft{Kind: HoldOver, Payload: d.Holds[0]}
		d.Holds = nil
		return ledger.Change{At: s.clock.Now(), Actor: by, Entries: []ledger.Draft{over}, Rows: []any{HoldEnded{}}}, nil
	})
}

// turnHold commits a turn, which leaves the docket as it will be.
func (s *Service) turnHold(ctx context.Context, subject id.Subject, turn func(*Docket) (ledger.Change, error)) error {
	return ledger.Retry(func() error {
		own, err := s.store.Docket(ctx, subject)
		if err != nil {
			return err
		}
		others, err := s.others(ctx, subject)
		if err != nil {
			return err
		}
		before := own.and(&others)
		c, err := turn(&own)
		if err != nil {
			return err
		}
		after := own.and(&others)
		letters, err := s.heldLetters(ctx, subject, own.Holds, &after)
		if err != nil {
			return err
		}
		woken, err := s.woken(&before, &after, "", c.At)
		if err != nil {
			return err
		}
		c.Subject, c.Base, c.Rows = subject, own.Version, slices.Concat(c.Rows, letters, woken)
		_, err = s.store.Commit(ctx, c)
		return err
	})
}

// heldLetters tell who has asked for an erasure what a hold that is placed keeps
// of them, or that nothing does any more.
func (s *Service) heldLetters(ctx context.Context, subject id.Subject, placed []PersonHold, after *Docket) ([]any, error) {
	held, message := after.Held(), "held"
	if len(placed) == 0 {
		message = "released"
		if held.Any() {
			return nil, nil
		}
	}
	var rows []any
	for _, r := range after.Requests {
		if r.Kind != Erasure || !r.State.Open() {
			continue
		}
		// The letter belongs to the record that changes, and says nothing of the
		// last step.
		r.Subject, r.Steps, r.HeldFields = subject, nil, held.Fields
		if held.All {
			r.HeldFields = nil
		}
		letters, err := s.desk.Letters(ctx, r, message, placed...)
		if err != nil {
			return nil, err
		}
		rows = append(rows, letters...)
	}
	return rows, nil
}

// EndHolds ends the holds on some people whose time is over.
func (s *Service) EndHolds(ctx context.Context, over []id.Subject) error {
	for _, subject := range over {
		err := s.EndHold(ctx, subject, program)
		if err != nil && !errors.Is(err, errs.Conflict) && !errors.Is(err, errs.Gone) && !errors.Is(err, errs.NotFound) {
			return fmt.Errorf("end hold: %w", err)
		}
	}
	return nil
}
