package rights

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

var received = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

// pack is the law that these tests are under.
func pack(t testing.TB, code, country string) *Pack {
	t.Helper()
	all, err := EmbeddedPacks()
	if err != nil {
		t.Fatal(err)
	}
	p := all.For(country, received)
	if p.Code != code {
		t.Fatalf("law of %s: got %s, want %s", country, p.Code, code)
	}
	return p
}

// request returns a request of kind in its first state, under the law of
// Germany.
func request(t testing.TB, kind Kind) Request {
	t.Helper()
	m := Matter{Text: "because"}
	switch kind {
	case Rectification:
		m.Scope, m.Name = FieldScope, "name"
	case Objection:
		m.Scope, m.Name = PurposeScope, "newsletter"
	case Restriction:
		m.Ground = Unlawful
	}
	r, err := New(Filing{
		Subject: "somebody", Actor: ledger.Self("somebody"), Kind: kind, Matter: m, Zone: time.UTC,
		Pack: pack(t, "EU", "DE"), At: received,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func actors() map[ledger.ActorKind]ledger.Actor {
	return map[ledger.ActorKind]ledger.Actor{
		ledger.BySubject: ledger.Self("somebody"),
		ledger.ByStaff:   {Kind: ledger.ByStaff, ID: "dpo"},
		ledger.ByProgram: program,
		ledger.BySystem:  {Kind: ledger.BySystem, ID: "shop"},
	}
}

// allowed is the state machine once more, written as sentences: who may do
// what from where, and where it leads.
var allowed = map[Move]struct {
	from string
	to   State
	by   string
}{
	Acknowledge: {"initiated", Acknowledged, "program staff"},
	Ask:         {"acknowledged accepted delayed", RequiresAction, "staff"},
	Answer:      {"requires_action", Acknowledged, "subject"},
	Accept:      {"acknowledged requires_action delayed", Accepted, "program staff"},
	Reject:      {"acknowledged requires_action delayed", Rejected, "staff"},
	Delay:       {"acknowledged requires_action accepted", Delayed, "staff"},
	Fulfil:      {"accepted delayed", Fulfilled, "program staff"},
	Fail:        {"accepted delayed", Unfulfilled, "program staff"},
	Cancel:      {"initiated acknowledged requires_action accepted delayed", Cancelled, "subject system"},
	Lift:        {"fulfilled", Cancelled, "subject"},
	Reopen:      {"cancelled rejected unfulfilled", Initiated, "subject"},
	Appeal:      {"rejected", Initiated, "subject"},
	Propose:     {"acknowledged requires_action delayed", "", "staff"},
	Hold:        {"acknowledged requires_action accepted delayed", "", "staff"},
	Release:     {"acknowledged requires_action accepted delayed", "", "staff"},
	Assign:      {"initiated acknowledged requires_action accepted delayed", "", "staff"},
	Write:       {"initiated acknowledged requires_action accepted delayed", "", "staff"},
	Reply:       {"initiated acknowledged requires_action accepted delayed", "", "subject"},
	Prove:       {"acknowledged requires_action accepted delayed", "", "staff"},
	Thaw:        {"fulfilled rejected unfulfilled", "", "program subject"},
	Revoke:      {"initiated acknowledged requires_action accepted delayed fulfilled rejected unfulfilled cancelled", "", "subject"},
}

// excepted are the refusals that depend on the kind.
func excepted(move Move, kind Kind, by ledger.ActorKind) bool {
	switch move {
	case Lift:
		return kind != Restriction
	case Cancel:
		return by == ledger.BySystem // that did not pass it on
	case Fulfil:
		return kind.Runs() && by == ledger.ByStaff
	case Propose, Hold, Release:
		return kind != Erasure
	}
	return false
}

// TestWith tries every move from every state by every actor.
func TestWith(t *testing.T) {
	t.Parallel()
	if got, want := len(Transitions()), len(allowed); got != want {
		t.Errorf("got %d transitions, want %d", got, want)
	}
	for _, kind := range []Kind{Complaint, Restriction, Erasure} {
		for _, state := range States {
			for move, rule := range allowed {
				for by, actor := range actors() {
					r := request(t, kind)
					r.State, r.Held = state, move == Release
					if move == Revoke {
						r.Proof.Agent, r.Proof.Mandate = "Noriko Sato", "May ask for me."
					}
					if move == Appeal {
						r.Rule.Appeal, r.ClosedAt = Limit{N: 45, Unit: Days}, received
					}
					if move == Thaw {
						r.ThawAt = received
					}
					if move == Prove {
						r.Proof = Proof{Method: NoProof, Member: "mika"}
					}
					if move == Accept && kind == Erasure {
						r.Steps = append(r.Steps, Step{Move: Propose, State: state, Member: "another"})
					}
					got, _, err := r.With(Act{
						Move: move, At: received.Add(time.Hour), Actor: actor, Note: "reason", Ground: groundFor(move), Fresh: true,
						Proof: Proof{Method: "letter", At: received},
					})
					may := contains(rule.from, string(state)) && contains(rule.by, string(by)) &&
						!excepted(move, kind, by)
					want := rule.to
					if want == "" {
						want = state
					}
					switch {
					case may && (err != nil || got.State != want):
						t.Errorf("%s %s from %s by %s: got %s and %v, want %s", kind, move, state, by, got.State, err, want)
					case !may && err == nil:
						t.Errorf("%s %s from %s by %s: got %s, want a refusal", kind, move, state, by, got.State)
					case !may && (got.State != state || len(got.Steps) != len(r.Steps)):
						t.Errorf("%s %s from %s by %s: the refused move changed the request", kind, move, state, by)
					}
				}
			}
		}
	}
}

func contains(list, word string) bool {
	for len(list) > 0 {
		i := 0
		for i < len(list) && list[i] != ' ' {
			i++
		}
		if list[:i] == word {
			return true
		}
		list = list[min(i+1, len(list)):]
	}
	return false
}

func groundFor(m Move) string {
	if m == Reject {
		return "unfounded"
	}
	return ""
}

func TestWith_refusals(t *testing.T) {
	t.Parallel()
	staff := actors()[ledger.ByStaff]
	passedOn := func(kind Kind, system string) Request {
		r := request(t, kind)
		r.Proof = Proof{Method: BySystem, Session: system}
		return r
	}
	ready := func(kind Kind) Request {
		r := request(t, kind)
		r.State = Acknowledged
		return r
	}
	for name, tt := range map[string]struct {
		r    Request
		act  Act
		want error
	}{
		"rejection without a ground":           {ready(Access), Act{Move: Reject, Actor: staff, Note: "no"}, errs.Invalid},
		"rejection on a ground of another":     {ready(Access), Act{Move: Reject, Actor: staff, Ground: "compelling"}, errs.Invalid},
		"question without words":               {ready(Access), Act{Move: Ask, Actor: staff}, errs.Invalid},
		"extension without a reason":           {ready(Access), Act{Move: Delay, Actor: staff}, errs.Invalid},
		"extension after the limit":            {ready(Access), Act{Move: Delay, Actor: staff, Note: "much", At: request(t, Access).DueAt.Add(time.Microsecond)}, errs.Invalid},
		"cancelled by another subject":         {ready(Access), Act{Move: Cancel, Actor: ledger.Self("another")}, errs.NotFound},
		"erasure that staff say they did":      {accepted(request(t, Erasure)), Act{Move: Fulfil, Actor: staff}, errs.Forbidden},
		"grave one opened again without proof": {closed(request(t, Erasure)), Act{Move: Reopen, Actor: ledger.Self("somebody")}, errs.Stale},
		"cancelled by another system":          {passedOn(Access, "desk"), Act{Move: Cancel, Actor: actors()[ledger.BySystem]}, errs.NotFound},
		"cancelled by who passed it on":        {passedOn(Access, "shop"), Act{Move: Cancel, Actor: actors()[ledger.BySystem]}, nil},
		"unknown move":                         {ready(Access), Act{Move: "jump", Actor: staff}, errs.Invalid},
	} {
		if tt.act.At.IsZero() {
			tt.act.At = received.Add(time.Hour)
		}
		if _, _, err := tt.r.With(tt.act); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
	last := Act{Move: Delay, Actor: staff, Note: "much", At: request(t, Access).DueAt}
	r, _, err := ready(Access).With(last)
	if err != nil || !r.Extended {
		t.Errorf("extension at the last instant: got %v, want it", err)
	}
	r.State = Accepted
	if _, _, err := r.With(last); !errors.Is(err, errs.Invalid) {
		t.Errorf("second extension: got %v, want a refusal", err)
	}
}

func accepted(r Request) Request { r.State = Accepted; return r }
func closed(r Request) Request   { r.State = Cancelled; return r }

// TestWith_any_sequence makes moves at random: whatever happens, each step is
// one that the table has, a closed request owes nothing, and a due date never
// moves but by an extension, a pause, or asking again.
func TestWith_any_sequence(t *testing.T) {
	t.Parallel()
	moves := []Move{
		Acknowledge, Ask, Answer, Accept, Reject, Delay, Fulfil, Fail, Cancel, Lift, Reopen,
		Propose, Hold, Release, Assign, Write, Reply, Thaw, Appeal,
	}
	base := map[Kind]Request{}
	for _, k := range filed {
		base[k] = request(t, k)
	}
	rapid.Check(t, func(t *rapid.T) {
		r := base[rapid.SampledFrom(filed[:]).Draw(t, "kind")]
		at := received
		who := []ledger.Actor{ledger.Self("somebody"), program, {Kind: ledger.ByStaff, ID: "dpo"}}
		for range 25 {
			at = at.Add(time.Duration(rapid.IntRange(0, 72).Draw(t, "hours")) * time.Hour)
			move := rapid.SampledFrom(moves).Draw(t, "move")
			next, tr, err := r.With(Act{
				Move: move, At: at, Actor: rapid.SampledFrom(who).Draw(t, "who"), Note: "n", Ground: groundFor(move), Fresh: true,
			})
			if err != nil {
				if next.State != r.State {
					t.Fatalf("a refused %s changed %s to %s", move, r.State, next.State)
				}
				continue
			}
			if !slices.Contains(tr.From, r.State) || next.State != tr.To && tr.To != "" || tr.To == "" && next.State != r.State || len(next.Steps) != len(r.Steps)+1 {
				t.Fatalf("%s led from %s to %s", move, r.State, next.State)
			}
			if _, freezes := next.freezes(); !next.ThawAt.IsZero() && (next.State.Open() || !freezes) {
				t.Fatalf("a %s that is %s thaws at %v", next.Kind, next.State, next.ThawAt)
			}
			if next.State.Open() != next.ClosedAt.IsZero() {
				t.Fatalf("%s is closed at %v", next.State, next.ClosedAt)
			}
			if !next.DueAt.Equal(r.DueAt) && move != Delay && move != Reopen && move != Appeal {
				t.Fatalf("%s moved the due date from %v to %v", move, r.DueAt, next.DueAt)
			}
			r = next
		}
	})
}
