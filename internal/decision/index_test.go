package decision

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/consent"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

// A shelf is a Book that says the same of everybody, and counts how often it is
// asked.
type shelf struct {
	facts Facts
	reads int
	while func() // facts are read; nil for nothing
}

func (s *shelf) Facts(context.Context, id.Subject) (Facts, error) {
	s.reads++
	f := s.facts
	if s.while != nil {
		s.while()
	}
	return f, nil
}

func (s *shelf) Identifiers(context.Context, id.Subject) ([]identity.Identifier, error) {
	return []identity.Identifier{{Source: "crm"}}, nil
}

func (s *shelf) Moved(context.Context, Ends) ([]id.Subject, bool, Ends, error) {
	return nil, false, Ends{}, nil
}

// somebody is a subject, by the bytes of their id.
var somebody = [16]byte{15: 7}

var asked = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

// said is what somebody stands at who said yes to four purposes of a brand.
func said() Facts {
	f := Facts{Version: 1, Consents: consent.State{}}
	for i := range 4 {
		f.Consents[consent.Key{Purpose: consent.PurposeID(fmt.Sprintf("purpose-%d", i)), Scope: "hibiki"}] = consent.Standing{
			Record: "record", Version: 3, Status: consent.Given, At: asked.Add(-time.Hour),
		}
	}
	return f
}

// asks is a question of a system about a purpose.
func asks(system, purpose string, revision int64) *Asking {
	return NewAsking(Question{
		Purpose: &consent.PurposeVersion{Purpose: consent.PurposeID(purpose), Number: 3, Basis: consent.Consent},
		Brand:   "hibiki", At: asked,
	}, system, revision)
}

// TestIndexSaysWhatIsHeld: what is answered from memory is what May answers
// from the facts.
func TestIndexSaysWhatIsHeld(t *testing.T) {
	paused, all := said(), said()
	paused.Preferences.All.Pause = asked.Add(time.Hour)
	for key, st := range said().Consents {
		st.Version, st.Status = 2, consent.Withdrawn
		if key.Purpose == "purpose-1" {
			st.Status, st.Until = consent.Renewed, asked.Add(time.Hour)
		}
		all.Consents[consent.Key{Purpose: key.Purpose}] = st
		if key.Purpose != "purpose-0" {
			delete(all.Consents, key)
		}
	}
	for name, f := range map[string]Facts{"nothing": {}, "a yes": said(), "a pause": paused, "a no everywhere": all} {
		x := NewIndex(&shelf{facts: f}, 0)
		for _, purpose := range []string{"purpose-1", "purpose-2", "other"} {
			for _, marketing := range []bool{false, true} {
				q := asks("crm", purpose, 1)
				q.Purpose.Marketing = marketing
				k, err := x.Look(t.Context(), somebody, q)
				if err != nil {
					t.Fatal(err)
				}
				got, version := k.May(q)
				if diff := cmp.Diff(got, May(f, q.Question)); diff != "" {
					t.Errorf("%s, %s (-memory +facts):\n%s", name, purpose, diff)
				}
				if want := f.Consents.Of(q.Purpose.Purpose, q.Brand).Version; got.Record != "" && version != want {
					t.Errorf("%s, %s: got version %d, want %d", name, purpose, version, want)
				}
			}
		}
	}
}

// TestIndexForgets: what was read before somebody was forgotten is not kept.
func TestIndexForgets(t *testing.T) {
	book := &shelf{facts: said()}
	x := NewIndex(book, 0)
	book.while = func() {
		book.while = nil
		book.facts = Facts{Version: 2}
		x.Forget(id.Subject(id.Of(somebody)))
	}
	for _, want := range []int64{1, 2} {
		if k, err := x.Look(t.Context(), somebody, asks("crm", "purpose-0", 1)); err != nil || k.Version != want {
			t.Errorf("got version %d, %v, want %d", k.Version, err, want)
		}
	}
}

