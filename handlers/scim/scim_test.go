package scim_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/decision"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// A kit is a site with a key of one of its systems.
type kit struct {
	*testkit.Site
	t   *testing.T
	key string
}

func newKit(t *testing.T, e testkit.Engine) *kit {
	t.Helper()
	k := &kit{Site: testkit.NewSite(t, testkit.SiteOptions{Engine: e}), t: t}
	k.key = k.makeKey("crm", []string{authz.AllFields}, authz.ProfileRead, authz.ProfileWrite)
	return k
}

func (k *kit) makeKey(system string, fields []string, scopes ...authz.Permission) string {
	k.t.Helper()
	_, text, err := k.Keys().Make(k.t.Context(), authz.APIKey{
		Name: "test", System: system, Brand: authz.AllBrands, Scopes: scopes, Fields: fields, ExpiresAt: time.Now().Add(time.Hour),
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return text
}

// ask sends a request; headers come in pairs.
func (k *kit) ask(key, method, path, body string, headers ...string) (*testkit.Answer, map[string]any) {
	k.t.Helper()
	c := k.Client(k.t)
	r := c.Request(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+key)
	if body != "" {
		r.Header.Set("Content-Type", "application/scim+json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	a := c.Do(r)
	var got map[string]any
	if a.Body != "" {
		if media := a.Header.Get("Content-Type"); media != "application/scim+json" {
			k.t.Errorf("%s %s: got %s", method, path, media)
		}
		if err := json.Unmarshal([]byte(a.Body), &got); err != nil {
			k.t.Fatalf("%s %s: %v: %s", method, path, err, a.Body)
		}
	}
	return a, got
}

// want is ask for an answer of the status.
func (k *kit) want(status int, method, path, body string, headers ...string) map[string]any {
	k.t.Helper()
	a, got := k.ask(k.key, method, path, body, headers...)
	if a.Status != status {
		k.t.Fatalf("%s %s: got %d, want %d: %s", method, path, a.Status, status, a.Body)
	}
	return got
}

// within tells whether got has all that want has.
func within(want, got any) bool {
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		for name, value := range want {
			if !ok || !within(value, got[name]) {
				return false
			}
		}
		return ok
	case []any:
		got, ok := got.([]any)
		if !ok || len(got) != len(want) {
			return false
		}
		for i := range want {
			if !within(want[i], got[i]) {
				return false
			}
		}
		return true
	}
	return want == got
}

var example = regexp.MustCompile("(?s)```http\n(\\w+) (\\S+)\n(?:Content-Type: (\\S+)\n)?\n(?:(\\{.*?\\n\\})\n\n)?(\\d+)\n(.*?)```")

// TestExamples sends what docs/scim.md says, on both engines.
func TestExamples(t *testing.T) {
	text, err := os.ReadFile("../../docs/scim.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := example.FindAllStringSubmatch(string(text), -1)
	if got := bytes.Count(text, []byte("```http")); got != len(examples) || got < 6 {
		t.Fatalf("%d examples, of which %d are understood", got, len(examples))
	}
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k, name := newKit(t, e), ""
			for _, m := range examples {
				method, path := m[1], strings.ReplaceAll(m[2], "{id}", name)
				a, got := k.ask(k.key, method, path, m[4])
				if want := m[5]; want != decimal(a.Status) {
					t.Fatalf("%s %s: got %d, want %s: %s", method, path, a.Status, want, a.Body)
				}
				if a.Status == http.StatusCreated {
					name, _ = got["id"].(string)
					if a.Header.Get("Location") != k.URL+"/scim/v2/Users/"+name || a.Header.Get("ETag") == "" {
						t.Errorf("got %v", a.Header)
					}
				}
				var want any
				if m[6] != "" && (json.Unmarshal([]byte(m[6]), &want) != nil || !within(want, got)) {
					t.Errorf("%s %s: got %s, want %s", method, path, a.Body, m[6])
				}
			}
		})
	}
}

func decimal(n int) string { b, _ := json.Marshal(n); return string(b) }

const schemas = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]`

// TestUsers holds a site to what a directory may do with its people, and what
// it may not.
func TestUsers(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	on := func(f func(*kit)) func(*testing.T) {
		return func(t *testing.T) { c := *k; c.t = t; f(&c) }
	}
	made := k.want(201, "POST", "/scim/v2/Users", `{`+schemas+`,"userName":"hana","externalId":"H-1","emails":[{"value":"hana@example.com"}],"name":{"givenName":"Hana","familyName":"Ito"}}`)
	path := "/scim/v2/Users/" + made["id"].(string)
	t.Run("keys", on(func(k *kit) { keys(k, path) }))
	t.Run("what_is_not_right_changes_nothing", on(func(k *kit) { refusals(k, path) }))
	t.Run("versions", on(func(k *kit) { versions(k, path) }))
	t.Run("whole", on(func(k *kit) { whole(k, path) }))
	t.Run("pages", on(pages))
	t.Run("reads_are_noted", on(readsAreNoted))
	t.Run("known", on(func(k *kit) { knownPeople(k, path) }))
	t.Run("leaving", on(leaving))
	t.Run("frozen", on(frozen))
	t.Run("erased", on(erased))
	t.Run("leaving_takes_back", on(leavingTakesBack))
	t.Run("about", on(about))
	t.Run("thousand", on(thousand))
}

// keys: every way wants a key with its scope, and nobody sees whom another
// system deals with.
func keys(k *kit, path string) {
	read := k.makeKey("crm", []string{authz.AllFields}, authz.ProfileRead)
	write := k.makeKey("crm", []string{authz.AllFields}, authz.ProfileWrite)
	other := k.makeKey("shop", []string{authz.AllFields}, authz.ProfileRead, authz.ProfileWrite)
	for _, r := range k.Server.Routes() {
		if !strings.HasPrefix(r.Path, "/scim/") {
			continue
		}
		p := strings.NewReplacer("/scim/v2/Users/:user", path, ":type", "User", ":schema", "x").Replace(r.Path)
		wrong := read
		if r.Permission == authz.ProfileRead {
			wrong = write
		}
		for key, status := range map[string]int{"": 401, "lp_x": 401, wrong: 403} {
			if a, got := k.ask(key, r.Method, p, ""); a.Status != status || got["status"] != decimal(status) {
				k.t.Errorf("%s %s: got %d %s, want %d", r.Method, p, a.Status, a.Body, status)
			}
		}
		if strings.Contains(r.Path, ":user") {
			if a, got := k.ask(other, r.Method, p, `{`+schemas+`,"userName":"x"}`); a.Status != 404 && a.Status != 400 || got["scimType"] != nil && a.Status == 404 {
				k.t.Errorf("another system: %s %s: got %d %s", r.Method, p, a.Status, a.Body)
			}
		}
	}
	few := k.makeKey("crm", []string{"given-name"}, authz.ProfileRead, authz.ProfileWrite)
	if _, got := k.ask(few, "GET", path, ""); got["emails"] != nil || got["name"].(map[string]any)["familyName"] != nil {
		k.t.Errorf("a key for one field reads %v", got)
	}
	if a, _ := k.ask(few, "PATCH", path, patch(`{"op":"replace","path":"name.familyName","value":"Kato"}`)); a.Status != 400 {
		k.t.Errorf("a key for one field writes another: %d %s", a.Status, a.Body)
	}
}

func patch(operations string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + operations + `]}`
}

// refusals: whatever is wrong with a request, nothing of it is done.
func refusals(k *kit, path string) {
	before, counted := k.want(200, "GET", path, ""), k.counted()
	for _, tt := range []struct {
		method, path, body string
		status             int
		kind               string
	}{
		{"PATCH", path, patch(`{"op":"replace","path":"name.givenName","value":"X"},{"op":"replace","path":"nobody","value":"X"}`), 400, "invalidPath"},
		{"PATCH", path, patch(`{"op":"replace","path":"name.givenName","value":"X"},{"op":"replace","path":"emails.value","value":"no address"}`), 400, "invalidValue"},
		{"PATCH", path, patch(`{"op":"replace","path":"name.givenName","value":"X"},{"op":"replace","path":"id","value":"X"}`), 400, "mutability"},
		{"PATCH", path, patch(`{"op":"replace","path":"emails[type eq \"home\"].value","value":"x@example.com"}`), 400, "noTarget"},
		{"PATCH", path, `{"Operations":[]}`, 400, "invalidSyntax"},
		{"PATCH", path, `{`, 400, "invalidSyntax"},
		{"PATCH", path, `{"schemas":[1]}`, 400, "invalidSyntax"},
		{"PUT", path, `{` + schemas + `}`, 400, "invalidValue"},
		{"PUT", path, `{"schemas":["urn:nobody"],"userName":"hana"}`, 400, "invalidSyntax"},
		{"POST", "/scim/v2/Users", `{` + schemas + `,"userName":"HANA"}`, 409, "uniqueness"},
		{"POST", "/scim/v2/Users", `{` + schemas + `,"userName":"other","externalId":"H-1"}`, 409, "uniqueness"},
		{"POST", "/scim/v2/Users", `{` + schemas + `,"userName":"other","emails":[{"value":"none"}]}`, 400, "invalidValue"},
		{"POST", "/scim/v2/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"x"}`, 400, "invalidFilter"},
		{"GET", "/scim/v2/Users?count=many", "", 400, "invalidValue"},
		{"GET", "/scim/v2/Users?attributes=id&excludedAttributes=name", "", 400, "invalidValue"},
		{"GET", "/scim/v2/Users/" + strings.Repeat("0", 26), "", 404, ""},
		{"GET", "/scim/v2/Groups", "", 404, ""},
		{"DELETE", "/scim/v2/Users", "", 405, ""},
	} {
		a, got := k.ask(k.key, tt.method, tt.path, tt.body)
		kind, _ := got["scimType"].(string)
		if a.Status != tt.status || kind != tt.kind || !within([]any{"urn:ietf:params:scim:api:messages:2.0:Error"}, got["schemas"]) {
			k.t.Errorf("%s %s %s: got %d %s, want %d %s", tt.method, tt.path, tt.body, a.Status, a.Body, tt.status, tt.kind)
		}
	}
	if a, _ := k.ask(k.key, "PATCH", path, patch(`{}`), "Content-Type", "text/plain"); a.Status != 415 {
		k.t.Errorf("got %d", a.Status)
	}
	if after := k.want(200, "GET", path, ""); !within(before, after) {
		k.t.Errorf("something changed: %v", after)
	}
	now := k.counted()
	if bad, taken := now["not_valid"]-counted["not_valid"], now["taken"]-counted["taken"]; bad != 10 || taken != 2 {
		k.t.Errorf("counted as refused: %d not valid, %d taken", bad, taken)
	}
}

