package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
)

// A NotaryStore keeps checkpoints.
type NotaryStore interface {
	// Heads returns where every lane stands now. Lanes are read at one moment.
	Heads(ctx context.Context) ([]Head, error)
	// LastCheckpoint returns the newest checkpoint as signed; errs.NotFound
	// before the first.
	LastCheckpoint(ctx context.Context) (signed []byte, at time.Time, err error)
	// AddCheckpoint stores the next; errs.Conflict when another was first.
	AddCheckpoint(ctx context.Context, c *Checkpoint, signed []byte) error
	// CheckpointsAfter returns the signed checkpoints above number, ascending.
	CheckpointsAfter(ctx context.Context, number int64) ([][]byte, error)
}

// A Notary signs checkpoints and copies them to a file that may live elsewhere.
// Of several notaries of one installation the first to write a number wins;
// each copies all checkpoints to its own file.
type Notary struct {
	store    NotaryStore
	signer   note.Signer
	verifier note.Verifier
	clock    clock.Clock
	path     string // of the file, "" for none

	mu     sync.Mutex
	copied int64 // number of the last checkpoint in the file
}

// ErrOlder is the error of a database that is older than the checkpoint file:
// it was put back from a backup, or its tail was cut.
var ErrOlder = errors.New("the database is older than its checkpoint file")

// NewNotary returns a Notary that copies to path. It is ErrOlder when the file
// holds a checkpoint that the database does not.
func NewNotary(ctx context.Context, s NotaryStore, signer note.Signer, v note.Verifier, c clock.Clock, path string) (*Notary, error) {
	n := &Notary{store: s, signer: signer, verifier: v, clock: c, path: path}
	if path == "" {
		return n, nil
	}
	outside, whole, err := readCheckpoints(path)
	if err != nil {
		return nil, err
	}
	var newest Checkpoint
	for _, signed := range outside {
		cp, err := OpenCheckpoint(signed, v)
		if err != nil {
			return nil, fmt.Errorf("checkpoint file: %w", err)
		}
		if cp.Number > newest.Number {
			newest = *cp
		}
	}
	if err := n.holds(ctx, &newest); err != nil {
		return nil, err
	}
	if err := os.Truncate(path, whole); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("checkpoint file: %w", err)
	}
	n.copied = newest.Number
	return n, n.mirror(ctx)
}

// holds is ErrOlder unless the database has c; the zero Checkpoint is none.
func (n *Notary) holds(ctx context.Context, c *Checkpoint) error {
	if c.Number == 0 {
		return nil
	}
	since, err := n.store.CheckpointsAfter(ctx, c.Number-1)
	if err != nil {
		return fmt.Errorf("read checkpoints: %w", err)
	}
	if len(since) == 0 {
		return ErrOlder
	}
	same, err := OpenCheckpoint(since[0], n.verifier)
	if err != nil {
		return err
	}
	if same.Digest() != c.Digest() {
		return ErrOlder
	}
	return nil
}

// Seal makes a checkpoint when one is due, and copies what is new to the file.
// It is called every few seconds and after bursts of changes. It is ErrOlder
// when the database lost a checkpoint that is in the file: a new one of that
// number would hide it.
func (n *Notary) Seal(ctx context.Context) error { return n.seal(ctx, Due) }

// Finish is Seal for a process that ends: whatever is not sealed yet is due, for
// nobody may be back within a minute to do it.
func (n *Notary) Finish(ctx context.Context) error {
	return n.seal(ctx, func(last *Checkpoint, entries int64, _ time.Time) bool {
		return last == nil && entries > 0 || last != nil && entries > last.Entries()
	})
}

