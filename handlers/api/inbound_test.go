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
		Denied             string
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
				about("8", thomas, `"at":"`+later+`","activity":{"event":"1","kind":"training-session"}`),
				about("9", thomas, `"consent":{"purpose":"shoes","status":"given"}`),
				about("10", thomas, `"sequence":3,"attributes":{"name-reading":{"value":"Osaka"}}`),
				about("12", thomas, `"attributes":{"event-city":{"value":"Kyoto"}}`), // which he lets nobody use
				`{"shoe":1,"id":"11"}`,
				`7`,
			}
			want := []string{
				"applied", "applied", "applied", "waiting unproved", "refused no_subject", "refused not_yours", "refused not_valid",
				"refused not_yours", "refused not_valid", "unchanged known", "refused not_taken", "refused not_valid", "refused not_valid",
			}
			got := k.tell(key, changes...)
			if diff := cmp.Diff(got.short(), want); diff != "" {
				t.Error(diff)
			}
			if id := got.Results[11].ID; id != "11" {
				t.Errorf("what is not understood goes by the id %q", id)
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
			// Where there is no place for a number, a later word was older than all
			// that had one, for ever.
			var told struct {
				Attributes map[string]struct{ Recorded bool }
			}
			k.want(http.StatusOK, &told, key, "PATCH", k.lookup(key, thomas)+"/attributes", `{"attributes":{"name-reading":{"value":"Nagoya"}}}`)
			if !told.Attributes["name-reading"].Recorded {
				t.Error("a system that numbers changes nothing by itself")
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

// TestChanges_activity: what people did is told among other changes, and taken as
// by itself: while a purpose allows it, and each event once.
func TestChanges_activity(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			key := k.key(ofSystem("machines"))
			k.choose(thomas, "training-suggestions", consent.No)
			session := func(event string, ago time.Duration) string { return `"activity":` + k.session(event, ago) }
			no := k.tell(key, about("0", thomas, session("a", time.Hour)))
			if diff := cmp.Diff(no.short(), []string{"refused no_basis"}); diff != "" || no.Results[0].Denied == "" {
				t.Errorf("after a no: %s %+v", diff, no)
			}
			k.clock.Advance(time.Minute)
			k.choose(thomas, "training-suggestions", consent.Yes)
			k.want(http.StatusOK, nil, key, "POST", k.lookup(key, thomas)+"/activities", tell(k.session("before", time.Hour)))
			at := k.clock.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
			changes := []string{
				about("0", thomas, session("a", time.Hour)), // refused then, taken now
				about("1", thomas, session("a", time.Hour)),
				about("2", thomas, `"at":"`+at+`","activity":{"event":"b","kind":"training-session"}`),
				about("3", thomas, session("before", time.Hour)),
				about("4", thomas, `"attributes":{"membership":{"value":"gold"}}`),
				about("5", thomas, session("c", -time.Hour)),
				about("6", thomas, session("d", 3*365*24*time.Hour)),
				about("7", thomas, session("", time.Hour)),
				about("8", thomas, strings.Replace(session("e", time.Hour), `"45"`, `"many"`, 1)),
				about("9", thomas, strings.Replace(session("f", time.Hour), "training-session", "order", 1)),
				about("10", thomas, `"activity":{"event":"g","kind":"training-session"}`),
				about("11", thomas, strings.Replace(session("h", time.Hour), `"event"`, `"shoe":1,"event"`, 1)),
				about("12", thomas, session("i", time.Hour)+`,"consent":{"purpose":"newsletter","status":"refused"}`),
				about("13", "nobody@example.org", session("j", time.Hour)),
			}
			want := []string{
				"applied", "unchanged known", "applied", "unchanged known", "refused not_valid", "refused future", "refused too_old",
				"refused no_event", "refused not_valid", "refused not_yours", "refused not_valid", "refused not_valid", "refused not_valid",
				"refused no_subject",
			}
			before := k.version(thomas)
			got := k.tell(key, changes...)
			if diff := cmp.Diff(got.short(), want); diff != "" {
				t.Error(diff)
			}
			paths := map[int]string{8: "changes.8.activity.values.minutes", 9: "changes.9.activity.kind", 10: "changes.10.activity.at", 11: "changes.11.shoe"}
			for n, path := range paths {
				if r := got.Results[n]; len(r.Errors) != 1 || r.Errors[0].Path != path {
					t.Errorf("%d: got %+v, want %s", n, r.Errors, path)
				}
			}
			after := k.version(thomas)
			if after != before+1 {
				t.Errorf("two sessions made %d entries, want one", after-before)
			}
			again := k.tell(key, changes...)
			if diff := cmp.Diff(again.short(), want); diff != "" || !again.Results[0].Repeated || k.version(thomas) != after {
				t.Errorf("told again: %s, and %d entries", diff, k.version(thomas)-after)
			}
			if got := k.tell(key, about("0", thomas, session("x", time.Hour))).short(); got[0] != "refused id_reused" {
				t.Errorf("another session under an id that was used: got %v", got)
			}
			for name, limit := range map[string]func(*authz.APIKey){
				"without the scope": withScopes(authz.ChangeWrite, authz.ProfileWrite, authz.ConsentWrite),
				"of other fields":   withFields("membership"),
				"of another brand":  forBrand("hibiki"),
			} {
				if got := k.tell(k.key(ofSystem("machines"), limit), about("k", thomas, session("k", time.Hour))).short(); got[0] != "refused not_yours" {
					t.Errorf("a key %s: got %v", name, got)
				}
			}
			var seen seenActivities
			k.want(http.StatusOK, &seen, key, "GET", k.lookup(key, thomas)+"/activities?limit=200", "")
			fresh := 0
			for _, a := range seen.Activities {
				if a.At.After(k.clock.Now().Add(-2 * time.Hour)) {
					fresh++
				}
			}
			if fresh != 3 {
				t.Errorf("%d sessions are held of the last two hours, want 3", fresh)
			}
		})
	}
}

