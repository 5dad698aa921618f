package ledger

import (
	"encoding/hex"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/id"
)

var began = time.Date(2026, time.March, 12, 10, 2, 0, 123456000, time.UTC)

func TestForm(t *testing.T) {
	t.Parallel()
	var f Form
	f.Int(1)
	f.Int(-2)
	f.Text("ab")
	f.Text("")
	want := "0000000000000001" + "fffffffffffffffe" + "0000000000000002" + "6162" + "0000000000000000"
	if got := hex.EncodeToString(f); got != want {
		t.Errorf("form: got %s, want %s", got, want)
	}
	if got, want := f.Hash().String(), "0ea74530889687fdd622d13db447f28baa4bf0a85c58eb3d7a53d2520bbc3585"; got != want {
		t.Errorf("hash: got %s, want %s", got, want)
	}
}

// TestEntry_Sum holds the canonical form to what ledgers in the world were
// written with: another hash here would make every one of them faulty.
func TestEntry_Sum(t *testing.T) {
	t.Parallel()
	full := Entry{
		Lane: 7, Seq: 42, ID: "e1", Subject: "s1", Version: 9, Kind: "consent.given",
		Actor: Actor{Kind: BySubject, ID: "s1"}, Brand: "hibiki", Cause: "r1", At: began,
		Payload: []byte{1, 2, 3}, Evidence: Hash{4}, Prev: Hash{5}, Hash: Hash{6},
	}
	for name, tt := range map[string]struct {
		entry Entry
		want  string
	}{
		"full":  {full, "cc1904799f01a068ab35d5ea5dfea1a7d76228ca4ed10882525a2d2083ec0590"},
		"empty": {Entry{}, "bc40e8426cecc46be3f972e457d77a9a2097746682e6c1b335def80148422af5"},
	} {
		if got := tt.entry.Sum().String(); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
}

// drawEntry draws from few letters, so that fields run into each other where
// the form would let them.
func drawEntry(t *rapid.T, label string) Entry {
	word := func(field string) string {
		return rapid.StringOfN(rapid.SampledFrom([]rune("ab\x00\x01")), 0, 3, -1).Draw(t, label+" "+field)
	}
	number := func(field string) int64 { return rapid.Int64Range(-1, 2).Draw(t, label+" "+field) }
	return Entry{
		Lane: int(number("lane")), Seq: number("seq"), ID: word("id"), Subject: id.Subject(word("subject")),
		Version: number("version"), Kind: Kind(word("kind")), Actor: Actor{Kind: ActorKind(word("actor kind")), ID: word("actor")},
		Brand: word("brand"), Cause: word("cause"), At: time.UnixMicro(number("at")).UTC(), Payload: []byte(word("payload")),
		Evidence: Hash{byte(number("evidence"))}, Prev: Hash{byte(number("prev"))},
	}
}

func TestEntry_Sum_tells_any_two_entries_apart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawEntry(t, "a"), drawEntry(t, "b")
		if equal := cmp.Equal(a, b); (a.Sum() == b.Sum()) != equal {
			t.Fatalf("equal %v, and same hash %v:\n%+v\n%+v", equal, !equal, a, b)
		}
	})
}

// A letter moved over the border between two fields is the change that a form
// without lengths would not see.
func TestEntry_Sum_sees_a_letter_that_moves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := drawEntry(t, "e")
		fields := []*string{&e.ID, (*string)(&e.Subject), (*string)(&e.Kind), (*string)(&e.Actor.Kind), &e.Actor.ID, &e.Brand, &e.Cause}
		before := e.Sum()
		from := rapid.IntRange(0, len(fields)-2).Draw(t, "field")
		a, b := fields[from], fields[from+1]
		if *a == "" {
			t.Skip("nothing to move")
		}
		last := len(*a) - 1
		*a, *b = (*a)[:last], (*a)[last:]+*b
		if e.Sum() == before {
			t.Fatalf("the same hash for %+v", e)
		}
	})
}

// TestEntry_Sum_covers_every_field fails when a field is added to Entry and
// left out of its hash.
func TestEntry_Sum_covers_every_field(t *testing.T) {
	t.Parallel()
	var base Entry
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(began))
		} else {
			switch v.Kind() {
			case reflect.Struct:
				for i := range v.NumField() {
					walk(v.Field(i), path+"."+v.Type().Field(i).Name)
				}
				return
			case reflect.String:
				v.SetString("x")
			case reflect.Int, reflect.Int64:
				v.SetInt(7)
			case reflect.Slice:
				v.SetBytes([]byte{7})
			case reflect.Array:
				v.Index(0).SetUint(7)
			default:
				t.Fatalf("%s has a type that the test does not know", path)
			}
		}
		if changed := base.Sum() != (&Entry{}).Sum(); changed == (path == ".Hash") {
			t.Errorf("%s is part of the hash: %v", path, changed)
		}
		v.SetZero()
	}
	walk(reflect.ValueOf(&base).Elem(), "")
}

func TestEntry_Link(t *testing.T) {
	t.Parallel()
	head := Head{Lane: 3, Seq: 8, Hash: Hash{1}}
	e := Entry{ID: "e", Kind: "a.b"}
	e.Link(head)
	if e.Lane != 3 || e.Seq != 9 || e.Prev != head.Hash || e.Hash != e.Sum() {
		t.Errorf("linked: got %+v", e)
	}
	if got, want := e.Head(), (Head{Lane: 3, Seq: 9, Hash: e.Hash}); got != want {
		t.Errorf("head: got %+v, want %+v", got, want)
	}
}
