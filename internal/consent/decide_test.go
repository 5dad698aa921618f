package consent

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	over := stands(Given, 2)
	over.Until = noon.Add(-time.Minute)
	doubly := newsletter()
	doubly.DoubleOptIn = true
	opposable := newsletter()
	opposable.Basis = LegitimateInterest
	mail := Proof{Kind: ByMailLink}

	for name, tt := range map[string]struct {
		now    Standing
		v      *PurposeVersion
		answer Answer
		proof  Proof
		want   Status // "" when nothing changes
	}{
		"first_yes_is_given":                       {now: Standing{Status: Unknown}, answer: Yes, want: Given},
		"yes_again_is_a_no-op":                     {now: stands(Given, 2), answer: Yes},
		"yes_after_renewal_is_a_no-op":             {now: stands(Renewed, 2), answer: Yes},
		"yes_to_new_words_renews":                  {now: stands(Given, 1), answer: Yes, want: Renewed},
		"yes_after_the_time_is_over_renews":        {now: over, answer: Yes, want: Renewed},
		"yes_after_expiry_renews":                  {now: stands(Expired, 2), answer: Yes, want: Renewed},
		"yes_after_refusal_is_given":               {now: stands(Refused, 2), answer: Yes, want: Given},
		"yes_after_withdrawal_is_given":            {now: stands(Withdrawn, 2), answer: Yes, want: Given},
		"yes_after_revocation_is_given":            {now: stands(Revoked, 2), answer: Yes, want: Given},
		"yes_after_invalidation_is_given":          {now: stands(Invalidated, 2), answer: Yes, want: Given},
		"yes_after_deferral_is_given":              {now: stands(Deferred, 2), answer: Yes, want: Given},
		"yes_to_request_without_double_is_given":   {now: stands(Requested, 2), answer: Yes, want: Given},
		"double_yes_is_asked_for":                  {now: Standing{Status: Unknown}, v: doubly, answer: Yes, want: Requested},
		"double_yes_is_asked_for_once":             {now: stands(Requested, 2), v: doubly, answer: Yes},
		"double_yes_is_asked_for_new_words":        {now: stands(Requested, 1), v: doubly, answer: Yes, want: Requested},
		"double_yes_by_mail_is_given":              {now: stands(Requested, 2), v: doubly, answer: Yes, proof: mail, want: Given},
		"double_yes_after_withdrawal_is_asked_for": {now: stands(Withdrawn, 2), v: doubly, answer: Yes, want: Requested},
		"double_yes_to_new_words_renews":           {now: stands(Given, 1), v: doubly, answer: Yes, want: Renewed},
		"double_yes_after_expiry_renews":           {now: stands(Expired, 2), v: doubly, answer: Yes, want: Renewed},

		"first_no_is_refused":                   {now: Standing{Status: Unknown}, answer: No, want: Refused},
		"no_after_yes_withdraws":                {now: stands(Given, 2), answer: No, want: Withdrawn},
		"no_after_renewal_withdraws":            {now: stands(Renewed, 2), answer: No, want: Withdrawn},
		"no_to_new_words_withdraws_the_old":     {now: stands(Given, 1), answer: No, want: Withdrawn},
		"no_after_the_time_is_over_withdraws":   {now: over, answer: No, want: Withdrawn},
		"no_after_expiry_is_refused":            {now: stands(Expired, 2), answer: No, want: Refused},
		"no_after_refusal_is_a_no-op":           {now: stands(Refused, 2), answer: No},
		"no_after_withdrawal_is_a_no-op":        {now: stands(Withdrawn, 2), answer: No},
		"no_after_revocation_is_a_no-op":        {now: stands(Revoked, 2), answer: No},
		"no_to_new_words_is_refused_again":      {now: stands(Refused, 1), answer: No, want: Refused},
		"no_while_a_double_yes_waits_refuses":   {now: stands(Requested, 2), v: doubly, answer: No, want: Refused},
		"no_with_double_needs_no_second_no":     {now: stands(Given, 2), v: doubly, answer: No, want: Withdrawn},
		"no_after_deferral_is_refused":          {now: stands(Deferred, 2), answer: No, want: Refused},
		"no_after_invalidation_is_refused":      {now: stands(Invalidated, 2), answer: No, want: Refused},
		"objection_to_an_interest_is_a_refusal": {now: Standing{Status: Unknown}, v: opposable, answer: No, want: Refused},

		"later_before_anything_defers":       {now: Standing{Status: Unknown}, answer: Later, want: Deferred},
		"later_while_a_yes_waits_defers":     {now: stands(Requested, 2), answer: Later, want: Deferred},
		"later_again_is_a_no-op":             {now: stands(Deferred, 2), answer: Later},
		"later_after_yes_is_a_no-op":         {now: stands(Given, 2), answer: Later},
		"later_after_no_is_a_no-op":          {now: stands(Refused, 2), answer: Later},
		"later_after_withdrawal_is_a_no-op":  {now: stands(Withdrawn, 2), answer: Later},
		"later_after_expiry_is_a_no-op":      {now: stands(Expired, 2), answer: Later},
		"later_after_revocation_is_a_no-op":  {now: stands(Revoked, 2), answer: Later},
		"later_after_invalidation_is_a_noop": {now: stands(Invalidated, 2), answer: Later},
	} {
		t.Run(name, func(t *testing.T) {
			d := Decision{Subject: person, Purpose: tt.v, Answer: tt.answer, Proof: tt.proof, At: noon}
			if d.Purpose == nil {
				d.Purpose = newsletter()
			}
			if d.Proof.Kind == "" {
				d.Proof.Kind = BySession
			}
			r, changed, err := Decide(tt.now, d)
			if err != nil {
				t.Fatal(err)
			}
			if r.Status != tt.want || changed != (tt.want != "") {
				t.Errorf("got %q, changed %v; want %q", r.Status, changed, tt.want)
			}
		})
	}
}

