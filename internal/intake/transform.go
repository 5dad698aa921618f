package intake

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"livingprofile/internal/profile"
)

// A Transform changes the text of a cell before it is read as a value. In a
// map it is a word, or a word with what it needs:
//
//   - lower, upper: the case.
//   - apostrophe: without the apostrophe by which spreadsheets mark text.
//   - date: with the layouts it may have; becomes 2006-01-02.
//   - number: with the marks {decimal: ",", group: "."}.
//   - values: with a table of words. Others stay as they are.
//   - lines: with the separator between several values; each gets a line.
//   - before, after: with a separator; the part of the text before the first
//     one, or after it: for splitting names. Without a separator in it the
//     text is all before, and nothing after.
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
		switch n.Value {
		case "lower":
			t.apply = plain(strings.ToLower)
		case "upper":
			t.apply = plain(strings.ToUpper)
		case "apostrophe":
			t.apply = plain(func(s string) string { return strings.TrimPrefix(s, "'") })
		default:
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

func transformWith(name string, n *yaml.Node) (func(string) (string, error), error) {
	switch name {
	case "date":
		return dateTransform(n)
	case "number":
		return numberTransform(n)
	case "values":
		return valuesTransform(n)
	case "lines", "before", "after":
		var sep string
		if err := n.Decode(&sep); err != nil {
			return nil, err
		}
		if sep == "" {
			return nil, fmt.Errorf("needs a separator")
		}
		return plain(separators()[name](sep)), nil
	default:
		return nil, fmt.Errorf("is unknown")
	}
}

func separators() map[string]func(sep string) func(string) string {
	return map[string]func(sep string) func(string) string{
		"lines": func(sep string) func(string) string {
			return func(s string) string { return strings.ReplaceAll(s, sep, "\n") }
		},
		"before": func(sep string) func(string) string {
			return func(s string) string { before, _, _ := strings.Cut(s, sep); return before }
		},
		"after": func(sep string) func(string) string {
			return func(s string) string { _, after, _ := strings.Cut(s, sep); return after }
		},
	}
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
