package intake

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"livingprofile/internal/errs"
)

// Positions keeps how far imports are that have not come to their end.
type Positions interface {
	// Position returns what was kept under a digest; errs.NotFound for nothing.
	Position(ctx context.Context, digest [32]byte) ([]byte, error)
	// KeepPosition keeps a position instead of the one before.
	KeepPosition(ctx context.Context, digest [32]byte, position []byte) error
	// DropPosition forgets it. It is no error when there is none.
	DropPosition(ctx context.Context, digest [32]byte) error
}

// A Position is how far an import is: what it has counted and named until then.
// It is kept when a batch is done, so that an import that was cut off does not
// begin anew. What was done of the batch after it is done again, and changes
// nothing.
type Position struct {
	Rows     int      `json:"rows"` // that are done
	Created  int      `json:"created,omitempty"`
	Merged   int      `json:"merged,omitempty"`
	Changed  int      `json:"changed,omitempty"`
	Same     int      `json:"same,omitempty"`
	Refused  int      `json:"refused,omitempty"`
	Warnings int      `json:"warnings,omitempty"`
	Rejects  []Reject `json:"rejects,omitempty"`
	Notes    []Reject `json:"notes,omitempty"`
	// Written is how long the file of rejected rows is.
	Written int64 `json:"written,omitempty"`
}

// Digest names an import: the contents of the file, and everything that says
// what they mean. An import is gone on with only when nothing of it is
// different, and begins anew else. parts may be anything in which two imports
// differ.
func Digest(file io.Reader, m *Map, parts ...string) ([32]byte, error) {
	h := sha256.New()
	for _, p := range append([]string{string(m.text)}, parts...) {
		_ = binary.Write(h, binary.BigEndian, int64(len(p))) // a hash takes everything
		_, _ = io.WriteString(h, p)
	}
	if _, err := io.Copy(h, file); err != nil {
		return [32]byte{}, fmt.Errorf("read file: %w", err)
	}
	return [32]byte(h.Sum(nil)), nil
}

// resume goes on from a position that was kept, where there is one that fits,
// and begins anew else.
func (im *run) resume(ctx context.Context) error {
	p, err := im.position(ctx)
	if err != nil {
		return err
	}
	ok, err := im.rejects.goOn(p.Written)
	if err == nil && !ok {
		// Somebody took the file of rejected rows away: it has to be made anew,
		// which only the whole import can do.
		p = Position{}
		_, err = im.rejects.goOn(0)
	}
	if err != nil {
		return err
	}
	r := im.report
	r.Resumed, r.Rows = p.Rows, p.Rows
	r.Created, r.Merged, r.Changed, r.Unchanged = p.Created, p.Merged, p.Changed, p.Same
	r.Refused, r.Warnings, r.Rejects, r.Notes = p.Refused, p.Warnings, p.Rejects, p.Notes
	for range p.Rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := im.reader.Next(); err != nil {
			return fmt.Errorf("go on after row %d: %w", p.Rows, err)
		}
	}
	im.skipped = im.reader.Bytes()
	return nil
}

// position returns what was kept, the zero Position for nothing.
func (im *run) position(ctx context.Context) (p Position, err error) {
	if im.o.Positions == nil {
		return p, nil
	}
	body, err := im.o.Positions.Position(ctx, im.o.Digest)
	if errors.Is(err, errs.NotFound) {
		return p, nil
	}
	if err == nil {
		err = json.Unmarshal(body, &p)
	}
	if err != nil {
		err = fmt.Errorf("look where the import was cut off: %w", err)
	}
	return p, err
}

// keep keeps the position after a batch; what it names is on disk by then.
func (im *run) keep(ctx context.Context) error {
	if im.o.Positions == nil {
		return nil
	}
	written, err := im.rejects.sync()
	if err != nil {
		return err
	}
	r := im.report
	body, err := json.Marshal(Position{
		Rows: r.Rows, Created: r.Created, Merged: r.Merged, Changed: r.Changed, Same: r.Unchanged,
		Refused: r.Refused, Warnings: r.Warnings, Rejects: r.Rejects, Notes: r.Notes, Written: written,
	})
	if err != nil {
		return err
	}
	return im.o.Positions.KeepPosition(ctx, im.o.Digest, body)
}

// drop forgets the position of an import that has come to its end.
func (im *run) drop(ctx context.Context) error {
	if im.o.Positions == nil {
		return nil
	}
	return im.o.Positions.DropPosition(ctx, im.o.Digest)
}