// TestChanges_echo: what follows our own event and says what we said is dropped.
// What says otherwise is a change: a withdrawal that named our event was once
// dropped unread.
func TestChanges_echo(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			key := k.key(forBrand("hibiki"))
			last := func() string {
				t.Helper()
				history, err := k.DB.History(t.Context(), k.subject(thomas), ledger.HistoryPage{Limit: 1})
				if err != nil {
					t.Fatal(err)
				}
				return history[0].ID
			}
			said := func(id, cause, status, rest string) string {
				return about(id, thomas, `"caused_by":"`+cause+`","consent":{"purpose":"reviews","status":"`+status+`"`+rest+`}`)
			}
			k.answer(thomas, "reviews", consent.No)
			no := last()
			k.clock.Advance(time.Minute)
			k.answer(thomas, "reviews", consent.Yes)
			yes, before := last(), k.version(thomas)
			got := k.tell(key,
				said("e1", yes, "given", ""),
				said("e2", no, "refused", ""), // which was overtaken by the yes
				about(yes, thomas, `"consent":{"purpose":"reviews","status":"given"}`),
				about("e3", aiko, `"caused_by":"`+yes+`","consent":{"purpose":"reviews","status":"refused"}`),
			)
			if diff := cmp.Diff(got.short()[:3], []string{"unchanged echo", "unchanged echo", "unchanged echo"}); diff != "" || got.Results[3].Reason == "echo" {
				t.Errorf("%s\n%+v", diff, got)
			}
			if now := k.version(thomas); now != before {
				t.Errorf("an echo made %d entries", now-before)
			}
			k.clock.Advance(time.Hour)
			at := `,"proof":"form 7","at":"` + k.clock.Now().Format(time.RFC3339) + `"`
			got = k.tell(key,
				said("c1", yes, "refused", ""),
				said("c2", yes, "given", at), // our yes that comes back late, whatever proves it
				about("c3", thomas, `"caused_by":"`+yes+`","attributes":{"name-reading":{"value":"Nara"}}`),
				about("c4", thomas, `"caused_by":"`+yes+`","attributes":{"name-reading":{"value":"Nara"}}`),
			)
			if diff := cmp.Diff(got.short(), []string{"applied", "unchanged echo", "applied", "unchanged echo"}); diff != "" {
				t.Error(diff)
			}
			if k.may(key, "reviews", "", thomas)[0].Allow {
				t.Error("a withdrawal that follows our event is lost")
			}
		})
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

// TestChanges_reported_no: who unsubscribed at one system is not subscribed by
// another's word, in whichever order the two are told; only proof does that.
func TestChanges_reported_no(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			for _, first := range []string{"no", "yes"} {
				k := newKit(t, e)
				k.clock.Advance(24 * time.Hour)
				tool, desk := k.key(forBrand("hibiki"), ofSystem("newsletter")), k.key(forBrand("hibiki"))
				at := func(ago time.Duration) string { return k.clock.Now().Add(-ago).Format(time.RFC3339) }
				no := func() {
					k.tell(tool, about("n", thomas, `"consent":{"purpose":"recommendations","status":"refused","at":"`+at(3*time.Hour)+`"}`))
				}
				yes := func() {
					k.tell(desk, about("y", thomas, `"consent":{"purpose":"recommendations","status":"given","at":"`+at(time.Hour)+`"}`))
				}
				if first == "no" {
					no()
					yes()
				} else {
					yes()
					no()
				}
				valid := func() bool {
					f, err := k.DB.Facts(t.Context(), k.subject(thomas))
					return err == nil && f.Consents.Of("recommendations", "hibiki").Status.Valid()
				}
				if valid() {
					t.Errorf("%s first: an unproved yes undoes an unsubscription", first)
				}
				c := k.Client(t)
				c.SignIn("hibiki", thomas)
				if page := c.Page("/hibiki"); !strings.Contains(page, "It has been off here since") {
					t.Errorf("%s first: the person is not asked", first)
				}
				got := k.tell(tool, about("p", thomas, `"consent":{"purpose":"recommendations","status":"given","proof":"opened the link","at":"`+at(0)+`"}`))
				if diff := cmp.Diff(got.short(), []string{"applied"}); diff != "" || !valid() {
					t.Errorf("%s first: a proved yes: %s", first, diff)
				}
				if page := c.Page("/hibiki"); strings.Contains(page, "It has been off here since") {
					t.Errorf("%s first: the person is asked still", first)
				}
			}
		})
	}
}
