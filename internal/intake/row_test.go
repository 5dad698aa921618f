package intake_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/intake"
)

const contacts = `
format: csv
required: [id, email]
key: {column: id}
time: {column: updated}
country: {default: JP}
identifiers:
  - {kind: customer, column: id, on_error: row}
  - {kind: email, column: email}
fields:
  - {field: given-name, column: name, transforms: [{after: " "}]}
  - {field: family-name, column: name, transforms: [{before: " "}]}
  - {field: birthday, column: born, transforms: [{date: [DD.MM.YYYY]}]}
  - {field: total-spent, column: spent, transforms: [{number: {decimal: ",", group: "."}}], on_error: row}
  - {field: tax-exempt, column: exempt, transforms: [{values: {taxable: "no", exempt: "yes"}}]}
consents:
  - purpose: newsletter
    column: news
    values: {Y: given, N: refused}
    at: {column: news_at}
`

const contactsHeader = "id,email,name,born,spent,exempt,news,news_at,updated\n"

func TestRows(t *testing.T) {
	tests := []struct {
		name    string
		row     string
		fault   string   // column and reason of a refused row
		notes   []string // columns and reasons
		claims  map[string]string
		consent string
	}{
		{name: "all is well", row: "1,a@example.com,Sato Aiko,14.02.1990,\"1.234,50\",Taxable,y,2024-01-01,2024-01-02T00:00:00Z", claims: map[string]string{
			"given-name": "Aiko", "family-name": "Sato", "birthday": "1990-02-14", "total-spent": "1234.5", "tax-exempt": "no",
		}, consent: "given 2024-01-01"},
		{name: "a name of one word", row: "1,,Aiko,,,,,,", claims: map[string]string{"family-name": "Aiko"}},
		{name: "a bad date costs its cell", row: "1,,,1990-02-14,,,,,", notes: []string{"born error.not_a_date"}},
		{name: "a bad amount costs the row, as the map says", row: "1,,,,abc,,,,", fault: "spent error.not_a_number"},
		{name: "a bad address costs its cell", row: "1,nobody,,,,,,,", notes: []string{"email error.not_an_email"}},
		{name: "nobody to find", row: ",,Sato,,,,,,", fault: " intake.nobody"},
		{name: "nobody to find but a bad address", row: ",nobody,Sato,,,,,,", fault: " intake.nobody"},
		{name: "a key with control characters", row: "1\x07,,,,,,,,", fault: "id error.control_characters"},
		{name: "a word that might be a no", row: "1,,,,,,perhaps,,", fault: "news intake.not_a_choice"},
		{name: "a no", row: "1,,,,,,N,,", consent: "refused 0001-01-01"},
		{name: "a decision without a time that can be read", row: "1,,,,,,Y,soon,", fault: "news_at intake.not_a_time"},
		{name: "a decision that has not come yet", row: "1,,,,,,Y,2030-01-01,", notes: []string{"news_at intake.time_in_future"}, consent: "given 0001-01-01"},
		{name: "a record without a time that can be read", row: "1,,,,,,,,soon", fault: "updated intake.not_a_time"},
		{name: "too many cells", row: "1,,,,,,,,,", fault: " error.row_columns"},
		{name: "too few cells", row: "1,a@example.com", fault: " error.row_columns"},
		{name: "broken quotes", row: "1,a\"b,,,,,,,", fault: " error.broken_quotes"},
		{name: "not UTF-8", row: "1,\xff,,,,,,,", fault: " error.not_in_charset"},
		{name: "NUL", row: "1,,a\x00b,,,,,,", fault: " error.control_characters"},
	}
	m := parse(t, contacts)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			const good = "2,good@example.com,愛,,,,,,\n"
			sink := &recorder{}
			report, err := intake.Run(t.Context(), strings.NewReader(contactsHeader+good+tt.row+"\n"+good), m, sink, options("shop"))
			if err != nil {
				t.Fatal(err)
			}
			if report.Created+report.Unchanged != report.Rows-report.Refused || sink.items[0].Key != "2" {
				t.Fatalf("the rows beside it were not taken: %+v", report)
			}
			var fault string
			for _, r := range report.Rejects {
				fault += r.Column + " " + r.Reason
				if r.Line != 3 {
					t.Errorf("refused line %d, want 3", r.Line)
				}
			}
			var notes []string
			for _, n := range report.Notes {
				notes = append(notes, n.Column+" "+n.Reason)
			}
			if fault != tt.fault || !slices.Equal(notes, tt.notes) {
				t.Errorf("refused %q, notes %q; want %q, %q", fault, notes, tt.fault, tt.notes)
			}
			if tt.fault != "" {
				return
			}
			item := sink.items[1]
			claims := map[string]string{}
			for field, c := range item.Claims {
				claims[field] = c.Value
			}
			if diff := cmp.Diff(claims, tt.claims, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("claims are different (-got +want):\n%s", diff)
			}
			var said string
			for _, c := range item.Consents {
				said += string(c.Stance) + " " + c.At.Format("2006-01-02")
			}
			if said != tt.consent {
				t.Errorf("consent is %q, want %q", said, tt.consent)
			}
		})
	}
}

