package organisation

import (
	"slices"
	"strings"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
)

func (c *checker) purpose(v *consent.PurposeVersion) {
	p := join("purposes", string(v.Purpose))
	refer(c, join(p, "brands"), "brand", v.Brands, c.declared.brands)
	refer(c, join(p, "channels"), "channel", v.Channels, c.declared.channels)
	refer(c, join(p, "categories"), "category", v.Categories, c.declared.categories)
	refer(c, join(p, "recipients"), "system", v.Recipients, c.declared.systems)
	if len(v.Categories) == 0 {
		c.note(join(p, "categories"), "is missing: people are told which data is used")
	}
	for i, name := range v.Recipients {
		if s := c.declared.systems[name]; s != nil && !slices.Contains(s.Purposes, string(v.Purpose)) {
			c.warn(item(join(p, "recipients"), i), "%s does not list the purpose among its own", name)
		}
	}
	c.basis(p, v)
	c.signal(p, v)
	c.parent(p, v)
	c.words(p, v)
}

// choosable tells whether a person has a choice; see PurposeVersion.Asks.
func choosable(v *consent.PurposeVersion) bool {
	return !v.Required && (v.Basis == consent.Consent || v.Basis == consent.LegitimateInterest)
}

// basisWords writes a legal basis as it stands in a file.
func basisWords(b consent.Basis) string { return strings.ReplaceAll(string(b), "_", "-") }

func bases() []string {
	all := make([]string, 0, len(consent.Bases))
	for _, b := range consent.Bases {
		all = append(all, basisWords(b))
	}
	return all
}

func (c *checker) basis(p string, v *consent.PurposeVersion) {
	if !slices.Contains(consent.Bases[:], v.Basis) {
		c.note(join(p, "basis"), "%s is no legal basis (Art. 6(1) GDPR); %s", quoted(basisWords(v.Basis)), suggest(basisWords(v.Basis), bases()))
		return
	}
	asked := v.Basis == consent.Consent
	switch {
	case asked && v.Required:
		c.note(join(p, "required"), "consent cannot be required: it would not be freely given (Art. 7(4) GDPR)")
	case v.Basis == consent.LegitimateInterest && v.Required:
		c.note(join(p, "required"), "a legitimate interest cannot be required: people may object (Art. 21(1) GDPR)")
	}
	if v.Marketing && !choosable(v) {
		c.note(join(p, "marketing"), "direct marketing must leave a choice (Art. 21(2) GDPR); its basis is %s", basisWords(v.Basis))
	}
	if asked {
		return
	}
	if v.DoubleOptIn {
		c.note(join(p, "double-opt-in"), "goes with consent only; the basis is %s", basisWords(v.Basis))
	}
	if v.Expires != 0 {
		c.note(join(p, "expires"), "goes with consent only; the basis is %s", basisWords(v.Basis))
	}
	if !v.ReaskBy.IsZero() {
		c.note(join(p, "reask-by"), "goes with consent only; the basis is %s", basisWords(v.Basis))
	}
}

// signal checks what stands for the purpose elsewhere: a signal of browsers,
// and the types of Consent Mode.
func (c *checker) signal(p string, v *consent.PurposeVersion) {
	switch {
	case v.Signal == "":
	case !slices.Contains(consent.Signals[:], v.Signal):
		c.note(join(p, "signal"), "%s is no signal of browsers; %s", quoted(string(v.Signal)), suggest(string(v.Signal), texts(consent.Signals[:])))
	case !choosable(v):
		c.note(join(p, "signal"), "goes with a purpose that leaves a choice: nothing that must be done is sale, sharing or advertising")
	}
	for i, name := range v.ConsentMode {
		if !slices.Contains(decision.ModeTypes[:], name) {
			c.note(item(join(p, "consent-mode"), i), "%s is no type of Consent Mode; %s", quoted(name), suggest(name, decision.ModeTypes[:]))
		}
	}
}

