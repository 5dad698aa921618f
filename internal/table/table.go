// Package table writes CSV for people, who open it in a spreadsheet: no cell of
// it runs there.
package table

import (
	"encoding/csv"
	"io"
	"strings"
)

// A Writer writes rows (RFC 4180).
type Writer struct{ csv *csv.Writer }

// New returns a Writer to w.
func New(w io.Writer) *Writer {
	t := &Writer{csv.NewWriter(w)}
	t.csv.UseCRLF = true // RFC 4180, 2.1
	return t
}

// Row writes a row, each cell guarded.
func (t *Writer) Row(cells ...string) error {
	guarded := make([]string, len(cells))
	for i, cell := range cells {
		guarded[i] = Guard(cell)
	}
	return t.csv.Write(guarded)
}

// Flush writes what is held back, and returns the first error of all rows.
func (t *Writer) Flush() error {
	t.csv.Flush()
	return t.csv.Error()
}

// Guard keeps a spreadsheet from taking a cell for a formula (ASVS 1.2.10).
func Guard(cell string) string {
	if strings.IndexAny(cell, "=+-@\t\r\n|%") == 0 {
		return "'" + cell
	}
	return cell
}

// Plain is a cell without its guard: what comes back as it was written is what
// was written.
func Plain(cell string) string {
	if rest, has := strings.CutPrefix(cell, "'"); has && Guard(rest) == cell {
		return rest
	}
	return cell
}
