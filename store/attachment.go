package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
)

// An attachmentLabel is what a row of attachments has sealed beside the file.
type attachmentLabel struct {
	Name string           `json:"name"`
	Type string           `json:"type"`
	By   ledger.ActorKind `json:"by"`
	Step int              `json:"step"`
}

func attachmentPlace(file, column string) keyring.Place {
	return keyring.Place{Table: "attachments", Row: file, Column: column}
}

func attachmentWrite(p *preparedChange, key *keyring.DataKey, a *rights.Attachment) ([]write, error) {
	label, err := json.Marshal(attachmentLabel{a.Name, a.Type, a.By, a.Step})
	if err != nil {
		return nil, fmt.Errorf("attachment: %w", err)
	}
	return []write{{
		query: `
			insert into attachments (lane, id, subject, request, size, at, label, body)
			values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		args: []any{
			p.lane, a.ID, p.Subject, a.Request, a.Size, micros(a.At),
			key.Seal(nil, label, attachmentPlace(a.ID, "label")), key.Seal(nil, a.Body, attachmentPlace(a.ID, "body")),
		},
	}}, nil
}

// Attachments returns the files that were added to the requests of a subject,
// oldest first, without their content.
func (db *DB) Attachments(ctx context.Context, subject id.Subject) ([]rights.Attachment, error) {
	key, err := db.ring.Subject(ctx, subject)
	if err != nil {
		return nil, err
	}
	var all []rights.Attachment
	err = db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var a rights.Attachment
			var at int64
			var label []byte
			if err := rows.Scan(&a.ID, &a.Request, &a.Size, &at, &label); err != nil {
				return err
			}
			a.At = fromMicros(at)
			err := openLabel(key, &a, label)
			all = append(all, a)
			return err
		}, `
			select id, request, size, at, label
			from attachments
			where lane = $1 and subject = $2
			order by at, id`, db.lane(subject), subject)
	})
	return all, err
}

// Attachment opens a file of a request; errs.NotFound for none.
func (db *DB) Attachment(ctx context.Context, subject id.Subject, file string) (rights.Attachment, error) {
	a := rights.Attachment{ID: file}
	key, err := db.ring.Subject(ctx, subject)
	if err != nil {
		return a, err
	}
	var at int64
	var label, body []byte
	err = db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select request, size, at, label, body from attachments where lane = $1 and subject = $2 and id = $3",
			[]any{db.lane(subject), subject, file}, &a.Request, &a.Size, &at, &label, &body)
	})
	if isKind(err, errs.NotFound) {
		err = errs.New(errs.NotFound, "attachment.error.gone")
	}
	if err != nil {
		return a, err
	}
	a.At = fromMicros(at)
	if err := openLabel(key, &a, label); err != nil {
		return a, err
	}
	if a.Body, err = key.Open(body, attachmentPlace(file, "body")); err != nil {
		return a, fmt.Errorf("attachment %s: %w", file, err)
	}
	return a, nil
}

func openLabel(key *keyring.DataKey, a *rights.Attachment, sealed []byte) error {
	plain, err := key.Open(sealed, attachmentPlace(a.ID, "label"))
	var l attachmentLabel
	if err == nil {
		err = json.Unmarshal(plain, &l)
	}
	if err != nil {
		return fmt.Errorf("attachment %s: %w", a.ID, err)
	}
	a.Name, a.Type, a.By, a.Step = l.Name, l.Type, l.By, l.Step
	return nil
}

// SweepAttachments deletes the files of requests that ended long ago.
func (db *DB) SweepAttachments(ctx context.Context, now time.Time) error {
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, `
			delete from attachments
			where exists (
				select 1 from requests r
				where r.lane = attachments.lane and r.id = attachments.request
					and r.closed_at > 0 and r.closed_at <= $1)`, micros(now.Add(-rights.AttachmentLife)))
		return err
	})
}