// counted is what was refused with any key, by reason.
func (k *kit) counted() map[string]int64 {
	k.t.Helper()
	keys, err := k.DB.Keys(k.t.Context(), authz.AllBrands)
	if err != nil {
		k.t.Fatal(err)
	}
	n := map[string]int64{}
	for i := range keys {
		all, err := k.DB.Refusals(k.t.Context(), inbound.OfKey(string(keys[i].ID)))
		if err != nil {
			k.t.Fatal(err)
		}
		for _, r := range all {
			n[r.Reason] += r.Count
		}
	}
	return n
}

// versions: what somebody else changed meanwhile is not written over.
func versions(k *kit, path string) {
	first, _ := k.ask(k.key, "GET", path, "")
	tag := first.Header.Get("ETag")
	if a, _ := k.ask(k.key, "GET", path, "", "If-None-Match", tag); a.Status != 304 || a.Body != "" {
		k.t.Errorf("got %d %s", a.Status, a.Body)
	}
	step := patch(`{"op":"replace","path":"name.givenName","value":"Hanako"}`)
	k.want(200, "PATCH", path, step, "If-Match", tag)
	k.want(412, "PATCH", path, patch(`{"op":"replace","path":"active","value":false}`), "If-Match", tag)
	k.want(412, "DELETE", path, "", "If-Match", tag)
	again, _ := k.ask(k.key, "PATCH", path, step)
	third, got := k.ask(k.key, "GET", path, "")
	if again.Header.Get("ETag") != third.Header.Get("ETag") || got["active"] != true {
		k.t.Errorf("what changes nothing moves the version: %v", got)
	}
}

