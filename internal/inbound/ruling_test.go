package inbound

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

// contradicted is somebody of whom two systems say different things of one
// moment, and the conflict of that.
func contradicted(t interface{ Fatal(...any) }) (*known, *Conflict) {
	k := somebody()
	k.hear(t, claimed("shop", "phone", "1", time.Hour, 3), claimed("crm", "phone", "2", time.Hour, 7))
	if len(k.conflicts) != 1 {
		t.Fatal("no conflict")
	}
	return k, &k.conflicts[0]
}

func TestRuling(t *testing.T) {
	t.Parallel()
	f, _ := shop{}.Field("phone")
	by := ledger.Actor{Kind: ledger.ByStaff, ID: "mika"}
	for took, want := range map[Took]string{TookOurs: "1", TookTheirs: "2"} {
		k, c := contradicted(t)
		change, err := ruled(c, k.facts, shop{}, Ruling{Took: took, Reason: "asked them", By: by}, noon)
		if err != nil {
			t.Fatal(err)
		}
		after := k.facts
		for _, row := range change.Rows {
			if state, is := row.(profile.State); is {
				after.Profile = state
			}
		}
		if got := after.Profile.Value(f, shop{}.Rank); got != want {
			t.Errorf("%s: got %q, want %q", took, got, want)
		}
		if change.Actor != by || len(change.Entries) != 2 {
			t.Errorf("%s: got %+v by %+v", took, change.Entries, change.Actor)
		}
		if c.Stands(after, shop{}.Field, shop{}.Rank) {
			t.Errorf("%s: it stands still", took)
		}
		if _, err := ruled(c, after, shop{}, Ruling{Took: took, Reason: "again"}, noon); !errors.Is(err, errs.Conflict) {
			t.Errorf("%s: decided twice: got %v, want a conflict", took, err)
		}
	}
}

// TestRulingIsOvertaken: what systems said after the conflict was shown makes a
// decision about it stale, whatever it was, if it decided the matter.
func TestRulingIsOvertaken(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		k, c := contradicted(t)
		k.hear(t, rapid.SliceOfN(rapid.Custom(drawWord), 0, 5).Draw(t, "words")...)
		_, err := ruled(c, k.facts, shop{}, Ruling{Took: TookTheirs, Reason: "asked them"}, noon)
		if stands := c.Stands(k.facts, shop{}.Field, shop{}.Rank); !stands && !errors.Is(err, errs.Conflict) {
			t.Fatalf("it stands no more, and a decision is taken: %v", err)
		}
	})
}
