package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
)

// entriesAtOnce bounds the entries of one insert, and so the texts there are of
// it, which are kept prepared.
const entriesAtOnce = 8

// insertEntries appends entries; several in one statement, for each statement
// is a round trip on PostgreSQL.
func insertEntries(ctx context.Context, q conn, entries []ledger.Entry) error {
	for some := range slices.Chunk(entries, entriesAtOnce) {
		var args []any
		for i := range some {
			e := &some[i]
			args = append(args,
				e.Lane, e.Seq, e.ID, e.Subject, e.Version, e.Kind, e.Actor.Kind, e.Actor.ID,
				e.Brand, e.Cause, micros(e.At), e.Payload, hashBytes(e.Evidence), e.Prev[:], e.Hash[:])
		}
		if _, err := q.exec(ctx, insertEntriesSQL(q.dialect, len(some), len(args)/len(some)), args...); err != nil {
			return fmt.Errorf("append ledger entries: %w", err)
		}
	}
	return nil
}

// insertEntriesSQL returns the insert of n rows. The driver of SQLite looks up
// the name of every argument that has one, and takes longer with each of them.
func insertEntriesSQL(d dialect, n, columns int) string {
	rows := make([]string, n)
	for i := range rows {
		places := make([]string, columns)
		for c := range places {
			places[c] = "?"
			if d == onPostgres {
				places[c] = "$" + strconv.Itoa(i*columns+c+1)
			}
		}
		rows[i] = "(" + strings.Join(places, ", ") + ")"
	}
	return "insert into ledger_entries (" + entryColumns + ") values " + strings.Join(rows, ", ")
}

const entryColumns = `
	lane, seq, id, subject, version, kind, actor_kind, actor_id,
	brand, cause, at, payload, evidence, prev, hash`

func scanEntry(rows *sql.Rows) (ledger.Entry, error) {
	var e ledger.Entry
	var at int64
	var evidence, prev, hash []byte
	err := rows.Scan(&e.Lane, &e.Seq, &e.ID, &e.Subject, &e.Version, &e.Kind, &e.Actor.Kind, &e.Actor.ID,
		&e.Brand, &e.Cause, &at, &e.Payload, &evidence, &prev, &hash)
	e.At, e.Evidence, e.Prev, e.Hash = fromMicros(at), toHash(evidence), toHash(prev), toHash(hash)
	return e, err
}

// History returns a page of a subject's history, newest first.
func (db *DB) History(ctx context.Context, subject id.Subject, page ledger.HistoryPage) ([]ledger.Happening, error) {
	key, err := db.ring.Subject(ctx, subject)
	if err != nil {
		return nil, err
	}
	query := strings.Builder{}
	query.WriteString("select" + entryColumns + `
		from ledger_entries
		where lane = $1 and subject = $2`)
	args := []any{db.lane(subject), subject}
	if page.Before > 0 {
		args = append(args, page.Before)
		fmt.Fprintf(&query, " and version < $%d", len(args))
	}
	if len(page.Kinds) > 0 {
		var any []string
		for _, k := range page.Kinds {
			args = append(args, k)
			any = append(any, fmt.Sprintf("substr(kind, 1, length($%d)) = $%d", len(args), len(args)))
		}
		query.WriteString(" and (" + strings.Join(any, " or ") + ")")
	}
	args = append(args, page.Limit)
	fmt.Fprintf(&query, " order by version desc limit $%d", len(args))

	var all []ledger.Happening
	err = db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			e, err := scanEntry(rows)
			if err != nil {
				return err
			}
			h, err := happening(&e, key)
			if err != nil {
				return err
			}
			all = append(all, h)
			return nil
		}, query.String(), args...)
	})
	return all, err
}

// happening is an entry with its payload opened.
func happening(e *ledger.Entry, key *keyring.DataKey) (ledger.Happening, error) {
	h := ledger.Happening{Entry: *e}
	if len(e.Payload) == 0 {
		return h, nil
	}
	var err error
	if h.Payload, err = key.Open(e.Payload, entryPlace(e.ID)); err != nil {
		return h, fmt.Errorf("ledger entry %s: %w", e.ID, err)
	}
	return h, nil
}