// whole: a PUT takes back what it leaves out, and GET leaves out what is asked.
func whole(k *kit, path string) {
	got := k.want(200, "PUT", path, `{`+schemas+`,"userName":"hana2","name":{"familyName":"Ito"}}`)
	name, _ := got["name"].(map[string]any)
	if got["userName"] != "hana2" || got["externalId"] != "H-1" || name["givenName"] != nil || name["familyName"] != "Ito" || got["emails"] != nil {
		k.t.Errorf("got %v", got)
	}
	got = k.want(200, "GET", path+"?attributes=userName,name.familyName", "")
	if got["id"] == nil || got["userName"] == nil || got["active"] != nil || got["meta"] != nil {
		k.t.Errorf("got %v", got)
	}
	got = k.want(200, "GET", path+"?excludedAttributes=name", "")
	if got["name"] != nil || got["active"] == nil {
		k.t.Errorf("got %v", got)
	}
	k.want(200, "PATCH", path, patch(`{"op":"replace","value":{"userName":"hana","emails":[{"value":"hana@example.com"}]}}`))
}

// pages: a list is paged, and those whom the filter does not mean are not in it.
func pages(k *kit) {
	for _, n := range []string{"1", "2", "3"} {
		k.want(201, "POST", "/scim/v2/Users", `{`+schemas+`,"userName":"page`+n+`","active":false}`)
	}
	for query, want := range map[string]string{
		"":                                     `{"totalResults":4,"startIndex":1,"itemsPerPage":4}`,
		"?startIndex=0&count=2":                `{"totalResults":4,"startIndex":1,"itemsPerPage":2}`,
		"?startIndex=4":                        `{"totalResults":4,"startIndex":4,"itemsPerPage":1}`,
		"?count=0":                             `{"totalResults":4,"itemsPerPage":0,"Resources":[]}`,
		"?count=-1&startIndex=9":               `{"totalResults":4,"itemsPerPage":0}`,
		"?filter=active+eq+false&count=2":      `{"totalResults":3,"itemsPerPage":2}`,
		"?filter=active+eq+false&startIndex=3": `{"totalResults":3,"itemsPerPage":1}`,
	} {
		var wanted any
		_ = json.Unmarshal([]byte(want), &wanted)
		if got := k.want(200, "GET", "/scim/v2/Users"+query, ""); !within(wanted, got) {
			k.t.Errorf("%s: got %v", query, got)
		}
	}
	for filter, want := range map[string]float64{
		`userName eq \"PAGE1\"`: 1, `userName sw \"page\"`: 3, `externalId eq \"H-1\"`: 1, `externalId eq \"nobody\"`: 0,
		`emails eq \"hana@example.com\" and active eq true`: 1, `emails eq \"no address\"`: 0, `id eq \"nobody\"`: 0,
		`phoneNumbers.value eq \"+819012345678\"`: 0,
	} {
		got := k.want(200, "POST", "/scim/v2/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"`+filter+`"}`)
		if got["totalResults"] != want {
			k.t.Errorf("%s: got %v", filter, got)
		}
	}
}

// readsAreNoted: whoever is in an answer reads in their history who read of them,
// once a day, and nobody does who was only looked through.
func readsAreNoted(k *kit) {
	noted := func(userName string) int {
		subject, err := k.DB.EnrolledAs(k.t.Context(), "crm", userName)
		if err != nil {
			k.t.Fatal(err)
		}
		history, err := k.DB.History(k.t.Context(), subject, ledger.HistoryPage{Kinds: []string{string(decision.Read)}, Limit: 9})
		if err != nil {
			k.t.Fatal(err)
		}
		return len(history)
	}
	before := noted("page1")
	k.key = k.makeKey("crm", []string{authz.AllFields}, authz.ProfileRead, authz.ProfileWrite)
	k.want(200, "GET", "/scim/v2/Users?filter=active+eq+true", "")
	if got := noted("page1"); got != before {
		k.t.Errorf("who was looked through has %d lines more", got-before)
	}
	k.want(200, "GET", "/scim/v2/Users?filter=active+eq+false", "")
	k.want(200, "GET", "/scim/v2/Users?filter=active+eq+false", "")
	if got := noted("page1"); got != before+1 {
		k.t.Errorf("who was listed twice has %d lines more, want 1", got-before)
	}
	k.key = k.makeKey("crm", []string{authz.AllFields}, authz.ProfileRead, authz.ProfileWrite)
	all := k.want(200, "POST", "/scim/v2/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"userName eq \"page1\"","count":0}`)
	if got := noted("page1"); all["totalResults"] != 1.0 || got != before+1 {
		k.t.Errorf("who was counted has %d lines more, want 1", got-before)
	}
}

// knownPeople: a number of the system's own finds whom we know, and an address
// alone does not.
func knownPeople(k *kit, path string) {
	k.want(204, "DELETE", path, "")
	again := k.want(201, "POST", "/scim/v2/Users", `{`+schemas+`,"userName":"h","externalId":"H-1"}`)
	if "/scim/v2/Users/"+again["id"].(string) != path || again["emails"] == nil {
		k.t.Errorf("got %v", again)
	}
	stranger := k.want(201, "POST", "/scim/v2/Users", `{`+schemas+`,"userName":"h2","emails":[{"value":"hana@example.com"}]}`)
	if stranger["id"] == again["id"] {
		k.t.Error("an address alone joined two people")
	}
}

// leaving: deleting a user erases nobody, whatever the organisation said that
// it means.
func leaving(k *kit) {
	made := k.want(201, "POST", "/scim/v2/Users", `{`+schemas+`,"userName":"leaver","name":{"givenName":"Ren"}}`)
	subject, err := k.DB.Ring().Paired("crm", made["id"].(string))
	if err != nil {
		k.t.Fatal(err)
	}
	k.want(204, "DELETE", "/scim/v2/Users/"+made["id"].(string), "")
	facts, err := k.DB.Facts(k.t.Context(), subject)
	if err != nil || len(facts.Profile.Claims["given-name"]) != 1 {
		k.t.Errorf("got %v, %v", facts.Profile.Claims, err)
	}
	history, err := k.DB.History(k.t.Context(), subject, ledger.HistoryPage{Limit: 10})
	if err != nil || history[0].Kind != "enrolment.ended" || history[0].Actor.ID != "crm" {
		k.t.Errorf("got %v, %v", history, err)
	}
}

// frozen: SCIM has no word for what is frozen, so our extension names it; its
// value is in no answer, and nobody is found by it.
func frozen(k *kit) {
	for n, tt := range []struct {
		matter rights.Matter
		want   string // those restricted, of what is asked for here
	}{
		{rights.Matter{Ground: rights.Unlawful}, "given-name email phone"},
		{rights.Matter{Scope: rights.CategoryScope, Name: "contact", Ground: rights.Unlawful}, "email phone"},
		{rights.Matter{Scope: rights.FieldScope, Name: "email", Ground: rights.Contested}, "email"},
	} {
		name := "frozen" + decimal(n)
		address := name + "@mail.example.com"
		key := k.makeKey("crm", []string{"given-name", "email", "phone"}, authz.ProfileRead, authz.ProfileWrite)
		asks := func(status int, method, path, body string) (text string, got map[string]any) {
			k.t.Helper()
			a, got := k.ask(key, method, path, body)
			if a.Status != status {
				k.t.Fatalf("%s %s: got %d %s", method, path, a.Status, a.Body)
			}
			return a.Body, got
		}
		_, made := asks(201, "POST", "/scim/v2/Users", `{`+schemas+`,"userName":"`+name+`","name":{"givenName":"Frieda"},"emails":[{"value":"`+address+`"}]}`)
		subject, err := k.DB.Ring().Paired("crm", made["id"].(string))
		if err != nil {
			k.t.Fatal(err)
		}
		find := func(filter string) (string, map[string]any) {
			return asks(200, "POST", "/scim/v2/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"`+filter+`"}`)
		}
		if _, got := find(`emails.value eq \"` + address + `\"`); got["totalResults"] != 1.0 {
			k.t.Fatalf("before: found %v", got)
		}
		if _, _, err := k.Rights.File(k.t.Context(), rights.Filing{
			Subject: subject, Actor: ledger.Self(subject), Kind: rights.Restriction, Matter: tt.matter, Brand: "hibiki", Locale: "en",
			Zone: time.UTC, Proof: rights.Proof{Fresh: true}, Pack: k.Laws.For("JP", time.Now()),
		}); err != nil {
			k.t.Fatal(err)
		}
		listed, page := find(`userName eq \"` + name + `\"`)
		read, user := asks(200, "GET", "/scim/v2/Users/"+made["id"].(string), "")
		for _, got := range []any{user, page["Resources"].([]any)[0]} {
			var restricted []string
			own, _ := got.(map[string]any)["urn:livingprofile:scim:2.0:Profile"].(map[string]any)
			all, _ := own["restricted"].([]any)
			for _, one := range all {
				restricted = append(restricted, one.(string))
			}
			if got := strings.Join(restricted, " "); got != tt.want {
				k.t.Errorf("%s: restricted are %q, want %q", name, got, tt.want)
			}
		}
		for _, text := range []string{read, listed} {
			if strings.Contains(text, address) || strings.Contains(text, "Frieda") == strings.Contains(tt.want, "given-name") {
				k.t.Errorf("%s: got %s", name, text)
			}
		}
		if _, got := find(`emails.value eq \"` + address + `\"`); got["totalResults"] != 0.0 {
			k.t.Errorf("%s: found by what is frozen: %v", name, got)
		}
	}
}