func (n *Notary) seal(ctx context.Context, due func(*Checkpoint, int64, time.Time) bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	last, err := n.last(ctx)
	if err != nil {
		return err
	}
	heads, err := n.store.Heads(ctx)
	if err != nil {
		return fmt.Errorf("read lane heads: %w", err)
	}
	if n.copied > 0 && (last == nil || last.Number < n.copied) {
		return ErrOlder
	}
	now := n.clock.Now()
	var entries int64
	c := &Checkpoint{Number: 1, At: now}
	for _, h := range heads {
		if entries += h.Seq; h.Seq > 0 {
			c.Heads = append(c.Heads, h)
		}
	}
	if !due(last, entries, now) {
		if last != nil && last.Number > n.copied {
			return n.mirror(ctx) // another process was first
		}
		return nil
	}
	if last != nil {
		c.Number, c.Prev = last.Number+1, last.Digest()
	}
	signed, err := c.Sign(n.signer)
	if err != nil {
		return fmt.Errorf("sign checkpoint: %w", err)
	}
	if err := n.store.AddCheckpoint(ctx, c, signed); err != nil && !errors.Is(err, errs.Conflict) {
		return fmt.Errorf("store checkpoint: %w", err)
	}
	return n.mirror(ctx)
}

func (n *Notary) last(ctx context.Context) (*Checkpoint, error) {
	signed, _, err := n.store.LastCheckpoint(ctx)
	if errors.Is(err, errs.NotFound) {
		return nil, nil //nolint:nilnil // before the first there is none
	}
	if err != nil {
		return nil, fmt.Errorf("read last checkpoint: %w", err)
	}
	return OpenCheckpoint(signed, n.verifier)
}

// mirror appends to the file what it does not have yet.
func (n *Notary) mirror(ctx context.Context) error {
	if n.path == "" {
		return nil
	}
	fresh, err := n.store.CheckpointsAfter(ctx, n.copied)
	if err != nil || len(fresh) == 0 {
		return err
	}
	f, err := os.OpenFile(n.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open checkpoint file: %w", err)
	}
	for _, signed := range fresh {
		c, err := OpenCheckpoint(signed, n.verifier)
		if err == nil {
			err = appendWhole(f, append(bytes.TrimRight(signed, "\n"), separator...))
		}
		if err != nil {
			return errors.Join(fmt.Errorf("copy checkpoint: %w", err), f.Close())
		}
		n.copied = c.Number
	}
	return errors.Join(f.Sync(), f.Close())
}

// appendWhole writes all of b at the end of f or, on a full disk, nothing: the
// next one must not follow half of this one.
func appendWhole(f *os.File, b []byte) error {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err = f.Write(b); err != nil {
		return errors.Join(err, f.Truncate(end))
	}
	return nil
}

// separator stands after each checkpoint in the file: an empty line would also
// stand within one.
const separator = "\n\n====\n\n"

// ReadCheckpoints returns the signed checkpoints of a file; none when there is
// no file. A last one that was cut short by a crash is left out: the database
// has it.
func ReadCheckpoints(path string) ([][]byte, error) {
	signed, _, err := readCheckpoints(path)
	return signed, err
}

// readCheckpoints also returns how many bytes of the file are whole.
func readCheckpoints(path string) (signed [][]byte, whole int64, err error) {
	all, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read checkpoint file: %w", err)
	}
	for {
		one, rest, ok := bytes.Cut(all[whole:], []byte(separator))
		if !ok {
			return signed, whole, cutShort(one, whole)
		}
		whole = int64(len(all) - len(rest))
		signed = append(signed, append(one, '\n'))
	}
}

// cutShort refuses a tail that would be cut and may be somebody else's: a file
// that has no whole checkpoint yet, and does not begin as one. After a power
// cut a tail may also be zeros.
func cutShort(tail []byte, whole int64) error {
	title := []byte(checkpointTitle)
	n := min(len(tail), len(title))
	if whole > 0 || bytes.Equal(tail[:n], title[:n]) || len(bytes.Trim(tail, "\x00")) == 0 {
		return nil
	}
	return errors.New("the checkpoint file holds something else")
}
