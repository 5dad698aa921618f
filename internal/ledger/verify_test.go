package ledger

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

func report(t *testing.T, b *book, v note.Verifier, outside [][]byte) *Report {
	t.Helper()
	r, err := Verify(t.Context(), b, v, outside)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestVerify_finds_nothing_in_a_good_ledger(t *testing.T) {
	t.Parallel()
	b, _, v := sealed(t)
	for name, outside := range map[string][][]byte{"alone": nil, "with_all_checkpoints": b.signed, "with_one_checkpoint": b.signed[1:2]} {
		r := report(t, b, v, outside)
		if !r.OK() || r.Entries != 200 || r.Lanes != 4 || r.Checkpoints != 3 || r.Unsealed != 7 {
			t.Errorf("%s: got %+v", name, r)
		}
	}
	if r := report(t, newBook(4), v, nil); !r.OK() || r.Entries != 0 || r.Lanes != 4 {
		t.Errorf("empty: got %+v", r)
	}
}

// columns change each column of an entry by a little.
var columns = map[string]func(*Entry){
	"lane":       func(e *Entry) { e.Lane ^= 1 },
	"seq":        func(e *Entry) { e.Seq ^= 1 << 40 },
	"id":         func(e *Entry) { e.ID = flip(e.ID) },
	"subject":    func(e *Entry) { e.Subject = flip(e.Subject) },
	"version":    func(e *Entry) { e.Version ^= 1 },
	"kind":       func(e *Entry) { e.Kind = flip(e.Kind) },
	"actor_kind": func(e *Entry) { e.Actor.Kind = flip(e.Actor.Kind) },
	"actor_id":   func(e *Entry) { e.Actor.ID = flip(e.Actor.ID) },
	"brand":      func(e *Entry) { e.Brand = flip(e.Brand) },
	"cause":      func(e *Entry) { e.Cause = flip(e.Cause) },
	"at":         func(e *Entry) { e.At = e.At.Add(time.Microsecond) },
	"payload":    func(e *Entry) { e.Payload[2] ^= 1 },
	"evidence":   func(e *Entry) { e.Evidence[31] ^= 1 },
	"prev":       func(e *Entry) { e.Prev[31] ^= 1 },
	"hash":       func(e *Entry) { e.Hash[31] ^= 1 },
}

func flip[S ~string](s S) S {
	b := []byte(s)
	b[len(b)-1] ^= 1
	return S(b)
}

// each calls fn for every entry of b with a copy of b to spoil.
func each(b *book, fn func(c *book, lane, i int)) {
	for lane, entries := range b.lanes {
		for i := range entries {
			fn(b.clone(), lane, i)
		}
	}
}

// wantFault fails unless r names exactly one fault: entry seq of lane.
func wantFault(t *testing.T, r *Report, what string, lane int, seq int64) {
	t.Helper()
	if len(r.Faults) != 1 || r.Faults[0].Lane != lane || r.Faults[0].Seq != seq {
		t.Errorf("%s: got %v, want entry %d of lane %d", what, r.Faults, seq, lane)
	}
}

func TestVerify_names_the_entry_of_which_a_column_was_changed(t *testing.T) {
	t.Parallel()
	b, _, v := sealed(t)
	for column, change := range columns {
		t.Run(column, func(t *testing.T) {
			t.Parallel()
			each(b, func(c *book, lane, i int) {
				e := &c.lanes[lane][i]
				change(e)
				wantFault(t, report(t, c, v, nil), column, lane, int64(i)+1)
			})
		})
	}
}

func TestVerify_names_the_entry_that_was_moved(t *testing.T) {
	t.Parallel()
	b, _, v := sealed(t)
	for name, move := range map[string]func(c *book, lane, i int){
		"drop": func(c *book, lane, i int) { c.lanes[lane] = slices.Delete(c.lanes[lane], i, i+1) },
		"swap": func(c *book, lane, i int) {
			l := c.lanes[lane]
			l[i], l[i+1] = l[i+1], l[i]
			l[i].Seq, l[i+1].Seq = l[i+1].Seq, l[i].Seq
		},
		"insert": func(c *book, lane, i int) {
			for j := i; j < len(c.lanes[lane]); j++ {
				c.lanes[lane][j].Seq++
			}
			c.lanes[lane] = slices.Insert(c.lanes[lane], i, Entry{Lane: lane, Seq: int64(i) + 1, ID: "forged", Kind: "a.b"})
		},
		"take_from_another_lane": func(c *book, lane, i int) {
			e := c.lanes[(lane+1)%3][0]
			e.Seq = int64(i) + 1
			c.lanes[lane][i] = e
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(b, func(c *book, lane, i int) {
				if i == len(c.lanes[lane])-1 && name != "insert" && name != "take_from_another_lane" {
					return // of the last entry this is another attack: a cut tail
				}
				move(c, lane, i)
				wantFault(t, report(t, c, v, nil), name, lane, int64(i)+1)
			})
		})
	}
}

