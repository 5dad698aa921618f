package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/testkit"
)

// A system's value stands beside the person's own, which counts until the
// system brings one that the person gave it later.
func TestPatchAttributes(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key()
	path := k.lookup(key, thomas)
	person := k.Client(t)
	person.Enter("hibiki", thomas, false)
	type told struct {
		Attributes map[string]struct{ Recorded, Counts bool }
	}
	tell := func(body string) (recorded, counts bool) {
		t.Helper()
		var got told
		k.want(http.StatusOK, &got, key, "PATCH", path+"/attributes", `{"attributes":{"country":`+body+`}}`)
		return got.Attributes["country"].Recorded, got.Attributes["country"].Counts
	}
	value := func() string {
		t.Helper()
		var body struct {
			Attributes map[string]struct{ Value string }
		}
		k.want(http.StatusOK, &body, key, "GET", path, "")
		return body.Attributes["country"].Value
	}
	if recorded, _ := tell(`{"value":"fr"}`); !recorded || value() != "FR" {
		t.Errorf("a new value: recorded %v, and %q counts", recorded, value())
	}
	if recorded, counts := tell(`{"value":"FR"}`); recorded || !counts {
		t.Errorf("the same again: recorded %v, counts %v", recorded, counts)
	}
	person.Post("/hibiki/data/country", map[string][]string{"value": {"AT"}})
	k.clock.Advance(time.Minute)
	if recorded, counts := tell(`{"value":"CH"}`); !recorded || counts || value() != "AT" {
		t.Errorf("against the person's own: recorded %v, counts %v, and %q counts", recorded, counts, value())
	}
	k.clock.Advance(time.Minute)
	if _, counts := tell(`{"value":"IT","proved":true}`); !counts || value() != "IT" {
		t.Errorf("what the person gave the system later: counts %v, and %q does", counts, value())
	}
	if recorded, _ := tell(`{"value":"ES","at":"2001-01-01T00:00:00Z"}`); recorded {
		t.Error("what is older than what the system said is recorded")
	}
	history := person.Page("/hibiki/data/country")
	if !strings.Contains(history, "Italy") {
		t.Error("the person's page does not tell of it")
	}
	for body, at := range map[string]string{
		`{"attributes":{"country":{"value":"Nowhere"}}}`:                              "attributes.country.value",
		`{"attributes":{"country":{"value":""}}}`:                                     "attributes.country.value",
		`{"attributes":{"country":{"value":"DE","origin":"guessed"}}}`:                "attributes.country.origin",
		`{"attributes":{"country":{"value":"DE","at":"soon"}}}`:                       "attributes.country.at",
		`{"attributes":{"country":{"value":"DE","proved":true,"origin":"inferred"}}}`: "attributes.country.proved",
		`{"attributes":{}}`: "attributes",
		`{}`:                "attributes",
	} {
		p := k.refused(k.ask(key, "PATCH", path+"/attributes", body), http.StatusUnprocessableEntity, "invalid")
		if len(p.Errors) != 1 || p.Errors[0].Path != at || p.Errors[0].Detail == "" {
			t.Errorf("%s: got %+v, want %s", body, p.Errors, at)
		}
	}
}

// TestPutPreferences proves that a system cannot turn on again what a person
// turned off since it looked.
func TestPutPreferences(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(forBrand("hibiki"))
	path := k.lookup(key, thomas) + "/preferences"
	read := func() (map[string]any, string) {
		var body map[string]any
		a := k.want(http.StatusOK, &body, key, "GET", path, "")
		return body, a.Header.Get("ETag")
	}
	body, tag := read()
	body["topics"] = map[string]any{"events": map[string]bool{"email": true}, "offers": map[string]bool{"sms": true}}
	body["quiet"] = map[string]string{"from": "22:00", "to": "07:30", "zone": "Asia/Tokyo"}
	body["pause"], body["language"] = nil, "ja"
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	k.refused(k.ask(key, "PUT", path, string(text)), http.StatusPreconditionRequired, "version-needed")
	for _, bad := range []string{"*", "28", `"x"`, `W/"28"`, `"0"`} {
		k.refused(k.ask(key, "PUT", path, string(text), "If-Match", bad), http.StatusPreconditionFailed, "version-moved")
	}
	k.want(http.StatusOK, nil, key, "PUT", path, string(text), "If-Match", tag)
	now, _ := read()
	if got := fmt.Sprintf("%v %v %v", now["topics"].(map[string]any)["events"], now["quiet"], now["language"]); got !=
		"map[email:true push:false sms:false] map[from:22:00 to:07:30 zone:Asia/Tokyo] ja" {
		t.Errorf("got %s", got)
	}

	_, tag = read()
	person := k.Client(t)
	person.Enter("hibiki", thomas, false)
	person.Post("/hibiki/get/topics/events", map[string][]string{"scope": {"brand"}})
	k.refused(k.ask(key, "PUT", path, string(text), "If-Match", tag), http.StatusPreconditionFailed, "version-moved")
	if now, _ = read(); now["topics"].(map[string]any)["events"].(map[string]any)["email"] != false {
		t.Error("what the person turned off is on again")
	}
	_, tag = read()
	for body, at := range map[string]string{
		`{"topics":{"podcast":{"email":true}}}`:                       "topics.podcast", // of another brand
		`{"topics":{"events":{"fax":true}}}`:                          "topics.events",
		`{"language":"tlh"}`:                                          "language",
		`{"pause":"never"}`:                                           "pause",
		`{"pause":"2001-01-01T00:00:00Z"}`:                            "pause",
		`{"preferred":"fax"}`:                                         "preferred",
		`{"budget":{"count":-1,"per":"week"}}`:                        "budget",
		`{"quiet":{"from":"25:00","to":"07:00","zone":"Asia/Tokyo"}}`: "quiet.from",
		`{"quiet":{"from":"22:00","to":"07:00","zone":"Nowhere"}}`:    "zone",
	} {
		p := k.refused(k.ask(key, "PUT", path, body, "If-Match", tag), http.StatusUnprocessableEntity, "invalid")
		if len(p.Errors) != 1 || p.Errors[0].Path != at {
			t.Errorf("%s: got %+v, want %s", body, p.Errors, at)
		}
	}
}

