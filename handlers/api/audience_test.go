package api_test

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	saved "livingprofile/internal/audience"
	"livingprofile/internal/authz"
	"livingprofile/internal/consent"
	"livingprofile/internal/testkit"
)

// audience saves one, and returns its id.
func (k *kit) audience(key string, where ...string) string {
	k.t.Helper()
	condition := `{"field":"event-city","compare":"known"}`
	if len(where) > 0 {
		condition = where[0]
	}
	var made struct{ ID string }
	k.want(http.StatusCreated, &made, key, "POST", "/api/v1/audiences", `{"name":"test","purpose":"newsletter","where":`+condition+`,"give":["event-city"]}`)
	return made.ID
}

const exported = saved.Exported

type counted struct {
	People, Members, Others int
	LeftOut                 map[string]int `json:"left_out"`
}

func (k *kit) count(key, audience string) counted {
	k.t.Helper()
	var n counted
	k.want(http.StatusOK, &n, key, "GET", "/api/v1/audiences/"+audience+"/count", "")
	left := 0
	for _, one := range n.LeftOut {
		left += one
	}
	if n.People != n.Members+n.Others+left {
		k.t.Errorf("%+v does not add up", n)
	}
	return n
}

// A withdrawal is felt at once: by the count, and by the file.
func TestAudienceFollowsConsent(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			key := k.key(forBrand("hibiki"))
			one := strings.TrimPrefix(k.lookup(key, aiko), "/api/v1/subjects/")
			k.say(aiko, "newsletter", consent.No)
			audience := k.audience(key)
			listed := func() (bool, counted) {
				t.Helper()
				a := k.want(http.StatusOK, nil, key, "POST", "/api/v1/audiences/"+audience+"/export", `{}`)
				var last struct{ Summary counted }
				lines := strings.Split(strings.TrimSpace(a.Body), "\n")
				if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
					t.Fatalf("the last line: %v: %s", err, lines[len(lines)-1])
				}
				if len(lines)-1 != last.Summary.Members {
					t.Errorf("got %d lines and a summary of %d", len(lines)-1, last.Summary.Members)
				}
				return strings.Contains(a.Body, one), last.Summary
			}
			before := k.count(key, audience)
			if in, _ := listed(); in || before.LeftOut["withdrawn"]+before.LeftOut["refused"] == 0 {
				t.Fatalf("somebody who said no is in it: %v, %+v", in, before)
			}
			k.say(aiko, "newsletter", consent.Yes)
			if in, n := listed(); !in || n.Members != before.Members+1 {
				t.Errorf("after a yes: %v and %+v, before %+v", in, n, before)
			}
			k.say(aiko, "newsletter", consent.No)
			if in, n := listed(); in || n.Members != before.Members {
				t.Errorf("after a no: %v and %+v, before %+v", in, n, before)
			}
			// The file with them in it stands in their copy, that of the others in none.
			if got := k.received(aiko, "crm", exported); got != 1 {
				t.Errorf("their copy tells of %d files, want 1", got)
			}
			again := k.audience(key, `{"field":"event-city","compare":"is","value":"nowhere"}`)
			k.want(http.StatusOK, nil, key, "POST", "/api/v1/audiences/"+again+"/export", `{}`)
			if got := k.received(aiko, "crm", exported); got != 1 {
				t.Errorf("their copy tells of %d files, and they were in 1", got)
			}
		})
	}
}

// say decides with no mail to confirm.
func (k *kit) say(address string, purpose consent.PurposeID, a consent.Answer) {
	k.t.Helper()
	path := k.lookup(k.key(), address) + "/consents"
	status := map[consent.Answer]string{consent.Yes: "given", consent.No: "refused"}[a]
	k.clock.Advance(1e9)
	at := k.clock.Now().UTC().Format("2006-01-02T15:04:05.000000Z07:00")
	k.want(http.StatusCreated, nil, k.key(), "POST", path,
		`{"purpose":"`+string(purpose)+`","status":"`+status+`","at":"`+at+`","confirmed":true,"proof":"a form"}`)
}

