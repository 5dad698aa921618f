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

// Limits of a CSV file.
const (
	maxRow     = 1 << 20 // bytes of a row
	maxRaw     = 4 << 10 // bytes kept of a row that cannot be read
	maxColumns = 1000
	// maxSpan is how many lines one row may have: more of them is a quote that
	// was never closed, and without a limit each such quote would cost a walk
	// through the rest of the file.
	maxSpan = 200
)

// csvReader reads CSV as in RFC 4180, in UTF-8 with or without a byte order
// mark. The rows are cut out of the file first, so that one with broken quotes
// costs its own line and not the rest of the file.
type csvReader struct {
	rows   *splitter
	feed   feed
	csv    *csv.Reader
	comma  rune
	header []string
}

func newCSV(r io.Reader, comma rune) *csvReader {
	c := &csvReader{rows: newSplitter(r), comma: comma}
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
func (c *csvReader) Header() ([]string, error) {
	if err := c.rows.begin(); err != nil {
		return nil, err
	}
	row, err := c.Next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, errs.New(errs.Invalid, "error.file_empty")
	case err != nil:
		return nil, err
	case row.Fault != nil:
		return nil, &errs.Error{Kind: errs.Invalid, ID: "error.file_header", Args: map[string]any{"line": row.Line}}
	case len(row.Cells) > maxColumns:
		return nil, errs.New(errs.Invalid, "error.file_columns", "max", maxColumns)
	}
	c.header = row.Cells
	for i := range c.header {
		c.header[i] = strings.TrimSpace(c.header[i])
	}
	return c.header, nil
}

// Bytes returns how much of the file was read.
func (c *csvReader) Bytes() int64 { return c.rows.bytes }

// Next returns the next row that is not empty.
func (c *csvReader) Next() (Row, error) {
	for {
		record, err := c.rows.next()
		if err != nil {
			return Row{}, err
		}
		if record.fault != "" {
			return c.faulty(record, record.fault, nil), nil
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
		return c.faulty(record, "error.not_utf8", nil)
	case bytes.IndexByte(record.text, 0) >= 0:
		return c.faulty(record, "error.control_characters", nil)
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
		return c.faulty(c.rows.back(record), "error.broken_quotes", nil)
	}
	if want := len(c.header); want > 0 && len(cells) != want && !blankCells(cells) {
		return c.faulty(record, "error.row_columns", map[string]any{"got": len(cells), "want": want})
	}
	return Row{Line: record.line, Cells: cells}
}

// blankCells tells whether there is nothing in a row, as spreadsheets leave
// rows behind that were once filled.
func blankCells(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}

func (c *csvReader) faulty(record record, reason string, args map[string]any) Row {
	raw := strings.ToValidUTF8(string(record.text[:min(len(record.text), maxRaw)]), "\ufffd")
	return Row{
		Line:  record.line,
		Raw:   strings.TrimRight(raw, "\r\n"),
		Fault: &Fault{Reason: reason, Args: args},
	}
}
