package consent

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawInbound draws what a system says, with a time or without.
func drawInbound(t *rapid.T, v *PurposeVersion) Inbound {
	in := Inbound{
		Subject: person, Purpose: v, Now: noon.Add(12 * time.Hour), Proof: Proof{Kind: ByImport}, Channel: "import",
		Status:    rapid.SampledFrom([]Status{Given, Refused, Revoked}).Draw(t, "inbound"),
		Confirmed: rapid.Bool().Draw(t, "confirmed"),
	}
	if rapid.Bool().Draw(t, "timed") {
		in.At = drawTime(t, "decided")
	}
	return in
}

func TestAccept(t *testing.T) {
	t.Parallel()
	before, after := noon.Add(-2*time.Hour), noon.Add(-time.Minute) // standing is an hour old
	imported := func(status Status) Standing {
		st := stands(status, 2)
		st.ProofBy = ByImport
		return st
	}
	nothing := Standing{Status: Unknown}
	for name, tt := range map[string]struct {
		now    Standing
		status Status
		at     time.Time // zero when the system does not say
		want   Status    // "" for no record
	}{
		"yes_about_nothing_is_given":                      {nothing, Given, before, Given},
		"yes_without_a_time_about_nothing_is_given":       {nothing, Given, time.Time{}, Given},
		"yes_newer_than_a_no_is_given":                    {stands(Withdrawn, 2), Given, after, Given},
		"yes_older_than_a_no_is_old_news":                 {stands(Withdrawn, 2), Given, before, ""},
		"yes_without_a_time_does_not_undo_a_withdrawal":   {stands(Withdrawn, 2), Given, time.Time{}, ""},
		"yes_without_a_time_does_not_undo_an_imported_no": {imported(Refused), Given, time.Time{}, ""},
		"yes_without_a_time_does_not_heal_the_invalid":    {imported(Invalidated), Given, time.Time{}, ""},
		"yes_without_a_time_does_not_revive_the_expired":  {imported(Expired), Given, time.Time{}, ""},
		"yes_newer_than_an_expiry_renews":                 {stands(Expired, 2), Given, after, Renewed},
		"yes_newer_than_a_yes_renews":                     {stands(Given, 2), Given, after, Renewed},
		"yes_without_a_time_beside_a_yes_is_nothing":      {imported(Given), Given, time.Time{}, ""},
		"yes_from_the_future_is_nobodys":                  {nothing, Given, noon.Add(time.Second), ""},
		"yes_of_the_same_time_as_a_no_loses":              {stands(Withdrawn, 2), Given, noon.Add(-time.Hour), ""},

		"no_about_nothing_is_refused":                     {nothing, Refused, before, Refused},
		"no_newer_than_a_yes_withdraws":                   {stands(Given, 2), Refused, after, Withdrawn},
		"no_older_than_a_yes_is_old_news":                 {stands(Given, 2), Refused, before, ""},
		"no_without_a_time_withdraws_an_imported_yes":     {imported(Given), Refused, time.Time{}, Withdrawn},
		"no_without_a_time_leaves_the_persons_own_yes":    {stands(Given, 2), Refused, time.Time{}, ""},
		"no_newer_than_a_no_keeps_it_newer":               {stands(Refused, 2), Refused, after, Refused},
		"no_without_a_time_beside_a_no_is_nothing":        {imported(Refused), Refused, time.Time{}, ""},
		"no_of_the_same_time_as_a_yes_wins":               {stands(Given, 2), Refused, noon.Add(-time.Hour), Withdrawn},
		"no_from_the_future_is_nobodys":                   {stands(Given, 2), Refused, noon.Add(time.Second), ""},
		"no_while_a_second_yes_is_awaited_refuses":        {stands(Requested, 2), Refused, after, Refused},
		"end_of_a_yes_revokes":                            {stands(Given, 2), Revoked, after, Revoked},
		"end_of_nothing_is_kept_against_an_older_yes":     {nothing, Revoked, before, Revoked},
		"end_of_nothing_without_a_time_is_nothing":        {nothing, Revoked, time.Time{}, ""},
		"end_without_a_time_ends_an_imported_yes":         {imported(Given), Revoked, time.Time{}, Revoked},
		"end_of_the_same_time_as_a_yes_wins":              {imported(Given), Revoked, noon.Add(-time.Hour), Revoked},
		"what_a_system_cannot_say_is_nothing":             {stands(Given, 2), Invalidated, after, ""},
		"what_is_said_of_a_deferred_question_is_answered": {stands(Deferred, 2), Given, after, Given},
	} {
		t.Run(name, func(t *testing.T) {
			in := Inbound{
				Subject: person, Purpose: newsletter(), Status: tt.status, At: tt.at, Now: noon,
				Proof: Proof{Kind: ByImport, Ref: "row 7"}, Brand: "hibiki", Channel: "import",
			}
			r, ok := Accept(tt.now, in)
			if r.Status != tt.want || ok != (tt.want != "") {
				t.Fatalf("got %q (%v), want %q", r.Status, ok, tt.want)
			}
			if !ok {
				return
			}
			if r.Subject != person || r.Proof != in.Proof || r.Notice != "" || r.Brand != "hibiki" || r.Channel != "import" {
				t.Errorf("record: got %+v", r)
			}
			if s := (State{{"news", ""}: tt.now}).With(r); s.Of("news", "").Record != r.ID {
				t.Errorf("the record of %v has no effect beside what stands since %v", r.At, tt.now.At)
			}
		})
	}
}

