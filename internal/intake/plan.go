package intake

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
)

// A plan is a map bound to the header of one file: names have become places. It
// is not changed after it was made, and may be used by many goroutines.
type plan struct {
	source  string
	started time.Time // when the import began

	only        cell // no place where the map names none
	key         cell
	time        moment
	country     cell
	home        string // country where that says none
	brand       string // that the file is for; "" for all
	identifiers []identifierPlan
	fields      []fieldPlan
	consents    []consentPlan
	activities  []activityPlan

	unread  []string
	missing []string
	leftOut []string // fields, purposes and activities of optional rules
}

// A cell is a Cell with places for names. No places read as empty.
type cell struct {
	column     string // for faults
	places     []int
	join       string
	transforms []Transform
}

// A moment is a Time with places for names.
type moment struct {
	column string
	places []int
	reader timeReader
	after  *moment // that it has to be later than, nil for none
}

type identifierPlan struct {
	cell
	rule     *IdentifierRule
	scope    string
	verified moment
}

type fieldPlan struct {
	cell
	rule   *FieldRule
	field  *profile.Field
	origin profile.Origin
	proved moment // of rule.Proved.Column
}

// A binder makes a plan of a map.
type binder struct {
	places map[string]int
	zone   *time.Location
	err    error
}

// bind returns the plan for a file with header. The error is Invalid when the
// file does not fit the map, with the names of the columns that are missing
// and of those that the map does not know.
func (m *Map) bind(header Header, org *organisation.Organisation, source string, started time.Time) (*plan, error) {
	b := &binder{places: make(map[string]int, len(header.Columns))}
	var twice []string
	for i, name := range header.Columns {
		if _, ok := b.places[name]; ok {
			twice = append(twice, name)
			continue
		}
		b.places[name] = i
	}
	known, open := m.columns(), m.openColumns(org, source)
	p := &plan{source: source, started: started, home: m.Country.Default}
	for _, name := range known {
		if i, ok := b.places[name]; !ok || i >= header.Found {
			p.missing = append(p.missing, name)
		}
	}
	known = append(known, open...)
	for _, name := range header.Columns[:header.Found] {
		ours := name == rejectedLine || name == rejectedBecause || name == rejectedRow
		if name != "" && !ours && !slices.Contains(known, name) && !slices.Contains(m.Ignore, name) {
			p.unread = append(p.unread, printable(name))
		}
	}
	if err := m.fits(p, known, twice); err != nil {
		return nil, err
	}
	var err error
	if b.zone, err = zone(m.Zone); err != nil {
		return nil, fmt.Errorf("map %s: %w", m.name, err)
	}
	system, ok := org.System(source)
	if !ok {
		return nil, fmt.Errorf("system %q is not declared", source)
	}
	m.bindRules(b, p)
	m.bindFields(b, p, org, system)
	for i := range m.Consents {
		r := &m.Consents[i]
		if purposeUnfit(org, r.Purpose) != "" {
			p.leftOut = append(p.leftOut, string(r.Purpose))
			continue
		}
		p.consents = append(p.consents, b.consent(r))
	}
	m.bindActivities(b, p, org, system)
	return p, b.err
}

// maxShown is how much of the name of a column is shown, in runes.
const maxShown = 100

// printable returns the name of a column as it may be shown: a file must not
// write to the terminal of whoever reads the report.
func printable(name string) string {
	shown := []rune(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '\ufffd'
	}, name))
	if len(shown) > maxShown {
		shown = append(shown[:maxShown], '…')
	}
	return string(shown)
}

