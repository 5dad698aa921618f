package keyring_test

import (
	"testing"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring/keytest"
)

func TestPairwise(t *testing.T) {
	k, other := keytest.New(t, newClock()), keytest.New(t, newClock())
	seen := map[string]string{}
	for range 100 {
		s := id.Subject(id.New())
		for _, system := range []string{"shop", "crm", ""} {
			name, err := k.Pairwise(system, s)
			if err != nil {
				t.Fatal(err)
			}
			if !id.Valid(name) || name == string(s) || seen[name] != "" {
				t.Fatalf("%q is no name of its own for %q", name, s)
			}
			seen[name] = system
			if got, err := k.Paired(system, name); err != nil || got != s {
				t.Fatalf("%q reads as %q, %v; want %q", name, got, err, s)
			}
			if got, _ := k.Paired(system+"2", name); got == s {
				t.Fatalf("another system reads the name of %q", system)
			}
			if again, _ := other.Pairwise(system, s); again == name {
				t.Fatal("two installations give the same name")
			}
		}
	}
	for _, text := range []string{"", "x", "../..", "00000000000000000000000000000"} {
		if _, err := k.Paired("shop", text); errs.KindOf(err) != errs.NotFound {
			t.Errorf("%q: got %v, want not found", text, err)
		}
		if _, err := k.Pairwise("shop", id.Subject(text)); errs.KindOf(err) != errs.NotFound {
			t.Errorf("subject %q: got %v, want not found", text, err)
		}
	}
}
