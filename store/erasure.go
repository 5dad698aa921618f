package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/rights"
)

// parts says which rows are which part of an erasure plan, as the tail of a
// statement with lane and subject as its first two arguments. What is not here
// cannot be planned.
func parts() map[rights.Part]string {
	return map[rights.Part]string{
		rights.PartOffers:      theirOffers,
		rights.PartIdentifiers: "from identifiers where lane = $1 and subject = $2",
		rights.PartValues:      "from subject_states where lane = $1 and subject = $2",
		rights.PartActivities:  "from activities where lane = $1 and subject = $2",
		rights.PartAutomated:   "from automated_decisions where lane = $1 and subject = $2",
		rights.PartCopies:      "from copies where lane = $1 and subject = $2",
		rights.PartSessions:    "from sessions where $1 = $1 and subject = $2",
		rights.PartLetters:     "from jobs where $1 = $1 and subject = $2 and subject <> ''",
		rights.PartLinks:       "from attempts where $1 = $1 and subject = $2 and subject <> ''",
		rights.PartAnswers:     "from answers where $1 = $1 and subject = $2 and subject <> ''",
		rights.PartTexts:       "from requests where lane = $1 and subject = $2",
		rights.PartFiles:       "from attachments where lane = $1 and subject = $2",
		rights.PartJoins:       "from joins where $1 = $1 and (older = $2 or newer = $2)",
		rights.PartRecords:     "from consent_records where lane = $1 and subject = $2",
		rights.PartEntries:     "from ledger_entries where lane = $1 and subject = $2",
		rights.PartRequests:    "from requests where lane = $1 and subject = $2",
	}
}

// Holding counts what is held of a subject.
func (db *DB) Holding(ctx context.Context, subject id.Subject) (rights.Holding, error) {
	h := rights.Holding{Count: map[rights.Part]int{}}
	var err error
	h.Identifiers, err = db.Identifiers(ctx, subject)
	if err != nil && !errors.Is(err, errs.Gone) && !errors.Is(err, errs.NotFound) {
		return h, err
	}
	err = db.main.read(ctx, func(c conn) error {
		rows := parts()
		names := slices.Sorted(maps.Keys(rows))
		counts, into := make([]int, len(names)), make([]any, len(names))
		var query strings.Builder
		for i, part := range names {
			query.WriteString(", (select count(*) " + anyType(c, rows[part]) + ")")
			into[i] = &counts[i]
		}
		err := c.one(ctx, "select "+strings.TrimPrefix(query.String(), ", "), []any{db.lane(subject), subject}, into...)
		for i, part := range names {
			h.Count[part] = counts[i]
		}
		return err
	})
	h.Count[rights.PartTombstones] = len(h.Identifiers)
	return h, err
}

// anyType tells PostgreSQL the type of an argument that is compared with
// itself.
func anyType(c conn, rows string) string {
	if c.dialect == onPostgres {
		return strings.Replace(rows, "$1 = $1", "$1::bigint = $1::bigint", 1)
	}
	return rows
}

// erasedWrites carry out a plan.
func (db *DB) erasedWrites(p *preparedChange, e rights.Erased) ([]write, error) {
	keeps := rights.Summary(e.Plan.Keeps)
	if e.Again != nil {
		keeps = e.Again.Retained()
	}
	body, err := json.Marshal(erasureBody{e.Plan.Goes, e.Plan.Stays, keeps})
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	rows := parts()
	at, tombstones := p.At, db.tombstones(e.Plan.Tombstones)
	if e.Again != nil {
		at, tombstones = e.Again.ErasedAt, append(tombstones, e.Again.Tombstones...)
	}
	writes := []write{{
		query: "insert into erasures (lane, subject, id, number, erased_at, key_gone_at, body) values ($1, $2, $3, $4, $5, 0, $6)",
		args:  []any{p.lane, p.Subject, e.Certificate, e.Number, micros(at), string(body)},
	}}
	for _, goes := range e.Plan.Goes {
		where, ok := rows[goes.Part]
		if !ok || !slices.Contains(rights.Going[:], goes.Part) {
			return nil, fmt.Errorf("erasure cannot delete %q", goes.Part)
		}
		writes = append(writes, db.partWrites(p, goes.Part, where)...)
	}
	for _, t := range tombstones {
		writes = append(writes, tombstoneWrite(t, at))
	}
	for _, table := range []string{"conflicts", "audience_places", "enrolments", "breach_people", "holds", "readings", "handouts"} {
		writes = append(writes, write{
			query: "delete from " + table + " where lane = $1 and subject = $2", args: []any{p.lane, p.Subject},
		})
	}
	return append(writes, write{
		query:  "update subjects set state = $1, circle = '' where lane = $2 and id = $3",
		args:   []any{identity.Erased, p.lane, p.Subject},
		missed: errs.NotFound,
	}), nil
}

// partWrites delete a part. Of a request the line stays and its words go; of an
// offer it stays until its key is destroyed.
func (db *DB) partWrites(p *preparedChange, part rights.Part, where string) []write {
	one := []any{p.lane, p.Subject}
	gone := write{query: "delete " + anyType(conn{dialect: db.main.kind()}, where), args: one}
	switch part {
	case rights.PartTexts:
		return []write{{query: "update requests set body = $3 where lane = $1 and subject = $2", args: append(one, []byte{})}}
	case rights.PartOffers:
		return []write{
			{query: "update offers set state = $3, body = $4 where id in (select id " + where + ")", args: append(one, offerOver, []byte{})},
			{query: forgetNames},
		}
	case rights.PartValues:
		return []write{gone, {query: "delete from retention_dues where lane = $1 and subject = $2", args: one}}
	case rights.PartActivities:
		return []write{gone, {query: "delete from activity_dues where lane = $1 and subject = $2", args: one}}
	}
	return []write{gone}
}

