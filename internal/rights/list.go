package rights

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/turn"
)

// A Mark is one erasure, as the erasure list has it. It names nobody: Subject is
// our random id, and tombstones are keyed hashes.
type Mark struct {
	Subject     id.Subject `json:"subject"`
	Certificate string     `json:"certificate"`
	Number      string     `json:"number"` // of the request
	ErasedAt    time.Time  `json:"erased_at"`
	Tombstones  [][]byte   `json:"tombstones"`
	// Kept is what a law or a hold kept of them: a backup from before the erasure
	// lacks it. Each opens with a key of its own, which is destroyed when its time
	// is over, and the line with it.
	Kept []KeptSealed `json:"kept,omitempty"`
}

// A KeptSealed is a kept value as it is stored.
type KeptSealed struct {
	ID     string    `json:"id"`
	Duty   string    `json:"duty"`
	Field  string    `json:"field"`
	At     time.Time `json:"at"`
	Until  time.Time `json:"until,omitzero"`
	Sealed []byte    `json:"sealed"`
}

// Retained adds up what m kept.
func (m *Mark) Retained() []Retained {
	var all []Kept
	for _, k := range m.Kept {
		all = append(all, Kept{ID: k.ID, Duty: k.Duty, Field: k.Field, Until: k.Until})
	}
	return Summary(all)
}

// A ListStore is the database that an erasure list is kept beside.
type ListStore interface {
	// Marks returns the erasures since a time, oldest first, without those whose
	// certificates are known.
	Marks(ctx context.Context, since time.Time, known func(certificate string) bool) ([]Mark, error)
	// Lost returns those of marks whose certificates the database lacks.
	Lost(ctx context.Context, marks []Mark) ([]Mark, error)
	// KeepErasure writes certificate, tombstones and what was kept of a subject
	// whom the database does not know, and may be repeated.
	KeepErasure(ctx context.Context, m Mark) error
	// Holding counts what is held of a subject, whose key may be gone.
	Holding(ctx context.Context, subject id.Subject) (Holding, error)
	// Commit and DestroyErased are as in Store. A change that has nothing to be
	// sealed needs no key.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)
	DestroyErased(ctx context.Context, subject id.Subject, at time.Time) error
}

// A List is the erasure list: a file of every erasure, kept apart from the
// database and its backups. A database that was put back from a backup erases
// anew whom the list has, before it opens. It is safe for concurrent use; each
// process has a file of its own.
type List struct {
	store ListStore
	clock clock.Clock
	path  string
	sign  func(line []byte) []byte

	turn   turn.Turn       // at the file
	has    map[string]bool // certificates in the file
	newest time.Time       // of the erasures in the file
}

// listLine is a line of the file. Signed is over Mark as it stands there, so
// that nobody who can write the file can have somebody erased.
type listLine struct {
	Mark   json.RawMessage `json:"mark"`
	Signed []byte          `json:"signed"`
}

// OpenList reads the list at path, erases again whom the database has forgotten
// to have erased, and returns how many those were. sign is a keyed hash of the
// installation. A line that it did not sign is an error, and one that a crash
// cut short is left out: the database has that erasure.
func OpenList(ctx context.Context, s ListStore, c clock.Clock, path string, sign func([]byte) []byte) (*List, int, error) {
	l := &List{store: s, clock: c, path: path, sign: sign, has: map[string]bool{}}
	marks, whole, err := l.read()
	if err != nil {
		return nil, 0, err
	}
	if err := os.Truncate(path, whole); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, 0, fmt.Errorf("erasure list: %w", err)
	}
	lost, err := s.Lost(ctx, marks)
	if err != nil {
		return nil, 0, err
	}
	for _, m := range lost {
		if err := l.replay(ctx, m); err != nil {
			return nil, 0, fmt.Errorf("erase again, certificate %s: %w", m.Certificate, err)
		}
	}
	return l, len(lost), l.Copy(ctx)
}

// read returns the marks of the file and how many bytes of it are whole.
func (l *List) read() (marks []Mark, whole int64, err error) {
	f, err := os.Open(l.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("erasure list: %w", err)
	}
	defer f.Close()
	r := bufio.NewReader(f)
	for number := 1; ; number++ {
		text, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return marks, whole, nil
		}
		if err != nil {
			return nil, 0, fmt.Errorf("erasure list: %w", err)
		}
		m, err := l.parse(text)
		if err != nil {
			return nil, 0, fmt.Errorf("erasure list, line %d: %w", number, err)
		}
		whole += int64(len(text))
		marks = append(marks, m)
		l.note(m)
	}
}

func (l *List) parse(text []byte) (Mark, error) {
	var line listLine
	var m Mark
	if err := json.Unmarshal(text, &line); err != nil {
		return m, err
	}
	if !bytes.Equal(line.Signed, l.sign(line.Mark)) {
		return m, errors.New("is not of this installation, or was changed")
	}
	return m, json.Unmarshal(line.Mark, &m)
}

func (l *List) note(m Mark) {
	l.has[m.Certificate] = true
	if m.ErasedAt.After(l.newest) {
		l.newest = m.ErasedAt
	}
}

// replay carries out an erasure that a backup has undone.
func (l *List) replay(ctx context.Context, m Mark) error {
	h, err := l.store.Holding(ctx, m.Subject)
	if err != nil {
		return err
	}
	change := ledger.Change{
		Subject: m.Subject, Base: ledger.AnyVersion, At: l.clock.Now(), Actor: program,
		Entries: []ledger.Draft{{Kind: SubjectErased}},
		Rows:    []any{Erased{Certificate: m.Certificate, Number: m.Number, Plan: PlanErasure(h), Again: &m}},
	}
	switch _, err = l.store.Commit(ctx, change); {
	case errors.Is(err, errs.NotFound):
		return l.store.KeepErasure(ctx, m) // who came after the backup was made
	case errors.Is(err, errs.Gone):
		return nil // erased, by another request
	case err != nil:
		return err
	}
	return l.store.DestroyErased(ctx, m.Subject, l.clock.Now())
}

// listOverlap is how far back Copy looks for what another process erased with a
// clock that was behind.
const listOverlap = time.Hour

// Copy appends to the file what the database has and the file lacks. It is on
// disk when Copy returns.
func (l *List) Copy(ctx context.Context) error { return l.turn.Do(ctx, l.copy) }

func (l *List) copy(ctx context.Context) error {
	since := l.newest
	if !since.IsZero() {
		since = since.Add(-listOverlap)
	}
	marks, err := l.store.Marks(ctx, since, func(certificate string) bool { return l.has[certificate] })
	if err != nil {
		return err
	}
	var text bytes.Buffer
	for _, m := range marks {
		mark, err := json.Marshal(m)
		if err != nil {
			return err
		}
		if err := json.NewEncoder(&text).Encode(listLine{mark, l.sign(mark)}); err != nil {
			return err
		}
	}
	if len(marks) == 0 {
		return nil
	}
	if err := appendSynced(l.path, text.Bytes()); err != nil {
		return fmt.Errorf("erasure list: %w", err)
	}
	for _, m := range marks {
		l.note(m)
	}
	return nil
}

// appendSynced writes all of b at the end of a file or, on a full disk, nothing.
func appendSynced(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		if _, err = f.Write(b); err != nil {
			err = errors.Join(err, f.Truncate(end))
		}
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
