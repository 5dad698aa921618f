package keyring_test

import (
	"testing"

	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"livingprofile/internal/keyring"
	"livingprofile/internal/keyring/keytest"
)

func TestHashes(t *testing.T) {
	k, other := keytest.New(t, newClock()), keytest.New(t, newClock())
	part := rapid.StringOfN(rapid.SampledFrom([]rune("ab\x00")), 0, 4, -1)

	t.Run("blind hashes are equal for equal arguments alone", rapid.MakeCheck(func(t *rapid.T) {
		a := [3]string{part.Draw(t, "kind"), part.Draw(t, "scope"), part.Draw(t, "value")}
		b := [3]string{part.Draw(t, "kind'"), part.Draw(t, "scope'"), part.Draw(t, "value'")}
		equal := k.Blind(a[0], a[1], a[2]) == k.Blind(b[0], b[1], b[2])
		if equal != (a == b) {
			t.Fatalf("hashes of %q and %q: got equal %v, want %v", a, b, equal, a == b)
		}
		if k.Blind(a[0], a[1], a[2]) == other.Blind(a[0], a[1], a[2]) {
			t.Fatalf("two installations hash %q to the same", a)
		}
	}))
	t.Run("digests are equal for equal arguments alone", rapid.MakeCheck(func(t *rapid.T) {
		a := [2]string{part.Draw(t, "domain"), part.Draw(t, "secret")}
		b := [2]string{part.Draw(t, "domain'"), part.Draw(t, "secret'")}
		digest := string(k.Digest(a[0], []byte(a[1])))
		if equal := digest == string(k.Digest(b[0], []byte(b[1]))); equal != (a == b) {
			t.Fatalf("digests of %q and %q: got equal %v, want %v", a, b, equal, a == b)
		}
		if digest == string(other.Digest(a[0], []byte(a[1]))) {
			t.Fatalf("two installations digest %q to the same", a)
		}
	}))
}

func TestCheckpointKeys(t *testing.T) {
	path, s := masterPath(t), keytest.NewMemory()
	signer, _, err := open(t, openMaster(t, path), s, newClock(), keyring.Options{}).CheckpointKeys("example.org/ledger")
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: "checkpoint\n"}, signer)
	if err != nil {
		t.Fatal(err)
	}
	// The verifier of a later start.
	_, verifier, err := open(t, openMaster(t, path), s, newClock(), keyring.Options{}).CheckpointKeys("example.org/ledger")
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil || n.Text != "checkpoint\n" || len(n.Sigs) != 1 {
		t.Errorf("open note: got %+v and %v", n, err)
	}

	t.Run("another installation does not verify", func(t *testing.T) {
		_, stranger, err := keytest.New(t, newClock()).CheckpointKeys("example.org/ledger")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := note.Open(signed, note.VerifierList(stranger)); err == nil {
			t.Error("a stranger's key verifies our checkpoint")
		}
	})
	t.Run("a name that a note cannot carry is refused", func(t *testing.T) {
		for _, name := range []string{"", "a b", "a+b"} {
			if _, _, err := keytest.New(t, newClock()).CheckpointKeys(name); err == nil {
				t.Errorf("signer name %q is accepted", name)
			}
		}
	})
}
