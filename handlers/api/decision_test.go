package api_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/authz"
	"livingprofile/internal/consent"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// A decided answer, as a system reads it.
type decided struct {
	Subject string
	Allow   bool
	Reasons []string
	Record  string
	Version int
	Until   time.Time
}

// may asks about people by e-mail address.
func (k *kit) may(key, purpose, extra string, addresses ...string) []decided {
	k.t.Helper()
	var ids []string
	for _, a := range addresses {
		ids = append(ids, `{"kind":"email","value":"`+a+`"}`)
	}
	var body struct{ Decisions []decided }
	k.want(http.StatusOK, &body, key, "POST", "/api/v1/decisions", `{"purpose":"`+purpose+`"`+extra+`,"identifiers":[`+strings.Join(ids, ",")+`]}`)
	return body.Decisions
}

func (k *kit) answer(address, purpose string, answer consent.Answer) {
	k.t.Helper()
	s := k.subject(address)
	if _, err := k.Consent.Decide(k.t.Context(), consent.Ask{
		Subject: s, Actor: ledger.Self(s), Purpose: consent.PurposeID(purpose), Answer: answer, Locale: "en",
		Proof: consent.Proof{Kind: consent.BySession}, Brand: "hibiki", Channel: "portal",
	}); err != nil {
		k.t.Fatal(err)
	}
}

// TestDecisions_follow_at_once is figure 3 of performance.md within a process:
// an answer after a change has it, whatever the index held before.
func TestDecisions_follow_at_once(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			key := k.key(forBrand("hibiki"))
			for i, answer := range []consent.Answer{consent.Yes, consent.No, consent.Yes, consent.No} {
				k.clock.Advance(time.Second)
				k.answer(thomas, "reviews", answer)
				got := k.may(key, "reviews", "", thomas)[0]
				if got.Allow != (answer == consent.Yes) || got.Record == "" || got.Subject == "" {
					t.Errorf("after answer %d, %s: got %+v", i, answer, got)
				}
			}
		})
	}
}

// TestDecisions_of_another_process reads what another process on the same
// database wrote, which no call tells this one of.
func TestDecisions_of_another_process(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(forBrand("hibiki"))
	k.answer(thomas, "reviews", consent.Yes)
	if !k.may(key, "reviews", "", thomas)[0].Allow {
		t.Fatal("a yes does not allow")
	}
	k.DB.Tell(func(id.Subject) {})
	k.clock.Advance(time.Second)
	k.answer(thomas, "reviews", consent.No)
	deadline := time.Now().Add(5 * time.Second)
	began := time.Now()
	for k.may(key, "reviews", "", thomas)[0].Allow {
		if time.Now().After(deadline) {
			t.Fatal("a no of another process never arrives")
		}
	}
	if took := time.Since(began); took > 500*time.Millisecond {
		t.Errorf("a no of another process arrives after %v", took)
	}
}

func TestDecisions_of_many(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key()
	k.answer(thomas, "reviews", consent.Yes)
	name := strings.TrimPrefix(k.lookup(key, thomas), "/api/v1/subjects/")
	names := make([]string, 10_000)
	for i := range names {
		names[i] = id.New()
	}
	names[7] = name
	list, _ := json.Marshal(names)
	var body struct{ Decisions []decided }
	k.want(http.StatusOK, &body, key, "POST", "/api/v1/decisions?brand=hibiki", `{"purpose":"reviews","subjects":`+string(list)+`}`)
	if len(body.Decisions) != len(names) || !body.Decisions[7].Allow || body.Decisions[8].Reasons[0] != "unknown" || body.Decisions[8].Subject != "" {
		t.Errorf("got %d answers, %+v and %+v", len(body.Decisions), body.Decisions[7], body.Decisions[8])
	}
	a := k.ask(key, "POST", "/api/v1/decisions", `{"purpose":"reviews","subjects":`+strings.TrimSuffix(string(list), "]")+`,"x"]}`)
	k.refused(a, http.StatusUnprocessableEntity, "invalid")
}

func TestDecisions_refuse(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(forBrand("hibiki"))
	for name, body := range map[string]string{
		"no purpose":        `{"purpose":"nothing","subjects":["x"]}`,
		"another brand's":   `{"purpose":"training-suggestions","subjects":["x"]}`,
		"no channel":        `{"purpose":"reviews","channel":"pigeon","subjects":["x"]}`,
		"the past":          `{"purpose":"reviews","at":"2020-01-01T00:00:00Z","subjects":["x"]}`,
		"the far future":    `{"purpose":"reviews","at":"2199-01-01T00:00:00Z","subjects":["x"]}`,
		"nobody":            `{"purpose":"reviews"}`,
		"both lists":        `{"purpose":"reviews","subjects":["x"],"identifiers":[{"kind":"email","value":"a@example.org"}]}`,
		"no identifier":     `{"purpose":"reviews","identifiers":[{"kind":"shoe","value":"1"}]}`,
		"an unknown member": `{"purpose":"reviews","subjects":["x"],"force":true}`,
	} {
		t.Run(name, func(t *testing.T) {
			k := *k
			k.t = t
			k.refused(k.ask(key, "POST", "/api/v1/decisions", body), http.StatusUnprocessableEntity, "invalid")
		})
	}
}