func tombstoneWrite(tombstone []byte, at time.Time) write {
	return write{
		query: "insert into tombstones (blind, erased_at) values ($1, $2) on conflict (blind) do update set erased_at = excluded.erased_at",
		args:  []any{tombstone, micros(at)},
	}
}

// An erasureBody is what a certificate counts.
type erasureBody struct {
	Goes  []rights.Portion  `json:"goes"`
	Stays []rights.Portion  `json:"stays"`
	Keeps []rights.Retained `json:"keeps,omitempty"`
}

// tombstone is the keyed hash of an identifier of somebody who was erased. It
// is of a kind of its own, so that it cannot be matched with a blind index in
// an old backup.
func (db *DB) tombstone(i identity.Identifier) []byte {
	b := db.ring.Blind("tombstone/"+string(i.Kind), i.Scope, i.Value)
	return b[:]
}

func (db *DB) tombstones(identifiers []identity.Identifier) [][]byte {
	var all [][]byte
	for _, i := range identifiers {
		all = append(all, db.tombstone(i))
	}
	return all
}

// tombstonesAtOnce bounds the arguments of one look-up.
const tombstonesAtOnce = 100

// ErasedAmong returns which of identifiers belonged to somebody who was erased,
// by their place in the list.
func (db *DB) ErasedAmong(ctx context.Context, identifiers []identity.Identifier) (map[int]bool, error) {
	found := map[int]bool{}
	err := db.main.read(ctx, func(c conn) error {
		clear(found)
		for from := 0; from < len(identifiers); from += tombstonesAtOnce {
			some := identifiers[from:min(from+tombstonesAtOnce, len(identifiers))]
			marks, args := make([]string, len(some)), make([]any, len(some))
			place := map[string][]int{}
			for i := range some {
				blind := db.tombstone(some[i])
				marks[i], args[i] = fmt.Sprintf("$%d", i+1), blind
				place[string(blind)] = append(place[string(blind)], from+i)
			}
			err := c.each(ctx, func(rows *sql.Rows) error {
				var blind []byte
				err := rows.Scan(&blind)
				for _, i := range place[string(blind)] {
					found[i] = true
				}
				return err
			}, "select blind from tombstones where blind in ("+strings.Join(marks, ", ")+")", args...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

// DestroyErased destroys the key of a subject that is erased, keeps what was
// deleted from lying in SQLite's log, and notes when on the certificate.
func (db *DB) DestroyErased(ctx context.Context, subject id.Subject, at time.Time) error {
	s, err := db.Subject(ctx, subject)
	if err != nil {
		return err
	}
	if s.State != identity.Erased {
		return errs.NotFound
	}
	if err := db.ring.Destroy(ctx, subject); err != nil {
		return err
	}
	err = db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, "update erasures set key_gone_at = $1 where lane = $2 and subject = $3 and key_gone_at = 0",
			micros(at), db.lane(subject), subject)
		return err
	})
	if err != nil {
		return err
	}
	if lite, ok := db.main.(*sqliteEngine); ok {
		return lite.truncateLog(ctx)
	}
	return nil
}

// Erased returns the version that a subject ended with; errs.NotFound for one that
// was not erased.
func (db *DB) Erased(ctx context.Context, subject id.Subject) (version int64, err error) {
	err = db.main.read(ctx, func(c conn) error {
		return c.one(ctx, `
			select version
			from ledger_entries
			where lane = $1 and subject = $2 and kind = $3
			order by version desc
			limit 1`, []any{db.lane(subject), subject, hook.Erased}, &version)
	})
	return version, err
}

// ErasureTold returns who was told of the erasure of a certificate: the
// deliveries to endpoints, and the errands of processors.
func (db *DB) ErasureTold(ctx context.Context, certificate string) ([]hook.Delivery, []opendsr.Errand, error) {
	deliveries, err := db.deliveriesWhere(ctx,
		"kind = $1 and (lane, subject) in (select lane, subject from erasures where id = $2) order by endpoint", hook.Erased, certificate)
	if err != nil {
		return nil, nil, err
	}
	errands, err := db.errands(ctx,
		"kind = $1 and subject in (select subject from erasures where id = $2) order by system", opendsr.Erasure, certificate)
	return deliveries, errands, err
}

// Certificate returns the certificate of an erasure, whoever asks: it names
// nobody.
func (db *DB) Certificate(ctx context.Context, certificate string) (rights.Certificate, error) {
	c := rights.Certificate{ID: certificate}
	var erased, gone int64
	var body string
	err := db.main.read(ctx, func(q conn) error {
		return q.one(ctx, "select number, erased_at, key_gone_at, body from erasures where id = $1",
			[]any{certificate}, &c.Number, &erased, &gone, &body)
	})
	if err != nil {
		return c, err
	}
	c.ErasedAt, c.KeyGoneAt = fromMicros(erased), fromMicros(gone)
	var b erasureBody
	if err := json.Unmarshal([]byte(body), &b); err != nil {
		return c, fmt.Errorf("certificate %s: %w", certificate, err)
	}
	c.Goes, c.Stays, c.Keeps = b.Goes, b.Stays, b.Keeps
	return c, nil
}
