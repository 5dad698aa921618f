package intake

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"
)

// A Report says what an import did. It names lines and columns of the file and
// no contents.
type Report struct {
	Map     string
	Charset string // that the file was read in; "" for one that has none

	Rows      int // that the file has, the header not counted
	Created   int
	Changed   int
	Unchanged int
	Refused   int // rows set aside
	Warnings  int // rows and cells that were taken only in part

	// Rejects and Notes name the refused rows and the warnings in the order of
	// the file, up to MaxNamed of each.
	Rejects []Reject
	Notes   []Reject

	Unread  []string // columns of the file that the map does not know
	Missing []string // columns of the map, none of them required, that the file does not have
	LeftOut []string // fields and purposes of the map that the organisation has no place for

	Bytes   int64
	Elapsed time.Duration
}

// MaxNamed is how many rejects and how many notes a Report keeps. The file of
// rejected rows has all.
const MaxNamed = 1000

// A Reject names a row or a cell that was not taken, and why.
type Reject struct {
	Line int
	Fault
}

// count counts what became of an item, and returns the fault of one that the
// sink did not take.
func (r *Report) count(line int, o Outcome) *Fault {
	switch o.Result {
	case Created:
		r.Created++
	case Changed:
		r.Changed++
	case Unchanged:
		r.Unchanged++
	case Rejected:
		return &Fault{Reason: o.Reason}
	}
	if o.Reason != "" {
		r.warn(line, Fault{Reason: o.Reason})
	}
	return nil
}

func (r *Report) refuse(line int, f Fault) {
	r.Refused++
	if len(r.Rejects) < MaxNamed {
		r.Rejects = append(r.Rejects, Reject{Line: line, Fault: f})
	}
}

func (r *Report) warn(line int, f Fault) {
	r.Warnings++
	if len(r.Notes) < MaxNamed {
		r.Notes = append(r.Notes, Reject{Line: line, Fault: f})
	}
}

// The columns that a file of rejected rows has beside those of the source.
const (
	rejectedLine    = "rejected_line"
	rejectedBecause = "rejected_because"
	rejectedRow     = "rejected_row"
)

// A rejectFile holds the refused rows as they were in the source, with three
// more columns: the line, the reason, and the row as it was where it could not
// be taken apart. The rows can be put right there and imported again; one that
// was not put right is refused again. It is made with the first of them.
//
// The rows hold personal data. Their cells are not guarded against
// spreadsheets that run formulas: guarding would change the rows.
type rejectFile struct {
	w       *csv.Writer
	header  []string
	explain func(Reject) string
	begun   bool
}

func newRejectFile(w io.Writer, comma string, explain func(Reject) string) *rejectFile {
	if w == nil {
		return nil
	}
	f := &rejectFile{w: csv.NewWriter(w), explain: explain}
	if comma != "" {
		f.w.Comma = rune(comma[0])
	}
	if explain == nil {
		f.explain = func(r Reject) string { return r.Reason }
	}
	return f
}

// add writes row with its fault.
func (f *rejectFile) add(row *Row, fault Fault) error {
	if f == nil {
		return nil
	}
	if !f.begun {
		f.begun = true
		if err := f.w.Write(append(f.header[:len(f.header):len(f.header)], rejectedLine, rejectedBecause, rejectedRow)); err != nil {
			return fmt.Errorf("write rejected rows: %w", err)
		}
	}
	cells := make([]string, len(f.header), len(f.header)+3)
	copy(cells, row.Cells)
	cells = append(cells, strconv.Itoa(row.Line), f.explain(Reject{Line: row.Line, Fault: fault}), row.Raw)
	if err := f.w.Write(cells); err != nil {
		return fmt.Errorf("write rejected rows: %w", err)
	}
	return nil
}

func (f *rejectFile) flush() error {
	if f == nil {
		return nil
	}
	f.w.Flush()
	if err := f.w.Error(); err != nil {
		return fmt.Errorf("write rejected rows: %w", err)
	}
	return nil
}
