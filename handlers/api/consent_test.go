package api_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"livingprofile/internal/testkit"
)

// standing is what an answer says of a purpose.
type standing struct {
	Recorded bool
	Consent  struct {
		Purpose, Status, Record string
		Allowed                 bool
		Reasons                 []string
	}
}

func TestReportConsent(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) { report(t, newKit(t, e)) })
	}
}

// report walks a person's yes and no through what systems say of it.
func report(t *testing.T, k *kit) {
	key := k.key(forBrand("hibiki"))
	path := k.lookup(key, thomas) + "/consents"
	person := k.Client(t)
	person.Enter("hibiki", thomas, false)
	say := func(status int, body string) standing {
		t.Helper()
		var s standing
		k.want(status, &s, key, "POST", path, body)
		return s
	}
	minutesAgo := func(n int) string {
		return k.clock.Now().Add(-time.Duration(n) * time.Minute).Format(time.RFC3339Nano)
	}
	person.Answer("hibiki", "reviews", "no")
	k.clock.Advance(time.Hour)

	for what, body := range map[string]string{
		"older than the person's no":  `{"purpose":"reviews","status":"given","proof":"form 7","at":"` + minutesAgo(90) + `"}`,
		"without a time":              `{"purpose":"reviews","status":"given","proof":"form 7"}`,
		"newer, but without a proof":  `{"purpose":"reviews","status":"given","at":"` + minutesAgo(10) + `"}`,
		"to a double opt-in, half":    `{"purpose":"newsletter","status":"given","proof":"form 7","at":"` + minutesAgo(10) + `"}`,
		"with a clock that is behind": `{"purpose":"reviews","status":"given","proof":"form 7","at":"2001-01-01T00:00:00Z"}`,
	} {
		if s := say(http.StatusOK, body); s.Recorded || s.Consent.Allowed {
			t.Errorf("a yes %s: got %+v, want no record", what, s)
		}
	}
	s := say(http.StatusCreated, `{"purpose":"reviews","status":"given","proof":"form 7","at":"`+minutesAgo(10)+`"}`)
	if !s.Recorded || s.Consent.Status != "given" || !s.Consent.Allowed {
		t.Errorf("a newer yes with its proof: got %+v", s)
	}
	if a := k.ask(key, "POST", path, `{"purpose":"reviews","status":"given","proof":"x","at":"`+minutesAgo(-5)+`"}`); a.Status != 422 {
		t.Errorf("a yes of the future: got %d", a.Status)
	}
	// A no counts whatever the system's clock says.
	s = say(http.StatusCreated, `{"purpose":"reviews","status":"withdrawn","at":"`+minutesAgo(-60)+`"}`)
	if s.Consent.Status != "withdrawn" || s.Consent.Allowed {
		t.Errorf("a no by a clock that is ahead: got %+v", s)
	}
	if s := say(http.StatusOK, `{"purpose":"reviews","status":"given","proof":"x","at":"`+minutesAgo(5)+`"}`); s.Consent.Status != "withdrawn" {
		t.Errorf("an older yes that arrives late: got %+v", s)
	}
	person.Enter("hibiki", thomas, false) // the session of an hour ago is over
	person.Page("/hibiki/receipts/" + s.Consent.Record)
	for body, status := range map[string]int{
		`{"purpose":"orders","status":"refused"}`:               403,
		`{"purpose":"training-suggestions","status":"refused"}`: 422, // of another brand
		`{"purpose":"nothing","status":"refused"}`:              422,
		`{"purpose":"reviews","status":"expired"}`:              422,
		`{"purpose":"reviews","status":"given","at":"today"}`:   422,
	} {
		if a := k.ask(key, "POST", path, body); a.Status != status {
			t.Errorf("%s: got %d, want %d", body, a.Status, status)
		}
	}
}

