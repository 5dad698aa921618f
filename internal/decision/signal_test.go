package decision_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
)

func TestMay_follows_a_signal(t *testing.T) {
	t.Parallel()
	never := time.Time{}
	covered := func(v *consent.PurposeVersion) { v.Signal = consent.GPC }
	interest := func(v *consent.PurposeVersion) { v.Signal, v.Basis = consent.GPC, consent.LegitimateInterest }
	own := stands(consent.Given, 2, never) // an hour before noon
	own.ProofBy = consent.BySession
	before, after := noon.Add(-2*time.Hour), noon.Add(-time.Minute)

	for name, tt := range map[string]struct {
		situation
		heard time.Time // on the profile
		sent  bool      // with the request
		want  decision.Verdict
	}{
		"yes_and_the_request_sends_it":    {situation{purpose: covered, stands: own}, never, true, deny(decision.Signalled, never, "r")},
		"yes_before_it_was_kept":          {situation{purpose: covered, stands: own}, after, false, deny(decision.Signalled, never, "r")},
		"yes_after_it_was_kept":           {situation{purpose: covered, stands: own}, before, false, allow(decision.ByConsent, never, "r")},
		"yes_after_it_was_kept_and_again": {situation{purpose: covered, stands: own}, before, true, allow(decision.ByConsent, never, "r")},
		"never_asked":                     {situation{purpose: covered}, never, true, deny(decision.Signalled, never, "", decision.NotAsked)},
		"a_no_stays_the_reason":           {situation{purpose: covered, stands: stands(consent.Refused, 2, never)}, after, true, deny(decision.Refused, never, "r", decision.Signalled)},
		"an_end_stays_the_reason":         {situation{purpose: covered, stands: stands(consent.Given, 2, noon)}, after, true, deny(decision.Expired, never, "r", decision.Signalled)},
		"interest":                        {situation{purpose: interest}, never, true, deny(decision.Signalled, never, "")},
		"interest_and_a_later_yes":        {situation{purpose: interest, stands: own}, before, true, allow(decision.NoObject, never, "r")},
		"what_it_does_not_cover":          {situation{stands: own}, after, true, allow(decision.ByConsent, never, "r")},
	} {
		if d := cmp.Diff(tt.signalled(tt.heard, tt.sent), tt.want); d != "" {
			t.Errorf("%s (-got +want):\n%s", name, d)
		}
	}
}

// signalled is ask with a signal.
func (s situation) signalled(heard time.Time, sent bool) decision.Verdict {
	v := &consent.PurposeVersion{Purpose: "news", Number: 2, Basis: consent.Consent, Marketing: true}
	if s.purpose != nil {
		s.purpose(v)
	}
	f := decision.Facts{Consents: consent.State{}}
	if s.stands != nil {
		f.Consents[consent.Key{Purpose: "news"}] = *s.stands
	}
	if !heard.IsZero() {
		f.Preferences.Heard = consent.Heard{consent.GPC: heard}
	}
	q := decision.Question{Purpose: v, At: noon}
	if sent {
		q.Signal = consent.GPC
	}
	return decision.May(f, q)
}
