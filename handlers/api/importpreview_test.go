package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/intake"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// TestImports_preview: the first rows are told as they would be taken, and
// nothing is kept of them.
func TestImports_preview(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(ofSystem("shop"))
	const mapText = `required: [no]
identifiers:
  - {kind: customer, column: no}
  - {kind: email, column: mail}
fields:
  - {field: given-name, column: first, transforms: [title]}
consents:
  - {purpose: newsletter, column: news, values: {"yes": given, "no": refused}, at: {column: since}}
`
	rows := "no,mail,first,news,since,room\n1,ZORA@example.net,ZORA,yes,2026-03-01,4\n2,no address,Ada,no,,\n3,c@example.net,C,perhaps,,\n"
	kind, body := formOf(t, piece{"map", "club.yaml", "", mapText}, piece{"file", "people.csv", csvType, rows + strings.Repeat("9,,,,,\n", 100_000)})
	a := k.send(key, "?preview=3", kind, body)
	if a.Status != http.StatusOK {
		t.Fatalf("got %d: %s", a.Status, a.Body)
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("kept %q", a.Header.Get("Cache-Control"))
	}
	for _, want := range []string{
		`"unread":["room"]`, `"given-name":"Zora"`, `{"kind":"email","value":"zora@example.net"}`, `"value":"1","verified_at":`,
		`"consents":[{"purpose":"newsletter","says":"given","at":"2026-03-01T00:00:00Z"}]`,
		`"notes":[{"line":3,"column":"mail"`, `"refused":{"line":4,"column":"news","code":"intake.not_a_choice"`,
	} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("%s is not in %s", want, a.Body)
		}
	}
	if strings.Contains(a.Body, `"line":5`) {
		t.Error("more rows than were asked for")
	}
	sheet := "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	if a := k.send(key, "?map=generic&preview=3", sheet, strings.Repeat("x", 17<<20)); a.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a large spreadsheet: got %d", a.Status)
	}
	k.refused(k.send(key, "?map=generic&preview=3", sheet, "PK\x03\x04"+strings.Repeat("x", 1000)), http.StatusUnprocessableEntity, "invalid")
	k.refused(k.send(k.key(ofSystem("shop"), withFields("given-name")), "?map=generic&preview=3", csvType, "email\n"), http.StatusForbidden, "forbidden")
	if all, err := k.DB.Uploads(t.Context(), 10); err != nil || len(all) > 0 {
		t.Errorf("a preview is kept as %d imports, %v", len(all), err)
	}
}

// TestImports_pace: how fast an import goes is told once it is known.
func TestImports_pace(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(ofSystem("shop"))
	one := k.taken(k.send(key, "?map=generic", csvType, strings.Repeat("x", 1000)))
	u, err := k.DB.Upload(t.Context(), one.Import)
	if err != nil {
		t.Fatal(err)
	}
	for took, want := range map[time.Duration]int{time.Second: 0, time.Minute: 180} {
		was := u.Stage()
		u.State, u.Bytes, u.Took, u.MovedAt, u.Position = intake.Running, 250, took, k.clock.Now(), []byte(`{"rows":24000}`)
		if err := k.DB.PutUpload(t.Context(), was, u, ledger.Kind("")); err != nil {
			t.Fatal(err)
		}
		got := k.read(key, one.Import)
		if known := got.Pace != nil; known != (want > 0) || known && (*got.Pace != 400 || *got.SecondsLeft != want) {
			t.Errorf("after %s: got %v rows a second, %v s left", took, got.Pace, got.SecondsLeft)
		}
	}
}
