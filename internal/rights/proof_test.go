package rights

import (
	"errors"
	"slices"
	"testing"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

// byHand is a request that a member took down.
func byHand(t *testing.T, kind Kind, country, code, method string) Request {
	t.Helper()
	m := Matter{Text: "because"}
	if kind == Rectification {
		m.Scope, m.Name = FieldScope, "name"
	}
	r, err := New(Filing{
		Subject: "somebody", Actor: member("mika"), Kind: kind, Matter: m, Zone: time.UTC, Pack: pack(t, code, country),
		At: received, Proof: Proof{Method: method, At: received},
	})
	if err != nil {
		t.Fatal(err)
	}
	return after(t, r, Act{Move: Acknowledge, Actor: program})
}

// TestAccept_without_proof: two members could erase, and one could change a
// value, of whom nobody knew whether they had asked.
func TestAccept_without_proof(t *testing.T) {
	t.Parallel()
	at := received.Add(9 * time.Hour)
	for _, kind := range []Kind{Access, Portability, Erasure, Rectification} {
		r := byHand(t, kind, "DE", "EU", NoProof)
		if kind.TakesTwo() {
			if _, _, err := r.With(Act{Move: Propose, Actor: member("sam"), Note: "n", At: at}); !errors.Is(err, errs.Invalid) {
				t.Errorf("%s proposed: got %v, want a refusal", kind, err)
			}
			r.Steps = append(r.Steps, Step{Move: Propose, State: Acknowledged, Member: "sam"})
		}
		accept := Act{Move: Accept, Actor: member("mika"), At: at}
		var refusal *errs.Error
		if _, _, err := r.With(accept); !errors.As(err, &refusal) || len(refusal.Fields) != 1 || refusal.Fields[0].ID != "request.error.no_proof" {
			t.Errorf("%s accepted: got %v, want a refusal", kind, err)
		}
		delayed := r
		delayed.State = Delayed
		if _, _, err := delayed.With(Act{Move: Fulfil, Actor: program, At: at}); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s fulfilled: got %v, want a refusal", kind, err)
		}
		proved, _, err := r.With(Act{Move: Prove, Actor: member("mika"), At: at, Proof: Proof{Method: "letter", At: received}})
		if err != nil {
			t.Fatalf("%s proved: %v", kind, err)
		}
		if kind.TakesTwo() {
			proved.Steps = append(proved.Steps, Step{Move: Propose, State: Acknowledged, Member: "sam"})
		}
		if _, _, err := proved.With(accept); err != nil {
			t.Errorf("%s accepted with a proof: got %v", kind, err)
		}
		if _, _, err := proved.With(Act{Move: Prove, Actor: member("mika"), At: at, Proof: Proof{Method: "phone", At: at}}); !errors.Is(err, errs.Conflict) {
			t.Errorf("%s proved twice: got %v, want a conflict", kind, err)
		}
	}
	if _, _, err := byHand(t, Complaint, "DE", "EU", NoProof).With(Act{Move: Accept, Actor: member("mika"), At: at}); err != nil {
		t.Errorf("a complaint of whoever: got %v", err)
	}
}

// TestProve: where the law counts from the proof, the clock starts with it.
func TestProve(t *testing.T) {
	t.Parallel()
	at := received.AddDate(0, 0, 20)
	known := received.AddDate(0, 0, 10)
	prove := func(r Request, p Proof) (Request, error) {
		next, _, err := r.With(Act{Move: Prove, Actor: member("mika"), At: at, Proof: p})
		return next, err
	}
	r := byHand(t, Access, "GB", "UK", NoProof)
	if !r.Proof.At.IsZero() {
		t.Errorf("known since %v without a proof", r.Proof.At)
	}
	next, err := prove(r, Proof{Method: "person", At: known})
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 4, 22, 22, 59, 59, 999999000, time.UTC); dayOf(next.DueAt, time.UTC) != dayOf(want, time.UTC) {
		t.Errorf("due %v, want %v", next.DueAt, want)
	}
	if next.Proof.Method != "person" || !next.Proof.At.Equal(known) || next.Proof.Member != "mika" || next.State != Acknowledged {
		t.Errorf("got %+v in %s", next.Proof, next.State)
	}
	eu := byHand(t, Access, "DE", "EU", NoProof)
	if next, err := prove(eu, Proof{Method: "person", At: known}); err != nil || !next.DueAt.Equal(eu.DueAt) {
		t.Errorf("counted from receipt: due %v, was %v, %v", next.DueAt, eu.DueAt, err)
	}
	for name, p := range map[string]Proof{
		"by nothing":    {Method: NoProof, At: known},
		"in the future": {Method: "phone", At: at.Add(time.Hour)},
		"at no time":    {Method: "phone"},
	} {
		if _, err := prove(r, p); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: got %v, want a refusal", name, err)
		}
	}
}

