package intake_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"

	"livingprofile/internal/errs"
	"livingprofile/internal/intake"
)

// book returns a workbook with these rows. A text that begins with = is a
// formula.
func book(t testing.TB, rows ...[]any) *bytes.Reader {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		for j, value := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			if text, ok := value.(string); ok && strings.HasPrefix(text, "=") {
				err = f.SetCellFormula("Sheet1", cell, text)
			} else if value != nil {
				err = f.SetCellValue("Sheet1", cell, value)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b.Bytes())
}

// The same people say the same, however their file is written. The cells that
// a file itself says are dates and numbers are not read again by the layouts
// and marks of the map, which are for text.
func TestEveryFormatSaysTheSame(t *testing.T) {
	const rows = "1,a@example.com,Sato Aiko,14.02.1990,\"1.234,50\",Taxable,Y,2024-01-01,2024-01-02T00:00:00Z\n" +
		"2,,佐藤 愛,,\"1.234\",,N,,\n"
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	files := map[intake.Format]io.Reader{
		intake.CSV: strings.NewReader(contactsHeader + rows),
		intake.JSONL: strings.NewReader(`{"id":1,"email":"a@example.com","name":"Sato Aiko","born":"14.02.1990","spent":1234.5,"exempt":"Taxable","news":"Y","news_at":"2024-01-01","updated":"2024-01-02T00:00:00Z"}
{"id":"2","name":"佐藤 愛","spent":"1.234","news":"N","email":null}
`),
		intake.XLSX: book(t,
			[]any{"id", "email", "name", "born", "spent", "exempt", "news", "news_at", "updated"},
			[]any{1, "a@example.com", "Sato Aiko", day(1990, 2, 14), 1234.5, "Taxable", "Y", day(2024, 1, 1), day(2024, 1, 2)},
			[]any{"2", nil, "佐藤 愛", nil, 1234, nil, "N"},
		),
	}
	var want []intake.Item
	for _, format := range []intake.Format{intake.CSV, intake.JSONL, intake.XLSX} {
		sink, o := &recorder{}, options("shop")
		o.Format = format
		report, err := intake.Run(t.Context(), files[format], parse(t, contacts), sink, o)
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		if report.Warnings+report.Refused > 0 || report.Rows != 2 {
			t.Errorf("%s: report = %+v", format, report)
		}
		if want == nil {
			want = sink.items
		}
		if diff := cmp.Diff(sink.items, want, cmpopts.IgnoreFields(intake.Item{}, "Line")); diff != "" {
			t.Errorf("%s says something else than CSV (-got +want):\n%s", format, diff)
		}
	}
}

func TestWorkbookRows(t *testing.T) {
	header := []any{"id", "email", "name"}
	good := []any{"9", "good@example.com", "愛"}
	wide := make([]any, 1001)
	wide[1000] = "x"
	tests := []struct {
		name  string
		row   []any
		fault string
	}{
		{"a formula", []any{"1", "=A2&\"@example.com\"", "x"}, "email error.cell_formula"},
		{"a formula beside the columns", []any{"1", nil, nil, "=1+1"}, " error.cell_formula"},
		{"more cells than columns", []any{"1", nil, nil, "x"}, " error.row_columns"},
		{"more columns than anybody needs", wide, " error.row_many_columns"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sink, o := &recorder{}, options("shop")
			var rejects bytes.Buffer
			o.Format, o.Rejects = intake.XLSX, &rejects
			file := book(t, header, good, tt.row, nil, good)
			var last intake.Progress
			o.Progress = func(p intake.Progress) { last = p }
			o.Size = file.Size()
			report, err := intake.Run(t.Context(), file, parse(t, contacts), sink, o)
			if err != nil {
				t.Fatal(err)
			}
			if len(report.Rejects) != 1 || report.Rows != 3 || report.Rejects[0].Line != 3 {
				t.Fatalf("report = %+v, want the third row refused", report)
			}
			if r := report.Rejects[0]; r.Column+" "+r.Reason != tt.fault {
				t.Errorf("refused for %q, want %q", r.Column+" "+r.Reason, tt.fault)
			}
			if last.Bytes != last.Total {
				t.Errorf("progress ended at %d of %d", last.Bytes, last.Total)
			}
		})
	}
}

