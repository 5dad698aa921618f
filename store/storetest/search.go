package storetest

import (
	"testing"
	"time"

	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

// searches: a search reads all lanes newest first, by every filter, and its
// pages have each entry once.
func searches(t *testing.T, f Fixture) {
	ctx, now := t.Context(), f.Clock.Now()
	var subjects []id.Subject
	for i := range 6 {
		c := identity.New(nil, ledger.Actor{Kind: ledger.BySystem, ID: "crm"}, now.Add(time.Duration(i/2)*time.Minute))
		c.Entries = append(c.Entries, ledger.Draft{Kind: "consent.given", Payload: map[string]string{"secret": "x"}})
		if _, err := f.DB.Commit(ctx, c); err != nil {
			t.Fatal(err)
		}
		subjects = append(subjects, c.Subject)
	}
	staff := ledger.Actor{Kind: ledger.ByStaff, ID: "m"}
	_, err := f.DB.Commit(ctx, ledger.Change{At: now.Add(time.Hour), Actor: staff, Entries: []ledger.Draft{{Kind: "staff.invited", Payload: map[string]int{"n": 1}}}})
	if err != nil {
		t.Fatal(err)
	}
	for what, tt := range map[string]struct {
		search ledger.Search
		want   int
	}{
		"all":           {ledger.Search{}, 13},
		"kind":          {ledger.Search{Kind: "consent."}, 6},
		"no pattern":    {ledger.Search{Kind: "consent%"}, 0},
		"sort of actor": {ledger.Search{Actor: ledger.Actor{Kind: ledger.ByStaff}}, 1},
		"actor":         {ledger.Search{Actor: ledger.Actor{Kind: ledger.BySystem, ID: "crm"}}, 12},
		"subject":       {ledger.Search{Subject: subjects[3]}, 2},
		"from":          {ledger.Search{From: now.Add(time.Minute)}, 9},
		"until":         {ledger.Search{Until: now.Add(time.Minute)}, 4},
		"several":       {ledger.Search{Kind: "consent.", From: now.Add(time.Minute), Until: now.Add(time.Hour)}, 4},
	} {
		got := pages(t, f, tt.search, 3)
		if len(got) != tt.want {
			t.Errorf("%s: got %d entries, want %d", what, len(got), tt.want)
		}
		for i, h := range got {
			if i > 0 && h.At.After(got[i-1].At) {
				t.Errorf("%s: an entry is newer than the one before", what)
			}
			if (h.Payload != nil) != (h.Subject == "") {
				t.Errorf("%s: the payload of %s about %q is %q", what, h.Kind, h.Subject, h.Payload)
			}
		}
	}
}

// pages reads a search to its end.
func pages(t *testing.T, f Fixture, s ledger.Search, length int) []ledger.Happening {
	t.Helper()
	var all []ledger.Happening
	seen := map[string]bool{}
	s.Limit = length
	for {
		page, err := f.DB.Search(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		for i := range page {
			if seen[page[i].ID] {
				t.Fatalf("%s is on two pages", page[i].ID)
			}
			seen[page[i].ID] = true
		}
		all = append(all, page...)
		if len(page) < length {
			return all
		}
		s.Before = ledger.CursorOf(&page[len(page)-1].Entry)
	}
}
