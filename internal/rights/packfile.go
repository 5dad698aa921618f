package rights

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/yamltext"
)

// A Problem is one thing that is wrong in a law pack.
type Problem struct {
	File string
	Line int    // 0 when it is nowhere in particular
	Path string // as in "rights.access.answer"
	Text string
}

func (p Problem) String() string {
	s := p.File
	if p.Line > 0 {
		s += ":" + strconv.Itoa(p.Line)
	}
	if p.Path != "" {
		s += ": " + p.Path
	}
	return s + ": " + p.Text
}

// Problems are all that was found. As an error they are of kind errs.Invalid.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Unwrap yields the kind.
func (ps Problems) Unwrap() error { return errs.Invalid }

// A packFile is a law pack as it is written.
type packFile struct {
	Code      string            `yaml:"code"`
	Version   int               `yaml:"version"`
	From      string            `yaml:"from"`
	To        string            `yaml:"to"`
	Law       i18n.Text         `yaml:"law"`
	Source    string            `yaml:"source"`
	Reviewed  string            `yaml:"reviewed-by"`
	Countries []string          `yaml:"countries"`
	Calendars map[string]string `yaml:"calendars"`
	Rolls     bool              `yaml:"rolls"`
	Age       int               `yaml:"age"`
	Authority authorityFile     `yaml:"authority"`
	Breach    struct {
		Authority string         `yaml:"authority"`
		People    string         `yaml:"people"`
		Final     string         `yaml:"final"`
		Goal      bool           `yaml:"goal"`
		To        *authorityFile `yaml:"to"` // left out: the authority
	} `yaml:"breach"`
	Limits  limitsFile           `yaml:"limits"`
	Rights  map[string]rightFile `yaml:"rights"`
	Grounds []struct {
		Code    string    `yaml:"code"`
		Article string    `yaml:"article"`
		Rights  []string  `yaml:"rights"`
		Letter  i18n.Text `yaml:"letter"`
		Explain bool      `yaml:"explain"`
	} `yaml:"grounds"`
}

type authorityFile struct {
	Name    i18n.Text `yaml:"name"`
	Address string    `yaml:"address"`
}

// limitsFile are limits for all rights of a pack, or for one of them; what one
// of them leaves out is that of all.
type limitsFile struct {
	Acknowledge string `yaml:"acknowledge"`
	Answer      string `yaml:"answer"`
	Extend      string `yaml:"extend"`
	Start       string `yaml:"start"` // receipt or proof
	Pause       string `yaml:"pause"` // never or clarification
	Appeal      string `yaml:"appeal"`
	Appealed    string `yaml:"appeal-answer"`
	Goal        bool   `yaml:"goal"`
}

type rightFile struct {
	Called     i18n.Text `yaml:"called"`
	Article    string    `yaml:"article"`
	limitsFile `yaml:",inline"`
}

// parsePack reads a law pack, which names calendars that there are. All that is
// wrong is told at once.
func parsePack(name string, text []byte, calendars map[string]Rest) (Pack, Problems) {
	r := &packReader{file: name, lines: map[string]int{}, calendars: calendars}
	var tree yaml.Node
	if err := yaml.Unmarshal(text, &tree); err != nil {
		r.fail(err)
		return Pack{}, r.problems
	}
	r.walk("", &tree)
	var f packFile
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&f); err != nil {
		r.fail(err)
		return Pack{}, r.problems
	}
	return r.pack(&f), r.problems
}

// A packReader collects what is wrong, and knows where each path is.
type packReader struct {
	file      string
	lines     map[string]int
	calendars map[string]Rest
	problems  Problems
}

// walk notes the line of every path.
func (r *packReader) walk(path string, n *yaml.Node) {
	if path != "" {
		r.lines[path] = n.Line
	}
	switch n.Kind {
	case yaml.DocumentNode:
		for _, c := range n.Content {
			r.walk(path, c)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			at := strings.TrimPrefix(path+"."+n.Content[i].Value, ".")
			r.walk(at, n.Content[i+1])
			r.lines[at] = n.Content[i].Line
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			r.walk(fmt.Sprintf("%s[%d]", path, i), c)
		}
	}
}

// note adds a problem at path, or at the nearest place above it.
func (r *packReader) note(path, format string, args ...any) {
	at := path
	for at != "" && r.lines[at] == 0 {
		at = at[:max(strings.LastIndexAny(at, ".["), 0)]
	}
	r.problems = append(r.problems, Problem{File: r.file, Line: r.lines[at], Path: path, Text: fmt.Sprintf(format, args...)})
}

// fail takes apart what the YAML reader says.
func (r *packReader) fail(err error) {
	for _, f := range yamltext.Faults(err) {
		p := Problem{File: r.file, Line: f.Line, Text: f.Text}
		if f.Line > 0 {
			p.Path = r.at(f.Line)
		}
		r.problems = append(r.problems, p)
	}
}

// at is the deepest path of a line.
func (r *packReader) at(line int) (found string) {
	for path, n := range r.lines {
		if n == line && (len(path) > len(found) || len(path) == len(found) && path < found) {
			found = path
		}
	}
	return found
}

