package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

// subjectBatch is how many subjects are looked at in one reading.
const subjectBatch = 500

// CheckStates tells whether what is held of each active subject is what ledger
// and records add up to: the consent state is the fold of the consent records
// (invariant 1), and the version is that of the last entry. It calls fault for
// each subject where it is not, and returns how many subjects it looked at.
//
// A subject that changes while it is looked at is looked at again.
func (db *DB) CheckStates(ctx context.Context, fault func(ledger.Fault)) (int, error) {
	looked := 0
	for lane := range db.lanes {
		for after := id.Subject(""); ; {
			batch, err := db.subjectsAfter(ctx, lane, after)
			if err != nil {
				return looked, err
			}
			if len(batch) == 0 {
				break
			}
			for _, s := range batch {
				if err := db.checkState(ctx, lane, s, fault); err != nil {
					return looked, err
				}
				looked++
			}
			after = batch[len(batch)-1]
		}
	}
	return looked, nil
}

func (db *DB) subjectsAfter(ctx context.Context, lane int, after id.Subject) ([]id.Subject, error) {
	var batch []id.Subject
	err := db.main.read(ctx, func(c conn) error {
		batch = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var s id.Subject
			err := rows.Scan(&s)
			batch = append(batch, s)
			return err
		}, "select id from subjects where lane = $1 and id > $2 and state = $3 order by id limit $4",
			lane, after, identity.Active, subjectBatch)
	})
	return batch, err
}

func (db *DB) checkState(ctx context.Context, lane int, s id.Subject, fault func(ledger.Fault)) error {
	for {
		f, err := db.Held(ctx, s)
		switch {
		case errors.Is(err, errs.NotFound), errors.Is(err, errs.Gone):
			return nil // erased in this moment
		case err != nil:
			fault(ledger.Fault{Lane: lane, EntryID: string(s), What: "what is held of the subject does not open"})
			return nil
		}
		records, err := db.Records(ctx, s, "")
		if err != nil {
			fault(ledger.Fault{Lane: lane, EntryID: string(s), What: "the consent records of the subject do not open"})
			return nil
		}
		last, err := db.lastVersion(ctx, s)
		if err != nil {
			return err
		}
		again, err := db.Subject(ctx, s)
		if err != nil {
			return err
		}
		if again.Version != f.Version {
			continue
		}
		if last != f.Version {
			fault(ledger.Fault{Lane: lane, EntryID: string(s), What: fmt.Sprintf("the subject is at version %d, its last entry at %d", f.Version, last)})
		}
		if !sameState(f.Consents, consent.Fold(records)) {
			fault(ledger.Fault{Lane: lane, EntryID: string(s), What: "the consent state is not what the records add up to"})
		}
		return nil
	}
}

func (db *DB) lastVersion(ctx context.Context, s id.Subject) (version int64, err error) {
	err = db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select coalesce(max(version), 0) from ledger_entries where lane = $1 and subject = $2",
			[]any{db.lane(s), s}, &version)
	})
	return version, err
}

func sameState(a, b consent.State) bool {
	ja, errA := json.Marshal(a)
	jb, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(ja, jb)
}
