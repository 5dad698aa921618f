package intake

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// openCSV is newCSV on a file whose character set is to be recognised.
func openCSV(t *testing.T, r io.Reader) *csvReader {
	t.Helper()
	text, err := openText(r, "", CSV)
	if err != nil {
		t.Fatal(err)
	}
	return newCSV(text, ',')
}

func readAll(t *testing.T, r io.Reader) []Row {
	t.Helper()
	c := openCSV(t, r)
	header, err := c.Header()
	if err != nil {
		t.Fatal(err)
	}
	rows := []Row{{Line: 1, Cells: header.Columns}}
	for {
		row, err := c.Next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
}

func fault(line int, reason, raw string) Row {
	return Row{Line: line, Fault: &Fault{Reason: reason}, Raw: raw}
}

func TestCSV(t *testing.T) {
	long := strings.Repeat("x", maxRow+1)
	tests := []struct {
		name, file string
		want       []Row // after the header
	}{
		{"plain", "a,b\n1,2\n", []Row{{Line: 2, Cells: []string{"1", "2"}}}},
		{"without a last line feed", "a,b\n1,2", []Row{{Line: 2, Cells: []string{"1", "2"}}}},
		{"lines of Windows, and a byte order mark", "\ufeffa,b\r\n1,2\r\n", []Row{{Line: 2, Cells: []string{"1", "2"}}}},
		{"quotes", "a,b\n\"1,\"\"x\"\"\",2\n", []Row{{Line: 2, Cells: []string{`1,"x"`, "2"}}}},
		{"a cell of several lines", "a,b\n\"1\n\nx\",2\n3,4\n", []Row{
			{Line: 2, Cells: []string{"1\n\nx", "2"}},
			{Line: 5, Cells: []string{"3", "4"}},
		}},
		{"rows with nothing in them", "a,b\n\n,\n , \n\r\n1,2\n\n", []Row{{Line: 6, Cells: []string{"1", "2"}}}},
		{"a quote that is never closed costs its line", "a,b\n\"1,2\n3,4\n5,\"6\n\"\"\n7,8\n", []Row{
			fault(2, "error.broken_quotes", `"1,2`),
			{Line: 3, Cells: []string{"3", "4"}},
			fault(4, "error.broken_quotes", `5,"6`),
			{Line: 6, Cells: []string{"7", "8"}},
		}},
		{"a quote in the middle of a cell", "a,b\n5\" nail,2\n3,4\n", []Row{
			fault(2, "error.broken_quotes", `5" nail,2`),
			{Line: 3, Cells: []string{"3", "4"}},
		}},
		{"two such quotes do not eat what is between them", "a,b\n5\" nail,2\n3,4\n6\" nail,5\n7,8", []Row{
			fault(2, "error.broken_quotes", `5" nail,2`),
			{Line: 3, Cells: []string{"3", "4"}},
			fault(4, "error.broken_quotes", `6" nail,5`),
			{Line: 5, Cells: []string{"7", "8"}},
		}},
		{"a line that is too long", "a,b\n" + long + ",2\n3,4\n", []Row{
			fault(2, "error.row_too_long", long[:maxRaw]),
			{Line: 3, Cells: []string{"3", "4"}},
		}},
		{"a line that is too long, at the end", "a,b\n3,4\n" + long, []Row{
			{Line: 2, Cells: []string{"3", "4"}},
			fault(3, "error.row_too_long", long[:maxRaw]),
		}},
		{"a line that is too long within quotes", "a,b\n\"1\n3,4\n" + long + "\n5,6\n", []Row{
			fault(2, "error.broken_quotes", `"1`),
			{Line: 3, Cells: []string{"3", "4"}},
			fault(4, "error.row_too_long", long[:maxRaw]),
			{Line: 5, Cells: []string{"5", "6"}},
		}},
		{
			"a quote that is open for more lines than a cell has",
			"a,b\n\"1\n" + strings.Repeat("3,4\n", maxSpan) + "x\"\n5,6\n",
			slices.Concat(
				[]Row{fault(2, "error.broken_quotes", `"1`)},
				repeated(3, maxSpan, []string{"3", "4"}),
				[]Row{fault(3+maxSpan, "error.broken_quotes", `x"`), {Line: 4 + maxSpan, Cells: []string{"5", "6"}}},
			),
		},
		{"not UTF-8", "a,b\né,ü\n\xff,2\n3,4\n", []Row{
			{Line: 2, Cells: []string{"é", "ü"}},
			{Line: 3, Fault: &Fault{Reason: "error.not_in_charset", Args: map[string]any{"charset": "utf-8"}}, Raw: "\ufffd,2"},
			{Line: 4, Cells: []string{"3", "4"}},
		}},
		{"NUL", "a,b\n\x00,2\n3,4\n", []Row{
			fault(2, "error.control_characters", "\x00,2"),
			{Line: 3, Cells: []string{"3", "4"}},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for name, r := range map[string]io.Reader{
				"at once":      strings.NewReader(tt.file),
				"in halves":    iotest.HalfReader(strings.NewReader(tt.file)),
				"with its end": iotest.DataErrReader(strings.NewReader(tt.file)),
			} {
				if diff := cmp.Diff(readAll(t, r)[1:], tt.want, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("rows are different when read %s (-got +want):\n%s", name, diff)
				}
			}
		})
	}
}

func repeated(line, n int, cells []string) []Row {
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = Row{Line: line + i, Cells: cells}
	}
	return rows
}