// Happening returns the entry of an id about a subject; errs.NotFound for
// another's.
func (db *DB) Happening(ctx context.Context, subject id.Subject, entry string) (h ledger.Happening, err error) {
	key, err := db.ring.Subject(ctx, subject)
	if err != nil {
		return h, err
	}
	found := false
	err = db.main.read(ctx, func(c conn) error {
		return c.each(ctx, func(rows *sql.Rows) error {
			e, err := scanEntry(rows)
			if err != nil {
				return err
			}
			found = true
			h, err = happening(&e, key)
			return err
		}, "select"+entryColumns+`
			from ledger_entries
			where lane = $1 and subject = $2 and id = $3`, db.lane(subject), subject, entry)
	})
	if err == nil && !found {
		err = errs.NotFound
	}
	return h, err
}

// Entry returns the entry of the given id of a subject, unopened. It is
// errs.NotFound for another's.
func (db *DB) Entry(ctx context.Context, subject id.Subject, version int64) (e ledger.Entry, err error) {
	found := false
	err = db.main.read(ctx, func(c conn) error {
		return c.each(ctx, func(rows *sql.Rows) error {
			found = true
			e, err = scanEntry(rows)
			return err
		}, "select"+entryColumns+`
			from ledger_entries
			where lane = $1 and subject = $2 and version = $3`, db.lane(subject), subject, version)
	})
	if err == nil && !found {
		err = errs.NotFound
	}
	return e, err
}

// Ledger calls fn with the whole ledger as it stands at one moment.
func (db *DB) Ledger(ctx context.Context, fn func(ledger.Source) error) error {
	return db.main.snapshot(ctx, func(c conn) error { return fn(ledgerSource{c}) })
}

// A ledgerSource is the ledger within one snapshot.
type ledgerSource struct{ conn }

// Heads also names the lanes that hold something and have no head: nobody but
// a forger writes there, and Verify walks the lanes that it is told of.
func (s ledgerSource) Heads(ctx context.Context) ([]ledger.Head, error) {
	heads, err := readHeads(ctx, s.conn)
	if err != nil {
		return nil, err
	}
	err = s.each(ctx, func(rows *sql.Rows) error {
		var h ledger.Head
		err := rows.Scan(&h.Lane)
		heads = append(heads, h)
		return err
	}, `
		select lane
		from (
			select lane from ledger_entries
			union
			select lane from consent_records
		) as used
		where lane not in (select lane from ledger_heads)
		order by lane`)
	return heads, err
}

func readHeads(ctx context.Context, c conn) ([]ledger.Head, error) {
	var heads []ledger.Head
	err := c.each(ctx, func(rows *sql.Rows) error {
		var h ledger.Head
		var hash []byte
		if err := rows.Scan(&h.Lane, &h.Seq, &hash); err != nil {
			return err
		}
		h.Hash = toHash(hash)
		heads = append(heads, h)
		return nil
	}, "select lane, seq, hash from ledger_heads order by lane")
	return heads, err
}

func (s ledgerSource) EntriesAfter(ctx context.Context, lane int, seq int64, limit int) ([]ledger.Entry, error) {
	var all []ledger.Entry
	err := s.each(ctx, func(rows *sql.Rows) error {
		e, err := scanEntry(rows)
		all = append(all, e)
		return err
	}, "select"+entryColumns+`
		from ledger_entries
		where lane = $1 and seq > $2
		order by seq
		limit $3`, lane, seq, limit)
	return all, err
}

func (s ledgerSource) SignedCheckpoints(ctx context.Context) ([][]byte, error) {
	var all [][]byte
	err := s.each(ctx, func(rows *sql.Rows) error {
		var signed string
		err := rows.Scan(&signed)
		all = append(all, []byte(signed))
		return err
	}, "select signed from checkpoints order by number")
	return all, err
}

func (s ledgerSource) Evidence(ctx context.Context, lane int, fn func(string, ledger.Hash) error) error {
	return s.each(ctx, func(rows *sql.Rows) error {
		r, _, err := scanRecord(rows)
		if err != nil {
			return err
		}
		return fn(string(r.ID), r.Digest())
	}, "select"+recordColumns+`
		from consent_records
		where lane = $1`, lane)
}

