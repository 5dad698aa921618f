package organisation

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"livingprofile/internal/i18n"
	"livingprofile/internal/pull"
)

// maxFeed bounds the text of one feed, in bytes.
const maxFeed = 16 << 10

// ReadFeed reads the part "pull" of one system as a file has it, and checks it
// beside what stands. An error is of type Problems.
func (o *Organisation) ReadFeed(system *System, text string) (*pull.Feed, error) {
	n := notebook{file: "pull", at: map[string]mark{}}
	if len(text) > maxFeed {
		n.noteAt(mark{}, "", "is larger than %d KiB", maxFeed>>10)
		return nil, n.problems.orNil()
	}
	root := n.document([]byte(text))
	if root == nil {
		return nil, n.problems.orNil()
	}
	top := n.object("", i18n.Source, root)
	f := readFeed(top)
	top.done()
	s := *system
	s.Pull = f
	c := &checker{Organisation: o, notebook: n, declared: newIndex(o)}
	c.pull("", &s)
	return f, c.problems.orNil()
}

// WithFeed is what reading the feed of a system in another way would do. Its
// steps are those of a file in which nothing else is different, and are kept as
// edits until a file is applied.
func (o *Organisation) WithFeed(system string, f *pull.Feed, at time.Time) *Plan {
	next := *o
	next.Systems = slices.Clone(o.Systems)
	p := &Plan{Next: o}
	for i := range next.Systems {
		s := &next.Systems[i]
		if s.Name != system {
			continue
		}
		old := *s
		s.Pull = f
		if details := differ(ofSystem(&old), ofSystem(s)); len(details) > 0 {
			p.add(Step{Change, "system", system, details})
		}
	}
	if p.Empty() {
		return p
	}
	next.Revision++
	next.Edits = edited(o.Edits, p.Steps, at)
	p.Next = New(next)
	return p
}

// The parts of a feed as a file has them.
type (
	feedFile struct {
		URL    string   `yaml:"url"`
		Every  string   `yaml:"every"`
		Secret string   `yaml:"secret,omitempty"`
		Header string   `yaml:"header,omitempty"`
		Items  string   `yaml:"items,omitempty"`
		Map    *mapFile `yaml:"map,omitempty"`
	}
	mapFile struct {
		ID       string                `yaml:"id,omitempty"`
		Subject  string                `yaml:"subject,omitempty"`
		Customer string                `yaml:"customer,omitempty"`
		Email    string                `yaml:"email,omitempty"`
		Phone    string                `yaml:"phone,omitempty"`
		At       string                `yaml:"at,omitempty"`
		Sequence string                `yaml:"sequence,omitempty"`
		Learn    bool                  `yaml:"learn,omitempty"`
		Fields   map[string]string     `yaml:"fields,omitempty"`
		Consents map[string]stanceFile `yaml:"consents,omitempty"`
	}
	stanceFile struct {
		From      string   `yaml:"from"`
		At        string   `yaml:"at,omitempty"`
		Confirmed string   `yaml:"confirmed,omitempty"`
		Proof     string   `yaml:"proof,omitempty"`
		Yes       []string `yaml:"yes,omitempty,flow"`
		No        []string `yaml:"no,omitempty,flow"`
	}
)

// PrintFeed returns a feed as a file has it: ReadFeed reads it back.
func PrintFeed(f *pull.Feed) (string, error) {
	out := feedFile{URL: f.URL, Every: shortly(f.Every), Secret: f.Secret, Header: f.Header, Items: f.Items}
	if m := &f.Map; !m.Zero() {
		out.Map = &mapFile{
			ID: m.ID, Subject: m.Subject, Customer: m.Customer, Email: m.Email, Phone: m.Phone, At: m.At, Sequence: m.Sequence, Learn: m.Learn, Fields: m.Fields,
		}
		for purpose, s := range m.Consents {
			if out.Map.Consents == nil {
				out.Map.Consents = map[string]stanceFile{}
			}
			out.Map.Consents[purpose] = stanceFile{s.From, s.At, s.Confirmed, s.Proof, s.Yes, s.No}
		}
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	const indent = 2
	e.SetIndent(indent)
	if err := e.Encode(out); err != nil {
		return "", fmt.Errorf("print a feed: %w", err)
	}
	return b.String(), nil
}

// shortly writes a length of time without what is nothing: 5m and not 5m0s.
func shortly(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