func TestIdempotency(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) { idempotency(t, newKit(t, e)) })
	}
}

func idempotency(t *testing.T, k *kit) {
	key := k.key()
	path := k.lookup(key, thomas) + "/consents"
	const no, other = `{"purpose":"newsletter","status":"refused"}`, `{"purpose":"reviews","status":"refused"}`
	first := k.want(http.StatusCreated, nil, key, "POST", path, no, "Idempotency-Key", `"one"`)
	before := k.version(thomas)
	for _, name := range []string{`"one"`, "one"} {
		again := k.want(http.StatusCreated, nil, key, "POST", path, no, "Idempotency-Key", name)
		if again.Body != first.Body || again.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("the repeat %s: got %s, want %s", name, again.Body, first.Body)
		}
	}
	if k.version(thomas) != before {
		t.Error("a repeat changed something")
	}
	p := k.refused(k.ask(key, "POST", path, other, "Idempotency-Key", "one"), http.StatusUnprocessableEntity, "invalid")
	if !strings.Contains(p.Detail, "another request") {
		t.Errorf("another request under the same key: got %q", p.Detail)
	}
	if a := k.ask(k.key(), "POST", path, other, "Idempotency-Key", "one"); a.Status != http.StatusCreated {
		t.Errorf("another caller under the same key: got %d", a.Status)
	}
	for _, bad := range []string{"", `""`, "a b", "ä", strings.Repeat("a", 256)} {
		k.refused(k.ask(key, "POST", path, no, "Idempotency-Key", bad), http.StatusBadRequest, "malformed")
	}
	// What was refused changed nothing, and may be tried again as it should be.
	k.refused(k.ask(key, "POST", path, `{"purpose":"x","status":"refused"}`, "Idempotency-Key", "two"), 422, "invalid")
	k.want(http.StatusOK, nil, key, "POST", path, `{"purpose":"reviews","status":"given","proof":"x"}`, "Idempotency-Key", "two")
	k.clock.Advance(25 * time.Hour)
	key = k.key()
	if a := k.ask(key, "POST", path, no, "Idempotency-Key", "one"); a.Header.Get("Idempotency-Replayed") != "" {
		t.Error("a day later the answer is still given again")
	}
}

