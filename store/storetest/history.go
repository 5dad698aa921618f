package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// withHistory makes a subject with the entries subject.created, a.one, ab.two,
// a.three, b.four, at the versions 1 to 5.
func (f Fixture) withHistory(t *testing.T) id.Subject {
	t.Helper()
	subject := f.subject(t)
	for i, kind := range []ledger.Kind{"a.one", "ab.two", "a.three", "b.four"} {
		c := f.change(subject, int64(i)+1)
		c.Entries = []ledger.Draft{{Kind: kind, Payload: i}}
		f.commit(t, c)
	}
	return subject
}

func (f Fixture) page(t *testing.T, subject id.Subject, page ledger.HistoryPage) []ledger.Kind {
	t.Helper()
	all, err := f.DB.History(t.Context(), subject, page)
	must(t, "history", err)
	var kinds []ledger.Kind
	for _, h := range all {
		kinds = append(kinds, h.Kind)
	}
	return kinds
}

func historyPages(t *testing.T, f Fixture) {
	subject := f.withHistory(t)
	f.withHistory(t) // somebody else's, possibly in the same lane
	for _, tt := range []struct {
		page ledger.HistoryPage
		want []ledger.Kind
	}{
		{ledger.HistoryPage{Limit: 2}, []ledger.Kind{"b.four", "a.three"}},
		{ledger.HistoryPage{Before: 4, Limit: 2}, []ledger.Kind{"ab.two", "a.one"}},
		{ledger.HistoryPage{Before: 2, Limit: 2}, []ledger.Kind{"subject.created"}},
		{ledger.HistoryPage{Before: 1, Limit: 2}, nil},
		{ledger.HistoryPage{Limit: 100}, []ledger.Kind{"b.four", "a.three", "ab.two", "a.one", "subject.created"}},
	} {
		if d := cmp.Diff(f.page(t, subject, tt.page), tt.want); d != "" {
			t.Errorf("page %+v (-got +want):\n%s", tt.page, d)
		}
	}
}

func historyKinds(t *testing.T, f Fixture) {
	subject := f.withHistory(t)
	for _, tt := range []struct {
		page ledger.HistoryPage
		want []ledger.Kind
	}{
		{ledger.HistoryPage{Kinds: []string{"a."}, Limit: 9}, []ledger.Kind{"a.three", "a.one"}},
		{ledger.HistoryPage{Kinds: []string{"a."}, Before: 4, Limit: 9}, []ledger.Kind{"a.one"}},
		{ledger.HistoryPage{Kinds: []string{"a.", "b."}, Limit: 2}, []ledger.Kind{"b.four", "a.three"}},
		{ledger.HistoryPage{Kinds: []string{"a.one"}, Limit: 9}, []ledger.Kind{"a.one"}},
		// What SQL takes for a pattern is a letter like any other.
		{ledger.HistoryPage{Kinds: []string{"%"}, Limit: 9}, nil},
		{ledger.HistoryPage{Kinds: []string{"__."}, Limit: 9}, nil},
		{ledger.HistoryPage{Kinds: []string{"A."}, Limit: 9}, nil},
	} {
		if d := cmp.Diff(f.page(t, subject, tt.page), tt.want); d != "" {
			t.Errorf("page %+v (-got +want):\n%s", tt.page, d)
		}
	}
}

func entryByVersion(t *testing.T, f Fixture) {
	subject, other := f.withHistory(t), f.subject(t)
	e, err := f.DB.Entry(t.Context(), subject, 3)
	must(t, "entry", err)
	if e.Kind != "ab.two" || e.Version != 3 || e.Subject != subject || e.Sum() != e.Hash {
		t.Errorf("got %s at version %d of %s, want ab.two at 3 of %s, with its hash", e.Kind, e.Version, e.Subject, subject)
	}
	_, err = f.DB.Entry(t.Context(), other, 3)
	wantKind(t, "an entry that somebody else has", err, errs.NotFound)
}