// A forger who gives a changed entry a hash that fits is caught by the entry
// after it, or by the head, or by a checkpoint that saw it.
func TestVerify_names_what_does_not_follow(t *testing.T) {
	t.Parallel()
	b, _, v := sealed(t)
	each(b, func(c *book, lane, i int) {
		e := &c.lanes[lane][i]
		e.Cause = "another"
		e.Hash = e.Sum()
		r := report(t, c, v, nil)
		if len(r.Faults) != 1 || r.Faults[0].Lane != lane || r.Faults[0].Seq < e.Seq || r.Faults[0].Seq > e.Seq+1 {
			t.Errorf("got %v, want entry %d of lane %d or the next", r.Faults, e.Seq, lane)
		}
	})
}

// A forger who computes all hashes anew is caught by the next checkpoint, and
// by nothing before it.
func TestVerify_names_what_the_next_checkpoint_saw_otherwise(t *testing.T) {
	t.Parallel()
	b, _, v := sealed(t)
	marked := map[int][]int64{}
	for _, signed := range b.signed {
		c, err := OpenCheckpoint(signed, v)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range c.Heads {
			marked[h.Lane] = append(marked[h.Lane], h.Seq)
		}
	}
	for name, forge := range map[string]func(c *book, lane, i int){
		"change": func(c *book, lane, i int) { c.lanes[lane][i].Cause = "another" },
		"drop":   func(c *book, lane, i int) { c.lanes[lane] = slices.Delete(c.lanes[lane], i, i+1) },
		"insert": func(c *book, lane, i int) {
			c.lanes[lane] = slices.Insert(c.lanes[lane], i, Entry{ID: "forged", Kind: "a.b"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(b, func(c *book, lane, i int) {
				next := slices.IndexFunc(marked[lane], func(seq int64) bool { return seq > int64(i) })
				if next < 0 {
					return // nobody has seen it yet
				}
				gone := c.lanes[lane][i]
				forge(c, lane, i)
				if name == "drop" {
					delete(c.evidence[lane], gone.ID)
				}
				c.relink(lane, i)
				r := report(t, c, v, nil)
				wantFault(t, r, name, lane, marked[lane][next])
				if len(r.Faults) == 1 && r.Faults[0].Checkpoint != int64(next)+1 {
					t.Errorf("shown by checkpoint %d, want %d", r.Faults[0].Checkpoint, next+1)
				}
			})
		})
	}
}

// A cut that takes something a checkpoint has seen is found, whatever else is
// made to fit it. What is younger than the last checkpoint is not.
func TestVerify_finds_a_cut_tail(t *testing.T) {
	t.Parallel()
	b, _, v := sealed(t)
	last, err := OpenCheckpoint(b.signed[len(b.signed)-1], v)
	if err != nil {
		t.Fatal(err)
	}
	each(b, func(c *book, lane, i int) {
		c.cut(lane, i)
		r := report(t, c, v, nil)
		if int64(i) >= last.Head(lane).Seq {
			if !r.OK() {
				t.Errorf("cut of what nobody saw: got %v", r.Faults)
			}
			return
		}
		wantFault(t, r, "cut", lane, int64(i)+1)
		if !strings.Contains(r.Faults[0].What, "ends here") {
			t.Errorf("got %v, want the end of the lane", r.Faults[0])
		}
	})
	t.Run("and_the_head_that_was_forgotten", func(t *testing.T) {
		c := b.clone()
		head := c.heads[0]
		c.cut(0, len(c.lanes[0])-1)
		c.heads[0] = head
		wantFault(t, report(t, c, v, nil), "cut", 0, head.Seq)
	})
}

func TestVerify_needs_the_file_against_whom_the_whole_database_obeys(t *testing.T) {
	t.Parallel()
	signer, v := signing(t, "test")
	b := newBook(2)
	seal := func() {
		c := &Checkpoint{Number: int64(len(b.signed)) + 1, At: began, Heads: []Head{b.heads[0], b.heads[1]}}
		if n := len(b.signed); n > 0 {
			prev, err := OpenCheckpoint(b.signed[n-1], v)
			if err != nil {
				t.Fatal(err)
			}
			c.Prev = prev.Digest()
		}
		signed, err := c.Sign(signer)
		if err != nil {
			t.Fatal(err)
		}
		b.signed = append(b.signed, signed)
	}
	var yesterday *book
	for i := range 10 {
		b.add(i % 2)
		b.add(i % 2)
		b.add((i + 1) % 2)
		seal()
		if i == 4 {
			yesterday = b.clone()
		}
	}
	file := slices.Clone(b.signed)

	nothing := newBook(2)
	shorter := b.clone()
	shorter.cut(0, 3)
	shorter.signed = shorter.signed[:1]
	for name, c := range map[string]*book{"yesterday": yesterday, "nothing": nothing, "shorter": shorter} {
		if r := report(t, c, v, file); r.OK() {
			t.Errorf("%s: nothing is found", name)
		} else if !slices.ContainsFunc(r.Faults, func(f Fault) bool { return f.Lane >= 0 && f.Checkpoint > 0 }) {
			t.Errorf("%s: got %v, want the lanes that are short", name, r.Faults)
		}
	}
	if r := report(t, yesterday, v, nil); !r.OK() {
		t.Errorf("yesterday without the file: got %v", r.Faults)
	}

	// And yesterday's database that went on another way.
	for range 5 {
		yesterday.add(0)
		yesterday.add(1)
		yesterday.lanes[1][len(yesterday.lanes[1])-1].Cause = "otherwise"
		yesterday.relink(1, len(yesterday.lanes[1])-1)
		b = yesterday
		seal()
	}
	r := report(t, yesterday, v, file)
	if r.OK() || !strings.Contains(fmt.Sprint(r.Faults), "two different checkpoints bear this number") {
		t.Errorf("another history: got %v", r.Faults)
	}
}

func TestVerify_compares_rows_with_what_vouches_for_them(t *testing.T) {
	t.Parallel()
	b, _, v := sealed(t)
	rows := b.lanes[1]
	at := func(i int) string { return rows[i*3].ID } // of the row number i
	for name, tt := range map[string]struct {
		spoil func(*book)
		seq   int64
		entry string
	}{
		"changed": {func(c *book) { c.evidence[1][at(4)] = Hash{1} }, 13, at(4)},
		"missing": {func(c *book) { delete(c.evidence[1], at(4)) }, 13, at(4)},
		"added":   {func(c *book) { c.evidence[1]["forged"] = Hash{1} }, 0, "forged"},
		"added_for_an_entry_without": {func(c *book) {
			c.evidence[1][rows[1].ID] = Hash{1}
		}, 0, rows[1].ID},
		"moved_to_another_lane": {func(c *book) {
			c.evidence[3][at(4)] = c.evidence[1][at(4)]
		}, 0, at(4)},
		"first_of_several": {func(c *book) {
			c.evidence[1]["forged"] = Hash{1}
			c.evidence[1][at(6)] = Hash{1}
			delete(c.evidence[1], at(4))
			c.evidence[1][at(5)] = Hash{1}
		}, 13, at(4)},
	} {
		c := b.clone()
		tt.spoil(c)
		r := report(t, c, v, nil)
		if len(r.Faults) != 1 || r.Faults[0].Seq != tt.seq || r.Faults[0].EntryID != tt.entry {
			t.Errorf("%s: got %v, want entry %d (%s)", name, r.Faults, tt.seq, tt.entry)
		}
	}
}

// A forger changes a row and appends an entry that bears the id of the one that
// vouches for it, with the changed row's digest. The chain is good.
func TestVerify_refuses_a_second_witness(t *testing.T) {
	t.Parallel()
	b, _, v := sealed(t)
	row := b.lanes[1][3].ID
	b.evidence[1][row] = Hash{66}
	forged := Entry{ID: row, Kind: "consent.given", Evidence: Hash{66}, At: began}
	forged.Link(b.heads[1])
	b.lanes[1], b.heads[1] = append(b.lanes[1], forged), forged.Head()
	wantFault(t, report(t, b, v, nil), "second witness", 1, forged.Seq)
}

func TestVerify_checks_the_checkpoints(t *testing.T) {
	t.Parallel()
	b, signer, v := sealed(t)
	stranger, _ := signing(t, "test")
	sign := func(s note.Signer, c *Checkpoint) []byte {
		signed, err := c.Sign(s)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	second, err := OpenCheckpoint(b.signed[1], v)
	if err != nil {
		t.Fatal(err)
	}
	other := *second
	other.At = other.At.Add(time.Second)
	for name, tt := range map[string]struct {
		inside, outside [][]byte
		what            string
		checkpoint      int64
	}{
		"foreign_in_the_database":    {[][]byte{b.signed[0], b.signed[1], b.signed[2], sign(stranger, second)}, nil, "not ours", 0},
		"foreign_in_the_file":        {b.signed, [][]byte{sign(stranger, second)}, "not ours", 0},
		"unreadable_in_the_file":     {b.signed, [][]byte{[]byte("words\n")}, "not ours", 0},
		"missing_in_the_middle":      {[][]byte{b.signed[0], b.signed[2]}, nil, "missing from the database", 2},
		"missing_at_the_start":       {b.signed[1:], nil, "missing from the database", 1},
		"missing_at_the_end":         {b.signed[:2], b.signed, "does not hold this checkpoint", 3},
		"another_of_the_same_number": {b.signed, [][]byte{sign(signer, &other)}, "two different checkpoints", 2},
		"one_that_does_not_follow":   {[][]byte{b.signed[0], sign(signer, &other), b.signed[2]}, nil, "does not follow", 3},
		"one_in_the_place_of_another": {
			[][]byte{b.signed[0], b.signed[0], b.signed[2]}, nil, "missing from the database", 2,
		},
	} {
		c := b.clone()
		c.signed = tt.inside
		r := report(t, c, v, tt.outside)
		if !slices.ContainsFunc(r.Faults, func(f Fault) bool {
			return f.Lane == -1 && f.Checkpoint == tt.checkpoint && strings.Contains(f.What, tt.what)
		}) {
			t.Errorf("%s: got %v, want checkpoint %d: %q", name, r.Faults, tt.checkpoint, tt.what)
		}
	}
}

func TestVerify_checks_the_heads(t *testing.T) {
	t.Parallel()
	b, _, v := sealed(t)
	for name, tt := range map[string]struct {
		spoil func(*book)
		lane  int
	}{
		"number":         {func(c *book) { h := c.heads[0]; h.Seq++; c.heads[0] = h }, 0},
		"hash":           {func(c *book) { h := c.heads[0]; h.Hash[0] ^= 1; c.heads[0] = h }, 0},
		"of_empty_lane":  {func(c *book) { c.heads[3] = Head{Lane: 3, Seq: 1} }, 3},
		"missing":        {func(c *book) { delete(c.heads, 0) }, 0},
		"empty_instead":  {func(c *book) { c.heads[0] = Head{Lane: 0} }, 0},
		"of_the_one_off": {func(c *book) { c.heads[0] = c.lanes[0][len(c.lanes[0])-2].Head() }, 0},
	} {
		c := b.clone()
		tt.spoil(c)
		r := report(t, c, v, nil)
		if len(r.Faults) != 1 || r.Faults[0].Lane != tt.lane {
			t.Errorf("%s: got %v, want one in lane %d", name, r.Faults, tt.lane)
		}
	}
}

func TestFault_String(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]Fault{
		"lane 3, entry 7 (e), against checkpoint 2: odd": {Lane: 3, Seq: 7, EntryID: "e", Checkpoint: 2, What: "odd"},
		"checkpoints, against checkpoint 2: odd":         {Lane: -1, Checkpoint: 2, What: "odd"},
		"lane 0, entry 0 (e): odd":                       {EntryID: "e", What: "odd"},
	} {
		if got := f.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
