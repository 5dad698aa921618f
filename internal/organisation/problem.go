package organisation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"livingprofile/internal/errs"
)

// A Problem is one thing that is wrong, or worth a look, in a file.
type Problem struct {
	File   string
	Line   int // 1 for the first; 0 when it is nowhere in particular
	Column int
	Path   string // as in "purposes.newsletter.basis"
	Text   string // in plain words
}

// String returns the problem in the form that editors jump to:
// "organisation.yaml:12:5: purposes.newsletter.basis: is missing".
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": ")
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Text)
	return b.String()
}

// Problems are all that was found, in the order of the file. As an error they
// are of kind errs.Invalid.
type Problems []Problem

// maxShown is how many problems an error prints; a file that is no declaration
// at all has one in every line.
const maxShown = 50

func (ps Problems) Error() string {
	shown := ps[:min(len(ps), maxShown)]
	lines := make([]string, 0, len(shown)+1)
	for _, p := range shown {
		lines = append(lines, p.String())
	}
	if more := len(ps) - len(shown); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// Unwrap yields the kind.
func (ps Problems) Unwrap() error { return errs.Invalid }

// orNil returns ps as an error, sorted, or nil when there are none.
func (ps Problems) orNil() error {
	if len(ps) == 0 {
		return nil
	}
	return ps.sorted()
}

func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return ps
}

// A mark is a place in the file.
type mark struct{ line, column int }

// A notebook collects problems, and knows where in the file a path is.
type notebook struct {
	file     string
	at       map[string]mark
	problems Problems
}

// note adds a problem at path, or at the nearest place above it that the file
// has.
func (n *notebook) note(path, format string, args ...any) {
	at := path
	for at != "" {
		if _, ok := n.at[at]; ok {
			break
		}
		at = parent(at)
	}
	n.noteAt(n.at[at], path, format, args...)
}

func (n *notebook) noteAt(m mark, path, format string, args ...any) {
	n.problems = append(n.problems, Problem{
		File: n.file, Line: m.line, Column: m.column, Path: path, Text: fmt.Sprintf(format, args...),
	})
}

// parent cuts the last step off a path.
func parent(path string) string {
	i := strings.LastIndexAny(path, ".[")
	if i < 0 {
		return ""
	}
	return path[:i]
}

// quoted returns s so that a terminal shows it harmlessly, cut where it is
// long.
func quoted(s string) string {
	const most = 60
	r := []rune(s)
	if len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
