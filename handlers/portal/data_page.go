package portal

import (
	"golang.org/x/text/language"

	"livingprofile/handlers/web"
	"livingprofile/internal/i18n"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// dataPage is everything that is held, by category in the order of the
// declaration.
func (s *sight) dataPage(identifiers []identity.Identifier) view.DataPage {
	var page view.DataPage
	byCategory := map[string][]*profile.Field{}
	for _, f := range s.fields() {
		byCategory[f.Category] = append(byCategory[f.Category], f)
	}
	categories := append(append([]profile.Category(nil), s.org.Categories...), s.org.Former.Categories...)
	for _, category := range categories {
		fields := byCategory[category.Name]
		if len(fields) == 0 {
			continue
		}
		s.nameOrder(fields)
		group := view.DataGroup{ID: category.Name, Title: s.in(category.Label), Icon: categoryIcon(category.Name)}
		for _, f := range fields {
			group.Items = append(group.Items, s.valueItem(f))
		}
		page.Groups = append(page.Groups, group)
	}
	for i := range identifiers {
		page.Identifiers = append(page.Identifiers, s.identifier(&identifiers[i]))
	}
	for i := range s.org.Fields {
		if f := &s.org.Fields[i]; !f.Retired && f.AskedBy(s.brand.Name) != nil {
			page.Asked = ui.Link{Text: s.t("asked.link", "brand", s.in(s.brand.Label)), Href: s.base + "/asked"}
		}
	}
	return page
}

// categoryIcon suits the usual names of categories.
func categoryIcon(name string) string {
	switch name {
	case "identity", "person":
		return "person"
	case "contact":
		return "mail"
	case "delivery", "address":
		return "pin"
	case "shopping", "orders":
		return "bag"
	case "training", "health":
		return "chart"
	case "reading":
		return "book"
	case "interests":
		return "heart"
	case "inferred":
		return "inferred"
	}
	return ""
}

// nameOrder puts the family name before the given name, or after it, as the
// page's language has them.
func (s *sight) nameOrder(fields []*profile.Field) {
	given, family := -1, -1
	for i, f := range fields {
		switch f.Name {
		case "given-name":
			given = i
		case "family-name":
			family = i
		}
	}
	if given < 0 || family < 0 {
		return
	}
	if familyFirst(s.locale) != (family < given) {
		fields[given], fields[family] = fields[family], fields[given]
	}
}

// familyFirst tells whether a language writes the family name first.
func familyFirst(locale string) bool {
	base, _ := language.Make(locale).Base()
	switch base.String() {
	case "ja", "zh", "ko", "hu", "vi":
		return true
	}
	return false
}

// valueItem is the row of a field.
func (s *sight) valueItem(f *profile.Field) view.ValueItem {
	claim, _, held := s.winner(f)
	item := view.ValueItem{
		ID: f.Name, Label: s.in(f.Label), UsedFor: s.usedFor(f),
		Edit: !f.Retired && (f.Edit == profile.Free || f.Edit == profile.Approval) && !(s.framed && reaches(f)), Saved: s.said.at(f.Name),
	}
	if held {
		item.Value, item.Origin = s.format(f, claim.Value), view.Origin(claim.Origin)
		item.Source, item.At = s.saidBy(&claim), claim.When()
		_, item.Frozen = s.facts.Freezes.Field(f.Name, f.Category)
		if claim.Origin == profile.Inferred {
			item.How = first(claim.How, s.ruleText(f), s.in(f.How))
		}
	}
	switch proposal, waits := s.facts.Profile.Proposals[f.Name]; {
	case waits && proposal.Value == "":
		item.State, item.Why = ui.Waiting, s.t("page.value.proposed_empty")
	case waits:
		item.State, item.Why = ui.Waiting, s.t("portal.value.proposed", "value", s.format(f, proposal.Value))
	case f.Retired:
		item.State, item.Why = ui.Locked, s.t("error.field_retired")
	case f.Edit == profile.Locked:
		item.State, item.Why = ui.Locked, s.in(f.Locked)
	}
	return item
}

// usedFor are the questions of the purposes that use a field on this brand.
func (s *sight) usedFor(f *profile.Field) []string {
	var titles []string
	for _, v := range s.org.PurposesOn(s.brand.Name) {
		if uses(f, v.Purpose) {
			titles = append(titles, s.texts.of(s.org, v, s.locale).title)
		}
	}
	return titles
}

func (s *sight) identifier(i *identity.Identifier) view.Identifier {
	return view.Identifier{
		Label: s.identifierLabel(i.Kind, i.Scope), Value: identifierText(i.Kind, i.Value), Source: s.source(i.Source),
		At: i.CreatedAt, Verified: i.Verified(), Main: i.Main,
	}
}

// identifierText writes an identifier as people do.
func identifierText(kind identity.Kind, value string) string {
	if kind == identity.Phone {
		return formatPhone(value)
	}
	return value
}

// identifierLabel says what an identifier is, and whose where that matters.
func (s *sight) identifierLabel(kind identity.Kind, scope string) string {
	label := s.t("page.identifier." + string(kind))
	if scope == "" {
		return label
	}
	return s.t("page.identifier.of", "what", label, "system", s.system(scope))
}

// saidStep tells what a step has made of a field, with the way back where there
// is one.
func (s *sight) saidStep(f *profile.Field, step profile.Step) web.Flash {
	value := s.format(f, s.value(f))
	flash := web.Flash{Row: f.Name, Args: map[string]string{"field": s.in(f.Label), "value": value}}
	switch {
	case step.Kind == profile.Proposed:
		flash.ID = "portal.said.proposed"
	case step.Kind == profile.Retracted:
		flash.ID = "page.said.retracted"
	case step.Kind == profile.Undone && value != "":
		flash.ID = "portal.said.undone"
	case step.Empty() && value != "":
		flash.ID = "portal.said.same"
	case step.Empty():
		flash.ID = "page.said.same_empty"
	case value == "":
		flash.ID = "portal.said.emptied"
	default:
		flash.ID = "portal.said.corrected"
	}
	if (step.Kind == profile.Corrected || step.Kind == profile.Proposed) && s.facts.Profile.Undoable(f.Name, s.now) {
		flash.Undo = s.undoPath(f)
	}
	return flash
}

func (s *sight) undoPath(f *profile.Field) string { return s.base + "/data/" + f.Name + "/undo" }

// homeValues counts what is held and from how many sources, and finds the
// newest.
func (s *sight) homeValues(page *view.HomePage) {
	sources := map[string]bool{}
	for i := range s.org.Fields {
		f := &s.org.Fields[i]
		claim, _, held := s.winner(f)
		if !held {
			continue
		}
		page.Values++
		for _, c := range s.facts.Profile.Claims[f.Name] {
			if c.Value != "" {
				sources[c.Source] = true
			}
		}
		if at := claim.When(); at.After(page.NewestAt) {
			page.NewestAt, page.Newest = at, s.source(claim.Source)
		}
	}
	page.Sources = len(sources)
}

// format is i18n-aware text of a value; see formatValue.
func (s *sight) format(f *profile.Field, value string) string {
	return FormatValue(s.ctx, s.locale, f, value)
}

// list joins words as a sentence does.
func (s *sight) list(words []string) string { return i18n.List(s.ctx, words) }