// TestDecisions_recorded: the person reads on what basis they were reached, and
// what they set as the most is kept.
func TestDecisions_recorded(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			key, s := k.key(forBrand("hibiki")), k.subject(thomas)
			k.answer(thomas, "recommendations", consent.Yes)
			f, err := k.DB.Facts(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			f.Preferences.All = consent.Wishes{Budget: &consent.Budget{Count: 2, Per: "week"}}
			f.Preferences.Brands = nil
			if _, err := k.DB.Commit(t.Context(), ledger.Change{
				Subject: s, Base: f.Version, At: k.clock.Now(), Actor: ledger.Self(s),
				Entries: []ledger.Draft{{Kind: consent.PreferenceChanged}}, Rows: []any{f.Preferences},
			}); err != nil {
				t.Fatal(err)
			}
			before := k.version(thomas)
			const record = `,"channel":"email","record":true`
			var got []string
			for range 3 {
				got = append(got, k.may(key, "recommendations", record, thomas)[0].Reasons[0])
			}
			if diff := cmp.Diff(got, []string{"consent", "consent", "budget_used"}); diff != "" {
				t.Error(diff)
			}
			if now := k.version(thomas); now != before+3 {
				t.Errorf("three answers left %d entries", now-before)
			}
			again := k.may(key, "recommendations", `,"channel":"email"`, thomas)[0]
			if again.Allow || again.Until.Sub(k.clock.Now()) > 7*24*time.Hour {
				t.Errorf("got %+v, want until a week after the first", again)
			}
			c := k.Client(t)
			c.SignIn("hibiki", thomas)
			page := c.Page("/hibiki/history?kind=messages")
			if strings.Count(page, "asked whether you may be reached") != 3 {
				t.Errorf("the person does not read of it: %s", page)
			}
		})
	}
}

func TestAuthZEN(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(forBrand("hibiki"))
	k.answer(thomas, "reviews", consent.Yes)
	k.answer(thomas, "recommendations", consent.No)
	const about = `"subject":{"type":"email","id":"` + thomas + `"},"action":{"name":"use"}`
	var one struct {
		Decision bool
		Context  decided
	}
	a := k.want(http.StatusOK, &one, key, "POST", "/access/v1/evaluation", `{`+about+`,"resource":{"type":"purpose","id":"reviews"}}`, "X-Request-ID", "bfe9")
	if !one.Decision || one.Context.Record == "" || a.Header.Get("X-Request-ID") != "bfe9" {
		t.Errorf("got %+v, %q", one, a.Header.Get("X-Request-ID"))
	}
	const elsewhere = `{"subject":{"type":"email","id":"` + thomas + `","properties":{"role":"x"}},` +
		`"action":{"name":"use","properties":{"method":"GET"}},"context":{"ip":"192.0.2.1","deep":{"a":[1]}},` +
		`"resource":{"type":"purpose","id":"reviews","properties":{"owner":{"id":1}}}}`
	one.Decision = false
	if k.want(http.StatusOK, &one, key, "POST", "/access/v1/evaluation", elsewhere); !one.Decision {
		t.Error("properties and a context that are not ours make a difference")
	}
	if a := k.ask(key, "POST", "/access/v1/evaluation", strings.Replace(elsewhere, `"ip":"192.0.2.1"`, `"record":"perhaps"`, 1)); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a word of ours of another type: got %d %s", a.Status, a.Body)
	}
	all := func(semantic string) (got []bool) {
		var body struct{ Evaluations []struct{ Decision bool } }
		k.want(http.StatusOK, &body, key, "POST", "/access/v1/evaluations", `{`+about+`,"options":{"evaluations_semantic":"`+semantic+`"},"evaluations":[
			{"resource":{"type":"purpose","id":"reviews"}},{"resource":{"type":"purpose","id":"recommendations"}},
			{"resource":{"type":"shoe","id":"x"}},{"resource":{"type":"purpose","id":"reviews"}}]}`)
		for _, e := range body.Evaluations {
			got = append(got, e.Decision)
		}
		return got
	}
	for semantic, want := range map[string][]bool{
		"execute_all": {true, false, false, true}, "deny_on_first_deny": {true, false}, "permit_on_first_permit": {true},
	} {
		if diff := cmp.Diff(all(semantic), want); diff != "" {
			t.Errorf("%s: %s", semantic, diff)
		}
	}
	wrong := k.want(http.StatusOK, nil, key, "POST", "/access/v1/evaluations", `{`+about+`,"evaluations":[{"resource":{"type":"shoe","id":"x"}}]}`)
	if want := `"message":"resource.id: no_purpose, resource.type: not_a_choice"`; !strings.Contains(wrong.Body, want) {
		t.Errorf("got %s, want %s", wrong.Body, want)
	}
	k.want(http.StatusOK, &one, key, "POST", "/access/v1/evaluations", `{`+about+`,"resource":{"type":"purpose","id":"reviews"}}`)
	if !one.Decision {
		t.Error("without items it is not one question")
	}
	if page := k.Client(t).Get("/.well-known/authzen-configuration"); !strings.Contains(page.Body, k.URL+"/access/v1/evaluations") {
		t.Errorf("got %d %s", page.Status, page.Body)
	}
}

