package console

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/portal"
	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/i18n"
	"livingprofile/internal/identity"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
	"livingprofile/internal/staff"
	view "livingprofile/views/console"
)

// A look is a person as a member may see them.
type look struct {
	ctx    context.Context
	locale string
	org    *organisation.Organisation
	member staff.Member
	facts  decision.Facts
	now    time.Time
}

func (s *Console) personPage(c echo.Context, subject identity.Subject) (view.PersonPage, error) {
	ctx, v := web.Context(c), web.Of(c)
	facts, err := s.People.Facts(ctx, subject.ID)
	if err != nil {
		return view.PersonPage{}, err
	}
	l := &look{ctx, v.Locale, v.Organisation, me(c), facts, s.Clock.Now()}
	p := view.PersonPage{
		Name: l.name(), Subject: string(subject.ID), Since: subject.CreatedAt,
		Limited: len(l.member.Brands) > 0 || l.member.Role == authz.Support,
		Groups:  l.groups(), Answers: l.answers(), Portals: portals(c, subject),
	}
	identifiers, err := s.People.Identifiers(ctx, subject.ID)
	if err != nil {
		return p, err
	}
	p.Mute = !slices.ContainsFunc(identifiers, func(i identity.Identifier) bool { return i.Kind == identity.Email && i.Verified() })
	if p.Joined, err = s.joinedWith(c, subject.ID); err != nil {
		return p, err
	}
	for _, i := range identifiers {
		if l.knows(&i) {
			p.Identifiers = append(p.Identifiers, view.Known{
				Kind: identifierKind(c, i.Kind, i.Scope), Value: i.Value, Source: l.source(i.Source), Verified: i.VerifiedAt,
			})
		}
	}
	return p, nil
}

// sees tells whether the member may read a field: their role sees it, and a
// brand of theirs needs it.
func (l *look) sees(f *profile.Field) bool {
	return l.member.Role.MaySee(f.Category, f.Sensitive) && seesAny(l.member, f.Brands)
}

// knows tells whether the member may read an identifier: addresses and numbers
// to reach somebody by, and the numbers of systems for those who work for all
// brands.
func (l *look) knows(i *identity.Identifier) bool {
	if i.Kind == identity.Email || i.Kind == identity.Phone {
		return true
	}
	return len(l.member.Brands) == 0
}

// name is what the person is called, as far as the member may know.
func (l *look) name() string {
	part := func(name string) string {
		if f, ok := l.org.Field(name); ok && l.sees(f) {
			return l.facts.Profile.Value(f, l.org.Rank)
		}
		return ""
	}
	if name := i18n.PersonName(l.ctx, part("given-name"), part("family-name")); name != "" {
		return name
	}
	return i18n.T(l.ctx, "console.person.unnamed")
}

// groups are the values that count, by category.
func (l *look) groups() []view.Group {
	var all []view.Group
	for i := range l.org.Categories {
		category := &l.org.Categories[i]
		g := view.Group{Label: category.Label.In(l.locale)}
		for j := range l.org.Fields {
			f := &l.org.Fields[j]
			if f.Category != category.Name || !l.sees(f) {
				continue
			}
			claim, _, ok := profile.Winner(f, l.facts.Profile.Claims[f.Name], l.org.Rank)
			if !ok {
				continue
			}
			g.Values = append(g.Values, view.Value{
				Label: f.Label.In(l.locale), Value: portal.FormatValue(l.ctx, l.locale, f, claim.Value),
				Source: l.source(claim.Source), Origin: i18n.T(l.ctx, "console.origin."+string(claim.Origin)), At: claim.When(),
			})
		}
		if len(g.Values) > 0 {
			all = append(all, g)
		}
	}
	return all
}

// answers are the purposes of the member's brands and what holds for each.
func (l *look) answers() []view.Answered {
	var all []view.Answered
	for i := range l.org.Purposes {
		v := &l.org.Purposes[i]
		if v.Retired || !seesAny(l.member, v.Brands) {
			continue
		}
		brand := ""
		if len(v.Brands) == 1 {
			brand = v.Brands[0]
		}
		st := l.facts.Consents.Of(v.Purpose, brand)
		a := view.Answered{
			Purpose: v.Words.Question.In(l.locale), Status: i18n.T(l.ctx, "console.status."+string(st.Status)), At: st.At,
			Allowed: decision.May(l.facts, decision.Question{Purpose: v, Brand: brand, At: l.now}).Allow,
		}
		if v.Basis != consent.Consent {
			a.Status = i18n.T(l.ctx, "console.basis."+string(v.Basis))
		}
		if st.Version > 0 {
			a.Version = i18n.T(l.ctx, "console.person.version", "number", strconv.Itoa(st.Version))
		}
		all = append(all, a)
	}
	return all
}

// source names who said something.
func (l *look) source(name string) string {
	if slices.Contains([]string{"", profile.SourceSubject}, name) {
		return i18n.T(l.ctx, "console.source.subject")
	}
	if sys, ok := l.org.System(name); ok {
		return sys.Label.In(l.locale)
	}
	return name
}
