package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestErasedWhileReading: somebody whose data goes while they look at it is signed
// out, and never told that nothing was changed.
func TestErasedWhileReading(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{Idle: true})
	subject, err := s.Identity.ByEmail(t.Context(), aiko)
	if err != nil {
		t.Fatal(err)
	}
	c := s.Client(t)
	c.Enter("hibiki", aiko, true)
	asked := c.Post("/hibiki/rights/erasure", url.Values{"scope": {"all"}, "days": {"0"}})
	path := asked.Location()
	request, ok := strings.CutPrefix(path, "/hibiki/requests/")
	if !ok {
		t.Fatalf("asked for: got %d to %q", asked.Status, path)
	}
	var readers sync.WaitGroup
	for _, page := range []string{path, "/hibiki", "/hibiki/data", "/hibiki/history"} {
		reader := c.Copy()
		readers.Go(func() {
			for {
				a, err := reader.Try(reader.Request(http.MethodGet, page, nil))
				switch {
				case err != nil:
					t.Error(err)
					return
				case a.Status == http.StatusSeeOther && strings.Contains(a.Location(), "/sign-in"):
					return
				case a.Status != http.StatusOK:
					t.Errorf("%s: got %d", page, a.Status)
					return
				}
			}
		})
	}
	if err := s.Rights.Carry(t.Context(), subject, rights.RequestID(request)); err != nil {
		t.Fatal(err)
	}
	readers.Wait()
	const said = "are deleting your data now"
	if end := c.Page("/hibiki/sign-in"); !strings.Contains(end, said) {
		t.Error("the page where they end up does not say why")
	}
	if again := c.Page("/hibiki/sign-in"); strings.Contains(again, said) {
		t.Error("it is said twice")
	}
}

// TestErasure_says_when: an erasure that waits for a copy is not said to be under
// way.
func TestErasure_says_when(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{Idle: true})
	c := s.Client(t)
	c.Enter("hibiki", aiko, true)
	if a := c.Post("/hibiki/rights/access", nil); a.Status != http.StatusSeeOther {
		t.Fatalf("a copy: got %d", a.Status)
	}
	c.Page("/hibiki/requests")
	page := c.Page(c.Post("/hibiki/rights/erasure", url.Values{"scope": {"all"}, "days": {"0"}}).Location())
	if !strings.Contains(page, "We have your request. Its number is") || strings.Contains(page, "are deleting your data now") {
		t.Error("an erasure that waits is said to be under way")
	}
}
