package rights

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"livingprofile/internal/archive"
	"livingprofile/internal/table"
)

// BundleSchema names the form of a copy, so that whoever reads it later knows
// which.
const BundleSchema = "livingprofile/copy/1"

// CopySchema describes the JSON files of that form (JSON Schema 2020-12).
//
//go:embed copy.schema.json
var CopySchema []byte

// A Document is what a copy holds, ready to be written. What the person gave or
// what was seen of them stands apart from what was worked out about them (Art.
// 20(1) GDPR, and the board's guidelines on it).
type Document struct {
	Number      string
	Kind        Kind // Access, or Portability, which leaves out what was inferred
	Locale      string
	MadeAt      time.Time
	Identifiers []NamedValue
	Given       []Section
	Inferred    []Section
	Activities  []Activity
	Machines    []Machine // for Access alone
	Consents    []Decision
	Receipts    []File          // of Consents, in the forms that others read
	Preferences json.RawMessage // as they are kept; nil for none
	Purposes    []Purpose
	Recipients  []Recipient
	History     []Happened
	Attached    []Attached // to requests
}

// A Section is the values of one category.
type Section struct {
	Name   string  `json:"category"`
	Label  string  `json:"label"`
	Values []Value `json:"values"`
}

// A Value is what one source says about one field.
type Value struct {
	Field  string    `json:"field"`
	Label  string    `json:"label"`
	Value  string    `json:"value"`
	Source string    `json:"source"`
	Origin string    `json:"origin"`
	At     time.Time `json:"at,omitzero"`
	How    string    `json:"how,omitempty"`
	Counts bool      `json:"counts"` // whether it is the one that is used
	Uses   []string  `json:"purposes,omitempty"`
	Frozen bool      `json:"restricted,omitempty"`
	Card   string    `json:"-"` // what it is on a contact card, as profile.Card
}

// An Activity is one thing that a system saw the person do.
type Activity struct {
	Kind   string            `json:"kind"`
	Label  string            `json:"label"`
	At     time.Time         `json:"at"`
	Source string            `json:"source"`
	Until  time.Time         `json:"kept_until"`
	Values map[string]string `json:"values,omitempty"`
}

// A Machine is one decision that a system made about the person by itself.
type Machine struct {
	Kind      string    `json:"kind"`
	Label     string    `json:"label"`
	At        time.Time `json:"at"`
	System    string    `json:"system"`
	Until     time.Time `json:"kept_until"`
	Outcome   string    `json:"outcome"`
	Logic     string    `json:"logic"`
	Effect    string    `json:"effect"`
	Fields    []string  `json:"fields,omitempty"`
	Statement string    `json:"statement,omitempty"` // the person's own view
	Review    string    `json:"review,omitempty"`    // what a human decided instead
	Reasons   string    `json:"reasons,omitempty"`
}

// A NamedValue is one identifier.
type NamedValue struct {
	Kind     string    `json:"kind"`
	Scope    string    `json:"scope,omitempty"`
	Value    string    `json:"value"`
	Source   string    `json:"source"`
	Verified time.Time `json:"verified_at,omitzero"`
}

// A Decision is one consent record.
type Decision struct {
	Record  string    `json:"record"`
	Purpose string    `json:"purpose"`
	Label   string    `json:"label"`
	Version int       `json:"version"`
	Status  string    `json:"status"`
	At      time.Time `json:"at"`
	Until   time.Time `json:"until,omitzero"`
	Brand   string    `json:"brand,omitempty"`
	Channel string    `json:"channel,omitempty"`
}

// A File is one that has a form of its own.
type File struct {
	Name    string
	Content any // to be written as JSON
}

// A Recipient is a system that may have some of the data.
type Recipient struct {
	Name    string   `json:"name"`
	Label   string   `json:"label"`
	Country string   `json:"country,omitempty"`
	Fields  []string `json:"fields"`
	// Received is what it was told and when it read, newest first, as long as
	// that is known.
	Received []Received `json:"received,omitempty"`
}

// A Received is one telling of a recipient, or its reading on one day.
type Received struct {
	At     time.Time `json:"at"`
	Event  string    `json:"event"`
	Fields []string  `json:"fields,omitempty"` // whose values were in it
}

// A Purpose is what some of the values are used for.
type Purpose struct {
	Name      string `json:"name"`
	Label     string `json:"label"`
	Basis     string `json:"basis"`
	Retention string `json:"retention,omitempty"`
}

