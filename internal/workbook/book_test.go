package workbook_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"livingprofile/internal/workbook"
)

var limits = workbook.Limits{Columns: 50, Row: 1 << 16, Texts: 1000}

// save returns the workbook that excelize writes, a writer whose files Excel
// reads.
func save(t *testing.T, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func set(t *testing.T, f *excelize.File, sheet, cell string, value any) {
	t.Helper()
	if err := f.SetCellValue(sheet, cell, value); err != nil {
		t.Fatal(err)
	}
}

func styled(t *testing.T, f *excelize.File, cell, code string) {
	t.Helper()
	s, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellStyle("Sheet1", cell, cell, s); err != nil {
		t.Fatal(err)
	}
}

func readAll(file []byte) ([]workbook.Row, error) {
	b, err := workbook.Open(bytes.NewReader(file), int64(len(file)), limits)
	if err != nil {
		return nil, err
	}
	defer b.Close() //nolint:errcheck // read only
	var rows []workbook.Row
	for {
		row, err := b.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
}

func TestCells(t *testing.T) {
	tests := []struct {
		name string
		fill func(f *excelize.File)
		want workbook.Cell
	}{
		{"text", func(f *excelize.File) { set(t, f, "Sheet1", "A1", "佐藤 & Co") }, workbook.Cell{Text: "佐藤 & Co"}},
		{"text of lines", func(f *excelize.File) { set(t, f, "Sheet1", "A1", "a\nb") }, workbook.Cell{Text: "a\nb"}},
		{"text of parts", func(f *excelize.File) {
			if err := f.SetCellRichText("Sheet1", "A1", []excelize.RichTextRun{{Text: "Ada "}, {Text: "Lovelace", Font: &excelize.Font{Bold: true}}}); err != nil {
				t.Fatal(err)
			}
		}, workbook.Cell{Text: "Ada Lovelace"}},
		{"a number", func(f *excelize.File) { set(t, f, "Sheet1", "A1", 1234.5) }, workbook.Cell{Text: "1234.5", Kind: workbook.Number}},
		{"a number with what binary adds", func(f *excelize.File) { set(t, f, "Sheet1", "A1", 0.1+0.2) }, workbook.Cell{Text: "0.3", Kind: workbook.Number}},
		{"a long number", func(f *excelize.File) { set(t, f, "Sheet1", "A1", 123456789012345) }, workbook.Cell{Text: "123456789012345", Kind: workbook.Number}},
		{"a postcode", func(f *excelize.File) { set(t, f, "Sheet1", "A1", 1234); styled(t, f, "A1", "00000") }, workbook.Cell{Text: "01234", Kind: workbook.Number}},
		{"money is shown with marks and read without", func(f *excelize.File) { set(t, f, "Sheet1", "A1", 1234.5); styled(t, f, "A1", `#,##0.00 "yd";[Red]-0`) }, workbook.Cell{Text: "1234.5", Kind: workbook.Number}},
		{"truth", func(f *excelize.File) { set(t, f, "Sheet1", "A1", true) }, workbook.Cell{Text: "true"}},
		{"a date", func(f *excelize.File) {
			set(t, f, "Sheet1", "A1", time.Date(1990, 2, 14, 0, 0, 0, 0, time.UTC))
		}, workbook.Cell{Text: "1990-02-14", Kind: workbook.Date}},
		{"a date as others show it", func(f *excelize.File) { set(t, f, "Sheet1", "A1", 45351); styled(t, f, "A1", `[$-407]dd\.mm\.yyyy`) }, workbook.Cell{Text: "2024-02-29", Kind: workbook.Date}},
		{"a moment", func(f *excelize.File) {
			set(t, f, "Sheet1", "A1", time.Date(2024, 2, 29, 23, 59, 58, 0, time.UTC))
		}, workbook.Cell{Text: "2024-02-29T23:59:58", Kind: workbook.Date}},
		{"the day before the day that never was", func(f *excelize.File) { set(t, f, "Sheet1", "A1", 59); styled(t, f, "A1", "yyyy-mm-dd") }, workbook.Cell{Text: "1900-02-28", Kind: workbook.Date}},
		{"the day after it", func(f *excelize.File) { set(t, f, "Sheet1", "A1", 61); styled(t, f, "A1", "yyyy-mm-dd") }, workbook.Cell{Text: "1900-03-01", Kind: workbook.Date}},
		{"a date from 1904 on", func(f *excelize.File) {
			yes := true
			if err := f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}); err != nil {
				t.Fatal(err)
			}
			set(t, f, "Sheet1", "A1", 1)
			styled(t, f, "A1", "yyyy-mm-dd")
		}, workbook.Cell{Text: "1904-01-02", Kind: workbook.Date}},
		{"a date of no year", func(f *excelize.File) { set(t, f, "Sheet1", "A1", -5); styled(t, f, "A1", "yyyy-mm-dd") }, workbook.Cell{Text: "-5", Kind: workbook.Number}},
		{"a formula", func(f *excelize.File) {
			if err := f.SetCellFormula("Sheet1", "A1", "=1+1"); err != nil {
				t.Fatal(err)
			}
		}, workbook.Cell{Kind: workbook.Formula}},
		{"another sheet is hidden before it", func(f *excelize.File) {
			if _, err := f.NewSheet("Next"); err != nil {
				t.Fatal(err)
			}
			set(t, f, "Sheet1", "A1", "hidden")
			set(t, f, "Next", "A1", "shown")
			f.SetActiveSheet(1)
			if err := f.SetSheetVisible("Sheet1", false); err != nil {
				t.Fatal(err)
			}
		}, workbook.Cell{Text: "shown"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows, err := readAll(save(t, tt.fill))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(rows, []workbook.Row{{Number: 1, Cells: []workbook.Cell{tt.want}}}); diff != "" {
				t.Errorf("rows are different (-got +want):\n%s", diff)
			}
		})
	}
}

func TestRowsKeepTheirPlaces(t *testing.T) {
	rows, err := readAll(save(t, func(f *excelize.File) {
		set(t, f, "Sheet1", "B2", "b")
		set(t, f, "Sheet1", "D5", "d")
		set(t, f, "Sheet1", "AX6", "last")
		set(t, f, "Sheet1", "AY7", "beyond")
		set(t, f, "Sheet1", "XFD8", "far beyond")
	}))
	if err != nil {
		t.Fatal(err)
	}
	var got []workbook.Row
	for _, r := range rows {
		if len(r.Cells) > 0 || r.Wide {
			got = append(got, r)
		}
	}
	last := make([]workbook.Cell, 50)
	last[49].Text = "last"
	want := []workbook.Row{
		{Number: 2, Cells: []workbook.Cell{{}, {Text: "b"}}},
		{Number: 5, Cells: []workbook.Cell{{}, {}, {}, {Text: "d"}}},
		{Number: 6, Cells: last},
		{Number: 7, Wide: true},
		{Number: 8, Wide: true},
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("rows are different (-got +want):\n%s", diff)
	}
}

// What a stream writer writes has its texts in the cells.
func TestStreamedSheet(t *testing.T) {
	const n = 3000
	file := save(t, func(f *excelize.File) {
		w, err := f.NewStreamWriter("Sheet1")
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			cell, err := excelize.CoordinatesToCellName(1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.SetRow(cell, []any{"x", i}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	})
	rows, err := readAll(file)
	if err != nil || len(rows) != n || rows[n-1].Number != n || rows[n-1].Cells[0].Text != "x" || rows[n-1].Cells[1].Text != "2999" {
		t.Errorf("%d rows, %v; want %d", len(rows), err, n)
	}
}
