package pull

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"livingprofile/internal/folder"
	"livingprofile/internal/table"
)

// The members of a row beside its columns: what is in the file, as a digest, and
// which row of it this is.
const (
	memberFile = "@file"
	memberRow  = "@row"
)

// rowsAtOnce is how many rows are taken in one transaction.
const rowsAtOnce = 250

// files takes what a system has put into its folder. A file is read to its end
// before anything of it counts. What dies after that takes the file again: each
// row has an id, by which what was taken has no second effect.
func (p *Puller) files(ctx context.Context, f *Feed, at Position) (Position, error) {
	now := p.Clock.Now()
	dir, err := p.Folders.Open(at.System)
	if err != nil {
		p.Log.Warn("the folder of a system cannot be used", "system", at.System, "error", err)
		return at, stop("no_folder")
	}
	defer dir.Close()
	names, err := dir.Arrived(now)
	if err != nil {
		return at, err
	}
	for _, name := range names {
		if at, err = p.file(ctx, f, dir, at, name); err != nil {
			return at, err
		}
	}
	if len(names) == 0 {
		err = p.Store.KeepPull(ctx, p.read(f, at))
	}
	return at, errors.Join(err, dir.Sweep(now))
}

// read is the place after something of a folder was read.
func (p *Puller) read(f *Feed, at Position) Position {
	now := p.Clock.Now()
	return at.done("", "", now.Add(f.Every), now)
}

// file takes one file and puts it away.
func (p *Puller) file(ctx context.Context, f *Feed, dir *folder.Folder, at Position, name string) (Position, error) {
	sheet, err := dir.Read(name)
	var fault folder.Fault
	switch {
	case errors.Is(err, folder.NotFinished):
		return at, nil
	case errors.As(err, &fault):
		p.Log.Warn("a file of a system was refused", "system", at.System, "cause", string(fault))
		kept := p.read(f, at)
		kept.Refused++
		if err := p.Store.KeepPull(ctx, kept); err != nil {
			return at, err
		}
		err = p.Refuse(ctx, at.System, string(fault), 1)
		return kept, errors.Join(err, dir.Refuse(name, fault, p.Clock.Now()))
	case err != nil:
		return at, err
	}
	why, silent := map[int]string{}, 0
	for from := 0; from < len(sheet.Rows) || from == 0; from += rowsAtOnce {
		var changes []json.RawMessage
		var rows []int // that a change is of
		for i := from; i < min(from+rowsAtOnce, len(sheet.Rows)); i++ {
			some, err := f.Map.Changes(record(sheet, i))
			if err != nil || len(some) == 0 {
				why[i] = saysNothing
				at.Refused, silent = at.Refused+1, silent+1
				continue
			}
			for range some {
				rows = append(rows, i)
			}
			changes = append(changes, some...)
		}
		kept, refused, err := p.Take(ctx, at.System, changes, p.read(f, at))
		if err != nil {
			return at, err
		}
		for change, reason := range refused {
			why[rows[change]] = reason
		}
		at = kept
	}
	if silent > 0 {
		if err := p.Refuse(ctx, at.System, saysNothing, silent); err != nil {
			return at, err
		}
	}
	return at, dir.Take(sheet, why, p.Clock.Now())
}

// saysNothing is why a row is refused of which the map makes no change.
const saysNothing = "says_nothing"

// record is a row as a map reads it. An empty cell says nothing.
func record(s *folder.Sheet, row int) json.RawMessage {
	all := map[string]string{memberFile: s.Digest, memberRow: strconv.Itoa(row + 1)}
	for i, cell := range s.Rows[row] {
		if cell = table.Plain(cell); cell != "" {
			all[s.Columns[i]] = cell
		}
	}
	b, _ := json.Marshal(all) // words always can be
	return b
}
