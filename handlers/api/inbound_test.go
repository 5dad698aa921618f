package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/authz"
	"livingprofile/internal/consent"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// results are what became of a batch.
type results struct {
	Counts  map[string]int
	Results []struct {
		ID, Result, Reason string
		Repeated           bool
		Errors             []struct{ Path, Code string }
	}
}

// short is each result as "applied" or "refused no_subject".
func (r results) short() []string {
	var all []string
	for _, one := range r.Results {
		all = append(all, strings.TrimSpace(one.Result+" "+one.Reason))
	}
	return all
}

func (k *kit) tell(key string, changes ...string) results {
	k.t.Helper()
	var got results
	k.want(http.StatusOK, &got, key, "POST", "/api/v1/changes", `{"changes":[`+strings.Join(changes, ",")+`]}`)
	return got
}

// about begins a change about somebody.
func about(id, address, rest string) string {
	return fmt.Sprintf(`{"id":%q,"identifiers":[{"kind":"email","value":%q}],%s}`, id, address, rest)
}

func TestChanges(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			key := k.key(forBrand("hibiki"))
			k.answer(thomas, "reviews", consent.No)
			k.clock.Advance(time.Hour)
			later := k.clock.Now().Add(-time.Minute).Format(time.RFC3339)
			changes := []string{
				about("1", thomas, `"sequence":4,"attributes":{"name-reading":{"value":"Kyoto","at":"`+later+`"}}`),
				about("2", thomas, `"consent":{"purpose":"recommendations","status":"refused"}`),
				about("3", thomas, `"identifier":{"kind":"customer","value":"X-9"}`),
				about("4", thomas, `"at":"`+later+`","consent":{"purpose":"reviews","status":"given"}`),
				about("5", "nobody@example.org", `"consent":{"purpose":"reviews","status":"given"}`),
				about("6", thomas, `"attributes":{"resting-heart-rate":{"value":"1"}}`),
				about("7", thomas, `"attributes":{"name-reading":{"value":"Kyoto"}},"consent":{"purpose":"reviews","status":"refused"}`),
				about("8", thomas, `"activity":{}`),
				about("9", thomas, `"consent":{"purpose":"shoes","status":"given"}`),
				about("10", thomas, `"sequence":3,"attributes":{"name-reading":{"value":"Osaka"}}`),
				about("12", thomas, `"attributes":{"event-city":{"value":"Kyoto"}}`), // which he lets nobody use
				`{"id":"11","shoe":1}`,
				`7`,
			}
			want := []string{
				"applied", "applied", "applied", "waiting unproved", "refused no_subject", "refused not_yours", "refused not_valid",
				"refused not_valid", "refused not_valid", "unchanged known", "refused not_taken", "refused not_valid", "refused not_valid",
			}
			got := k.tell(key, changes...)
			if diff := cmp.Diff(got.short(), want); diff != "" {
				t.Error(diff)
			}
			if got.Counts["applied"] != 3 || got.Counts["refused"] != 8 || got.Results[5].Errors[0].Path != "changes.5.attributes.resting-heart-rate" {
				t.Errorf("got %+v", got)
			}
			before := k.version(thomas)
			again := k.tell(key, changes...)
			if diff := cmp.Diff(again.short(), want); diff != "" {
				t.Errorf("told again: %s", diff)
			}
			if now := k.version(thomas); now != before || !again.Results[0].Repeated {
				t.Errorf("told again it has an effect: %d entries", now-before)
			}
			other := k.tell(key, about("1", thomas, `"attributes":{"name-reading":{"value":"Nara"}}`))
			if diff := cmp.Diff(other.short(), []string{"refused id_reused"}); diff != "" {
				t.Error(diff)
			}
			if got := k.tell(k.key(forBrand("hibiki"), withScopes(authz.ChangeWrite, authz.ConsentWrite)), changes[0]).short(); got[0] != "refused not_yours" {
				t.Errorf("a key without profile:write: got %v", got)
			}
			waiting, err := k.DB.ConflictsFor(t.Context(), inbound.AsksSubject, 10)
			if err != nil || len(waiting) != 1 || waiting[0].Name != "reviews" || waiting[0].Theirs.Value != "given" {
				t.Errorf("got %+v, %v", waiting, err)
			}
		})
	}
}

// TestChanges_echo: what follows our own event is dropped.
func TestChanges_echo(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(forBrand("hibiki"))
	k.answer(thomas, "reviews", consent.Yes)
	history, err := k.DB.History(t.Context(), k.subject(thomas), ledger.HistoryPage{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	before := k.version(thomas)
	got := k.tell(key,
		about("e1", thomas, `"caused_by":"`+history[0].ID+`","consent":{"purpose":"reviews","status":"refused"}`),
		about(history[0].ID, thomas, `"attributes":{"name-reading":{"value":"Nara"}}`),
		about("e2", aiko, `"caused_by":"`+history[0].ID+`","consent":{"purpose":"reviews","status":"refused"}`),
	)
	if diff := cmp.Diff(got.short()[:2], []string{"unchanged echo", "unchanged echo"}); diff != "" || got.Results[2].Reason == "echo" {
		t.Errorf("%s\n%+v", diff, got)
	}
	if now := k.version(thomas); now != before {
		t.Errorf("an echo made %d entries", now-before)
	}
}

// TestChanges_contested: a yes that a system cannot prove asks the person, whose
// no counts until they answer.
func TestChanges_contested(t *testing.T) {
	for _, answer := range []string{"no", "yes"} {
		t.Run(answer, func(t *testing.T) {
			k := newKit(t, testkit.OnSQLite)
			key := k.key(forBrand("hibiki"))
			k.answer(thomas, "reviews", consent.No)
			k.clock.Advance(time.Hour)
			at := k.clock.Now().Add(-time.Minute).Format(time.RFC3339)
			k.tell(key, about("1", thomas, `"consent":{"purpose":"reviews","status":"given","at":"`+at+`"}`))
			c := k.Client(t)
			c.SignIn("hibiki", thomas)
			if page := c.Page("/hibiki"); !strings.Contains(page, "without proof") || !strings.Contains(page, "/hibiki/allow/reviews") {
				t.Error("the person is not asked")
			}
			if k.may(key, "reviews", "", thomas)[0].Allow {
				t.Error("an unproved yes counts")
			}
			k.clock.Advance(time.Minute)
			c.Answer("hibiki", "reviews", answer)
			if page := c.Page("/hibiki"); strings.Contains(page, "without proof") {
				t.Error("the person is asked again")
			}
			if got := k.may(key, "reviews", "", thomas)[0].Allow; got != (answer == "yes") {
				t.Errorf("got %v", got)
			}
			if page := c.Page("/hibiki/history?kind=choices"); !strings.Contains(page, "You said which is right") || !strings.Contains(page, "says otherwise about") {
				t.Error("the history does not tell of it")
			}
		})
	}
}
