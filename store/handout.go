package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"livingprofile/internal/audience"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
)

// Handed keeps of those of subjects who are active that they were handed out. Who
// is erased in this moment is waited for, and left out.
func (db *DB) Handed(ctx context.Context, h audience.Handout, to []id.Subject) error {
	args := []any{h.Audience, h.Taker, h.Purpose, strings.Join(h.Fields, ","), micros(h.At), identity.Active}
	keys := make([]string, len(to))
	for i, s := range to {
		args = append(args, db.lane(s), s)
		keys[i] = fmt.Sprintf("(cast($%d as bigint), cast($%d as text))", len(args)-1, len(args))
	}
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, `
			insert into handouts (lane, subject, audience, taker, purpose, fields, handed_at)
			select lane, id, cast($1 as text), cast($2 as text), cast($3 as text), cast($4 as text), cast($5 as bigint)
			from subjects
			where state = $6 and (lane, id) in (values `+strings.Join(keys, ", ")+")"+c.dialect.lockRow()+`
			on conflict (lane, subject, audience, taker) do update
			set purpose = excluded.purpose, fields = excluded.fields, handed_at = excluded.handed_at`, args...)
		return err
	})
}

// Handouts returns the files of audiences that a subject was in, the newest
// first.
func (db *DB) Handouts(ctx context.Context, subject id.Subject) ([]audience.Handout, error) {
	var all []audience.Handout
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var h audience.Handout
			var fields string
			var at int64
			err := rows.Scan(&h.Audience, &h.Taker, &h.Purpose, &fields, &at)
			if fields != "" {
				h.Fields = strings.Split(fields, ",")
			}
			h.At = fromMicros(at)
			all = append(all, h)
			return err
		}, `
			select audience, taker, purpose, fields, handed_at
			from handouts
			where lane = $1 and subject = $2
			order by handed_at desc, audience, taker`, db.lane(subject), subject)
	})
	return all, err
}
