package intake

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

//go:embed maps/*.yaml
var ready embed.FS

// A Map says what the columns of one kind of export mean. Columns that it names
// and the file does not have are read as empty, but for the Required ones.
type Map struct {
	// About says what the map reads and where such a file comes from.
	About     string   `yaml:"about"`
	Format    Format   `yaml:"format"`    // where the name of a file does not tell; "" for CSV
	Charset   string   `yaml:"charset"`   // where a file does not tell; "" to recognise it
	Separator string   `yaml:"separator"` // one character; "" for a comma
	Zone      string   `yaml:"zone"`      // IANA name, of times without a zone; "" for UTC
	Required  []string `yaml:"required"`  // columns without which a file is refused
	Ignore    []string `yaml:"ignore"`    // columns that are known and not read
	// OnlyWith is a column. Rows where it is empty belong to the row above, as
	// the further lines of an order do, and are passed over.
	OnlyWith string `yaml:"only_with"`

	Key         Cell             `yaml:"key"` // the source's own key of the record
	Time        *Time            `yaml:"time"`
	Country     Country          `yaml:"country"`
	Identifiers []IdentifierRule `yaml:"identifiers"`
	Fields      []FieldRule      `yaml:"fields"`
	Consents    []ConsentRule    `yaml:"consents"`
	Activities  []ActivityRule   `yaml:"activities"`

	name string
	file string // as it is named in problems
	text []byte
	root *yaml.Node
}

// A Cell is a value of a row: one column or several, joined and transformed.
type Cell struct {
	Column     string      `yaml:"column"`
	Columns    []string    `yaml:"columns"`
	Join       string      `yaml:"join"` // between the columns that are not empty; "" for a space
	Transforms []Transform `yaml:"transforms"`
}

// A Time is a moment of a row: the first of the columns that is not empty.
type Time struct {
	Column  string   `yaml:"column"`
	Columns []string `yaml:"columns"`
	Layouts []string `yaml:"layouts"` // see layout; none for the usual ones
}

// A Country says in which country a row's phone numbers are to be read.
type Country struct {
	Cell    `yaml:",inline"`
	Default string `yaml:"default"` // ISO 3166, where the cell says none
}

// An IdentifierRule makes an identifier of a cell.
type IdentifierRule struct {
	Cell     `yaml:",inline"`
	Kind     identity.Kind `yaml:"kind"`
	Scope    string        `yaml:"scope"` // "" for the source itself
	Verified Verified      `yaml:"verified"`
	OnError  OnError       `yaml:"on_error"`
}

// Verified says whether the source has proved something: always, or where a
// column says when, and if After is named later than that column.
type Verified struct {
	Always        bool
	Column, After string
}

// UnmarshalYAML reads yes, no, the name of a column, or column and after. A
// column with such a name is written in quotes.
func (v *Verified) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			switch n.Content[i].Value {
			case "column":
				v.Column = n.Content[i+1].Value
			case "after":
				v.After = n.Content[i+1].Value
			default:
				return fmt.Errorf("line %d: %q is none of column, after", n.Content[i].Line, n.Content[i].Value)
			}
		}
		if v.Column == "" {
			return fmt.Errorf("line %d: names no column", n.Line)
		}
		return nil
	}
	if n.Style == 0 {
		switch strings.ToLower(n.Value) {
		case "yes", "true":
			v.Always = true
			return nil
		case "no", "false":
			return nil
		}
	}
	return n.Decode(&v.Column)
}

// OnError says what a cell that cannot be read costs.
type OnError string

// What a bad cell costs.
const (
	LoseCell OnError = "cell" // a warning, and the cell; what "" means
	LoseRow  OnError = "row"
)

// A FieldRule makes a claim about a field of a cell.
type FieldRule struct {
	Cell    `yaml:",inline"`
	Field   string         `yaml:"field"`
	Origin  profile.Origin `yaml:"origin"` // "" for provided
	How     string         `yaml:"how"`    // for inferred values
	Proved  Verified       `yaml:"proved"` // the person gave it there, and the source can show that
	OnError OnError        `yaml:"on_error"`
	// Optional leaves the rule out where the organisation does not declare the
	// field, or the system may not hold it. It is for maps that many use.
	Optional bool `yaml:"optional"`
}

// A ConsentRule makes a consent of a row. Of Cases the first that fits counts.
// Column and Values are the short form of a case for each word; a word that is
// not among them costs the row, for it might have been a no.
type ConsentRule struct {
	Purpose consent.PurposeID `yaml:"purpose"`
	Column  string            `yaml:"column"`
	Values  map[string]Stance `yaml:"values"`
	At      Time              `yaml:"at"`
	Proof   []string          `yaml:"proof"` // columns that prove it
	Cases   []ConsentCase     `yaml:"cases"`
	// Optional leaves the rule out where the organisation does not declare the
	// purpose, or it leaves no choice.
	Optional bool `yaml:"optional"`
}

