package keyring

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// What these tests hold still is stored for years: a change to it makes every
// value, index and token of every installation worthless.

// fixedKey returns a key that counts upwards from first.
func fixedKey(first byte) [keySize]byte {
	var key [keySize]byte
	for i := range key {
		key[i] = first + byte(i)
	}
	return key
}

func TestSealedFormatIsStable(t *testing.T) {
	raw := fixedKey(0)
	key, err := newDataKey("subject", raw[:])
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := hex.DecodeString("01a0a1a2a3a4a5a6a7a8a9aaab90791058201bfd009c03f0cc2df73229d63ebb17e2")
	if err != nil {
		t.Fatal(err)
	}
	got, err := key.Open(sealed, Place{Table: "table", Row: "row", Column: "column"})
	if err != nil || string(got) != "value" {
		t.Errorf("open: got %q and %v, want %q", got, err, "value")
	}
}

func TestHashesAreStable(t *testing.T) {
	k := &Keyring{index: fixedKey(0), token: fixedKey(1)}
	blind := k.Blind("email", "scope", "a@example.org")
	for _, test := range []struct {
		name string
		got  []byte
		want string
	}{
		{"blind", blind[:], "dfb78413fcb81152b3b4b4b0d081d999532e524b7bc92cd2916af5693b37db02"},
		{"digest", k.Digest("session", []byte("secret")), "11a926a61fb1b70c4a6b57787bed4af16514582422293a745974d83e97b1c643"},
	} {
		if got := hex.EncodeToString(test.got); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
	if got, want := k.Fingerprint(), "e69f3becae97ffad32286e0a8c69e330"; got != want {
		t.Errorf("fingerprint: got %s, want %s", got, want)
	}
}

func TestNewDataKey(t *testing.T) {
	raw := fixedKey(0)
	if _, err := newDataKey("subject", raw[:]); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(raw[:], make([]byte, keySize)) {
		t.Error("the raw key was not overwritten")
	}
	if _, err := newDataKey("subject", raw[:16]); err == nil {
		t.Error("a key of 128 bits is accepted")
	}
}
