package keytest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/keyring"
)

// Run checks what newStore returns against the contract of keyring.Store. Each
// call of newStore must give an empty store.
func Run(t *testing.T, newStore func(t *testing.T) keyring.Store) {
	for name, test := range map[string]func(*testing.T, keyring.Store){
		"a key comes back as it was":              keyComesBack,
		"a missing key is not found":              missingKey,
		"an owner keeps the first key":            firstKeyStays,
		"many keys are added at once":             manyKeys,
		"a cancelled addition adds nothing":       cancelledAddition,
		"one of many adders wins":                 oneAdderWins,
		"a key is replaced":                       keyReplaced,
		"a stale replacement is a conflict":       staleReplacement,
		"one of many replacements wins":           oneReplacementWins,
		"keys under other masters are listed":     keysNotUnder,
		"a destroyed key is gone for ever":        destroyedKey,
		"destruction and replacement do not race": destroyWhileReplacing,
	} {
		t.Run(name, func(t *testing.T) { test(t, newStore(t)) })
	}
}

func keyComesBack(t *testing.T, s keyring.Store) {
	want := wrapped("a", "m1", "\x00bytes\xff")
	want.CreatedAt = time.Date(2026, 3, 12, 9, 8, 7, 654321000, time.UTC)
	if added := add(t, s, want, wrapped("b", "m1", "other")); added != 2 {
		t.Errorf("added %d keys, want 2", added)
	}
	if got := key(t, s, "a"); !cmp.Equal(got, want) {
		t.Errorf("key differs (-got +want):\n%s", cmp.Diff(got, want))
	}
}

func missingKey(t *testing.T, s keyring.Store) {
	if _, err := s.Key(t.Context(), "a"); !errors.Is(err, errs.NotFound) {
		t.Errorf("key of nobody: got %v, want %v", err, errs.NotFound)
	}
	if added := add(t, s); added != 0 {
		t.Errorf("added %d keys of none", added)
	}
}

func firstKeyStays(t *testing.T, s keyring.Store) {
	add(t, s, wrapped("a", "m1", "first"))
	added := add(t, s, wrapped("a", "m2", "second"), wrapped("b", "m1", "one"), wrapped("b", "m2", "two"))
	if added != 1 {
		t.Errorf("added %d keys, want that of b alone", added)
	}
	if got, want := key(t, s, "a"), wrapped("a", "m1", "first"); !cmp.Equal(got, want) {
		t.Errorf("key of a differs (-got +want):\n%s", cmp.Diff(got, want))
	}
	if got, want := key(t, s, "b"), wrapped("b", "m1", "one"); !cmp.Equal(got, want) {
		t.Errorf("key of b differs (-got +want):\n%s", cmp.Diff(got, want))
	}
}

// manyKeys has more values than either engine takes parameters in a statement.
func manyKeys(t *testing.T, s keyring.Store) {
	const n = 20_000
	keys := make([]keyring.Wrapped, n)
	for i := range keys {
		keys[i] = wrapped(fmt.Sprintf("%05d", i), "m1", fmt.Sprintf("key %d", i))
	}
	add(t, s, keys[n/2])
	if added := add(t, s, keys...); added != n-1 {
		t.Errorf("added %d keys, want %d", added, n-1)
	}
	for _, i := range []int{0, n / 2, n - 1} {
		if got := key(t, s, keys[i].Owner); !cmp.Equal(got, keys[i]) {
			t.Errorf("key differs (-got +want):\n%s", cmp.Diff(got, keys[i]))
		}
	}
}

func cancelledAddition(t *testing.T, s keyring.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.AddKeys(ctx, []keyring.Wrapped{wrapped("a", "m1", "one"), wrapped("b", "m1", "two")}); err == nil {
		t.Error("a cancelled addition succeeds")
	}
	for _, owner := range []string{"a", "b"} {
		if _, err := s.Key(t.Context(), owner); !errors.Is(err, errs.NotFound) {
			t.Errorf("key of %s: got %v, want %v", owner, err, errs.NotFound)
		}
	}
}

