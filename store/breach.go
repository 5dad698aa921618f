package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"livingprofile/internal/breach"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
)

func breachPlace(b breach.ID) keyring.Place {
	return keyring.Place{Table: "breaches", Row: string(b), Column: "body"}
}

// breachWrites turns the rows of package breach into statements; false for
// another row.
func (db *DB) breachWrites(p *preparedChange, row any) ([]write, bool, error) {
	switch r := row.(type) {
	case breach.Breach:
		plain, err := json.Marshal(r)
		if err != nil {
			return nil, true, fmt.Errorf("breach: %w", err)
		}
		return []write{{
			query: `
				insert into breaches (id, version, opened_at, body)
				values ($1, $2, $3, $4)
				on conflict (id) do update
				set version = excluded.version, body = excluded.body
				where breaches.version = excluded.version - 1`,
			args:   []any{r.ID, r.Version + 1, micros(r.OpenedAt), db.ring.System().Seal(nil, plain, breachPlace(r.ID))},
			missed: errs.New(errs.Conflict, "breach.error.moved_on"),
		}}, true, nil
	case breach.Named:
		return db.namedWrites(r), true, nil
	case breach.Dropped:
		return []write{{
			query: "delete from breach_people where breach = $1 and lane = $2 and subject = $3",
			args:  []any{r.Breach, db.lane(r.Subject), r.Subject},
		}}, true, nil
	case breach.Reached:
		return []write{{
			query:  "update breach_people set told_at = $1, way = $2 where breach = $3 and lane = $4 and subject = $5 and told_at = 0",
			args:   []any{micros(p.At), r.Way, r.Breach, p.lane, p.Subject},
			missed: errs.New(errs.Conflict, "breach.error.moved_on"),
		}}, true, nil
	}
	return nil, false, nil
}

// namedAtOnce bounds the rows of one statement.
const namedAtOnce = 200

func (db *DB) namedWrites(r breach.Named) (all []write) {
	for rest := r.Subjects; len(rest) > 0; rest = rest[min(namedAtOnce, len(rest)):] {
		args := []any{r.Breach}
		var rows []string
		for _, s := range rest[:min(namedAtOnce, len(rest))] {
			args = append(args, db.lane(s), s)
			rows = append(rows, fmt.Sprintf("($1, $%d, $%d, 0, '')", len(args)-1, len(args)))
		}
		all = append(all, write{
			query: "insert into breach_people (breach, lane, subject, told_at, way) values " + strings.Join(rows, ", ") + " on conflict do nothing",
			args:  args,
		})
	}
	return all
}

// Breaches returns all breaches, the latest opened first.
func (db *DB) Breaches(ctx context.Context) ([]breach.Breach, error) {
	return db.breachesWhere(ctx, "1 = 1")
}

// Breach returns one; errs.NotFound for none.
func (db *DB) Breach(ctx context.Context, b breach.ID) (breach.Breach, error) {
	all, err := db.breachesWhere(ctx, "id = $1", b)
	if err == nil && len(all) == 0 {
		err = errs.NotFound
	}
	if err != nil {
		return breach.Breach{}, err
	}
	return all[0], nil
}

func (db *DB) breachesWhere(ctx context.Context, condition string, args ...any) ([]breach.Breach, error) {
	var all []breach.Breach
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var row breach.ID
			var version int64
			var sealed []byte
			if err := rows.Scan(&row, &version, &sealed); err != nil {
				return err
			}
			plain, err := db.ring.System().Open(sealed, breachPlace(row))
			var b breach.Breach
			if err == nil {
				err = json.Unmarshal(plain, &b)
			}
			if err != nil {
				return fmt.Errorf("breach %s: %w", row, err)
			}
			b.Version = version
			all = append(all, b)
			return nil
		}, "select id, version, body from breaches where "+condition+" order by opened_at desc, id desc", args...)
	})
	return all, err
}

// Affected counts the people of a breach.
func (db *DB) Affected(ctx context.Context, b breach.ID) (n breach.Affected, err error) {
	err = db.main.read(ctx, func(c conn) error {
		n = breach.Affected{}
		return c.each(ctx, func(rows *sql.Rows) error {
			var way breach.Way
			var count int
			err := rows.Scan(&way, &count)
			n.People += count
			switch way {
			case breach.ByMail:
				n.Mailed = count
			case breach.Silent:
				n.Silent = count
			case "":
				n.Waits = count
			}
			return err
		}, "select way, count(*) from breach_people where breach = $1 group by way", b)
	})
	return n, err
}

// Untold returns some of those who were not told of a breach yet.
func (db *DB) Untold(ctx context.Context, b breach.ID, limit int) ([]id.Subject, error) {
	var all []id.Subject
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var s id.Subject
			err := rows.Scan(&s)
			all = append(all, s)
			return err
		}, "select subject from breach_people where breach = $1 and told_at = 0 order by lane, subject limit $2", b, limit)
	})
	return all, err
}

// Reached tells whether any of subjects was told of a breach.
func (db *DB) Reached(ctx context.Context, b breach.ID, subjects []id.Subject) (bool, error) {
	for _, s := range subjects {
		var n int
		err := db.main.read(ctx, func(c conn) error {
			return c.one(ctx, "select count(*) from breach_people where breach = $1 and lane = $2 and subject = $3 and told_at > 0",
				[]any{b, db.lane(s), s}, &n)
		})
		if err != nil || n > 0 {
			return n > 0, err
		}
	}
	return false, nil
}