// fits refuses a header without a required column, or in which a column that
// is read stands twice.
func (m *Map) fits(p *plan, known, twice []string) error {
	var wrong []errs.Field
	for _, name := range p.missing {
		if slices.Contains(m.Required, name) {
			wrong = append(wrong, errs.At(name, "error.column_missing"))
		}
	}
	for _, name := range twice {
		if slices.Contains(known, name) {
			wrong = append(wrong, errs.At(name, "error.column_twice"))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	// One of these may be a missing one under another name.
	for _, name := range p.unread {
		wrong = append(wrong, errs.At(name, "error.column_unknown"))
	}
	return &errs.Error{Kind: errs.Invalid, ID: "error.file_does_not_fit", Args: map[string]any{"map": m.name}, Fields: wrong}
}

func (m *Map) bindRules(b *binder, p *plan) {
	p.key = b.cell(&m.Key)
	p.only = b.cell(&Cell{Column: m.OnlyWith})
	p.country = b.cell(&m.Country.Cell)
	if m.Time != nil {
		p.time = b.moment(*m.Time)
	}
	for i := range m.Identifiers {
		r := &m.Identifiers[i]
		ip := identifierPlan{cell: b.cell(&r.Cell), rule: r, scope: r.Scope}
		if ip.scope == "" && r.Kind != identity.Email && r.Kind != identity.Phone {
			ip.scope = p.source
		}
		ip.verified = b.later(r.Verified.Column, r.Verified.After)
		p.identifiers = append(p.identifiers, ip)
	}
}

// bindFields leaves out what fieldUnfit says cannot be taken: Check has refused
// the map before, unless the rule is optional.
func (m *Map) bindFields(b *binder, p *plan, org *organisation.Organisation, system *organisation.System) {
	for i := range m.Fields {
		r := &m.Fields[i]
		f, _ := org.Field(r.Field)
		if fieldUnfit(org, system, r.Field) != "" {
			p.leftOut = append(p.leftOut, r.Field)
			continue
		}
		fp := fieldPlan{cell: b.cell(&r.Cell), rule: r, field: f, origin: r.Origin, proved: b.later(r.Proved.Column, r.Proved.After)}
		if fp.origin == "" {
			fp.origin = profile.Provided
		}
		p.fields = append(p.fields, fp)
	}
}

func (b *binder) fail(err error) { b.err = errors.Join(b.err, err) }

// place returns the place of a column, -1 for one that the file does not have.
func (b *binder) place(column string) int {
	if i, ok := b.places[column]; ok && column != "" {
		return i
	}
	return -1
}

func (b *binder) existing(columns []string) []int {
	var places []int
	for _, name := range columns {
		if i := b.place(name); i >= 0 {
			places = append(places, i)
		}
	}
	return places
}

func (b *binder) cell(c *Cell) cell {
	names := c.names()
	bound := cell{places: b.existing(names), join: c.Join, transforms: c.Transforms}
	if bound.join == "" {
		bound.join = " "
	}
	if len(names) > 0 {
		bound.column = names[0]
	}
	return bound
}

func (b *binder) moment(t Time) moment {
	reader, err := newTimeReader(t.Layouts, b.zone)
	if err != nil {
		b.fail(err)
	}
	names := t.names()
	bound := moment{places: b.existing(names), reader: reader}
	if len(names) > 0 {
		bound.column = names[0]
	}
	return bound
}

// later is the time of a column where it is later than that of another; after is
// "" for any.
func (b *binder) later(column, after string) moment {
	m := b.moment(Time{Column: column})
	if after != "" {
		first := b.moment(Time{Column: after})
		m.after = &first
	}
	return m
}

// passes tells whether a row belongs to the one above it.
func (p *plan) passes(row *Row) bool {
	return len(p.only.places) > 0 && row.Fault == nil && p.only.empty(row)
}

// read returns the text of the cell in a row, trimmed, "" when there is none.
func (c *cell) read(row *Row) (string, error) {
	var text string
	exact := false
	for _, i := range c.places {
		part := strings.TrimSpace(row.Cells[i])
		switch {
		case part == "":
		case text == "":
			text, exact = part, row.exact(i)
		default:
			text, exact = text+c.join+part, false
		}
	}
	var err error
	for i := range c.transforms {
		if text == "" {
			return "", nil
		}
		if exact && c.transforms[i].reads {
			continue
		}
		if text, err = c.transforms[i].apply(text); err != nil {
			return "", err
		}
		text = strings.TrimSpace(text)
	}
	return text, nil
}

// read returns the moment that the row has, the zero time when it has none.
func (m *moment) read(row *Row) (at time.Time, err error) {
	for _, i := range m.places {
		if text := strings.TrimSpace(row.Cells[i]); text != "" {
			at, err = m.reader.read(text, row.exact(i))
			break
		}
	}
	if err != nil || at.IsZero() || m.after == nil {
		return at, err
	}
	if first, err := m.after.read(row); err != nil || first.IsZero() || !at.After(first) {
		return time.Time{}, err
	}
	return at, nil
}

// column is where in the file a field is, for faults; the field itself where no
// rule is left that says so.
func (p *plan) column(field string) string {
	for i := range p.fields {
		if f := &p.fields[i]; f.rule.Field == field && f.cell.column != "" {
			return f.cell.column
		}
	}
	return field
}
