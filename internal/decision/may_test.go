package decision_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
)

var noon = time.Date(2026, time.March, 12, 12, 0, 0, 0, time.UTC) // 21:00 in Tokyo

// A situation is what is held and what is asked; its zero value asks for a
// newsletter at version 2 that nothing was said about.
type situation struct {
	purpose func(*consent.PurposeVersion)
	stands  *consent.Standing // for all brands
	own     *consent.Standing // for the brand
	wishes  consent.Wishes
	brand   string
	channel string
}

func (s situation) ask() decision.Verdict {
	v := &consent.PurposeVersion{Purpose: "news", Number: 2, Basis: consent.Consent, Marketing: true}
	if s.purpose != nil {
		s.purpose(v)
	}
	f := decision.Facts{Consents: consent.State{}, Preferences: consent.Preferences{All: s.wishes}}
	if s.stands != nil {
		f.Consents[consent.Key{Purpose: "news"}] = *s.stands
	}
	if s.own != nil {
		f.Consents[consent.Key{Purpose: "news", Scope: "hibiki"}] = *s.own
	}
	return decision.May(f, decision.Question{Purpose: v, Brand: s.brand, Channel: s.channel, At: noon})
}

func stands(status consent.Status, version int, until time.Time) *consent.Standing {
	return &consent.Standing{Record: "r", Version: version, Status: status, At: noon.Add(-time.Hour), Until: until}
}

func allow(r decision.Reason, until time.Time, record consent.RecordID) decision.Verdict {
	return decision.Verdict{Allow: true, Reasons: []decision.Reason{r}, Until: until, Record: record}
}

func deny(r decision.Reason, until time.Time, record consent.RecordID, also ...decision.Reason) decision.Verdict {
	return decision.Verdict{Reasons: append([]decision.Reason{r}, also...), Until: until, Record: record}
}

