package workbook_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/workbook"
)

// parts are those of a workbook with one sheet, which is the first argument of
// raw.
var parts = [][2]string{
	{"_rels/.rels", `<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/workbook.xml", `<workbook xmlns:r="http://x/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships>` +
		`<Relationship Id="r1" Type="http://x/worksheet" Target="/xl/worksheets/sheet1.xml"/>` +
		`<Relationship Id="r2" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`},
	{"xl/sharedStrings.xml", `<sst><si><t>first</t></si><si><r><t>sec</t></r><rPh sb="0" eb="1"><t>spoken</t></rPh><r><t xml:space="preserve">ond_x0009_ _x005F_x0041_</t></r></si></sst>`},
}

// raw returns a workbook with a sheet, in which some parts are others; a part
// of "-" is missing.
func raw(t testing.TB, sheet string, others ...[2]string) []byte {
	t.Helper()
	all := append([][2]string{{"xl/worksheets/sheet1.xml", sheet}}, parts...)
	for _, o := range others {
		found := false
		for i := range all {
			if all[i][0] == o[0] {
				all[i], found = o, true
			}
		}
		if !found {
			all = append(all, o)
		}
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range all {
		if p[1] == "-" {
			continue
		}
		w, err := z.Create(p[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, p[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sheet(rows string) string {
	return `<worksheet><cols><col/></cols><sheetData>` + rows + `</sheetData><hyperlinks/></worksheet>`
}

func TestRawCells(t *testing.T) {
	tests := []struct {
		name, cell string
		want       workbook.Cell
	}{
		{"a text of the table", `<c t="s"><v>0</v></c>`, workbook.Cell{Text: "first"}},
		{"a text of parts, without how it is spoken", `<c t="s"><v>1</v></c>`, workbook.Cell{Text: "second\t _x0041_"}},
		{"a text in the cell", `<c t="inlineStr"><is><t>a</t><t>b</t></is></c>`, workbook.Cell{Text: "ab"}},
		{"a formula and what it came to", `<c t="str"><f>A2&amp;"x"</f><v>yx</v></c>`, workbook.Cell{Text: "yx", Kind: workbook.Formula}},
		{"a shared formula", `<c><f t="shared" si="0"/><v>5</v></c>`, workbook.Cell{Text: "5", Kind: workbook.Formula}},
		{"a formula that came to nothing", `<c><f>A2</f></c>`, workbook.Cell{Kind: workbook.Formula}},
		{"an error", `<c t="e"><v>#N/A</v></c>`, workbook.Cell{Text: "#N/A", Kind: workbook.Error}},
		{"a date that is written out", `<c t="d"><v>2024-02-29</v></c>`, workbook.Cell{Text: "2024-02-29", Kind: workbook.Date}},
		{"a number with an exponent", `<c><v>1.5E+3</v></c>`, workbook.Cell{Text: "1500", Kind: workbook.Number}},
		{"a style that is not there", `<c s="99"><v>45351</v></c>`, workbook.Cell{Text: "45351", Kind: workbook.Number}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows, err := readAll(raw(t, sheet("<row>"+tt.cell+"</row>")))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(rows, []workbook.Row{{Number: 1, Cells: []workbook.Cell{tt.want}}}); diff != "" {
				t.Errorf("rows are different (-got +want):\n%s", diff)
			}
		})
	}
}

// What is not as it should be is said, and is never taken for the end.
func TestDamage(t *testing.T) {
	const damaged, large, none = "error.workbook_damaged", "error.workbook_too_large", "error.file_not_xlsx"
	good := raw(t, sheet(`<row><c t="s"><v>0</v></c></row>`))
	var many bytes.Buffer
	z := zip.NewWriter(&many)
	for i := range 10_001 {
		if _, err := z.Create(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		file []byte
		id   string
	}{
		{"no archive", []byte("PK\x03\x04 and no more"), damaged},
		{"cut off", good[:len(good)/2], damaged},
		{"a changed byte", flip(good, 60), damaged},
		{"an archive of something else", raw(t, "", [2]string{"_rels/.rels", "-"}), none},
		{"a document", raw(t, "", [2]string{"_rels/.rels", `<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="word/document.xml"/></Relationships>`}), none},
		{"the binary form", raw(t, "", [2]string{"_rels/.rels", `<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="xl/workbook.bin"/></Relationships>`}, [2]string{"xl/workbook.bin", "x"}), none},
		{"no sheets", raw(t, "", [2]string{"xl/workbook.xml", "<workbook/>"}), "error.workbook_empty"},
		{"all sheets hidden", raw(t, "", [2]string{"xl/workbook.xml", `<workbook xmlns:r="http://x"><sheets><sheet state="veryHidden" sheetId="1" r:id="r1"/></sheets></workbook>`}), "error.workbook_empty"},
		{"a sheet that is not there", raw(t, "-"), damaged},
		{"a sheet that ends within a row", raw(t, `<worksheet><sheetData><row><c t="s"><v>0</v></c></row><row><c>`), damaged},
		{"a sheet that ends between rows", raw(t, `<worksheet><sheetData><row><c t="s"><v>0</v></c></row>`), damaged},
		{"a sheet of nothing", raw(t, ""), damaged},
		{"a text that is not in the table", raw(t, sheet(`<row><c t="s"><v>7</v></c></row>`)), damaged},
		{"a text before the table", raw(t, sheet(`<row><c t="s"><v>-1</v></c></row>`)), damaged},
		{"a number that is none", raw(t, sheet(`<row><c><v>1e999</v></c></row>`)), damaged},
		{"a type nobody knows", raw(t, sheet(`<row><c t="x"><v>1</v></c></row>`)), damaged},
		{"rows in disorder", raw(t, sheet(`<row r="2"/><row r="2"/>`)), damaged},
		{"a row beyond any sheet", raw(t, sheet(`<row r="99999999"/>`)), damaged},
		{"cells in disorder", raw(t, sheet(`<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>`)), damaged},
		{"entities that grow", raw(t, `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>`+sheet(`<row><c t="inlineStr"><is><t>&b;</t></is></c></row>`)), damaged},
		{"more parts than any", many.Bytes(), large},
		{"a cell without end", raw(t, sheet(`<row><c t="inlineStr"><is><t>`+strings.Repeat(" ", 3<<20)+`</t></is></c></row>`)), large},
		{"cells without end", raw(t, sheet(`<row>`+strings.Repeat(`<c s="11111111111111111111"/>`, 100_000)+`</row>`)), large},
		{"nothing without end", raw(t, `<worksheet>`+strings.Repeat(" ", 3<<20)+sheet("")), large},
		{"a table without end", raw(t, sheet(""), [2]string{"xl/sharedStrings.xml", "<sst>" + strings.Repeat("<si/>", limits.Texts+1) + "</sst>"}), large},
		{"relations without end", raw(t, sheet(""), [2]string{"xl/_rels/workbook.xml.rels", strings.Repeat(" ", 9<<20)}), large},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := held()
			_, err := readAll(tt.file)
			var e *errs.Error
			if !errors.As(err, &e) || !errors.Is(err, errs.Invalid) || e.ID != tt.id {
				t.Errorf("%v, want %s", err, tt.id)
			}
			if now := held(); now > before+(16<<20) {
				t.Errorf("%d MiB are held", (now-before)>>20)
			}
		})
	}
}

func held() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func flip(file []byte, at int) []byte {
	file = bytes.Clone(file)
	file[at] ^= 0xff
	return file
}

func TestLongRows(t *testing.T) {
	rows, err := readAll(raw(t, sheet(`<row><c t="inlineStr"><is><t>`+strings.Repeat("x", limits.Row+1)+`</t></is></c></row><row><c t="s"><v>0</v></c></row>`)))
	want := []workbook.Row{{Number: 1, Long: true}, {Number: 2, Cells: []workbook.Cell{{Text: "first"}}}}
	if diff := cmp.Diff(rows, want); err != nil || diff != "" {
		t.Errorf("%v; rows are different (-got +want):\n%s", err, diff)
	}
}

// FuzzSheet looks for a sheet that cannot be refused in good order.
func FuzzSheet(f *testing.F) {
	f.Add(sheet(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><f>A1</f><v>5</v></c></row>`), `<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>`)
	f.Add(sheet(`<row><c t="inlineStr"><is><r><t>x</t></r></is></c><c s="0"><v>45351.5</v></c></row>`), `<styleSheet><numFmts><numFmt numFmtId="200" formatCode="[h]:mm"/></numFmts><cellXfs><xf numFmtId="200"/></cellXfs></styleSheet>`)
	f.Fuzz(func(t *testing.T, sheet, styles string) {
		related := [2]string{"xl/_rels/workbook.xml.rels", strings.Replace(parts[2][1], "</Rel", `<Relationship Id="r3" Type="http://x/styles" Target="styles.xml"/></Rel`, 1)}
		rows, err := readAll(raw(t, sheet, related, [2]string{"xl/styles.xml", styles}))
		if err != nil && !errors.Is(err, errs.Invalid) {
			t.Fatalf("error = %v, want Invalid", err)
		}
		last := 0
		for _, r := range rows {
			if r.Number <= last || len(r.Cells) > limits.Columns {
				t.Fatalf("row %d of %d cells after row %d", r.Number, len(r.Cells), last)
			}
			last = r.Number
		}
	})
}

// FuzzBook looks for a file that cannot be refused in good order.
func FuzzBook(f *testing.F) {
	f.Add(raw(f, sheet(`<row><c t="s"><v>0</v></c></row>`)))
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := readAll(file); err != nil && !errors.Is(err, errs.Invalid) {
			t.Fatalf("error = %v, want Invalid", err)
		}
	})
}