// What the purpose does not use, what is not declared and what a key may not
// have is refused, by its place.
func TestAudienceRefused(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(forBrand("hibiki"))
	save := func(where string) *testkit.Answer {
		return k.ask(key, "POST", "/api/v1/audiences", `{"name":"x","purpose":"newsletter","where":`+where+`}`)
	}
	for where, path := range map[string]string{
		`{}`:                                     "where",
		`{"field":"event-city","compare":"is"}`:  "where.value",
		`{"field":"no-such","compare":"known"}`:  "where.field",
		`{"field":"birthday","compare":"known"}`: "where.field", // the newsletter does not use it
		`{"all":[{"field":"event-city","compare":"at-least","value":"1"}]}`:                                       "where.all.0.compare",
		`{"any":[{"topic":"offers","channel":"push"}]}`:                                                           "where.any.0.channel",
		`{"not":{"activity":"order","calculate":"count","compare":"at-least","value":"1"}}`:                       "where.not.activity",
		`{"field":"event-city","topic":"offers","compare":"known"}`:                                               "where",
		`{"activity":"order","calculate":"sum","of":"items","days":-1,"compare":"at-least","value":"1"}`:          "where.days",
		strings.Repeat(`{"not":`, 9) + `{"field":"event-city","compare":"known"}` + strings.Repeat("}", 9):        "where" + strings.Repeat(".not", 8),
		`{"all":[` + strings.Repeat(`{"field":"event-city","compare":"known"},`, 60) + `{"field":"event-city"}]}`: "where.all.49",
	} {
		p := k.refused(save(where), http.StatusUnprocessableEntity, "invalid")
		found := false
		for _, e := range p.Errors {
			found = found || e.Path == path
		}
		if !found {
			t.Errorf("%.80s: got %+v, want a fault at %s", where, p.Errors, path)
		}
	}
	k.refused(k.ask(k.key(withFields("given-name")), "POST", "/api/v1/audiences",
		`{"name":"x","purpose":"newsletter","where":{"field":"event-city","compare":"known"}}`), http.StatusForbidden, "forbidden")

	audience := k.audience(key)
	for what, other := range map[string]string{
		"another brand":    k.key(forBrand("kawara"), ofSystem("newsletter")),
		"fewer fields":     k.key(withFields("given-name")),
		"another purpose":  k.key(ofSystem("machines")),
		"no field of it":   k.key(ofSystem("support")),
		"nothing to begin": k.key(ofSystem("accounts"), withFields("given-name")),
	} {
		if a := k.ask(other, "GET", "/api/v1/audiences/"+audience+"/count", ""); a.Status != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", what, a.Status)
		}
		if a := k.ask(other, "GET", "/api/v1/audiences", ""); strings.Contains(a.Body, audience) {
			t.Errorf("%s: it is listed", what)
		}
	}
	if a := k.ask(k.key(withScopes(authz.AudienceWrite)), "GET", "/api/v1/audiences/"+audience+"/count", ""); a.Status != http.StatusForbidden {
		t.Errorf("without the scope: got %d", a.Status)
	}
}