func TestFilter(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(forBrand("hibiki"))
	k.answer(thomas, "reviews", consent.Yes)
	k.answer(aiko, "reviews", consent.No)
	const path = "/api/v1/decisions/filter?purpose=reviews&by=email"
	list := "email,name\n" + thomas + ",\"Weber, T.\"\n" + aiko + ",A\nnobody@example.org,N\nnot an address,X\n"
	csv := k.want(http.StatusOK, nil, key, "POST", path, list, "Content-Type", "text/csv")
	if want := "email,name\n" + thomas + ",\"Weber, T.\"\n"; csv.Body != want {
		t.Errorf("got %q, want %q", csv.Body, want)
	}
	k.freeze(k.subject(aiko), rights.Matter{Scope: rights.WholePerson, Ground: rights.Unlawful})
	no := k.may(key, "reviews", "", aiko)[0].Reasons
	if len(no) != 2 || no[1] != "restricted" {
		t.Errorf("got %q, want a no and a restriction", no)
	}
	denied := k.want(http.StatusOK, nil, key, "POST", path+"&show=denied", list, "Content-Type", "text/csv")
	if want := "email,name,reasons\n" + aiko + ",A," + strings.Join(no, " ") + "\nnobody@example.org,N,unknown\nnot an address,X,unreadable\n"; denied.Body != want {
		t.Errorf("got %q, want %q", denied.Body, want)
	}
	denied = k.want(http.StatusOK, nil, key, "POST", path+"&show=denied", `{"email":"`+aiko+`"}`, "Content-Type", "application/jsonl")
	if want := `{"email":"` + aiko + `","reasons":["` + strings.Join(no, `","`) + `"]}` + "\n"; denied.Body != want {
		t.Errorf("got %q, want %q", denied.Body, want)
	}
	lines := `{"email":"` + thomas + `","n":1.0}` + "\n" + `{"email":"` + aiko + `"}` + "\nrubbish\n\n" + `{"email":7}`
	jsonl := k.want(http.StatusOK, nil, key, "POST", path, lines, "Content-Type", "application/jsonl")
	if want := `{"email":"` + thomas + `","n":1.0}` + "\n"; jsonl.Body != want {
		t.Errorf("got %q, want %q", jsonl.Body, want)
	}
	for what, a := range map[string]*testkit.Answer{
		"no such column": k.ask(key, "POST", path+"&column=mail", list, "Content-Type", "text/csv"),
		"no purpose":     k.ask(key, "POST", "/api/v1/decisions/filter?by=email", list, "Content-Type", "text/csv"),
		"a long line":    k.ask(key, "POST", path, strings.Repeat("x", 100<<10), "Content-Type", "application/jsonl"),
	} {
		if a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d %s", what, a.Status, a.Body)
		}
	}
}

// TestFilter_streams: the first lines come back while the list is still sent,
// and the counts stand behind the last.
func TestFilter_streams(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(forBrand("hibiki"), withScopes(authz.AudienceRead, authz.ProfileRead))
	k.answer(thomas, "reviews", consent.Yes)
	name := strings.TrimPrefix(k.lookup(key, thomas), "/api/v1/subjects/")
	const lines = 60_000
	list, send := io.Pipe()
	begun := make(chan struct{})
	go func() {
		for i := range lines {
			if i == lines/2 {
				select { // the rest is sent when something came back
				case <-begun:
				case <-t.Context().Done():
				}
			}
			if i%2 == 0 {
				fmt.Fprintf(send, "{\"subject\":%q,\"i\":%d}\n", name, i)
			} else {
				fmt.Fprintf(send, "{\"subject\":%q}\n", id.New())
			}
		}
		send.Close()
	}()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, k.URL+"/api/v1/decisions/filter?purpose=reviews", list)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/jsonl")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body := bufio.NewReader(res.Body)
	first, err := body.ReadString('\n')
	if err != nil {
		t.Fatalf("nothing comes back while the list is sent: %v", err)
	}
	close(begun)
	got := bytes.NewBufferString(first)
	if _, err := got.ReadFrom(body); err != nil {
		t.Fatal(err)
	}
	var sum struct {
		Lines, Allowed int
		Denied         map[string]int
	}
	if err := json.Unmarshal([]byte(res.Trailer.Get("Decision-Summary")), &sum); err != nil {
		t.Fatalf("%v: %q", err, res.Trailer)
	}
	if sum.Lines != lines || sum.Allowed != lines/2 || sum.Denied["unknown"] != lines/2 || strings.Count(got.String(), "\n") != lines/2 {
		t.Errorf("got %+v and %d lines", sum, strings.Count(got.String(), "\n"))
	}
}
