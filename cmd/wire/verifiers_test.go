package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/testkit"
)

// verifiersEnv names the folder where .ci/setup puts two packages that verify
// Standard Webhooks.
const verifiersEnv = "LIVINGPROFILE_WEBHOOK_VERIFIERS"

// A signed is one hook as a receiver gets it, and whether it is to be believed.
type signed struct {
	Secret  string            `json:"secret"`
	Headers map[string]string `json:"headers"`
	Body    []byte            `json:"body"`
	name    string
	want    string
}

// TestVerifiers: two packages of others accept every kind of event in both
// envelopes, through a rotation, whatever is in a body, and nothing else.
func TestVerifiers(t *testing.T) {
	t.Parallel()
	folder := os.Getenv(verifiersEnv)
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "svix")); folder == "" || err != nil {
		testkit.Missing(t, "verifiers of webhooks", fmt.Errorf("%s names no folder with them: run make setup, and tests by make", verifiersEnv))
	}
	all := everyKind(t)
	var lines bytes.Buffer
	for _, s := range all {
		if err := json.NewEncoder(&lines).Encode(s); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "verify.cjs"))
	cmd.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(folder, "node_modules"))
	cmd.Stdin = &lines
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(said) != len(all) {
		t.Fatalf("got %d answers to %d hooks", len(said), len(all))
	}
	for i, s := range all {
		var got map[string]string
		if err := json.Unmarshal([]byte(said[i]), &got); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"standardwebhooks", "svix"} {
			if got[name] != s.want {
				t.Errorf("%s, %s: got %q, want %q", s.name, name, got[name], s.want)
			}
		}
	}
}

// everyKind are hooks of every kind that anybody is told, and some that nobody
// should believe.
func everyKind(t *testing.T) []signed {
	t.Helper()
	kinds := []ledger.Kind{
		hook.Erased, identity.SubjectMerged, identity.SubjectSeparated, consent.PreferenceChanged, consent.MarketingStopped,
		profile.Corrected, profile.Undone, profile.Approved, profile.Imported, profile.Confirmed, "restriction.placed", "restriction.lifted", "endpoint.ping",
	}
	for _, s := range consent.Statuses {
		kinds = append(kinds, ledger.Kind("consent."+string(s)))
	}
	older, newer, stranger := hook.NewSecret(), hook.NewSecret(), hook.NewSecret()
	now := time.Now()
	var all []signed
	add := func(name string, secret hook.Secret, headers map[string]string, body []byte, want string) {
		lower := map[string]string{}
		for k, v := range headers {
			lower[strings.ToLower(k)] = v
		}
		all = append(all, signed{secret.String(), lower, body, name, want})
	}
	for _, kind := range kinds {
		for _, envelope := range []hook.Envelope{hook.Plain, hook.CloudEvents} {
			m := hook.Message{Type: string(kind), Timestamp: now, Data: hook.Content{
				Subject: "v80svo8q5l3g2r9a1k4d7t6b0c", Version: 42, KnownAs: []string{"№ 4711"}, Permissions: []hook.Permission{},
				Fields: map[string]string{"name": "佐藤 愛子\r\nأيكو 🎻", "note": "a\r\nb\u2028c\u0000<&>"},
			}}
			event := id.New()
			body, media, err := m.Write(envelope, "https://privacy.example.com", event)
			if err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprint(kind, " ", envelope)
			yes := "yes " + string(kind)
			rotating := hook.Headers([]hook.Secret{newer, older}, event, now, media, body)
			add(name+", the newer secret", newer, rotating, body, yes)
			add(name+", the older secret", older, rotating, body, yes)
			add(name+", afterwards", newer, hook.Headers([]hook.Secret{newer}, event, now, media, body), body, yes)
			add(name+", the older secret afterwards", older, hook.Headers([]hook.Secret{newer}, event, now, media, body), body, "no")
			add(name+", a stranger's secret", stranger, rotating, body, "no")
			add(name+", another body", newer, rotating, bytes.Replace(body, []byte("42"), []byte("43"), 1), "no")
			add(name+", another time", newer, hook.Headers([]hook.Secret{newer}, event, now.Add(-time.Hour), media, body), body, "no")
		}
	}
	lines := []byte("{\r\n  \"type\": \"lines\",\r\n  \"data\": \"道\"\r\n}\r\n")
	add("CR LF between members", newer, hook.Headers([]hook.Secret{newer}, "e", now, "application/json", lines), lines, "yes lines")
	return all
}
