package wire_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"livingprofile/cmd/vendors"
	"livingprofile/cmd/wire"
	"livingprofile/internal/connector"
	"livingprofile/internal/decision"
	"livingprofile/internal/demo"
	"livingprofile/internal/hook"
	"livingprofile/internal/ledger"
	"livingprofile/internal/pull"
	"livingprofile/internal/testkit"
)

// A mailer is listmonk: a double, or the real one that
// LIVINGPROFILE_TEST_LISTMONK names, whose key is in
// LIVINGPROFILE_TEST_LISTMONK_KEY.
type mailer struct {
	t          *testing.T
	url, key   string
	news, tips int // numbers of lists
	// Of the subscriber who was asked about last.
	reader any
	fields map[string]any
}

func newMailer(t *testing.T) *mailer {
	t.Helper()
	if real := os.Getenv("LIVINGPROFILE_TEST_LISTMONK"); real != "" {
		m := &mailer{t: t, url: real, key: os.Getenv("LIVINGPROFILE_TEST_LISTMONK_KEY")}
		for _, list := range []*int{&m.news, &m.tips} {
			made := m.call("POST", "/api/lists", map[string]any{"name": t.Name(), "type": "private", "optin": "single"})
			*list = int(made["id"].(float64))
		}
		return m
	}
	double := &vendors.Listmonk{Key: "api:key"}
	server := httptest.NewServer(double)
	t.Cleanup(server.Close)
	return &mailer{t: t, url: server.URL, key: double.Key, news: 3, tips: 4}
}

// call speaks to the interface as somebody who is not the product.
func (m *mailer) call(method, path string, body any) map[string]any {
	m.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		m.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(m.t.Context(), method, m.url+path, bytes.NewReader(text))
	if err != nil {
		m.t.Fatal(err)
	}
	r.Header.Set("Authorization", "token "+m.key)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct{ Data json.RawMessage }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode/100 != 2 {
		m.t.Fatalf("%s %s: got %d, %v", method, path, res.StatusCode, err)
	}
	var data map[string]any
	_ = json.Unmarshal(answer.Data, &data) // true, where nothing is to be said
	return data
}

// standing is what a list says of an address; "" for nobody.
func (m *mailer) standing(email string, of int) string {
	m.t.Helper()
	sum := sha256.Sum256([]byte(strings.ToLower(email)))
	query := "encode(sha256(convert_to(subscribers.email,'UTF8')),'hex')='" + hex.EncodeToString(sum[:]) + "'"
	found := m.call("GET", "/api/subscribers?per_page=1&query="+url.QueryEscape(query), nil)
	results, _ := found["results"].([]any)
	if len(results) == 0 {
		return ""
	}
	one := results[0].(map[string]any)
	m.reader = one["id"]
	m.fields, _ = one["attribs"].(map[string]any)
	for _, l := range one["lists"].([]any) {
		if list := l.(map[string]any); list["id"] == float64(of) {
			return list["subscription_status"].(string)
		}
	}
	return "on no list"
}

func (m *mailer) unsubscribe(from int) {
	m.t.Helper()
	m.call("PUT", "/api/subscribers/lists", map[string]any{"ids": []any{m.reader}, "action": "unsubscribe", "target_list_ids": []int{from}})
}

// TestListmonk drives it both ways: a withdrawal here unsubscribes there, and
// who unsubscribes there has withdrawn here.
func TestListmonk(t *testing.T) {
	m := newMailer(t)
	allowed := strings.TrimPrefix(m.url, "http://")
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) {
		s.Outbound = []string{allowed}
		secrets := filepath.Join(s.Database, "secrets")
		if err := os.MkdirAll(secrets, 0o700); err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(filepath.Join(secrets, "listmonk"), []byte(m.key+"\n"), 0o600); err != nil {
			t.Error(err)
		}
	}})
	link(t, s, &connector.Link{
		Name: "listmonk", URL: m.url, Secret: "listmonk", Every: time.Hour, Brands: []string{"hibiki"},
		Topics: map[string]string{"newsletter": strconv.Itoa(m.news), "recommendations": strconv.Itoa(m.tips)}, Fields: map[string]string{"given-name": "first_name"},
	})
	reader, _ := subscriber(t, s)
	c := s.Client(t)
	c.Enter("hibiki", reader, false)
	c.Answer("hibiki", "recommendations", "no")
	c.Answer("hibiki", "recommendations", "yes")
	becomes := func(list int, want string) {
		t.Helper()
		testkit.Eventually(t, "listmonk to say "+want, func() (string, bool) {
			got := m.standing(reader, list)
			return got, got == want
		})
	}
	becomes(m.news, "confirmed")
	becomes(m.tips, "confirmed")
	c.Answer("hibiki", "newsletter", "no")
	becomes(m.news, "unsubscribed")
	testkit.Eventually(t, "the portal to say so", func() (string, bool) {
		row := part(c.Page("/hibiki/allow"), `id="p-newsletter"`)
		return row, strings.Contains(row, "Confirmed ")
	})

	testkit.Eventually(t, "calm: all is told, and the next reading is far", func() (pull.Position, bool) {
		counts, err := s.DB.Counts(t.Context(), demo.Newsletter+"/"+connector.Endpoint)
		if err != nil {
			t.Fatal(err)
		}
		at, err := s.DB.PullPosition(t.Context(), demo.Newsletter)
		return at, err == nil && counts[hook.Waiting] == 0 && at.Due.After(s.Clock.Now().Add(time.Minute))
	})
	// Before that is read, another change is told.
	m.unsubscribe(m.tips)
	if got := c.Post("/hibiki/data/given-name", url.Values{"value": {"Reader"}}); got.Status != http.StatusSeeOther {
		t.Fatalf("change the name: got %d", got.Status)
	}
	testkit.Eventually(t, "listmonk to know the name", func() (string, bool) {
		m.standing(reader, m.tips)
		name, _ := m.fields["first_name"].(string)
		return name, name == "Reader"
	})
	becomes(m.tips, "unsubscribed")
	p, err := s.Puller([]string{allowed})
	if err != nil {
		t.Fatal(err)
	}
	feed := s.Current.Load().Feeds()[demo.Newsletter]
	for range 2 { // the second time it is old news
		if err := p.Read(t.Context(), demo.Newsletter, &feed); err != nil {
			t.Fatal(err)
		}
	}
	at, err := s.DB.PullPosition(t.Context(), demo.Newsletter)
	if err != nil || at.Cause != "" {
		t.Fatalf("got %+v, %v", at, err)
	}
	subject, err := s.Identity.ByEmail(t.Context(), reader)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := s.DB.Facts(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	v, _ := s.Current.Load().Purpose("recommendations")
	if got := decision.May(facts, decision.Question{Purpose: v, Brand: "hibiki", At: s.Clock.Now()}); got.Allow {
		t.Errorf("got %+v after it was said over there", got)
	}
	becomes(m.tips, "unsubscribed")
}

// link declares the demo with a connector of the newsletter tool.
func link(t *testing.T, s *testkit.Site, l *connector.Link) {
	t.Helper()
	draft, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	for i := range draft.Declared.Systems {
		if draft.Declared.Systems[i].Name == demo.Newsletter {
			draft.Declared.Systems[i].Connector = l
		}
	}
	_, err = s.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"}})
	if err != nil {
		t.Fatal(err)
	}
}
