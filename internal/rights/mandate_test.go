package rights

import (
	"testing"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

// TestMandates: requests under the same words are one mandate, one that was
// ended is not the one that was given anew, and what the person asked for
// themselves is under none.
func TestMandates(t *testing.T) {
	under := func(id, agent, words string, revoked time.Time) Request {
		return Request{ID: RequestID(id), Proof: Proof{Agent: agent, Mandate: words, RevokedAt: revoked}}
	}
	all := []Request{
		under("e", "Noriko", "All.", time.Time{}), under("d", "", "", time.Time{}), under("c", "Noriko", "All.", received),
		under("b", "Noriko", "A copy.", time.Time{}), under("a", "Noriko", "All.", time.Time{}),
		under("0", "Noriko", "All.", received.Add(-time.Microsecond)),
	}
	got := ""
	for _, m := range Mandates(all) {
		for _, r := range m.Requests {
			got += string(r.ID)
		}
		got += " "
	}
	if want := "ea c0 b "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := MandateOf(all, "d"); errs.KindOf(err) != errs.NotFound {
		t.Errorf("of the person's own: got %v", err)
	}
}

// TestRevoke: the end of a mandate ends what is open, leaves what is done, and
// comes once.
func TestRevoke(t *testing.T) {
	for _, one := range []struct{ from, want State }{{Accepted, Cancelled}, {RequiresAction, Cancelled}, {Fulfilled, Fulfilled}, {Rejected, Rejected}} {
		r := request(t, Complaint)
		r.State = one.from
		a := Act{Move: Revoke, At: received, Actor: ledger.Self("somebody")}
		if _, _, err := r.After(a); errs.KindOf(err) != errs.Conflict {
			t.Errorf("of nobody's mandate: got %v", err)
		}
		r.Proof.Agent, r.Proof.Mandate = "Noriko", "All."
		next, _, err := r.After(a)
		if err != nil || next.State != one.want || next.Proof.RevokedAt != received {
			t.Errorf("%s: got %s, %v", one.from, next.State, err)
		}
		if _, _, err := next.After(a); errs.KindOf(err) != errs.Conflict {
			t.Errorf("%s, again: got %v", one.from, err)
		}
	}
}
