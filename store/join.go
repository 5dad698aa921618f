package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

// A joinBody is what a row of joins has sealed.
type joinBody struct {
	Evidence []identity.Evidence `json:"evidence,omitempty"`
	Refused  []identity.Evidence `json:"refused,omitempty"`
	Reason   string              `json:"reason,omitempty"`
}

func joinPlace(join string) keyring.Place {
	return keyring.Place{Table: "joins", Row: join, Column: "body"}
}

// beside adds what is held of the others in the circle of own, as its Others.
// One who is erased in this moment is left out.
func (db *DB) beside(ctx context.Context, subject id.Subject, own decision.Facts) (decision.Facts, error) {
	members, joined, err := db.members(ctx, own.Circle)
	if err != nil {
		return own, err
	}
	own.Joined, own.Members = joined, members
	if !slices.Contains(members, subject) { // it is erased in this moment
		own.Members = append(members, subject)
	}
	for _, m := range members {
		if m == subject {
			continue
		}
		f, err := db.facts(ctx, m, allParts)
		if isGone(err) || isKind(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return own, err
		}
		own.Others = append(own.Others, f)
	}
	return own, nil
}

// members returns who is in a circle, and since when they are one.
func (db *DB) members(ctx context.Context, circle id.Subject) (all []id.Subject, joined time.Time, err error) {
	var pairs []identity.Join
	err = db.main.snapshot(ctx, func(c conn) error {
		all = nil
		err := c.each(ctx, func(rows *sql.Rows) error {
			var s id.Subject
			err := rows.Scan(&s)
			all = append(all, s)
			return err
		}, "select id from subjects where circle = $1 and state = 'active' order by id", circle)
		if err != nil {
			return err
		}
		pairs = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			j := identity.Join{State: identity.Joined}
			var at int64
			err := rows.Scan(&j.Older, &j.Newer, &at)
			j.DecidedAt = fromMicros(at)
			pairs = append(pairs, j)
			return err
		}, `
			select older, newer, decided_at
			from joins
			where state = 'joined' and older in (select id from subjects where circle = $1 and circle <> '')`, circle)
	})
	return all, identity.Since(pairs), err
}

// Circle returns the subjects that are joined with one, itself among them,
// oldest first.
func (db *DB) Circle(ctx context.Context, subject id.Subject) ([]id.Subject, error) {
	var circle id.Subject
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select circle from subjects where lane = $1 and id = $2", []any{db.lane(subject), subject}, &circle)
	})
	if err != nil || circle == "" {
		return []id.Subject{subject}, err
	}
	all, _, err := db.members(ctx, circle)
	if err == nil && !slices.Contains(all, subject) {
		all = append(all, subject)
	}
	return all, err
}

// Side returns what an active subject is known by.
func (db *DB) Side(ctx context.Context, subject id.Subject) (identity.Side, error) {
	s := identity.Side{Subject: subject}
	f, err := db.facts(ctx, subject, profilePart)
	if err != nil {
		return s, err
	}
	s.Version, s.Names = f.Version, profile.Names(f.Profile)
	s.Identifiers, err = db.Identifiers(ctx, subject)
	return s, err
}

const joinColumns = "id, older, newer, state, found_at, decided_at, actor_kind, body"

// Joins returns the joins of a subject, in any state, oldest first.
func (db *DB) Joins(ctx context.Context, subject id.Subject) ([]identity.Join, error) {
	return db.joins(ctx, "where older = $1 or newer = $1 order by found_at, id", subject)
}

// Join returns one; errs.NotFound for none.
func (db *DB) Join(ctx context.Context, join string) (identity.Join, error) {
	all, err := db.joins(ctx, "where id = $1", join)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "error.no_join")
	}
	if err != nil {
		return identity.Join{}, err
	}
	return all[0], nil
}

// waitingJoins leaves out a pair that is read as one already, by other joins: there
// is nothing to decide.
const waitingJoins = `
	where state = 'waiting' and not exists (
		select 1
		from subjects o
		join subjects n on n.circle = o.circle and n.id = joins.newer and n.circle <> ''
		where o.id = joins.older and o.circle <> '')`

// WaitingJoins returns what waits for staff, the oldest first, and how much
// there is.
func (db *DB) WaitingJoins(ctx context.Context, limit int) (all []identity.Join, count int, err error) {
	err = db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select count(*) from joins"+waitingJoins, nil, &count)
	})
	if err != nil {
		return nil, 0, err
	}
	all, err = db.joins(ctx, waitingJoins+" order by found_at, id limit $1", limit)
	return all, count, err
}

