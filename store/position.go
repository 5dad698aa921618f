package store

import (
	"context"
	"time"
)

// positionLife is how long the position of an import is kept that nobody goes
// on with.
const positionLife = 30 * 24 * time.Hour

// Position returns how far an import was when it was cut off; errs.NotFound
// when it was not.
func (db *DB) Position(ctx context.Context, digest [32]byte) ([]byte, error) {
	var text string
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select position from import_positions where digest = $1", []any{db.positionKey(digest)}, &text)
	})
	return []byte(text), err
}

// KeepPosition keeps how far an import is, instead of what was kept before.
func (db *DB) KeepPosition(ctx context.Context, digest [32]byte, position []byte) error {
	now := db.now()
	return db.main.update(ctx, func(c conn) error {
		if _, err := c.exec(ctx, "delete from import_positions where kept_at < $1", micros(now.Add(-positionLife))); err != nil {
			return err
		}
		_, err := c.exec(ctx, `
			insert into import_positions (digest, position, kept_at)
			values ($1, $2, $3)
			on conflict (digest) do update
			set position = excluded.position, kept_at = excluded.kept_at`,
			db.positionKey(digest), string(position), micros(now))
		return err
	})
}

// DropPosition forgets how far an import is. It is no error when nothing was
// kept.
func (db *DB) DropPosition(ctx context.Context, digest [32]byte) error {
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, "delete from import_positions where digest = $1", db.positionKey(digest))
		return err
	})
}

// positionKey is a keyed hash: the digest of a file of one person could be
// guessed.
func (db *DB) positionKey(digest [32]byte) []byte {
	key := db.ring.Blind("import", "position", string(digest[:]))
	return key[:]
}
