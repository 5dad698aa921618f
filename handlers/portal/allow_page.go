package portal

import (
	"slices"

	"livingprofile/internal/consent"
	view "livingprofile/views/portal"
)

// allowPage asks about every purpose of the brand: first those with a choice,
// each parent with what is below it, and then those without.
func (s *sight) allowPage() view.AllowPage {
	page := view.AllowPage{Signal: s.signalNote()}
	alone := view.PurposeGroup{ID: "alone"}
	needed := view.PurposeGroup{ID: "needed", Title: s.t("page.group.needed")}
	for _, v := range s.org.PurposesOn(s.brand.Name) {
		if s.below(v) {
			continue
		}
		item := s.purposeItem(v)
		switch {
		case item.Parent:
			group := view.PurposeGroup{ID: item.ID, Parent: &item}
			s.addChildren(&group, v, 1)
			page.Groups = append(page.Groups, group)
		case item.Fixed != "":
			item.Level = 1
			needed.Items = append(needed.Items, item)
		default:
			alone.Items = append(alone.Items, item)
		}
	}
	for _, group := range []view.PurposeGroup{alone, needed} {
		if len(group.Items) > 0 {
			page.Groups = append(page.Groups, group)
		}
	}
	s.drawRows(&page)
	return page
}

// below tells whether v stands below another purpose of this brand.
func (s *sight) below(v *consent.PurposeVersion) bool {
	parent, ok := s.org.Purpose(v.Parent)
	return ok && !parent.Retired && parent.On(s.brand.Name)
}

func (s *sight) addChildren(group *view.PurposeGroup, v *consent.PurposeVersion, level int) {
	children := s.children(v)
	group.Items = slices.Grow(group.Items, len(children))
	for _, child := range children {
		item := s.purposeItem(child)
		item.Level = level
		group.Items = append(group.Items, item)
		s.addChildren(group, child, level+1)
	}
}

// stand gives the row of v the place that it has on its page.
func (s *sight) stand(item *view.PurposeItem, v *consent.PurposeVersion, alone bool) {
	switch {
	case alone:
		item.Alone = true
	case item.Fixed != "" && !s.below(v):
		item.Level = 1
	default:
		for s.below(v) && item.Level < maxDepth {
			v, _ = s.org.Purpose(v.Parent)
			item.Level++
		}
	}
}

// maxDepth is more than any tree of purposes has.
const maxDepth = 10

// rowOf is where the row of v is: on a page of its own, or among the others.
func (s *sight) rowOf(v *consent.PurposeVersion, alone bool) string {
	if alone {
		return s.base + "/allow/" + string(v.Purpose)
	}
	return s.base + "/allow#p-" + string(v.Purpose)
}