// joins leaves out one whose subject is erased in this moment.
func (db *DB) joins(ctx context.Context, which string, args ...any) ([]identity.Join, error) {
	var all []identity.Join
	var bodies [][]byte
	err := db.main.read(ctx, func(c conn) error {
		all, bodies = nil, nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var j identity.Join
			var found, decided int64
			var body []byte
			err := rows.Scan(&j.ID, &j.Older, &j.Newer, &j.State, &found, &decided, &j.By, &body)
			j.Was, j.FoundAt, j.DecidedAt = j.State, fromMicros(found), fromMicros(decided)
			all, bodies = append(all, j), append(bodies, body)
			return err
		}, "select "+joinColumns+" from joins "+which, args...)
	})
	if err != nil {
		return nil, err
	}
	opened := all[:0]
	for i := range all {
		key, err := db.ring.Subject(ctx, all[i].Older)
		if isGone(err) || isKind(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		plain, err := key.Open(bodies[i], joinPlace(all[i].ID))
		if err != nil {
			return nil, fmt.Errorf("join %s: %w", all[i].ID, err)
		}
		var b joinBody
		if err := json.Unmarshal(plain, &b); err != nil {
			return nil, fmt.Errorf("join %s: %w", all[i].ID, err)
		}
		j := all[i]
		j.Evidence, j.Refused, j.Reason = b.Evidence, b.Refused, b.Reason
		opened = append(opened, j)
	}
	return opened, nil
}

// CommitJoins writes joins, what they change in the circles of their subjects,
// and changes: together, or nothing. The error is Conflict when one of joins is
// not what it was any more, or when they bring together who was kept apart.
func (db *DB) CommitJoins(ctx context.Context, joins []identity.Join, changes ...ledger.Change) error {
	var prepared []*preparedChange
	for _, c := range changes {
		p, err := db.prepare(ctx, c)
		if err != nil {
			return err
		}
		prepared = append(prepared, p)
	}
	var writes []write
	var touched []id.Subject
	for _, j := range joins {
		w, err := db.joinWrite(ctx, j)
		if err != nil {
			return err
		}
		writes, touched = append(writes, w), append(touched, j.Older, j.Newer)
	}
	err := db.main.update(ctx, func(q conn) error {
		if err := db.holdCircles(ctx, q, touched); err != nil {
			return err
		}
		for _, p := range prepared {
			if _, err := p.write(ctx, q); err != nil {
				return err
			}
		}
		for _, w := range writes {
			if err := w.run(ctx, q); err != nil {
				return err
			}
		}
		return db.circle(ctx, q, touched, joins)
	})
	if err != nil {
		return err
	}
	for _, s := range touched {
		db.tell(s)
	}
	return nil
}

func (db *DB) joinWrite(ctx context.Context, j identity.Join) (write, error) {
	key, err := db.ring.Subject(ctx, j.Older)
	if err != nil {
		return write{}, err
	}
	plain, err := json.Marshal(joinBody{j.Evidence, j.Refused, j.Reason})
	if err != nil {
		return write{}, fmt.Errorf("join %s: %w", j.ID, err)
	}
	body := key.Seal(nil, plain, joinPlace(j.ID))
	if j.Was == "" {
		return write{
			query: "insert into joins (" + joinColumns + ") values ($1, $2, $3, $4, $5, $6, $7, $8)",
			args:  []any{j.ID, j.Older, j.Newer, j.State, micros(j.FoundAt), micros(j.DecidedAt), j.By, body},
		}, nil
	}
	return write{
		query:  "update joins set state = $1, decided_at = $2, actor_kind = $3, body = $4 where id = $5 and state = $6",
		args:   []any{j.State, micros(j.DecidedAt), j.By, body, j.ID, j.Was},
		missed: errs.New(errs.Conflict, "error.conflict"),
	}, nil
}

