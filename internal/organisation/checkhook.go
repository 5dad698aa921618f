package organisation

import (
	"slices"
	"strings"

	"livingprofile/internal/hook"
)

// endpoint checks where a system is told what changed. An endpoint narrows what
// its system may have, and never widens it.
func (c *checker) endpoint(path string, s *System, e *hook.Endpoint) {
	p := join(path, e.Name)
	if !hook.ValidURL(e.URL) {
		c.note(join(p, "url"), "%s is no address to send to: https, or http on this machine", quoted(e.URL))
	}
	refer(c, join(p, "brands"), "brand", e.Brands, c.declared.brands)
	c.events(join(p, "events"), e.Events)
	c.oneOf(join(p, "purposes"), e.Purposes, s.Purposes)
	c.oneOf(join(p, "fields"), e.Fields, s.Fields)
	switch e.Envelope {
	case "", hook.Plain, hook.CloudEvents:
	default:
		c.note(join(p, "envelope"), "%s should be %s or %s", quoted(string(e.Envelope)), hook.Plain, hook.CloudEvents)
	}
	switch e.Body {
	case "", hook.Thin, hook.Full:
	default:
		c.note(join(p, "body"), "%s should be %s or %s", quoted(string(e.Body)), hook.Thin, hook.Full)
	}
	if e.Body != hook.Full && len(e.Fields) > 0 {
		c.warn(join(p, "fields"), "a thin body carries no values; write body: full")
	}
}

// events checks what an endpoint asks for: families of kinds, and single kinds.
func (c *checker) events(path string, list []string) {
	families, kinds := hook.Families(), hook.Kinds()
	for i, name := range list {
		if slices.Contains(families, name) || slices.Contains(kinds, name) {
			continue
		}
		family, _, _ := strings.Cut(name, ".")
		alike := slices.DeleteFunc(slices.Clone(kinds), func(k string) bool { return !strings.HasPrefix(k, family+".") })
		if family != name && len(alike) > 0 {
			c.note(item(path, i), "%s is not among %s", quoted(name), strings.Join(alike, ", "))
		} else {
			c.note(item(path, i), "%s is not among %s, nor a kind of one of them", quoted(name), strings.Join(families, ", "))
		}
	}
}

// oneOf reports the words of a list that are not among what there is.
func (c *checker) oneOf(path string, list, all []string) {
	for i, name := range list {
		if !slices.Contains(all, name) {
			c.note(item(path, i), "%s is not among %s", quoted(name), strings.Join(all, ", "))
		}
	}
}
