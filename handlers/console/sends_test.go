package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"livingprofile/internal/audience"
	"livingprofile/internal/authz"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// TestSendAudience: a DPO sends an audience to a system that may have it, reads
// who was left out and why, and takes it back before it is removed.
func TestSendAudience(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	if _, err := s.Connect(t.Context(), "http://127.0.0.1:1/hooks"); err != nil {
		t.Fatal(err)
	}
	a, err := s.Audience.Create(t.Context(), audience.Audience{
		Name: "Players", Brand: "hibiki", Purpose: "recommendations", Where: audience.Expr{Field: "main-instrument", Compare: audience.Known},
	}, ledger.Actor{Kind: ledger.ByProgram, ID: "test"})
	if err != nil {
		t.Fatal(err)
	}
	path := "/console/audiences/" + a.ID
	wantOut(t, "a brand manager", desk(t, s, authz.BrandManager, "hibiki").Page(path), "Send it to a system")
	c := desk(t, s, authz.DPO)
	wantIn(t, "before", c.Page(path), "Send it to a system", "Newsletter tool (main)", "Take it back")
	wantOut(t, "before", c.Page(path), `value="send"`)
	act := func(what, endpoint string, status int) {
		t.Helper()
		if got := c.Post(path+"/send", url.Values{"act": {what}, "endpoint": {endpoint}}); got.Status != status {
			t.Errorf("%s to %s: got %d, want %d", what, endpoint, got.Status, status)
		}
		for more := true; more; {
			if more, err = s.Audience.Next(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	act("send", "newsletter/main", http.StatusForbidden)
	if a := c.Post(path+"/ask", url.Values{"how": {"crm/main"}, "reason": {"x"}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("asked for a system that may not have it: got %d", a.Status)
	}
	approve(t, s, c, path, "newsletter/main")
	act("fold", "newsletter/main", http.StatusUnprocessableEntity)
	// What is refused because another is under way uses no approval up.
	if _, err := s.Audience.Ask(t.Context(), &a, "newsletter/main", true, ledger.Actor{Kind: ledger.BySystem, ID: "newsletter"}); err != nil {
		t.Fatal(err)
	}
	act("send", "newsletter/main", http.StatusConflict)
	act("send", "newsletter/main", http.StatusSeeOther)
	act("send", "newsletter/main", http.StatusForbidden)
	wantIn(t, "sent", c.Page(path), "Sendings", "Sent", "Not asked yet:")
	wantIn(t, "sent", c.Page(path), "Take it back first")
	wrong := c.Post(path+"/edit", url.Values{
		"version": {"1"}, "name": {"Players"}, "purpose": {"newsletter"}, "brand": {"hibiki"}, "what.1.1": {"field:event-city"}, "compare.1.1": {"known"},
	})
	if wrong.Status != http.StatusUnprocessableEntity || !strings.Contains(wrong.Body, "were sent to a system for its purpose") {
		t.Errorf("for another purpose while people are in it there: got %d", wrong.Status)
	}
	if got := c.Post(path+"/remove", nil); got.Status != http.StatusConflict {
		t.Errorf("removed while people are in it there: got %d", got.Status)
	}
	act("back", "newsletter/main", http.StatusSeeOther)
	wantIn(t, "taken back", c.Page(path), "taken back")
	if got := c.Post(path+"/remove", nil); got.Status != http.StatusSeeOther {
		t.Errorf("removed after it was taken back: got %d", got.Status)
	}
}
