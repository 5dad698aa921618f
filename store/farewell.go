package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/keyring"
)

func farewellPlace(row string) keyring.Place {
	return keyring.Place{Table: "farewells", Row: row, Column: "names"}
}

// farewellWrites seal by what systems know somebody who is erased, with a new key
// of its own. A key whose change is refused opens nothing.
func (db *DB) farewellWrites(ctx context.Context, p *preparedChange, names []identity.Identifier) ([]write, error) {
	if len(names) == 0 {
		return nil, nil
	}
	plain, err := json.Marshal(names)
	if err != nil {
		return nil, fmt.Errorf("names of a farewell: %w", err)
	}
	row := id.New()
	keys, err := db.ring.Create(ctx, id.Subject(row))
	if err != nil {
		return nil, fmt.Errorf("key of a farewell: %w", err)
	}
	return []write{{
		query: "insert into farewells (subject, lane, id, since, names) values ($1, $2, $3, $4, $5)",
		args:  []any{p.Subject, p.lane, row, micros(p.At), keys[0].Seal(nil, plain, farewellPlace(row))},
	}}, nil
}

// Names returns what an erasure left of the identifiers of a subject; none when
// every system has been told, or it is too long ago.
func (db *DB) Names(ctx context.Context, subject id.Subject) ([]identity.Identifier, error) {
	var row string
	var sealed []byte
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select id, names from farewells where subject = $1", []any{subject}, &row, &sealed)
	})
	if errors.Is(err, errs.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	key, err := db.ring.Subject(ctx, id.Subject(row))
	if errors.Is(err, errs.Gone) || errors.Is(err, errs.NotFound) {
		return nil, nil // it is about to go, or came back with a backup
	}
	if err != nil {
		return nil, err
	}
	plain, err := key.Open(sealed, farewellPlace(row))
	var names []identity.Identifier
	if err == nil {
		err = json.Unmarshal(plain, &names)
	}
	if err != nil {
		return nil, fmt.Errorf("farewell %s: %w", row, err)
	}
	return db.unowned(ctx, names)
}

// unowned leaves out what somebody who is not erased is known by, too: whoever
// came back under the same address must not be erased for who left.
func (db *DB) unowned(ctx context.Context, names []identity.Identifier) ([]identity.Identifier, error) {
	var all []identity.Identifier
	for _, i := range names {
		switch owners, err := db.Holders(ctx, i.Kind, i.Scope, i.Value); {
		case err != nil:
			return nil, err
		case len(owners) == 0:
			all = append(all, i)
		}
	}
	return all, nil
}

// EndFarewells destroys the keys of what no system has to be told by any more,
// and deletes it. It may be repeated.
func (db *DB) EndFarewells(ctx context.Context, now time.Time) error {
	var over []id.Subject
	err := db.main.read(ctx, func(c conn) error {
		over = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var one id.Subject
			err := rows.Scan(&one)
			over = append(over, one)
			return err
		}, `
			select f.id
			from farewells f
			where f.since <= $1
				or not exists (
					select 1
					from ledger_entries e
					left join hook_cursors c on c.lane = e.lane
					where e.lane = f.lane and e.subject = f.subject and e.kind = $2 and e.seq > coalesce(c.seq, 0))
				and not exists (
					select 1
					from hook_deliveries d
					where d.lane = f.lane and d.subject = f.subject and d.kind = $2 and d.state in ($3, $4))`,
			micros(now.Add(-hook.NamesKept)), hook.Erased, hook.Waiting, hook.Failed)
	})
	if err != nil || len(over) == 0 {
		return err
	}
	for _, one := range over {
		if err := db.ring.Destroy(ctx, one); err != nil {
			return err
		}
	}
	err = db.main.update(ctx, func(c conn) error {
		for _, one := range over {
			if _, err := c.exec(ctx, "delete from farewells where id = $1", one); err != nil {
				return err
			}
		}
		return nil
	})
	if lite, ok := db.main.(*sqliteEngine); ok && err == nil {
		return lite.truncateLog(ctx)
	}
	return err
}
