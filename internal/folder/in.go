package folder

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"livingprofile/internal/table"
)

// Suffix is what the names of files end in that are taken.
const Suffix = ".csv"

// The bounds of one file.
const (
	maxFile    = 16 << 20
	maxRows    = 20_000
	maxColumns = 200
)

// quiet is how long a file has to be left alone before it is taken to be whole.
const quiet = 10 * time.Second

// Keep is how long files are kept that were taken or refused.
const Keep = 7 * 24 * time.Hour

// A Fault is why a file is refused as a whole, a code.
type Fault string

// Error returns the code.
func (f Fault) Error() string { return string(f) }

// The faults.
const (
	TooLong     Fault = "too_long"
	NotText     Fault = "not_utf8"      // or holds what no text does
	NotCSV      Fault = "no_csv"        // broken quotes, or rows of other lengths
	NoColumns   Fault = "no_columns"    // no first row that names each column once
	TooMany     Fault = "too_many_rows" // or columns
	NotFinished Fault = "not_finished"  // it is being written: not refused, but left alone
)

// A Sheet is a file that was read to its end.
type Sheet struct {
	Name    string
	Digest  string // of what it says, by which the same file is known
	Columns []string
	Rows    [][]string
}

// Arrived lists the files that were put there and are whole, by name: they are
// ordinary files called *.csv that nobody has written to for a while. Names that
// begin with a dot are those of files on their way.
func (f *Folder) Arrived(now time.Time) ([]string, error) {
	all, err := f.names(In)
	if err != nil {
		return nil, err
	}
	return slices.Sorted(func(yield func(string) bool) {
		for _, name := range all {
			if strings.HasPrefix(name, ".") || !strings.HasSuffix(strings.ToLower(name), Suffix) {
				continue
			}
			is, err := f.root.Lstat(filepath.Join(In, name))
			if err == nil && is.Mode().IsRegular() && now.Sub(is.ModTime()).Abs() >= quiet && !yield(name) {
				return
			}
		}
	}), nil
}

// Read reads a file that has arrived. The error is a Fault when the file is the
// reason.
func (f *Folder) Read(name string) (*Sheet, error) {
	from, err := f.root.Open(filepath.Join(In, name))
	if err != nil {
		return nil, fmt.Errorf("read a file: %w", err)
	}
	before, err := from.Stat()
	var text []byte
	if err == nil {
		text, err = io.ReadAll(io.LimitReader(from, maxFile+1))
	}
	var after fs.FileInfo
	if err == nil {
		after, err = from.Stat()
	}
	if err = errors.Join(err, from.Close()); err != nil {
		return nil, fmt.Errorf("read a file: %w", err)
	}
	switch {
	case len(text) > maxFile:
		return nil, TooLong
	case before.Size() != after.Size(), !before.ModTime().Equal(after.ModTime()), int64(len(text)) != after.Size():
		return nil, NotFinished
	}
	s, err := parse(text)
	if err != nil {
		return nil, err
	}
	s.Name = name
	return s, nil
}

// parse reads CSV in UTF-8 (RFC 4180).
func parse(text []byte) (*Sheet, error) {
	digest := sha256.Sum256(text)
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return nil, NotText
	}
	r := csv.NewReader(bytes.NewReader(text))
	s := &Sheet{Digest: hex.EncodeToString(digest[:16])}
	for {
		cells, err := r.Read()
		switch {
		case errors.Is(err, io.EOF) && s.Columns == nil:
			return nil, NoColumns
		case errors.Is(err, io.EOF):
			return s, nil
		case err != nil:
			return nil, NotCSV
		case len(cells) > maxColumns, len(s.Rows) >= maxRows:
			return nil, TooMany
		case s.Columns == nil:
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			if named := slices.Compact(slices.Sorted(slices.Values(cells))); len(named) != len(cells) || named[0] == "" {
				return nil, NoColumns
			}
			s.Columns = cells
			continue
		}
		s.Rows = append(s.Rows, cells)
	}
}

// stamped is the name that a file has when it was dealt with at now.
func stamped(now time.Time, name string) string { return now.UTC().Format(stamp) + "-" + name }

const stamp = "20060102T150405Z"

// Take puts a file away that was taken. What was refused of it is written as a
// file with the rows, guarded as ours are, and one more column; it can be mended
// and sent again. why names the reason by row.
func (f *Folder) Take(s *Sheet, why map[int]string, now time.Time) error {
	if len(why) > 0 {
		var b bytes.Buffer
		t := table.New(&b)
		_ = t.Row(append(slices.Clone(s.Columns), "refused_because")...) // a buffer takes all
		for i, row := range s.Rows {
			if reason, is := why[i]; is {
				_ = t.Row(append(slices.Clone(row), reason)...)
			}
		}
		_ = t.Flush()
		if err := f.write(Refused, stamped(now, s.Name), b.Bytes()); err != nil {
			return err
		}
	}
	return f.away(s.Name, Done, now)
}

// Refuse puts a file away of which nothing was taken, beside a text that says
// why.
func (f *Folder) Refuse(name string, why Fault, now time.Time) error {
	if err := f.write(Refused, stamped(now, name)+".txt", []byte(string(why)+"\n")); err != nil {
		return err
	}
	return f.away(name, Refused, now)
}

func (f *Folder) away(name, to string, now time.Time) error {
	if err := f.root.Rename(filepath.Join(In, name), filepath.Join(to, stamped(now, name))); err != nil {
		return fmt.Errorf("put a file away: %w", err)
	}
	return errors.Join(f.sync(In), f.sync(to))
}

// Sweep deletes what was put away longer ago than Keep, and what a process that
// died left half written.
func (f *Folder) Sweep(now time.Time) error {
	for _, in := range [...]string{Out, Done, Refused} {
		all, err := f.names(in)
		if err != nil {
			return err
		}
		for _, name := range all {
			if !f.over(in, name, now) {
				continue
			}
			if err := f.root.Remove(filepath.Join(in, name)); err != nil && !gone(err) {
				return fmt.Errorf("delete what was put away: %w", err)
			}
		}
	}
	return nil
}

// over reports whether Sweep deletes a file.
func (f *Folder) over(in, name string, now time.Time) bool {
	if strings.HasPrefix(name, ".") && strings.HasSuffix(name, partSuffix) {
		is, err := f.root.Lstat(filepath.Join(in, name))
		return err == nil && now.Sub(is.ModTime()) > time.Hour
	}
	at, err := time.Parse(stamp, name[:min(len(name), len(stamp))])
	return in != Out && err == nil && now.Sub(at) >= Keep
}

func gone(err error) bool { return errors.Is(err, os.ErrNotExist) }
