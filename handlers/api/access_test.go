package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/authz"
	"livingprofile/internal/consent"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// A use is how a route is used as it is meant. A route that has none fails
// TestAccess.
type use struct {
	route  string
	body   string
	status int
}

func uses() []use {
	return []use{
		{"POST /api/v1/subjects/lookup", `{"identifiers":[{"kind":"email","value":"` + thomas + `"}]}`, 200},
		{"GET /api/v1/subjects/:subject", "", 200},
		{"PATCH /api/v1/subjects/:subject/attributes", `{"attributes":{"event-city":{"value":"Kyoto"}}}`, 200},
		{"GET /api/v1/subjects/:subject/identifiers", "", 200},
		{"POST /api/v1/subjects/:subject/identifiers", `{"kind":"customer","value":"X-1"}`, 201},
		{"GET /api/v1/subjects/:subject/consents", "", 200},
		{"POST /api/v1/subjects/:subject/consents", `{"purpose":"newsletter","status":"refused"}`, 201},
		{"GET /api/v1/subjects/:subject/records", "", 200},
		{"GET /api/v1/subjects/:subject/preferences", "", 200},
		{"PUT /api/v1/subjects/:subject/preferences", `{"topics":{"events":{"email":true}}}`, 412},
		{"GET /api/v1/imports", "", 200},
		{"POST /api/v1/imports", "{}", 415}, // what is no file; TestImports sends some
		{"GET /api/v1/imports/:import", "", 404},
		{"POST /api/v1/imports/:import", `{"act":"import"}`, 404},
		{"GET /api/v1/imports/:import/rejects", "", 404},
		{"GET /api/v1/subjects/:subject/activities", "", 200},
		{"POST /api/v1/subjects/:subject/activities", `{"activities":[{"event":"e1","kind":"order","at":"2026-03-12T09:00:00Z","values":{"items":"1"}}]}`, 200},
		{"GET /api/v1/subjects/:subject/automated-decisions", "", 200},
		{"GET /api/v1/subjects/:subject/requests", "", 200},
		{"POST /api/v1/requests", `{"kind":"complaint","text":"Nobody answers.","proof":"letter","subject":"`, 422},
		{"POST /api/v1/automated-decisions", `{"event":"e1","kind":"invitations","at":"2026-03-12T09:00:00Z","outcome":{"en":"a"},"logic":{"en":"b"},"effect":{"en":"c"},"subject":"`, 201},
		{"POST /api/v1/links", `{"kind":"unsubscribe","topic":"offers","subject":"`, 422},
		{"GET /api/v1/purposes", "", 200},
		{"GET /api/v1/changes", "", 200},
		{"GET /api/v1/subjects/:subject/state", "", 200},
		{"GET /api/v1/audiences", "", 200},
		{"POST /api/v1/audiences", `{"name":"x","purpose":"newsletter","where":{"field":"event-city","compare":"known"}}`, 201},
		{"GET /api/v1/audiences/:audience", "", 404},
		{"PUT /api/v1/audiences/:audience", `{"name":"x","purpose":"newsletter","where":{"field":"event-city","compare":"known"}}`, 404},
		{"DELETE /api/v1/audiences/:audience", "", 404},
		{"GET /api/v1/audiences/:audience/count", "", 404},
		{"POST /api/v1/audiences/:audience/export", "{}", 404},
		{"POST /api/v1/audiences/:audience/sends", `{"endpoint":"main"}`, 404},
		{"GET /api/v1/audiences/:audience/sends/:send", "", 404},
		{"POST /api/v1/changes", `{"changes":[{}]}`, 200},
		{"POST /api/v1/decisions", `{"purpose":"newsletter","identifiers":[{"kind":"email","value":"` + thomas + `"}]}`, 200},
		{"POST /api/v1/decisions/filter", "{}", 415},
		{"POST /access/v1/evaluation", `{"subject":{"type":"email","id":"` + thomas + `"},"action":{"name":"use"},"resource":{"type":"purpose","id":"newsletter"}}`, 200},
		{"POST /access/v1/evaluations", `{"evaluations":[]}`, 422},
	}
}

