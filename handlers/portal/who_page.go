package portal

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// whoPage is every system that holds something or may have something here: our
// own tools are those that data also comes from.
func (s *sight) whoPage() view.WhoPage {
	var page view.WhoPage
	for i := range s.org.Systems {
		sys := &s.org.Systems[i]
		item := s.systemItem(sys)
		switch {
		case sys.Retired && len(item.Holds) == 0, !s.concerns(sys) && len(item.Holds) == 0:
		case sys.Source:
			page.Systems = append(page.Systems, item)
		default:
			page.Recipients = append(page.Recipients, item)
		}
	}
	return page
}

// concerns tells whether a system works for a purpose of this brand.
func (s *sight) concerns(sys *organisation.System) bool {
	return slices.ContainsFunc(s.org.PurposesOn(s.brand.Name), func(v *consent.PurposeVersion) bool {
		return slices.Contains(sys.Purposes, string(v.Purpose))
	})
}

func (s *sight) systemItem(sys *organisation.System) view.SystemItem {
	item := view.SystemItem{
		ID: sys.Name, Name: capital(s.in(sys.Human)), Text: s.in(sys.Label), May: s.permissions(sys),
	}
	s.toldItem(&item, sys.Name)
	if sys.Country != s.brand.Country {
		item.Country, item.Safeguard = i18n.Country(s.locale, sys.Country), s.in(sys.Safeguard)
	}
	if !sys.Source {
		// Nothing comes back from it, so what it may have counts as held.
		item.Holds = held(item.May)
		return item
	}
	var last []string
	for i := range s.org.Fields {
		f := &s.org.Fields[i]
		claim, says := s.facts.Profile.Of(f.Name, sys.Name)
		if !says || claim.Value == "" {
			continue
		}
		item.Holds = append(item.Holds, s.in(f.Label))
		if claim.Recorded.After(item.LastAt) {
			item.LastAt, last = claim.Recorded, nil
		}
		if claim.Recorded.Equal(item.LastAt) {
			last = append(last, s.in(f.Label))
		}
	}
	item.Last = s.few(last)
	return item
}

// mostNamed is how many of several things a sentence names.
const mostNamed = 3

// few joins the first of several things, and says how many more there are.
func (s *sight) few(things []string) string {
	if more := len(things) - mostNamed; more > 0 {
		things = append(slices.Clone(things[:mostNamed]), s.t("page.more", "count", more))
	}
	return s.list(things)
}

// permissions are what a system may have of what is held, by allowed purpose.
func (s *sight) permissions(sys *organisation.System) []view.Permission {
	if sys.Retired {
		return nil
	}
	var list []view.Permission
	for _, v := range s.org.PurposesOn(s.brand.Name) {
		if !slices.Contains(sys.Purposes, string(v.Purpose)) || !s.may(v).Allow {
			continue
		}
		var data []string
		for i := range s.org.Fields {
			f := &s.org.Fields[i]
			if sys.MayHold(f.Name) && uses(f, v.Purpose) && s.holds(f.Name) {
				data = append(data, s.in(f.Label))
			}
		}
		if len(data) > 0 {
			list = append(list, view.Permission{
				Purpose: ui.Link{Text: s.in(v.Words.Question), Href: s.base + "/allow/" + string(v.Purpose)}, Data: data,
			})
		}
	}
	return list
}

// allowed tells whether a system may have a field now, for any purpose here.
func (s *sight) allowed(sys *organisation.System, f *profile.Field) bool {
	return slices.ContainsFunc(s.org.PurposesOn(s.brand.Name), func(v *consent.PurposeVersion) bool {
		return slices.Contains(sys.Purposes, string(v.Purpose)) && uses(f, v.Purpose) && s.may(v).Allow
	})
}

// held is all data of permissions, each once.
func held(may []view.Permission) []string {
	var all []string
	for _, m := range may {
		for _, d := range m.Data {
			if !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
	}
	return all
}

// capital begins a name as a heading does.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
