package ledger

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// A book is a ledger in memory, with the rows that its entries vouch for.
type book struct {
	mu       sync.Mutex
	lanes    map[int][]Entry
	heads    map[int]Head
	signed   [][]byte
	evidence map[int]map[string]Hash
}

func newBook(lanes int) *book {
	b := &book{lanes: map[int][]Entry{}, heads: map[int]Head{}, evidence: map[int]map[string]Hash{}}
	for lane := range lanes {
		b.heads[lane] = Head{Lane: lane}
		b.evidence[lane] = map[string]Hash{}
	}
	return b
}

// add appends an entry to lane; every third vouches for a row.
func (b *book) add(lane int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.lanes[lane])
	e := Entry{
		ID: fmt.Sprintf("entry %d/%d", lane, n+1), Subject: id.Subject(fmt.Sprintf("subject %d", lane)), Version: int64(n) + 1,
		Kind: "test.done", Actor: Actor{Kind: ByProgram, ID: "test"}, Brand: "hibiki", Cause: "c", At: began, Payload: []byte{1, 2, 3, byte(n)},
	}
	if n%3 == 0 {
		e.Evidence = Hash{9, byte(lane), byte(n)}
		b.evidence[lane][e.ID] = e.Evidence
	}
	e.Link(b.heads[lane])
	b.lanes[lane] = append(b.lanes[lane], e)
	b.heads[lane] = e.Head()
}

func (b *book) clone() *book {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := &book{lanes: map[int][]Entry{}, heads: maps.Clone(b.heads), signed: slices.Clone(b.signed), evidence: map[int]map[string]Hash{}}
	for lane, entries := range b.lanes {
		c.lanes[lane] = slices.Clone(entries)
		for i := range c.lanes[lane] {
			c.lanes[lane][i].Payload = slices.Clone(entries[i].Payload)
		}
	}
	for lane, rows := range b.evidence {
		c.evidence[lane] = maps.Clone(rows)
	}
	return c
}

// relink gives every entry of lane from i on a hash that fits the one before,
// as a forger who can write the whole database would.
func (b *book) relink(lane, i int) {
	head := Head{Lane: lane}
	if i > 0 {
		head = b.lanes[lane][i-1].Head()
	}
	for ; i < len(b.lanes[lane]); i++ {
		b.lanes[lane][i].Link(head)
		head = b.lanes[lane][i].Head()
	}
	b.heads[lane] = head
}

// cut removes the entries of lane from i on, with their rows.
func (b *book) cut(lane, i int) {
	for _, e := range b.lanes[lane][i:] {
		delete(b.evidence[lane], e.ID)
	}
	b.lanes[lane] = b.lanes[lane][:i]
	b.heads[lane] = Head{Lane: lane}
	if i > 0 {
		b.heads[lane] = b.lanes[lane][i-1].Head()
	}
}

func (b *book) Heads(context.Context) ([]Head, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.SortedFunc(maps.Values(b.heads), func(x, y Head) int { return x.Lane - y.Lane }), nil
}

func (b *book) EntriesAfter(_ context.Context, lane int, seq int64, limit int) ([]Entry, error) {
	var found []Entry
	for _, e := range b.lanes[lane] {
		if e.Seq > seq && len(found) < limit {
			found = append(found, e)
		}
	}
	return found, nil
}

func (b *book) SignedCheckpoints(ctx context.Context) ([][]byte, error) {
	return b.CheckpointsAfter(ctx, 0)
}

func (b *book) Evidence(_ context.Context, lane int, fn func(string, Hash) error) error {
	for entry, digest := range b.evidence[lane] {
		if err := fn(entry, digest); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) LastCheckpoint(context.Context) ([]byte, time.Time, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.signed) == 0 {
		return nil, time.Time{}, errs.NotFound
	}
	return b.signed[len(b.signed)-1], time.Time{}, nil
}

func (b *book) AddCheckpoint(_ context.Context, c *Checkpoint, signed []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.Number <= int64(len(b.signed)) {
		return errs.Conflict
	}
	if c.Number != int64(len(b.signed))+1 {
		return errors.New("a number is left out")
	}
	b.signed = append(b.signed, signed)
	return nil
}

func (b *book) CheckpointsAfter(_ context.Context, number int64) ([][]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.signed[min(number, int64(len(b.signed))):]), nil
}

// sealed returns a book of three used lanes and an empty one with 200 entries,
// the last seven of which no checkpoint covers.
func sealed(t testing.TB) (*book, note.Signer, note.Verifier) {
	t.Helper()
	signer, verifier := signing(t, "test")
	b := newBook(4)
	n, err := NewNotary(t.Context(), b, signer, verifier, clock.NewFake(began), "")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		b.add(min(i%4, 2))
		if i == 0 {
			continue // else the first checkpoint would be of one entry
		}
		if i%64 == 0 {
			if err := n.Seal(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	return b, signer, verifier
}
