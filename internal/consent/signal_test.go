package consent

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// sold is a purpose that the signal covers.
func sold() *PurposeVersion {
	v := newsletter()
	v.Signal = GPC
	return v
}

func TestStops(t *testing.T) {
	t.Parallel()
	before, after := noon.Add(-2*time.Hour), noon
	yes := stands(Given, 2) // an hour before noon
	for name, tt := range map[string]struct {
		v     *PurposeVersion
		st    func(*Standing)
		since time.Time
		want  bool
	}{
		"no_signal":                            {sold(), nil, time.Time{}, false},
		"yes_before_the_signal":                {sold(), nil, after, true},
		"yes_with_the_signal":                  {sold(), nil, yes.At, true},
		"yes_after_the_signal":                 {sold(), nil, before, false},
		"another_yes_after_the_signal":         {sold(), func(st *Standing) { st.Status = Renewed }, before, false},
		"second_yes_by_mail_after_the_signal":  {sold(), func(st *Standing) { st.ProofBy = ByMailLink }, before, false},
		"yes_to_the_parent_after_the_signal":   {sold(), func(st *Standing) { st.Via = "marketing" }, before, true},
		"yes_that_a_system_reports_afterwards": {sold(), func(st *Standing) { st.ProofBy = BySystemSays }, before, true},
		"yes_of_an_import_afterwards":          {sold(), func(st *Standing) { st.ProofBy = ByImport }, before, true},
		"no_after_the_signal":                  {sold(), func(st *Standing) { st.Status = Refused }, before, true},
		"never_asked":                          {sold(), func(st *Standing) { *st = Standing{Status: Unknown} }, before, true},
		"purpose_that_it_does_not_cover":       {newsletter(), nil, after, false},
		"purpose_without_a_choice": {
			&PurposeVersion{Purpose: "orders", Number: 2, Basis: Contract, Required: true, Signal: GPC}, nil, after, false,
		},
	} {
		st := yes
		if tt.st != nil {
			tt.st(&st)
		}
		if got := tt.v.Stops(st, tt.since); got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}

func TestDecide_says_yes_once_more_beside_a_signal(t *testing.T) {
	t.Parallel()
	yes := stands(Given, 2)
	for name, tt := range map[string]struct {
		v       *PurposeVersion
		heard   Heard
		via     PurposeID
		changes bool
	}{
		"without_a_signal":       {sold(), nil, "", false},
		"yes_before_the_signal":  {sold(), Heard{GPC: noon.Add(-time.Minute)}, "", true},
		"yes_after_the_signal":   {sold(), Heard{GPC: noon.Add(-2 * time.Hour)}, "", false},
		"by_the_parent's_switch": {sold(), Heard{GPC: noon.Add(-time.Minute)}, "marketing", false},
		"signal_against_others":  {newsletter(), Heard{GPC: noon.Add(-time.Minute)}, "", false},
	} {
		r, changes, err := Decide(yes, Decision{
			Subject: person, Purpose: tt.v, Answer: Yes, At: noon, Via: tt.via, Heard: tt.heard, Proof: Proof{Kind: BySession},
		})
		if err != nil || changes != tt.changes {
			t.Errorf("%s: got %v, %v, want %v", name, changes, err, tt.changes)
		}
		if changes && r.Status != Renewed {
			t.Errorf("%s: got %s, want renewed", name, r.Status)
		}
	}
}

// Whatever is recorded: a signal never stands against the person's own yes that
// they gave here beside it, and nobody else's word takes it away.
func TestSignal_gives_way_to_the_person_alone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := &PurposeVersion{Purpose: "ads", Number: 2, Basis: Consent, Signal: GPC}
		s := Fold(drawRecords(t))
		heard := Heard{GPC: drawTime(t, "signal")}
		st := s.Of("ads", "")
		if v.Stops(st, heard[GPC]) {
			in := Inbound{
				Subject: person, Purpose: v, Status: Given, At: noon.Add(7 * time.Hour), Confirmed: true,
				Proof: Proof{Kind: rapid.SampledFrom([]ProofKind{BySystemSays, ByImport}).Draw(t, "system")}, Now: noon.Add(8 * time.Hour),
			}
			if r, ok := Accept(st, in); ok && !v.Stops(s.With(r).Of("ads", ""), heard[GPC]) {
				t.Fatalf("a system's %s ended the signal", r.Status)
			}
		}
		yes := Decision{
			Subject: person, Purpose: v, Answer: Yes, At: heard.after(drawTime(t, "now")), Heard: heard, Proof: Proof{Kind: BySession},
		}
		records, err := decideAll(s, []Decision{yes})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			s = s.With(r)
		}
		if now := s.Of("ads", ""); v.Stops(now, heard[GPC]) {
			t.Fatalf("the signal of %s stands against %+v", heard[GPC], now)
		}
	})
}
