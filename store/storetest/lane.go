package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// writers is how many write at the same time.
const writers = 32

// together runs fn for 0 to n-1 at the same time and waits.
func together(n int, fn func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { fn(i) })
	}
	wg.Wait()
}

// countUp adds one to the number that a subject's preferences hold, as any
// decision is made: on what was read, and again after a conflict. Retry gives
// up when the contention is as great as here; nothing was written then.
func (f Fixture) countUp(ctx context.Context, subject id.Subject) error {
	for {
		err := ledger.Retry(func() error {
			now, err := f.DB.Standings(ctx, subject)
			if err != nil {
				return err
			}
			next := consent.Preferences{All: consent.Wishes{Budget: &consent.Budget{Count: 1, Per: "week"}}}
			if b := now.Preferences.All.Budget; b != nil {
				next.All.Budget.Count = b.Count + 1
			}
			_, err = f.DB.Commit(ctx, f.change(subject, now.Version, next))
			return err
		})
		if !errors.Is(err, errs.Conflict) {
			return err
		}
	}
}

func (f Fixture) counted(t *testing.T, subject id.Subject) int {
	t.Helper()
	facts, err := f.DB.Facts(t.Context(), subject)
	must(t, "facts", err)
	if facts.Preferences.All.Budget == nil {
		return 0
	}
	return facts.Preferences.All.Budget.Count
}

func countOnOne(t *testing.T, f Fixture) {
	const each = 3
	subject := f.subject(t)
	together(writers, func(int) {
		for range each {
			if err := f.countUp(t.Context(), subject); err != nil {
				t.Errorf("count: %v", err)
			}
		}
	})
	if got, want := f.counted(t, subject), writers*each; got != want {
		t.Errorf("counted %d, want %d", got, want)
	}
	if got, want := f.version(t, subject), int64(writers*each+1); got != want {
		t.Errorf("version: got %d, want %d", got, want)
	}
	want := f.version(t, subject)
	for _, h := range f.history(t, subject) {
		if h.Version != want {
			t.Fatalf("version in the history: got %d, want %d", h.Version, want)
		}
		want--
	}
}

func countOnMany(t *testing.T, f Fixture) {
	const subjects, each = 12, 6
	var all [subjects]id.Subject
	for i := range all {
		all[i] = f.subject(t)
	}
	together(writers, func(w int) {
		for n := range each {
			if err := f.countUp(t.Context(), all[(w+n)%subjects]); err != nil {
				t.Errorf("count: %v", err)
			}
		}
	})
	got := 0
	for _, s := range all {
		got += f.counted(t, s)
	}
	if want := writers * each; got != want {
		t.Errorf("counted %d, want %d", got, want)
	}
}

// cursorMissesNothing reads one lane with a cursor while many write to it. An
// entry that commits after one with a higher number would never be read.
func cursorMissesNothing(t *testing.T, f Fixture) {
	const each = 12
	var subjects [8]id.Subject
	lane := -1
	for i := range subjects {
		for subjects[i] == "" || lane >= 0 && subjects[i].Lane(64) != lane {
			subjects[i] = id.Subject(id.New())
		}
		lane = subjects[i].Lane(64)
		f.commit(t, f.change(subjects[i], 0))
	}

	cursor, seen := int64(0), map[string]int{}
	catchUp := func() (read int) {
		err := f.DB.Ledger(t.Context(), func(src ledger.Source) error {
			entries, err := src.EntriesAfter(t.Context(), lane, cursor, 100)
			for _, e := range entries {
				if e.Seq != cursor+1 {
					t.Errorf("entry %d follows entry %d", e.Seq, cursor)
				}
				cursor = e.Seq
				seen[e.ID]++
			}
			read = len(entries)
			return err
		})
		if err != nil {
			t.Errorf("read: %v", err)
		}
		return read
	}

	var mu sync.Mutex
	var ids []string
	done := make(chan struct{})
	go func() {
		defer close(done)
		together(writers, func(w int) {
			for range each {
				written, err := f.DB.Commit(t.Context(), f.change(subjects[w%len(subjects)], ledger.AnyVersion))
				if err != nil {
					t.Errorf("commit: %v", err)
					return
				}
				mu.Lock()
				ids = append(ids, written[0].EntryID)
				mu.Unlock()
			}
		})
	}()
	for writing := true; writing; {
		select {
		case <-done:
			writing = false
		default:
		}
		catchUp()
	}
	for catchUp() > 0 {
		continue
	}
	for _, entry := range ids {
		if seen[entry] != 1 {
			t.Fatalf("entry %s was read %d times, want once", entry, seen[entry])
		}
	}
	if len(ids) != writers*each {
		t.Errorf("wrote %d entries, want %d", len(ids), writers*each)
	}
}
