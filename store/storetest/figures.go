package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/figures"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

// counts: people are counted once for each purpose, by their last word, and
// what was counted reads back.
func counts(t *testing.T, f Fixture) {
	ctx, now := t.Context(), f.Clock.Now()
	if _, err := f.DB.Figures(ctx); !errors.Is(err, errs.NotFound) {
		t.Errorf("before the first count: got %v", err)
	}
	for i, said := range [][]consent.Status{
		{consent.Given},
		{consent.Given, consent.Withdrawn},
		{consent.Refused, consent.Given},
		{},
		{consent.Refused, consent.Renewed}, // the yes by a system's word alone
	} {
		c := identity.New(nil, ledger.Actor{Kind: ledger.ByProgram, ID: "test"}, now)
		for n, status := range said {
			proof := consent.Proof{Kind: consent.BySession}
			if status == consent.Renewed {
				proof.Kind = consent.ByWord
			}
			c.Rows = append(c.Rows, consent.Record{
				ID: consent.RecordID(id.New()), Subject: c.Subject, Purpose: "news", Version: 1 + i%2, Status: status,
				At: now.Add(time.Duration(n) * time.Second), Locale: "en", Proof: proof,
			})
			c.Entries = append(c.Entries, ledger.Draft{Kind: ledger.Kind("consent." + string(status))})
		}
		if _, err := f.DB.Commit(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	got, err := f.DB.CountFigures(ctx, now)
	if err != nil {
		t.Fatal(err)
	}
	sum := got.Of("news")
	if want := (figures.Purpose{Yes: 2, No: 2, Versions: map[int]int64{1: 2}}); !cmp.Equal(sum, want) || got.Subjects != 5 {
		t.Errorf("got %d people, %+v, want 5, %+v", got.Subjects, sum, want)
	}
	last := got.Daily[figures.Days-1]
	if len(got.Daily) != figures.Days || last.Decisions != 7 || last.Entries != 12 || got.Daily[0].Entries != 0 {
		t.Errorf("got days %+v", got.Daily)
	}
	if err := f.DB.SaveFigures(ctx, got); err != nil {
		t.Fatal(err)
	}
	kept, err := f.DB.Figures(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(kept, got); d != "" {
		t.Errorf("kept (-got +want):\n%s", d)
	}
	if _, err := f.DB.Published(ctx); !errors.Is(err, errs.NotFound) {
		t.Errorf("before the first period: got %v", err)
	}
	told := []figures.Published{figures.Publish(nil, figures.Year.Last(now))}
	if err := f.DB.SavePublished(ctx, told, now); err != nil {
		t.Fatal(err)
	}
	if got, err := f.DB.Published(ctx); err != nil || !cmp.Equal(got, told) {
		t.Errorf("published: got %+v, %v, want %+v", got, err, told)
	}
}

// countsOnce: who has several joined records counts once, by what holds for the
// person.
func countsOnce(t *testing.T, f Fixture) {
	joiner := identity.NewJoiner(f.DB, f.Clock)
	for i, tt := range []struct {
		said []consent.Status // of each record
		want figures.Purpose
	}{
		{[]consent.Status{consent.Given, consent.Given}, figures.Purpose{Yes: 1}},
		{[]consent.Status{consent.Given, consent.Refused}, figures.Purpose{No: 1}},
		{[]consent.Status{consent.Refused, consent.Given, consent.Renewed}, figures.Purpose{No: 1}},
		{[]consent.Status{"", consent.Given}, figures.Purpose{Yes: 1}},
	} {
		purpose := consent.PurposeID(fmt.Sprintf("news-%d", i))
		mail := address()
		var all []id.Subject
		for n, status := range tt.said {
			s := f.known(t, fmt.Sprintf("shop%d", n), "Hana", "Kyoto", mail)
			if all = append(all, s); status != "" {
				f.commit(t, f.recorded(s, f.version(t, s), consent.State{}, f.record(s, purpose, status, f.now())))
			}
			f.Clock.Advance(time.Second)
		}
		apart, err := f.DB.CountFigures(t.Context(), f.now())
		must(t, "count apart", err)
		for _, s := range all[1:] {
			must(t, "weigh", joiner.Weigh(t.Context(), all[0], s))
		}
		joined, err := f.DB.CountFigures(t.Context(), f.now())
		must(t, "count joined", err)
		got := joined.Of(purpose)
		if got.Versions = nil; !cmp.Equal(got, tt.want) {
			t.Errorf("%q: got %+v, want %+v", tt.said, got, tt.want)
		}
		for _, s := range all {
			for _, j := range f.joins(t, s) {
				if j.State == identity.Joined {
					must(t, "separate", joiner.Separate(t.Context(), s, j.ID, ""))
				}
			}
		}
		again, err := f.DB.CountFigures(t.Context(), f.now())
		must(t, "count again", err)
		if got, want := again.Of(purpose), apart.Of(purpose); !cmp.Equal(got, want) {
			t.Errorf("%q, taken apart: got %+v, want %+v", tt.said, got, want)
		}
	}
}