// LastCheckpoint returns the newest checkpoint as it was signed, with the time
// and the number of entries it covers; errs.NotFound before the first.
func (db *DB) LastCheckpoint(ctx context.Context) (signed []byte, at time.Time, err error) {
	var text string
	var micro int64
	err = db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select signed, at from checkpoints order by number desc limit 1", nil, &text, &micro)
	})
	return []byte(text), fromMicros(micro), err
}

// Heads returns where every lane stands now.
func (db *DB) Heads(ctx context.Context) (heads []ledger.Head, err error) {
	err = db.main.read(ctx, func(c conn) error {
		heads, err = readHeads(ctx, c)
		return err
	})
	return heads, err
}

// AddCheckpoint stores c as it was signed. errs.Conflict means that another
// process was first.
func (db *DB) AddCheckpoint(ctx context.Context, c *ledger.Checkpoint, signed []byte) error {
	return db.main.update(ctx, func(q conn) error {
		n, err := q.exec(ctx, `
			insert into checkpoints (number, at, entries, signed)
			values ($1, $2, $3, $4)
			on conflict (number) do nothing`,
			c.Number, micros(c.At), c.Entries(), string(signed))
		if err == nil && n == 0 {
			err = errs.Conflict
		}
		return err
	})
}

// SealedBy returns the first checkpoint that covers entry seq of lane, or
// errs.NotFound while none does. Heads never go back, so it is found by halves.
func (db *DB) SealedBy(ctx context.Context, lane int, seq int64, open func([]byte) (*ledger.Checkpoint, error)) (*ledger.Checkpoint, error) {
	var last int64
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select coalesce(max(number), 0) from checkpoints", nil, &last)
	})
	if err != nil {
		return nil, err
	}
	var found *ledger.Checkpoint
	for low, high := int64(1), last; low <= high; {
		middle := low + (high-low)/2
		cp, err := db.checkpoint(ctx, middle, open)
		if err != nil {
			return nil, err
		}
		if cp.Head(lane).Seq >= seq {
			found, high = cp, middle-1
		} else {
			low = middle + 1
		}
	}
	if found == nil {
		return nil, errs.NotFound
	}
	return found, nil
}

func (db *DB) checkpoint(ctx context.Context, number int64, open func([]byte) (*ledger.Checkpoint, error)) (*ledger.Checkpoint, error) {
	var signed string
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select signed from checkpoints where number = $1", []any{number}, &signed)
	})
	if isKind(err, errs.NotFound) {
		// Not the same as "not sealed yet": one that was there is gone.
		return nil, fmt.Errorf("checkpoint %d is missing", number)
	}
	if err != nil {
		return nil, fmt.Errorf("checkpoint %d: %w", number, err)
	}
	return open([]byte(signed))
}

// CheckpointsAfter returns the signed checkpoints above number, ascending.
func (db *DB) CheckpointsAfter(ctx context.Context, number int64) ([][]byte, error) {
	var all [][]byte
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var signed string
			err := rows.Scan(&signed)
			all = append(all, []byte(signed))
			return err
		}, "select signed from checkpoints where number > $1 order by number", number)
	})
	return all, err
}

// Unsealed returns how many entries no checkpoint covers, and when the first of
// them was written after the newest checkpoint. Where an entry says only when
// what it tells of was, as those of an import do, that is when the checkpoint
// was made.
func (db *DB) Unsealed(ctx context.Context) (entries int64, since time.Time, err error) {
	var micro int64
	err = db.main.read(ctx, func(c conn) error {
		return c.one(ctx, `
			with sealed as (
				select coalesce(max(entries), 0) as entries, coalesce(max(at), (select created_at from installation)) as at
				from checkpoints
			)
			select coalesce((select sum(seq) from ledger_heads), 0) - entries,
				coalesce((select min(e.at) from ledger_entries e where e.at > sealed.at), at)
			from sealed`, nil, &entries, &micro)
	})
	return entries, fromMicros(micro), err
}
