package rights

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"livingprofile/internal/errs"
)

// TestEmbeddedPacks reads the packs that the product brings, and holds the
// values to those of standards.md.
func TestEmbeddedPacks(t *testing.T) {
	t.Parallel()
	all, err := EmbeddedPacks()
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, p := range all.All() {
		codes = append(codes, p.Code)
		for _, k := range Kinds {
			rule, ok := p.Rule(k)
			if !ok || len(rule.Grounds) == 0 {
				t.Errorf("%s: %s has no rule or no ground", p.Code, k)
			}
			for _, words := range []string{"en", "ja", "ar"} {
				if p.Rights[k].Called[words] == "" {
					t.Errorf("%s: %s has no name in %s", p.Code, k, words)
				}
			}
		}
		for _, g := range p.Grounds {
			for _, words := range []string{"en", "ja", "ar"} {
				if g.Letter[words] == "" {
					t.Errorf("%s: the letter of %s has no words in %s", p.Code, g.Code, words)
				}
			}
		}
	}
	if want := []string{"BR", "CA", "CH", "DEFAULT", "EU", "JP", "KR", "UK", "US", "US-CA"}; !slices.Equal(codes, want) {
		t.Errorf("codes: got %v, want %v", codes, want)
	}
	for _, tt := range []struct {
		country             string
		kind                Kind
		code                string
		ack, answer, extend string
	}{
		{"DE", Access, "EU", "none", "1 month", "2 months"},
		{"de", Erasure, "EU", "none", "1 month", "2 months"},
		{"NO", Access, "EU", "none", "1 month", "2 months"},
		{"GB", Complaint, "UK", "30 days", "1 month", "2 months"},
		{"US-CA", Access, "US-CA", "10 business days", "45 days", "45 days"},
		{"US-CA", Objection, "US-CA", "none", "15 business days", "none"},
		{"US", Erasure, "US", "none", "45 days", "45 days"},
		{"us-tx", Erasure, "US", "none", "45 days", "45 days"},
		{"DE-BY", Access, "EU", "none", "1 month", "2 months"},
		{"BR", Access, "BR", "none", "15 days", "none"},
		{"JP", Access, "JP", "none", "14 days", "14 days"},
		{"KR", Access, "KR", "none", "10 days", "10 days"},
		{"CH", Access, "CH", "none", "30 days", "30 days"},
		{"CA", Access, "CA", "none", "30 days", "30 days"},
		{"XX", Access, "DEFAULT", "3 business days", "30 days", "none"},
		{"", Access, "DEFAULT", "3 business days", "30 days", "none"},
	} {
		p := all.For(tt.country, received)
		rule, _ := p.Rule(tt.kind)
		if p.Code != tt.code || rule.Acknowledge.String() != tt.ack || rule.Answer.String() != tt.answer || rule.Extend.String() != tt.extend {
			t.Errorf("%s %s: got %s: %s, %s, %s, want %s: %s, %s, %s", tt.country, tt.kind,
				p.Code, rule.Acknowledge, rule.Answer, rule.Extend, tt.code, tt.ack, tt.answer, tt.extend)
		}
	}
	if got := all.For("DE", received).Rights[Access].Rule.Calendar; got != "DE" {
		t.Errorf("calendar in Germany: got %q", got)
	}
	if got := all.For("GB", time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)).Code; got != DefaultPack {
		t.Errorf("before a law is in force: got %s, want %s", got, DefaultPack)
	}
}

// A request keeps the rule that applied, whatever becomes of the pack.
func TestNew_freezes_the_rule(t *testing.T) {
	t.Parallel()
	p := pack(t, "EU", "DE")
	r := request(t, Access)
	due := r.DueAt
	right := p.Rights[Access]
	right.Rule.Answer = Limit{1, Days}
	p.Rights[Access] = right
	next, _, err := r.With(Act{Move: Acknowledge, At: received, Actor: program})
	if err != nil || !next.DueAt.Equal(due) || next.Pack != "EU/1" {
		t.Errorf("got due %v under %s and %v, want %v under EU/1", next.DueAt, next.Pack, err, due)
	}
}