func TestMay_asks_consent_and_basis(t *testing.T) {
	t.Parallel()
	never := time.Time{}
	ago, soon, later := noon.Add(-time.Minute), noon.Add(time.Hour), noon.Add(2*time.Hour)
	reask := func(by time.Time) func(*consent.PurposeVersion) {
		return func(v *consent.PurposeVersion) { v.ReaskBy = by }
	}
	basis := func(b consent.Basis) func(*consent.PurposeVersion) {
		return func(v *consent.PurposeVersion) { v.Basis = b }
	}
	requiredInterest := func(v *consent.PurposeVersion) { v.Basis, v.Required = consent.LegitimateInterest, true }

	for name, tt := range map[string]struct {
		situation
		want decision.Verdict
	}{
		"never_asked":                 {situation{}, deny(decision.NotAsked, never, "")},
		"asked_later":                 {situation{stands: stands(consent.Deferred, 2, never)}, deny(decision.NotAsked, never, "r")},
		"given":                       {situation{stands: stands(consent.Given, 2, never)}, allow(decision.ByConsent, never, "r")},
		"renewed":                     {situation{stands: stands(consent.Renewed, 2, never)}, allow(decision.ByConsent, never, "r")},
		"given_for_a_time":            {situation{stands: stands(consent.Given, 2, soon)}, allow(decision.ByConsent, soon, "r")},
		"given_until_now":             {situation{stands: stands(consent.Given, 2, noon)}, deny(decision.Expired, never, "r")},
		"given_until_a_while_ago":     {situation{stands: stands(consent.Given, 2, ago)}, deny(decision.Expired, never, "r")},
		"expired":                     {situation{stands: stands(consent.Expired, 2, never)}, deny(decision.Expired, never, "r")},
		"refused":                     {situation{stands: stands(consent.Refused, 2, never)}, deny(decision.Refused, never, "r")},
		"withdrawn":                   {situation{stands: stands(consent.Withdrawn, 2, never)}, deny(decision.Withdrawn, never, "r")},
		"revoked":                     {situation{stands: stands(consent.Revoked, 2, never)}, deny(decision.Revoked, never, "r")},
		"invalidated":                 {situation{stands: stands(consent.Invalidated, 2, never)}, deny(decision.Invalidated, never, "r")},
		"waits_for_the_second_yes":    {situation{stands: stands(consent.Requested, 2, never)}, deny(decision.Waiting, never, "r")},
		"old_words_that_still_hold":   {situation{stands: stands(consent.Given, 1, never)}, allow(decision.ByConsent, never, "r")},
		"old_words_before_the_cutoff": {situation{stands: stands(consent.Given, 1, never), purpose: reask(soon)}, allow(decision.ByConsent, soon, "r")},
		"old_words_at_the_cutoff":     {situation{stands: stands(consent.Given, 1, never), purpose: reask(noon)}, deny(decision.WordsChanged, never, "r")},
		"old_words_after_the_cutoff":  {situation{stands: stands(consent.Given, 1, never), purpose: reask(ago)}, deny(decision.WordsChanged, never, "r")},
		"old_words_that_end_first":    {situation{stands: stands(consent.Given, 1, soon), purpose: reask(later)}, allow(decision.ByConsent, soon, "r")},
		"new_words_and_a_cutoff":      {situation{stands: stands(consent.Given, 2, never), purpose: reask(ago)}, allow(decision.ByConsent, never, "r")},
		"new_words_keep_their_own_end": {
			situation{stands: stands(consent.Given, 2, later), purpose: reask(soon)}, allow(decision.ByConsent, later, "r"),
		},

		"contract":                  {situation{purpose: basis(consent.Contract)}, allow(decision.ByBasis, never, "")},
		"contract_in_spite_of_a_no": {situation{purpose: basis(consent.Contract), stands: stands(consent.Refused, 2, never)}, allow(decision.ByBasis, never, "r")},
		"legal_obligation":          {situation{purpose: basis(consent.LegalObligation)}, allow(decision.ByBasis, never, "")},
		"interest_unopposed":        {situation{purpose: basis(consent.LegitimateInterest)}, allow(decision.NoObject, never, "")},
		"interest_opposed": {
			situation{purpose: basis(consent.LegitimateInterest), stands: stands(consent.Refused, 2, never)}, deny(decision.Objected, never, "r"),
		},
		"interest_opposed_later": {
			situation{purpose: basis(consent.LegitimateInterest), stands: stands(consent.Withdrawn, 2, never)}, deny(decision.Objected, never, "r"),
		},
		"interest_whose_yes_is_over": {
			situation{purpose: basis(consent.LegitimateInterest), stands: stands(consent.Expired, 2, never)}, allow(decision.NoObject, never, "r"),
		},
		"interest_that_is_required": {
			situation{purpose: requiredInterest, stands: stands(consent.Refused, 2, never)}, allow(decision.ByBasis, never, "r"),
		},
		"retired": {
			situation{purpose: func(v *consent.PurposeVersion) { v.Retired = true }, stands: stands(consent.Given, 2, never)}, deny(decision.Retired, never, ""),
		},

		"brand_has_its_own_no":         {situation{brand: "hibiki", stands: stands(consent.Given, 2, never), own: stands(consent.Refused, 2, never)}, deny(decision.Refused, never, "r")},
		"brand_has_its_own_yes":        {situation{brand: "hibiki", stands: stands(consent.Refused, 2, never), own: stands(consent.Given, 2, never)}, allow(decision.ByConsent, never, "r")},
		"other_brand_follows_for_all":  {situation{brand: "otowa", stands: stands(consent.Given, 2, never), own: stands(consent.Refused, 2, never)}, allow(decision.ByConsent, never, "r")},
		"yes_for_a_brand_is_not_all's": {situation{own: stands(consent.Given, 2, never)}, deny(decision.NotAsked, never, "")},
	} {
		if d := cmp.Diff(tt.ask(), tt.want); d != "" {
			t.Errorf("%s (-got +want):\n%s", name, d)
		}
	}
}

