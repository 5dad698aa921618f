package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"livingprofile/internal/rights"
)

// Marks returns the erasures since a time, oldest first, without those whose
// certificates are known. Tombstones of several that happened in the same
// microsecond are on each.
func (db *DB) Marks(ctx context.Context, since time.Time, known func(string) bool) ([]rights.Mark, error) {
	var all []rights.Mark
	err := db.main.snapshot(ctx, func(c conn) error {
		all = nil
		since, err := firstUnknown(ctx, c, since, known)
		if err != nil || since.IsZero() {
			return err
		}
		place := map[int64][]int{}
		err = c.each(ctx, func(rows *sql.Rows) error {
			var m rights.Mark
			var at int64
			err := rows.Scan(&m.Subject, &m.Certificate, &m.Number, &at)
			if err != nil || known != nil && known(m.Certificate) {
				return err
			}
			m.ErasedAt = fromMicros(at)
			place[at] = append(place[at], len(all))
			all = append(all, m)
			return nil
		}, "select subject, id, number, erased_at from erasures where erased_at >= $1 order by erased_at, id", micros(since))
		if err != nil {
			return fmt.Errorf("read erasures: %w", err)
		}
		if err := keptOf(ctx, c, all, since); err != nil {
			return fmt.Errorf("read what is kept: %w", err)
		}
		return c.each(ctx, func(rows *sql.Rows) error {
			var blind []byte
			var at int64
			err := rows.Scan(&blind, &at)
			for _, i := range place[at] {
				all[i].Tombstones = append(all[i].Tombstones, blind)
			}
			return err
		}, "select blind, erased_at from tombstones where erased_at >= $1 order by erased_at, blind", micros(since))
	})
	return all, err
}

// firstUnknown returns when the first erasure since a time was that is not known;
// the zero time for none. It reads an index and no row.
func firstUnknown(ctx context.Context, c conn, since time.Time, known func(string) bool) (first time.Time, err error) {
	err = c.each(ctx, func(rows *sql.Rows) error {
		var at int64
		var certificate string
		err := rows.Scan(&at, &certificate)
		if err == nil && first.IsZero() && (known == nil || !known(certificate)) {
			first = fromMicros(at)
		}
		return err
	}, "select erased_at, id from erasures where erased_at >= $1 order by erased_at, id", micros(since))
	if err != nil {
		err = fmt.Errorf("look for erasures: %w", err)
	}
	return first, err
}

// keptOf adds what was kept to the marks since a time.
func keptOf(ctx context.Context, c conn, marks []rights.Mark, since time.Time) error {
	place := map[string]int{}
	for i := range marks {
		place[marks[i].Certificate] = i
	}
	return c.each(ctx, func(rows *sql.Rows) error {
		var certificate string
		var k rights.KeptSealed
		var at, until int64
		err := rows.Scan(&certificate, &k.ID, &k.Duty, &k.Field, &at, &until, &k.Sealed)
		k.At, k.Until = fromMicros(at), fromMicros(until)
		if i, ok := place[certificate]; ok {
			marks[i].Kept = append(marks[i].Kept, k)
		}
		return err
	}, `
		select k.certificate, k.id, k.duty, k.field, k.kept_at, k.until_at, k.value
		from kept_values k
		join erasures e on e.id = k.certificate
		where e.erased_at >= $1
		order by k.certificate, k.id`, micros(since))
}

// Lost returns those of marks whose certificates the database lacks.
func (db *DB) Lost(ctx context.Context, marks []rights.Mark) ([]rights.Mark, error) {
	here := map[string]bool{}
	err := db.main.read(ctx, func(c conn) error {
		clear(here)
		for from := 0; from < len(marks); from += tombstonesAtOnce {
			some := marks[from:min(from+tombstonesAtOnce, len(marks))]
			places, args := make([]string, len(some)), make([]any, len(some))
			for i := range some {
				places[i], args[i] = fmt.Sprintf("$%d", i+1), some[i].Certificate
			}
			err := c.each(ctx, func(rows *sql.Rows) error {
				var certificate string
				err := rows.Scan(&certificate)
				here[certificate] = true
				return err
			}, "select id from erasures where id in ("+strings.Join(places, ", ")+")", args...)
			if err != nil {
				return fmt.Errorf("read erasures: %w", err)
			}
		}
		return nil
	})
	var lost []rights.Mark
	for _, m := range marks {
		if !here[m.Certificate] {
			lost = append(lost, m)
		}
	}
	return lost, err
}

// KeepErasure writes certificate, tombstones and what was kept of a subject whom
// the database does not know: a backup was put back that is older than they.
func (db *DB) KeepErasure(ctx context.Context, m rights.Mark) error {
	body, err := json.Marshal(erasureBody{Keeps: m.Retained()})
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	writes := []write{{
		query: `
			insert into erasures (lane, subject, id, number, erased_at, key_gone_at, body)
			values ($1, $2, $3, $4, $5, $5, $6)
			on conflict (lane, subject) do nothing`,
		args: []any{db.lane(m.Subject), m.Subject, m.Certificate, m.Number, micros(m.ErasedAt), string(body)},
	}}
	kept, err := db.keptAgain(ctx, &m)
	if err != nil {
		return err
	}
	writes = append(writes, kept...)
	for _, t := range m.Tombstones {
		writes = append(writes, tombstoneWrite(t, m.ErasedAt))
	}
	return db.main.update(ctx, func(c conn) error {
		for _, w := range writes {
			if err := w.run(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
}