// An audience is read, changed on the version that was read, and deleted, by
// keys that may know who is in it.
func TestChangeAudience(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			key := k.key(forBrand("hibiki"))
			path := "/api/v1/audiences/" + k.audience(key)
			type read struct {
				Name, Brand string
				Version     int
				Changed     string `json:"changed_at"`
			}
			var one read
			tag := k.want(http.StatusOK, &one, key, "GET", path, "").Header.Get("ETag")
			if one.Name != "test" || one.Version != 1 || tag != `"1"` || one.Changed != "" {
				t.Errorf("read: got %+v with %s", one, tag)
			}
			const body = `{"name":"changed","purpose":"newsletter","where":{"any":[{"field":"event-city","compare":"known"}]},"give":[]}`
			k.refused(k.ask(key, "PUT", path, body), http.StatusPreconditionRequired, "version-needed")
			k.want(http.StatusOK, &one, key, "PUT", path, body, "If-Match", tag)
			if one.Name != "changed" || one.Brand != "hibiki" || one.Version != 2 || one.Changed == "" {
				t.Errorf("changed: got %+v", one)
			}
			k.refused(k.ask(key, "PUT", path, body, "If-Match", tag), http.StatusPreconditionFailed, "version-moved")
			changeAtOnce(k, key, path)
			k.refused(k.ask(key, "PUT", path, `{"name":"x","purpose":"newsletter","where":{}}`, "If-Match", `"3"`), http.StatusUnprocessableEntity, "invalid")
			k.refused(k.ask(k.key(withFields("event-city")), "PUT", path,
				`{"name":"x","purpose":"newsletter","where":{"field":"event-city","compare":"known"},"give":["given-name"]}`, "If-Match", `"3"`), http.StatusForbidden, "forbidden")
			for what, other := range map[string]string{
				"another brand": k.key(forBrand("kawara"), ofSystem("newsletter")), "fewer fields": k.key(withFields("given-name")), "another purpose": k.key(ofSystem("machines")),
			} {
				for _, method := range []string{"GET", "PUT", "DELETE"} {
					text := ""
					if method == "PUT" {
						text = body
					}
					if a := k.ask(other, method, path, text, "If-Match", `"3"`); a.Status != http.StatusNotFound {
						t.Errorf("%s of %s: got %d, want 404", method, what, a.Status)
					}
				}
			}
			reader := k.key(withScopes(authz.AudienceRead))
			k.refused(k.ask(reader, "DELETE", path, ""), http.StatusForbidden, "forbidden")
			k.refused(k.ask(reader, "PUT", path, body, "If-Match", `"3"`), http.StatusForbidden, "forbidden")
			k.want(http.StatusNoContent, nil, key, "DELETE", path, "")
			k.refused(k.ask(key, "GET", path, ""), http.StatusNotFound, "not-found")
		})
	}
}

// changeAtOnce has some change version 2 at the same time: one does, and the
// others were told of a conflict that only an Idempotency-Key has.
func changeAtOnce(k *kit, key, path string) {
	k.t.Helper()
	const senders = 8
	var answers [senders]*testkit.Answer
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			answers[i] = k.ask(key, "PUT", path, `{"name":"by `+strconv.Itoa(i)+`","purpose":"newsletter","where":{"field":"event-city","compare":"known"}}`, "If-Match", `"2"`)
		})
	}
	all.Wait()
	changed := 0
	for _, a := range answers {
		if a.Status == http.StatusOK {
			changed++
			continue
		}
		k.refused(a, http.StatusPreconditionFailed, "version-moved")
	}
	if changed != 1 {
		k.t.Errorf("%d of %d changed version 2, want 1", changed, senders)
	}
}

// A file for a spreadsheet has no cell that is a formula.
func TestAudienceCSV(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(forBrand("hibiki"))
	path := k.lookup(key, aiko) + "/attributes"
	k.say(aiko, "newsletter", consent.Yes)
	k.want(http.StatusOK, nil, key, "PATCH", path, `{"attributes":{"event-city":{"value":"=HYPERLINK(1)","proved":true,"at":"`+k.clock.Now().UTC().Format("2006-01-02T15:04:05Z")+`"}}}`)
	a := k.want(http.StatusOK, nil, key, "POST", "/api/v1/audiences/"+k.audience(key, `{"field":"event-city","compare":"contains","value":"hyperlink"}`)+"/export", `{"format":"csv"}`)
	rows, err := csv.NewReader(bufio.NewReader(strings.NewReader(a.Body))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 3 || rows[1][1] != "'=HYPERLINK(1)" || !strings.HasPrefix(rows[2][0], "# members=1 ") || !strings.Contains(rows[2][0], "left_out: ") {
		t.Errorf("got %q", rows)
	}
}
