package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/inbound"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
)

// inboundWrites turns a row about what systems told into statements; ok is
// false for any other row.
func inboundWrites(p *preparedChange, key *keyring.DataKey, row any) (writes []write, ok bool, err error) {
	switch r := row.(type) {
	case inbound.Seen:
		// One that is there already ends the change: somebody was first.
		return []write{{
			query: "insert into inbound_events (system, event, print, result, reason, at) values ($1, $2, $3, $4, $5, $6)",
			args:  []any{r.System, r.Event[:], r.Print, string(r.Result), r.Reason, micros(r.At)},
		}}, true, nil
	case inbound.Refusal:
		return []write{{
			query: `
				insert into refusals (place, reason, refused, at)
				values ($1, $2, $3, $4)
				on conflict (place, reason) do update
				set refused = refusals.refused + excluded.refused, at = excluded.at`,
			args: []any{r.Place, r.Reason, r.Count, micros(r.At)},
		}}, true, nil
	case inbound.Conflict:
		plain, err := json.Marshal(sides{r.Ours, r.Theirs})
		if err != nil {
			return nil, true, fmt.Errorf("sides of a conflict: %w", err)
		}
		return []write{{
			query: `
				insert into conflicts (
					lane, subject, about, name, scope, system, id, reason, asks, raised_at, settled_at, body)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
				on conflict (lane, subject, about, name, scope, system) do update
				set id = excluded.id, reason = excluded.reason, asks = excluded.asks,
					raised_at = excluded.raised_at, settled_at = excluded.settled_at, body = excluded.body`,
			args: []any{
				p.lane, p.Subject, string(r.About), r.Name, r.Scope, r.System, r.ID, r.Reason, string(r.Asks),
				micros(r.Raised), micros(r.Settled), key.Seal(nil, plain, conflictPlace(r.ID)),
			},
		}}, true, nil
	}
	return nil, false, nil
}

// sides are what is sealed of a conflict.
type sides struct {
	Ours   inbound.Side `json:"ours"`
	Theirs inbound.Side `json:"theirs"`
}

func conflictPlace(rowID string) keyring.Place {
	return keyring.Place{Table: "conflicts", Row: rowID, Column: "body"}
}

