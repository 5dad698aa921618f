package id_test

import (
	"encoding/base32"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"livingprofile/internal/id"
)

func TestNew_sorts_by_the_time_it_was_made(t *testing.T) {
	t.Parallel()
	all := make([]string, 10_000)
	for i := range all {
		all[i] = id.New()
	}
	if !slices.IsSorted(all) {
		t.Error("a later id sorts before an earlier one")
	}
	for _, one := range all {
		if !id.Valid(one) {
			t.Fatalf("%q is not valid", one)
		}
	}
}

func TestNew_is_unique(t *testing.T) {
	t.Parallel()
	const makers, each = 8, 5000
	var made [makers][]string
	var wg sync.WaitGroup
	for i := range made {
		wg.Go(func() {
			for range each {
				made[i] = append(made[i], id.New())
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, some := range made {
		for _, one := range some {
			if seen[one] {
				t.Fatalf("%s was made twice", one)
			}
			seen[one] = true
		}
	}
}

func TestValid(t *testing.T) {
	t.Parallel()
	good := id.New()
	for name, s := range map[string]string{
		"empty":              "",
		"too_short":          good[:25],
		"too_long":           good + "0",
		"capitals":           strings.ToUpper(good[:25]) + "V",
		"letter_beyond":      good[:5] + "w" + good[6:],
		"slash":              good[:5] + "/" + good[6:],
		"line_at_the_end":    good[:25] + "\n",
		"bits_beyond_the_id": good[:25] + "1", // the last letter has three bits of sixteen bytes
		"two_bytes_letters":  strings.Repeat("é", 13),
	} {
		if id.Valid(s) {
			t.Errorf("%s: %q is valid", name, s)
		}
	}
	if !id.Valid(strings.Repeat("0", 26)) {
		t.Error("zeros are not valid")
	}
}

// What is written by hand is what the encoding of the standard library writes,
// and what is read by hand is what it takes, and nothing else.
func TestBytes_are_those_that_were_written(t *testing.T) {
	t.Parallel()
	encoding := base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)
	rapid.Check(t, func(t *rapid.T) {
		want := [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes"))
		if got, want := id.Of(want), encoding.EncodeToString(want[:]); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got, ok := id.Bytes(id.Of(want)); !ok || got != want {
			t.Errorf("got %x, %t, want %x", got, ok, want)
		}
		text := rapid.StringMatching(`[0-9a-v]{25}[0-9a-vA-V]`).Draw(t, "text")
		b, err := encoding.DecodeString(text)
		plain := err == nil && encoding.EncodeToString(b) == text
		if got, ok := id.Bytes(text); ok != plain || ok && string(got[:]) != string(b) {
			t.Errorf("%s: got %x, %t, want %x, %t", text, got, ok, b, plain)
		}
	})
}

// A subject's lane is written into every row: another one would make them all
// unreachable.
func TestSubject_Lane_is_the_same_for_ever(t *testing.T) {
	t.Parallel()
	for s, want := range map[id.Subject]int{
		"": 5, "a": 44, "06g0000000000000000000000a": 15, "06g0000000000000000000000b": 34,
	} {
		if got := s.Lane(64); got != want {
			t.Errorf("lane of %q: got %d, want %d", s, got, want)
		}
	}
}

func TestSubject_Lane_spreads_evenly(t *testing.T) {
	t.Parallel()
	const subjects, lanes = 64_000, 64
	var n [lanes]int
	for range subjects {
		n[id.Subject(id.New()).Lane(lanes)]++
	}
	for lane, got := range n {
		// Six standard deviations: once in a hundred million runs.
		if got < 1000-190 || got > 1000+190 {
			t.Errorf("lane %d has %d of %d subjects, want about 1000", lane, got, subjects)
		}
	}
}

func BenchmarkBytes(b *testing.B) {
	text := id.New()
	for b.Loop() {
		if _, ok := id.Bytes(text); !ok {
			b.Fatal("no id")
		}
	}
}
