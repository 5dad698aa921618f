package store

import (
	"context"
	"database/sql"

	"livingprofile/internal/id"
	"livingprofile/internal/identity"
)

// Nearby returns what was not looked at yet, for at most so many entries of
// each lane.
func (db *DB) Nearby(ctx context.Context, limit int) ([]identity.Near, error) {
	type span struct {
		lane         int
		after, until int64
	}
	var spans []span
	var all []identity.Near
	err := db.main.read(ctx, func(c conn) error {
		spans, all = nil, nil
		err := c.each(ctx, func(rows *sql.Rows) error {
			var s span
			err := rows.Scan(&s.lane, &s.after, &s.until)
			s.until = min(s.until, s.after+int64(limit))
			spans = append(spans, s)
			return err
		}, `
			select h.lane, coalesce(c.seq, 0), h.seq
			from ledger_heads h
			left join join_cursors c on c.lane = h.lane
			where h.seq > coalesce(c.seq, 0)`)
		if err != nil {
			return err
		}
		for _, s := range spans {
			n := identity.Near{Lane: s.lane, Until: s.until}
			err := c.each(ctx, func(rows *sql.Rows) error {
				var p [2]id.Subject
				err := rows.Scan(&p[0], &p[1])
				n.Pairs = append(n.Pairs, p)
				return err
			}, nearQuery, s.lane, s.after, s.until, identity.MostNear)
			if err != nil {
				return err
			}
			all = append(all, n)
		}
		return nil
	})
	return all, err
}

// nearQuery finds the pairs of a stretch. A name may come later than the
// address that it goes with, so that what a source said counts too.
const nearQuery = `
	select distinct i.subject, o.subject
	from (
		select distinct subject
		from ledger_entries
		where lane = $1 and seq > $2 and seq <= $3 and subject <> ''
			and kind in ('subject.created', 'identifier.added', 'identifier.verified', 'identifier.vouched', 'attribute.imported')
	) as e
	join identifiers i on i.lane = $1 and i.subject = e.subject
	join identifiers o on o.blind = i.blind and o.subject <> i.subject
	join subjects s on s.lane = o.lane and s.id = o.subject
	where s.state = 'active'
		and (select count(*) from identifiers x where x.blind = i.blind) <= $4
	order by 1, 2`

// Looked notes that a stretch was looked at.
func (db *DB) Looked(ctx context.Context, n identity.Near) error {
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, `
			insert into join_cursors (lane, seq)
			values ($1, $2)
			on conflict (lane) do update set seq = excluded.seq where join_cursors.seq < excluded.seq`, n.Lane, n.Until)
		return err
	})
}
