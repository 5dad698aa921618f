package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/demo"
	"livingprofile/internal/hook"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// TestNotTaken: what a system told and what was refused of it stands beside the
// endpoint, the delivery, the feed and the key by which it came.
func TestNotTaken(t *testing.T) {
	var body atomic.Value
	body.Store(`{"status":"applied","changes":[{"id":"1","identifiers":[{"kind":"email","value":"nobody@example.org"}],"consent":{"purpose":"newsletter","status":"refused"}}]}`)
	r := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(body.Load().(string)))
	}))
	t.Cleanup(r.Close)
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(set *wire.Settings) {
		set.Outbound = []string{strings.TrimPrefix(r.URL, "http://")}
	}})
	if _, err := s.FeedKey(demo.FeedSecret); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ConnectAll(t.Context(), demo.Neighbours{Newsletter: r.URL + "/hooks", CRM: "https://desk.example.com/hooks", Feed: "https://desk.example.com/feed"}); err != nil {
		t.Fatal(err)
	}
	c := desk(t, s, authz.Administrator)
	them := s.Client(t)
	them.Enter("hibiki", thomas, false)
	// told answers, and returns the page of a delivery that says so.
	told := func(answer, want string) string {
		t.Helper()
		them.Answer("hibiki", "newsletter", answer)
		return testkit.Eventually(t, "a delivery with "+want, func() (string, bool) {
			all, err := s.DB.DeliveryPage(t.Context(), hook.Page{Endpoint: endpoint, State: hook.Applied, Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			for i := range all {
				if page := c.Page(tool + "/deliveries/" + all[i].Entry); strings.Contains(page, want) {
					return page, true
				}
			}
			return "", false
		})
	}
	wantIn(t, "the delivery", told("yes", "it names nobody whom the system may know"), "Not taken")
	wantIn(t, "the endpoint", c.Page(tool), "Not taken", "it names nobody whom the system may know")
	body.Store(`{"status":"applied","changes":[` + strings.Repeat(`{},`, 100) + `{}]}`)
	told("no", "the answer carried too many changes")

	tell := them.Do(them.Request("POST", "/api/v1/endpoints/newsletter/main/acknowledgements", strings.NewReader(`{}`), "Content-Type", "application/json"))
	if tell.Status != http.StatusUnauthorized {
		t.Fatalf("got %d: %s", tell.Status, tell.Body)
	}
	wantIn(t, "the endpoint", c.Page(tool), "signed with no valid secret of this endpoint")

	made := c.Post("/console/keys", url.Values{
		"name": {"export"}, "system": {"crm"}, "brand": {"*"}, "scopes": {"change:write"}, "life": {"30"},
	})
	answer := c.Do(c.Request("POST", "/api/v1/changes", strings.NewReader(`{"changes":[{"id":"1","shoe":1},{"id":"2","shoe":1}]}`),
		"Authorization", "Bearer "+keyText.FindString(made.Body), "Content-Type", "application/json"))
	if answer.Status != http.StatusOK {
		t.Fatalf("got %d: %s", answer.Status, answer.Body)
	}
	wantIn(t, "the keys", c.Page("/console/keys"), "2 times: something in it is not acceptable")

	row := inbound.Refusal{Place: inbound.OfFeed("crm"), Reason: inbound.Reused, Count: 3, At: s.Clock.Now()}
	change := ledger.Change{At: s.Clock.Now(), Actor: ledger.Actor{Kind: ledger.BySystem, ID: "crm"}, Rows: []any{row}}
	if err := s.DB.CommitAll(t.Context(), []ledger.Change{change, change}); err != nil {
		t.Fatal(err)
	}
	wantIn(t, "the feed", c.Page("/console/systems/crm"), "6 times: its id was used for something else before")
}