// TestWeighed: a letter that says "we set them out below" ended there.
func TestWeighed(t *testing.T) {
	t.Parallel()
	at := received.Add(9 * time.Hour)
	objection := after(t, request(t, Objection), Act{Move: Acknowledge, Actor: program})
	accepted := after(t, objection, Act{Move: Accept, Actor: member("mika")})
	copied := after(t, request(t, Access), Act{Move: Acknowledge, Actor: program})
	for name, tt := range map[string]struct {
		r   Request
		act Act
		may bool
	}{
		"an objection refused":           {objection, Act{Move: Reject, Ground: "compelling"}, false},
		"refused with blanks":            {objection, Act{Move: Reject, Ground: "legal-claims", Note: " \n"}, false},
		"refused with reasons":           {objection, Act{Move: Reject, Ground: "compelling", Note: "We weighed."}, true},
		"upheld":                         {accepted, Act{Move: Fulfil}, false},
		"upheld with reasons":            {accepted, Act{Move: Fulfil, Note: "We weighed."}, true},
		"a copy refused as unfounded":    {copied, Act{Move: Reject, Ground: "unfounded"}, false},
		"a copy refused with reasons":    {copied, Act{Move: Reject, Ground: "unfounded", Note: "Ten times."}, true},
		"a copy refused by what is said": {copied, Act{Move: Reject, Ground: "identity"}, true},
	} {
		tt.act.Actor, tt.act.At = member("mika"), at
		if _, _, err := tt.r.With(tt.act); (err == nil) != tt.may {
			t.Errorf("%s: got %v, want it to be allowed: %v", name, err, tt.may)
		}
	}
	if _, _, err := accepted.With(Act{Move: Fulfil, Actor: program, At: at}); err != nil {
		t.Errorf("direct marketing that ended: got %v", err)
	}
}

// TestNew_scopes: an erasure "about: phone" erased the whole person.
func TestNew_scopes(t *testing.T) {
	t.Parallel()
	scopes := []Scope{WholePerson, CategoryScope, FieldScope, PurposeScope, DecisionScope, ControllerScope}
	takes := map[Kind][]Scope{
		Access: {WholePerson}, Erasure: {WholePerson}, Complaint: scopes, Rectification: {FieldScope}, Objection: {PurposeScope},
		Restriction: {WholePerson, CategoryScope, FieldScope}, Automated: {WholePerson, DecisionScope}, Portability: {WholePerson, ControllerScope},
	}
	for _, kind := range Kinds {
		for _, scope := range scopes {
			for _, name := range []string{"", "phone"} {
				_, err := New(Filing{
					Subject: "somebody", Actor: ledger.Self("somebody"), Kind: kind, Zone: time.UTC, Pack: pack(t, "EU", "DE"), At: received,
					Matter: Matter{Scope: scope, Name: name, Text: "because", Ground: Unlawful},
				})
				want := kind == Complaint || (name == "") == (scope == WholePerson) && slices.Contains(takes[kind], scope)
				if (err == nil) != want {
					t.Errorf("%s about %q %q: got %v, want it to be taken: %v", kind, scope, name, err, want)
				}
			}
		}
	}
}

// TestPause: while the person is asked, an answer could not be delayed, since
// the due date that stood still was over.
func TestPause(t *testing.T) {
	t.Parallel()
	r := byHand(t, Access, "GB", "UK", "phone")
	r = after(t, r, Act{Move: Ask, Actor: member("mika")})
	if !r.Paused() {
		t.Fatal("the clock runs")
	}
	late := r.DueAt.AddDate(0, 0, 5)
	delayed, _, err := r.With(Act{Move: Delay, Actor: member("mika"), Note: "much", At: late})
	if err != nil || !delayed.DueAt.After(late) || delayed.Paused() {
		t.Errorf("delayed while it stands: due %v, %v", delayed.DueAt, err)
	}
	answered, _, err := r.With(Act{Move: Answer, Actor: ledger.Self("somebody"), Note: "here", At: late})
	if err != nil || !answered.DueAt.After(late) || answered.Paused() {
		t.Errorf("answered: due %v, %v", answered.DueAt, err)
	}
}

// TestReopen_proof: what is asked again is asked by who is signed in now.
func TestReopen_proof(t *testing.T) {
	t.Parallel()
	r := byHand(t, Access, "DE", "EU", NoProof)
	r.Proof.Agent, r.Proof.Mandate = "Noriko Sato", "May ask for me."
	r = after(t, r, Act{Move: Reject, Actor: member("mika"), Ground: "identity"})
	own := Proof{Method: "link", Session: "s", Fresh: true, At: received}
	r, _, err := r.With(Act{Move: Reopen, Actor: ledger.Self("somebody"), At: received.AddDate(0, 0, 1), Fresh: true, Proof: own})
	if err != nil {
		t.Fatal(err)
	}
	own.Agent, own.Mandate = "Noriko Sato", "May ask for me."
	if r.Proof != own || r.Unproved() {
		t.Errorf("got %+v, want %+v", r.Proof, own)
	}
}
