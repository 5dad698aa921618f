package organisation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"livingprofile/internal/brand"
	"livingprofile/internal/i18n"
	"livingprofile/internal/identity"
)

// Check tells whether the parts of the draft fit together: whether what is
// named is declared, whether every text a person must read is there, and
// whether the law lets a purpose be as it is declared. The error is of type
// Problems. Warnings are what works and is not as it should be, such as words
// that a brand's second language lacks; they are there with an error too.
func (d *Draft) Check() (warnings Problems, err error) {
	c := &checker{
		Organisation: &d.Declared,
		notebook:     notebook{file: d.File, at: d.at},
		warnings:     notebook{file: d.File, at: d.at},
		declared:     newIndex(&d.Declared),
	}
	for name := range d.logos {
		if c.declared.brands[name].Logo == nil {
			c.note(at("brands", name, "logo"), "was not read")
		}
	}
	c.organisation()
	for i := range c.Brands {
		c.brand(&c.Brands[i])
	}
	for _, ch := range c.Channels {
		c.required(at("channels", ch.Name, "label"), ch.Label, nil)
	}
	for _, ca := range c.Categories {
		c.required(at("categories", ca.Name, "label"), ca.Label, nil)
	}
	for i := range c.Systems {
		c.system(&c.Systems[i])
	}
	c.ranks()
	for i := range c.Purposes {
		c.purpose(&c.Purposes[i])
	}
	c.cycles()
	for i := range c.Topics {
		c.topic(&c.Topics[i])
	}
	for i := range c.Fields {
		c.field(&c.Fields[i])
	}
	for i := range c.Activities {
		c.activity(&c.Activities[i])
	}
	c.rules()
	for i := range c.Duties {
		c.duty(&c.Duties[i])
	}
	for i := range c.Controllers {
		c.controller(&c.Controllers[i])
	}
	for i := range c.Automated {
		c.automated(&c.Automated[i])
	}
	return c.warnings.problems.sorted(), c.problems.orNil()
}

type checker struct {
	*Organisation
	notebook
	warnings notebook
	declared *index
}

func (c *checker) organisation() {
	c.required("label", c.Label, nil)
	c.mailbox("contact", c.Contact)
	if c.Address == "" {
		c.warn("address", "is missing: people are told where the controller is (Art. 13(1)(a) GDPR)")
	}
	c.optional("privacy", c.Privacy, nil)
	for tag, page := range c.Privacy {
		if !isPage(page) {
			c.note(join("privacy", tag), "%s is no address of a page, as in https://www.example.com/privacy", quoted(page))
		}
	}
	if c.Security != "" && !(isPage(c.Security) && strings.HasPrefix(c.Security, "https://")) {
		c.mailbox("security", c.Security)
	}
	c.optional("measures", c.Measures, nil)
	if c.Transparency != "" && !c.Transparency.Known() {
		c.note("transparency", "%s is no cycle: quarter or year", quoted(string(c.Transparency)))
	}
	if len(c.Brands) == 0 {
		c.note("brands", "is missing: people meet the organisation through a brand")
	}
}

func (c *checker) brand(b *brand.Brand) {
	p := join("brands", b.Name)
	if IsReserved(b.Name) {
		c.note(p, "is a name that the product needs for itself; choose another")
	}
	own := []string{b.Name}
	c.required(join(p, "label"), b.Label, own)
	c.optional(join(p, "voice"), b.Voice, own)
	c.mailbox(join(p, "contact"), b.Contact)
	if b.LegalName == "" {
		c.note(join(p, "legal-name"), "is missing: people are told who the controller is (Art. 13(1)(a) GDPR)")
	}
	const most = 2
	if utf8.RuneCountInString(b.Mark) > most {
		c.note(join(p, "mark"), "is longer than %d characters", most)
	}
	c.theme(p, b)
	if !isCountry(b.Country) {
		c.note(join(p, "country"), "%s is no country, as in JP (ISO 3166-1)", quoted(b.Country))
	}
	if b.Region != "" && !partOfCountry.MatchString(b.Region) {
		c.note(join(p, "region"), "%s is no part of a country, as in CA (ISO 3166-2)", quoted(b.Region))
	}
	if !isZone(b.Zone) {
		c.note(join(p, "zone"), "%s is no time zone, as in Asia/Tokyo", quoted(b.Zone))
	}
	if len(b.Locales) == 0 {
		c.note(join(p, "locales"), "is missing: the first is the default language")
	}
	c.host(p, b)
	for i, origin := range b.Origins {
		if problem := originProblem(origin); problem != "" {
			c.note(item(join(p, "origins"), i), "%s", problem)
		}
	}
	for i, tag := range b.Locales {
		if problem := localeProblem(tag); problem != "" {
			c.note(item(join(p, "locales"), i), "%s", problem)
		}
	}
}

// host checks the brand's own host name, which leads to one brand.
func (c *checker) host(p string, b *brand.Brand) {
	if b.Host == "" {
		return
	}
	if !isHost(b.Host) || b.Host != strings.ToLower(b.Host) {
		c.note(join(p, "host"), "%s is no name of a host, as in privacy.example.com", quoted(b.Host))
		return
	}
	for i := range c.Brands {
		if other := &c.Brands[i]; other.Host == b.Host && other.Name != b.Name {
			c.note(join(p, "host"), "is that of %s as well", other.Name)
			return
		}
	}
}

