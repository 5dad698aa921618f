package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
)

// A write is one statement with its arguments, made ready outside the
// transaction so that sealing costs the writer nothing.
type write struct {
	query string
	args  []any
	// missed is returned when the statement touches no row; nil when that is
	// no error.
	missed error
}

// Commit writes c: rows, ledger entries and background work together or not at
// all. It returns where the entries came to stand, in the order of c.Entries.
//
// errs.Conflict means that the subject moved past c.Base, or that an
// identifier is already another's, and nothing was written; errs.Gone that the
// subject was erased; errs.NotFound that there is no such subject.
func (db *DB) Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error) {
	p, err := db.prepare(ctx, c)
	if err != nil {
		return nil, err
	}
	var written []ledger.Written
	err = db.main.update(ctx, func(q conn) error {
		written, err = p.write(ctx, q)
		return err
	})
	if err != nil {
		return nil, err
	}
	db.tell(c.Subject)
	return written, nil
}

// A prepared change has everything sealed and waits for its place.
type preparedChange struct {
	ledger.Change
	lane    int
	entries []ledger.Entry
	writes  []write
}

func (db *DB) prepare(ctx context.Context, c ledger.Change) (*preparedChange, error) {
	p := &preparedChange{Change: c}
	key := db.ring.System()
	if c.Subject != "" {
		p.lane = db.lane(c.Subject)
		var err error
		key, err = db.subjectKey(ctx, c)
		if err != nil && !(errors.Is(err, errs.Gone) && keyless(c)) {
			return nil, err
		}
	}
	for _, d := range c.Entries {
		e, err := draw(c, d, key)
		if err != nil {
			return nil, err
		}
		p.entries = append(p.entries, e)
	}
	for _, row := range c.Rows {
		if e, is := row.(rights.Erased); is {
			w, err := db.keptWrites(ctx, p, e)
			if err != nil {
				return nil, err
			}
			p.writes = append(p.writes, w...)
			if w, err = db.farewellWrites(ctx, p, e.Plan.Names); err != nil {
				return nil, err
			}
			p.writes = append(p.writes, w...)
		}
		w, err := db.rowWrites(ctx, p, key, row)
		if err != nil {
			return nil, err
		}
		p.writes = append(p.writes, w...)
	}
	return p, nil
}

// keyless tells whether c needs no key: it repeats an erasure, and the key may
// be gone already.
func keyless(c ledger.Change) bool {
	for _, row := range c.Rows {
		if e, is := row.(rights.Erased); !is || e.Again == nil {
			return false
		}
	}
	return len(c.Rows) > 0 && !slices.ContainsFunc(c.Entries, func(d ledger.Draft) bool { return d.Payload != nil })
}

// subjectKey returns the key of the change's subject; a new subject gets one,
// which is on disk before the change that needs it.
func (db *DB) subjectKey(ctx context.Context, c ledger.Change) (*keyring.DataKey, error) {
	if c.Base != 0 {
		return db.ring.Subject(ctx, c.Subject)
	}
	keys, err := db.ring.Create(ctx, c.Subject)
	if err != nil {
		return nil, err
	}
	return keys[0], nil
}

// draw makes an entry of a draft; its place in the chain comes later.
func draw(c ledger.Change, d ledger.Draft, key *keyring.DataKey) (ledger.Entry, error) {
	e := ledger.Entry{
		ID: d.ID, Subject: c.Subject, Kind: d.Kind, Actor: c.Actor, Brand: c.Brand,
		Cause: c.Cause, At: c.At, Evidence: d.Evidence,
	}
	if e.ID == "" {
		e.ID = id.New()
	}
	if d.Payload != nil {
		plain, err := json.Marshal(d.Payload)
		if err != nil {
			return e, fmt.Errorf("payload of %s: %w", d.Kind, err)
		}
		e.Payload = key.Seal(nil, plain, entryPlace(e.ID))
	}
	return e, nil
}

func entryPlace(entryID string) keyring.Place {
	return keyring.Place{Table: "ledger_entries", Row: entryID, Column: "payload"}
}