func TestDecide_refuses(t *testing.T) {
	t.Parallel()
	with := func(change func(*PurposeVersion)) *PurposeVersion {
		v := newsletter()
		change(v)
		return v
	}
	for name, tt := range map[string]struct {
		v      *PurposeVersion
		answer Answer
		want   errs.Kind
	}{
		"required_purpose":    {with(func(v *PurposeVersion) { v.Required = true }), No, errs.Forbidden},
		"retired_purpose":     {with(func(v *PurposeVersion) { v.Retired = true }), Yes, errs.Gone},
		"basis_of_contract":   {with(func(v *PurposeVersion) { v.Basis = Contract }), No, errs.Forbidden},
		"basis_of_obligation": {with(func(v *PurposeVersion) { v.Basis = LegalObligation }), Yes, errs.Forbidden},
		"unknown_answer":      {newsletter(), "perhaps", errs.Invalid},
		"no_answer":           {newsletter(), "", errs.Invalid},
	} {
		_, changed, err := Decide(Standing{Status: Unknown}, Decision{Subject: person, Purpose: tt.v, Answer: tt.answer, At: noon})
		wantKind(t, name, err, tt.want)
		if changed {
			t.Errorf("%s: changes something", name)
		}
	}
}

func TestDecide_writes_down_what_proves_it(t *testing.T) {
	t.Parallel()
	v := newsletter()
	v.Expires = 24 * time.Hour
	v.Words.Question = i18n.Text{"ja": "お知らせを送ってもよいですか"}
	d := Decision{
		Subject: person, Purpose: v, Answer: Yes, Scope: "hibiki", Locale: "ja", Proof: Proof{Kind: BySession, Ref: "s"},
		Brand: "hibiki", Channel: "portal", Via: "marketing", At: noon,
	}
	r, _, err := Decide(Standing{Status: Unknown}, d)
	if err != nil {
		t.Fatal(err)
	}
	want := Record{
		ID: r.ID, Subject: person, Purpose: "news", Version: 2, Scope: "hibiki", Notice: v.Notice("ja").Hash, Locale: "ja",
		Status: Given, At: noon, Until: noon.Add(24 * time.Hour), Proof: d.Proof, Brand: "hibiki", Channel: "portal", Via: "marketing",
	}
	if diff := cmp.Diff(r, want); diff != "" || r.ID == "" {
		t.Errorf("record %q (-got +want):\n%s", r.ID, diff)
	}
	d.Answer = No
	if r, _, err = Decide(stands(Given, 2), d); err != nil || !r.Until.IsZero() {
		t.Errorf("a no lasts until %v (%v)", r.Until, err)
	}
	e := r.Entry()
	if e.ID != string(r.ID) || e.Kind != "consent.withdrawn" || e.Evidence != r.Digest() {
		t.Errorf("entry: got %+v", e)
	}
}

