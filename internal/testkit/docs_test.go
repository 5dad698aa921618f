package testkit_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// root is where the repository begins, seen from this package.
const root = "../.."

// A document is one Markdown file of the repository.
type document struct {
	name string // path from the root, with slashes
	text string
}

// documents returns every Markdown file, hidden folders left out.
func documents(t *testing.T) []document {
	t.Helper()
	var all []document
	walk(t, func(name string) {
		if path.Ext(name) == ".md" {
			all = append(all, document{name, read(t, name)})
		}
	})
	if len(all) < 20 {
		t.Fatalf("got %d documents, which is too few to be all of them", len(all))
	}
	return all
}

// walk calls visit for every file of the repository that is not hidden, data
// of an installation, or test data.
func walk(t *testing.T, visit func(name string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		skipped := strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || d.Name() == "data" || d.Name() == "testdata"
		switch {
		case skipped && d.IsDir():
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		name, err := filepath.Rel(root, file)
		visit(filepath.ToSlash(name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var fence = regexp.MustCompile("(?ms)^ *```(\\w*)\n(.*?)^ *```$")

// blocks returns the fenced blocks of a language in text.
func blocks(text, language string) []string {
	var all []string
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		if m[1] == language {
			all = append(all, m[2])
		}
	}
	return all
}

// prose is text without its fenced blocks.
func prose(text string) string { return fence.ReplaceAllString(text, "") }

// section returns what stands under a heading until the next one of its level
// or above.
func section(t *testing.T, d document, heading string) string {
	t.Helper()
	level, _, _ := strings.Cut(heading, " ")
	_, rest, found := strings.Cut("\n"+d.text, "\n"+heading+"\n")
	if !found {
		t.Fatalf("%s has no heading %q", d.name, heading)
	}
	next := regexp.MustCompile(`(?m)^#{1,` + string(rune('0'+len(level))) + `} `)
	if at := next.FindStringIndex(rest); at != nil {
		rest = rest[:at[0]]
	}
	return rest
}

var quoted = regexp.MustCompile("`([^`]+)`")

// rows returns the cells of the tables in text, headers left out.
func rows(text string) [][]string {
	var all [][]string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") {
			continue
		}
		// An escaped bar is part of its cell.
		line = strings.ReplaceAll(strings.Trim(line, "|"), `\|`, "\x00")
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(strings.ReplaceAll(cells[i], "\x00", "|"))
		}
		all = append(all, cells)
	}
	if len(all) > 0 {
		all = all[1:]
	}
	return all
}

// names returns the words in backquotes of a cell.
func names(cell string) []string {
	var all []string
	for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
		all = append(all, m[1])
	}
	return all
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// Every relative link leads to a file, and its anchor to a heading there.
func TestDocumentLinksResolve(t *testing.T) {
	headings := map[string]map[string]bool{}
	all := documents(t)
	for _, d := range all {
		headings[d.name] = anchors(d.text)
	}
	for _, d := range all {
		for _, m := range link.FindAllStringSubmatch(prose(d.text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			file, anchor, _ := strings.Cut(m[1], "#")
			target := d.name
			if file != "" {
				target = path.Join(path.Dir(d.name), file)
			}
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(target))); err != nil {
				t.Errorf("%s: %s leads nowhere", d.name, m[1])
			}
			if anchor != "" && !headings[target][anchor] {
				t.Errorf("%s: %s has no such heading", d.name, m[1])
			}
		}
	}
}

var (
	heading     = regexp.MustCompile(`(?m)^#+ (.*)$`)
	unlinkables = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors are the headings of text as links name them.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(prose(text), -1) {
		all[strings.ReplaceAll(unlinkables.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")] = true
	}
	return all
}

// Lines are wrapped at 80; what cannot be wrapped is let be.
func TestDocumentsAreWrapped(t *testing.T) {
	for _, d := range documents(t) {
		for line := range strings.Lines(prose(d.text)) {
			line = strings.TrimRight(line, "\n")
			unbreakable := strings.HasPrefix(line, "|") || strings.HasPrefix(line, "![") || !strings.Contains(strings.TrimLeft(line, " -"), " ")
			// A link may be longer than the rest of its line.
			if link.MatchString(line) || unbreakable {
				continue
			}
			if n := utf8.RuneCountInString(line); n > 80 {
				t.Errorf("%s: got a line of %d letters: %s", d.name, n, line)
			}
		}
	}
}

// foreign are the hosts that a document may send a reader to.
var foreign = regexp.MustCompile(`^(keepachangelog\.com|semver\.org|litestream\.io|127\.0\.0\.1|localhost|([\w-]+\.)*example\.(com|org))(:\d+)?$`)

// What is true on one machine only, or not finished, has no place in a
// document.
func TestDocumentsAreTrueElsewhere(t *testing.T) {
	private := regexp.MustCompile("(?m)(^|[\\s\"'(=`])/(home|root|tmp|work|Users)/")
	unfinished := regexp.MustCompile(`(?i)\b(todo|fixme|xxx|tbd|lorem ipsum)\b`)
	address := regexp.MustCompile("https?://([^/\\s)`\"'|]+)")
	for _, d := range documents(t) {
		for _, bad := range []*regexp.Regexp{private, unfinished} {
			if got := bad.FindString(d.text); got != "" {
				t.Errorf("%s: got %q", d.name, got)
			}
		}
		for _, m := range address.FindAllStringSubmatch(d.text, -1) {
			if !foreign.MatchString(m[1]) {
				t.Errorf("%s: got the host %s, which is not among those that documents name", d.name, m[1])
			}
		}
	}
}

// A decision is short, has the next number, and says what else there was.
func TestDecisionsAreShort(t *testing.T) {
	const most = 60
	decisions := 0
	for _, d := range documents(t) {
		if path.Dir(d.name) != "docs/decisions" {
			continue
		}
		decisions++
		name := path.Base(d.name)
		if number, err := strconv.Atoi(name[:4]); err != nil || number != decisions {
			t.Errorf("%s: got number %s, want %d", name, name[:4], decisions)
		}
		if !strings.HasPrefix(d.text, "# "+decimal(decisions)+". ") {
			t.Errorf("%s: the title does not begin with the number", name)
		}
		if n := strings.Count(d.text, "\n"); n >= most {
			t.Errorf("%s: got %d lines, want under %d", name, n, most)
		}
		for _, part := range []string{"Context", "Decision", "Alternatives", "Consequences"} {
			if strings.TrimSpace(section(t, d, "## "+part)) == "" {
				t.Errorf("%s: nothing under %s", name, part)
			}
		}
	}
	if decisions < 12 {
		t.Errorf("got %d decisions, want 12 or more", decisions)
	}
}