func TestMay_keeps_to_wishes(t *testing.T) {
	t.Parallel()
	given := stands(consent.Given, 2, time.Time{})
	short := stands(consent.Given, 2, noon.Add(time.Minute))
	service := func(v *consent.PurposeVersion) { v.Marketing = false }
	contract := func(v *consent.PurposeVersion) { v.Basis = consent.Contract }
	hour := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
	paused := consent.Wishes{Pause: hour(5)}
	night := consent.Wishes{Quiet: &consent.Quiet{From: 20 * 60, To: 7 * 60, Zone: "Asia/Tokyo"}}
	soon := consent.Wishes{Quiet: &consent.Quiet{From: 22 * 60, To: 7 * 60, Zone: "Asia/Tokyo"}}

	for name, tt := range map[string]struct {
		situation
		want decision.Verdict
	}{
		"pause":                       {situation{stands: given, wishes: paused}, deny(decision.Paused, hour(5), "r")},
		"pause_that_is_over":          {situation{stands: given, wishes: consent.Wishes{Pause: noon}}, allow(decision.ByConsent, time.Time{}, "r")},
		"pause_of_what_is_no_ad":      {situation{stands: given, wishes: paused, purpose: service}, allow(decision.ByConsent, time.Time{}, "r")},
		"pause_of_ads_on_any_basis":   {situation{wishes: paused, purpose: contract}, deny(decision.Paused, hour(5), "")},
		"pause_does_not_hide_a_no":    {situation{stands: stands(consent.Refused, 2, time.Time{}), wishes: paused}, deny(decision.Refused, time.Time{}, "r", decision.Paused)},
		"quiet_hours":                 {situation{stands: given, wishes: night, channel: "sms"}, deny(decision.QuietHours, hour(10), "r")},
		"quiet_hours_and_no_contact":  {situation{stands: given, wishes: night}, allow(decision.ByConsent, time.Time{}, "r")},
		"quiet_hours_of_what_is_none": {situation{stands: given, wishes: night, channel: "sms", purpose: service}, allow(decision.ByConsent, time.Time{}, "r")},
		"quiet_hours_to_come":         {situation{stands: given, wishes: soon, channel: "sms"}, allow(decision.ByConsent, hour(1), "r")},
		"quiet_hours_after_the_end":   {situation{stands: short, wishes: soon, channel: "sms"}, allow(decision.ByConsent, noon.Add(time.Minute), "r")},
		"pause_before_quiet_hours":    {situation{stands: given, wishes: consent.Wishes{Pause: hour(5), Quiet: night.Quiet}, channel: "sms"}, deny(decision.Paused, hour(10), "r", decision.QuietHours)},
	} {
		if d := cmp.Diff(tt.ask(), tt.want); d != "" {
			t.Errorf("%s (-got +want):\n%s", name, d)
		}
	}
}

// Until is kept: a system that asks again only then has not acted on an answer
// that was wrong in between.
func TestMay_answers_the_same_until_it_says(t *testing.T) {
	t.Parallel()
	moment := func(t *rapid.T, label string) time.Time {
		return noon.Add(time.Duration(rapid.IntRange(-3, 12).Draw(t, label)) * time.Hour)
	}
	rapid.Check(t, func(t *rapid.T) {
		v := &consent.PurposeVersion{
			Purpose: "news", Number: 2, Marketing: rapid.Bool().Draw(t, "marketing"),
			Basis: rapid.SampledFrom(consent.Bases[:]).Draw(t, "basis"),
		}
		if rapid.Bool().Draw(t, "asks again") {
			v.ReaskBy = moment(t, "by")
		}
		st := consent.Standing{
			Record: "r", Version: rapid.IntRange(1, 2).Draw(t, "version"), Status: rapid.SampledFrom(consent.Statuses[:]).Draw(t, "status"),
			At: noon.Add(-5 * time.Hour),
		}
		if rapid.Bool().Draw(t, "ends") {
			st.Until = moment(t, "end")
		}
		w := consent.Wishes{Quiet: &consent.Quiet{
			From: rapid.IntRange(0, 1439).Draw(t, "from"), To: rapid.IntRange(0, 1439).Draw(t, "to"), Zone: "Europe/Berlin",
		}}
		if rapid.Bool().Draw(t, "pauses") {
			w.Pause = moment(t, "pause")
		}
		f := decision.Facts{Consents: consent.State{{Purpose: "news"}: st}, Preferences: consent.Preferences{All: w}}
		q := decision.Question{Purpose: v, Channel: rapid.SampledFrom([]string{"", "sms"}).Draw(t, "channel"), At: noon}
		first := decision.May(f, q)
		end := noon.Add(30 * time.Hour)
		if !first.Until.IsZero() {
			end = first.Until
		}
		for q.At = noon; q.At.Before(end); q.At = q.At.Add(17 * time.Minute) {
			if got := decision.May(f, q); got.Allow != first.Allow {
				t.Fatalf("at %v: got %+v; at %v it was %+v", q.At, got, noon, first)
			}
		}
	})
}