// Of two processes whose clocks differ one may write a yes that lies in the
// future of the other. A withdrawal that was dated before it was without
// effect, though it had been acknowledged.
func TestDecide_under_another_clock_still_counts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := State{}
		for range 8 {
			v := newsletter()
			d := Decision{
				Subject: person, Purpose: v, Proof: Proof{Kind: BySession}, At: drawTime(t, "at"),
				Answer: rapid.SampledFrom([]Answer{Yes, No}).Draw(t, "answer"),
			}
			now := s.Of("news", "")
			r, changed, err := Decide(now, d)
			if err != nil {
				t.Fatal(err)
			}
			if !changed {
				continue
			}
			if s = s.With(r); s.Of("news", "").Record != r.ID {
				t.Fatalf("%s at %v has no effect after %s at %v", r.Status, r.At, now.Status, now.At)
			}
		}
	})
}

// drawPurpose draws a purpose that leaves a choice.
func drawPurpose(t *rapid.T) *PurposeVersion {
	return &PurposeVersion{
		Purpose: "news", Number: rapid.IntRange(1, 3).Draw(t, "version"),
		Basis:       rapid.SampledFrom([]Basis{Consent, LegitimateInterest}).Draw(t, "basis"),
		DoubleOptIn: rapid.Bool().Draw(t, "double"),
		Expires:     time.Duration(rapid.IntRange(0, 3).Draw(t, "expires")) * time.Hour,
	}
}

// Whatever is said and done in whatever order, processing may rest on a record
// of a yes only, and on the one that is named.
func TestNothing_is_valid_without_a_yes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, records := State{}, map[RecordID]Record{}
		for range rapid.IntRange(1, 10).Draw(t, "commands") {
			v, at := drawPurpose(t), drawTime(t, "at")
			now := s.Of("news", "")
			var r Record
			var changed bool
			switch rapid.IntRange(0, 2).Draw(t, "command") {
			case 0:
				kind := rapid.SampledFrom([]ProofKind{BySession, ByMailLink}).Draw(t, "proof")
				r, changed, _ = Decide(now, Decision{
					Subject: person, Purpose: v, At: at, Proof: Proof{Kind: kind},
					Answer: rapid.SampledFrom([]Answer{Yes, No, Later}).Draw(t, "answer"),
				})
			case 1:
				r, changed = Accept(now, drawInbound(t, v))
			case 2:
				r, changed = Expire(person, Key{Purpose: "news"}, now, at)
			}
			if changed {
				records[r.ID] = r
				s = s.With(r)
			}
			after := s.Of("news", "")
			if !after.ValidAt(at) {
				continue
			}
			rests := records[after.Record]
			if rests.Status != Given && rests.Status != Renewed || !rests.Until.IsZero() && !at.Before(rests.Until) {
				t.Fatalf("valid at %v by a record that is %s until %v", at, rests.Status, rests.Until)
			}
		}
	})
}

// Art. 7(3) GDPR: where one answer gives, one answer withdraws, and at once.
func TestWithdrawing_needs_no_more_than_giving(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := drawPurpose(t)
		now := Standing{Status: Unknown}
		if rapid.Bool().Draw(t, "something stands") {
			now = stands(rapid.SampledFrom(Statuses[:]).Draw(t, "status"), rapid.IntRange(1, 3).Draw(t, "of version"))
			now.Until = drawTime(t, "until")
		}
		proof := Proof{Kind: rapid.SampledFrom([]ProofKind{BySession, ByMailLink, ByBrandLink, ByStaffEntry, BySignal}).Draw(t, "proof")}
		r, changed, err := Decide(now, Decision{Subject: person, Purpose: v, Answer: No, At: noon, Proof: proof})
		if err != nil {
			t.Fatal(err)
		}
		after := now
		if changed {
			after = State{}.With(r).Of("news", "")
		}
		if after.Status.Valid() || !after.Status.No() {
			t.Fatalf("after one no stands %q", after.Status)
		}
	})
}

func TestExpire(t *testing.T) {
	t.Parallel()
	until := func(status Status, at time.Time) Standing {
		st := stands(status, 2)
		st.Until, st.Via = at, "marketing"
		return st
	}
	for name, tt := range map[string]struct {
		now  Standing
		want bool
	}{
		"yes_whose_time_is_over":    {until(Given, noon), true},
		"renewal_long_over":         {until(Renewed, noon.Add(-time.Hour)), true},
		"yes_with_time_left":        {until(Given, noon.Add(time.Microsecond)), false},
		"yes_without_an_end":        {until(Given, time.Time{}), false},
		"withdrawn_has_no_end":      {until(Withdrawn, noon), false},
		"expired_expires_only_once": {until(Expired, noon), false},
		"nothing":                   {Standing{Status: Unknown}, false},
	} {
		r, got := Expire(person, Key{"news", "hibiki"}, tt.now, noon)
		if got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
		if !got {
			continue
		}
		want := Record{
			ID: r.ID, Subject: person, Purpose: "news", Version: 2, Scope: "hibiki", Status: Expired, At: noon,
			Proof: Proof{Kind: ByRule}, Channel: "rule", Via: "marketing",
		}
		if d := cmp.Diff(r, want); d != "" {
			t.Errorf("%s (-got +want):\n%s", name, d)
		}
	}
}

