package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// CausedBy returns the entries of a subject that a cause led to, oldest first.
// Those of an erased subject come unopened.
func (db *DB) CausedBy(ctx context.Context, subject id.Subject, cause string) ([]ledger.Happening, error) {
	key, err := db.ring.Subject(ctx, subject)
	if err != nil && !errors.Is(err, errs.Gone) {
		return nil, err
	}
	var all []ledger.Happening
	err = db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			e, err := scanEntry(rows)
			h := ledger.Happening{Entry: e}
			if err == nil && key != nil && len(e.Payload) > 0 {
				h.Payload, err = key.Open(e.Payload, entryPlace(e.ID))
			}
			all = append(all, h)
			return err
		}, "select"+entryColumns+" from ledger_entries where lane = $1 and subject = $2 and cause = $3 order by version",
			db.lane(subject), subject, cause)
	})
	return all, err
}

// Proof returns the first checkpoint that covers an entry as it was signed, and
// the joints of the entries between. errs.NotFound while none covers it.
func (db *DB) Proof(ctx context.Context, e *ledger.Entry, open func([]byte) (*ledger.Checkpoint, error)) (signed []byte, joints []ledger.Joint, err error) {
	var text string
	cp, err := db.SealedBy(ctx, e.Lane, e.Seq, open)
	if err != nil {
		return nil, nil, err
	}
	err = db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select signed from checkpoints where number = $1", []any{cp.Number}, &text)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("checkpoint %d: %w", cp.Number, err)
	}
	err = db.Ledger(ctx, func(source ledger.Source) error {
		joints = nil
		between := int(cp.Head(e.Lane).Seq - e.Seq)
		if between == 0 {
			return nil
		}
		entries, err := source.EntriesAfter(ctx, e.Lane, e.Seq, between)
		for i := range entries {
			j, err := entries[i].Joint()
			if err != nil {
				return err
			}
			joints = append(joints, j)
		}
		return err
	})
	return []byte(text), joints, err
}
