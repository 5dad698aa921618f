package decision

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livingprofile/internal/automated"
	"livingprofile/internal/consent"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

// TestMay_gives_all_reasons: whatever stands against something at once is named,
// the weightiest first and each once, and the answer lasts until the last of it
// is over.
func TestMay_gives_all_reasons(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	ofAge, pause, quiet, month := time.Date(2028, 5, 4, 0, 0, 0, 0, time.UTC), now.Add(5*time.Hour), now.Add(10*time.Hour), now.Add(30*24*time.Hour)
	never := time.Time{}
	rapid.Check(t, func(t *rapid.T) {
		var reasons []Reason
		var untils []time.Time
		is := func(r Reason, until time.Time) bool {
			if !rapid.Bool().Draw(t, string(r)) {
				return false
			}
			reasons, untils = append(reasons, r), append(untils, until)
			return true
		}
		v := &consent.PurposeVersion{Purpose: "news", Number: 1, Basis: consent.Consent, Marketing: true, Signal: consent.GPC, Ages: agesOf(time.UTC)}
		st := consent.Standing{Record: "r", Version: 1, Status: consent.Given, At: now.Add(-time.Hour)}
		var f Facts
		if is(Minor, ofAge) {
			f.Profile.Claims = map[string][]profile.Claim{"birthday": {{Source: "crm", Value: "2012-05-04"}}}
		}
		if is(Expired, never) {
			st.Until = now.Add(-time.Minute)
		}
		if is(Signalled, never) {
			f.Preferences.Heard = consent.Heard{consent.GPC: now}
		}
		if is(Restricted, never) {
			f.Freezes = rights.Freezes{{Scope: rights.WholePerson, Since: now}}
		}
		q := Question{Purpose: v, Brand: "hibiki", Channel: "email", At: now, Automated: &automated.Kind{Name: "plan"}}
		if is(HumanWanted, never) {
			f.Humans = automated.Humans{"plan": now}
		}
		if is(Paused, pause) {
			f.Preferences.All.Pause = pause
		}
		if is(QuietHours, quiet) {
			f.Preferences.All.Quiet = &consent.Quiet{From: 12 * 60, To: 22 * 60, Zone: "UTC"}
		}
		if is(BudgetUsed, month) {
			f.Preferences.All.Budget = &consent.Budget{Count: 1, Per: "month"}
			f.Contacts = Contacts{{At: now.Add(-24 * time.Hour)}}
		}
		f.Consents = consent.State{{Purpose: "news"}: st}
		want := Verdict{Allow: len(reasons) == 0, Reasons: reasons, Record: "r"}
		if want.Allow {
			want.Reasons = []Reason{ByConsent}
		}
		// A yes that is over counts no more when the person is of age, and there
		// the answer changes its reason.
		if len(reasons) > 1 && reasons[0] == Minor && reasons[1] == Expired {
			untils = slices.Delete(untils, 1, 2)
		}
		if len(untils) > 0 && !slices.ContainsFunc(untils, time.Time.IsZero) {
			want.Until = slices.MaxFunc(untils, time.Time.Compare)
		}
		got := May(f, q)
		if got.Allow != want.Allow || !slices.Equal(got.Reasons, want.Reasons) || !got.Until.Equal(want.Until) || got.Record != want.Record {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}