func TestAnIdentifierIsToldOnce(t *testing.T) {
	m := parse(t, `format: csv
required: [work, home]
identifiers:
  - {kind: email, column: work, verified: no}
  - {kind: email, column: home, verified: yes}
  - {kind: external, scope: accounts.example, column: account}
`)
	sink := &recorder{}
	_, err := intake.Run(t.Context(), strings.NewReader("work,home,account\na@example.com,A@Example.com,7\na@example.com,b@example.com,\n"), m, sink, options("shop"))
	if err != nil {
		t.Fatal(err)
	}
	a := identity.Identifier{Kind: identity.Email, Value: "a@example.com", VerifiedAt: now, Source: "shop"}
	want := [][]identity.Identifier{
		{a, {Kind: identity.External, Scope: "accounts.example", Value: "7", Source: "shop"}},
		{
			{Kind: identity.Email, Value: "a@example.com", Source: "shop"},
			{Kind: identity.Email, Value: "b@example.com", VerifiedAt: now, Source: "shop"},
		},
	}
	for i := range want {
		if diff := cmp.Diff(sink.items[i].Identifiers, want[i]); diff != "" {
			t.Errorf("identifiers of row %d are different (-got +want):\n%s", i+1, diff)
		}
	}
}

func TestFileThatDoesNotFit(t *testing.T) {
	tests := []struct {
		name, file string
		id         string
		fields     []string
	}{
		{"a required column under another name", "id,e-mail,name\n1,,\n", "error.file_does_not_fit", []string{"email error.column_missing", "e-mail error.column_unknown"}},
		{"a column twice", "id,email,id\n1,,\n", "error.file_does_not_fit", []string{"id error.column_twice"}},
		{"empty", "", "error.file_empty", nil},
		{"a byte order mark alone", "\ufeff", "error.file_empty", nil},
		{"a character set that cannot be told", contactsHeader + "1,,\xc8\xe2\xe0\xed\xee\xe2,,,,,,\n", "error.file_charset_unknown", nil},
		{"a header with broken quotes", "id,\"email\n", "error.file_header", nil},
		{"a million columns with long names", strings.Repeat("column,", 1_000_000) + "\n", "error.file_header_long", nil},
		{"more columns than anybody needs", strings.Repeat("a,", 1001) + "\n", "error.file_columns", nil},
	}
	m := parse(t, contacts)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sink := &recorder{}
			report, err := intake.Run(t.Context(), strings.NewReader(tt.file), m, sink, options("shop"))
			var e *errs.Error
			if !errors.As(err, &e) || e.Kind != errs.Invalid || e.ID != tt.id {
				t.Fatalf("Run() error = %v, want %s", err, tt.id)
			}
			var fields []string
			for _, f := range e.Fields {
				fields = append(fields, f.Path+" "+f.ID)
			}
			if diff := cmp.Diff(fields, tt.fields); diff != "" {
				t.Errorf("columns are different (-got +want):\n%s", diff)
			}
			if report.Rows != 0 || len(sink.items) != 0 {
				t.Errorf("rows were read")
			}
		})
	}
}

func TestReportNamesColumns(t *testing.T) {
	report, err := intake.Run(t.Context(), strings.NewReader("id,email,shoe\n"), parse(t, contacts), &recorder{}, options("shop"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(report.Unread, []string{"shoe"}); diff != "" {
		t.Errorf("unread columns are different (-got +want):\n%s", diff)
	}
	if diff := cmp.Diff(report.Missing, []string{"updated", "name", "born", "spent", "exempt", "news", "news_at"}); diff != "" {
		t.Errorf("missing columns are different (-got +want):\n%s", diff)
	}
}

// The names of columns come from the file and are shown on a terminal.
func TestNamesOfColumnsAreHarmless(t *testing.T) {
	header := "id,email,\"\x1b[31mred\nalert\"," + strings.Repeat("x", 5000) + "\n"
	report, err := intake.Run(t.Context(), strings.NewReader(header), parse(t, contacts), &recorder{}, options("shop"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"\ufffd[31mred\ufffdalert", strings.Repeat("x", 100) + "…"}
	if diff := cmp.Diff(report.Unread, want); diff != "" {
		t.Errorf("unread columns are different (-got +want):\n%s", diff)
	}
}