// A ConsentCase says what it means that a column is filled, or has one of some
// words.
type ConsentCase struct {
	If        string   `yaml:"if"`
	Is        []string `yaml:"is"`    // none for any that is not empty
	After     string   `yaml:"after"` // a column; If is a time that is later than it
	Says      Stance   `yaml:"says"`
	At        Time     `yaml:"at"`
	Confirmed bool     `yaml:"confirmed"`
	Proof     []string `yaml:"proof"`
}

// maxMap is more than any map needs, in bytes.
const maxMap = 1 << 20

// Maps returns the names of the ready-made maps, sorted.
func Maps() []string {
	entries, err := fs.ReadDir(ready, "maps")
	if err != nil {
		panic(err) // the maps are part of the program
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".yaml")
	}
	slices.Sort(names)
	return names
}

// LoadMap returns the map that ref names: a ready-made one, or, when ref has a
// path separator or ends in .yaml or .yml, that of a file. The error is
// NotFound when there is none, and organisation.Problems when it says things
// that make no sense.
func LoadMap(ref string) (*Map, error) {
	ext := filepath.Ext(ref)
	if !strings.ContainsAny(ref, `/\`) && ext != ".yaml" && ext != ".yml" {
		data, err := ready.ReadFile("maps/" + ref + ".yaml")
		if err != nil {
			return nil, errs.Wrap(errs.NotFound, "error.no_such_map", fmt.Errorf("%q is none of %s", ref, strings.Join(Maps(), ", ")))
		}
		return ParseMap(ref+".yaml", data)
	}
	f, err := os.Open(ref)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.Wrap(errs.NotFound, "error.no_such_map", err)
	}
	if err != nil {
		return nil, fmt.Errorf("open map: %w", err)
	}
	defer f.Close() //nolint:errcheck // read only
	data, err := io.ReadAll(io.LimitReader(f, maxMap+1))
	if err != nil {
		return nil, fmt.Errorf("read map: %w", err)
	}
	return ParseMap(ref, data)
}

// ParseMap reads a map. file is how problems name it; its base, without the
// extension, becomes the map's name. The error is organisation.Problems.
func ParseMap(file string, data []byte) (*Map, error) {
	base := filepath.Base(file)
	m := &Map{name: strings.TrimSuffix(base, filepath.Ext(base)), file: file, text: data, root: &yaml.Node{}}
	if len(data) > maxMap {
		return nil, m.problem("", "is larger than a map can be")
	}
	if err := yaml.Unmarshal(data, m.root); err != nil {
		return nil, m.unreadable(err)
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(m); err != nil && !errors.Is(err, io.EOF) {
		return nil, m.unreadable(err)
	}
	if err := m.validate(); err != nil {
		return nil, err
	}
	return m, nil
}

// Name returns what the map is called: "shopify".
func (m *Map) Name() string { return m.name }

// names returns the columns that make up c.
func (c *Cell) names() []string { return oneOrMore(c.Column, c.Columns) }

func (t *Time) names() []string { return oneOrMore(t.Column, t.Columns) }

func oneOrMore(one string, more []string) []string {
	if one == "" {
		return more
	}
	return append([]string{one}, more...)
}

// columns returns every column that the map reads, in its own order, each
// once.
func (m *Map) columns() []string {
	var all []string
	seen := map[string]bool{"": true}
	add := func(names ...string) {
		for _, n := range names {
			if !seen[n] {
				seen[n] = true
				all = append(all, n)
			}
		}
	}
	add(m.Required...)
	add(m.OnlyWith)
	add(m.Key.names()...)
	if m.Time != nil {
		add(m.Time.names()...)
	}
	add(m.Country.names()...)
	for i := range m.Identifiers {
		add(m.Identifiers[i].names()...)
		add(m.Identifiers[i].Verified.Column, m.Identifiers[i].Verified.After)
	}
	for i := range m.Fields {
		add(m.Fields[i].names()...)
		add(m.Fields[i].Proved.Column, m.Fields[i].Proved.After)
	}
	for i := range m.Consents {
		r := &m.Consents[i]
		add(r.Column)
		add(r.At.names()...)
		add(r.Proof...)
		for j := range r.Cases {
			add(r.Cases[j].If, r.Cases[j].After)
			add(r.Cases[j].At.names()...)
			add(r.Cases[j].Proof...)
		}
	}
	for i := range m.Activities {
		r := &m.Activities[i]
		add(r.If)
		for _, c := range []*Cell{&r.KindOf, &r.Event, &r.Brand} {
			add(c.names()...)
		}
		add(r.At.names()...)
		for j := range r.Values {
			add(r.Values[j].names()...)
		}
	}
	return all
}
