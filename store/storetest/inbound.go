package storetest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/pull"
)

func (f Fixture) heard(system, name string) inbound.Seen {
	return inbound.Seen{
		System: system, Event: sha256.Sum256([]byte(name)), Print: []byte("print of " + name), Result: inbound.Applied, Reason: "why", At: f.now(),
	}
}

// eventOnce: of many who take one event at the same time one does, and the others
// change nothing.
func eventOnce(t *testing.T, f Fixture) {
	system, subject := "crm"+id.New(), f.subject(t)
	var won atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, err := f.DB.Commit(t.Context(), f.change(subject, ledger.AnyVersion, f.heard(system, "e")))
			switch {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, errs.Conflict):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := won.Load(); got != 1 {
		t.Errorf("%d took it", got)
	}
	if got := f.version(t, subject); got != 2 {
		t.Errorf("got version %d, want 2", got)
	}
	// Another system's event of that name is another event.
	f.commit(t, f.change(subject, ledger.AnyVersion, f.heard(system+"2", "e")))
}

// eventsReadBack: what became of events is known, of as many as are asked for.
func eventsReadBack(t *testing.T, f Fixture) {
	system, subject := "crm"+id.New(), f.subject(t)
	want, asked := map[[32]byte]inbound.Seen{}, [][32]byte{}
	var rows []any
	for i := range 40 {
		s := f.heard(system, fmt.Sprint(i))
		asked = append(asked, s.Event)
		if i%2 == 0 {
			rows, want[s.Event] = append(rows, s), s
		}
	}
	f.commit(t, f.change(subject, ledger.AnyVersion, rows...))
	got, err := f.DB.SeenEvents(t.Context(), system, asked)
	must(t, "seen events", err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got, err = f.DB.SeenEvents(t.Context(), "another", asked)
	must(t, "seen events of another", err)
	if len(got) != 0 {
		t.Errorf("got %d of another system", len(got))
	}
}

// eventsSwept: an event is forgotten when its time is over, and not before.
func eventsSwept(t *testing.T, f Fixture) {
	subject := f.subject(t)
	old, young := f.heard("crm", "old"), f.heard("crm", "young")
	old.At = f.now().Add(-inbound.Keep - time.Second)
	place := "feed/crm" + id.New()
	refused := func(reason string, at time.Time) inbound.Refusal {
		return inbound.Refusal{Place: place, Reason: reason, Count: 2, At: at}
	}
	f.commit(t, f.change(subject, ledger.AnyVersion, old, young, refused("old", old.At), refused("twice", old.At)))
	must(t, "refused again", f.DB.CommitAll(t.Context(), []ledger.Change{{At: f.now(), Actor: test, Rows: []any{refused("twice", f.now())}}}))
	n, err := f.DB.SweepEvents(t.Context(), f.now().Add(-inbound.Keep))
	must(t, "sweep", err)
	got, err := f.DB.SeenEvents(t.Context(), "crm", [][32]byte{old.Event, young.Event})
	must(t, "seen events", err)
	if _, still := got[young.Event]; n != 1 || len(got) != 1 || !still {
		t.Errorf("%d were swept, left are %v", n, got)
	}
	left, err := f.DB.Refusals(t.Context(), place)
	must(t, "refusals", err)
	want := refused("twice", f.now())
	want.Count = 4
	if diff := cmp.Diff(left, []inbound.Refusal{want}); diff != "" {
		t.Error(diff)
	}
}

// entryIsOurs: an entry is known by its id and its person.
func entryIsOurs(t *testing.T, f Fixture) {
	subject, other := f.subject(t), f.subject(t)
	f.commit(t, f.change(subject, ledger.AnyVersion))
	whole := f.history(t, subject)[0]
	ours := whole.ID
	for name, tt := range map[string]struct {
		subject id.Subject
		entry   string
		want    bool
	}{
		"its own":     {subject, ours, true},
		"another's":   {other, ours, false},
		"none at all": {subject, id.New(), false},
	} {
		got, err := f.DB.Happening(t.Context(), tt.subject, tt.entry)
		if !tt.want {
			wantKind(t, name, err, errs.NotFound)
			continue
		}
		must(t, name, err)
		if diff := cmp.Diff(got, whole); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// allOrNothing: several changes are written together, or none of them; a page of
// a feed with the place behind it is.
func allOrNothing(t *testing.T, f Fixture) {
	system := "crm" + id.New()
	one, two := f.subject(t), f.subject(t)
	place := pull.Position{System: system, Next: "https://crm.example.com/?page=2", Tag: `"t"`, Turn: 1, Due: f.now(), Read: f.now(), Taken: 2, Refused: 1, Pages: 7, Mark: "m"}
	program := ledger.Change{At: f.now(), Actor: test, Rows: []any{place}}
	stale := f.change(two, 7)
	err := f.DB.CommitAll(t.Context(), []ledger.Change{f.change(one, 1, f.heard(system, "a")), stale, program})
	wantKind(t, "with one that is stale", err, errs.Conflict)
	if v := f.version(t, one); v != 1 {
		t.Errorf("the others were written: version %d", v)
	}
	if at, err := f.DB.PullPosition(t.Context(), system); err != nil || at.Turn != 0 {
		t.Errorf("got %+v, %v", at, err)
	}
	both := []ledger.Change{f.change(one, 1, f.heard(system, "a")), f.change(two, 1, f.heard(system, "b")), program}
	must(t, "together", f.DB.CommitAll(t.Context(), both))
	at, err := f.DB.PullPosition(t.Context(), system)
	must(t, "position", err)
	if diff := cmp.Diff(place, at); diff != "" {
		t.Error(diff)
	}
	wantKind(t, "again", f.DB.CommitAll(t.Context(), both), errs.Conflict)
}

// conflictsRoundTrip: there is one conflict of a system about one thing, it reads
// back, and is gone from the queue when it is settled.
func conflictsRoundTrip(t *testing.T, f Fixture) {
	subject := f.subject(t)
	c := inbound.Conflict{
		ID: id.New(), Subject: subject, About: inbound.AboutField, Name: "phone", Scope: "hibiki", System: "crm", Reason: inbound.SameRank,
		Asks: inbound.AsksStaff, Ours: inbound.Side{Source: "shop", Value: "+81 1", At: f.now()},
		Theirs: inbound.Side{Source: "crm", Value: "+81 2"}, Raised: f.now(),
	}
	f.commit(t, f.change(subject, ledger.AnyVersion, c))
	later := c
	later.ID, later.Theirs.Value = id.New(), "+81 3"
	f.commit(t, f.change(subject, ledger.AnyVersion, later))
	got, err := f.DB.ConflictsOf(t.Context(), subject)
	must(t, "conflicts", err)
	if diff := cmp.Diff([]inbound.Conflict{later}, got); diff != "" {
		t.Error(diff)
	}
	one, err := f.DB.Conflict(t.Context(), later.ID)
	must(t, "conflict", err)
	if one.Theirs.Value != "+81 3" {
		t.Errorf("got %+v", one)
	}
	waiting, err := f.DB.ConflictsFor(t.Context(), inbound.AsksStaff, 1000)
	must(t, "queue", err)
	if !slices.ContainsFunc(waiting, func(w inbound.Conflict) bool { return w.ID == later.ID }) {
		t.Error("it does not wait for staff")
	}
	later.Settled = f.now()
	f.commit(t, f.change(subject, ledger.AnyVersion, later))
	if got, err = f.DB.ConflictsOf(t.Context(), subject); err != nil || len(got) != 0 {
		t.Errorf("settled: got %+v, %v", got, err)
	}
	_, err = f.DB.Conflict(t.Context(), c.ID)
	wantKind(t, "the one before", err, errs.NotFound)
}
