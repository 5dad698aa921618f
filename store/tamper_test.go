package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"livingprofile/internal/consent"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// proofTables are what a forger of the past has to change.
var proofTables = [...]string{"ledger_entries", "ledger_heads", "checkpoints", "consent_records"}

// A forger has the database and no key.
type forger struct {
	t        *testing.T
	db       *store.DB
	sql      *sql.DB
	verifier note.Verifier
	file     [][]byte // checkpoints that were kept elsewhere
	entries  []ledger.Entry
	sealed   map[int]int64 // lane: the last entry that a checkpoint covers
}

func TestTampering(t *testing.T) {
	onEngines(t, func(t *testing.T, e testkit.Engine) {
		f := newForger(t, testkit.Install(t, e))
		t.Run("good_ledger_verifies", func(t *testing.T) {
			r := f.verify(t, f.file)
			if !r.OK() || r.Entries != int64(len(f.entries)) || r.Lanes != 64 || r.Unsealed == 0 || r.Checkpoints < 3 {
				t.Errorf("got %+v", r)
			}
		})
		t.Run("column_of_an_entry", f.columns)
		t.Run("place_of_an_entry", f.places)
		t.Run("hashes_computed_anew", f.rechain)
		t.Run("tail_cut", f.cutTail)
		t.Run("whole_database", f.wholeDatabase)
		t.Run("consent_record", f.consentRecords)
		t.Run("checkpoint", f.checkpoints)
		t.Run("lane_that_is_none", f.lanes)
	})
}