// systemRoutes are the routes for systems, with how each is used.
func systemRoutes(t *testing.T, k *kit) map[use]authz.Permission {
	t.Helper()
	by := map[string]use{}
	for _, u := range uses() {
		by[u.route] = u
	}
	all := map[use]authz.Permission{}
	for _, r := range k.Server.Routes() {
		if e, ok := authz.Lookup(r.Permission); !ok || e.Holder != authz.System {
			continue
		}
		if strings.HasPrefix(r.Path, "/scim/") || strings.HasPrefix(r.Path, "/opendsr/") {
			continue // handlers/scim and handlers/opendsr walk these
		}
		u, ok := by[r.Method+" "+r.Path]
		if !ok {
			t.Errorf("the route %s %s is used by nobody", r.Method, r.Path)
			continue
		}
		all[u] = r.Permission
	}
	return all
}

func (k *kit) use(u use, key, subject, query string) *testkit.Answer {
	k.t.Helper()
	method, path, _ := strings.Cut(u.route, " ")
	var header []string
	if method == http.MethodPut {
		header = []string{"If-Match", `"0"`}
	}
	if strings.HasSuffix(u.body, `"subject":"`) {
		u.body += strings.TrimPrefix(subject, "/api/v1/subjects/") + `"}`
	}
	return k.ask(key, method, strings.Replace(path, "/api/v1/subjects/:subject", subject, 1)+query, u.body, header...)
}

