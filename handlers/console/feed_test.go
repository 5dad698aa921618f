package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/demo"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// TestFeed: how a feed is read is tried with a sample and with the feed itself,
// saved by the same rules as a declaration, and what is wrong says where.
func TestFeed(t *testing.T) {
	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"contacts":[{"event":1,"number":"C-1000001","mobile":"+81-90-0000-5555"}]}`))
	}))
	defer feed.Close()
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(set *wire.Settings) {
		set.Outbound = []string{strings.TrimPrefix(feed.URL, "http://")}
	}})
	if _, err := s.FeedKey(demo.FeedSecret); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ConnectAll(t.Context(), demo.Neighbours{CRM: "https://desk.example.com/hooks", Feed: "https://desk.example.com/feed"}); err != nil {
		t.Fatal(err)
	}
	const path = "/console/systems/crm/feed"
	c := desk(t, s, authz.Administrator)
	page := c.Page(path)
	wantIn(t, "the editor", page, "https://desk.example.com/feed", "phone: mobile")
	revision := testkit.Field(page, "revision")
	text := "url: " + feed.URL + "/feed\nevery: 24h\nsecret: crm-feed\nitems: contacts\nmap:\n  id: event\n  customer: number\n  fields:\n    phone: mobile\n"
	form := func(change ...string) url.Values {
		f := url.Values{"feed": {text}, "revision": {revision}, "from": {"sample"}, "sample": {`{"contacts":[{"event":"a","number":"C-1","mobile":"+81-90-0000-5555"},{"event":"b"}]}`}}
		for i := 0; i+1 < len(change); i += 2 {
			f.Set(change[i], change[i+1])
		}
		return f
	}
	tried := c.Post(path, form())
	wantIn(t, "the sample", tried.Body, "Phone", "customer number", "Fits")
	wantIn(t, "the feed itself", c.Post(path, form("from", "feed")).Body, "Phone", "Fits")
	preview, _, _ := strings.Cut(c.Post(path, form("from", "feed", "sample", "")).Body, "</table>")
	wantOut(t, "the preview", preview, "5555", "C-1000001")
	plain, _, _ := strings.Cut(text, "map:")
	told := c.Post(path, form("feed", plain, "sample", `{"contacts":[{"id":"a","subject":"x","activity":{"event":"7","kind":"support-call","at":"2026-01-01T00:00:00Z"}}]}`))
	wantIn(t, "an activity", told.Body, "Call to the support desk", "Fits")
	for what, tt := range map[string]struct {
		form  url.Values
		words []string
	}{
		"a field it may not hold": {form("feed", strings.Replace(text, "phone:", "shop-note:", 1)), []string{"Line 9", "map.fields", "is not among"}},
		"no YAML":                 {form("feed", "map: ["), []string{"cannot be read as YAML"}},
		"no sample":               {form("sample", ""), []string{"A page of the feed"}},
		"another thing":           {form("sample", "<html>"), []string{"The answer was not understood"}},
		"a private address":       {form("feed", strings.Replace(text, feed.URL, "https://127.0.0.1:9", 1), "from", "feed"), []string{"private address"}},
	} {
		for _, to := range []string{path, path + "/save"} {
			if to != path && what != "no YAML" && what != "a field it may not hold" {
				continue
			}
			a := c.Post(to, tt.form)
			if a.Status != http.StatusUnprocessableEntity || strings.Contains(a.Body, "⟦") {
				t.Errorf("%s at %s: got %d, want 422 with words", what, to, a.Status)
			}
			wantIn(t, what, a.Body, tt.words...)
		}
	}
	if a := c.Post(path+"/save", form()); a.Location() != "/console/systems/crm" {
		t.Fatalf("save: got %d", a.Status)
	}
	if got := s.Current.Load().Feeds()["crm"].URL; got != feed.URL+"/feed" {
		t.Errorf("got %q", got)
	}
	if a := c.Post(path+"/save", form("feed", strings.Replace(text, "24h", "1h", 1))); a.Status != http.StatusConflict {
		t.Errorf("a stale form: got %d, want 409", a.Status)
	}
	for kind, want := range map[string]int{"organisation.declared": 3, "feed.fetched": 3} {
		found, err := s.DB.Search(t.Context(), ledger.Search{Kind: kind, Limit: 10})
		if err != nil || len(found) != want {
			t.Errorf("%s: got %d entries and %v, want %d", kind, len(found), err, want)
		}
	}
	wantIn(t, "the system's page", c.Page("/console/systems/crm"), feed.URL+"/feed", "Change how it is read")
}
