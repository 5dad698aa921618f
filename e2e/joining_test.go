package e2e

import (
	"net/http"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/testkit"
)

// TestJoining: staff decide about two records in English and Japanese, and the
// person reads in Japanese why they were joined, and takes theirs apart.
func TestJoining(t *testing.T) {
	axe(t)
	w := open(t)
	me := w.newcomer(t, testkit.View{Locale: "ja", Still: true})
	other := w.stranger(t, me.address)
	if _, err := w.Joiner.Turn(t.Context()); err != nil {
		t.Fatal(err)
	}

	joins, err := w.DB.Joins(t.Context(), other)
	if err != nil || len(joins) != 1 {
		t.Fatalf("got %v, %v", joins, err)
	}
	pair := w.console() + "/joins/" + joins[0].ID

	p := w.works(t, testkit.View{Still: true}, authz.DPO)
	want(t, "the list", p.Open(w.console()+"/joins"), http.StatusOK)
	p.inspect("console-joins", 0)
	want(t, "why", p.Open(pair), http.StatusOK)
	p.inspect("console-join-why", 2)
	p.Press("#f-reason-quality")
	want(t, "the pair", p.Go("main form .main"), http.StatusOK)
	wantIn(t, "the pair", p.Text("main"), "Kenji", "As one")
	p.inspect("console-join", 1)
	p.Look(testkit.View{Locale: "ja", Still: true})
	want(t, "the pair in Japanese", p.Open(pair), http.StatusOK)
	p.Fill("#f-reason", "お電話で確かめました")
	want(t, "without a decision", p.Go("main form .main"), http.StatusUnprocessableEntity)
	p.inspect("console-join-wrong", 2)
	p.Press("#f-one-join")
	want(t, "the decision", p.Go("main form .main"), http.StatusOK)

	want(t, "who and where", me.to("/who"), http.StatusOK)
	wantIn(t, "the record", me.Text("#joined ~ article"), "お電話で確かめました", "これは私ではありません")
	me.accessible()
	me.narrow()
	want(t, "not me", me.Go("#joined ~ article button"), http.StatusOK)
	if me.Has("#joined ~ article") {
		t.Error("the record is still there")
	}
	me.accessible()
}

// stranger makes a record of a system that bears an address without a proof.
func (w *world) stranger(t *testing.T, address string) id.Subject {
	t.Helper()
	now, source := w.Clock.Now(), "media"
	c := identity.New([]identity.Identifier{{Kind: identity.Email, Value: address, Source: source}}, ledger.Actor{Kind: ledger.BySystem, ID: source}, now)
	state := profile.State{Claims: map[string][]profile.Claim{}}
	for field, value := range map[string]string{"given-name": "Kenji", "family-name": "Mori"} {
		state.Claims[field] = []profile.Claim{{Value: value, Source: source, Origin: profile.Provided, At: now, Recorded: now}}
	}
	c.Rows = append(c.Rows, state)
	if _, err := w.DB.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c.Subject
}
