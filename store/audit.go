package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"livingprofile/internal/ledger"
)

// Search returns entries of all lanes, newest first. The payload of an entry
// about nobody is opened; that of an entry about a person is left out, for the
// key to it is theirs.
func (db *DB) Search(ctx context.Context, s ledger.Search) ([]ledger.Happening, error) {
	query, args := searchSQL(s)
	var all []ledger.Happening
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			e, err := scanEntry(rows)
			if err != nil {
				return err
			}
			h := ledger.Happening{Entry: e}
			if len(e.Payload) > 0 && e.Subject == "" {
				if h.Payload, err = db.ring.System().Open(e.Payload, entryPlace(e.ID)); err != nil {
					return fmt.Errorf("ledger entry %s: %w", e.ID, err)
				}
			}
			all = append(all, h)
			return nil
		}, query, args...)
	})
	return all, err
}

func searchSQL(s ledger.Search) (string, []any) {
	var where []string
	var args []any
	// Each condition names its arguments as %[1]d, %[2]d …, in their order.
	add := func(condition string, values ...any) {
		places := make([]any, len(values))
		for i, v := range values {
			args = append(args, v)
			places[i] = len(args)
		}
		where = append(where, fmt.Sprintf(condition, places...))
	}
	if s.Kind != "" {
		add("substr(kind, 1, length($%[1]d)) = $%[1]d", s.Kind)
	}
	if s.Actor.Kind != "" {
		add("actor_kind = $%d", s.Actor.Kind)
	}
	if s.Actor.ID != "" {
		add("actor_id = $%d", s.Actor.ID)
	}
	if s.Subject != "" {
		add("subject = $%d", s.Subject)
	}
	if !s.From.IsZero() {
		add("at >= $%d", micros(s.From))
	}
	if !s.Until.IsZero() {
		add("at < $%d", micros(s.Until))
	}
	if !s.Before.Zero() {
		add("(at, lane, seq) < ($%d, $%d, $%d)", micros(s.Before.At), s.Before.Lane, s.Before.Seq)
	}
	query := "select" + entryColumns + "\n\t\tfrom ledger_entries"
	if len(where) > 0 {
		query += "\n\t\twhere " + strings.Join(where, " and ")
	}
	args = append(args, s.Limit)
	return query + fmt.Sprintf("\n\t\torder by at desc, lane desc, seq desc\n\t\tlimit $%d", len(args)), args
}

// GivenUp returns how many jobs are parked.
func (db *DB) GivenUp(ctx context.Context) (n int, err error) {
	err = db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select count(*) from jobs where parked_at > 0", nil, &n)
	})
	return n, err
}
