package store

import (
	"context"
	"database/sql"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
)

// Organisation returns the newest declaration; errs.NotFound before the first.
func (db *DB) Organisation(ctx context.Context) (*organisation.Organisation, error) {
	var body []byte
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select body from organisations order by revision desc limit 1", nil, &body)
	})
	if err != nil {
		return nil, err
	}
	return organisation.Decode(body)
}

// Revision returns the number of the newest declaration, 0 before the first.
func (db *DB) Revision(ctx context.Context) (n int64, err error) {
	err = db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select coalesce(max(revision), 0) from organisations", nil, &n)
	})
	return n, err
}

// Declare writes the next declaration with its notices. errs.Conflict means
// that another was written since the one it was worked out from.
func (db *DB) Declare(ctx context.Context, next *organisation.Organisation, c ledger.Change) error {
	body, err := organisation.Encode(next)
	if err != nil {
		return err
	}
	c.Subject, c.Base = "", 0
	c.Rows = append(c.Rows, declaration{next.Revision, body}, organisation.Notices(next))
	_, err = db.Commit(ctx, c)
	return err
}

// A declaration is one row of organisations.
type declaration struct {
	revision int64
	body     []byte
}

func declarationWrite(p *preparedChange, d declaration) write {
	return write{
		query: `
			insert into organisations (revision, body, applied_at)
			values ($1, $2, $3)`,
		args: []any{d.revision, d.body, micros(p.At)},
	}
}

func noticeWrites(notices []consent.Notice) []write {
	var all []write
	for _, n := range notices {
		all = append(all, write{
			query: `
				insert into notices (hash, purpose, version, locale, body)
				values ($1, $2, $3, $4, $5)
				on conflict (hash, purpose, version, locale) do nothing`,
			args: []any{n.Hash, n.Purpose, n.Version, n.Locale, n.Body},
		})
	}
	return all
}

// Notice returns words that were shown, by their hash.
func (db *DB) Notice(ctx context.Context, hash string) (consent.Notice, error) {
	n := consent.Notice{Hash: hash}
	found := false
	err := db.main.read(ctx, func(c conn) error {
		return c.each(ctx, func(rows *sql.Rows) error {
			found = true
			return rows.Scan(&n.Purpose, &n.Version, &n.Locale, &n.Body)
		}, "select purpose, version, locale, body from notices where hash = $1 order by version limit 1", hash)
	})
	if err == nil && !found {
		err = errs.NotFound
	}
	return n, err
}