// erased: whoever is erased is not there any more, and no system brings them
// back.
func erased(k *kit) {
	const body = `{` + schemas + `,"userName":"gone","externalId":"G-1","emails":[{"value":"gone@example.com"}]}`
	made := k.want(201, "POST", "/scim/v2/Users", body)
	subject, err := k.DB.Ring().Paired("crm", made["id"].(string))
	if err != nil {
		k.t.Fatal(err)
	}
	r, _, err := k.Rights.File(k.t.Context(), rights.Filing{
		Subject: subject, Actor: ledger.Self(subject), Kind: rights.Erasure, Proof: rights.Proof{Fresh: true},
		Brand: "hibiki", Locale: "en", Zone: time.UTC, Pack: k.Laws.For("JP", time.Now()),
	})
	if err == nil {
		err = k.Rights.Carry(k.t.Context(), subject, r.ID)
	}
	if err != nil {
		k.t.Fatal(err)
	}
	k.want(404, "GET", "/scim/v2/Users/"+made["id"].(string), "")
	k.want(404, "POST", "/scim/v2/Users", body)
	k.want(404, "POST", "/scim/v2/Users", `{`+schemas+`,"userName":"other","emails":[{"value":"gone@example.com"}]}`)
	k.want(201, "POST", "/scim/v2/Users", `{`+schemas+`,"userName":"gone"}`) // the name is free
}

// about: what is supported is said, and the schemas are those of the key.
func about(k *kit) {
	for path, want := range map[string]string{
		"/ServiceProviderConfig": `{"patch":{"supported":true},"etag":{"supported":true},"bulk":{"supported":false}}`,
		"/ResourceTypes":         `{"totalResults":1}`,
		"/ResourceTypes/User":    `{"endpoint":"/Users"}`,
		"/Schemas":               `{"totalResults":2}`,
		"/Schemas/urn:livingprofile:scim:2.0:Profile": `{"name":"Profile"}`,
	} {
		var wanted any
		_ = json.Unmarshal([]byte(want), &wanted)
		if got := k.want(200, "GET", "/scim/v2"+path, ""); !within(wanted, got) {
			k.t.Errorf("%s: got %v", path, got)
		}
	}
	a, _ := k.ask(k.makeKey("crm", []string{"given-name"}, authz.ProfileRead), "GET", "/scim/v2/Schemas", "")
	if !strings.Contains(a.Body, "givenName") || strings.Contains(a.Body, "familyName") || strings.Contains(a.Body, "displayName") {
		k.t.Errorf("got %s", a.Body)
	}
}
