package handlers_test

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
	"livingprofile/internal/transfer"
)

// TestTransfer sends what a person takes along to the controller that they pick,
// which checks it by our published key, takes it once, and refuses the next.
func TestTransfer(t *testing.T) {
	var s *testkit.Site
	var arrived atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !signedByUs(s.Client(t), r) {
			t.Errorf("what arrived is not signed: %v", err)
		}
		if got := r.Header.Get("Transfer-Reference"); got != "member%2042" {
			t.Errorf("reference: got %q", got)
		}
		z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
		if err != nil {
			t.Errorf("what arrived is no archive: %v", err)
			return
		}
		for _, f := range z.File {
			if strings.HasPrefix(f.Name, "inferred") || f.Name == "history.json" {
				t.Errorf("it has %s", f.Name)
			}
		}
		if arrived.Add(1) > 1 {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer other.Close()
	s = testkit.NewSite(t, testkit.SiteOptions{Set: func(set *wire.Settings) {
		set.Outbound = []string{strings.TrimPrefix(other.URL, "http://")}
	}})
	redeclare(t, s, func(o *organisation.Organisation) {
		o.Controllers = []transfer.Controller{{Name: "choir", Label: i18n.Text{"en": "the town choir"}, URL: other.URL + "/in"}}
	})
	c := s.Client(t)
	c.Enter("hibiki", aiko, true)
	if page := c.Page("/hibiki/rights/portability"); !strings.Contains(page, "the town choir") {
		t.Error("the form does not offer the controller")
	}
	to := url.Values{"scope": {"controller-choir"}, "text": {"member 42"}}
	for _, form := range []url.Values{
		{"scope": {"controller-choir"}, "text": {" "}}, {"scope": {"controller-nobody"}, "text": {"x"}}, {"scope": {"field-choir"}, "text": {"x"}},
	} {
		if a := c.Post("/hibiki/rights/portability", form); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%v: got %d, want 422", form, a.Status)
		}
	}
	stale := s.Client(t)
	stale.Enter("hibiki", thomas, false)
	if a := stale.Post("/hibiki/rights/portability", to); !strings.HasPrefix(a.Location(), "/hibiki/proof") {
		t.Errorf("without a fresh proof: got %d to %q", a.Status, a.Location())
	}
	byStaff := rights.Filing{
		Kind: rights.Portability, Actor: ledger.Actor{Kind: ledger.ByStaff, ID: "m"},
		Matter: rights.Matter{Scope: rights.ControllerScope, Name: "choir", Text: "x"},
	}
	if _, _, err := s.Rights.File(t.Context(), byStaff); !errors.Is(err, errs.Stale) {
		t.Errorf("asked for by staff: got %v, want %v", err, errs.Stale)
	}
	page := await(t, c, fileRequest(t, c, "portability", to), "It is done")
	if !strings.Contains(page, "the town choir") || strings.Contains(page, "Take the file") {
		t.Error("the page does not say where it went, or offers the file")
	}
	await(t, c, fileRequest(t, c, "portability", to), "did not take the file")
	if got := arrived.Load(); got != 2 {
		t.Errorf("it arrived %d times, want twice", got)
	}
}

// signedByUs checks the signature on a request with the key that the site
// publishes (RFC 9421, 3.2).
func signedByUs(c *testkit.Client, r *http.Request) bool {
	var set transfer.KeySet
	if err := json.Unmarshal([]byte(c.Get(transfer.KeysPath).Body), &set); err != nil || len(set.Keys) != 1 {
		return false
	}
	key, err := base64.RawURLEncoding.DecodeString(set.Keys[0].X)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return false
	}
	parameters := strings.TrimPrefix(r.Header.Get("Signature-Input"), "transfer=")
	base := "\"@method\": " + r.Method + "\n\"@target-uri\": http://" + r.Host + r.URL.Path + "\n"
	for _, name := range []string{"content-type", "content-digest", "transfer-reference"} {
		base += "\"" + name + "\": " + r.Header.Get(name) + "\n"
	}
	signature, err := base64.StdEncoding.DecodeString(strings.Trim(strings.TrimPrefix(r.Header.Get("Signature"), "transfer="), ":"))
	return err == nil && strings.Contains(parameters, "#"+set.Keys[0].ID+"\"") &&
		ed25519.Verify(key, []byte(base+"\"@signature-params\": "+parameters), signature)
}
