package profile_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

func askedField() *profile.Field {
	return &profile.Field{
		Name: "town", Type: profile.TypeText, Edit: profile.Free, Asks: []profile.Ask{{Brand: "kawara", Required: true}},
	}
}

func TestShare(t *testing.T) {
	held := profile.State{Claims: map[string][]profile.Claim{"town": {own("Osaka", 1)}}}
	f, rank := askedField(), func(string) int { return 0 }
	yes, no := profile.Sharing{Given: true, At: day(2)}, profile.Sharing{At: day(3)}
	week := profile.Sharing{Given: true, At: day(2), Until: day(9)}
	given, _, err := profile.Share(held, f, "kawara", yes, rank)
	if err != nil {
		t.Fatal(err)
	}
	limited, _, _ := profile.Share(held, f, "kawara", week, rank)
	for _, tt := range []struct {
		name     string
		state    profile.State
		answer   profile.Sharing
		brand    string
		kind     ledger.Kind // "" for no change
		err      errs.Kind
		withheld bool // on the tenth
	}{
		{"yes", held, yes, "kawara", profile.SharingGiven, "", false},
		{"yes_for_a_week", held, week, "kawara", profile.SharingGiven, "", true},
		{"no", held, no, "kawara", profile.SharingDeclined, "", true},
		{"no_after_yes", given, no, "kawara", profile.SharingDeclined, "", true},
		{"for_good_after_a_week", limited, yes, "kawara", profile.SharingGiven, "", false},
		{"the_same_again", given, yes, "kawara", "", "", false},
		{"yes_to_nothing", profile.State{}, yes, "kawara", "", errs.Invalid, true},
		{"no_to_nothing", profile.State{}, no, "kawara", profile.SharingDeclined, "", true},
		{"until_yesterday", held, profile.Sharing{Given: true, At: day(2), Until: day(1)}, "kawara", "", errs.Invalid, true},
		{"for_ever_by_a_date", held, profile.Sharing{Given: true, At: day(2), Until: day(2).AddDate(9, 0, 0)}, "kawara", "", errs.Invalid, true},
		{"not_asked_there", held, yes, "hibiki", "", errs.NotFound, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			next, draft, err := profile.Share(tt.state, f, tt.brand, tt.answer, rank)
			if errs.KindOf(err) != tt.err {
				t.Fatalf("got %v, want %q", err, tt.err)
			}
			var kind ledger.Kind
			if draft != nil {
				kind = draft.Kind
			}
			if kind != tt.kind {
				t.Errorf("got %q, want %q", kind, tt.kind)
			}
			if got := next.Withheld(f, "kawara", day(10)); got != tt.withheld {
				t.Errorf("withheld: got %t, want %t", got, tt.withheld)
			}
			if next.Withheld(f, "hibiki", day(10)) || next.Withheld(f, "", day(10)) {
				t.Error("withheld from whoever does not ask")
			}
		})
	}
	if len(held.Sharings) != 0 {
		t.Error("the state that was given has changed")
	}
}

// A shelf keeps one subject's state, as a store does.
type shelf struct {
	state   profile.State
	version int64
	changes []ledger.Change
}

func (s *shelf) Profile(context.Context, id.Subject) (profile.State, int64, error) {
	return s.state, s.version, nil
}

func (s *shelf) Commit(_ context.Context, c ledger.Change) ([]ledger.Written, error) {
	if c.Base != s.version {
		return nil, errs.New(errs.Conflict, "")
	}
	s.version++
	s.changes = append(s.changes, c)
	s.state, _ = c.Rows[0].(profile.State)
	return nil, nil
}

// What is given until a day ends by itself, unless it was answered anew.
func TestSharingEnds(t *testing.T) {
	store, now := &shelf{}, clock.NewFake(day(2))
	s := profile.NewService(store, func() profile.Schema { return schemaOf(askedField()) }, now)
	e := profile.Editor{Subject: "s", Actor: ledger.Self("s"), Brand: "kawara"}
	var ending profile.Ending
	later := func(e profile.Ending, _ time.Time) (any, error) { ending = e; return "work", nil }
	week := profile.Sharing{Given: true, Until: day(9)}
	if err := s.Answer(t.Context(), e, "town", "Osaka", week, later); err != nil {
		t.Fatal(err)
	}
	c := store.changes[0]
	if len(store.changes) != 1 || len(c.Entries) != 2 || len(c.Rows) != 2 || !ending.Until.Equal(day(9)) {
		t.Fatalf("typed and given in one change: got %+v, ends %+v", store.changes, ending)
	}
	if err := s.End(t.Context(), ending); err != nil || len(store.changes) != 1 {
		t.Fatalf("before its time: %v, %d changes", err, len(store.changes))
	}
	now.Advance(day(9).Sub(day(2)))
	for range 2 { // work may be done again
		if err := s.End(t.Context(), ending); err != nil {
			t.Fatal(err)
		}
	}
	last := store.changes[len(store.changes)-1]
	if len(store.changes) != 2 || last.Entries[0].Kind != profile.SharingEnded || last.Actor.Kind != ledger.ByProgram {
		t.Errorf("got %+v", store.changes)
	}
	// It is no refusal: the page said "You do not share this" of it.
	if g, _ := store.state.Sharing("town", "kawara"); g.Given || !g.Until.Equal(day(9)) {
		t.Errorf("what has ended: got %+v", g)
	}
	if err := s.Answer(t.Context(), e, "town", "", profile.Sharing{Given: true}, later); err != nil {
		t.Fatal(err)
	}
	if err := s.End(t.Context(), ending); err != nil || len(store.changes) != 3 {
		t.Errorf("given anew for good: %v, %d changes", err, len(store.changes))
	}
	if err := s.Answer(t.Context(), e, "other", "", profile.Sharing{}, later); !errors.Is(err, errs.NotFound) {
		t.Errorf("another field: got %v", err)
	}
}

type schema struct{ f *profile.Field }

func schemaOf(f *profile.Field) profile.Schema { return schema{f} }

func (s schema) Field(name string) (*profile.Field, bool) { return s.f, name == s.f.Name }
func (schema) Rank(string) int                            { return 0 }
