package intake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"livingprofile/internal/organisation"
	"livingprofile/internal/yamltext"
)

// A checker collects what is wrong with a map.
type checker struct {
	m        *Map
	problems organisation.Problems
}

func (c *checker) note(path, format string, args ...any) {
	line, column := position(c.m.root, path)
	c.problems = append(c.problems, organisation.Problem{
		File: c.m.file, Line: line, Column: column, Path: path, Text: fmt.Sprintf(format, args...),
	})
}

func (c *checker) err() error {
	if len(c.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(c.problems, func(a, b organisation.Problem) int { return a.Line - b.Line })
	return c.problems
}

func (m *Map) problem(path, format string, args ...any) error {
	c := checker{m: m}
	c.note(path, format, args...)
	return c.err()
}

// unreadable turns an error of the YAML reader into problems of the file.
func (m *Map) unreadable(err error) error {
	var ps organisation.Problems
	for _, f := range yamltext.Faults(err) {
		ps = append(ps, organisation.Problem{File: m.file, Line: f.Line, Column: 1, Text: f.Text})
	}
	return ps
}

func at(path string, i int) string { return path + "." + strconv.Itoa(i) }

// position returns where path is in the file, or where the nearest part of it
// is; zeros for an empty path.
func position(root *yaml.Node, path string) (line, column int) {
	if path == "" || root == nil || len(root.Content) == 0 {
		return 0, 0
	}
	node := root.Content[0]
	for word := range strings.SplitSeq(path, ".") {
		next := child(node, word)
		if next == nil {
			break
		}
		node = next
	}
	return node.Line, node.Column
}

func child(n *yaml.Node, word string) *yaml.Node {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == word {
				return n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(word); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
	}
	return nil
}