// A Happened is one line of the history.
type Happened struct {
	At      time.Time       `json:"at"`
	Kind    string          `json:"kind"`
	Actor   string          `json:"actor"`
	Brand   string          `json:"brand,omitempty"`
	Payload json.RawMessage `json:"details,omitempty"`
}

// An Attached is a file that was added to a request. It is taken from the
// request's page.
type Attached struct {
	Request string    `json:"request"` // number
	Name    string    `json:"name"`
	Type    string    `json:"type"`
	Bytes   int       `json:"bytes"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

// A manifest lists the files of a copy with their digests.
type manifest struct {
	Schema string           `json:"schema"`
	Number string           `json:"request"`
	Kind   Kind             `json:"kind"`
	MadeAt time.Time        `json:"made_at"`
	Files  []archive.Listed `json:"files"`
}

// Zip writes d as an archive: manifest.json, what is to be read as a page and as
// a PDF, JSON for each category, and tables as CSV. The same document gives the
// same bytes.
func (d *Document) Zip(page, pdf []byte) ([]byte, error) {
	z := bundle{archive.New(d.MadeAt)}
	z.Add("index.html", page)
	z.Add("report.pdf", pdf)
	z.JSON(identifiersFile, d.Identifiers)
	z.sections(givenFolder, d.Given)
	z.table("given.csv", d.Given)
	if d.Kind == Access {
		z.sections("inferred", d.Inferred)
		z.table("inferred.csv", d.Inferred)
	}
	z.JSON("activity.json", d.Activities)
	z.activities("activity.csv", d.Activities)
	z.JSON("consent.json", d.Consents)
	z.consents("consent.csv", d.Consents)
	for _, f := range d.Receipts {
		z.JSON(f.Name, f.Content)
	}
	z.Add("contact.vcf", d.contactCard())
	if d.Preferences != nil {
		z.JSON("preferences.json", d.Preferences)
	}
	z.JSON("purposes.json", d.Purposes)
	z.JSON("attachments.json", d.Attached)
	if d.Kind == Access {
		z.JSON("automated.json", d.Machines)
		z.JSON("recipients.json", d.Recipients)
		z.JSON("history.json", d.History)
	}
	z.Add("schema.json", CopySchema)
	z.JSON(manifestFile, manifest{Schema: BundleSchema, Number: d.Number, Kind: d.Kind, MadeAt: d.MadeAt, Files: z.List()})
	return z.Bytes()
}

// A bundle is an archive with the tables of a copy.
type bundle struct{ *archive.Archive }

func (z bundle) sections(folder string, all []Section) {
	for _, s := range all {
		z.JSON(folder+"/"+s.Name+".json", s)
	}
}

func (z bundle) table(name string, all []Section) {
	rows := [][]string{{"category", "field", "label", "value", "source", "origin", "at", "counts"}}
	for _, s := range all {
		for _, v := range s.Values {
			rows = append(rows, []string{s.Name, v.Field, v.Label, v.Value, v.Source, v.Origin, moment(v.At), fmt.Sprint(v.Counts)})
		}
	}
	z.csv(name, rows)
}

// activities is a line for each value.
func (z bundle) activities(name string, all []Activity) {
	rows := [][]string{{"kind", "label", "at", "source", "field", "value"}}
	for _, a := range all {
		for _, field := range slices.Sorted(maps.Keys(a.Values)) {
			rows = append(rows, []string{a.Kind, a.Label, moment(a.At), a.Source, field, a.Values[field]})
		}
	}
	z.csv(name, rows)
}

func (z bundle) consents(name string, all []Decision) {
	rows := [][]string{{"purpose", "label", "version", "status", "at", "until", "brand", "channel", "record"}}
	for _, c := range all {
		rows = append(rows, []string{
			c.Purpose, c.Label, fmt.Sprint(c.Version), c.Status, moment(c.At), moment(c.Until), c.Brand, c.Channel, c.Record,
		})
	}
	z.csv(name, rows)
}

func (z bundle) csv(name string, rows [][]string) {
	var b bytes.Buffer
	b.WriteString("\ufeff") // or Excel takes it for another encoding
	t := table.New(&b)
	for _, row := range rows {
		_ = t.Row(row...) // Flush has it
	}
	if err := t.Flush(); err != nil {
		z.Fail(name, err)
	}
	z.Add(name, b.Bytes())
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