// A file that is not what it is said to be is refused before a row is read,
// with the reason.
func TestFilesThatLie(t *testing.T) {
	csv := contactsHeader + "1,a@example.com,,,,,,,\n"
	sheet, err := io.ReadAll(book(t, []any{"id", "email"}, []any{"1"}))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		format intake.Format
		file   string
		id     string
	}{
		{"a spreadsheet as CSV", intake.CSV, string(sheet), "error.file_is_zip"},
		{"a spreadsheet as JSON Lines", intake.JSONL, string(sheet), "error.file_is_zip"},
		{"an old spreadsheet", intake.XLSX, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "error.file_is_ole"},
		{"an old spreadsheet as CSV", intake.CSV, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "error.file_is_ole"},
		{"CSV as a spreadsheet", intake.XLSX, csv, "error.file_not_xlsx"},
		{"an empty spreadsheet", intake.XLSX, string(must(io.ReadAll(book(t)))), "error.file_empty"},
		{"half a spreadsheet", intake.XLSX, string(sheet[:len(sheet)/2]), "error.workbook_damaged"},
		{"an archive as a spreadsheet", intake.XLSX, "PK\x05\x06" + strings.Repeat("\x00", 18), "error.file_not_xlsx"},
		{"JSON as CSV", intake.CSV, `{"id":"1"}`, "error.file_is_json"},
		{"CSV as JSON Lines", intake.JSONL, csv, "error.file_not_jsonl"},
		{"a JSON list as JSON Lines", intake.JSONL, `[{"id":"1"}]`, "error.file_is_array"},
		{"a page as CSV", intake.CSV, "\n<html><body>Sign in", "error.file_is_markup"},
		{"a PDF as CSV", intake.CSV, "%PDF-1.7", "error.file_is_other"},
		{"what is packed as CSV", intake.CSV, "\x1f\x8b\x08", "error.file_is_other"},
		{"half a million columns", intake.CSV, strings.Repeat("a,", 500_000) + "\n", "error.file_columns"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sink, o := &recorder{}, options("shop")
			o.Format = tt.format
			_, err := intake.Run(t.Context(), strings.NewReader(tt.file), parse(t, contacts), sink, o)
			var e *errs.Error
			if !errors.As(err, &e) || !errors.Is(err, errs.Invalid) || e.ID != tt.id {
				t.Errorf("%v, want %s", err, tt.id)
			}
			if len(sink.items) > 0 {
				t.Error("rows were read")
			}
		})
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestFormatOf(t *testing.T) {
	for name, want := range map[string]intake.Format{
		"a.csv": intake.CSV, "a.TXT": intake.CSV, "a.jsonl": intake.JSONL, "b/a.ndjson": intake.JSONL,
		"a.b.XLSX": intake.XLSX, "a.xls": "", "a": "", "csv": "",
	} {
		if got := intake.FormatOf(name); got != want {
			t.Errorf("FormatOf(%q) = %q, want %q", name, got, want)
		}
	}
}

// Exports as Japanese and western spreadsheets save them, and a map that says
// what the file does not.
func TestCharsets(t *testing.T) {
	m := parse(t, `charset: shift_jis
required: [番号]
identifiers:
  - {kind: customer, column: 番号}
fields:
  - {field: family-name, column: 氏名}
`)
	for _, tt := range []struct{ file, charset, want string }{
		{"shift_jis.csv", "shift_jis", "佐藤 愛子"},
		{"utf16.csv", "utf-16le", "佐藤 愛子"},
		{"windows1252.csv", "windows-1252", "Zoë Müller"},
	} {
		f, err := os.Open(filepath.Join("testdata", tt.file))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close() //nolint:errcheck // read only
		by := m
		if tt.charset == "windows-1252" {
			by = parse(t, "required: [number]\nidentifiers:\n  - {kind: customer, column: number}\nfields:\n  - {field: family-name, column: name}\n")
		}
		sink := &recorder{}
		report, err := intake.Run(t.Context(), f, by, sink, options("shop"))
		if err != nil {
			t.Errorf("%s: %v", tt.file, err)
			continue
		}
		if got := sink.items[0].Claims["family-name"].Value; got != tt.want || report.Charset != tt.charset || report.Refused > 0 {
			t.Errorf("%s: read %q in %s, want %q in %s", tt.file, got, report.Charset, tt.want, tt.charset)
		}
	}
}
