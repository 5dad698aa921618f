package intake

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones of exports must not depend on the machine

	"golang.org/x/text/language"

	"livingprofile/internal/consent"
	"livingprofile/internal/identity"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
)

// validate says what is wrong with m by itself.
func (m *Map) validate() error {
	c := &checker{m: m}
	if m.Format != "" && !m.Format.known() {
		c.note("format", "%q is not a format that can be read; csv, jsonl and xlsx are", m.Format)
	}
	if m.Charset != "" {
		if _, _, err := charsetOf(m.Charset); err != nil {
			c.note("charset", "%q %v", m.Charset, err)
		}
	}
	if n := len(m.Separator); n > 1 || n == 1 && strings.ContainsAny(m.Separator, "\"\r\n\x00") {
		c.note("separator", "%q is not one character that can stand between cells", m.Separator)
	}
	if _, err := zone(m.Zone); err != nil {
		c.note("zone", "%q is not the name of a time zone", m.Zone)
	}
	if len(m.Required) == 0 {
		c.note("required", "names no column: any file would fit")
	}
	if code := m.Country.Default; code != "" && !isCountry(code) {
		c.note("country.default", "%q is not the code of a country", code)
	}
	if m.Time != nil {
		c.time("time", *m.Time, true)
	}
	if len(m.Identifiers) == 0 {
		c.note("identifiers", "are missing: nobody could be found by a row")
	}
	for i := range m.Identifiers {
		c.identifier(at("identifiers", i), &m.Identifiers[i])
	}
	for i := range m.Fields {
		c.field(at("fields", i), &m.Fields[i])
	}
	for i := range m.Consents {
		c.consent(at("consents", i), &m.Consents[i])
	}
	for i := range m.Activities {
		c.activity(at("activities", i), &m.Activities[i])
	}
	return c.err()
}

func (c *checker) identifier(path string, r *IdentifierRule) {
	c.cell(path, &r.Cell)
	c.onError(path, r.OnError)
	switch r.Kind {
	case identity.Email, identity.Phone:
		if r.Scope != "" {
			c.note(path+".scope", "an e-mail address or phone number has no scope")
		}
	case identity.Customer, identity.Device:
	case identity.External:
		if r.Scope == "" {
			c.note(path, "an external identifier needs a scope: the provider that gave it")
		}
	default:
		c.note(path, "%q is not a kind of identifier", r.Kind)
	}
}

func (c *checker) field(path string, r *FieldRule) {
	c.cell(path, &r.Cell)
	c.onError(path, r.OnError)
	if r.Field == "" {
		c.note(path, "names no field")
	}
	if r.Origin != "" && !slices.Contains(profile.Origins[:], r.Origin) {
		c.note(path+".origin", "%q is not an origin", r.Origin)
	}
	if r.Proved != (Verified{}) && r.Origin != "" && r.Origin != profile.Provided {
		c.note(path+".proved", "only what the person provided can be proved")
	}
}

func (c *checker) consent(path string, r *ConsentRule) {
	if r.Purpose == "" {
		c.note(path, "names no purpose")
	}
	if (r.Column == "") != (len(r.Values) == 0) {
		c.note(path, "column and values go together")
	}
	if (r.Column == "") == (len(r.Cases) == 0) {
		c.note(path, "has either a column with values, or cases")
	}
	for word, stance := range r.Values {
		c.stance(path+".values."+word, stance)
	}
	c.time(path+".at", r.At, false)
	for i := range r.Cases {
		at := at(path+".cases", i)
		if r.Cases[i].If == "" {
			c.note(at, "needs a column: if")
		}
		c.stance(at+".says", r.Cases[i].Says)
		c.time(at+".at", r.Cases[i].At, false)
	}
}

func (c *checker) stance(path string, s Stance) {
	if s != Given && s != Refused && s != Ended && s != Silent {
		c.note(path, "%q is none of given, refused, ended, nothing", s)
	}
}

func (c *checker) cell(path string, cell *Cell) {
	if len(cell.names()) == 0 {
		c.note(path, "names no column")
	}
	if cell.Column != "" && len(cell.Columns) > 0 {
		c.note(path, "has column and columns")
	}
}

func (c *checker) time(path string, t Time, needed bool) {
	if needed && len(t.names()) == 0 {
		c.note(path, "names no column")
	}
	for i, l := range t.Layouts {
		if _, err := goLayout(l); err != nil {
			c.note(at(path+".layouts", i), "%v", err)
		}
	}
}

func (c *checker) onError(path string, o OnError) {
	if o != "" && o != LoseCell && o != LoseRow {
		c.note(path+".on_error", "%q is neither cell nor row", o)
	}
}

// Check says what m names that org does not know, or that system may not hold.
// The error is organisation.Problems.
func (m *Map) Check(org *organisation.Organisation, system string) error {
	c := &checker{m: m}
	s, ok := org.System(system)
	switch {
	case !ok:
		c.note("", "system %q is not declared", system)
		return c.err()
	case s.Retired:
		c.note("", "system %q is retired", system)
	case !s.Source:
		c.note("", "system %q is not declared as a source", system)
	}
	for i := range m.Fields {
		if r := &m.Fields[i]; !r.Optional {
			c.refuse(at("fields", i)+".field", fieldUnfit(org, s, r.Field))
		}
	}
	for i := range m.Consents {
		if r := &m.Consents[i]; !r.Optional {
			c.refuse(at("consents", i)+".purpose", purposeUnfit(org, r.Purpose))
		}
	}
	for i := range m.Activities {
		c.checkActivity(at("activities", i), &m.Activities[i], org, s)
	}
	return c.err()
}

func (c *checker) refuse(path, why string) {
	if why != "" {
		c.note(path, "%s", why)
	}
}

// fieldUnfit says why claims of s about a field cannot be taken, "" when they
// can.
func fieldUnfit(org *organisation.Organisation, s *organisation.System, field string) string {
	switch f, ok := org.Field(field); {
	case !ok:
		return fmt.Sprintf("field %q is not declared", field)
	case f.Retired:
		return fmt.Sprintf("field %q is retired", field)
	case !s.MayHold(field):
		return fmt.Sprintf("field %q is not among those that system %q may hold", field, s.Name)
	default:
		return ""
	}
}

// purposeUnfit says why consents for a purpose cannot be taken, "" when they
// can.
func purposeUnfit(org *organisation.Organisation, id consent.PurposeID) string {
	switch p, ok := org.Purpose(id); {
	case !ok:
		return fmt.Sprintf("purpose %q is not declared", id)
	case p.Retired:
		return fmt.Sprintf("purpose %q is retired", id)
	case !p.Asks():
		return fmt.Sprintf("purpose %q leaves no choice", id)
	default:
		return ""
	}
}

// zone returns the zone called name; UTC for "". The zone of the machine is no
// answer: a file means the same wherever it is read.
func zone(name string) (*time.Location, error) {
	if name == "Local" {
		return nil, errors.New("the machine's zone is not a zone of a file")
	}
	return time.LoadLocation(name)
}

func isCountry(code string) bool {
	r, err := language.ParseRegion(code)
	return err == nil && r.IsCountry() && r.String() == code
}