func TestCSVCountsCells(t *testing.T) {
	rows := readAll(t, strings.NewReader("a,b\n1,2,3\n1\n"))
	want := []Row{
		{Line: 2, Raw: "1,2,3", Fault: &Fault{Reason: "error.row_columns", Args: map[string]any{"got": 3, "want": 2}}},
		{Line: 3, Raw: "1", Fault: &Fault{Reason: "error.row_columns", Args: map[string]any{"got": 1, "want": 2}}},
	}
	if diff := cmp.Diff(rows[1:], want); diff != "" {
		t.Errorf("rows are different (-got +want):\n%s", diff)
	}
}

func TestCSVCountsBytes(t *testing.T) {
	const file = "\ufeffa,b\n\"1\n2\n3,4\n5,6"
	c := openCSV(t, strings.NewReader(file))
	if _, err := c.Header(); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := c.Next(); err != nil {
			break
		}
	}
	if c.Bytes() != int64(len(file)) {
		t.Errorf("Bytes() = %d, want %d", c.Bytes(), len(file))
	}
}

// A file in which every line opens a quote must not be walked through once
// for each of its lines.
func TestBrokenQuotesEverywhereStayCheap(t *testing.T) {
	r := &counting{}
	file := "a,b\n" + strings.Repeat("\"\"\"\n", 20_000)
	c := openCSV(t, io.TeeReader(strings.NewReader(file), r))
	if _, err := c.Header(); err != nil {
		t.Fatal(err)
	}
	rows := 0
	for {
		row, err := c.Next()
		if err != nil {
			break
		}
		if rows++; row.Fault == nil {
			continue
		}
		if held := cap(c.rows.again); held > 4*maxRow {
			t.Fatalf("%d bytes are held back", held)
		}
	}
	if rows == 0 || r.n != len(file) {
		t.Errorf("%d rows of %d bytes read, want all of %d bytes once", rows, r.n, len(file))
	}
}

type counting struct{ n int }

func (c *counting) Write(p []byte) (int, error) { c.n += len(p); return len(p), nil }

// FuzzCSV compares with the standard library, and checks that each line of a
// file is in one row or named with a fault.
func FuzzCSV(f *testing.F) {
	f.Add("a,b\n1,2\n")
	f.Add("a,b\n\"1\n2\",3\n\"4,5\n6,7\n")
	f.Add("a\n\"\"\"\n\"\n")
	f.Add("a,b\r\n\r\n,\r\n1,\"\r\n\"\r\n")
	f.Fuzz(func(t *testing.T, file string) {
		text, err := openText(strings.NewReader(file), utf8Set, CSV)
		if err != nil || text.charset != utf8Set {
			return
		}
		c := newCSV(text, ',')
		header, err := c.Header()
		if err != nil {
			return
		}
		var got [][]string
		clean, last := true, 0
		for {
			row, err := c.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if row.Line <= last {
				t.Fatalf("line %d comes after line %d", row.Line, last)
			}
			last = row.Line
			switch {
			case row.Fault != nil:
				clean = false
				if !utf8.ValidString(row.Raw) {
					t.Fatalf("raw row %q is not UTF-8", row.Raw)
				}
			case len(row.Cells) != header.Found:
				t.Fatalf("row of %d cells in a file of %d columns", len(row.Cells), header.Found)
			default:
				got = append(got, row.Cells)
			}
		}
		if c.Bytes() != int64(len(file)) {
			t.Fatalf("read %d of %d bytes", c.Bytes(), len(file))
		}
		if !clean {
			return
		}
		std := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff")))
		std.FieldsPerRecord = -1
		all, err := std.ReadAll()
		if err != nil {
			t.Fatalf("read without a fault, but the standard library says %v", err)
		}
		var want [][]string
		for _, cells := range all {
			if !blankCells(cells) {
				want = append(want, cells)
			}
		}
		if diff := cmp.Diff(got, want[1:], cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("rows differ from those of the standard library (-got +want):\n%s", diff)
		}
	})
}
