package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/id"
	"livingprofile/internal/testkit"
)

// TestVerifyReceipt: a receipt that a person kept is checked with the
// installation, and with its public key and checkpoints alone.
func TestVerifyReceipt(t *testing.T) {
	t.Parallel()
	var settings wire.Settings
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(w *wire.Settings) { settings = *w }})
	c := s.Client(t)
	c.Enter("hibiki", "thomas.weber@example.org", false)
	c.Answer("hibiki", "recommendations", "yes")
	number := testkit.ReceiptIn(c.Page("/hibiki/history"))
	receipt := c.Get("/hibiki/receipts/" + number + ".json").Body
	notary, err := s.Notary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := notary.Finish(t.Context()); err != nil { // seals what there is
		t.Fatal(err)
	}

	folder := t.TempDir()
	file := func(name, text string) string {
		t.Helper()
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	change := func(old, now string) string {
		t.Helper()
		if !strings.Contains(receipt, old) {
			t.Fatalf("the receipt lacks %q", old)
		}
		return strings.Replace(receipt, old, now, 1)
	}
	kept := file("kept.json", receipt)
	verify := func(args ...string) (int, string) {
		var out bytes.Buffer
		status := run(t.Context(), append([]string{"verify"}, args...), &environment{strings.NewReader(""), &out, &out})
		return status, out.String()
	}
	here := []string{"--database", settings.Database}
	checkpoints := settings.CheckpointPath()
	away := []string{"--database", filepath.Join(folder, "nowhere"), "--key", s.PublicKey()}

	for name, tt := range map[string]struct {
		args   []string
		status int
		says   []string
	}{
		"with_the_installation": {append(here, "--receipt", kept), 0, []string{"is genuine", "covered by checkpoint "}},
		"with_the_key_alone":    {append(away, "--receipt", kept), 0, []string{"is signed by that installation", "No checkpoint"}},
		"with_the_key_and_the_checkpoints": {
			append(away, "--receipt", kept, "--against", checkpoints), 0, []string{"is signed", "covered by checkpoint "},
		},
		"another_status": {
			append(here, "--receipt", file("status.json", change(`"proof": "session"`, `"proof": "staff_entry"`))), 1, []string{"BAD", "not what was written"},
		},
		"another_controller_with_the_key": {
			append(away, "--receipt", file("name.json", change("Hibiki K.K.", "Other K.K."))), 1, []string{"BAD", "not what was written"},
		},
		"another_number": {
			append(here, "--receipt", file("number.json", change(number, id.New()))), 1, []string{"BAD", "none with that number"},
		},
		"another_key": {
			[]string{"--receipt", kept, "--key", "example.org+d0c3cd94+ARpJEDQs4PeMOvqPq4zEMdBIIZrtsNBlSZ0QEAiYHgzm"}, 1, []string{"no public key"},
		},
		"no_receipt": {append(here, "--receipt", file("none.json", "{}")), 1, []string{"no receipt of this product"}},
	} {
		status, said := verify(tt.args...)
		if status != tt.status {
			t.Errorf("%s: got status %d, want %d: %s", name, status, tt.status, said)
		}
		for _, text := range tt.says {
			if !strings.Contains(said, text) {
				t.Errorf("%s: got %q, want %q in it", name, said, text)
			}
		}
	}

	t.Run("as_JSON", func(t *testing.T) {
		var said bytes.Buffer
		run(t.Context(), append([]string{"verify", "--receipt", kept, "--json"}, here...), &environment{strings.NewReader(""), &said, io.Discard})
		var report receiptReport
		if err := json.Unmarshal(said.Bytes(), &report); err != nil || string(report.Receipt) != number || report.Finding != "genuine" || report.Checkpoint == 0 {
			t.Errorf("got %s, %v", &said, err)
		}
	})
}
