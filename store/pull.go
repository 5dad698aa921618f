package store

import (
	"context"
	"encoding/json"
	"fmt"

	"livingprofile/internal/errs"
	"livingprofile/internal/keyring"
	"livingprofile/internal/pull"
)

// A pullPlace is what is sealed of a position.
type pullPlace struct {
	Next  string `json:"next"`
	Tag   string `json:"tag"`
	Pages int    `json:"pages,omitempty"`
	Mark  string `json:"mark,omitempty"`
}

func pullPlaceOf(system string) keyring.Place {
	return keyring.Place{Table: "pulls", Row: system, Column: "place"}
}

// PullPosition returns where the feed of a system was left.
func (db *DB) PullPosition(ctx context.Context, system string) (pull.Position, error) {
	p := pull.Position{System: system}
	var sealed []byte
	var due, read int64
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select place, turn, due_at, read_at, failures, cause, taken, refused from pulls where system = $1",
			[]any{system}, &sealed, &p.Turn, &due, &read, &p.Failures, &p.Cause, &p.Taken, &p.Refused)
	})
	if isKind(err, errs.NotFound) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.Due, p.Read = fromMicros(due), fromMicros(read)
	plain, err := db.ring.System().Open(sealed, pullPlaceOf(system))
	if err != nil {
		return p, fmt.Errorf("place of a feed: %w", err)
	}
	var place pullPlace
	err = json.Unmarshal(plain, &place)
	p.Next, p.Tag, p.Pages, p.Mark = place.Next, place.Tag, place.Pages, place.Mark
	return p, err
}

// KeepPull writes a position; errs.Conflict when another process wrote one
// meanwhile.
func (db *DB) KeepPull(ctx context.Context, p pull.Position) error {
	w, err := db.pullWrite(p)
	if err != nil {
		return err
	}
	return db.main.update(ctx, func(c conn) error { return w.run(ctx, c) })
}

func (db *DB) pullWrite(p pull.Position) (write, error) {
	plain, err := json.Marshal(pullPlace{p.Next, p.Tag, p.Pages, p.Mark})
	if err != nil {
		return write{}, err
	}
	return write{
		query: `
			insert into pulls (system, place, turn, due_at, read_at, failures, cause, taken, refused)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			on conflict (system) do update
			set place = excluded.place, turn = excluded.turn, due_at = excluded.due_at, read_at = excluded.read_at,
				failures = excluded.failures, cause = excluded.cause, taken = excluded.taken, refused = excluded.refused
			where pulls.turn = excluded.turn - 1`,
		args: []any{
			p.System, db.ring.System().Seal(nil, plain, pullPlaceOf(p.System)), p.Turn, micros(p.Due), micros(p.Read),
			p.Failures, p.Cause, p.Taken, p.Refused,
		},
		missed: errs.Conflict,
	}, nil
}