// oneAdderWins adds overlapping lists in different orders, which deadlocks a
// store that locks rows as they come.
func oneAdderWins(t *testing.T, s keyring.Store) {
	const adders, owners = 8, 20
	won := make([]int, adders)
	together(adders, func(i int) {
		keys := make([]keyring.Wrapped, owners)
		for j := range keys {
			o := j
			if i%2 == 1 {
				o = owners - 1 - j
			}
			keys[j] = wrapped(fmt.Sprintf("%02d", o), "m1", fmt.Sprintf("of adder %d", i))
		}
		var err error
		if won[i], err = s.AddKeys(t.Context(), keys); err != nil {
			t.Errorf("adder %d: %v", i, err)
		}
	})
	total := 0
	for _, n := range won {
		total += n
	}
	if total != owners {
		t.Errorf("the adders say they added %d keys, want %d", total, owners)
	}
}

func keyReplaced(t *testing.T, s keyring.Store) {
	old, next := wrapped("a", "m1", "old"), wrapped("a", "m2", "new")
	add(t, s, old, wrapped("b", "m1", "old"))
	if err := s.ReplaceKey(t.Context(), old, next); err != nil {
		t.Fatalf("replace: %v", err)
	}
	if got := key(t, s, "a"); !cmp.Equal(got, next) {
		t.Errorf("key differs (-got +want):\n%s", cmp.Diff(got, next))
	}
	if got, want := key(t, s, "b"), wrapped("b", "m1", "old"); !cmp.Equal(got, want) {
		t.Errorf("another owner's key differs (-got +want):\n%s", cmp.Diff(got, want))
	}
}

func staleReplacement(t *testing.T, s keyring.Store) {
	stored := wrapped("a", "m2", "newer")
	add(t, s, stored)
	for name, old := range map[string]keyring.Wrapped{
		"older bytes": wrapped("a", "m2", "older"),
		"no key":      wrapped("b", "m1", "older"),
	} {
		next := wrapped(old.Owner, "m3", "newest")
		if err := s.ReplaceKey(t.Context(), old, next); !errors.Is(err, errs.Conflict) {
			t.Errorf("%s: got %v, want %v", name, err, errs.Conflict)
		}
	}
	if got := key(t, s, "a"); !cmp.Equal(got, stored) {
		t.Errorf("key differs (-got +want):\n%s", cmp.Diff(got, stored))
	}
	if _, err := s.Key(t.Context(), "b"); !errors.Is(err, errs.NotFound) {
		t.Errorf("key of b: got %v, want %v", err, errs.NotFound)
	}
}

func oneReplacementWins(t *testing.T, s keyring.Store) {
	const replacers = 8
	old := wrapped("a", "m1", "old")
	add(t, s, old)
	outcomes := make([]error, replacers)
	together(replacers, func(i int) {
		outcomes[i] = s.ReplaceKey(t.Context(), old, wrapped("a", "m2", fmt.Sprintf("new %d", i)))
	})
	winner := -1
	for i, err := range outcomes {
		switch {
		case err == nil && winner >= 0:
			t.Errorf("both %d and %d replaced the key", winner, i)
		case err == nil:
			winner = i
		case !errors.Is(err, errs.Conflict):
			t.Errorf("replacer %d: got %v, want %v", i, err, errs.Conflict)
		}
	}
	if got, want := key(t, s, "a"), wrapped("a", "m2", fmt.Sprintf("new %d", winner)); !cmp.Equal(got, want) {
		t.Errorf("key differs (-got +want):\n%s", cmp.Diff(got, want))
	}
}

