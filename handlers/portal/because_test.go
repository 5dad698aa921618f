package portal

import (
	"strings"
	"testing"

	"livingprofile/internal/i18n"
	"livingprofile/internal/profile"
)

// Each rule by which a value counts is told in every language, with the source
// and the day where they matter.
func TestBecause(t *testing.T) {
	org := declared(t)
	for _, locale := range []string{"en", "ja", "ar"} {
		s := newSight(t, org, "hibiki", locale, nil)
		shop, day := s.source("shop"), i18n.Date(s.ctx, noon)
		said := map[string]profile.Why{}
		for why, wants := range map[profile.Why][]string{
			profile.WhyCorrected: {day}, profile.WhyProved: {shop, day}, profile.WhyTakenAway: {day}, profile.WhyOnly: {shop},
			profile.WhyRank: {shop}, profile.WhyOrigin: {shop}, profile.WhyNewest: {shop, day}, profile.WhyName: {shop},
		} {
			text := s.because(profile.Reason{Why: why, Source: "shop", At: noon})
			for _, want := range wants {
				if !strings.Contains(text, want) {
					t.Errorf("%s, %s: %q does not name %q", locale, why, text, want)
				}
			}
			if other, twice := said[text]; twice {
				t.Errorf("%s: %s and %s are told alike", locale, why, other)
			}
			said[text] = why
		}
	}
}
