package portal

import (
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/i18n"
)

// since is when the profile first had the signal that v gives way to; the
// moment of the page when only this request has it, and zero for none.
func (s *sight) since(v *consent.PurposeVersion) time.Time {
	at := s.facts.Preferences.Heard[v.Signal]
	if at.IsZero() && v.Signal != "" && v.Signal == s.signal {
		return s.now
	}
	return at
}

// signalNote says that the browser's signal was received, and what it does
// here; "" when there is none. A site must show that it processed the signal
// (California Code of Regulations 11, 7025(c)(6)).
func (s *sight) signalNote() string {
	kept := s.facts.Preferences.Heard[consent.GPC]
	if kept.IsZero() && s.signal == "" {
		return ""
	}
	covered, spite := 0, false
	for _, v := range s.org.PurposesOn(s.brand.Name) {
		if v.Signal != consent.GPC || !v.Asks() {
			continue
		}
		covered++
		verdict := s.may(v)
		spite = spite || verdict.Allow || verdict.Reasons[0] == decision.Paused
	}
	switch {
	case covered == 0:
		return s.t("portal.signal.nothing")
	case spite:
		return s.t("portal.signal.spite")
	case s.signal == "":
		return s.t("portal.signal.kept", "date", i18n.Date(s.ctx, kept))
	}
	return s.t("portal.signal.followed")
}

// signalled tells whether the signal is why a purpose is not done.
func (s *sight) signalled(v *consent.PurposeVersion) bool {
	return s.may(v).Reasons[0] == decision.Signalled
}
