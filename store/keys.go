package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/keyring"
)

// A keyStore is the keyring.Store on its own database, apart from the data.
type keyStore struct {
	engine engine
	clock  clock.Clock
}

func (k *keyStore) q(query string) string { return k.engine.kind().keys(query) }

func (k *keyStore) Key(ctx context.Context, owner string) (keyring.Wrapped, error) {
	w := keyring.Wrapped{Owner: owner}
	var created, destroyed int64
	err := k.engine.read(ctx, func(c conn) error {
		return c.one(ctx, k.q(`
			select master, wrapped, created_at, destroyed_at
			from keystore.data_keys
			where owner = $1`), []any{owner},
			&w.Master, &w.Bytes, &created, &destroyed)
	})
	if err != nil {
		return keyring.Wrapped{}, fmt.Errorf("data key: %w", err)
	}
	if destroyed != 0 {
		return keyring.Wrapped{}, fmt.Errorf("data key: %w", errs.Gone)
	}
	w.CreatedAt = fromMicros(created)
	return w, nil
}

// keyBatch bounds the rows of one insert.
const keyBatch = 200

// AddKeys inserts in order of owner, so that two callers with the same owners
// wait for each other instead of locking each other out.
func (k *keyStore) AddKeys(ctx context.Context, keys []keyring.Wrapped) (added int, err error) {
	if len(keys) == 0 {
		return 0, nil
	}
	sorted := slices.Clone(keys)
	slices.SortStableFunc(sorted, func(a, b keyring.Wrapped) int { return strings.Compare(a.Owner, b.Owner) })
	sorted = slices.CompactFunc(sorted, func(a, b keyring.Wrapped) bool { return a.Owner == b.Owner })
	err = k.engine.update(ctx, func(c conn) error {
		added = 0
		for batch := range slices.Chunk(sorted, keyBatch) {
			query, args := k.insertKeys(batch)
			n, err := c.exec(ctx, query, args...)
			if err != nil {
				return fmt.Errorf("add data keys: %w", err)
			}
			added += int(n)
		}
		return nil
	})
	return added, err
}

func (k *keyStore) insertKeys(batch []keyring.Wrapped) (query string, args []any) {
	rows := make([]string, len(batch))
	for i, w := range batch {
		n := i * 4
		rows[i] = fmt.Sprintf("($%d, $%d, $%d, $%d, 0)", n+1, n+2, n+3, n+4)
		args = append(args, w.Owner, w.Master, w.Bytes, micros(w.CreatedAt))
	}
	return k.q(`
		insert into keystore.data_keys (owner, master, wrapped, created_at, destroyed_at)
		values ` + strings.Join(rows, ", ") + `
		on conflict (owner) do nothing`), args
}

func (k *keyStore) ReplaceKey(ctx context.Context, old, next keyring.Wrapped) error {
	return k.engine.update(ctx, func(c conn) error {
		n, err := c.exec(ctx, k.q(`
			update keystore.data_keys
			set master = $1, wrapped = $2
			where owner = $3 and wrapped = $4 and destroyed_at = 0`),
			next.Master, next.Bytes, old.Owner, old.Bytes)
		if err == nil && n == 0 {
			err = errs.Conflict
		}
		return err
	})
}

func (k *keyStore) KeysNotUnder(ctx context.Context, master, after string, limit int) ([]keyring.Wrapped, error) {
	var keys []keyring.Wrapped
	err := k.engine.read(ctx, func(c conn) error {
		keys = nil
		order := "owner"
		if c.dialect == onPostgres {
			order = `owner collate "C"`
		}
		return c.each(ctx, func(rows *sql.Rows) error {
			var w keyring.Wrapped
			var created int64
			if err := rows.Scan(&w.Owner, &w.Master, &w.Bytes, &created); err != nil {
				return err
			}
			w.CreatedAt = fromMicros(created)
			keys = append(keys, w)
			return nil
		}, k.q(`
			select owner, master, wrapped, created_at
			from keystore.data_keys
			where master <> $1 and `+order+` > $2 and destroyed_at = 0
			order by `+order+`
			limit $3`), master, after, limit)
	})
	return keys, err
}

// DestroyKey leaves a row without key. On SQLite the log is then written back
// and cut, so that the wrapped key is not left in it.
func (k *keyStore) DestroyKey(ctx context.Context, owner string) error {
	err := k.engine.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, k.q(`
			insert into keystore.data_keys as k (owner, master, wrapped, created_at, destroyed_at)
			values ($1, '', $2, 0, $3)
			on conflict (owner) do update
			set master = '', wrapped = excluded.wrapped, destroyed_at = excluded.destroyed_at
			where k.destroyed_at = 0`),
			owner, []byte{}, destroyedAt(k.clock.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("destroy data key: %w", err)
	}
	if e, ok := k.engine.(*sqliteEngine); ok {
		return e.truncateLog(ctx)
	}
	return nil
}

// destroyedAt is never 0, which means that the key is alive.
func destroyedAt(now time.Time) int64 { return max(1, micros(now)) }

// truncateLog writes the log back and cuts it. A reader that is in the way
// delays it; then it is tried with the next erasure, and errs.Unavailable says
// so. Those who destroy at the same time share it.
func (e *sqliteEngine) truncateLog(ctx context.Context) error {
	return e.cut.Do(ctx, e.cutLog)
}

func (e *sqliteEngine) cutLog(ctx context.Context) error {
	return e.group.alone(ctx, func(c *sql.Conn) error {
		defer e.log.pause()()
		var busy, log, done int
		if err := c.QueryRowContext(ctx, "pragma wal_checkpoint(truncate)").Scan(&busy, &log, &done); err != nil {
			return fmt.Errorf("truncate log: %w", err)
		}
		if busy != 0 {
			return errs.Wrap(errs.Unavailable, "error.try_again", errors.New("a reader holds the log"))
		}
		return nil
	})
}

// A Keys is a key store that is opened without the data.
type Keys struct {
	keyStore
}

// OpenKeys opens the key store at address, a folder that holds keys.db or a
// postgres:// address, and makes it where there is none.
func OpenKeys(ctx context.Context, address string, c clock.Clock) (*Keys, error) {
	e, err := openEngine(ctx, address, "keys.db", 0)
	if err != nil {
		return nil, err
	}
	if err := prepareEngine(ctx, e, "keymigrations", keySchema); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return &Keys{keyStore{e, c}}, nil
}

// Close closes the key store.
func (k *Keys) Close() error { return k.engine.close() }