// write runs inside the transaction: it takes the lane's lock, moves the
// subject on, and gives the entries their places. What can be refused comes
// before the first row that is written.
func (p *preparedChange) write(ctx context.Context, q conn) ([]ledger.Written, error) {
	head, err := p.lockHead(ctx, q)
	if err != nil {
		return nil, err
	}
	version, err := p.moveSubject(ctx, q)
	if err != nil {
		return nil, err
	}
	written := make([]ledger.Written, len(p.entries))
	entries := slices.Clone(p.entries)
	for i := range entries {
		e := &entries[i]
		if e.Subject != "" {
			version++
			e.Version = version
		}
		e.Link(head)
		head = e.Head()
		written[i] = ledger.Written{EntryID: e.ID, Kind: e.Kind, Lane: e.Lane, Seq: e.Seq, Version: e.Version, Hash: e.Hash}
	}
	if err := insertEntries(ctx, q, entries); err != nil {
		return nil, err
	}
	if err := p.moveHead(ctx, q, head); err != nil {
		return nil, err
	}
	for _, w := range p.writes {
		if err := w.run(ctx, q); err != nil {
			return nil, err
		}
	}
	return written, nil
}

func (p *preparedChange) lockHead(ctx context.Context, q conn) (ledger.Head, error) {
	h := ledger.Head{Lane: p.lane}
	if len(p.entries) == 0 {
		return h, nil
	}
	var hash []byte
	err := q.one(ctx, "select seq, hash from ledger_heads where lane = $1"+q.dialect.lockRow(), []any{p.lane}, &h.Seq, &hash)
	if err != nil {
		return h, fmt.Errorf("lock lane: %w", err)
	}
	h.Hash = toHash(hash)
	return h, nil
}

// moveHead writes the new head of the lane.
func (p *preparedChange) moveHead(ctx context.Context, q conn, head ledger.Head) error {
	if len(p.entries) == 0 {
		return nil
	}
	if _, err := q.exec(ctx, "update ledger_heads set seq = $1, hash = $2 where lane = $3", head.Seq, head.Hash[:], p.lane); err != nil {
		return fmt.Errorf("move lane head: %w", err)
	}
	return nil
}

// moveSubject makes a new subject, or moves one on by the change's entries. It
// returns the version that the change starts from.
func (p *preparedChange) moveSubject(ctx context.Context, q conn) (int64, error) {
	if p.Subject == "" {
		return 0, nil
	}
	if p.Base == 0 {
		_, err := q.exec(ctx, `
			insert into subjects (lane, id, version, state, created_at)
			values ($1, $2, $3, $4, $5)`,
			p.lane, p.Subject, len(p.entries), identity.Active, micros(p.At))
		if err != nil {
			return 0, fmt.Errorf("insert subject: %w", err)
		}
		return 0, nil
	}
	from := p.Base
	if from == ledger.AnyVersion || len(p.entries) == 0 {
		var err error
		if from, err = p.lockSubject(ctx, q); err != nil || len(p.entries) == 0 {
			return from, err
		}
	}
	n, err := q.exec(ctx, `
		update subjects
		set version = $1
		where lane = $2 and id = $3 and version = $4 and state = $5`,
		from+int64(len(p.entries)), p.lane, p.Subject, from, identity.Active)
	if err != nil {
		return 0, fmt.Errorf("move subject version: %w", err)
	}
	if n == 0 {
		if _, err := p.lockSubject(ctx, q); err != nil {
			return 0, err
		}
		// It moved on between the two statements.
		return 0, errs.New(errs.Conflict, "error.conflict")
	}
	return from, nil
}

// lockSubject returns the version of the subject, or why it cannot be changed.
func (p *preparedChange) lockSubject(ctx context.Context, q conn) (int64, error) {
	var version int64
	var state identity.State
	err := q.one(ctx, "select version, state from subjects where lane = $1 and id = $2"+q.dialect.lockRow(),
		[]any{p.lane, p.Subject}, &version, &state)
	switch {
	case err != nil:
		return 0, fmt.Errorf("subject: %w", err)
	case state != identity.Active:
		return 0, errs.New(errs.Gone, "error.subject_gone")
	case p.Base != ledger.AnyVersion && p.Base != version:
		return 0, errs.New(errs.Conflict, "error.conflict")
	}
	return version, nil
}

func (w write) run(ctx context.Context, q conn) error {
	n, err := q.exec(ctx, w.query, w.args...)
	if err != nil {
		return fmt.Errorf("write row: %w", err)
	}
	if n == 0 && w.missed != nil {
		return w.missed
	}
	return nil
}
