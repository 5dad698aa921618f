package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/intake"
	"livingprofile/internal/testkit"
)

// An imported is the answer about an import, as far as these tests read it.
type imported struct {
	Import  string `json:"import"`
	State   string `json:"state"`
	Size    int64  `json:"size"`
	Report  struct{ Rows, Created, Changed, Unchanged, Refused int }
	Problem *struct{ Code string }

	WaitsUntil  *time.Time `json:"waits_until"`
	Pace        *int       `json:"rows_per_second"`
	SecondsLeft *int       `json:"seconds_left"`
}

// decide says what becomes of a file that was tried.
func (k *kit) decide(key, one, act string, status int) (got imported) {
	k.t.Helper()
	k.want(status, &got, key, http.MethodPost, "/api/v1/imports/"+one, `{"act":"`+act+`"}`)
	return got
}

func (k *kit) send(key, query, kind, body string, headers ...string) *testkit.Answer {
	k.t.Helper()
	return k.ask(key, http.MethodPost, "/api/v1/imports"+query, body, append(headers, "Content-Type", kind)...)
}

func (k *kit) taken(a *testkit.Answer) imported {
	k.t.Helper()
	var got imported
	if a.Status != http.StatusAccepted {
		k.t.Fatalf("got %d: %s", a.Status, a.Body)
	}
	if err := json.Unmarshal([]byte(a.Body), &got); err != nil {
		k.t.Fatal(err)
	}
	return got
}

// imports does what waits, slice by slice.
func (k *kit) imports(slice time.Duration) {
	k.t.Helper()
	for range 1000 {
		more, err := k.ImportNext(k.t.Context(), slice)
		if err != nil {
			k.t.Logf("import: %v", err)
		}
		tried, err := k.TryNext(k.t.Context(), slice)
		if err != nil {
			k.t.Logf("trial: %v", err)
		}
		if _, err := k.DB.NextUpload(k.t.Context(), false); err != nil && !more && !tried {
			return
		}
	}
	k.t.Fatal("an import does not come to its end")
}

func (k *kit) read(key, one string) imported {
	k.t.Helper()
	var got imported
	k.want(http.StatusOK, &got, key, http.MethodGet, "/api/v1/imports/"+one, "")
	return got
}

const ndjson, csvType = "application/x-ndjson", "text/csv"

// TestImports sends files of all forms, reads their reports, and takes what was
// refused.
func TestImports(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			key := k.key(ofSystem("shop"))
			for _, file := range []struct{ name, kind, query string }{
				{"generic.csv", csvType, "?map=generic"},
				{"generic.jsonl", ndjson, "?map=generic"},
				{"shopify.csv", csvType, "?map=shopify"},
			} {
				text, err := os.ReadFile(filepath.Join("..", "..", "internal", "intake", "testdata", file.name))
				if err != nil {
					t.Fatal(err)
				}
				a := k.send(key, file.query, file.kind, string(text))
				got := k.taken(a)
				if a.Header.Get("Location") != "/api/v1/imports/"+got.Import || got.Size != int64(len(text)) {
					t.Errorf("%s: got %+v at %q", file.name, got, a.Header.Get("Location"))
				}
				k.imports(time.Minute)
				if done := k.read(key, got.Import); done.State != "done" || done.Report.Rows == 0 {
					t.Errorf("%s: got %+v", file.name, done)
				}
				if ats, err := k.DB.PartAts(t.Context(), got.Import, intake.FilePart); err != nil || len(ats) > 0 {
					t.Errorf("%s: %d pieces of the file are left, %v", file.name, len(ats), err)
				}
				if a := k.ask(k.key(ofSystem("crm")), http.MethodGet, "/api/v1/imports/"+got.Import, ""); a.Status != http.StatusNotFound {
					t.Errorf("%s: another system got %d", file.name, a.Status)
				}
			}

			body := "id,email,given_name,family_name\n1,ada@example.net,Ada,Lovelace\n2,no address\n"
			before := k.taken(k.send(key, "?map=generic&dry_run=true", csvType, body))
			k.imports(time.Minute)
			if tried := k.read(key, before.Import); tried.Report.Created != 1 || tried.Report.Refused != 1 {
				t.Errorf("tried: got %+v", tried)
			}
			before = k.decide(key, before.Import, "import", http.StatusAccepted)
			k.imports(time.Minute)
			if done := k.read(key, before.Import); done.State != "done" || done.Report.Created != 1 || done.WaitsUntil != nil {
				t.Errorf("imported after the trial: got %+v", done)
			}
			k.decide(key, before.Import, "discard", http.StatusConflict)
			trial := k.taken(k.send(key, "?map=generic&dry_run=true", csvType, body))
			k.decide(key, trial.Import, "discard", http.StatusConflict) // it is under way
			k.imports(time.Minute)
			if k.read(key, trial.Import).WaitsUntil == nil {
				t.Error("the file of a trial is gone")
			}
			k.decide(key, trial.Import, "keep", http.StatusUnprocessableEntity)
			k.decide(k.key(ofSystem("shop"), withFields("given-name")), trial.Import, "import", http.StatusForbidden)
			k.decide(k.key(ofSystem("crm")), trial.Import, "import", http.StatusNotFound)
			if got := k.decide(key, trial.Import, "discard", http.StatusAccepted); got.Problem == nil {
				t.Errorf("deleted: got %+v", got)
			}
			again := k.taken(k.send(key, "?map=generic", csvType, body, "Idempotency-Key", "one"))
			repeat := k.send(key, "?map=generic", csvType, body, "Idempotency-Key", "one")
			if k.taken(repeat).Import != again.Import || repeat.Header.Get("Idempotency-Replayed") != "true" {
				t.Errorf("the repeat is another import")
			}
			if a := k.send(key, "?map=generic", csvType, body+"x", "Idempotency-Key", "one"); a.Status != http.StatusConflict {
				t.Errorf("another file under the same key: got %d", a.Status)
			}
			k.imports(time.Minute)
			if done := k.read(key, again.Import); done.Report.Unchanged != 1 || done.Report.Refused != 1 {
				t.Errorf("got %+v", done)
			}
			rejects := k.ask(key, http.MethodGet, "/api/v1/imports/"+again.Import+"/rejects", "")
			if rejects.Status != http.StatusOK || !strings.Contains(rejects.Body, "no address") || !strings.Contains(rejects.Body, "rejected_because") {
				t.Errorf("rejects: got %d %q", rejects.Status, rejects.Body)
			}
			if a := k.ask(key, http.MethodGet, "/api/v1/imports/"+trial.Import+"/rejects", ""); a.Status != http.StatusNotFound {
				t.Errorf("rejects of a trial: got %d", a.Status)
			}
		})
	}
}

