package ledger

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"

	"livingprofile/internal/clock"
)

// A office is a notary with what it works on.
type office struct {
	*Notary
	t        *testing.T
	book     *book
	clock    *clock.Fake
	path     string
	signer   note.Signer
	verifier note.Verifier
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, book: newBook(3), clock: clock.NewFake(began), path: filepath.Join(t.TempDir(), "checkpoints")}
	o.signer, o.verifier = signing(t, "test")
	if err := o.reopen(); err != nil {
		t.Fatal(err)
	}
	return o
}

// reopen is a new start of the program.
func (o *office) reopen() (err error) {
	n, err := NewNotary(o.t.Context(), o.book, o.signer, o.verifier, o.clock, o.path)
	if err == nil {
		o.Notary = n
	}
	return err
}

// seal adds an entry and seals it.
func (o *office) seal() {
	o.t.Helper()
	o.book.add(0)
	o.clock.Advance(MaxAge)
	if err := o.Seal(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

// numbers returns those of the checkpoints in the file.
func (o *office) numbers() []int64 {
	o.t.Helper()
	signed, err := ReadCheckpoints(o.path)
	if err != nil {
		o.t.Fatal(err)
	}
	var all []int64
	for _, s := range signed {
		c, err := OpenCheckpoint(s, o.verifier)
		if err != nil {
			o.t.Fatal(err)
		}
		all = append(all, c.Number)
	}
	return all
}

func (o *office) want(numbers ...int64) {
	o.t.Helper()
	if d := cmp.Diff(o.numbers(), numbers); d != "" {
		o.t.Errorf("checkpoints in the file (-got +want):\n%s", d)
	}
}

func TestNotary_seals_after_64_entries_or_a_minute(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for i, step := range []struct {
		entries int
		pass    time.Duration
		want    int
	}{
		{0, time.Hour, 0},
		{1, 0, 1},
		{63, 0, 1},
		{0, MaxAge - time.Microsecond, 1},
		{1, 0, 2}, // the 64th
		{1, MaxAge - time.Microsecond, 2},
		{0, time.Microsecond, 3},
		{0, time.Hour, 3},
	} {
		for n := range step.entries {
			o.book.add(n % 3)
		}
		o.clock.Advance(step.pass)
		if err := o.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := len(o.book.signed); got != step.want {
			t.Errorf("step %d: got %d checkpoints, want %d", i, got, step.want)
		}
	}
	r, err := Verify(t.Context(), o.book, o.verifier, o.book.signed)
	if err != nil || !r.OK() || r.Unsealed != 0 || r.Checkpoints != 3 {
		t.Errorf("verified: got %+v (%v)", r, err)
	}
}

func TestNotary_copies_to_its_file(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.want()
	o.seal()
	o.seal()
	o.want(1, 2)

	// Another process seals too; each file gets all.
	other := &office{t: t, book: o.book, clock: o.clock, signer: o.signer, verifier: o.verifier, path: o.path + "-2"}
	if err := other.reopen(); err != nil {
		t.Fatal(err)
	}
	other.want(1, 2)
	other.seal()
	o.want(1, 2)
	o.seal()
	o.want(1, 2, 3, 4)
	if err := other.reopen(); err != nil {
		t.Fatal(err)
	}
	other.want(1, 2, 3, 4)

	// A file that was moved away begins anew, and only at the next start.
	if err := os.Remove(o.path); err != nil {
		t.Fatal(err)
	}
	if err := o.reopen(); err != nil {
		t.Fatal(err)
	}
	o.want(1, 2, 3, 4)
	if info, err := os.Stat(o.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode: got %v (%v), want that of the owner alone", info.Mode(), err)
	}
}

func TestNotary_of_many_one_seals(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var wg sync.WaitGroup
	for range 8 {
		n, err := NewNotary(t.Context(), o.book, o.signer, o.verifier, o.clock, "")
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			for range 50 {
				o.book.add(1)
				o.clock.Advance(MaxAge / 4)
				if err := n.Seal(context.Background()); err != nil {
					t.Errorf("seal: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if r, err := Verify(t.Context(), o.book, o.verifier, nil); err != nil || !r.OK() {
		t.Errorf("verified: got %+v (%v)", r, err)
	}
}

func TestNotary_mends_a_file_that_was_cut_short(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.seal()
	o.seal()
	o.seal()
	whole, err := os.ReadFile(o.path)
	if err != nil {
		t.Fatal(err)
	}
	second := len(whole) * 2 / 3
	for n := second; n <= len(whole); n++ {
		torn := append(slices.Clone(whole[:n]), make([]byte, n%2*5)...)
		if n == len(whole) {
			torn = whole
		}
		if err := os.WriteFile(o.path, torn, 0o600); err != nil {
			t.Fatal(err)
		}
		want := []int64{1, 2}
		if n == len(whole) {
			want = []int64{1, 2, 3}
		}
		o.want(want...)
		if err := o.reopen(); err != nil {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
		o.want(1, 2, 3)
	}
	// The very first one may be cut too.
	for _, torn := range []string{"livi", "livingprofile checkpoint\n1\n", "\x00\x00\x00"} {
		if err := os.WriteFile(o.path, []byte(torn), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := o.reopen(); err != nil {
			t.Fatalf("only %q: %v", torn, err)
		}
		o.want(1, 2, 3)
	}
}

func TestNotary_leaves_other_files_alone(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"words":      "the keys to everything",
		"separated":  "words" + separator + "more words",
		"near_title": "livingprofile configuration\n",
	} {
		o := newOffice(t)
		o.seal()
		if err := os.WriteFile(o.path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := o.reopen(); err == nil {
			t.Errorf("%s: the file is taken", name)
		}
		if got, err := os.ReadFile(o.path); err != nil || string(got) != text {
			t.Errorf("%s: the file was changed to %q", name, got)
		}
	}
}

func TestNotary_refuses_a_database_that_is_older_than_the_file(t *testing.T) {
	t.Parallel()
	for name, restore := range map[string]func(o *office, yesterday *book){
		"yesterday_put_back": func(o *office, yesterday *book) { o.book = yesterday },
		"nothing_left":       func(o *office, _ *book) { o.book = newBook(3) },
		"checkpoint_deleted": func(o *office, _ *book) { o.book.signed = o.book.signed[:2] },
		// The number is there again, and says something else.
		"went_on_another_way": func(o *office, yesterday *book) {
			o.book = yesterday
			path := o.path
			o.path += "-elsewhere"
			if err := o.reopen(); err != nil {
				o.t.Fatal(err)
			}
			o.clock.Advance(time.Hour)
			o.seal()
			o.seal()
			o.path = path
		},
	} {
		o := newOffice(t)
		o.seal()
		o.seal()
		yesterday := o.book.clone()
		o.seal()
		restore(o, yesterday)
		if err := o.reopen(); !errors.Is(err, ErrOlder) {
			t.Errorf("%s: got %v, want %v", name, err, ErrOlder)
		}
		if numbers := o.numbers(); len(numbers) != 3 {
			t.Errorf("%s: the file has %v now", name, numbers)
		}
	}
	t.Run("while_the_program_runs", func(t *testing.T) {
		o := newOffice(t)
		o.seal()
		o.seal()
		o.book.signed = o.book.signed[:1]
		o.book.add(0)
		o.clock.Advance(time.Hour)
		if err := o.Seal(t.Context()); !errors.Is(err, ErrOlder) {
			t.Errorf("got %v, want %v", err, ErrOlder)
		}
	})
}

func TestReadCheckpoints_without_a_file(t *testing.T) {
	t.Parallel()
	signed, err := ReadCheckpoints(filepath.Join(t.TempDir(), "none"))
	if err != nil || len(signed) != 0 {
		t.Errorf("got %d and %v, want none", len(signed), err)
	}
}