// newForger fills an installation with some 200 entries about five subjects.
func newForger(t *testing.T, i *testkit.Installation) *forger {
	f := &forger{t: t, db: i.Open(t), sql: i.SQL(t), sealed: map[int]int64{}}
	signer, verifier, err := f.db.Ring().CheckpointKeys("test")
	if err != nil {
		t.Fatal(err)
	}
	f.verifier = verifier
	n, err := ledger.NewNotary(t.Context(), f.db, signer, verifier, i.Clock, "")
	if err != nil {
		t.Fatal(err)
	}
	seal := func() {
		if err := n.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var subjects []id.Subject
	for lane := range 5 {
		c := identity.New(nil, program, i.Clock.Now())
		for c.Subject.Lane(64) != lane*12 { // so that no two share one
			c = identity.New(nil, program, i.Clock.Now())
		}
		f.commit(t, c)
		subjects = append(subjects, c.Subject)
	}
	for round := range 20 {
		for _, s := range subjects {
			f.decide(t, s, i.Clock.Now())
		}
		i.Clock.Advance(ledger.MaxAge)
		if round < 19 {
			seal()
		}
	}
	f.remember(t)
	return f
}

func (f *forger) commit(t *testing.T, c ledger.Change) {
	t.Helper()
	if _, err := f.db.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

// decide writes an entry that vouches for a record, and one that does not.
func (f *forger) decide(t *testing.T, s id.Subject, at time.Time) {
	t.Helper()
	r := consent.Record{
		ID: consent.RecordID(id.New()), Subject: s, Purpose: "news", Version: 1, Scope: "hibiki", Notice: "n", Locale: "ja",
		Status: consent.Given, At: at, Until: at.Add(time.Hour), Proof: consent.Proof{Kind: consent.BySession, Ref: "s"},
		Brand: "hibiki", Channel: "portal", Via: "v",
	}
	f.commit(t, ledger.Change{
		Subject: s, Base: ledger.AnyVersion, At: at, Actor: ledger.Self(s), Brand: "hibiki", Cause: "c",
		Entries: []ledger.Draft{r.Entry(), {Kind: "test.done", Payload: "p"}}, Rows: []any{r},
	})
}

// remember keeps the state that every test begins with.
func (f *forger) remember(t *testing.T) {
	t.Helper()
	var err error
	if f.file, err = f.db.CheckpointsAfter(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	last, err := ledger.OpenCheckpoint(f.file[len(f.file)-1], f.verifier)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range last.Heads {
		f.sealed[h.Lane] = h.Seq
		f.entries = append(f.entries, f.lane(t, h.Lane)...)
	}
	for _, table := range proofTables {
		f.exec(t, "create table kept_"+table+" as select * from "+table)
	}
}

func (f *forger) lane(t *testing.T, lane int) (entries []ledger.Entry) {
	t.Helper()
	err := f.db.Ledger(t.Context(), func(src ledger.Source) (err error) {
		entries, err = src.EntriesAfter(t.Context(), lane, 0, 10000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func (f *forger) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := f.sql.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func (f *forger) verify(t *testing.T, outside [][]byte) (r *ledger.Report) {
	t.Helper()
	err := f.db.Ledger(t.Context(), func(src ledger.Source) (err error) {
		r, err = ledger.Verify(t.Context(), src, f.verifier, outside)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// after verifies what spoil leaves, and puts everything back.
func (f *forger) after(t *testing.T, outside [][]byte, spoil func()) *ledger.Report {
	t.Helper()
	spoil()
	r := f.verify(t, outside)
	tx, err := f.sql.BeginTx(context.WithoutCancel(t.Context()), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // after the commit it does nothing
	for _, table := range proofTables {
		for _, query := range []string{"delete from " + table, "insert into " + table + " select * from kept_" + table} {
			if _, err := tx.ExecContext(t.Context(), query); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	return r
}

// wantEntry fails unless r names entry seq of lane and no other of that lane.
func wantEntry(t *testing.T, r *ledger.Report, what string, lane int, seq int64) {
	t.Helper()
	var in []ledger.Fault
	for _, fault := range r.Faults {
		if fault.Lane == lane {
			in = append(in, fault)
		}
	}
	if len(in) != 1 || in[0].Seq != seq {
		t.Errorf("%s: got %v, want entry %d of lane %d", what, r.Faults, seq, lane)
	}
}

// some are entries of all sorts: the first and the last of a lane, sealed and
// not, with and without a record; all when it is long.
func (f *forger) some() []ledger.Entry {
	if testkit.Long() {
		return f.entries
	}
	n := len(f.entries) / 5
	return []ledger.Entry{f.entries[0], f.entries[7], f.entries[n-1], f.entries[n+n/2], f.entries[len(f.entries)-2]}
}

const atEntry = " where lane = $1 and seq = $2"

func (f *forger) columns(t *testing.T) {
	forge := func(e ledger.Entry, assignment string, more ...any) func() {
		return func() {
			f.exec(t, "update ledger_entries set "+assignment+atEntry, append([]any{e.Lane, e.Seq}, more...)...)
		}
	}
	bent := func(b []byte) []byte {
		if len(b) == 0 {
			b = []byte{1}
		}
		b = slices.Clone(b)
		b[len(b)-1] ^= 1
		return b
	}
	for _, e := range f.some() {
		for column, spoil := range map[string]func(){
			"lane":       forge(e, "lane = lane + 1"),
			"seq":        forge(e, "seq = seq + 1000000"),
			"id":         forge(e, "id = 'x' || id"),
			"subject":    forge(e, "subject = 'x' || subject"),
			"version":    forge(e, "version = version + 1"),
			"kind":       forge(e, "kind = kind || 'x'"),
			"actor_kind": forge(e, "actor_kind = 'staff'"),
			"actor_id":   forge(e, "actor_id = ''"),
			"brand":      forge(e, "brand = brand || 'x'"),
			"cause":      forge(e, "cause = cause || 'x'"),
			"at":         forge(e, "at = at - 1"),
			"payload":    forge(e, "payload = $3", bent(e.Payload)),
			"evidence":   forge(e, "evidence = $3", bent(e.Evidence[:])),
			"prev":       forge(e, "prev = $3", bent(e.Prev[:])),
			"hash":       forge(e, "hash = $3", bent(e.Hash[:])),
			"hash_cut":   forge(e, "hash = $3", e.Hash[:16]),
		} {
			wantEntry(t, f.after(t, nil, spoil), column, e.Lane, e.Seq)
		}
	}
}

func (f *forger) places(t *testing.T) {
	for _, e := range f.some()[:4] {
		wantEntry(t, f.after(t, nil, func() {
			f.exec(t, "delete from ledger_entries"+atEntry, e.Lane, e.Seq)
		}), "drop", e.Lane, e.Seq)
		wantEntry(t, f.after(t, nil, func() {
			f.exec(t, "update ledger_entries set seq = -1"+atEntry, e.Lane, e.Seq)
			f.exec(t, "update ledger_entries set seq = seq - 1"+atEntry, e.Lane, e.Seq+1)
			f.exec(t, "update ledger_entries set seq = $3 where lane = $1 and seq = $2", e.Lane, -1, e.Seq+1)
		}), "swap", e.Lane, e.Seq)
		wantEntry(t, f.after(t, nil, func() {
			f.exec(t, "update ledger_entries set seq = -seq - 1 where lane = $1 and seq >= $2", e.Lane, e.Seq)
			f.exec(t, "update ledger_entries set seq = -seq where lane = $1 and seq < 0", e.Lane)
			f.insert(t, ledger.Entry{Lane: e.Lane, Seq: e.Seq, ID: "forged", Kind: "a.b"})
		}), "insert", e.Lane, e.Seq)
	}
}

func (f *forger) insert(t *testing.T, e ledger.Entry) {
	t.Helper()
	f.exec(t, `
		insert into ledger_entries (
			lane, seq, id, subject, version, kind, actor_kind, actor_id, brand, cause, at, payload, evidence, prev, hash)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		e.Lane, e.Seq, e.ID, e.Subject, e.Version, e.Kind, e.Actor.Kind, e.Actor.ID,
		e.Brand, e.Cause, e.At.UnixMicro(), e.Payload, e.Evidence[:], e.Prev[:], e.Hash[:])
}

// rechain changes an entry and gives all after it hashes that fit.
func (f *forger) rechain(t *testing.T) {
	for _, e := range f.some() {
		if e.Seq > f.sealed[e.Lane] {
			continue
		}
		entries := f.lane(t, e.Lane)
		r := f.after(t, nil, func() {
			head := ledger.Head{Lane: e.Lane}
			if e.Seq > 1 {
				head = entries[e.Seq-2].Head()
			}
			for _, next := range entries[e.Seq-1:] {
				if next.Seq == e.Seq {
					next.Cause = "another"
				}
				next.Link(head)
				head = next.Head()
				f.exec(t, "update ledger_entries set cause = $3, prev = $4, hash = $5"+atEntry,
					next.Lane, next.Seq, next.Cause, next.Prev[:], next.Hash[:])
			}
			f.exec(t, "update ledger_heads set hash = $2 where lane = $1", e.Lane, head.Hash[:])
		})
		// Two entries at most stand between what was changed and what the next
		// checkpoint saw of the lane.
		if len(r.Faults) != 1 || r.Faults[0].Lane != e.Lane || r.Faults[0].Checkpoint == 0 ||
			r.Faults[0].Seq < e.Seq || r.Faults[0].Seq > e.Seq+2 {
			t.Errorf("got %v, want what a checkpoint saw at or after entry %d of lane %d", r.Faults, e.Seq, e.Lane)
		}
	}
}

// cut takes the last n entries of a lane away, with all that speaks of them.
func (f *forger) cut(t *testing.T, lane int, n int64) {
	entries := f.lane(t, lane)
	head := entries[int64(len(entries))-n-1].Head()
	f.exec(t, "delete from consent_records where id in (select id from ledger_entries where lane = $1 and seq > $2)", lane, head.Seq)
	f.exec(t, "delete from ledger_entries where lane = $1 and seq > $2", lane, head.Seq)
	f.exec(t, "update ledger_heads set seq = $2, hash = $3 where lane = $1", lane, head.Seq, head.Hash[:])
}

func (f *forger) cutTail(t *testing.T) {
	const lane = 12
	length := int64(len(f.lane(t, lane)))
	fresh := length - f.sealed[lane]
	for n := int64(1); n < length; n++ {
		if n > fresh+5 && n < length-1 && !testkit.Long() {
			continue
		}
		r := f.after(t, nil, func() { f.cut(t, lane, n) })
		if n <= fresh {
			if !r.OK() {
				t.Errorf("cut of %d that nobody saw: got %v", n, r.Faults)
			}
			continue
		}
		wantEntry(t, r, fmt.Sprintf("cut of %d", n), lane, length-n+1)
	}
	if r := f.after(t, nil, func() {
		f.exec(t, "delete from ledger_entries where lane = $1 and seq = $2", lane, length)
	}); r.OK() {
		t.Error("a cut that leaves the head is not found")
	}
}

func (f *forger) wholeDatabase(t *testing.T) {
	gone := func() {
		for _, table := range [...]string{"ledger_entries", "checkpoints", "consent_records"} {
			f.exec(t, "delete from "+table)
		}
		f.exec(t, "update ledger_heads set seq = 0, hash = $1", make([]byte, ledger.HashSize))
	}
	yesterday := func() {
		f.exec(t, "delete from checkpoints where number > 9")
		ninth, err := ledger.OpenCheckpoint(f.file[8], f.verifier)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range ninth.Heads {
			f.cut(t, h.Lane, int64(len(f.lane(t, h.Lane)))-h.Seq)
		}
	}
	for name, spoil := range map[string]func(){"all_gone": gone, "yesterday_put_back": yesterday} {
		if r := f.after(t, nil, spoil); !r.OK() {
			t.Errorf("%s, without what was kept elsewhere: got %v", name, r.Faults)
		}
		r := f.after(t, f.file, spoil)
		short := 0
		for _, fault := range r.Faults {
			if fault.Lane >= 0 && strings.Contains(fault.What, "ends here") {
				short++
			}
		}
		if short != 5 || len(r.Faults) <= 5 {
			t.Errorf("%s: got %v, want five lanes that are short, and the checkpoints", name, r.Faults)
		}
	}
}

func (f *forger) consentRecords(t *testing.T) {
	var e ledger.Entry
	for _, candidate := range f.entries[10:] {
		if candidate.Evidence != (ledger.Hash{}) {
			e = candidate
			break
		}
	}
	for column, assignment := range map[string]string{
		"lane": "lane = lane + 12", "id": "id = 'forged'", "subject": "subject = 'x'", "purpose": "purpose = 'ads'",
		"version": "version = 2", "scope": "scope = ''", "notice": "notice = ''", "locale": "locale = 'en'",
		"status": "status = 'withdrawn'", "at": "at = at + 1", "until": "until = 0", "proof_kind": "proof_kind = 'import'",
		"brand": "brand = ''", "channel": "channel = ''", "via": "via = ''",
	} {
		r := f.after(t, nil, func() { f.exec(t, "update consent_records set "+assignment+" where id = $1", e.ID) })
		wantEntry(t, r, column, e.Lane, e.Seq)
	}
	r := f.after(t, nil, func() { f.exec(t, "delete from consent_records where id = $1", e.ID) })
	wantEntry(t, r, "missing", e.Lane, e.Seq)
	r = f.after(t, nil, func() {
		f.exec(t, `
			insert into consent_records (
				lane, id, subject, purpose, version, scope, notice, locale, status,
				at, until, proof_kind, proof_ref, brand, channel, via)
			select lane, 'forged', subject, purpose, version, scope, notice, locale, 'given',
				at, until, proof_kind, proof_ref, brand, channel, via
			from consent_records
			where id = $1`, e.ID)
	})
	wantEntry(t, r, "added", e.Lane, 0)
	if len(r.Faults) == 1 && r.Faults[0].EntryID != "forged" {
		t.Errorf("added: got %v, want the record that was added", r.Faults)
	}
}

func (f *forger) checkpoints(t *testing.T) {
	stranger, _, err := note.GenerateKey(nil, "test")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(stranger)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := (&ledger.Checkpoint{Number: 3, At: testkit.Start}).Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(){
		"foreign":   func() { f.exec(t, "update checkpoints set signed = $1 where number = 3", string(foreign)) },
		"altered":   func() { f.exec(t, "update checkpoints set signed = replace(signed, '1', '2') where number = 3") },
		"missing":   func() { f.exec(t, "delete from checkpoints where number = 3") },
		"exchanged": func() { f.exec(t, "update checkpoints set signed = $1 where number = 3", string(f.file[3])) },
	} {
		r := f.after(t, nil, spoil)
		if !slices.ContainsFunc(r.Faults, func(fault ledger.Fault) bool { return fault.Lane == -1 }) {
			t.Errorf("%s: got %v, want a fault of the checkpoints", name, r.Faults)
		}
	}
	last := len(f.file)
	if r := f.after(t, f.file, func() { f.exec(t, "delete from checkpoints where number = $1", last) }); r.OK() {
		t.Error("the last one is missing, and nothing is found")
	}
}

// lanes writes where no head is, and where Verify would not look if it asked
// the heads alone.
func (f *forger) lanes(t *testing.T) {
	forged := ledger.Entry{ID: "forged", Kind: "a.b", At: testkit.Start}
	forged.Link(ledger.Head{Lane: 99})
	wantEntry(t, f.after(t, nil, func() { f.insert(t, forged) }), "entry in no lane", 99, 1)
	wantEntry(t, f.after(t, nil, func() {
		f.exec(t, "update consent_records set lane = 99 where id = $1", f.entries[1].ID)
	}), "record in no lane", 99, 0)

	fresh := ledger.Entry{ID: "first of its lane", Kind: "a.b", At: testkit.Start}
	fresh.Link(ledger.Head{Lane: 5})
	wantEntry(t, f.after(t, nil, func() {
		f.insert(t, fresh)
		f.exec(t, "delete from ledger_heads where lane = 5")
	}), "head deleted", 5, 1)
}
