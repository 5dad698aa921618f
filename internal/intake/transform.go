package intake

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"livingprofile/internal/profile"
)

// A Transform changes the text of a cell before it is read as a value. In a
// map it is a word, or a word with what it needs:
//
//   - lower, upper, title: the case; title is for names in capitals.
//   - spaces: with one space for several, as between the parts of a name.
//   - trim: without these characters at both ends.
//   - apostrophe: without the apostrophe by which spreadsheets mark text.
//   - date: with the layouts it may have; becomes 2006-01-02.
//   - number: with the marks {decimal: ",", group: "."}.
//   - phone: with the country in which it is read; becomes +441134960000.
//   - country: the English name of a country; becomes its code.
//   - values: with a table of words. Others stay as they are; a word for which
//     the table has "" is nothing.
//   - lines: with the separator between several values; each gets a line.
//   - before, after: with a separator; the part of the text before the first
//     one, or after it: for splitting names. Without a separator in it the
//     text is all before, and nothing after.
//   - before_last, after_last: the same with the last one.
type Transform struct {
	name  string
	apply func(text string) (string, error)
	// reads says that it turns a way of writing into ours. A cell that is exact
	// is written so already, and is left as it is.
	reads bool
}

// UnmarshalYAML reads a transform.
func (t *Transform) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		t.name = n.Value
		if t.apply = transformAlone(n.Value); t.apply == nil {
			return fmt.Errorf("line %d: unknown transform %q, or it lacks what it needs", n.Line, n.Value)
		}
		return nil
	}
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 {
		return fmt.Errorf("line %d: a transform is one word, or one word with what it needs", n.Line)
	}
	t.name = n.Content[0].Value
	apply, err := transformWith(t.name, n.Content[1])
	if err != nil {
		return fmt.Errorf("line %d: transform %q: %w", n.Line, t.name, err)
	}
	t.apply, t.reads = apply, t.name == "date" || t.name == "number"
	return nil
}

// transformAlone returns a transform that needs nothing, nil when there is
// none of this name.
func transformAlone(name string) func(string) (string, error) {
	switch name {
	case "lower":
		return plain(strings.ToLower)
	case "upper":
		return plain(strings.ToUpper)
	case "title":
		return plain(title)
	case "spaces":
		return plain(func(s string) string { return strings.Join(strings.Fields(s), " ") })
	case "apostrophe":
		return plain(func(s string) string { return strings.TrimPrefix(s, "'") })
	case "country":
		return plain(countries())
	}
	return nil
}

func transformWith(name string, n *yaml.Node) (func(string) (string, error), error) {
	switch name {
	case "date":
		return dateTransform(n)
	case "number":
		return numberTransform(n)
	case "values":
		return valuesTransform(n)
	case "phone":
		return phoneTransform(n)
	}
	with, ok := separators()[name]
	if !ok {
		return nil, fmt.Errorf("is unknown")
	}
	var text string
	if err := n.Decode(&text); err != nil {
		return nil, err
	}
	if text == "" {
		return nil, fmt.Errorf("needs a separator, or characters")
	}
	return plain(with(text)), nil
}

// separators are the transforms that need a text.
func separators() map[string]func(text string) func(string) string {
	return map[string]func(string) func(string) string{
		"trim": func(cut string) func(string) string {
			return func(s string) string { return strings.Trim(s, cut) }
		},
		"lines": func(sep string) func(string) string {
			return func(s string) string { return strings.ReplaceAll(s, sep, "\n") }
		},
		"before": func(sep string) func(string) string {
			return func(s string) string { before, _, _ := strings.Cut(s, sep); return before }
		},
		"after": func(sep string) func(string) string {
			return func(s string) string { _, after, _ := strings.Cut(s, sep); return after }
		},
		"before_last": func(sep string) func(string) string {
			return func(s string) string { before, _ := cutLast(s, sep); return before }
		},
		"after_last": func(sep string) func(string) string {
			return func(s string) string { _, after := cutLast(s, sep); return after }
		},
	}
}

func cutLast(s, sep string) (before, after string) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):]
	}
	return s, ""
}

// title writes a name that is all in one case with capitals at the beginnings.
// One that has both is written as its bearer writes it: McDonald, van Gogh.
func title(s string) string {
	if s != strings.ToUpper(s) && s != strings.ToLower(s) {
		return s
	}
	return cases.Title(language.Und).String(s)
}

// countries returns what turns the English name of a country into its code of
// ISO 3166, and leaves everything else as it is.
func countries() func(string) string {
	codes := map[string]string{
		"usa": "US", "united states of america": "US", "uk": "GB", "great britain": "GB", "england": "GB",
		"scotland": "GB", "wales": "GB", "korea": "KR", "czech republic": "CZ", "holland": "NL",
		"uae": "AE", "hong kong": "HK", "macau": "MO", "turkey": "TR", "myanmar": "MM",
	}
	names := display.English.Regions()
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string(a) + string(b)
			if r, err := language.ParseRegion(code); err == nil && r.IsCountry() && r.Canonicalize().String() == code {
				codes[strings.ToLower(names.Name(r))] = code
			}
		}
	}
	return func(s string) string {
		if code, ok := codes[strings.ToLower(s)]; ok {
			return code
		}
		return s
	}
}

func phoneTransform(n *yaml.Node) (func(string) (string, error), error) {
	var country string
	if err := n.Decode(&country); err != nil {
		return nil, err
	}
	if !isCountry(country) {
		return nil, fmt.Errorf("needs the code of a country")
	}
	return func(s string) (string, error) {
		return profile.Canonical(&profile.Field{Type: profile.TypePhone}, s, country)
	}, nil
}

func dateTransform(n *yaml.Node) (func(string) (string, error), error) {
	var layouts []string
	if err := n.Decode(&layouts); err != nil {
		return nil, err
	}
	if len(layouts) == 0 {
		return nil, fmt.Errorf("needs at least one layout")
	}
	for i, l := range layouts {
		layout, err := goLayout(l)
		if err != nil {
			return nil, err
		}
		layouts[i] = layout
	}
	return func(s string) (string, error) { return profile.ParseDate(s, layouts...) }, nil
}

func numberTransform(n *yaml.Node) (func(string) (string, error), error) {
	var marks map[string]string
	if err := n.Decode(&marks); err != nil {
		return nil, err
	}
	decimal, group := marks["decimal"], marks["group"]
	if decimal == "" || decimal == group || len(marks) > 2 || len(marks) == 2 && group == "" {
		return nil, fmt.Errorf("needs a decimal mark, and may have another mark as group")
	}
	return func(s string) (string, error) { return profile.ParseNumber(s, decimal, group) }, nil
}

func valuesTransform(n *yaml.Node) (func(string) (string, error), error) {
	var table map[string]string
	if err := n.Decode(&table); err != nil {
		return nil, err
	}
	words := make(map[string]string, len(table))
	for word, value := range table {
		words[strings.ToLower(strings.TrimSpace(word))] = value
	}
	return plain(func(s string) string {
		if value, ok := words[strings.ToLower(s)]; ok {
			return value
		}
		return s
	}), nil
}

func plain(f func(string) string) func(string) (string, error) {
	return func(s string) (string, error) { return f(s), nil }
}
