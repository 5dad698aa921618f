package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/figures"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

const figuresName = "console"

// CountFigures counts what the console shows, at one moment.
func (db *DB) CountFigures(ctx context.Context, now time.Time) (figures.Figures, error) {
	f := figures.Figures{CountedAt: now}
	err := db.main.snapshot(ctx, func(c conn) error {
		f.Daily = nil
		people := map[figures.Count]int64{}
		if err := c.one(ctx, "select count(*) from subjects where state = $1 and circle in ('', id)", []any{identity.Active}, &f.Subjects); err != nil {
			return fmt.Errorf("count subjects: %w", err)
		}
		err := c.each(ctx, func(rows *sql.Rows) error {
			var n figures.Count
			var records int64
			err := rows.Scan(&n.Purpose, &n.Version, &n.Status, &records)
			people[n] = records
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
			group by purpose, version, status`)
		if err != nil {
			return fmt.Errorf("count standings: %w", err)
		}
		if err := countOnce(ctx, c, people); err != nil {
			return fmt.Errorf("count who is joined: %w", err)
		}
		f.Standings = standings(people)
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

// countOnce has each person of several joined records counted once: not by what
// each record says last, but by what holds for the person.
func countOnce(ctx context.Context, c conn, people map[figures.Count]int64) error {
	var circle id.Subject
	var joined time.Time
	said := map[id.Subject]consent.State{} // by the records of circle
	add := func(s consent.State, n int64) {
		for k, st := range s {
			people[figures.Count{Purpose: k.Purpose, Version: st.Version, Status: st.Status}] += n
		}
	}
	read := func() {
		for _, own := range said {
			add(own, -1)
		}
		add(consent.Together(joined, slices.Collect(maps.Values(said))...), 1)
		clear(said)
	}
	err := c.each(ctx, func(rows *sql.Rows) error {
		var of, by id.Subject
		var since, at int64
		var r consent.Record
		if err := rows.Scan(&of, &by, &since, &r.ID, &r.Purpose, &r.Version, &r.Status, &at, &r.Proof.Kind); err != nil {
			return err
		}
		if of != circle {
			read()
		}
		circle, joined, r.At = of, fromMicros(since), fromMicros(at)
		said[by] = said[by].With(r)
		return nil
	}, `
		select s.circle, s.id, coalesce(j.since, 0), r.id, r.purpose, r.version, r.status, r.at, r.proof_kind
		from subjects s
		join consent_records r on r.lane = s.lane and r.subject = s.id
		left join (
			select o.circle, max(decided_at) as since
			from joins
			join subjects o on o.id = older and o.circle <> ''
			where joins.state = 'joined'
			group by o.circle
		) as j on j.circle = s.circle
		where s.circle <> '' and s.state = 'active'
		order by s.circle`)
	read()
	return err
}

// standings are counts that are not zero, in one order.
func standings(people map[figures.Count]int64) []figures.Count {
	var all []figures.Count
	for c, n := range people {
		if n > 0 {
			c.People = n
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b figures.Count) int {
		return cmp.Or(cmp.Compare(a.Purpose, b.Purpose), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Status, b.Status))
	})
	return all
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