// TestIndexForgets_joined: what is known of a record is forgotten with each of
// those that are read as one with it, and never kept when one of them was
// forgotten while it was read.
func TestIndexForgets_joined(t *testing.T) {
	other := [16]byte{15: 8}
	circle := []id.Subject{id.Subject(id.Of(somebody)), id.Subject(id.Of(other))}
	book := &shelf{facts: Facts{Members: circle}}
	x := NewIndex(book, 0)
	look := func(all ...[16]byte) {
		t.Helper()
		for _, one := range all {
			if _, err := x.Look(t.Context(), one, asks("crm", "purpose-0", 1)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, forgotten := range append(circle, circle...) {
		book.reads = 0
		if look(somebody, other, somebody); book.reads != 2 {
			t.Errorf("round %d: they were read %d times, want 2", i, book.reads)
		}
		x.Forget(forgotten)
	}
	book.reads, book.while = 0, func() { x.Forget(circle[1]) }
	if look(somebody, somebody); book.reads != 2 {
		t.Error("what was forgotten while it was read was kept")
	}
}

// TestIndexIsBounded: those who are joined take no more room than the others.
func TestIndexIsBounded(t *testing.T) {
	book := &shelf{}
	x := NewIndex(book, 4*shards)
	for i := range 100 * shards {
		one := [16]byte{13: byte(i >> 8), 14: byte(i), 15: byte(i)}
		book.facts.Members = []id.Subject{id.Subject(id.Of(one)), id.Subject(id.Of([16]byte{1, 13: byte(i >> 8), 14: byte(i)}))}
		if _, err := x.Look(t.Context(), one, asks("crm", "purpose-0", 1)); err != nil {
			t.Fatal(err)
		}
	}
	held := 0
	for i := range x.parts {
		held += len(x.parts[i].held)
	}
	if most := 4 * shards; held == 0 || held > most || len(x.circles) > most+2 {
		t.Errorf("it holds %d subjects and %d who are joined, of %d", held, len(x.circles), most)
	}
}

// TestConcernsAreAskedOnce: whose business somebody is, is read once for each
// that asks and each declaration.
func TestConcernsAreAskedOnce(t *testing.T) {
	book := &shelf{}
	k, err := NewIndex(book, 0).Look(t.Context(), somebody, asks("crm", "purpose-0", 1))
	if err != nil {
		t.Fatal(err)
	}
	book.reads = 0
	for range 3 {
		for i, tt := range []struct {
			system   string
			revision int64
			want     bool
		}{{"crm", 1, true}, {"shop", 1, false}, {"crm", 2, true}} {
			if got, err := k.Concerns(t.Context(), asks(tt.system, "purpose-2", tt.revision), none); err != nil || got != tt.want {
				t.Errorf("%d: got %t, %v", i, got, err)
			}
		}
	}
	if book.reads != 3 {
		t.Errorf("it was read %d times, want 3", book.reads)
	}
	for i := range 2 * mostConcerns {
		if _, err := k.Concerns(t.Context(), asks("crm", "purpose-2", int64(i)), none); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for c := k.held.concerns.Load(); c != nil; c = c.before {
		n++
	}
	if n > mostConcerns {
		t.Errorf("%d are remembered, want %d at most", n, mostConcerns)
	}
}

// none declares no field.
func none(string) (*profile.Field, bool) { return nil, false }

// TestConcernsOfWhoDecidedThere: a decision at the brand on what is asked is
// enough; nothing is read, and a decision elsewhere does not count.
func TestConcernsOfWhoDecidedThere(t *testing.T) {
	for _, tt := range []struct {
		key   consent.Key
		brand string // where it was decided
		reads int
	}{
		{consent.Key{Purpose: "purpose-0", Scope: "hibiki"}, "", 0},
		{consent.Key{Purpose: "purpose-0"}, "hibiki", 0},
		{consent.Key{Purpose: "purpose-0"}, "kawara", 1},
		{consent.Key{Purpose: "purpose-0", Scope: "kawara"}, "kawara", 1},
	} {
		book := &shelf{facts: Facts{Version: 1, Consents: consent.State{tt.key: {Status: consent.Given, Brand: tt.brand}}}}
		k, err := NewIndex(book, 0).Look(t.Context(), somebody, asks("crm", "purpose-0", 1))
		if err != nil {
			t.Fatal(err)
		}
		book.reads = 0
		got, err := k.Concerns(t.Context(), asks("shop", "purpose-0", 1), none)
		if want := tt.reads == 0; got != want || err != nil || book.reads != tt.reads {
			t.Errorf("%+v: got %t, %v after %d readings", tt, got, err, book.reads)
		}
	}
}

// BenchmarkIndex is one decision from memory, as a key for one brand asks for
// it: of somebody whose birthday nobody asks for, and of a grown-up.
func BenchmarkIndex(b *testing.B) {
	f := said()
	f.Profile.Claims = map[string][]profile.Claim{"birthday": {{Source: "crm", Value: "1980-05-04"}}}
	for name, ages := range map[string]*consent.Ages{"no birthday": nil, "grown-up": agesOf(time.UTC)} {
		b.Run(name, func(b *testing.B) {
			x, ctx := NewIndex(&shelf{facts: f}, 0), b.Context()
			subjects := make([][16]byte, 1000)
			for i := range subjects {
				subjects[i], _ = id.Bytes(id.New())
			}
			q := asks("crm", "purpose-2", 1)
			q.Purpose.Ages = ages
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				k, err := x.Look(ctx, subjects[i%len(subjects)], q)
				if err != nil {
					b.Fatal(err)
				}
				if is, err := k.Concerns(ctx, q, none); !is || err != nil {
					b.Fatal(err)
				}
				if v, _ := k.May(q); !v.Allow {
					b.Fatal(v.Reasons)
				}
				i++
			}
		})
	}
}
