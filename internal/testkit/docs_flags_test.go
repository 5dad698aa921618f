package testkit_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A flag is one setting as the program's own help has it.
type flag struct {
	name, variable, value string // value is the default, or a placeholder
}

// A help is what the program says about one command.
type help struct {
	flags    map[string]flag
	commands []string
}

var (
	flagLine    = regexp.MustCompile(`(?m)^ +(?:-\w, )?--([a-z][a-z-]*)(?:=(\S+))?`)
	variable    = regexp.MustCompile(`\(\$(\w+)\)`)
	commandLine = regexp.MustCompile(`(?m)^  ([a-z]+(?: [a-z]+)?)(?: <\w+>)?(?: \[flags\])?  +\S`)
)

// helpOf reads the help of a command, which is made from the model that the
// program parses its arguments with.
func helpOf(t *testing.T, name string) help {
	t.Helper()
	text, status := run(t, t.TempDir(), append(strings.Fields(name), "--help")...)
	if status != 0 {
		t.Fatalf("help of %q: got status %d", name, status)
	}
	flags, commands, _ := strings.Cut(text, "\nCommands:\n")
	if at := strings.Index(flags, "\nFlags:\n"); at >= 0 {
		flags = flags[at:]
	}
	h := help{flags: map[string]flag{}}
	for line := range strings.Lines(flags) {
		m := flagLine.FindStringSubmatch(line)
		if m == nil || m[1] == "help" {
			continue
		}
		f := flag{name: m[1], value: strings.Trim(m[2], `"`)}
		if v := variable.FindStringSubmatch(line); v != nil {
			f.variable = v[1]
		}
		h.flags[f.name] = f
	}
	for _, m := range commandLine.FindAllStringSubmatch(commands, -1) {
		h.commands = append(h.commands, m[1])
	}
	return h
}

// manual returns the help of each command by its name, and of what is common
// to all under "".
func manual(t *testing.T) map[string]help {
	t.Helper()
	all := map[string]help{}
	var add func(name string)
	add = func(name string) {
		h := helpOf(t, name)
		if name == "" || len(h.commands) == 0 {
			all[name] = h
		}
		for _, c := range h.commands {
			add(c)
		}
	}
	add("")
	if len(all) < 12 {
		t.Fatalf("got %d commands, which is too few to be all of them", len(all))
	}
	return all
}

// placeholder tells whether what help shows behind a flag is no default.
func placeholder(value string) bool {
	return value == "" || strings.HasSuffix(value, ",...") && value != "*,..." || strings.ToUpper(value) == value && !strings.ContainsAny(value, "0123456789*")
}

// operations.md has a line for each setting, with its variable and its default,
// under its command, and none besides.
func TestOperationsFollowTheFlags(t *testing.T) {
	doc := document{"docs/operations.md", read(t, "docs/operations.md")}
	all := manual(t)
	common := all[""].flags
	bare := names(strings.Join(regexp.MustCompile("(?ms)^`migrate`, [^#]*have no flags of their own").FindAllString(doc.text, -1), ""))
	for name, h := range all {
		want := map[string]flag{}
		for _, f := range h.flags {
			if _, everywhere := common[f.name]; !everywhere || name == "" {
				want[f.name] = f
			}
		}
		title := "### `" + name + "`"
		if name == "" {
			title = "### All commands"
		}
		if len(want) == 0 {
			if !slices.Contains(bare, name) {
				t.Errorf("%s has no flags of its own, and operations.md does not say so", name)
			}
			continue
		}
		if !strings.Contains(doc.text, "\n"+title+"\n") {
			t.Errorf("operations.md has no %s", title)
			continue
		}
		checkFlags(t, title, rows(section(t, doc, title)), want)
	}
}

func checkFlags(t *testing.T, title string, table [][]string, want map[string]flag) {
	t.Helper()
	seen := map[string]bool{}
	for _, cells := range table {
		name := strings.TrimPrefix(strings.Trim(cells[0], "`"), "--")
		seen[name] = true
		f, ok := want[name]
		if !ok {
			t.Errorf("%s: there is no flag %s", title, cells[0])
			continue
		}
		if got := strings.Trim(cells[1], "`"); got != f.variable {
			t.Errorf("%s: --%s: got the variable %q, want %q", title, name, got, f.variable)
		}
		if value := strings.TrimSuffix(f.value, ",..."); !placeholder(f.value) && !slices.Contains(names(cells[2]), value) {
			t.Errorf("%s: --%s: got the default %s, want %s", title, name, cells[2], value)
		}
		if cells[3] == "" {
			t.Errorf("%s: nothing is said about --%s", title, name)
		}
	}
	for name := range want {
		if !seen[name] {
			t.Errorf("%s: nothing about --%s", title, name)
		}
	}
}

// others are the programs that documents may tell a reader to run.
var others = regexp.MustCompile(`^(sqlite3|docker|CGO_ENABLED=0 go build) `)

// Every command that a document tells the reader to type is one there is, with
// flags that it has.
func TestDocumentedCommandsExist(t *testing.T) {
	all := manual(t)
	check := func(d document, line string) {
		args, ok := own(line)
		switch {
		case strings.HasPrefix(line, "make "):
			target(t, line)
			return
		case !ok && !others.MatchString(line):
			if line != "go build ./cmd/livingprofile" {
				t.Errorf("%s: no test knows %q", d.name, line)
			}
			return
		case !ok:
			return
		}
		name, h := "", all[""]
		for _, arg := range args {
			if next, ok := all[strings.TrimSpace(name+" "+arg)]; ok {
				name, h = strings.TrimSpace(name+" "+arg), next
			} else if arg == "keys" || arg == "apikey" || arg == "hooks" || arg == "staff" {
				name = arg // and the next word says which
			}
		}
		if _, ok := all[name]; !ok || name == "" {
			t.Errorf("%s: there is no such command: %q", d.name, line)
		}
		for _, arg := range args {
			f, ok := strings.CutPrefix(arg, "--")
			f, _, _ = strings.Cut(f, "=")
			if _, has := h.flags[f]; ok && !has && f != "help" {
				t.Errorf("%s: %q has no flag --%s", d.name, line, f)
			}
		}
	}
	for _, d := range documents(t) {
		for _, line := range lines(d.text) {
			check(d, line)
		}
		for _, word := range names(prose(d.text)) {
			if _, ok := own(word); ok && strings.HasPrefix(word, "livingprofile ") {
				check(d, word)
			}
		}
	}
}

// The example of a configuration file is accepted.
func TestConfigurationExample(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "settings.yaml", example(t, "docs/operations.md", "yaml"))
	if _, status := run(t, dir, "--config", "settings.yaml", "version"); status != 0 {
		t.Errorf("got status %d, want 0", status)
	}
	put(t, dir, "settings.yaml", "no-such-setting: 1\n")
	if _, status := run(t, dir, "--config", "settings.yaml", "version"); status == 0 {
		t.Error("an unknown setting was accepted")
	}
}
