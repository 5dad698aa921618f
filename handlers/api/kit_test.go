package api_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/id"
	"livingprofile/internal/testkit"
)

const (
	thomas = "thomas.weber@example.org"
	aiko   = "aiko.tanaka@example.com"
)

// A kit is a site with the demo's people and a clock that is moved by hand.
type kit struct {
	*testkit.Site
	t         *testing.T
	clock     *clock.Fake
	described *described
}

func newKit(t *testing.T, e testkit.Engine, set ...func(*wire.Settings)) *kit {
	t.Helper()
	c := testkit.Today()
	o := testkit.SiteOptions{Engine: e, Clock: c}
	if len(set) > 0 {
		o.Set = set[0]
	}
	s := testkit.NewSite(t, o)
	return &kit{s, t, c, describe(t, s)}
}

// key makes a key of the customer desk for all brands, fields and actions, less
// what change takes away, and returns its text.
func (k *kit) key(change ...func(*authz.APIKey)) string {
	k.t.Helper()
	key := authz.APIKey{
		Name: "test", System: "crm", Brand: authz.AllBrands, Scopes: authz.Scopes(), Fields: []string{authz.AllFields},
		ExpiresAt: k.clock.Now().Add(24 * time.Hour),
	}
	for _, f := range change {
		f(&key)
	}
	_, text, err := k.Keys().Make(k.t.Context(), key)
	if err != nil {
		k.t.Fatal(err)
	}
	return text
}

func forBrand(name string) func(*authz.APIKey) {
	return func(k *authz.APIKey) { k.Brand = name }
}

func ofSystem(name string) func(*authz.APIKey) {
	return func(k *authz.APIKey) { k.System = name }
}

func withFields(names ...string) func(*authz.APIKey) {
	return func(k *authz.APIKey) { k.Fields = names }
}

func withScopes(scopes ...authz.Permission) func(*authz.APIKey) {
	return func(k *authz.APIKey) { k.Scopes = scopes }
}

// ask sends a request with a key; headers come in pairs. Whatever is answered
// has to be as it is described.
func (k *kit) ask(key, method, path, body string, headers ...string) *testkit.Answer {
	k.t.Helper()
	c := k.Client(k.t)
	r := c.Request(method, path, strings.NewReader(body))
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	a := c.Do(r)
	k.described.holds(k.t, method, path, a)
	return a
}

// want is ask for an answer of the status, read into v unless that is nil.
func (k *kit) want(status int, v any, key, method, path, body string, headers ...string) *testkit.Answer {
	k.t.Helper()
	a := k.ask(key, method, path, body, headers...)
	if a.Status != status {
		k.t.Fatalf("%s %s: got %d, want %d: %s", method, path, a.Status, status, a.Body)
	}
	if v != nil {
		if err := json.Unmarshal([]byte(a.Body), v); err != nil {
			k.t.Fatalf("%s %s: %v: %s", method, path, err, a.Body)
		}
	}
	return a
}

// lookup returns the path of a subject, as the key's system knows them.
func (k *kit) lookup(key, address string) string {
	k.t.Helper()
	var found struct{ Subject string }
	k.want(http.StatusOK, &found, key, "POST", "/api/v1/subjects/lookup", `{"identifiers":[{"kind":"email","value":"`+address+`"}]}`)
	return "/api/v1/subjects/" + found.Subject
}

func (k *kit) subject(address string) id.Subject {
	k.t.Helper()
	s, err := k.Identity.ByEmail(k.t.Context(), address)
	if err != nil {
		k.t.Fatal(err)
	}
	return s
}

// records is how many records of a person are joined.
func (k *kit) records(address string) int {
	k.t.Helper()
	circle, err := k.DB.Circle(k.t.Context(), k.subject(address))
	if err != nil {
		k.t.Fatal(err)
	}
	return len(circle)
}

// version grows with every line of the ledger about a person.
func (k *kit) version(address string) int64 {
	k.t.Helper()
	facts, err := k.DB.Facts(k.t.Context(), k.subject(address))
	if err != nil {
		k.t.Fatal(err)
	}
	return facts.Version
}

// problem is an answer that says what went wrong.
type problem struct {
	Type, Title, Detail, Instance string
	Status                        int
	Errors                        []struct{ Path, Code, Detail string }
}

// refused checks that an answer is a problem of the status and the type.
func (k *kit) refused(a *testkit.Answer, status int, kind string) problem {
	k.t.Helper()
	var p problem
	if err := json.Unmarshal([]byte(a.Body), &p); err != nil {
		k.t.Fatalf("no problem: %d %s", a.Status, a.Body)
	}
	if a.Status != status || p.Status != status || a.Header.Get("Content-Type") != "application/problem+json" {
		k.t.Errorf("got %d %+v as %s, want %d", a.Status, p, a.Header.Get("Content-Type"), status)
	}
	if p.Type != k.URL+"/api/v1/docs#problem-"+kind || p.Title == "" || strings.Contains(p.Detail, "error.") || p.Instance == "" {
		k.t.Errorf("got %+v, want the type %s with words", p, kind)
	}
	return p
}

var nextLink = regexp.MustCompile(`^<([^>]+)>; rel="next"$`)

// nextOf returns where the Link of an answer leads, "" when there is none.
func nextOf(t *testing.T, a *testkit.Answer) string {
	t.Helper()
	link := a.Header.Get("Link")
	if link == "" {
		return ""
	}
	m := nextLink.FindStringSubmatch(link)
	if m == nil {
		t.Fatalf("the Link %q leads nowhere", link)
	}
	return m[1]
}
