package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"livingprofile/internal/figures"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

const figuresName = "console"

// CountFigures counts what the console shows, at one moment.
func (db *DB) CountFigures(ctx context.Context, now time.Time) (figures.Figures, error) {
	f := figures.Figures{CountedAt: now}
	err := db.main.snapshot(ctx, func(c conn) error {
		f.Standings, f.Daily = nil, nil
		if err := c.one(ctx, "select count(*) from subjects where state = $1 and circle in ('', id)", []any{identity.Active}, &f.Subjects); err != nil {
			return fmt.Errorf("count subjects: %w", err)
		}
		err := c.each(ctx, func(rows *sql.Rows) error {
			var n figures.Count
			err := rows.Scan(&n.Purpose, &n.Version, &n.Status, &n.People)
			f.Standings = append(f.Standings, n)
			return err
		}, `
			select purpose, version, status, count(*)
			from (
				select purpose, version, status,
					row_number() over (
						partition by lane, subject, purpose
						order by case proof_kind when 'word' then 1 else 0 end, at desc, id desc) as place
				from consent_records
			) as last
			where place = 1
			group by purpose, version, status
			order by purpose, version, status`)
		if err != nil {
			return fmt.Errorf("count standings: %w", err)
		}
		first := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-figures.Days)
		for i := range figures.Days {
			d := figures.Day{Day: first.AddDate(0, 0, i)}
			err := c.one(ctx, `
				select count(*), coalesce(sum(case when substr(kind, 1, 8) = 'consent.' then 1 else 0 end), 0)
				from ledger_entries
				where at >= $1 and at < $2`,
				[]any{micros(d.Day), micros(d.Day.AddDate(0, 0, 1))}, &d.Entries, &d.Decisions)
			if err != nil {
				return fmt.Errorf("count a day: %w", err)
			}
			f.Daily = append(f.Daily, d)
		}
		return nil
	})
	return f, err
}

// SaveFigures keeps what was counted.
func (db *DB) SaveFigures(ctx context.Context, f figures.Figures) error {
	return db.saveFigures(ctx, figuresName, f.CountedAt, f)
}

// Figures returns what was counted last.
func (db *DB) Figures(ctx context.Context) (figures.Figures, error) {
	var f figures.Figures
	err := db.keptFigures(ctx, figuresName, &f)
	return f, err
}

const ledgerCheckName = "ledger-check"

// SaveLedgerCheck keeps the newest check of the ledger.
func (db *DB) SaveLedgerCheck(ctx context.Context, c ledger.Check) error {
	return db.saveFigures(ctx, ledgerCheckName, c.AskedAt, c)
}

// LedgerCheck returns the newest check that was asked for; errs.NotFound for
// none.
func (db *DB) LedgerCheck(ctx context.Context) (ledger.Check, error) {
	var c ledger.Check
	err := db.keptFigures(ctx, ledgerCheckName, &c)
	return c, err
}

// saveFigures keeps what was counted under a name.
func (db *DB) saveFigures(ctx context.Context, name string, at time.Time, counted any) error {
	body, err := json.Marshal(counted)
	if err != nil {
		return err
	}
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, `
			insert into figures (name, counted_at, body)
			values ($1, $2, $3)
			on conflict (name) do update set counted_at = excluded.counted_at, body = excluded.body`,
			name, micros(at), body)
		return err
	})
}

// keptFigures reads what was counted under a name.
func (db *DB) keptFigures(ctx context.Context, name string, counted any) error {
	var body []byte
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select body from figures where name = $1", []any{name}, &body)
	})
	if err != nil {
		return err
	}
	return json.Unmarshal(body, counted)
}
