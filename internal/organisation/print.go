package organisation

import (
	"fmt"
	"strings"
	"unicode"
)

// String returns the plan for a terminal: a mark, what and which, and what
// changes, aligned.
func (p *Plan) String() string {
	if p.Empty() {
		return "Nothing to do: everything is as the file says.\n"
	}
	var what, name int
	for _, s := range p.Steps {
		what, name = max(what, len(s.What)), max(name, len(s.Name))
	}
	var b strings.Builder
	for _, s := range p.Steps {
		lines := s.lines()
		fmt.Fprintf(&b, "%s %-*s  %-*s  %s\n", s.mark(), what, s.What, name, s.Name, lines[0])
		for _, line := range lines[1:] {
			fmt.Fprintf(&b, "%*s%s\n", 2+what+2+name+2, "", line)
		}
	}
	for _, w := range p.Warnings {
		fmt.Fprintf(&b, "! %s\n", w)
	}
	for _, e := range p.PutsBack {
		fmt.Fprintf(&b, "! %s was changed in the console on %s; the file puts it back\n", e, dateWords(e.At))
	}
	b.WriteString("\n" + p.sum() + "\n")
	return b.String()
}

func (s *Step) mark() string {
	switch s.Action {
	case Create, Restore:
		return "+"
	case Retire:
		return "-"
	default:
		return "~"
	}
}

func (s *Step) lines() []string {
	var lines []string
	switch s.Action {
	case Create, Retire, Restore, Renew, Settle:
		lines = append(lines, string(s.Action))
	case Change:
	}
	for _, d := range s.Details {
		lines = append(lines, d.String())
	}
	if len(lines) == 0 {
		lines = append(lines, string(s.Action))
	}
	return lines
}

// String returns the change of one attribute in one line.
func (d Detail) String() string {
	switch {
	case d.Old == "":
		return d.Name + ": " + short(d.New) + " (new)"
	case d.New == "":
		return d.Name + ": " + short(d.Old) + " (gone)"
	default:
		return d.Name + ": " + short(d.Old) + " → " + short(d.New)
	}
}

// sum counts the steps.
func (p *Plan) sum() string {
	counts := map[Action]int{}
	for _, s := range p.Steps {
		counts[s.Action]++
	}
	var parts []string
	for _, c := range []struct {
		action Action
		words  string
	}{
		{Create, "to create"},
		{Change, "to change"},
		{Renew, "with a new version"},
		{Retire, "to retire"},
		{Restore, "to restore"},
		{Settle, "to note"},
	} {
		if n := counts[c.action]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, c.words))
		}
	}
	return strings.Join(parts, ", ") + "."
}

// short returns s in one line that a terminal shows harmlessly.
func short(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, s)
	const most = 48
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
