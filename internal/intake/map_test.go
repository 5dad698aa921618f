package intake_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/intake"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
)

func TestReadyMadeMapsLoad(t *testing.T) {
	names := intake.Maps()
	if len(names) < 2 {
		t.Fatalf("Maps() = %q, want Shopify and Mailchimp at least", names)
	}
	for _, name := range names {
		m, err := intake.LoadMap(name)
		if err != nil {
			t.Errorf("map %s: %v", name, err)
			continue
		}
		if m.Name() != name || m.About == "" {
			t.Errorf("map %s is called %q and says %q about itself", name, m.Name(), m.About)
		}
	}
}

func TestLoadMap(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ours.yaml")
	if err := os.WriteFile(file, []byte(contacts), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := intake.LoadMap(file)
	if err != nil || m.Name() != "ours" {
		t.Errorf("LoadMap() = %+v, %v; want ours", m, err)
	}
	for _, ref := range []string{"nothing", filepath.Join(t.TempDir(), "nothing.yaml"), "../maps/shopify"} {
		if _, err := intake.LoadMap(ref); !errors.Is(err, errs.NotFound) {
			t.Errorf("LoadMap(%q) error = %v, want NotFound", ref, err)
		}
	}
}

func TestMapProblems(t *testing.T) {
	const base = `format: csv
required: [id]
identifiers:
  - {kind: customer, column: id}
`
	tests := []struct {
		name, text string
		want       []string
	}{
		{"nothing at all", "", []string{
			"m.yaml: required: names no column: any file would fit",
			"m.yaml: identifiers: are missing: nobody could be found by a row",
		}},
		{"no YAML", "a: [", []string{"m.yaml:1:1: did not find expected node content"}},
		{"an unknown key", base + "colour: red\n", []string{"m.yaml:5:1: colour is not known here"}},
		{"an unknown key in a rule", base + "fields:\n  - {field: a, column: b, colour: red}\n", []string{"m.yaml:6:1: colour is not known here"}},
		{"an unknown transform", base + "fields:\n  - {field: a, column: b, transforms: [shout]}\n", []string{`m.yaml:6:1: unknown transform "shout", or it lacks what it needs`}},
		{"a transform that lacks something", base + "fields:\n  - {field: a, column: b, transforms: [{date: []}]}\n", []string{`m.yaml:6:1: transform "date": needs at least one layout`}},
		{"a layout of package time", base + "fields:\n  - {field: a, column: b, transforms: [{date: ['2006-01-02']}]}\n", []string{`m.yaml:6:1: transform "date": layout "2006-01-02" is written with YYYY, MM, DD and the like`}},
		{"a number without a mark", base + "fields:\n  - {field: a, column: b, transforms: [{number: {group: '.'}}]}\n", []string{`m.yaml:6:1: transform "number": needs a decimal mark, and may have another mark as group`}},
		{"a format and a character set nobody knows", "format: pdf\ncharset: klingon\nrequired: [id]\nidentifiers:\n  - {kind: customer, column: id}\n", []string{
			`m.yaml:1:9: format: "pdf" is not a format that can be read; csv, jsonl and xlsx are`,
			`m.yaml:2:10: charset: "klingon" is not the name of a character set`,
		}},
		{"a separator of two characters", base + "separator: ';;'\n", []string{`m.yaml:5:12: separator: ";;" is not one character that can stand between cells`}},
		{"a zone of this machine", base + "zone: Local\n", []string{`m.yaml:5:7: zone: "Local" is not the name of a time zone`}},
		{"a country nobody knows", base + "country: {default: XX}\n", []string{`m.yaml:5:20: country.default: "XX" is not the code of a country`}},
		{"identifiers", "format: csv\nrequired: [id]\nidentifiers:\n  - {kind: face, column: a}\n  - {kind: email, scope: b, column: a}\n  - {kind: external, column: a}\n  - {kind: phone}\n", []string{
			`m.yaml:4:5: identifiers.0: "face" is not a kind of identifier`,
			"m.yaml:5:26: identifiers.1.scope: an e-mail address or phone number has no scope",
			"m.yaml:6:5: identifiers.2: an external identifier needs a scope: the provider that gave it",
			"m.yaml:7:5: identifiers.3: names no column",
		}},
		{"fields", base + "fields:\n  - {column: a, columns: [b]}\n  - {field: f, column: a, origin: guessed, on_error: stop}\n  - {field: f, column: a, origin: inferred, proved: true}\n", []string{
			"m.yaml:6:5: fields.0: has column and columns",
			"m.yaml:6:5: fields.0: names no field",
			`m.yaml:7:54: fields.1.on_error: "stop" is neither cell nor row`,
			`m.yaml:7:35: fields.1.origin: "guessed" is not an origin`,
			"m.yaml:8:53: fields.2.proved: only what the person provided can be proved",
		}},
		{"consents", base + "consents:\n  - {column: a}\n  - {purpose: p, cases: [{says: maybe}]}\n  - {purpose: p, column: a, values: {x: given}, at: {column: b, layouts: [DD]}}\n", []string{
			"m.yaml:6:5: consents.0: names no purpose",
			"m.yaml:6:5: consents.0: column and values go together",
			"m.yaml:7:26: consents.1.cases.0: needs a column: if",
			`m.yaml:7:33: consents.1.cases.0.says: "maybe" is none of given, refused, ended, nothing`,
			`m.yaml:8:75: consents.2.at.layouts.0: layout "DD" has no YYYY`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := intake.ParseMap("m.yaml", []byte(tt.text))
			var problems organisation.Problems
			if !errors.As(err, &problems) || !errors.Is(err, errs.Invalid) {
				t.Fatalf("ParseMap() error = %v, want problems", err)
			}
			if diff := cmp.Diff(strings.Split(problems.Error(), "\n"), tt.want); diff != "" {
				t.Errorf("problems are different (-got +want):\n%s", diff)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	m := parse(t, `format: csv
required: [id]
identifiers:
  - {kind: customer, column: id}
fields:
  - {field: given-name, column: a}
  - {field: shoe-size, column: b}
  - {field: birthday, column: c}
  - {field: hat-size, column: d, optional: true}
  - {field: phone, column: e}
consents:
  - {purpose: newsletter, column: f, values: {x: given}}
  - {purpose: letters, column: f, values: {x: given}}
  - {purpose: orders, column: f, values: {x: given}}
  - {purpose: calls, column: f, values: {x: given}}
`)
	org := organisation.New(organisation.Organisation{
		Fields: []profile.Field{{Name: "given-name"}, {Name: "birthday"}, {Name: "phone", Retired: true}},
		Systems: []organisation.System{
			{Name: "shop", Source: true, Fields: []string{"given-name", "phone"}},
			{Name: "old", Retired: true, Fields: []string{"given-name"}},
		},
		Purposes: []consent.PurposeVersion{
			{Purpose: "newsletter", Basis: consent.Consent},
			{Purpose: "orders", Basis: consent.Contract},
			{Purpose: "calls", Basis: consent.Consent, Retired: true},
		},
	})
	tests := []struct {
		system string
		want   []string
	}{
		{"shop", []string{
			`test.yaml:7:13: fields.1.field: field "shoe-size" is not declared`,
			`test.yaml:8:13: fields.2.field: field "birthday" is not among those that system "shop" may hold`,
			`test.yaml:10:13: fields.4.field: field "phone" is retired`,
			`test.yaml:13:15: consents.1.purpose: purpose "letters" is not declared`,
			`test.yaml:14:15: consents.2.purpose: purpose "orders" leaves no choice`,
			`test.yaml:15:15: consents.3.purpose: purpose "calls" is retired`,
		}},
		{"crm", []string{`test.yaml: system "crm" is not declared`}},
	}
	for _, tt := range tests {
		err := m.Check(org, tt.system)
		if err == nil {
			t.Errorf("Check(%s) finds nothing", tt.system)
			continue
		}
		if diff := cmp.Diff(strings.Split(err.Error(), "\n"), tt.want); diff != "" {
			t.Errorf("problems of %s are different (-got +want):\n%s", tt.system, diff)
		}
	}
	if err := m.Check(org, "old"); err == nil || !strings.Contains(err.Error(), `system "old" is retired`) {
		t.Errorf("Check() of a retired system = %v", err)
	}
}

func TestOptionalRulesAreLeftOut(t *testing.T) {
	o := options("shop")
	o.Organisation = organisation.New(organisation.Organisation{
		Fields:  []profile.Field{{Name: "given-name", Type: profile.TypeText}},
		Systems: []organisation.System{{Name: "shop", Source: true, Fields: []string{"given-name"}}},
	})
	sink := &recorder{}
	report, err := intake.Run(t.Context(), strings.NewReader("First Name,Last Name,Email,Accepts Email Marketing\nAna,Diaz,ana@example.com,yes\n"), mustMap(t, "shopify"), sink, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(sink.items[0].Claims) != 1 || len(sink.items[0].Consents) != 0 {
		t.Errorf("item = %+v, want a given name and nothing else", sink.items[0])
	}
	if got := strings.Join(report.LeftOut, " "); !strings.Contains(got, "family-name") || !strings.Contains(got, "newsletter") {
		t.Errorf("left out = %s, want the family name and the newsletter among them", got)
	}
}

// FuzzParseMap looks for a map that cannot be refused in good order, or one
// that is accepted and then cannot read a file.
func FuzzParseMap(f *testing.F) {
	f.Add(contacts)
	for _, name := range intake.Maps() {
		text, err := os.ReadFile(filepath.Join("maps", name+".yaml"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("a: &a [*a]")
	f.Add("format: csv\nrequired: [id]\nidentifiers: [{kind: customer, column: id, verified: x}]\nconsents: [{purpose: p, cases: [{if: a, is: [b], says: given}]}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := intake.ParseMap("m.yaml", []byte(text))
		if err != nil {
			if !errors.Is(err, errs.Invalid) {
				t.Fatalf("ParseMap() error = %v, want Invalid", err)
			}
			return
		}
		file := strings.Join(m.Required, ",") + "\n" + strings.Repeat(",", len(m.Required)-1) + "x\n"
		_, err = intake.Run(t.Context(), strings.NewReader(file), m, &recorder{}, options("shop"))
		if err != nil && !errors.Is(err, errs.Invalid) {
			t.Fatalf("Run() error = %v, want Invalid", err)
		}
	})
}

// A proof that names no column would never hold, and nobody would be told.
func TestMapWithProofOfNothing(t *testing.T) {
	for _, proof := range []string{"{after: a}", "{column: a, aftr: b}", "{}"} {
		text := "required: [a]\nidentifiers:\n  - {kind: email, column: a, verified: " + proof + "}\n"
		if _, err := intake.ParseMap("m.yaml", []byte(text)); err == nil {
			t.Errorf("%s: no error", proof)
		}
	}
}