func TestWithChildren(t *testing.T) {
	t.Parallel()
	child := func(name PurposeID) *PurposeVersion { return &PurposeVersion{Purpose: name, Number: 1, Basis: Consent} }
	required := child("required")
	required.Required = true
	own := Standing{Status: Given, ProofBy: BySession}
	followed := Standing{Status: Given, ProofBy: BySession, Via: "news"}
	for name, tt := range map[string]struct {
		state State
		scope string
		child *PurposeVersion
		want  bool // the child follows
	}{
		"child_without_a_choice":                   {State{}, "", child("a"), true},
		"child_that_followed_before":               {State{{"a", ""}: followed}, "", child("a"), true},
		"child_that_was_deferred":                  {State{{"a", ""}: {Status: Deferred}}, "", child("a"), true},
		"child_with_its_own_yes":                   {State{{"a", ""}: own}, "", child("a"), false},
		"child_with_its_own_no":                    {State{{"a", ""}: {Status: Refused}}, "", child("a"), false},
		"child_that_waits_for_a_second_yes":        {State{{"a", ""}: {Status: Requested}}, "", child("a"), false},
		"child_whose_followed_yes_expired":         {State{{"a", ""}: {Status: Expired, Via: "news"}}, "", child("a"), true},
		"required_child":                           {State{}, "", required, false},
		"brand_child_with_own_choice_for_brand":    {State{{"a", "hibiki"}: own}, "hibiki", child("a"), false},
		"brand_child_with_own_choice_for_all":      {State{{"a", ""}: own}, "hibiki", child("a"), false},
		"brand_child_that_followed_for_all":        {State{{"a", ""}: followed}, "hibiki", child("a"), true},
		"brand_choice_does_not_bind_all_brands":    {State{{"a", "hibiki"}: own}, "", child("a"), true},
		"choice_of_another_brand_is_not_this_ones": {State{{"a", "otowa"}: own}, "hibiki", child("a"), true},
	} {
		d := Decision{Subject: person, Purpose: newsletter(), Answer: Yes, Scope: tt.scope, At: noon}
		all := WithChildren(tt.state, d, []*PurposeVersion{tt.child})
		if got := len(all) == 2; got != tt.want {
			t.Errorf("%s: follows %v, want %v", name, got, tt.want)
		}
		if diff := cmp.Diff(all[0], d); diff != "" {
			t.Errorf("%s: the first is another decision (-got +want):\n%s", name, diff)
		}
		for _, c := range all[1:] {
			if c.Purpose != tt.child || c.Via != "news" || c.Answer != Yes || c.Scope != tt.scope {
				t.Errorf("%s: got %+v", name, c)
			}
		}
	}
}

// A finer choice that the person made counts the same before and after.
func TestWithChildren_never_overrides_a_finer_choice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := Fold(drawRecords(t))
		scope := rapid.SampledFrom([]string{"", "hibiki"}).Draw(t, "scope of the switch")
		d := Decision{
			Subject: person, Purpose: &PurposeVersion{Purpose: "marketing", Number: 1, Basis: Consent}, Scope: scope, At: noon.Add(9 * time.Hour),
			Answer: rapid.SampledFrom([]Answer{Yes, No}).Draw(t, "answer"), Proof: Proof{Kind: BySession},
		}
		children := []*PurposeVersion{{Purpose: "news", Number: 1, Basis: Consent}, {Purpose: "ads", Number: 1, Basis: Consent}}
		records, err := decideAll(s, WithChildren(s, d, children))
		if err != nil {
			t.Fatal(err)
		}
		after := s
		for _, r := range records {
			after = after.With(r)
		}
		for _, p := range []PurposeID{"news", "ads"} {
			for _, brand := range []string{"", "hibiki"} {
				before := s.Of(p, brand)
				own := before.Status != Unknown && before.Status != Deferred && before.Via == ""
				if own && after.Of(p, brand) != before {
					t.Fatalf("%s on %q was %s, and is %s", p, brand, before.Status, after.Of(p, brand).Status)
				}
			}
		}
	})
}