func keysNotUnder(t *testing.T, s keyring.Store) {
	add(
		t, s,
		wrapped("c", "m1", "c"), wrapped("a", "m1", "a"), wrapped("system/x", "m1", "x"),
		wrapped("b", "m2", "b"), wrapped("d", "m3", "d"), wrapped("e", "m1", "e"),
		wrapped("system0", "m1", "0"),
	)
	destroy(t, s, "e")
	for _, test := range []struct {
		master, after string
		limit         int
		want          []string
	}{
		{"m2", "", 10, []string{"a", "c", "d", "system/x", "system0"}},
		{"m2", "", 2, []string{"a", "c"}},
		{"m2", "c", 2, []string{"d", "system/x"}},
		{"m2", "system/x", 2, []string{"system0"}},
		{"m1", "", 10, []string{"b", "d"}},
		{"m2", "system0", 10, nil},
	} {
		keys, err := s.KeysNotUnder(t.Context(), test.master, test.after, test.limit)
		if err != nil {
			t.Fatalf("keys not under %s: %v", test.master, err)
		}
		var got []string
		for _, w := range keys {
			got = append(got, w.Owner)
			if full := key(t, s, w.Owner); !cmp.Equal(w, full) {
				t.Errorf("listed key differs from the stored (-got +want):\n%s", cmp.Diff(w, full))
			}
		}
		if !cmp.Equal(got, test.want) {
			t.Errorf("not under %s after %q: got %q, want %q", test.master, test.after, got, test.want)
		}
	}
}

func destroyedKey(t *testing.T, s keyring.Store) {
	old := wrapped("a", "m1", "old")
	add(t, s, old, wrapped("b", "m1", "other"))
	destroy(t, s, "a")
	destroy(t, s, "a")
	destroy(t, s, "nobody")
	if added := add(t, s, wrapped("a", "m1", "again")); added != 0 {
		t.Errorf("added %d keys for a destroyed owner", added)
	}
	if err := s.ReplaceKey(t.Context(), old, wrapped("a", "m2", "again")); !errors.Is(err, errs.Conflict) {
		t.Errorf("replace a destroyed key: got %v, want %v", err, errs.Conflict)
	}
	if _, err := s.Key(t.Context(), "a"); !errors.Is(err, errs.Gone) {
		t.Errorf("destroyed key: got %v, want %v", err, errs.Gone)
	}
	if got, want := key(t, s, "b"), wrapped("b", "m1", "other"); !cmp.Equal(got, want) {
		t.Errorf("another owner's key differs (-got +want):\n%s", cmp.Diff(got, want))
	}
}

// destroyWhileReplacing is an erasure in the middle of a rotation: whoever
// comes first, the key is gone in the end.
func destroyWhileReplacing(t *testing.T, s keyring.Store) {
	for round := range 20 {
		owner := fmt.Sprintf("%02d", round)
		old := wrapped(owner, "m1", "old")
		add(t, s, old)
		together(2, func(i int) {
			if i == 0 {
				destroy(t, s, owner)
				return
			}
			err := s.ReplaceKey(t.Context(), old, wrapped(owner, "m2", "new"))
			if err != nil && !errors.Is(err, errs.Conflict) {
				t.Errorf("replace: got %v, want none or %v", err, errs.Conflict)
			}
		})
		if _, err := s.Key(t.Context(), owner); !errors.Is(err, errs.Gone) {
			t.Errorf("destroyed key: got %v, want %v", err, errs.Gone)
		}
	}
}

func wrapped(owner, master, b string) keyring.Wrapped {
	return keyring.Wrapped{
		Owner: owner, Master: master, Bytes: []byte(b),
		CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
}

func add(t *testing.T, s keyring.Store, keys ...keyring.Wrapped) int {
	t.Helper()
	added, err := s.AddKeys(t.Context(), keys)
	if err != nil {
		t.Fatalf("add keys: %v", err)
	}
	return added
}

func key(t *testing.T, s keyring.Store, owner string) keyring.Wrapped {
	t.Helper()
	w, err := s.Key(t.Context(), owner)
	if err != nil {
		t.Fatalf("key of %s: %v", owner, err)
	}
	return w
}

func destroy(t *testing.T, s keyring.Store, owner string) {
	t.Helper()
	if err := s.DestroyKey(t.Context(), owner); err != nil {
		t.Errorf("destroy key of %s: %v", owner, err)
	}
}

// together calls f n times at once and waits for all.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	wg.Wait()
}
