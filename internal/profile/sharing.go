package profile

import (
	"context"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// An Ask says that a brand would like to have a field of everybody, and why.
// What is asked for goes to that brand when the person has shared it, and not
// because another brand holds it already.
type Ask struct {
	Brand    string
	Required bool // the brand cannot do without, and asks on arrival
	Why      i18n.Text
}

// AskedBy returns the brand's ask for f, nil for none.
func (f *Field) AskedBy(brand string) *Ask {
	for i := range f.Asks {
		if f.Asks[i].Brand == brand {
			return &f.Asks[i]
		}
	}
	return nil
}

// The kinds of ledger entry about what is shared with a brand.
const (
	SharingGiven    ledger.Kind = "sharing.given"
	SharingDeclined ledger.Kind = "sharing.declined"
	SharingEnded    ledger.Kind = "sharing.ended"    // its time was over
	SharingDeferred ledger.Kind = "sharing.deferred" // all that a brand asks for was put off
)

// A Sharing is what a person has answered to an ask.
type Sharing struct {
	Given bool
	At    time.Time // of the answer, or of its end
	Until time.Time // when a given one ends by itself, or has ended; zero for never
}

// Stands tells whether the brand may have the value at a time.
func (g Sharing) Stands(at time.Time) bool {
	return g.Given && (g.Until.IsZero() || at.Before(g.Until))
}

// A SharingTrace is the sealed payload of an entry about what is shared.
type SharingTrace struct {
	Field string    `json:"field,omitempty"` // "" for all
	Brand string    `json:"brand"`
	Until time.Time `json:"until,omitzero"`
}

func sharingKey(field, brand string) string { return brand + "/" + field }

// Sharing returns what the person answered to a brand's ask for a field.
func (s State) Sharing(field, brand string) (Sharing, bool) {
	g, ok := s.Sharings[sharingKey(field, brand)]
	return g, ok
}

// Withheld tells whether a brand asks for f and may not have it at a time.
func (s State) Withheld(f *Field, brand string, at time.Time) bool {
	if brand == "" || f.AskedBy(brand) == nil {
		return false
	}
	g, _ := s.Sharing(f.Name, brand)
	return !g.Stands(at)
}

// PutOff returns when the person last put off what a brand asks for; zero for
// never.
func (s State) PutOff(brand string) time.Time { return s.Sharings[sharingKey("", brand)].At }

// withSharing returns s with an answer.
func (s State) withSharing(field, brand string, g Sharing) State {
	next := s.clone()
	if next.Sharings == nil {
		next.Sharings = map[string]Sharing{}
	}
	next.Sharings[sharingKey(field, brand)] = g
	return next
}

// MaxSharing is the longest that something is shared for a limited time.
const MaxSharing = 2 * 366 * 24 * time.Hour

// Share returns what the person's answer to a brand's ask makes of s. The same
// answer again changes nothing. To give what nobody holds is errs.Invalid, as
// is an end that is past or further off than MaxSharing, and an ask that is no
// longer declared is errs.NotFound.
func Share(s State, f *Field, brand string, g Sharing, rank Rank) (State, *ledger.Draft, error) {
	if f.Retired || f.AskedBy(brand) == nil {
		return s, nil, errs.New(errs.NotFound, "error.no_field")
	}
	before, answered := s.Sharing(f.Name, brand)
	switch {
	case g.Given && s.Value(f, rank) == "":
		return s, nil, errs.InvalidFields(errs.At("value", "error.required"))
	case g.Given && !g.Until.IsZero() && (!g.Until.After(g.At) || g.Until.After(g.At.Add(MaxSharing))):
		return s, nil, errs.InvalidFields(errs.At("until", "error.out_of_range"))
	case answered && before.Given == g.Given && before.Until.Equal(g.Until):
		return s, nil, nil
	}
	kind := SharingDeclined
	if g.Given {
		kind = SharingGiven
	} else {
		g.Until = time.Time{}
	}
	return s.withSharing(f.Name, brand, g), sharingDraft(kind, f.Name, brand, g.Until), nil
}

func sharingDraft(kind ledger.Kind, field, brand string, until time.Time) *ledger.Draft {
	return &ledger.Draft{ID: id.New(), Kind: kind, Payload: SharingTrace{Field: field, Brand: brand, Until: until}}
}

// An Ending is a sharing that is to end by itself.
type Ending struct {
	Subject id.Subject `json:"subject"`
	Field   string     `json:"field"`
	Brand   string     `json:"brand"`
	Until   time.Time  `json:"until"`
}

// Answer records the person's answer to the ask of the brand whose site they
// are on: what they typed, if anything, and whether the brand may have it.
// later prepares the work that ends what is given until a time.
func (s *Service) Answer(ctx context.Context, e Editor, field, typed string, g Sharing, later func(e Ending, now time.Time) (any, error)) error {
	schema := s.schema()
	f, ok := schema.Field(field)
	if !ok {
		return errs.New(errs.NotFound, "error.no_field")
	}
	g.At = s.clock.Now()
	if typed != "" {
		canonical, err := Canonical(f, typed, e.Country)
		if err != nil {
			return err
		}
		typed = canonical
	}
	return ledger.Retry(func() error {
		now, version, err := s.store.Profile(ctx, e.Subject)
		if err != nil {
			return err
		}
		change := ledger.Change{Subject: e.Subject, Base: version, At: g.At, Actor: e.Actor, Brand: e.Brand}
		next := now
		if typed != "" {
			var step Step
			if next, step, err = Correct(now, f, typed, schema.Rank, g.At); err != nil {
				return err
			}
			if !step.Empty() {
				change.Entries = append(change.Entries, step.Entry())
			}
		}
		next, draft, err := Share(next, f, e.Brand, g, schema.Rank)
		if err != nil {
			return err
		}
		if draft != nil {
			change.Entries = append(change.Entries, *draft)
		}
		if len(change.Entries) == 0 {
			return nil
		}
		change.Rows = []any{next}
		if draft != nil && g.Given && !g.Until.IsZero() {
			work, err := later(Ending{Subject: e.Subject, Field: field, Brand: e.Brand, Until: g.Until}, g.At)
			if err != nil {
				return err
			}
			change.Rows = append(change.Rows, work)
		}
		_, err = s.store.Commit(ctx, change)
		return err
	})
}

// PutOff records that the person does not answer now what the brand whose site
// they are on asks for.
func (s *Service) PutOff(ctx context.Context, e Editor) error {
	return ledger.Retry(func() error {
		now, version, err := s.store.Profile(ctx, e.Subject)
		if err != nil {
			return err
		}
		at := s.clock.Now()
		_, err = s.store.Commit(ctx, ledger.Change{
			Subject: e.Subject, Base: version, At: at, Actor: e.Actor, Brand: e.Brand,
			Entries: []ledger.Draft{*sharingDraft(SharingDeferred, "", e.Brand, time.Time{})},
			Rows:    []any{now.withSharing("", e.Brand, Sharing{At: at})},
		})
		return err
	})
}

// End records that the time of a sharing is over. One that was answered anew
// since, and one of an erased subject, need no record.
func (s *Service) End(ctx context.Context, e Ending) error {
	err := ledger.Retry(func() error {
		now, version, err := s.store.Profile(ctx, e.Subject)
		if err != nil {
			return err
		}
		at := s.clock.Now()
		g, _ := now.Sharing(e.Field, e.Brand)
		if !g.Given || !g.Until.Equal(e.Until) || g.Stands(at) {
			return nil
		}
		_, err = s.store.Commit(ctx, ledger.Change{
			Subject: e.Subject, Base: version, At: at, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "sharing.end"}, Brand: e.Brand,
			Entries: []ledger.Draft{*sharingDraft(SharingEnded, e.Field, e.Brand, e.Until)},
			Rows:    []any{now.withSharing(e.Field, e.Brand, Sharing{At: e.Until, Until: e.Until})},
		})
		return err
	})
	if kind := errs.KindOf(err); kind == errs.NotFound || kind == errs.Gone {
		return nil
	}
	return err
}