func (c *checker) parent(p string, v *consent.PurposeVersion) {
	if v.Parent == "" {
		return
	}
	path := join(p, "parent")
	above := c.declared.purposes[v.Parent]
	switch {
	case above == nil:
		c.note(path, "the purpose %s is not declared; %s", quoted(string(v.Parent)), suggest(string(v.Parent), declaredNames(c.declared.purposes)))
	case choosable(v) != choosable(above):
		c.note(path, "one of %s and %s leaves a choice and the other does not, so they cannot share a switch", v.Purpose, above.Purpose)
	case !covers(above.Brands, v.Brands):
		c.warn(path, "%s is not on every brand that %s is on", above.Purpose, v.Purpose)
	}
}

func (c *checker) words(p string, v *consent.PurposeVersion) {
	w := &v.Words
	c.required(join(p, "question"), w.Question, v.Brands)
	c.required(join(p, "sentence"), w.Sentence, v.Brands)
	c.required(join(p, "why"), w.Why, v.Brands)
	c.required(join(p, "retention"), w.Retention, v.Brands)
	c.required(join(p, "source"), w.Source, v.Brands)
	c.optional(join(p, "if-no"), w.IfNo, v.Brands)
	if choosable(v) {
		if len(w.Locked) > 0 {
			c.warn(join(p, "locked"), "is never shown: the purpose leaves a choice")
		}
		return
	}
	if len(w.Locked) == 0 {
		c.note(join(p, "locked"), "is missing: people are told why there is no choice")
	}
	c.optional(join(p, "locked"), w.Locked, v.Brands)
}

// cycles reports purposes that are above themselves, each ring once.
func (c *checker) cycles() {
	told := map[consent.PurposeID]bool{}
	for i := range c.Purposes {
		var path []consent.PurposeID
		v := &c.Purposes[i]
		for v != nil && !told[v.Purpose] {
			if at := slices.Index(path, v.Purpose); at >= 0 {
				for _, id := range path[at:] {
					told[id] = true
				}
				c.note(join(join("purposes", string(v.Purpose)), "parent"), "goes in a circle: %s is above itself", v.Purpose)
				break
			}
			path = append(path, v.Purpose)
			v = c.declared.purposes[v.Parent]
		}
	}
}

func (c *checker) topic(t *consent.Topic) {
	p := join("topics", t.Name)
	c.required(join(p, "label"), t.Label, t.Brands)
	c.optional(join(p, "help"), t.Help, t.Brands)
	refer(c, join(p, "brands"), "brand", t.Brands, c.declared.brands)
	refer(c, join(p, "channels"), "channel", t.Channels, c.declared.channels)
	if len(t.Channels) == 0 {
		c.note(join(p, "channels"), "is missing: a topic comes by at least one channel")
	}
	v := c.declared.purposes[t.Purpose]
	switch {
	case v == nil:
		c.note(join(p, "purpose"), "the purpose %s is not declared; %s", quoted(string(t.Purpose)), suggest(string(t.Purpose), declaredNames(c.declared.purposes)))
		return
	case !choosable(v):
		c.note(join(p, "purpose"), "%s leaves no choice, so there is nothing to wish", v.Purpose)
	case !covers(v.Brands, t.Brands):
		c.note(join(p, "brands"), "%s is not on every brand of the topic", v.Purpose)
	}
	for i, ch := range t.Channels {
		if c.declared.channels[ch] != nil && !slices.Contains(v.Channels, ch) {
			c.note(item(join(p, "channels"), i), "%s does not use the channel %s", v.Purpose, ch)
		}
	}
}

// covers tells whether whatever is on the brands of inner is on those of outer
// too; none means all.
func covers(outer, inner []string) bool {
	if len(outer) == 0 {
		return true
	}
	if len(inner) == 0 {
		return false
	}
	for _, b := range inner {
		if !slices.Contains(outer, b) {
			return false
		}
	}
	return true
}
