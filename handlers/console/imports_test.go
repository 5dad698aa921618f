package console_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/authz"
	uploads "livingprofile/internal/intake"
	"livingprofile/internal/ledger"
	"livingprofile/internal/staff"
	"livingprofile/internal/testkit"
)

// sendFile posts a file as the form of the page does,
// with a token.
func sendFile(t *testing.T, c *testkit.Client, token, name, text string, fields ...string) *testkit.Answer {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i, pair := 0, append([]string{"csrf", token}, fields...); i < len(pair); i += 2 {
		if err := w.WriteField(pair[i], pair[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if name != "" {
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return c.Do(c.Request(http.MethodPost, "/console/imports", &b, "Content-Type", w.FormDataContentType()))
}

// TestImports: a file is held, its rows are explained without what they hold,
// it is tried, sent again and imported, and its refused rows are taken.
func TestImports(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := desk(t, s, authz.Administrator)
	const file = "id,email,given_name,family_name\n1,zora@example.net,Zora,Marker\n2,short\n"
	all := []string{"source", "shop", "map", "generic", "charset", ""}
	for name, a := range map[string]*testkit.Answer{
		"no source": sendFile(t, c, c.CSRF, "a.csv", file, "source", "", "map", "generic"),
		"no map":    sendFile(t, c, c.CSRF, "a.csv", file, "source", "shop", "map", ""),
		"a picture": sendFile(t, c, c.CSRF, "a.png", file, all...),
		"no file":   sendFile(t, c, c.CSRF, "", "", all...),
		"no rows":   sendFile(t, c, c.CSRF, "a.csv", "", all...),
		"a field":   sendFile(t, c, c.CSRF, "a.csv", file, "unknown", "x"),
	} {
		if a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d", name, a.Status)
		}
	}
	if a := sendFile(t, c, "wrong", "a.csv", file, all...); a.Status != http.StatusForbidden {
		t.Errorf("a wrong token: got %d", a.Status)
	}
	if a := sendFile(t, desk(t, s, authz.DPO), "", "a.csv", file, all...); a.Status != http.StatusForbidden {
		t.Errorf("a DPO: got %d", a.Status)
	}

	const own = "required: [id, email]\nidentifiers:\n  - {kind: customer, column: id}\n  - {kind: email, column: email}\nfields:\n  - {field: given-name, column: given_name}\n"
	bad := sendFile(t, c, c.CSRF, "a.csv", file, "source", "shop", "map", "own", "own", strings.Replace(own, "given-name", "shoe-size", 1))
	if bad.Status != http.StatusUnprocessableEntity {
		t.Errorf("a map that does not fit: got %d", bad.Status)
	}
	wantIn(t, "a map that does not fit", bad.Body, "fields.0.field: Line 6", "shoe-size", "kind: customer")
	mine := sendFile(t, c, c.CSRF, "a.csv", file, "source", "shop", "map", "own", "own", own)
	if mine.Status != http.StatusSeeOther {
		t.Fatalf("a map of one's own: got %d: %.300s", mine.Status, mine.Body)
	}
	wantIn(t, "a sample by a map of one's own", c.Page(mine.Location()), "What the first rows mean", "Given name", "Columns that the map does not know", "family_name")
	if a := c.Post(mine.Location(), url.Values{"act": {"discard"}}); a.Status != http.StatusSeeOther {
		t.Errorf("discard: got %d", a.Status)
	}

	hold := func() string {
		t.Helper()
		a := sendFile(t, c, c.CSRF, "people.csv", file, all...)
		if a.Status != http.StatusSeeOther {
			t.Fatalf("send: got %d: %.300s", a.Status, a.Body)
		}
		return a.Location()
	}
	act := func(path, what string) string {
		t.Helper()
		if a := c.Post(path, url.Values{"act": {what}}); a.Status != http.StatusSeeOther {
			t.Fatalf("%s: got %d", what, a.Status)
		}
		for _, next := range []func(context.Context, time.Duration) (bool, error){s.ImportNext, s.TryNext} {
			if _, err := next(t.Context(), time.Minute); err != nil {
				t.Fatal(err)
			}
		}
		return c.Page(path)
	}
	tried := hold()
	page := c.Page(tried)
	wantIn(t, "the sample", page, "What the first rows mean", "Given name", "Try it without writing")
	wantOut(t, "the sample", page, "Zora", "zora@")
	shown := c.Post(tried, url.Values{"act": {"show"}})
	if shown.Status != http.StatusOK || shown.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the values: got %d, kept %q", shown.Status, shown.Header.Get("Cache-Control"))
	}
	wantIn(t, "the values", shown.Body, "Zora", "zora@example.net", "Try it without writing")
	noted, err := s.DB.Search(t.Context(), ledger.Search{Kind: string(staff.KindExported), Limit: 2})
	if err != nil || len(noted) != 1 || !strings.Contains(string(noted[0].Payload), "sample") {
		t.Errorf("who looked: got %+v, %v", noted, err)
	}
	if a := desk(t, s, authz.Administrator).Post(tried, url.Values{"act": {"show"}}); a.Status != http.StatusForbidden {
		t.Errorf("values of a file that another member sent: got %d", a.Status)
	}
	wantOut(t, "to another member", desk(t, s, authz.Administrator).Page(tried), "Show what these rows hold", "Zora")
	wantIn(t, "the trial", act(tried, "try"), "Done", "Nothing was written", "About somebody new", "Import it now")
	if a := c.Post(tried, url.Values{"act": {"show"}}); a.Status != http.StatusConflict {
		t.Errorf("values after the trial: got %d", a.Status)
	}
	wantOut(t, "the trial, to who may not import", desk(t, s, authz.Auditor).Page(tried), "Import it now")
	wantIn(t, "imported after the trial", act(tried, "import"), "Done", "Take the refused rows")
	wantOut(t, "imported after the trial", c.Page(tried), "Nothing was written", "Import it now")
	if a := c.Post(tried, url.Values{"act": {"discard"}}); a.Status != http.StatusConflict {
		t.Errorf("deleted after the import: got %d", a.Status)
	}
	done := hold()
	wantIn(t, "the report", act(done, "import"), "Done", "Refused rows", "Take the refused rows")
	if find(t, desk(t, s, authz.DPO), "zora@example.net") == "" {
		t.Error("nobody was imported")
	}
	a := c.Post(done+"/rejects", nil)
	if a.Status != http.StatusOK || !strings.Contains(a.Body, "short") || !strings.Contains(a.Header.Get("Content-Disposition"), "rejects.csv") {
		t.Errorf("rejects: got %d %q", a.Status, a.Body)
	}
	other := desk(t, s, authz.Administrator)
	if a := other.Post(done+"/rejects", nil); a.Status != http.StatusForbidden {
		t.Errorf("rows that another member sent: got %d, want 403", a.Status)
	}
	wantIn(t, "for another member", other.Page(done), "Ask another member")
	approve(t, s, other, done, "")
	wantIn(t, "approved", other.Page(done), "You can take it once")
	for _, want := range []int{http.StatusOK, http.StatusForbidden} {
		if a := other.Post(done+"/rejects", nil); a.Status != want {
			t.Errorf("approved rows: got %d, want %d", a.Status, want)
		}
	}
	wantIn(t, "what was deleted", act(hold(), "discard"), "The file was deleted")
	thrown := hold()
	act(thrown, "try")
	wantIn(t, "deleted after a trial", act(thrown, "discard"), "The file was deleted", "About somebody new")
	wantIn(t, "the list", desk(t, s, authz.Auditor).Page("/console/imports"), done, "trial")
	sent, err := s.DB.Uploads(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range sent {
		if ats, err := s.DB.PartAts(t.Context(), u.ID, uploads.FilePart); err != nil || len(ats) > 0 {
			t.Errorf("%d pieces of a file are left, %v", len(ats), err)
		}
	}
}

// TestImports_pace: a page says how fast an import goes once that is known, and
// not a moment before.
func TestImports_pace(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := desk(t, s, authz.Administrator)
	u, _, err := s.Desk().Receive(t.Context(), uploads.Upload{
		Source: "shop", Map: "generic", Format: uploads.CSV, Actor: ledger.Actor{Kind: ledger.BySystem, ID: "shop"},
	}, strings.NewReader(strings.Repeat("x", 1000)))
	if err != nil {
		t.Fatal(err)
	}
	put := func(took, ago time.Duration) string {
		t.Helper()
		was := u.Stage()
		u.State, u.Bytes, u.Took, u.MovedAt, u.Position = uploads.Running, 250, took, s.Clock.Now().Add(-ago), []byte(`{"rows":24000}`)
		if err := s.DB.PutUpload(t.Context(), was, u, ""); err != nil {
			t.Fatal(err)
		}
		return c.Page("/console/imports/" + u.ID)
	}
	wantIn(t, "after a second", put(time.Second, 0), "cannot be told yet", "25 %")
	wantIn(t, "after a minute", put(time.Minute, 0), "About 400 rows a second", "3 minutes")
	wantIn(t, "of a process that is silent", put(time.Minute, time.Minute), "cannot be told yet")
}
