package intake

import (
	"io"
	"strings"
)

// Limits of any file.
const (
	maxRow     = 1 << 20 // bytes of a row
	maxRaw     = 4 << 10 // bytes kept of a row that cannot be read
	maxColumns = 1000
)

// A Reader reads the rows of a file of one format. It is used by one goroutine.
type Reader interface {
	// Header returns the columns. It is called once, first. An Invalid error
	// says why the file is refused.
	Header() (Header, error)
	// Next returns the next row, or io.EOF. A row that cannot be read comes
	// with its Fault and does not end the file; any other error does.
	Next() (Row, error)
	// Bytes returns how much of the file was read.
	Bytes() int64
	// Close gives back what the reader holds, and leaves the file open.
	Close() error
}

// A Header names the cells of the rows that follow.
type Header struct {
	Columns []string
	// Found is how many of Columns the file is known to have. The others are
	// those of the map that may still come: records of JSON leave out what is
	// empty.
	Found int
}

// A Row is one record of a file.
type Row struct {
	Line  int      // where it begins; the header is line 1
	Cells []string // as many as the header has, unless there is a Fault
	// Exact are the cells that the file itself says are numbers or dates: they
	// are in the form in which we keep them. It may be shorter than Cells.
	Exact []bool
	Fault *Fault // nil for a row that can be read
	Raw   string // the row as it was, where it has no Cells
}

// exact tells whether the cell at a place is.
func (r *Row) exact(place int) bool { return place < len(r.Exact) && r.Exact[place] }

// size is about how many bytes the row takes.
func (r *Row) size() int {
	n := len(r.Raw)
	for _, cell := range r.Cells {
		n += len(cell)
	}
	return n
}

// A Fault is why a row or a cell is not taken.
type Fault struct {
	Column string // "" for the row as a whole
	Reason string // message id
	Args   map[string]any
}

// faulty returns a row that cannot be read, with the beginning of its text.
func faulty(line int, text []byte, f *Fault) Row {
	raw := strings.ToValidUTF8(string(text[:min(len(text), maxRaw)]), "\ufffd")
	return Row{Line: line, Raw: strings.TrimRight(raw, "\r\n"), Fault: f}
}

// newReader returns the reader of a file, and its character set, "" for one
// that has none.
func newReader(m *Map, file io.Reader, o *Options) (Reader, string, error) {
	f := o.Format
	if f == "" {
		f = m.Format
	}
	if f == "" {
		f = CSV
	}
	if f == XLSX {
		x, err := newXLSX(file, o.Size)
		return x, "", err
	}
	label := o.Charset
	if label == "" {
		label = m.Charset
	}
	t, err := openText(file, label, f)
	if err != nil {
		return nil, "", err
	}
	if f == JSONL {
		return newJSONL(t, append(m.columns(), m.openColumns(o.Organisation, o.Source)...)), t.charset, nil
	}
	comma := ','
	if m.Separator != "" {
		comma = rune(m.Separator[0])
	}
	return newCSV(t, comma), t.charset, nil
}
