package api_test

import (
	"net/http"
	"strings"
	"testing"

	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestRequests: a system hands in what a person asked of it. What destroys waits
// for staff, the person reads who asked in their name and ends it, and nobody
// else's system reads of it.
func TestRequests_about_one_value(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(forBrand("hibiki"))
	body := `{"subject":"` + strings.TrimPrefix(k.lookup(key, thomas), "/api/v1/subjects/") + `","kind":"restriction",` +
		`"about":"given-name","ground":"claims","proof":"phone"}`
	if a := k.ask(key, "POST", "/api/v1/requests", body); a.Status != http.StatusCreated {
		t.Fatalf("got %d: %s", a.Status, a.Body)
	}
	docket, err := k.Rights.Docket(t.Context(), k.subject(thomas))
	if m := docket.Requests[0].Matter; err != nil || m.Scope != rights.FieldScope || m.Name != "given-name" {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestRequests(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(forBrand("hibiki"))
	path := k.lookup(key, thomas)
	subject := k.subject(thomas)
	file := func(body string) *testkit.Answer {
		body = strings.Replace(body, "{", `{"subject":"`+strings.TrimPrefix(path, "/api/v1/subjects/")+`",`, 1)
		return k.ask(key, "POST", "/api/v1/requests", body)
	}
	for what, body := range map[string]string{
		"no such kind":              `{"kind":"wish","proof":"phone"}`,
		"a withdrawal":              `{"kind":"withdrawal","proof":"phone"}`,
		"no words":                  `{"kind":"complaint","proof":"phone"}`,
		"a proof that nobody knows": `{"kind":"access","proof":"gut"}`,
		"no such field":             `{"kind":"rectification","about":"aura","text":"x","proof":"phone"}`,
		"about too much":            `{"kind":"access","about":"given-name","proof":"phone"}`,
		"no ground":                 `{"kind":"restriction","proof":"phone"}`,
		"no such value":             `{"kind":"restriction","about":"aura","ground":"claims","proof":"phone"}`,
		"too many days":             `{"kind":"erasure","days":31,"proof":"phone"}`,
		"not yet":                   `{"kind":"access","proof":"phone","received_at":"2999-01-01T00:00:00Z"}`,
		"an agent without mandate":  `{"kind":"access","proof":"phone","agent":{"name":"Noriko","mandate":" "}}`,
	} {
		if a := file(body); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d: %s", what, a.Status, a.Body)
		}
	}
	if a := k.ask(k.key(), "POST", "/api/v1/requests", `{"subject":"`+strings.TrimPrefix(k.lookup(k.key(), thomas), "/api/v1/subjects/")+`","kind":"access","proof":"phone"}`); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a brand: got %d", a.Status)
	}
	const erasure = `{"kind":"erasure","days":0,"proof":"letter","agent":{"name":"Noriko Sato","mandate":"May have my data erased."}}`
	if a := file(erasure); a.Status != http.StatusCreated {
		t.Fatalf("an erasure: got %d: %s", a.Status, a.Body)
	}
	if a := file(erasure); a.Status != http.StatusOK {
		t.Errorf("the same again: got %d", a.Status)
	}
	docket, err := k.Rights.Docket(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	r := docket.Requests[0]
	if r.Kind != rights.Erasure || r.State != rights.Acknowledged || !r.ActAt.IsZero() || r.Proof.Fresh || r.Proof.System != "crm" {
		t.Errorf("it waits for staff: got %+v", r)
	}

	them := k.Client(t)
	them.Enter("hibiki", thomas, false)
	page := them.Page("/hibiki/requests/" + string(r.ID))
	for _, want := range []string{"Noriko Sato", "May have my data erased.", "/hibiki/mandates"} {
		if !strings.Contains(page, want) {
			t.Errorf("the person's page lacks %q", want)
		}
	}
	if page := them.Page("/hibiki/mandates"); !strings.Contains(page, "May have my data erased.") || !strings.Contains(page, "End this mandate") {
		t.Errorf("the mandate cannot be ended: %s", page)
	}
	for _, want := range []int{http.StatusSeeOther, http.StatusConflict} {
		if a := them.Post("/hibiki/mandates/"+string(r.ID)+"/revoke", nil); a.Status != want {
			t.Errorf("ending the mandate: got %d, want %d", a.Status, want)
		}
	}
	if page := them.Page("/hibiki/mandates"); !strings.Contains(page, "You ended this mandate") || !strings.Contains(page, r.Number) {
		t.Errorf("the mandate has no history: %s", page)
	}
	var own, foreign struct {
		Requests []struct{ Number, State string }
	}
	k.want(http.StatusOK, &own, key, "GET", path+"/requests", "")
	if len(own.Requests) != 1 || own.Requests[0].State != "cancelled" || own.Requests[0].Number != r.Number {
		t.Errorf("its own: got %+v", own)
	}
	shop := k.key(ofSystem("shop"))
	k.want(http.StatusOK, &foreign, shop, "GET", k.lookup(shop, thomas)+"/requests", "")
	if len(foreign.Requests) != 0 {
		t.Errorf("another system reads %+v", foreign)
	}
}