// circle works out anew, after joins were written, to which circles the subjects
// of them belong, and everybody who is or was in one with them.
func (db *DB) circle(ctx context.Context, q conn, touched []id.Subject, joins []identity.Join) error {
	if len(touched) == 0 {
		return nil
	}
	now, err := db.circlesOf(ctx, q, touched)
	if err != nil || len(now) == 0 {
		return err
	}
	members := slices.Collect(maps.Keys(now))
	var pairs []identity.Join
	err = q.each(ctx, func(rows *sql.Rows) error {
		var j identity.Join
		err := rows.Scan(&j.ID, &j.Older, &j.Newer, &j.State)
		pairs = append(pairs, j)
		return err
	}, "select id, older, newer, state from joins where state <> 'waiting' and older in ("+numbered(1, len(members))+")", anys(members)...)
	if err != nil {
		return err
	}
	next := identity.Circles(members, pairs)
	if identity.Reunited(joins, pairs, now, next) {
		return errs.New(errs.Conflict, "error.conflict")
	}
	moved := map[id.Subject][]id.Subject{}
	for member, circle := range next {
		if now[member] != circle {
			moved[circle] = append(moved[circle], member)
		}
	}
	for circle, members := range moved {
		these, args := db.these(members)
		args = append(args, circle)
		if _, err := q.exec(ctx, fmt.Sprintf("update subjects set circle = $%d where %s", len(args), these), args...); err != nil {
			return err
		}
	}
	if len(moved) == 0 {
		return nil
	}
	// What rules work out is of all records, and of others since.
	for _, member := range slices.Sorted(maps.Keys(next)) {
		w := dueWrite(db.lane(member), member)
		if err := w.run(ctx, q); err != nil {
			return err
		}
	}
	if !parted(now, next) {
		return nil
	}
	// A copy that waits may hold what is another's since.
	for _, member := range members {
		if _, err := q.exec(ctx, "delete from copies where lane = $1 and subject = $2 and taken_at = 0", db.lane(member), member); err != nil {
			return err
		}
	}
	return nil
}

// holdCircles keeps others from joining or parting some, and everybody who is in a
// circle with them, until the transaction ends. The error is Conflict when somebody
// did in this moment.
func (db *DB) holdCircles(ctx context.Context, q conn, some []id.Subject) error {
	lock := q.dialect.lockRow()
	if lock == "" || len(some) == 0 {
		return nil
	}
	before, err := db.circlesOf(ctx, q, some)
	if err != nil {
		return err
	}
	// Whoever joins or parts locks the lanes of all in one order, and whoever writes
	// an entry locks one: nobody waits in a ring.
	var lanes []any
	for _, member := range append(slices.Collect(maps.Keys(before)), some...) {
		lanes = append(lanes, db.lane(member))
	}
	if _, err := q.exec(ctx, "select 1 from ledger_heads where lane in ("+numbered(1, len(lanes))+") order by lane"+lock, lanes...); err != nil {
		return err
	}
	now, err := db.circlesOf(ctx, q, some)
	if err == nil && !maps.Equal(before, now) {
		err = errs.New(errs.Conflict, "error.conflict")
	}
	return err
}

// circlesOf returns the circle of each of some, and of everybody who is in one with
// them.
func (db *DB) circlesOf(ctx context.Context, q conn, some []id.Subject) (map[id.Subject]id.Subject, error) {
	these, args := db.these(some)
	all := map[id.Subject]id.Subject{}
	err := q.each(ctx, func(rows *sql.Rows) error {
		var member, circle id.Subject
		err := rows.Scan(&member, &circle)
		all[member] = circle
		return err
	}, `
		select id, circle
		from subjects
		where `+these+`
		union
		select id, circle
		from subjects
		where circle <> '' and circle in (select circle from subjects where `+these+`)`, args...)
	return all, err
}

// these is the condition that a row of subjects is one of some, with its arguments.
func (db *DB) these(all []id.Subject) (condition string, args []any) {
	for _, s := range all {
		args = append(args, db.lane(s))
	}
	n := len(all)
	return "lane in (" + numbered(1, n) + ") and id in (" + numbered(n+1, n) + ")", append(args, anys(all)...)
}

// numbered are n places for arguments, counted from one on.
func numbered(from, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("$%d", from+i)
	}
	return strings.Join(all, ", ")
}

// parted tells whether somebody who was in one circle with another is not any
// more.
func parted(before, after map[id.Subject]id.Subject) bool {
	in := map[id.Subject]id.Subject{}
	for member, circle := range before {
		if circle == "" {
			continue
		}
		had, ok := in[circle]
		now := after[member]
		if now == "" || ok && now != had {
			return true
		}
		in[circle] = now
	}
	return false
}