func TestAccept_needs_the_second_yes(t *testing.T) {
	t.Parallel()
	v := newsletter()
	v.DoubleOptIn = true
	in := Inbound{Subject: person, Purpose: v, Status: Given, At: noon, Now: noon, Proof: Proof{Kind: ByImport}}
	if r, ok := Accept(Standing{Status: Unknown}, in); ok {
		t.Errorf("unconfirmed: got %s, want none", r.Status)
	}
	in.Confirmed = true
	if r, ok := Accept(Standing{Status: Unknown}, in); !ok || r.Status != Given {
		t.Errorf("confirmed: got %q, want given", r.Status)
	}
}

func TestAccept_makes_no_yes_that_is_over(t *testing.T) {
	t.Parallel()
	v := newsletter()
	v.Expires = time.Hour
	in := Inbound{Subject: person, Purpose: v, Status: Given, Now: noon, Proof: Proof{Kind: ByImport}}
	for at, want := range map[time.Time]bool{
		noon.Add(-time.Hour): false, noon.Add(-time.Hour + time.Microsecond): true,
	} {
		in.At = at
		r, ok := Accept(Standing{Status: Unknown}, in)
		if ok != want {
			t.Errorf("given at %v: got %v, want %v", at, ok, want)
		}
		if ok && !r.Until.Equal(at.Add(time.Hour)) {
			t.Errorf("holds until %v, want an hour from when it was given", r.Until)
		}
	}
}

func TestAccept_leaves_purposes_without_a_choice_alone(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*PurposeVersion){
		"required": func(v *PurposeVersion) { v.Required = true },
		"retired":  func(v *PurposeVersion) { v.Retired = true },
		"contract": func(v *PurposeVersion) { v.Basis = Contract },
	} {
		v := newsletter()
		change(v)
		for _, status := range []Status{Given, Refused, Revoked} {
			if r, ok := Accept(stands(Given, 2), Inbound{Purpose: v, Status: status, At: noon, Now: noon}); ok {
				t.Errorf("%s, %s: got %s, want none", name, status, r.Status)
			}
		}
	}
}

// take applies what systems say in turn.
func take(s State, said []Inbound) State {
	for _, in := range said {
		now, ok := s[Key{"news", ""}]
		if !ok {
			now = Standing{Status: Unknown}
		}
		if r, ok := Accept(now, in); ok {
			s = s.With(r)
		}
	}
	return s
}

func TestAccept_same_words_twice_change_nothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := drawPurpose(t)
		s := take(Fold(drawRecords(t)), []Inbound{drawInbound(t, v), drawInbound(t, v)})
		in := drawInbound(t, v)
		once := take(s, []Inbound{in})
		in.Now = in.Now.Add(time.Minute)
		if twice := take(once, []Inbound{in}); twice.Of("news", "") != once.Of("news", "") {
			t.Fatalf("%s at %v: once %+v, twice %+v", in.Status, in.At, once.Of("news", ""), twice.Of("news", ""))
		}
	})
}

// Whatever the order in which timed words arrive, and however often, the same
// is allowed in the end and the newest word counts.
func TestAccept_order_makes_no_difference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := drawPurpose(t)
		v.Expires = 0
		var said []Inbound
		for range rapid.IntRange(1, 6).Draw(t, "words") {
			in := drawInbound(t, v)
			if in.At.IsZero() {
				in.At = drawTime(t, "decided after all")
			}
			said = append(said, in)
		}
		want := take(State{}, said).Of("news", "")
		shuffled := rapid.Permutation(said).Draw(t, "order")
		again := rapid.SliceOfN(rapid.SampledFrom(said), 0, 4).Draw(t, "again")
		for name, other := range map[string][]Inbound{"shuffled": shuffled, "repeated": append(shuffled, again...)} {
			got := take(State{}, other).Of("news", "")
			if got.Status.Valid() != want.Status.Valid() || got.Status.No() != want.Status.No() ||
				!got.At.Truncate(time.Second).Equal(want.At.Truncate(time.Second)) {
				t.Fatalf("%s: got %s at %v, want %s at %v", name, got.Status, got.At, want.Status, want.At)
			}
		}
	})
}

func TestAccept_never_undoes_a_no_by_what_is_older_or_unproved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := drawPurpose(t)
		no := stands(rapid.SampledFrom([]Status{Refused, Withdrawn, Revoked}).Draw(t, "no"), 1)
		no.ProofBy = rapid.SampledFrom([]ProofKind{BySession, ByMailLink, ByImport, BySystemSays, BySignal}).Draw(t, "proof")
		s := State{{"news", ""}: no}
		for range rapid.IntRange(1, 5).Draw(t, "words") {
			in := drawInbound(t, v)
			if in.Status == Given && in.At.After(no.At) {
				in.At = no.At.Add(-time.Duration(rapid.IntRange(0, 3).Draw(t, "hours before")) * time.Hour)
			}
			if s = take(s, []Inbound{in}); s.Of("news", "").Status.Valid() {
				t.Fatalf("%s at %v undoes %s of %v", in.Status, in.At, no.Status, no.At)
			}
		}
	})
}
