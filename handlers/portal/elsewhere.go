package portal

import (
	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// elsewhere says where the person has answered otherwise than here.
func (s *sight) elsewhere(v *consent.PurposeVersion, here ui.Answer) []string {
	var lines []string
	for _, b := range s.users(v) {
		if answer := s.answerAt(v, b); b.Name != s.brand.Name && answer != here && answer != ui.Unasked {
			lines = append(lines, s.t("asked.elsewhere_"+string(answer), "brand", s.in(b.Label)))
		}
	}
	return lines
}

// users are the brands that use a purpose.
func (s *sight) users(v *consent.PurposeVersion) []*brand.Brand {
	var list []*brand.Brand
	for i := range s.org.Brands {
		if b := &s.org.Brands[i]; !b.Retired && v.On(b.Name) {
			list = append(list, b)
		}
	}
	return list
}

// answerAt is what the person has said that counts at a brand.
func (s *sight) answerAt(v *consent.PurposeVersion, b *brand.Brand) ui.Answer {
	switch st := s.facts.Consents.Of(v.Purpose, b.Name); st.Status {
	case consent.Refused, consent.Withdrawn:
		return ui.No
	case consent.Given, consent.Renewed, consent.Requested:
		switch decision.May(s.facts, decision.Question{Purpose: v, Brand: b.Name, At: s.now}).Reasons[0] {
		case decision.Expired, decision.Minor, decision.NotAsked:
			return ui.Unasked
		}
		return ui.Yes
	}
	return ui.Unasked
}

// reach lets the person answer for this brand or for all, beside what holds at
// each; nil where one brand alone uses the purpose.
func (s *sight) reach(v *consent.PurposeVersion) *view.Reach {
	all := s.users(v)
	if len(all) < 2 || !v.Asks() || v.Retired {
		return nil
	}
	r := &view.Reach{Here: s.in(s.brand.Label)}
	for _, b := range all {
		r.Brands = append(r.Brands, view.BrandAnswer{Brand: s.in(b.Label), Answer: s.answerAt(v, b)})
	}
	return r
}
