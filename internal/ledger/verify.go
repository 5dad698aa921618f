package ledger

import (
	"context"
	"fmt"
	"sort"

	"golang.org/x/mod/sumdb/note"
)

// A Source is a ledger that can be walked while it stands still: the store
// reads it from one snapshot.
type Source interface {
	// Heads returns the heads that the next entries would be linked to.
	Heads(ctx context.Context) ([]Head, error)
	// EntriesAfter returns at most limit entries of lane with a sequence above
	// seq, ascending.
	EntriesAfter(ctx context.Context, lane int, seq int64, limit int) ([]Entry, error)
	// SignedCheckpoints returns the checkpoints of the database, ascending.
	SignedCheckpoints(ctx context.Context) ([][]byte, error)
	// Evidence calls fn with the entry id and digest of every row that an entry
	// vouches for, of one lane.
	Evidence(ctx context.Context, lane int, fn func(entryID string, digest Hash) error) error
}

// A Fault is the first thing in a lane, or among the checkpoints, that cannot
// be as it was written.
type Fault struct {
	Lane       int // -1 for a checkpoint
	Seq        int64
	EntryID    string
	Checkpoint int64 // number of the checkpoint that shows it, 0 when the chain itself does
	What       string
}

func (f Fault) String() string {
	where := fmt.Sprintf("lane %d, entry %d", f.Lane, f.Seq)
	if f.Lane < 0 {
		where = "checkpoints"
	}
	if f.EntryID != "" {
		where += " (" + f.EntryID + ")"
	}
	if f.Checkpoint > 0 {
		where += fmt.Sprintf(", against checkpoint %d", f.Checkpoint)
	}
	return where + ": " + f.What
}

// A Report is the outcome of Verify.
type Report struct {
	Entries     int64
	Lanes       int
	Checkpoints int
	Unsealed    int64 // entries that no checkpoint covers yet
	Subjects    int   // whose state was compared with the records
	Faults      []Fault
}

// OK tells whether nothing was found.
func (r *Report) OK() bool { return len(r.Faults) == 0 }

// Verify walks all of src: every hash and link, every head, every checkpoint
// of the database and of outside, and every row that an entry vouches for. For
// each lane it names the first fault. outside holds signed checkpoints that
// were kept elsewhere, in any order; without them a cut tail, or an older
// database put back whole, cannot be seen.
//
// An error means that the walk could not be finished, not that it found
// something.
func Verify(ctx context.Context, src Source, v note.Verifier, outside [][]byte) (*Report, error) {
	r := &Report{}
	inside, err := src.SignedCheckpoints(ctx)
	if err != nil {
		return nil, fmt.Errorf("read checkpoints: %w", err)
	}
	marks := r.checkCheckpoints(inside, outside, v)

	heads, err := src.Heads(ctx)
	if err != nil {
		return nil, fmt.Errorf("read heads: %w", err)
	}
	byLane := map[int]Head{}
	for _, h := range heads {
		byLane[h.Lane] = h
	}
	for lane := range marks {
		if _, ok := byLane[lane]; !ok {
			byLane[lane] = Head{Lane: lane}
		}
	}
	lanes := make([]int, 0, len(byLane))
	for lane := range byLane {
		lanes = append(lanes, lane)
	}
	sort.Ints(lanes)
	for _, lane := range lanes {
		w := walk{report: r, lane: lane, marks: marks[lane]}
		if err := w.run(ctx, src, byLane[lane]); err != nil {
			return nil, err
		}
	}
	r.Lanes = len(lanes)
	return r, nil
}

// A mark is what one checkpoint says of one lane.
type mark struct {
	Head
	number int64
}

// checkCheckpoints checks signatures and order, and returns what the good ones
// say of each lane, by ascending sequence.
func (r *Report) checkCheckpoints(inside, outside [][]byte, v note.Verifier) map[int][]mark {
	all := map[int64]*Checkpoint{}
	stored := map[int64]bool{}
	var last int64
	read := func(signed []byte, where string) *Checkpoint {
		c, err := OpenCheckpoint(signed, v)
		if err != nil {
			r.Faults = append(r.Faults, Fault{Lane: -1, What: where + " holds a checkpoint that is not ours: " + err.Error()})
			return nil
		}
		if other, ok := all[c.Number]; ok && other.Digest() != c.Digest() {
			r.Faults = append(r.Faults, Fault{Lane: -1, Checkpoint: c.Number, What: "two different checkpoints bear this number"})
		}
		all[c.Number] = c
		return c
	}
	for _, signed := range inside {
		if c := read(signed, "the database"); c != nil {
			stored[c.Number] = true
			last = max(last, c.Number)
		}
	}
	r.Checkpoints = len(stored)
	for _, signed := range outside {
		if c := read(signed, "the checkpoint file"); c != nil && !stored[c.Number] {
			r.Faults = append(r.Faults, Fault{Lane: -1, Checkpoint: c.Number, What: "the database does not hold this checkpoint"})
		}
	}
	for n := int64(1); n <= last; n++ {
		switch c, prev := all[n], all[n-1]; {
		case !stored[n]:
			r.Faults = append(r.Faults, Fault{Lane: -1, Checkpoint: n, What: "missing from the database"})
		case c != nil && prev != nil && c.Prev != prev.Digest():
			r.Faults = append(r.Faults, Fault{Lane: -1, Checkpoint: n, What: "does not follow the one before"})
		}
	}
	return marksOf(all, last)
}