// TestImportsGoOn cuts an import off after each slice of time, as a process that
// dies does, and loses and doubles nothing.
func TestImportsGoOn(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			key := k.key(ofSystem("shop"))
			var body strings.Builder
			body.WriteString("id,email,given_name,family_name\n")
			const rows = 640
			for n := range rows {
				if n%40 == 39 {
					fmt.Fprintf(&body, "%d,short\n", n)
					continue
				}
				fmt.Fprintf(&body, "%d,cut%d@example.net,Given%d,Family\n", n, n, n)
			}
			one := k.taken(k.send(key, "?map=generic", csvType, body.String()))
			cuts := 0
			for slice := 10 * time.Millisecond; k.read(key, one.Import).State != "done"; slice *= 2 {
				// Each is cut off later, wherever it is by then.
				cuts++
				if _, err := k.ImportNext(t.Context(), slice); err != nil {
					t.Fatal(err)
				}
			}
			got := k.read(key, one.Import)
			const refused = rows / 40
			if cuts < 2 || got.Report.Rows != rows || got.Report.Created+got.Report.Unchanged != rows-refused || got.Report.Refused != refused {
				t.Errorf("after %d turns: got %+v", cuts, got)
			}
			a := k.ask(key, http.MethodGet, "/api/v1/imports/"+one.Import+"/rejects", "")
			if lines := strings.Count(a.Body, "\n"); lines != refused+1 {
				t.Errorf("%d lines of refused rows, want %d", lines, refused+1)
			}
		})
	}
}

// TestImportsRefuse sends what is no file of people.
func TestImportsRefuse(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(ofSystem("shop"))
	for name, tt := range map[string]struct {
		query, kind, body string
		status            int
	}{
		"no_map":               {"", csvType, "a", 422},
		"a_map_that_is_none":   {"?map=nothing", csvType, "a", 422},
		"a_map_that_is_a_path": {"?map=..%2Fmaps%2Fgeneric.yaml", csvType, "a", 422},
		"a_parameter_too_many": {"?map=generic&name=x", csvType, "a", 422},
		"another_type":         {"?map=generic", "application/pdf", "a", 415},
		"no_type":              {"?map=generic", "", "a", 415},
		"an_empty_file":        {"?map=generic", csvType, "", 422},
		"no_rows_to_preview":   {"?map=generic&preview=0", csvType, "a", 422},
		"too_many_to_preview":  {"?map=generic&preview=21", csvType, "a", 422},
		"a_preview_of_nothing": {"?map=generic&preview=5", csvType, "", 422},
		"a_word_for_a_yes":     {"?map=generic&dry_run=maybe", csvType, "a", 422},
	} {
		if a := k.send(key, tt.query, tt.kind, tt.body); a.Status != tt.status {
			t.Errorf("%s: got %d %s, want %d", name, a.Status, a.Body, tt.status)
		}
	}
	if a := k.send(k.key(ofSystem("delivery")), "?map=generic", csvType, "a"); a.Status != http.StatusForbidden {
		t.Errorf("a system that is no source: got %d", a.Status)
	}
	if a := k.send(k.key(withScopes(authz.ProfileWrite)), "?map=generic", csvType, "a"); a.Status != http.StatusForbidden {
		t.Errorf("a key without the scope: got %d", a.Status)
	}
	sheet := "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	for name, file := range map[string]struct{ kind, body string }{
		"a_sheet_that_is_text":   {sheet, "id,email\n1,a@example.net\n"},
		"a_sheet_that_is_broken": {sheet, "PK\x03\x04" + strings.Repeat("x", 1000)},
		"text_that_is_a_sheet":   {csvType, "PK\x03\x04" + strings.Repeat("x", 1000)},
		"text_that_is_markup":    {csvType, "<html><body>sign in</body></html>"},
		"a_million_columns":      {csvType, strings.Repeat("a,", 1_000_000) + "\n1\n"},
		"columns_of_something":   {csvType, "a,b\n1,2\n"},
		"json_that_is_a_list":    {ndjson, "[1,2]\n"},
	} {
		one := k.taken(k.send(key, "?map=generic", file.kind, file.body))
		k.imports(time.Minute)
		if got := k.read(key, one.Import); got.State != "failed" || got.Problem == nil || got.Report.Created > 0 {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	// A file that is cut off while it is sent is none.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := k.Desk().Receive(ctx, intake.Upload{Map: "generic", Format: intake.CSV}, strings.NewReader("a")); err == nil {
		t.Error("a file that was cut off was taken")
	}
}
