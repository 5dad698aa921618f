package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"livingprofile/internal/errs"
)

// maxSpan is how many lines one row may have: more of them is a quote that
// was never closed, and without a limit each such quote would cost a walk
// through the rest of the file.
const maxSpan = 200

// csvReader reads CSV as in RFC 4180. The rows are cut out of the file first,
// so that one with broken quotes costs its own line and not the rest of the
// file.
type csvReader struct {
	*text
	rows   *splitter
	feed   feed
	csv    *csv.Reader
	comma  rune
	header []string
}

func newCSV(t *text, comma rune) *csvReader {
	c := &csvReader{text: t, rows: newSplitter(t.lines), comma: comma}
	c.restart()
	return c
}

// restart makes a new reader of cells; the old one may have bytes of a broken
// row left.
func (c *csvReader) restart() {
	c.feed.Reset(nil)
	c.csv = csv.NewReader(&c.feed)
	c.csv.Comma = c.comma
	c.csv.FieldsPerRecord = -1
}

// A feed is what the reader of cells reads: one row at a time.
type feed struct{ bytes.Reader }

// Header reads the first row that is not empty.
func (c *csvReader) Header() (Header, error) {
	row, err := c.Next()
	switch {
	case errors.Is(err, io.EOF):
		return Header{}, errs.New(errs.Invalid, "error.file_empty")
	case err != nil:
		return Header{}, err
	case row.Fault != nil && row.Fault.Reason == "error.row_too_long":
		return Header{}, errs.New(errs.Invalid, "error.file_header_long", "max", maxColumns)
	case row.Fault != nil:
		return Header{}, &errs.Error{Kind: errs.Invalid, ID: "error.file_header", Args: map[string]any{"line": row.Line}}
	case len(row.Cells) > maxColumns:
		return Header{}, errs.New(errs.Invalid, "error.file_columns", "max", maxColumns)
	}
	c.header = row.Cells
	for i := range c.header {
		c.header[i] = strings.TrimSpace(c.header[i])
	}
	return Header{Columns: c.header, Found: len(c.header)}, nil
}

// Next returns the next row that is not empty.
func (c *csvReader) Next() (Row, error) {
	for {
		record, err := c.rows.next()
		if err != nil {
			return Row{}, err
		}
		if record.fault != "" {
			return faulty(record.line, record.text, &Fault{Reason: record.fault}), nil
		}
		row := c.cells(record)
		if row.Fault == nil && blankCells(row.Cells) {
			continue
		}
		return row, nil
	}
}

func (c *csvReader) cells(record record) Row {
	switch {
	case !utf8.Valid(record.text):
		return faulty(record.line, record.text, c.text.fault())
	case bytes.IndexByte(record.text, 0) >= 0:
		return faulty(record.line, record.text, &Fault{Reason: "error.control_characters"})
	}
	c.feed.Reset(record.text)
	cells, err := c.csv.Read()
	if errors.Is(err, io.EOF) {
		return Row{} // an empty line
	}
	if err != nil {
		c.restart()
		// The quotes of the first line are broken, or it would have been a row:
		// what follows may well be rows of their own.
		first := c.rows.back(record)
		return faulty(first.line, first.text, &Fault{Reason: "error.broken_quotes"})
	}
	if want := len(c.header); want > 0 && len(cells) != want && !blankCells(cells) {
		return faulty(record.line, record.text, wrongColumns(len(cells), want))
	}
	return Row{Line: record.line, Cells: cells}
}

// blankCells tells whether there is nothing in a row, as spreadsheets leave
// rows behind that were once filled.
func blankCells(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}

func wrongColumns(got, want int) *Fault {
	return &Fault{Reason: "error.row_columns", Args: map[string]any{"got": got, "want": want}}
}