// Of many copies of a request that arrive together one is carried out, and the
// others are told to wait or get its answer.
func TestIdempotencyAtOnce(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			key := k.key()
			path := k.lookup(key, thomas) + "/identifiers"
			answers := make([]*testkit.Answer, 24)
			var wg sync.WaitGroup
			for i := range answers {
				wg.Go(func() {
					answers[i] = k.ask(key, "POST", path, `{"kind":"customer","value":"X-1"}`, "Idempotency-Key", "one")
				})
			}
			wg.Wait()
			done, body := 0, ""
			for _, a := range answers {
				switch {
				case a.Status == http.StatusConflict:
				case a.Status != http.StatusCreated || body != "" && a.Body != body:
					t.Errorf("got %d %s, want 201 %s", a.Status, a.Body, body)
				default:
					done, body = done+1, a.Body
				}
			}
			if done == 0 {
				t.Error("nobody was answered")
			}
			var held struct{ Identifiers []struct{ Value string } }
			k.want(http.StatusOK, &held, key, "GET", path, "")
			n := 0
			for _, i := range held.Identifiers {
				if i.Value == "X-1" {
					n++
				}
			}
			if n != 1 {
				t.Errorf("it was added %d times", n)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	k := newKit(t, testkit.OnSQLite, func(s *wire.Settings) { s.APIPerMinute = 20 })
	key, other := k.key(), k.key()
	for i := range 20 {
		if a := k.ask(key, "GET", "/api/v1/purposes", ""); a.Status != http.StatusOK {
			t.Fatalf("request %d: got %d", i, a.Status)
		}
	}
	a := k.ask(key, "GET", "/api/v1/purposes", "")
	k.refused(a, http.StatusTooManyRequests, "too-many")
	if a.Header.Get("Retry-After") != "60" {
		t.Errorf("got Retry-After %q, want 60", a.Header.Get("Retry-After"))
	}
	k.clock.Advance(40 * time.Second)
	if a = k.ask(key, "GET", "/api/v1/purposes", ""); a.Header.Get("Retry-After") != "20" {
		t.Errorf("later: got %d, Retry-After %q, want 20", a.Status, a.Header.Get("Retry-After"))
	}
	k.want(http.StatusOK, nil, other, "GET", "/api/v1/purposes", "")
	k.clock.Advance(21 * time.Second)
	k.want(http.StatusOK, nil, key, "GET", "/api/v1/purposes", "")

	for range 60 {
		k.refused(k.ask("lp_wrong", "GET", "/api/v1/purposes", ""), http.StatusUnauthorized, "unauthenticated")
	}
	k.refused(k.ask("lp_wrong", "GET", "/api/v1/purposes", ""), http.StatusTooManyRequests, "too-many")
	k.want(http.StatusOK, nil, other, "GET", "/api/v1/purposes", "") // who has a key is not kept out
}

func TestBadInput(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key()
	const path = "/api/v1/subjects/lookup"
	for what, body := range map[string]string{
		"nothing at all": "", "half a document": `{"identifiers":[`, "two documents": `{"identifiers":[]} {}`,
		"a name twice": `{"identifiers":[],"identifiers":[]}`, "a name twice in other letters": `{"identifiers":[],"Identifiers":[]}`,
		"bytes that are no text": "{\"identifiers\":\"\xff\"}", "UTF-16": "\xff\xfe{\x00}\x00",
		"a number that is none": `{"identifiers":NaN}`, "depth": strings.Repeat("[", 20000) + strings.Repeat("]", 20000),
	} {
		a := k.ask(key, "POST", path, body, "Content-Type", "application/json")
		if a.Status != http.StatusBadRequest {
			t.Errorf("%s: got %d %s", what, a.Status, a.Body)
		}
	}
	for _, tt := range []struct{ body, at, code string }{
		{`{"identifiers":"x"}`, "identifiers", "wrong_type"},
		{`[]`, "", "wrong_type"},
		{`{"subject":"x"}`, "subject", "unknown_member"},
		{`{"identifiers":[{"kind":"email","value":"a@b.example","brand":"x"}]}`, "brand", "unknown_member"},
		{`{"identifiers":[]}`, "identifiers", "out_of_range_number"},
		{`{"identifiers":[{"kind":"email","value":"nobody"}]}`, "identifiers.0.value", "not_an_email"},
		{`{"identifiers":[{"kind":"external","value":"x"}]}`, "identifiers.0.kind", "not_a_choice"},
		{`{"identifiers":[{"kind":"customer","value":"a\u0000b"}]}`, "identifiers.0.value", "control_characters"},
	} {
		p := k.refused(k.ask(key, "POST", path, tt.body), http.StatusUnprocessableEntity, "invalid")
		if len(p.Errors) != 1 || p.Errors[0].Path != tt.at || p.Errors[0].Code != tt.code || !strings.Contains(p.Detail, "under errors") {
			t.Errorf("%s: got %+v, want %s at %q", tt.body, p, tt.code, tt.at)
		}
	}
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=iso-8859-1", "application/jsonx"} {
		k.refused(k.ask(key, "POST", path, `{}`, "Content-Type", kind), http.StatusUnsupportedMediaType, "not-json")
	}
	k.refused(k.ask(key, "POST", path, `{"x":"`+strings.Repeat("a", 70<<10)+`"}`), http.StatusRequestEntityTooLarge, "too-large")
	k.refused(k.ask(key, "GET", "/api/v1/nothing", ""), http.StatusNotFound, "not-found")
	k.refused(k.ask(key, "DELETE", path, ""), http.StatusMethodNotAllowed, "method-not-allowed")
	for _, name := range []string{"%00", "%ff", "..%2f..", "'--", strings.Repeat("a", 5000)} {
		if a := k.ask(key, "GET", "/api/v1/subjects/"+name, ""); a.Status != http.StatusNotFound {
			t.Errorf("subject %.20q: got %d", name, a.Status)
		}
	}
	if a := k.ask(key, "GET", "/api/v1/purposes", "", "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("a page elsewhere may read the API")
	}
}