// What a key may is decided before any store is asked, so one engine does.
func TestAccess(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	all := k.key()
	subject := k.lookup(all, thomas)
	expired, revoked := k.key(func(key *authz.APIKey) { key.ExpiresAt = k.clock.Now().Add(time.Second) }), k.key()
	k.clock.Advance(time.Minute)
	// What is over by then is written down now, and not in the middle.
	if _, err := k.Consent.ExpireDue(t.Context(), k.DB); err != nil {
		t.Fatal(err)
	}
	keys, err := k.Keys().List(t.Context(), authz.AllBrands)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if strings.Contains(revoked, string(key.ID)) {
			if err := k.Keys().Revoke(t.Context(), key.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	for u, p := range systemRoutes(t, k) {
		k.clock.Advance(time.Minute) // wrong keys are counted by the minute
		var others []authz.Permission
		for _, s := range authz.Scopes() {
			if s != p {
				others = append(others, s)
			}
		}
		for _, tt := range []struct {
			name, key, query string
			status           int
			kind             string
		}{
			{"no_key", "", "", 401, "unauthenticated"},
			{"no_key_of_ours", "lp_" + strings.Repeat("0", 26) + "_" + strings.Repeat("A", 43), "", 401, "unauthenticated"},
			{"a_key_with_another_secret", all[:len(all)-43] + expired[len(expired)-43:], "", 401, "unauthenticated"},
			{"an_expired_key", expired, "", 401, "unauthenticated"},
			{"a_revoked_key", revoked, "", 401, "unauthenticated"},
			{"every_scope_but_one", k.key(withScopes(others...)), "", 403, "forbidden"},
			{"another_brand", k.key(forBrand("tsubame")), "?brand=hibiki", 403, "forbidden"},
			{"a_brand_that_is_not_there_with_a_key_of_one", k.key(forBrand("tsubame")), "?brand=nowhere", 403, "forbidden"},
			{"a_brand_that_is_not_there", all, "?brand=nowhere", 404, "not-found"},
			{"a_system_that_is_not_there", k.key(ofSystem("gone")), "", 403, "forbidden"},
		} {
			t.Run(tt.name+"/"+u.route, func(t *testing.T) {
				k := *k
				k.t = t
				before := k.version(thomas)
				a := k.use(u, tt.key, subject, tt.query)
				k.refused(a, tt.status, tt.kind)
				if tt.status == http.StatusUnauthorized && !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Bearer") {
					t.Error("it is not said that a key is wanted")
				}
				if k.version(thomas) != before {
					t.Error("something changed")
				}
			})
		}
		if a := k.use(u, k.key(withScopes(p)), subject, ""); a.Status != u.status {
			t.Errorf("%s with its scope: got %d, want %d: %s", u.route, a.Status, u.status, a.Body)
		}
	}
}

// TestForeignAsMissing is S01 for systems: a subject of another brand, the name
// by which another system knows one, and a text that is no name, all answer as
// what does not exist.
func TestForeignAsMissing(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	ctx := t.Context()
	const address = "mira@mail.example.com"
	subject, err := k.Identity.Register(ctx, address, "hibiki")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Consent.Decide(ctx, consent.Ask{
		Subject: subject, Actor: ledger.Self(subject), Purpose: "reviews", Answer: consent.Yes, Locale: "en",
		Proof: consent.Proof{Kind: consent.BySession}, Brand: "hibiki", Channel: "portal",
	}); err != nil {
		t.Fatal(err)
	}
	own, foreign := k.key(forBrand("hibiki")), k.key(forBrand("kawara"), ofSystem("media"))
	here := k.lookup(own, address)
	there, err := k.DB.Ring().Pairwise("media", subject)
	if err != nil {
		t.Fatal(err)
	}
	for u := range systemRoutes(t, k) {
		if !strings.Contains(u.route, ":subject") {
			continue
		}
		none := k.use(u, foreign, "/api/v1/subjects/"+id.New(), "")
		k.refused(none, http.StatusNotFound, "not-found")
		for what, path := range map[string]string{
			"another brand's":  "/api/v1/subjects/" + there,
			"another system's": here,
			"our own":          "/api/v1/subjects/" + string(subject),
			"no name":          "/api/v1/subjects/x",
			"an odd name":      "/api/v1/subjects/%00",
		} {
			if diff := cmp.Diff(none.Masked(), k.use(u, foreign, path, "").Masked()); diff != "" {
				t.Errorf("%s tells %s from none:\n%s", u.route, what, diff)
			}
		}
		if a := k.use(u, own, here, ""); a.Status == http.StatusNotFound {
			t.Errorf("%s is not found for its own brand", u.route)
		}
	}
	find := func(address string) *testkit.Answer {
		return k.ask(foreign, "POST", "/api/v1/subjects/lookup", `{"identifiers":[{"kind":"email","value":"`+address+`"}]}`)
	}
	if diff := cmp.Diff(find("nobody@mail.example.com").Masked(), find(address).Masked()); diff != "" {
		t.Errorf("a lookup tells whom another brand knows:\n%s", diff)
	}
}

func TestNamesArePairwise(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	crm, again, shop := k.lookup(k.key(), thomas), k.lookup(k.key(forBrand("hibiki")), thomas), k.lookup(k.key(ofSystem("shop")), thomas)
	if crm != again {
		t.Errorf("two keys of a system know a person by %s and %s", crm, again)
	}
	if crm == shop || strings.Contains(crm, string(k.subject(thomas))) {
		t.Error("two systems can compare whom they know")
	}
}

func TestFields(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	read := func(key string) map[string]any {
		var body struct{ Attributes map[string]any }
		k.want(http.StatusOK, &body, key, "GET", k.lookup(key, thomas), "")
		return body.Attributes
	}
	wide, narrow := read(k.key()), read(k.key(withFields("given-name", "total-spent", "no-such-field")))
	if len(narrow) != 1 || narrow["given-name"] == nil {
		t.Errorf("a key for three fields, of which its system has one, reads %v", narrow)
	}
	for _, field := range []string{"total-spent", "resting-heart-rate", "delivery-address"} {
		if wide[field] != nil {
			t.Errorf("a system reads %s, which it may not hold", field)
		}
	}
	if got := read(k.key(withFields())); len(got) != 0 {
		t.Errorf("a key without fields reads %v", got)
	}
	key := k.key(withFields("given-name"))
	path := k.lookup(key, thomas) + "/attributes"
	var first string
	for _, field := range []string{"event-city", "no-such-xy", "last-visit"} {
		a := k.ask(key, "PATCH", path, `{"attributes":{"`+field+`":{"value":"1"}}}`)
		k.refused(a, http.StatusForbidden, "forbidden")
		if first == "" {
			first = a.Masked(field)
		} else if diff := cmp.Diff(first, a.Masked(field)); diff != "" {
			t.Errorf("a field that is there is told from one that is not:\n%s", diff)
		}
	}
}