// A no for all brands ends what one brand was allowed, and a no to a parent
// what its switch had given.
func TestWithdrawalReachesEverything(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	all, one := k.key(), k.key(forBrand("hibiki"))
	path := k.lookup(all, aiko)
	var s standing
	at := k.clock.Now().Add(-time.Minute).Format(time.RFC3339)
	k.want(http.StatusCreated, &s, one, "POST", k.lookup(one, aiko)+"/consents", `{"purpose":"reviews","status":"given","proof":"x","at":"`+at+`"}`)
	k.want(http.StatusCreated, &s, all, "POST", path+"/consents", `{"purpose":"reviews","status":"refused"}`)
	for _, brand := range []string{"", "?brand=hibiki"} {
		if got := k.allowed(all, path, brand, "reviews"); got {
			t.Errorf("after a no for all brands it is allowed at %q", brand)
		}
	}

	person := k.Client(t)
	person.Enter("hibiki", aiko, false)
	person.Answer("hibiki", "recommendations", "no")
	k.clock.Advance(time.Minute)
	k.want(http.StatusCreated, nil, all, "POST", path+"/consents", `{"purpose":"marketing","status":"refused"}`)
	if got := k.allowed(all, path, "", "marketing"); got {
		t.Error("a no to a parent leaves it allowed")
	}
}

// allowed tells whether a purpose may be acted on.
func (k *kit) allowed(key, path, query, purpose string) bool {
	k.t.Helper()
	var body struct {
		Consents []struct {
			Purpose string
			Allowed bool
		}
	}
	k.want(http.StatusOK, &body, key, "GET", path+"/consents"+query, "")
	for _, c := range body.Consents {
		if c.Purpose == purpose {
			return c.Allowed
		}
	}
	k.t.Fatalf("nothing about %s", purpose)
	return false
}

// TestWithheld reads a value whose only purposes are refused, then allowed.
func TestWithheld(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(forBrand("hibiki"), withFields("interests"))
	path := k.lookup(key, aiko)
	person := k.Client(t)
	person.Enter("hibiki", aiko, false)
	read := func() (value string, withheld bool) {
		var body struct {
			Attributes map[string]struct{ Value string }
			Withheld   []string
		}
		k.want(http.StatusOK, &body, key, "GET", path, "")
		return body.Attributes["interests"].Value, slices.Contains(body.Withheld, "interests")
	}
	person.Post("/hibiki/get/stop", url.Values{"scope": {"all"}})
	if value, withheld := read(); value != "" || !withheld {
		t.Errorf("after a no to all that uses it: got %q, withheld %v", value, withheld)
	}
	k.clock.Advance(time.Minute)
	person.Answer("hibiki", "recommendations", "yes")
	if value, withheld := read(); value == "" || withheld {
		t.Errorf("after a yes: got %q, withheld %v", value, withheld)
	}
}

func TestPaging(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key()
	path := k.lookup(key, thomas) + "/records"
	type page struct{ Records []struct{ Record string } }
	var whole page
	k.want(http.StatusOK, &whole, key, "GET", path, "")
	var got []string
	next := path + "?limit=2"
	for next != "" {
		var p page
		a := k.want(http.StatusOK, &p, key, "GET", next, "")
		if len(p.Records) > 2 || len(p.Records) == 0 {
			t.Fatalf("a page has %d records", len(p.Records))
		}
		for _, r := range p.Records {
			got = append(got, r.Record)
		}
		next = nextOf(t, a)
	}
	if len(got) != len(whole.Records) || len(got) < 3 {
		t.Fatalf("got %d records in pages, want %d", len(got), len(whole.Records))
	}
	for i, r := range whole.Records {
		if got[i] != r.Record {
			t.Errorf("record %d is %s, want %s", i, got[i], r.Record)
		}
	}
	other := nextOf(t, k.want(http.StatusOK, nil, key, "GET", "/api/v1/purposes?limit=1", ""))
	u, err := url.Parse(other)
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		"?cursor=x", "?cursor=" + u.Query().Get("cursor"), "?cursor=AAAA", "?limit=0", "?limit=201", "?limit=x", "?limit=1&limit=2", "?page=2",
	} {
		k.refused(k.ask(key, "GET", path+query, ""), http.StatusUnprocessableEntity, "invalid")
	}
}
