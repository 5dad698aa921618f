package console_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/evidence"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestEvidence takes a request away, and checks it as an authority would, with
// the public key alone.
func TestEvidence(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	path := ask(t, s, thomas, rights.Complaint, url.Values{"text": {"Nobody answered my letter."}})
	c := desk(t, s, authz.DPO)
	wantOut(t, "before it is opened", c.Page(path), "Take the evidence")
	if a := act(t, c, path, url.Values{"move": {"write"}, "note": {"We look into it."}}); a.Status != http.StatusSeeOther {
		t.Fatalf("write: got %d", a.Status)
	}
	wantIn(t, "the page", c.Page(path), "Take the evidence")
	a := c.Post(path+"/evidence", nil)
	if a.Status != http.StatusOK || a.Header.Get("Content-Type") != "application/zip" {
		t.Fatalf("got %d", a.Status)
	}
	r, err := evidence.Check([]byte(a.Body), s.Verifier())
	if err != nil || !r.OK() || r.Lines < 3 {
		t.Fatalf("got %+v, %v", r, err)
	}
	files := filesOf(t, []byte(a.Body))
	wantIn(t, "the page of the pack", files["index.html"], "Nobody answered my letter.", "We look into it.", "Mika Mori", "Asia/Tokyo")
	wantIn(t, "the request", files["request.json"], "JP/1", `"state": "acknowledged"`, `"law_pack": "JP/1"`)
	var letters []string
	for name, text := range files {
		if strings.HasPrefix(name, "letters/") {
			letters = append(letters, text)
		}
	}
	if !slices.ContainsFunc(letters, func(l string) bool { return strings.Contains(l, "+09:00\n") && strings.Contains(l, "We look into it.") }) {
		t.Errorf("the letter is not among %q", letters)
	}
	them := s.Client(t)
	them.Enter("hibiki", thomas, false)
	wantIn(t, "their history", them.Page("/hibiki/history"), "because of a request of yours")
	if a := desk(t, s, authz.Auditor).Post(path+"/evidence", nil); a.Status != http.StatusForbidden {
		t.Errorf("an auditor: got %d", a.Status)
	}
}

func filesOf(t *testing.T, pack []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(text)
	}
	return files
}