// theme checks how the brand's pages look, and tells of colours that would be
// shown otherwise.
func (c *checker) theme(p string, b *brand.Brand) {
	if !isColour(b.Accent) {
		c.note(join(p, "accent"), "%s is no colour, as in #1f6f54", quoted(b.Accent))
	}
	if b.Ground != "" && !isColour(b.Ground) {
		c.note(join(p, "ground"), "%s is no colour, as in #f7f4ee", quoted(b.Ground))
	}
	if b.Corners != "" && !slices.Contains(brand.AllCorners[:], b.Corners) {
		c.note(join(p, "corners"), "%s is no kind of corners; %s", quoted(string(b.Corners)), suggest(string(b.Corners), texts(brand.AllCorners[:])))
	}
	for i, name := range b.Fonts {
		if !isFont(name) {
			c.note(item(join(p, "fonts"), i), "%s is no name of a font: letters, digits, spaces and hyphens, at most %d", quoted(name), maxName)
		}
	}
	for _, fix := range b.Corrections() {
		c.warn(join(p, fix.Key), "does not stand out enough to be read (WCAG 2.2, 1.4.3); light pages show %s instead", fix.Shown)
	}
}

func (c *checker) system(s *System) {
	p := join("systems", s.Name)
	if slices.Contains(reservedSystems[:], s.Name) {
		c.note(p, "is a name that the product needs for itself; choose another")
	}
	c.required(join(p, "label"), s.Label, nil)
	c.required(join(p, "human"), s.Human, nil)
	if !isCountry(s.Country) {
		c.note(join(p, "country"), "%s is no country, as in JP (ISO 3166-1)", quoted(s.Country))
	}
	c.optional(join(p, "safeguard"), s.Safeguard, nil)
	refer(c, join(p, "fields"), "field", s.Fields, c.declared.fields)
	refer(c, join(p, "purposes"), "purpose", s.Purposes, c.declared.purposes)
	refer(c, join(p, "activities"), "activity", s.Activities, c.declared.activities)
	if len(s.Purposes) == 0 {
		c.note(join(p, "purposes"), "is missing: a system without a purpose may hold nothing (Art. 5(1)(b) GDPR)")
	}
	for i, name := range s.Fields {
		if f := c.declared.fields[name]; f != nil && len(f.Purposes) > 0 && !overlap(f.Purposes, s.Purposes) {
			c.warn(item(join(p, "fields"), i), "no purpose of the system uses %s, so it will never be given it", name)
		}
	}
	for i := range s.Endpoints {
		c.endpoint(join(p, "endpoints"), s, &s.Endpoints[i])
	}
	if s.Pull != nil {
		c.pull(join(p, "pull"), s)
	}
	if s.OpenDSR != nil {
		c.peer(join(p, "opendsr"), s.OpenDSR)
	}
	if s.Connector != nil {
		c.connector(join(p, "connector"), s)
	}
}

// ranks tells whether it is always clear whose value counts.
func (c *checker) ranks() {
	taken := map[int]string{}
	for i := range c.Systems {
		s := &c.Systems[i]
		p := at("systems", s.Name, "rank")
		switch first := taken[s.Rank]; {
		case s.Rank < 0 || s.Rank > MaxRank || s.Source && s.Rank == 0:
			c.note(p, "should be from 1 to %d; the lowest rank wins", MaxRank)
		case s.Rank == 0:
		case first != "":
			c.note(p, "is that of %s as well, so it is not clear whose value counts", first)
		default:
			taken[s.Rank] = s.Name
		}
	}
}

// refer reports the names of a list that nothing declares.
func refer[K ~string, T any](c *checker, path, what string, list []string, declared map[K]*T) {
	for i, name := range list {
		if declared[K(name)] == nil {
			c.note(item(path, i), "the %s %s is not declared; %s", what, quoted(name), suggest(name, declaredNames(declared)))
		}
	}
}

func declaredNames[K ~string, T any](declared map[K]*T) []string {
	return texts(slices.Collect(maps.Keys(declared)))
}

// required checks words that a person must be able to read; brands are those
// that show them, none for all.
func (c *checker) required(path string, t i18n.Text, brands []string) {
	if len(t) == 0 {
		c.note(path, "is missing")
		return
	}
	c.optional(path, t, brands)
}

// optional checks that words which are there are there in every language: in
// the default languages they must be, in others they should.
func (c *checker) optional(path string, t i18n.Text, brands []string) {
	if len(t) == 0 {
		return
	}
	told := map[string]bool{}
	for i := range c.Brands {
		b := &c.Brands[i]
		if !named(brands, b.Name) || len(b.Locales) == 0 || told[b.Locales[0]] || speaks(t, b.Locales[0]) {
			continue
		}
		told[b.Locales[0]] = true
		c.note(path, "lacks words in %s, the default language of %s", b.Locales[0], b.Name)
	}
	for i := range c.Brands {
		b := &c.Brands[i]
		if !named(brands, b.Name) {
			continue
		}
		for _, tag := range b.Locales {
			if !told[tag] && !speaks(t, tag) {
				told[tag] = true
				c.warn(path, "lacks words in %s, which %s offers", tag, b.Name)
			}
		}
	}
}

// speaks tells whether t has words of its own for locale, as Text.In finds
// them.
func speaks(t i18n.Text, locale string) bool {
	base, _, _ := strings.Cut(locale, "-")
	return t[locale] != "" || t[base] != ""
}

func (c *checker) mailbox(path, address string) {
	if address == "" {
		c.note(path, "is missing: people must be able to ask somebody")
		return
	}
	if _, err := identity.Normalise(identity.Email, address, ""); err != nil {
		c.note(path, "%s is no e-mail address", quoted(address))
	}
}

func (c *checker) warn(path, format string, args ...any) {
	c.warnings.note(path, format, args...)
}

func at(steps ...string) string { return strings.Join(steps, ".") }

func item(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
