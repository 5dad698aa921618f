package workbook_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"livingprofile/internal/workbook"
)

// TestWrite: another program reads what was written, formulas stay text, and so
// do we.
func TestWrite(t *testing.T) {
	var b bytes.Buffer
	if err := workbook.Write(&b, [][]any{{"kind", "people"}, {"=1+1", 12}, {" <ひびき> & co\n", -3}}); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, [][]string{{"kind", "people"}, {"=1+1", "12"}, {" <ひびき> & co\n", "-3"}}); diff != "" {
		t.Errorf("(-got +want)\n%s", diff)
	}
	if formula, err := f.GetCellFormula("Sheet1", "A2"); err != nil || formula != "" {
		t.Errorf("a formula: %q, %v", formula, err)
	}
	if rows, err := readAll(b.Bytes()); err != nil || len(rows) != 3 {
		t.Errorf("we read %d rows, %v", len(rows), err)
	}
}