// marksOf lists by lane what the checkpoints say, in ascending sequence. A
// checkpoint that says of a lane what the one before said adds nothing.
func marksOf(all map[int64]*Checkpoint, last int64) map[int][]mark {
	for n := range all {
		last = max(last, n)
	}
	marks := map[int][]mark{}
	for n := int64(1); n <= last; n++ {
		if all[n] == nil {
			continue
		}
		for _, h := range all[n].Heads {
			m := marks[h.Lane]
			if len(m) == 0 || m[len(m)-1].Head != h {
				marks[h.Lane] = append(m, mark{h, n})
			}
		}
	}
	for lane, m := range marks {
		sort.SliceStable(m, func(i, j int) bool { return m[i].Seq < m[j].Seq })
		marks[lane] = m
	}
	return marks
}

// A walk goes through one lane.
type walk struct {
	report  *Report
	lane    int
	marks   []mark
	faulty  bool
	vouched map[string]vouched
}

// vouched is the evidence that an entry claims to exist.
type vouched struct {
	seq    int64
	digest Hash
}

const walkBatch = 1000

func (w *walk) run(ctx context.Context, src Source, stored Head) error {
	w.vouched = map[string]vouched{}
	at := Head{Lane: w.lane}
	for !w.faulty {
		entries, err := src.EntriesAfter(ctx, w.lane, at.Seq, walkBatch)
		if err != nil {
			return fmt.Errorf("read lane %d: %w", w.lane, err)
		}
		if len(entries) == 0 {
			break
		}
		for i := range entries {
			if at = w.step(at, &entries[i]); w.faulty {
				return nil
			}
		}
	}
	switch {
	case len(w.marks) > 0:
		w.fault(at.Seq+1, "", w.marks[0].number, fmt.Sprintf("the lane ends here, and the checkpoint saw %d entries", w.marks[len(w.marks)-1].Seq))
	case stored.Seq > at.Seq:
		w.fault(at.Seq+1, "", 0, fmt.Sprintf("missing; the stored head is entry %d", stored.Seq))
	case stored != at:
		w.fault(at.Seq, "", 0, fmt.Sprintf("the stored head is entry %d with another hash or number", stored.Seq))
	default:
		return w.checkEvidence(ctx, src)
	}
	return nil
}

// step checks that e follows at, and returns the new place.
func (w *walk) step(at Head, e *Entry) Head {
	w.report.Entries++
	switch {
	case e.Seq != at.Seq+1:
		w.fault(at.Seq+1, "", 0, fmt.Sprintf("missing; the next is entry %d", e.Seq))
		return at
	case e.Lane != w.lane || e.Sum() != e.Hash:
		w.fault(e.Seq, e.ID, 0, "its content does not match its hash")
		return at
	case e.Prev != at.Hash:
		w.fault(e.Seq, e.ID, 0, "it does not follow the entry before")
		return at
	}
	sealed := len(w.marks) > 0
	for len(w.marks) > 0 && w.marks[0].Seq == e.Seq {
		if w.marks[0].Hash != e.Hash {
			w.fault(e.Seq, e.ID, w.marks[0].number, "the checkpoint saw another entry here")
			return at
		}
		w.marks = w.marks[1:]
	}
	if !sealed {
		w.report.Unsealed++
	}
	if e.Evidence != (Hash{}) {
		// A later entry must not be able to vouch for another form of the row.
		if first, ok := w.vouched[e.ID]; ok {
			w.fault(e.Seq, e.ID, 0, fmt.Sprintf("entry %d vouches for the same row", first.seq))
			return at
		}
		w.vouched[e.ID] = vouched{e.Seq, e.Evidence}
	}
	return e.Head()
}

// checkEvidence compares the rows with what their entries say of them. Of
// several faults it names that of the first entry; a row that no entry vouches
// for has none and comes last.
func (w *walk) checkEvidence(ctx context.Context, src Source) error {
	type found struct {
		seq           int64
		entryID, what string
	}
	var first *found
	note := func(f found) {
		before := first == nil || f.seq != 0 && (first.seq == 0 || f.seq < first.seq)
		if before || f.seq == first.seq && f.entryID < first.entryID {
			first = &f
		}
	}
	err := src.Evidence(ctx, w.lane, func(entryID string, digest Hash) error {
		claim, ok := w.vouched[entryID]
		switch {
		case !ok:
			note(found{0, entryID, "a row that no entry vouches for"})
		case claim.digest != digest:
			note(found{claim.seq, entryID, "the row it vouches for was changed"})
		}
		delete(w.vouched, entryID)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read evidence of lane %d: %w", w.lane, err)
	}
	for entryID, claim := range w.vouched {
		note(found{claim.seq, entryID, "the row it vouches for is missing"})
	}
	if first != nil {
		w.fault(first.seq, first.entryID, 0, first.what)
	}
	return nil
}

// fault records the first fault of the lane and ends its walk.
func (w *walk) fault(seq int64, entryID string, checkpoint int64, what string) {
	if w.faulty {
		return
	}
	w.faulty = true
	w.report.Faults = append(w.report.Faults, Fault{Lane: w.lane, Seq: seq, EntryID: entryID, Checkpoint: checkpoint, What: what})
}
