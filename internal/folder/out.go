package folder

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"livingprofile/internal/table"
)

// MostUnfetched is how many files may wait to be fetched. A system that fetches
// none is told no more, and what it should be told waits where it is sealed.
const MostUnfetched = 10_000

// ErrFull is that of a system which fetches nothing.
var ErrFull = errors.New("too many files wait to be fetched")

// A Row is what a system is told of one person at once.
type Row struct {
	About   string // the system's own name of them
	Version int64  // of them: the higher one says what holds
	Columns []string
	Cells   []string
}

// Put lays a row down as a file of its own, and deletes what waits there about
// the same person and is older: it says all that holds, and what was told before
// may be what the system may not have any more. Cells that a spreadsheet would
// run are guarded.
func (f *Folder) Put(r *Row) error {
	var b bytes.Buffer
	t := table.New(&b)
	if err := errors.Join(t.Row(r.Columns...), t.Row(r.Cells...), t.Flush()); err != nil {
		return fmt.Errorf("write a row: %w", err)
	}
	name := fmt.Sprintf("%s-%012d%s", r.About, r.Version, Suffix)
	if err := f.write(Out, name, b.Bytes()); err != nil {
		return err
	}
	return f.settle(r.About+"-", name)
}

// settle leaves the newest of the files about one person, where name was just
// laid down. It looks afterwards: of two that are laid down at once, one sees
// both.
func (f *Folder) settle(about, name string) error {
	waiting, err := f.names(Out)
	if err != nil {
		return err
	}
	newest, older := name, []string(nil)
	for _, other := range waiting {
		switch {
		case !strings.HasPrefix(other, about) || other == newest:
		case other > newest:
			older, newest = append(older, newest), other
		default:
			older = append(older, other)
		}
	}
	full := len(waiting)-len(older) > MostUnfetched && newest == name
	if full {
		older = append(older, name)
	}
	for _, one := range older {
		if err := f.root.Remove(filepath.Join(Out, one)); err != nil && !gone(err) {
			return fmt.Errorf("delete a row: %w", err)
		}
	}
	if full {
		return ErrFull
	}
	return nil
}
