package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

// The kinds of ledger entry about API keys.
const (
	keyCreated   ledger.Kind = "apikey.created"
	keyShortened ledger.Kind = "apikey.shortened"
	keyRevoked   ledger.Kind = "apikey.revoked"
)

// A keyTrace is the payload of an entry about an API key.
type keyTrace struct {
	Key     authz.KeyID `json:"key"`
	Name    string      `json:"name,omitempty"`
	System  string      `json:"system,omitempty"`
	Brand   string      `json:"brand,omitempty"`
	Scopes  []string    `json:"scopes,omitempty"`
	Expires time.Time   `json:"expires,omitzero"`
}

func keyChange(by ledger.Actor, kind ledger.Kind, at time.Time, trace keyTrace, rows ...any) ledger.Change {
	return ledger.Change{
		At: at, Actor: by,
		Entries: []ledger.Draft{{Kind: kind, Payload: trace}}, Rows: rows,
	}
}

// SaveKey writes a new key.
func (db *DB) SaveKey(ctx context.Context, by ledger.Actor, k authz.APIKey) error {
	scopes := make([]string, len(k.Scopes))
	for i, s := range k.Scopes {
		scopes[i] = string(s)
	}
	_, err := db.Commit(ctx, keyChange(by, keyCreated, k.CreatedAt, keyTrace{
		Key: k.ID, Name: k.Name, System: k.System, Brand: k.Brand, Scopes: scopes, Expires: k.ExpiresAt,
	}, write{
		query: `
			insert into api_keys (
				id, hash, name, brand, system, scopes, fields,
				created_at, expires_at, revoked_at, last_used_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		args: []any{
			k.ID, k.Hash, k.Name, k.Brand, k.System, strings.Join(scopes, " "), strings.Join(k.Fields, " "),
			micros(k.CreatedAt), micros(k.ExpiresAt), micros(k.RevokedAt), micros(k.LastUsedAt),
		},
	}))
	return err
}

const keyColumns = `
	id, hash, name, brand, system, scopes, fields,
	created_at, expires_at, revoked_at, last_used_at`

func scanKey(rows *sql.Rows) (authz.APIKey, error) {
	var k authz.APIKey
	var scopes, fields string
	var created, expires, revoked, used int64
	err := rows.Scan(&k.ID, &k.Hash, &k.Name, &k.Brand, &k.System, &scopes, &fields, &created, &expires, &revoked, &used)
	for _, s := range strings.Fields(scopes) {
		k.Scopes = append(k.Scopes, authz.Permission(s))
	}
	k.Fields = strings.Fields(fields)
	if len(k.Fields) == 0 {
		k.Fields = nil
	}
	k.CreatedAt, k.ExpiresAt = fromMicros(created), fromMicros(expires)
	k.RevokedAt, k.LastUsedAt = fromMicros(revoked), fromMicros(used)
	return k, err
}

// Key returns a key, ended or not.
func (db *DB) Key(ctx context.Context, key authz.KeyID) (authz.APIKey, error) {
	all, err := db.keysWhere(ctx, "id = $1", key)
	if err == nil && len(all) == 0 {
		err = errs.NotFound
	}
	if err != nil {
		return authz.APIKey{}, err
	}
	return all[0], nil
}

// Keys returns the keys of a brand, or all, the newest first.
func (db *DB) Keys(ctx context.Context, brand string) ([]authz.APIKey, error) {
	if brand == authz.AllBrands {
		return db.keysWhere(ctx, "1 = 1 order by created_at desc, id desc")
	}
	return db.keysWhere(ctx, "brand = $1 order by created_at desc, id desc", brand)
}

func (db *DB) keysWhere(ctx context.Context, condition string, args ...any) ([]authz.APIKey, error) {
	var all []authz.APIKey
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			k, err := scanKey(rows)
			all = append(all, k)
			return err
		}, "select"+keyColumns+" from api_keys where "+condition, args...)
	})
	return all, err
}

// ShortenKey makes a key expire earlier.
func (db *DB) ShortenKey(ctx context.Context, by ledger.Actor, key authz.KeyID, at time.Time) error {
	_, err := db.Commit(ctx, keyChange(by, keyShortened, db.now(), keyTrace{Key: key, Expires: at}, write{
		query:  "update api_keys set expires_at = case when expires_at > $1 then $1 else expires_at end where id = $2",
		args:   []any{micros(at), key},
		missed: errs.NotFound,
	}))
	return err
}

// RevokeKey ends a key for good.
func (db *DB) RevokeKey(ctx context.Context, by ledger.Actor, key authz.KeyID, at time.Time) error {
	_, err := db.Commit(ctx, keyChange(by, keyRevoked, at, keyTrace{Key: key}, write{
		query:  "update api_keys set revoked_at = case when revoked_at = 0 then $1 else revoked_at end where id = $2",
		args:   []any{micros(at), key},
		missed: errs.NotFound,
	}))
	return err
}

// KeyUsed notes that a key was used.
func (db *DB) KeyUsed(ctx context.Context, key authz.KeyID, at time.Time) error {
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, "update api_keys set last_used_at = $1 where id = $2 and last_used_at < $1", micros(at), key)
		return err
	})
}
