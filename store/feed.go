package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"livingprofile/internal/decision"
	"livingprofile/internal/hook"
	"livingprofile/internal/ledger"
)

// Since returns what the ledger has behind the given ends of its lanes, without
// gaps in a lane: at most limit entries, of the lanes that are the furthest
// behind first; and the ends of all lanes now. Payloads are opened where wanted
// says so. Without ends it begins at the beginning.
func (db *DB) Since(ctx context.Context, ends decision.Ends, limit int, wanted func(*ledger.Entry) bool) ([]hook.Stretch, decision.Ends, error) {
	var all []hook.Stretch
	now := make(decision.Ends, db.lanes)
	if len(ends) != db.lanes {
		ends = make(decision.Ends, db.lanes)
	}
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		left := limit
		err := c.each(ctx, func(rows *sql.Rows) error {
			s := hook.Stretch{}
			if err := rows.Scan(&s.Lane, &s.Until); err != nil {
				return err
			}
			now[s.Lane] = s.Until
			if s.After = ends[s.Lane]; s.Until > s.After {
				all = append(all, s)
			}
			return nil
		}, "select lane, seq from ledger_heads")
		slices.SortFunc(all, func(a, b hook.Stretch) int { return cmp.Compare(b.Until-b.After, a.Until-a.After) })
		for i := 0; err == nil && i < len(all); i++ {
			if left <= 0 {
				all = all[:i]
				break
			}
			err = freshEntries(ctx, c, &all[i], left)
			left -= len(all[i].Entries)
		}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read feed: %w", err)
	}
	for i := range all {
		for e := range all[i].Entries {
			if err := db.openFresh(ctx, &all[i].Entries[e], wanted); err != nil {
				return nil, nil, err
			}
		}
	}
	return all, now, nil
}
