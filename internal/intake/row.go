package intake

import (
	"errors"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

// A rowReader makes an item of one row.
type rowReader struct {
	plan  *plan
	row   *Row
	item  Item
	notes []Fault // what was left out, or looks wrong
	// addresses are those that were read: mostly one is an identifier and the
	// value of a field as well, and phone numbers are slow to read.
	addresses []address
}

type address struct {
	typ         profile.Type
	text, value string
	err         error
}

// read returns what a row says, and warnings about cells that it leaves out.
// With a fault the row is not to be used.
func (p *plan) read(row *Row) (Item, []Fault, *Fault) {
	if row.Fault != nil {
		return Item{}, nil, row.Fault
	}
	r := &rowReader{plan: p, row: row, item: Item{Line: row.Line, Country: p.home}}
	if fault := r.run(); fault != nil {
		return Item{}, nil, fault
	}
	return r.item, r.notes, nil
}

func (r *rowReader) run() *Fault {
	p := r.plan
	if text, err := p.country.read(r.row); err == nil && isCode(text) {
		r.item.Country = strings.ToUpper(text)
	}
	var fault *Fault
	if r.item.Key, fault = r.key(); fault != nil {
		return fault
	}
	if r.item.At, fault = r.moment(&p.time); fault != nil {
		return fault
	}
	for i := range p.identifiers {
		if fault := r.identifier(&p.identifiers[i]); fault != nil {
			return fault
		}
	}
	if len(r.item.Identifiers) == 0 {
		return &Fault{Reason: "intake.nobody"}
	}
	r.item.Claims = make(map[string]profile.Claim, len(p.fields))
	for i := range p.fields {
		if fault := r.claim(&p.fields[i]); fault != nil {
			return fault
		}
	}
	for i := range p.consents {
		if fault := p.consents[i].read(r); fault != nil {
			return fault
		}
	}
	for i := range p.activities {
		if fault := p.activities[i].read(r); fault != nil {
			return fault
		}
	}
	return nil
}

// isCode tells whether text may be the code of a country.
func isCode(text string) bool {
	return len(text) == 2 && !strings.ContainsFunc(text, func(c rune) bool { return c|0x20 < 'a' || c|0x20 > 'z' })
}

// key returns the source's own key. It is kept as it is written, for it has to
// be found again.
func (r *rowReader) key() (string, *Fault) {
	p := r.plan
	text, err := p.key.read(r.row)
	if err == nil && text != "" {
		text, err = identity.Normalise(identity.Customer, text, "")
	}
	if err != nil {
		return "", r.fault(p.key.column, err)
	}
	return text, nil
}

// moment returns the time of a rule. One that has not come yet is no time at
// all: believed, it would stand above everything that happens until then.
func (r *rowReader) moment(m *moment) (time.Time, *Fault) {
	at, err := m.read(r.row)
	if err != nil {
		return time.Time{}, r.fault(m.column, err)
	}
	if at.After(r.plan.started) {
		r.note(Fault{Column: m.column, Reason: "intake.time_in_future"})
		return time.Time{}, nil
	}
	return at, nil
}

func (r *rowReader) identifier(p *identifierPlan) *Fault {
	text, err := p.read(r.row)
	if err == nil && text == "" {
		return nil
	}
	if err == nil {
		text, err = r.normal(p.rule.Kind, text)
	}
	if err != nil {
		return r.lose(p.column, p.rule.OnError, err)
	}
	id := identity.Identifier{Kind: p.rule.Kind, Scope: p.scope, Value: text, Source: r.plan.source}
	var fault *Fault
	if id.VerifiedAt, fault = r.verified(p); fault != nil {
		return fault
	}
	for i := range r.item.Identifiers {
		have := &r.item.Identifiers[i]
		if have.Kind == id.Kind && have.Scope == id.Scope && have.Value == id.Value {
			if !have.Verified() {
				have.VerifiedAt = id.VerifiedAt
			}
			return nil
		}
	}
	r.item.Identifiers = append(r.item.Identifiers, id)
	return nil
}

// normal returns the form in which an identifier is compared. Addresses are
// read as values of fields are, so that the two agree.
func (r *rowReader) normal(kind identity.Kind, text string) (string, error) {
	switch kind {
	case identity.Email:
		return r.canonical(&profile.Field{Type: profile.TypeEmail}, text)
	case identity.Phone:
		return r.canonical(&profile.Field{Type: profile.TypePhone}, text)
	default:
		return identity.Normalise(kind, text, r.item.Country)
	}
}

func (r *rowReader) canonical(f *profile.Field, text string) (string, error) {
	if f.Type != profile.TypePhone && f.Type != profile.TypeEmail {
		return profile.Canonical(f, text, r.item.Country)
	}
	for i := range r.addresses {
		if a := &r.addresses[i]; a.typ == f.Type && a.text == text {
			return a.value, a.err
		}
	}
	value, err := profile.Canonical(f, text, r.item.Country)
	r.addresses = append(r.addresses, address{f.Type, text, value, err})
	return value, err
}

// verified returns when the identifier was proved. A number that the source
// gives out itself is proved by coming from it.
func (r *rowReader) verified(p *identifierPlan) (time.Time, *Fault) {
	always := p.rule.Verified.Always || p.rule.Kind == identity.Customer && p.scope == r.plan.source
	switch {
	case p.rule.Verified.Column != "":
		return r.moment(&p.verified)
	case always && !r.item.At.IsZero():
		return r.item.At, nil
	case always:
		return r.plan.started, nil
	default:
		return time.Time{}, nil
	}
}

func (r *rowReader) claim(p *fieldPlan) *Fault {
	text, err := p.read(r.row)
	if err == nil && text == "" {
		return nil
	}
	if err == nil {
		text, err = r.canonical(p.field, text)
	}
	if err != nil {
		return r.lose(p.column, p.rule.OnError, err)
	}
	proved := p.rule.Proved.Always
	if p.rule.Proved.Column != "" {
		at, fault := r.moment(&p.proved)
		if fault != nil {
			return fault
		}
		proved = !at.IsZero()
	}
	r.item.Claims[p.field.Name] = profile.Claim{
		Value: text, Source: r.plan.source, Origin: p.origin, At: r.item.At,
		Recorded: r.plan.started, Proved: proved, How: p.rule.How,
	}
	return nil
}

// lose notes that a cell is left out, or returns the fault that costs the row.
func (r *rowReader) lose(column string, cost OnError, err error) *Fault {
	fault := r.fault(column, err)
	if cost == LoseRow {
		return fault
	}
	r.note(*fault)
	return nil
}

// note warns of a cell once, however many rules read it.
func (r *rowReader) note(f Fault) {
	if !slices.ContainsFunc(r.notes, func(n Fault) bool { return n.Column == f.Column && n.Reason == f.Reason }) {
		r.notes = append(r.notes, f)
	}
}

// fault names what is wrong with a cell by the message of err.
func (r *rowReader) fault(column string, err error) *Fault {
	f := &Fault{Column: column, Reason: "error.invalid"}
	var e *errs.Error
	if errors.As(err, &e) && e.ID != "" {
		f.Reason, f.Args = e.ID, e.Args
	}
	return f
}
