package intake

import "io"

// A Reader reads the rows of a file of one format. It is used by one goroutine.
type Reader interface {
	// Header returns the names of the columns. It is called once, first. An
	// Invalid error says why the file is refused.
	Header() ([]string, error)
	// Next returns the next row, or io.EOF. A row that cannot be read comes
	// with its Fault and does not end the file; any other error does.
	Next() (Row, error)
	// Bytes returns how much of the file was read.
	Bytes() int64
}

// A Row is one record of a file.
type Row struct {
	Line  int      // where it begins; the header is line 1
	Cells []string // as many as the header has, unless there is a Fault
	Fault *Fault   // nil for a row that can be read
	Raw   string   // the row as it was, where it has no Cells
}

// A Fault is why a row or a cell is not taken.
type Fault struct {
	Column string // "" for the row as a whole
	Reason string // message id
	Args   map[string]any
}

// newReader returns the reader of the map's format for file.
func newReader(m *Map, file io.Reader) Reader {
	comma := ','
	if m.Separator != "" {
		comma = rune(m.Separator[0])
	}
	return newCSV(file, comma)
}
