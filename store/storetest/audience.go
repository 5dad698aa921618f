package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/audience"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

func audiencesRoundTrip(t *testing.T, f Fixture) {
	save := func(rows ...any) error {
		_, err := f.DB.Commit(t.Context(), ledger.Change{At: f.now(), Actor: test, Entries: []ledger.Draft{{Kind: "test.done"}}, Rows: rows})
		return err
	}
	var want []audience.Audience
	for _, name := range []string{"first", "second"} {
		a := audience.Audience{
			ID: id.New(), Name: name, Brand: "hibiki", Purpose: "news", Channel: "email",
			Where: audience.Expr{All: []audience.Expr{{Field: "city", Compare: audience.Is, Value: "Kyoto"}, {Not: &audience.Expr{Topic: "offers", Channel: "email"}}}},
			Give:  []string{"city"}, At: f.now().UTC(), By: test, Version: 1,
		}
		must(t, "save", save(a))
		want = append([]audience.Audience{a}, want...)
	}
	got, err := f.DB.Audiences(t.Context())
	must(t, "audiences", err)
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("audiences (-got +want):\n%s", diff)
	}
	next := want[1]
	next.Name, next.Version, next.Changed, next.Changer = "changed", 2, f.now().UTC(), test
	must(t, "change", save(audience.Revision{Audience: next}))
	wantKind(t, "changed at the same time", save(audience.Revision{Audience: next}), errs.Conflict)
	if got, err := f.DB.Audiences(t.Context()); err != nil || !cmp.Equal(got, []audience.Audience{want[0], next}) {
		t.Errorf("after a change: got %+v and %v", got, err)
	}
	must(t, "remove", save(audience.Removal{Audience: want[0].ID}))
	wantKind(t, "removed again", save(audience.Removal{Audience: want[0].ID}), errs.NotFound)
	if got, err := f.DB.Audiences(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("after one was removed: got %d and %v, want 1", len(got), err)
	}
}

// Of each audience and taker the last file is kept, of those who are active.
func handouts(t *testing.T, f Fixture) {
	subject, other, erased := f.subject(t), f.subject(t), f.subject(t)
	f.commit(t, f.change(erased, ledger.AnyVersion, rights.Erased{Certificate: id.New(), Plan: rights.PlanErasure(rights.Holding{})}))
	first := audience.Handout{Audience: "a", Purpose: "news", Taker: "shop", Fields: []string{"city", "name"}, At: f.now().Add(-2 * time.Hour)}
	again, staff := first, first
	again.Fields, again.At = nil, f.now().Add(-time.Hour)
	staff.Taker, staff.At = "", f.now()
	for _, h := range []audience.Handout{first, again, staff} {
		must(t, "handed", f.DB.Handed(t.Context(), h, []id.Subject{subject, erased, id.Subject(id.New())}))
	}
	got, err := f.DB.Handouts(t.Context(), subject)
	must(t, "handouts", err)
	if diff := cmp.Diff(got, []audience.Handout{staff, again}); diff != "" {
		t.Errorf("handouts (-got +want):\n%s", diff)
	}
	for _, nobody := range []id.Subject{other, erased} {
		if got, err := f.DB.Handouts(t.Context(), nobody); err != nil || len(got) != 0 {
			t.Errorf("of somebody else, and of who was erased: got %+v, %v", got, err)
		}
	}
}

// crowds come by in pages, each person once, with what decides opened and the
// profile on demand.
func crowds(t *testing.T, f Fixture) {
	want := map[id.Subject]string{}
	for n := range 7 {
		subject := f.subject(t)
		value := string(rune('a' + n))
		f.commit(t, f.change(subject, 1, profile.State{Claims: map[string][]profile.Claim{"name": {{Value: value, Source: "shop"}}}},
			consent.State{{Purpose: "news"}: {Version: n + 1}}))
		want[subject] = value
	}
	bare, gone := f.subject(t), f.full(t)
	want[bare] = ""
	f.commit(t, f.change(gone, ledger.AnyVersion, rights.Erased{Certificate: id.New(), Number: "R", Plan: rights.PlanErasure(rights.Holding{})}))
	got := map[id.Subject]string{}
	pages := 0
	for after := ""; ; pages++ {
		page, next, err := f.DB.Crowd(t.Context(), after, 3)
		must(t, "crowd", err)
		for _, p := range page {
			if _, twice := got[p.Subject]; twice {
				t.Fatalf("%s came by twice", p.Subject)
			}
			if len(p.Facts.Profile.Claims) > 0 {
				t.Error("the profile is open before anybody asked")
			}
			s, err := p.Profile()
			must(t, "profile", err)
			got[p.Subject] = ""
			if c, ok := s.Of("name", "shop"); ok {
				got[p.Subject] = c.Value
			}
			if value := want[p.Subject]; value != "" && p.Facts.Consents[consent.Key{Purpose: "news"}].Version != int(value[0]-'a')+1 {
				t.Errorf("%s has the consents of another", p.Subject)
			}
		}
		if after = next; after == "" {
			break
		}
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("people (-got +want):\n%s", diff)
	}
	if pages < 2 {
		t.Errorf("got %d pages", pages+1)
	}
}