// SeenEvents returns what became of those events of a system that were seen.
func (db *DB) SeenEvents(ctx context.Context, system string, events [][32]byte) (map[[32]byte]inbound.Seen, error) {
	all := make(map[[32]byte]inbound.Seen, len(events))
	err := db.main.read(ctx, func(c conn) error {
		for some := range slices.Chunk(events, 16) {
			args, places := []any{system}, make([]string, len(some))
			for i := range some {
				args = append(args, some[i][:])
				places[i] = fmt.Sprintf("$%d", len(args))
			}
			err := c.each(ctx, func(rows *sql.Rows) error {
				s := inbound.Seen{System: system}
				var event []byte
				var at int64
				if err := rows.Scan(&event, &s.Print, &s.Result, &s.Reason, &at); err != nil {
					return err
				}
				copy(s.Event[:], event)
				s.At = fromMicros(at)
				all[s.Event] = s
				return nil
			}, "select event, print, result, reason, at from inbound_events where system = $1 and event in ("+strings.Join(places, ", ")+")", args...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// Refusals returns what was refused at a place, the latest first.
func (db *DB) Refusals(ctx context.Context, place string) ([]inbound.Refusal, error) {
	var all []inbound.Refusal
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			r := inbound.Refusal{Place: place}
			var at int64
			err := rows.Scan(&r.Reason, &r.Count, &at)
			r.At = fromMicros(at)
			all = append(all, r)
			return err
		}, "select reason, refused, at from refusals where place = $1 order by at desc, reason", place)
	})
	return all, err
}

// ReusedAt returns when the feed of a system last used an id twice; the zero time
// for never.
func (db *DB) ReusedAt(ctx context.Context, system string) (time.Time, error) {
	all, err := db.Refusals(ctx, inbound.OfFeed(system))
	for _, r := range all {
		if r.Reason == inbound.Reused {
			return r.At, err
		}
	}
	return time.Time{}, err
}

// SweepEvents deletes what was seen before a time, and returns how much. What was
// refused for the last time before goes with it.
func (db *DB) SweepEvents(ctx context.Context, before time.Time) (int, error) {
	var n int64
	err := db.main.update(ctx, func(c conn) (err error) {
		if _, err = c.exec(ctx, "delete from refusals where at < $1", micros(before)); err != nil {
			return err
		}
		n, err = c.exec(ctx, "delete from inbound_events where at < $1", micros(before))
		return err
	})
	return int(n), err
}

// CommitAll writes several changes, of different subjects, in one transaction.
// The errors are those of Commit, and then nothing was written.
func (db *DB) CommitAll(ctx context.Context, all []ledger.Change) error {
	ready := make([]*preparedChange, len(all))
	for i := range all {
		var err error
		if ready[i], err = db.prepare(ctx, all[i]); err != nil {
			return err
		}
	}
	// Lanes are locked in one order, so that two such transactions never wait
	// for each other.
	slices.SortStableFunc(ready, func(a, b *preparedChange) int { return a.lane - b.lane })
	err := db.main.update(ctx, func(q conn) error {
		for _, p := range ready {
			if _, err := p.write(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range all {
		db.tell(all[i].Subject)
	}
	return nil
}

const conflictColumns = "subject, about, name, scope, system, id, reason, asks, raised_at, settled_at, body"

// Conflict returns the conflict of an id; errs.NotFound when there is none.
func (db *DB) Conflict(ctx context.Context, conflict string) (inbound.Conflict, error) {
	all, err := db.conflicts(ctx, "id = $1", conflict)
	if err == nil && len(all) == 0 {
		err = errs.NotFound
	}
	if err != nil {
		return inbound.Conflict{}, err
	}
	return all[0], nil
}

// ConflictsOf returns the conflicts of a subject, and of those joined with it,
// that wait, oldest first.
func (db *DB) ConflictsOf(ctx context.Context, subject id.Subject) ([]inbound.Conflict, error) {
	var all []inbound.Conflict
	err := Together{db}.each(ctx, subject, func(one id.Subject) error {
		some, err := db.conflicts(ctx, "lane = $1 and subject = $2 and settled_at = 0 order by raised_at, id", db.lane(one), one)
		all = append(all, some...)
		return err
	})
	slices.SortStableFunc(all, func(a, b inbound.Conflict) int { return cmp.Or(a.Raised.Compare(b.Raised), cmp.Compare(a.ID, b.ID)) })
	return all, err
}

// ConflictsFor returns those that wait for somebody, oldest first.
func (db *DB) ConflictsFor(ctx context.Context, asks inbound.Asked, limit int) ([]inbound.Conflict, error) {
	return db.conflicts(ctx, "asks = $1 and settled_at = 0 order by raised_at, id limit $2", string(asks), limit)
}

// WaitingConflicts returns what waits for somebody, oldest first, without what
// the two sides say, and how much there is.
func (db *DB) WaitingConflicts(ctx context.Context, asks inbound.Asked, limit int) ([]inbound.Conflict, int, error) {
	var all []inbound.Conflict
	n := 0
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		err := c.one(ctx, "select count(*) from conflicts where asks = $1 and settled_at = 0", []any{string(asks)}, &n)
		if err != nil {
			return err
		}
		return c.each(ctx, func(rows *sql.Rows) error {
			r := inbound.Conflict{Asks: asks}
			var raised int64
			err := rows.Scan(&r.About, &r.Name, &r.Scope, &r.System, &r.ID, &r.Reason, &raised)
			r.Raised = fromMicros(raised)
			all = append(all, r)
			return err
		}, `
			select about, name, scope, system, id, reason, raised_at
			from conflicts
			where asks = $1 and settled_at = 0
			order by raised_at, id
			limit $2`, string(asks), limit)
	})
	return all, n, err
}

func (db *DB) conflicts(ctx context.Context, condition string, args ...any) ([]inbound.Conflict, error) {
	var all []inbound.Conflict
	var bodies [][]byte
	err := db.main.read(ctx, func(c conn) error {
		all, bodies = nil, nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var r inbound.Conflict
			var raised, settled int64
			var body []byte
			err := rows.Scan(&r.Subject, &r.About, &r.Name, &r.Scope, &r.System, &r.ID, &r.Reason, &r.Asks, &raised, &settled, &body)
			r.Raised, r.Settled = fromMicros(raised), fromMicros(settled)
			all, bodies = append(all, r), append(bodies, body)
			return err
		}, "select "+conflictColumns+" from conflicts where "+condition, args...)
	})
	if err != nil {
		return nil, fmt.Errorf("read conflicts: %w", err)
	}
	kept := all[:0]
	for i := range all {
		r := all[i]
		key, err := db.ring.Subject(ctx, r.Subject)
		if isGone(err) || isKind(err, errs.NotFound) {
			continue // erased meanwhile
		}
		if err != nil {
			return nil, err
		}
		plain, err := key.Open(bodies[i], conflictPlace(r.ID))
		var both sides
		if err == nil {
			err = json.Unmarshal(plain, &both)
		}
		if err != nil {
			return nil, fmt.Errorf("conflict %s: %w", r.ID, err)
		}
		r.Ours, r.Theirs = both.Ours, both.Theirs
		kept = append(kept, r)
	}
	return kept, nil
}
