package keyring_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"livingprofile/internal/keyring"
	"livingprofile/internal/keyring/keytest"
)

func places() *rapid.Generator[keyring.Place] {
	return rapid.Custom(func(t *rapid.T) keyring.Place {
		// Few letters, so that the parts of two places often differ in
		// nothing but where one ends and the next begins.
		part := rapid.StringOfN(rapid.SampledFrom([]rune("ab\x00/")), 0, 4, -1)
		return keyring.Place{Table: part.Draw(t, "table"), Row: part.Draw(t, "row"), Column: part.Draw(t, "column")}
	})
}

func TestSealProperties(t *testing.T) {
	k := keytest.New(t, newClock())
	_, keys := create(t, k, 2)
	key, other := keys[0], keys[1]
	plaintexts := rapid.SliceOfN(rapid.Byte(), 0, 200)

	t.Run("what was sealed opens", rapid.MakeCheck(func(t *rapid.T) {
		want, p := plaintexts.Draw(t, "plaintext"), places().Draw(t, "place")
		prefix := rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(t, "dst")
		sealed := key.Seal(bytes.Clone(prefix), want, p)
		if !bytes.HasPrefix(sealed, prefix) {
			t.Fatalf("dst was overwritten: got %x, want it to start with %x", sealed, prefix)
		}
		sealed = sealed[len(prefix):]
		if got, want := len(sealed), keyring.Overhead+len(want); got != want {
			t.Fatalf("sealed has %d bytes, want %d", got, want)
		}
		got, err := key.Open(sealed, p)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("open: got %x and %v, want %x", got, err, want)
		}
	}))

	t.Run("a flipped bit does not open", rapid.MakeCheck(func(t *rapid.T) {
		p := places().Draw(t, "place")
		sealed := key.Seal(nil, plaintexts.Draw(t, "plaintext"), p)
		bit := rapid.IntRange(0, len(sealed)*8-1).Draw(t, "bit")
		sealed[bit/8] ^= 1 << (bit % 8)
		checkShut(t, key, sealed, p)
	}))

	t.Run("a part does not open", rapid.MakeCheck(func(t *rapid.T) {
		p := places().Draw(t, "place")
		sealed := key.Seal(nil, plaintexts.Draw(t, "plaintext"), p)
		checkShut(t, key, sealed[:rapid.IntRange(0, len(sealed)-1).Draw(t, "cut")], p)
	}))

	t.Run("another place does not open", rapid.MakeCheck(func(t *rapid.T) {
		p, q := places().Draw(t, "place"), places().Draw(t, "other")
		if p == q {
			t.Skip("the same place")
		}
		checkShut(t, key, key.Seal(nil, plaintexts.Draw(t, "plaintext"), p), q)
	}))

	t.Run("another owner does not open", rapid.MakeCheck(func(t *rapid.T) {
		p := places().Draw(t, "place")
		sealed := key.Seal(nil, plaintexts.Draw(t, "plaintext"), p)
		checkShut(t, other, sealed, p)
		checkShut(t, k.System(), sealed, p)
	}))
}

func checkShut(t rapid.TB, key *keyring.DataKey, sealed []byte, p keyring.Place) {
	t.Helper()
	if got, err := key.Open(sealed, p); !errors.Is(err, keyring.ErrOpen) {
		t.Fatalf("open: got %x and %v, want %v", got, err, keyring.ErrOpen)
	}
}

func TestSealIsNeverTheSame(t *testing.T) {
	key := keytest.New(t, newClock()).System()
	seen := make(map[string]bool)
	for range 1000 {
		sealed := string(key.Seal(nil, []byte("same"), place))
		if seen[sealed] {
			t.Fatal("one value was sealed twice the same way: a nonce came up again")
		}
		seen[sealed] = true
	}
}

func TestSealHidesPlaintext(t *testing.T) {
	marker := strings.Repeat("marker", 10)
	sealed := keytest.New(t, newClock()).System().Seal(nil, []byte(marker), place)
	if bytes.Contains(sealed, []byte("marker")) {
		t.Error("the plaintext stands in the sealed value")
	}
}

func FuzzOpen(f *testing.F) {
	key := keytest.New(f, newClock()).System()
	genuine := key.Seal(nil, []byte("hello"), place)
	f.Add(genuine)
	f.Add(genuine[:len(genuine)-1])
	f.Add([]byte{})
	f.Add([]byte{1})
	f.Add(make([]byte, keyring.Overhead))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		got, err := key.Open(sealed, place)
		switch {
		case bytes.Equal(sealed, genuine):
			if err != nil || string(got) != "hello" {
				t.Errorf("genuine value: got %q and %v", got, err)
			}
		case !errors.Is(err, keyring.ErrOpen) || got != nil:
			t.Errorf("forged value: got %x and %v, want %v", got, err, keyring.ErrOpen)
		}
	})
}

func BenchmarkSeal1KB(b *testing.B) {
	key := keytest.New(b, newClock()).System()
	plaintext := make([]byte, 1024)
	b.ReportAllocs()
	b.SetBytes(int64(len(plaintext)))
	for b.Loop() {
		key.Seal(nil, plaintext, place)
	}
}

func BenchmarkOpen1KB(b *testing.B) {
	key := keytest.New(b, newClock()).System()
	sealed := key.Seal(nil, make([]byte, 1024), place)
	b.ReportAllocs()
	b.SetBytes(1024)
	for b.Loop() {
		if _, err := key.Open(sealed, place); err != nil {
			b.Fatal(err)
		}
	}
}