func (r *packReader) pack(f *packFile) Pack {
	p := Pack{
		Code: f.Code, Version: f.Version, Law: f.Law, Source: f.Source, Reviewed: f.Reviewed,
		Countries: f.Countries, Calendars: f.Calendars, Rolls: f.Rolls, Age: f.Age,
		Authority: Authority(f.Authority),
		Breach: Breach{
			Authority: r.limit("breach.authority", f.Breach.Authority), People: r.limit("breach.people", f.Breach.People),
			Final: r.limit("breach.final", f.Breach.Final), Goal: f.Breach.Goal, To: Authority(f.Authority),
		},
		Rights: map[Kind]Right{},
	}
	p.From, p.To = r.date("from", f.From), r.date("to", f.To)
	if p.Code == "" || p.Code != strings.ToUpper(p.Code) {
		r.note("code", "should be capital letters, as in US-CA")
	}
	if p.Version < 1 {
		r.note("version", "should be 1 or more")
	}
	if p.From.IsZero() {
		r.note("from", "is missing: the day from which the law is in force")
	}
	if !p.To.IsZero() && !p.To.After(p.From) {
		r.note("to", "is not after from")
	}
	if p.Source == "" {
		r.note("source", "is missing: where the values were read")
	}
	r.words("law", p.Law)
	r.words("authority.name", p.Authority.Name)
	if to := f.Breach.To; to != nil {
		p.Breach.To = Authority(*to)
		r.words("breach.to.name", to.Name)
	}
	for country, calendar := range p.Calendars {
		if _, ok := r.calendars[calendar]; !ok {
			r.note("calendars."+country, "%q is no calendar of %s", calendar, restFile)
		}
	}
	r.rights(&p, f)
	r.grounds(&p, f)
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return a.Line - b.Line })
	return p
}

func (r *packReader) rights(p *Pack, f *packFile) {
	if len(f.Rights) == 0 {
		r.note("rights", "is missing")
	}
	for name, right := range f.Rights {
		at := "rights." + name
		if !Kind(name).Known() {
			r.note(at, "is no right; there are %v", Kinds)
			continue
		}
		r.words(at+".called", right.Called)
		rule := Rule{Article: right.Article, Rolls: p.Rolls, Goal: f.Limits.Goal || right.Goal}
		value := func(key, own, all string) (string, string) {
			if own != "" {
				return at + "." + key, own
			}
			return "limits." + key, all
		}
		limit := func(key, own, all string) Limit { return r.limit(value(key, own, all)) }
		rule.Acknowledge = limit("acknowledge", right.Acknowledge, f.Limits.Acknowledge)
		rule.Answer = limit("answer", right.Answer, f.Limits.Answer)
		rule.Extend = limit("extend", right.Extend, f.Limits.Extend)
		rule.FromProof = r.oneOf("receipt", "proof")(value("start", right.Start, f.Limits.Start))
		rule.Pauses = r.oneOf("never", "clarification")(value("pause", right.Pause, f.Limits.Pause))
		switch {
		case rule.Answer.None():
			r.note(at+".answer", "is missing; where the law says \"without delay\", give the operator's own goal and goal: true")
		case rule.Answer.Unit == Hours:
			r.note(at+".answer", "is in hours; an answer is due at the end of a day")
		case !rule.Extend.None() && rule.Extend.Unit != rule.Answer.Unit:
			r.note(at+".extend", "is in %s and the answer in %s; an extension runs on from receipt", rule.Extend.Unit, rule.Answer.Unit)
		}
		rule.Appeal = limit("appeal", right.Appeal, f.Limits.Appeal)
		rule.AppealAnswer = limit("appeal-answer", right.Appealed, f.Limits.Appealed)
		if rule.Appeal.None() && !rule.AppealAnswer.None() {
			r.note(at+".appeal-answer", "has no appeal: until when the person may")
		}
		p.Rights[Kind(name)] = Right{Called: right.Called, Rule: rule}
	}
}

func (r *packReader) grounds(p *Pack, f *packFile) {
	for i, g := range f.Grounds {
		at := fmt.Sprintf("grounds[%d]", i)
		if g.Code == "" {
			r.note(at+".code", "is missing")
		}
		if _, twice := p.Ground(g.Code); twice {
			r.note(at+".code", "%q is there twice", g.Code)
		}
		r.words(at+".letter", g.Letter)
		ground := RefusalGround{Code: g.Code, Article: g.Article, Letter: g.Letter, Explain: g.Explain}
		for _, name := range g.Rights {
			if _, ok := p.Rights[Kind(name)]; !ok {
				r.note(at+".rights", "%q is no right of this pack", name)
			}
			ground.Kinds = append(ground.Kinds, Kind(name))
		}
		p.Grounds = append(p.Grounds, ground)
	}
}

// words wants English at least: it is what every other language falls back to.
func (r *packReader) words(path string, t i18n.Text) {
	if t["en"] == "" {
		r.note(path, "has no English words")
	}
}

func (r *packReader) limit(path, s string) Limit {
	if s == "" {
		return Limit{}
	}
	l, err := ParseLimit(s)
	if err != nil {
		r.note(path, "%v", err)
	}
	return l
}

func (r *packReader) date(path, s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		r.note(path, "%q is no date, as in 2027-04-01", s)
	}
	return t
}

// oneOf reads which of two words stands at path: false for the first, which is
// also what stands for nothing.
func (r *packReader) oneOf(no, yes string) func(path, s string) bool {
	return func(path, s string) bool {
		if s != "" && s != no && s != yes {
			r.note(path, "is %q and should be %s or %s", s, no, yes)
		}
		return s == yes
	}
}
