package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/organisation"
)

// PurposeDrafts returns the drafts of purposes, by purpose.
func (db *DB) PurposeDrafts(ctx context.Context) (map[consent.PurposeID]organisation.PurposeDraft, error) {
	var all map[consent.PurposeID]organisation.PurposeDraft
	err := db.main.read(ctx, func(c conn) error {
		all = map[consent.PurposeID]organisation.PurposeDraft{}
		return c.each(ctx, func(rows *sql.Rows) error {
			var body []byte
			if err := rows.Scan(&body); err != nil {
				return err
			}
			var d organisation.PurposeDraft
			if err := json.Unmarshal(body, &d); err != nil {
				return fmt.Errorf("draft of a purpose: %w", err)
			}
			all[d.Purpose] = d
			return nil
		}, "select body from purpose_drafts")
	})
	return all, err
}

// SavePurposeDraft keeps d, and gives it its At. was is that of the draft which
// d takes the place of, the zero time for none: errs.Conflict means that there
// is another by now.
func (db *DB) SavePurposeDraft(ctx context.Context, d *organisation.PurposeDraft, was time.Time) error {
	d.At = db.Clock().Now().UTC().Truncate(time.Microsecond)
	if !d.At.After(was) {
		d.At = was.Add(time.Microsecond)
	}
	body, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("draft of %s: %w", d.Purpose, err)
	}
	return db.changeDraft(ctx, `
		insert into purpose_drafts (purpose, at, body)
		values ($1, $2, $3)
		on conflict (purpose) do update
		set at = excluded.at, body = excluded.body
		where purpose_drafts.at = $4`, d.Purpose, micros(d.At), body, micros(was))
}

// DropPurposeDraft throws a draft away; errs.Conflict when it is another than
// that of a time.
func (db *DB) DropPurposeDraft(ctx context.Context, purpose consent.PurposeID, at time.Time) error {
	return db.changeDraft(ctx, "delete from purpose_drafts where purpose = $1 and at = $2", purpose, micros(at))
}

func (db *DB) changeDraft(ctx context.Context, query string, args ...any) error {
	return db.main.update(ctx, func(c conn) error {
		n, err := c.exec(ctx, query, args...)
		if err == nil && n == 0 {
			err = errs.New(errs.Conflict, "error.conflict")
		}
		return err
	})
}

func draftPublishedWrite(d organisation.DraftPublished) write {
	return write{
		query:  "delete from purpose_drafts where purpose = $1 and at = $2",
		args:   []any{d.Purpose, micros(d.At)},
		missed: errs.New(errs.Conflict, "error.conflict"),
	}
}
