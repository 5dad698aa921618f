package i18n

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/feature/plural"
)

// countArg is the argument that selects the plural form.
const countArg = "count"

// A message is the words of one id, cut at its arguments when it is loaded, so
// that showing it neither parses nor reflects. Localize of go-i18n does both,
// which a page with hundreds of messages cannot afford.
type message struct {
	forms [plural.Many + 1][]part // by plural.Form; nil where there is none
	args  []string                // every argument of any form, once
	rich  bool                    // uses more of a template than {{.name}}
	rtl   bool
}

// A part is either words or the name of an argument.
type part struct{ words, arg string }

// simple matches an argument, the one thing that templates mostly hold.
var simple = regexp.MustCompile(`\{\{\s*\.(\w+)\s*\}\}`)

func compile(m *goi18n.Message, rtl bool) *message {
	c := &message{rtl: rtl}
	for form, text := range map[plural.Form]string{
		plural.Other: m.Other, plural.Zero: m.Zero, plural.One: m.One,
		plural.Two: m.Two, plural.Few: m.Few, plural.Many: m.Many,
	} {
		if text != "" {
			c.forms[form] = c.cut(text)
		}
	}
	return c
}

func (c *message) cut(text string) []part {
	var parts []part
	words := func(s string) {
		if s != "" {
			parts = append(parts, part{words: s})
			c.rich = c.rich || strings.Contains(s, "{{")
		}
	}
	if !strings.Contains(text, "{{") { // most; matching costs more than all else
		words(text)
		return parts
	}
	from := 0
	for _, at := range simple.FindAllStringSubmatchIndex(text, -1) {
		words(text[from:at[0]])
		name := text[at[2]:at[3]]
		parts = append(parts, part{arg: name})
		if !contains(c.args, name) {
			c.args = append(c.args, name)
		}
		from = at[1]
	}
	words(text[from:])
	return parts
}

// plain returns the words of a message that takes nothing.
func (c *message) plain() (string, bool) {
	for form, parts := range c.forms {
		if plural.Form(form) != plural.Other && parts != nil {
			return "", false
		}
	}
	if c.rich || len(c.args) > 0 {
		return "", false
	}
	return c.forms[plural.Other][0].words, true
}

// form returns the parts to show for kv in the language of cat.
func (c *message) form(cat *catalog, kv []any) []part {
	n, ok := count(kv)
	if ok {
		if n < 0 {
			n = -n
		}
		if parts := c.forms[plural.Cardinal.MatchPlural(cat.lang, n, 0, 0, 0, 0)]; parts != nil {
			return parts
		}
	}
	return c.forms[plural.Other]
}

// write returns the message with its arguments. An argument that was not given
// shows as ⟦name⟧, and lacks then names it.
func (c *message) write(cat *catalog, kv []any) (text, lacks string) {
	var b strings.Builder
	for _, p := range c.form(cat, kv) {
		if p.arg == "" {
			b.WriteString(p.words)
			continue
		}
		v, ok := lookup(kv, p.arg)
		if !ok {
			lacks = p.arg
			b.WriteString(unknown(p.arg))
			continue
		}
		b.WriteString(cat.value(v))
	}
	return b.String(), lacks
}

// value writes an argument. Names, addresses and numbers that run the other
// way than the sentence are isolated, or they would reorder the words round
// them (Unicode Annex 9, 2.4).
func (c *catalog) value(v any) string {
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case int:
		return c.style.number(v)
	case int64:
		return c.style.number(int(v))
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		s = fmt.Sprint(v)
	}
	if c.style.rtl && !isNumber(s) || hasRTL(s) {
		return "\u2068" + s + "\u2069"
	}
	return s
}

// isNumber tells whether s is a number or a time of day, which stands well in
// either direction, or nothing.
func isNumber(s string) bool {
	for _, r := range s {
		if (r < '0' || r > '9') && r != ':' && r != '.' && r != ',' {
			return false
		}
	}
	return true
}

// hasRTL tells whether s has a letter that is written from right to left or a
// mark that turns the direction round.
func hasRTL(s string) bool {
	for _, r := range s {
		switch {
		case r < 0x0590:
		case r <= 0x08ff, r >= 0xfb1d && r <= 0xfdff, r >= 0xfe70 && r <= 0xfeff,
			r >= 0x10800 && r <= 0x10fff, r >= 0x1e800 && r <= 0x1efff,
			r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return true
		}
	}
	return false
}

func count(kv []any) (int, bool) {
	v, ok := lookup(kv, countArg)
	if !ok {
		return 0, false
	}
	switch n := v.(type) {
	case int:
		return n, true
	case int64:
		return int(n), true
	}
	return 0, false
}

func lookup(kv []any, name string) (any, bool) {
	for i := 0; i+1 < len(kv); i += 2 {
		if kv[i] == name {
			return kv[i+1], true
		}
	}
	return nil, false
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// unknown is what stands where words should be.
func unknown(id string) string { return "⟦" + id + "⟧" }
