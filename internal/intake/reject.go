package intake

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
)

// The columns that a file of rejected rows has beside those of the source.
const (
	rejectedLine    = "rejected_line"
	rejectedBecause = "rejected_because"
	rejectedRow     = "rejected_row"
)

// A rejectFile holds the refused rows as they were in the source, as CSV in
// UTF-8 whatever the source was, with three more columns: the line, the reason,
// and the row as it was where it could not be taken apart. The rows can be put
// right there and imported again with the same map; one that was not put right
// is refused again. It begins with a byte order mark, by which spreadsheets and
// maps of other character sets know what it is in.
//
// The rows hold personal data. Their cells are not guarded against
// spreadsheets that run formulas: guarding would change the rows.
type rejectFile struct {
	out     *written
	w       *csv.Writer
	header  []string
	explain func(Reject) string
	dirty   bool
}

// A written counts what is written.
type written struct {
	w io.Writer
	n int64
}

func (w *written) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	w.n += int64(n)
	return n, err
}

// A file is what a rejectFile has to be written to for an import that can be
// gone on with.
type file interface {
	io.Seeker
	Truncate(size int64) error
	Sync() error
}

func newRejectFile(w io.Writer, comma string, explain func(Reject) string) *rejectFile {
	if w == nil {
		return nil
	}
	out := &written{w: w}
	f := &rejectFile{out: out, w: csv.NewWriter(out), explain: explain}
	if comma != "" {
		f.w.Comma = rune(comma[0])
	}
	if explain == nil {
		f.explain = func(r Reject) string { return r.Reason }
	}
	return f
}

// goOn goes on after what was written before, or anew with 0. It is false when
// the file is not as it was left.
func (f *rejectFile) goOn(size int64) (ok bool, err error) {
	if f == nil {
		return size == 0, nil
	}
	to, ok := f.out.w.(file)
	if !ok {
		return size == 0, nil
	}
	end, err := to.Seek(0, io.SeekEnd)
	if err != nil || end < size {
		return false, err
	}
	if err := to.Truncate(size); err != nil {
		return false, fmt.Errorf("write rejected rows: %w", err)
	}
	f.out.n, err = to.Seek(size, io.SeekStart)
	return err == nil, err
}

// add writes row with its fault.
func (f *rejectFile) add(row *Row, fault Fault) error {
	if f == nil {
		return nil
	}
	if f.out.n == 0 && !f.dirty {
		if _, err := io.WriteString(f.out, "\ufeff"); err != nil {
			return fmt.Errorf("write rejected rows: %w", err)
		}
		if err := f.w.Write(append(f.header[:len(f.header):len(f.header)], rejectedLine, rejectedBecause, rejectedRow)); err != nil {
			return fmt.Errorf("write rejected rows: %w", err)
		}
	}
	f.dirty = true
	cells := make([]string, len(f.header), len(f.header)+3)
	copy(cells, row.Cells)
	cells = append(cells, strconv.Itoa(row.Line), f.explain(Reject{Line: row.Line, Fault: fault}), row.Raw)
	if err := f.w.Write(cells); err != nil {
		return fmt.Errorf("write rejected rows: %w", err)
	}
	return nil
}

// sync has all rows on disk, and returns how long the file is.
func (f *rejectFile) sync() (size int64, err error) {
	if f == nil {
		return 0, nil
	}
	f.w.Flush()
	if err = f.w.Error(); err == nil && f.dirty {
		f.dirty = false
		if to, ok := f.out.w.(file); ok {
			err = to.Sync()
		}
	}
	if err != nil {
		return 0, fmt.Errorf("write rejected rows: %w", err)
	}
	return f.out.n, nil
}