// TestFolderPacks_rest: the operator adds days of rest, of a country that had
// none and of a part of one, and replaces those of another; what runs keeps those
// that it froze.
func TestFolderPacks_rest(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	const ours = `
AT: {source: ours, days: ["10-26"]}
DE-BY: {source: ours, days: ["11-01"]}
FR: {source: ours, days: ["11-12"]}
`
	if err := os.WriteFile(filepath.Join(folder, "holidays.yaml"), []byte(ours), 0o600); err != nil {
		t.Fatal(err)
	}
	packs, err := FolderPacks(folder)
	if err != nil {
		t.Fatal(err)
	}
	day := func(text string) time.Time {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	// Each would be due on that day, of 2026, which is none of a weekend.
	for _, tt := range []struct {
		place, received string
		later           int // days, for it is one of rest
	}{
		{"AT", "2026-09-26", 1},    // Monday, 26 October
		{"DE", "2026-10-02", 0},    // Monday, 2 November
		{"DE-BY", "2027-10-01", 1}, // Monday, 1 November 2027
		{"DE", "2027-10-01", 0},
		{"FR", "2026-10-12", 1}, // Thursday, 12 November
		{"FR", "2026-10-11", 0}, // Armistice Day is none of ours
		{"IT", "2026-09-26", 0},
	} {
		law := packs.For(tt.place, day(tt.received))
		rule, ok := law.Rule(Access)
		if !ok || law.Code != "EU" {
			t.Fatalf("%s: got %s", tt.place, law.Code)
		}
		want := endOf(day(tt.received).AddDate(0, 1, tt.later), time.UTC)
		due := rule.Due(Running{Received: day(tt.received), Zone: time.UTC})
		if !due.Equal(want) {
			t.Errorf("%s, received %s: due %v, want %v", tt.place, tt.received, due, want)
		}
		// As a program would read it that has no such calendar, or another one.
		kept, err := json.Marshal(rule)
		if err != nil {
			t.Fatal(err)
		}
		var frozen Rule
		if err := json.Unmarshal(kept, &frozen); err != nil {
			t.Fatal(err)
		}
		frozen.Calendar = ""
		if got := frozen.Due(Running{Received: day(tt.received), Zone: time.UTC}); len(rule.Rest.Days) > 0 && !got.Equal(due) {
			t.Errorf("%s: frozen, due %v, want %v", tt.place, got, due)
		}
	}
	// What was frozen by name alone has the product's days.
	old := Rule{Answer: Limit{1, Months}, Rolls: true, Calendar: "FR"}
	if got, want := old.Due(Running{Received: day("2026-10-11"), Zone: time.UTC}), endOf(day("2026-11-12"), time.UTC); !got.Equal(want) {
		t.Errorf("by name: due %v, want %v", got, want)
	}
	for place, want := range map[string]int{"FR": 1, "JP": 0, "": 0} {
		law, ok := packs.Named("EU", place, received)
		if !ok || len(law.Rights[Access].Rule.Rest.Days) != want {
			t.Errorf("named at %q: got %v", place, law.Rights[Access].Rule.Rest)
		}
	}
	for name, text := range map[string]string{
		"no day": "AT: {source: ours, days: [soon]}", "no source": `AT: {days: ["10-26"]}`,
		"no way to move": "AT: {source: ours, moves: never}", "no such key": "AT: {source: ours, day: []}",
	} {
		if err := os.WriteFile(filepath.Join(folder, "holidays.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if packs, err := FolderPacks(folder); packs != nil || errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), "holidays.yaml") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestFolderPacks: a law of the operator's folder comes before that of the
// product, from its day on; what is wrong with one of them leaves none.
func TestFolderPacks(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name string, change ...string) {
		t.Helper()
		text, err := packFiles.ReadFile("lawpacks/eu.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(strings.NewReplacer(change...).Replace(string(text))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := FolderPacks(folder); errs.KindOf(err) != errs.Invalid {
		t.Errorf("an empty folder: got %v", err)
	}
	if _, err := FolderPacks(filepath.Join(folder, "none")); err == nil {
		t.Error("a folder that is not there was taken")
	}
	write("ours.yaml", "version: 1\n", "version: 7\n", "from: 2018-05-25", "from: 2020-01-01")
	packs, err := FolderPacks(folder)
	if err != nil {
		t.Fatal(err)
	}
	then := time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)
	if got := packs.For("DE", received); got.Edition() != "EU/7" || got.File != filepath.Join(folder, "ours.yaml") {
		t.Errorf("in Germany: got %s of %q", got.Edition(), got.File)
	}
	if got := packs.For("DE", then); got.Edition() != "EU/1" || got.File != "" {
		t.Errorf("before its day: got %s of %q", got.Edition(), got.File)
	}
	if _, ok := packs.Edition("EU/1"); !ok {
		t.Error("what requests froze has no words any more")
	}
	if got := packs.For("JP", received); got.Code != "JP" || got.File != "" {
		t.Errorf("in Japan: got %s of %q", got.Code, got.File)
	}
	write("same.yaml", "authority:", "authority:")
	if packs, err = FolderPacks(folder); err != nil {
		t.Fatal(err)
	}
	if p, _ := packs.Edition("EU/1"); p.File == "" {
		t.Error("the same edition did not take the other's place")
	}
	for name, bad := range map[string]func(){
		"twice.yaml":    func() { write("twice.yaml") },
		"broken.yml":    func() { write("broken.yml", "version: 1\n", "version: one\n") },
		"holidays.yaml": func() { write("holidays.yaml") },
	} {
		bad()
		packs, err := FolderPacks(folder)
		if packs != nil || errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), filepath.Join(folder, name)) {
			t.Errorf("%s: got %v", name, err)
		}
		if name == "broken.yml" && !strings.Contains(err.Error(), name+":") {
			t.Errorf("%s: no line in %v", name, err)
		}
		if err := os.Remove(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLoadPacks_names_what_is_wrong breaks a good pack in each way.
func TestLoadPacks_names_what_is_wrong(t *testing.T) {
	t.Parallel()
	good, err := fs.ReadFile(packFiles, "lawpacks/eu.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rest, err := fs.ReadFile(packFiles, "lawpacks/default.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ old, with, want string }{
		"unknown key":                {"rolls: true", "rols: true", "eu.yaml:10: rols: rols is not known here"},
		"no YAML":                    {"rolls: true", "rolls: [", "eu.yaml:"},
		"no limit":                   {"answer: 1 month", "answer: soon", "limits.answer: \"soon\" is no limit"},
		"no unit":                    {"answer: 1 month", "answer: 1 moon", "limits.answer: \"1 moon\" has no unit"},
		"answer in hours":            {"answer: 1 month", "answer: 24 hours", "is in hours"},
		"missing answer":             {"answer: 1 month", "answer: none", "rights.access.answer: is missing"},
		"mixed units":                {"extend: 2 months", "extend: 60 days", "an extension runs on from receipt"},
		"unknown right":              {"  access:", "  acess:", "rights.acess: is no right"},
		"unknown start":              {"start: receipt", "start: never", "limits.start: is \"never\""},
		"no date":                    {"from: 2018-05-25", "from: 25.5.2018", "from: \"25.5.2018\" is no date"},
		"no source":                  {"source: Regulation", "# source: Regulation", "source: is missing"},
		"no version":                 {"version: 1", "version: 0", "eu.yaml:5: version: should be 1 or more"},
		"small code":                 {"code: EU", "code: eu", "eu.yaml:4: code: should be capital letters"},
		"unknown calendar":           {"DE: DE", "DE: XX", "calendars.DE: \"XX\" is no calendar"},
		"nobody to tell of a breach": {"breach: {", "breach: {to: {address: x}, ", "breach.to.name: has no English words"},
		"ground twice":               {"code: identity", "code: unfounded", "grounds[1].code: \"unfounded\" is there twice"},
		"ground of no right":         {"rights: [erasure]", "rights: [erase]", "grounds[2].rights: \"erase\" is no right"},
		"same edition in two files":  {"code: EU", "code: DEFAULT", "is there twice: DEFAULT/1"},
	} {
		text := strings.Replace(string(good), tt.old, tt.with, 1)
		if text == string(good) {
			t.Fatalf("%s: the pack has no %q", name, tt.old)
		}
		packs, err := LoadPacks(fstest.MapFS{"eu.yaml": {Data: []byte(text)}, "default.yaml": {Data: rest}})
		if packs != nil || !errors.Is(err, errs.Invalid) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
	if _, err := LoadPacks(fstest.MapFS{"eu.yaml": {Data: good}}); err == nil || !strings.Contains(err.Error(), "DEFAULT") {
		t.Errorf("without a default: got %v", err)
	}
}

func TestParseLimit(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]Limit{
		"none": {}, "1 month": {1, Months}, "2 months": {2, Months}, "45 days": {45, Days}, "1 day": {1, Days},
		"10 business days": {10, BusinessDays}, "1 business day": {1, BusinessDays}, "72 hours": {72, Hours},
	} {
		got, err := ParseLimit(s)
		if err != nil || got != want || got.String() != s {
			t.Errorf("%q: got %v (%s) and %v, want %v", s, got, got, err, want)
		}
	}
	for _, s := range []string{"", "month", "0 days", "-1 days", "1.5 months", "2 month", "500 days", "1  month", "1 business"} {
		if got, err := ParseLimit(s); err == nil {
			t.Errorf("%q: got %v, want an error", s, got)
		}
	}
}
