package testkit

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
)

// A HostileFile is one that somebody sends as a file of people, for the map
// "generic", and that is none.
type HostileFile struct {
	Name    string // of the file; its end lies in some
	Type    string // media type that it is sent as
	Charset string // that it is said to be in; "" for none
	Body    []byte
	// Reason is the id of the message by which it is refused as a whole, or
	// Row by which its one row is.
	Reason, Row string
}

const sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// HostileFiles are those that every door for files has to refuse.
func HostileFiles(tb testing.TB) map[string]HostileFile {
	tb.Helper()
	const head, people = `<row><c t="inlineStr"><is><t>email</t></is></c></row>`, "id,email\n1,hostile@example.net\n"
	cell := func(text string) string { return `<row><c t="inlineStr"><is><t>` + text + `</t></is></c></row>` }
	book := func(rows string) []byte {
		return workbookOf(tb, "<worksheet><sheetData>"+rows+"</sheetData></worksheet>")
	}
	return map[string]HostileFile{
		"a_bomb_in_a_cell":         {Name: "a.xlsx", Type: sheetType, Body: book(head + cell(strings.Repeat(" ", 9<<20))), Reason: "error.workbook_too_large"},
		"a_million_columns":        {Name: "a.csv", Type: "text/csv", Body: []byte("email" + strings.Repeat(",", 1_000_000) + "\n1\n"), Reason: "error.file_columns"},
		"a_million_cells_in_a_row": {Name: "a.csv", Type: "text/csv", Body: []byte(people[:9] + strings.Repeat("x,", 1_000_000) + "\n"), Row: "error.row_too_long"},
		"too_many_members":         {Name: "a.jsonl", Type: "application/x-ndjson", Body: []byte("{" + strings.Repeat(`"a":1,`, 100_000) + `"email":"a@example.net"}` + "\n"), Reason: "error.file_not_jsonl"},
		"a_formula": {
			Name: "a.xlsx", Type: sheetType, Body: book(head + `<row><c t="str"><f>CONCATENATE("hostile","@example.net")</f><v>hostile@example.net</v></c></row>`),
			Row: "error.cell_formula",
		},
		"text_as_a_sheet":            {Name: "a.xlsx", Type: sheetType, Body: []byte(people), Reason: "error.file_not_xlsx"},
		"a_sheet_as_text":            {Name: "a.csv", Type: "text/csv", Body: book(head), Reason: "error.file_is_zip"},
		"a_picture_as_text":          {Name: "a.csv", Type: "text/csv", Body: []byte("\x89PNG\r\n\x1a\n" + people), Reason: "error.file_is_other"},
		"a_page_as_text":             {Name: "a.csv", Type: "text/csv", Body: []byte("<!doctype html><title>Sign in</title>"), Reason: "error.file_is_markup"},
		"text_as_json":               {Name: "a.jsonl", Type: "application/x-ndjson", Body: []byte(people), Reason: "error.file_not_jsonl"},
		"half_a_sheet":               {Name: "a.xlsx", Type: sheetType, Body: book(head)[:300], Reason: "error.workbook_damaged"},
		"a_charset_that_it_is_not":   {Name: "a.csv", Type: "text/csv", Charset: "utf-8", Body: []byte(people + strings.Repeat("2,\x93\x8c\x8b\x9e\n", 50)), Reason: "error.file_not_in_charset"},
		"a_charset_that_there_isn_t": {Name: "a.csv", Type: "text/csv", Charset: "klingon", Body: []byte(people), Reason: "error.no_such_charset"},
	}
}

// workbookOf packs a workbook of one sheet.
func workbookOf(tb testing.TB, sheet string) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, part := range [][2]string{
		{"_rels/.rels", `<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns:r="http://x/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="r2" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`},
		{"xl/sharedStrings.xml", "<sst/>"},
		{"xl/worksheets/sheet1.xml", sheet},
	} {
		w, err := z.Create(part[0])
		if err == nil {
			_, err = io.WriteString(w, part[1])
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}
