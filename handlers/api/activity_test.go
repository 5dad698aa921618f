package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

type toldActivities struct {
	Activities []struct {
		Event, Result, Reason, Denied string
		Paths                         []string
	}
}

type seenActivities struct {
	Activities []struct {
		ID, Kind, Source string
		At               time.Time
		Values           map[string]string
	}
	Withheld []string
}

func (k *kit) choose(address string, purpose consent.PurposeID, a consent.Answer) {
	k.t.Helper()
	subject := k.subject(address)
	if _, err := k.Consent.Decide(k.t.Context(), consent.Ask{
		Subject: subject, Actor: ledger.Self(subject), Purpose: purpose, Answer: a, Locale: "en",
		Proof: consent.Proof{Kind: consent.BySession}, Brand: "tsubame", Channel: "portal",
	}); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kit) session(event string, ago time.Duration) string {
	at := k.clock.Now().Add(-ago).UTC().Format(time.RFC3339)
	return fmt.Sprintf(`{"event":%q,"kind":"training-session","at":%q,"values":{"machine":"rowing","minutes":"45"}}`, event, at)
}

func tell(items ...string) string { return `{"activities":[` + strings.Join(items, ",") + `]}` }

// What is told is taken once, and only while a purpose allows it.
func TestActivities(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			key := k.key(ofSystem("machines"))
			path := k.lookup(key, thomas) + "/activities"
			outcome := func(body string) string {
				t.Helper()
				var got toldActivities
				k.want(http.StatusOK, &got, key, "POST", path, body)
				var all []string
				for _, a := range got.Activities {
					all = append(all, strings.TrimRight(strings.Join([]string{a.Result, a.Reason, a.Denied, strings.Join(a.Paths, " ")}, "/"), "/"))
				}
				return strings.Join(all, ", ")
			}
			k.choose(thomas, "training-suggestions", consent.No)
			if got, want := outcome(tell(k.session("a", time.Hour))), "refused/no_basis/withdrawn"; got != want && got != "refused/no_basis/refused" {
				t.Errorf("after a no: got %s, want %s", got, want)
			}
			k.clock.Advance(time.Minute)
			k.choose(thomas, "training-suggestions", consent.Yes)
			got := outcome(tell(
				k.session("a", time.Hour), k.session("a", time.Hour), k.session("", time.Hour), k.session("b", -time.Hour), k.session("c", 3*365*24*time.Hour),
				strings.Replace(k.session("d", time.Hour), `"45"`, `"many"`, 1), strings.Replace(k.session("e", time.Hour), "training-session", "order", 1),
			))
			want := "recorded, known, refused/no_event, refused/future, refused/too_old, refused/invalid//values.minutes, refused/unknown_kind"
			if got != want {
				t.Errorf("after a yes:\ngot  %s\nwant %s", got, want)
			}
			before := k.version(thomas)
			if got := outcome(tell(k.session("a", time.Hour))); got != "known" || k.version(thomas) != before {
				t.Errorf("a repeat: got %s at version %d, want known at %d", got, k.version(thomas), before)
			}
			var seen seenActivities
			k.want(http.StatusOK, &seen, key, "GET", path+"?kind=training-session&limit=1", "")
			if len(seen.Activities) != 1 || seen.Activities[0].Values["minutes"] != "45" || seen.Activities[0].Source != "machines" {
				t.Errorf("read back: got %+v", seen)
			}
			k.choose(thomas, "training-suggestions", consent.No)
			seen = seenActivities{}
			k.want(http.StatusOK, &seen, key, "GET", path, "")
			if len(seen.Activities) != 0 || !slices.Contains(seen.Withheld, "training-session") {
				t.Errorf("after a no: got %+v", seen)
			}
		})
	}
}

// TestActivityPages follows the Links to the end.
func TestActivityPages(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(ofSystem("shop"))
	path := k.lookup(key, thomas) + "/activities?kind=order"
	var whole seenActivities
	k.want(http.StatusOK, &whole, key, "GET", path+"&limit=200", "")
	if len(whole.Activities) < 10 {
		t.Fatalf("the demo has %d orders of one who ordered a lot", len(whole.Activities))
	}
	var ids []string
	for next := path + "&limit=4"; next != ""; {
		var page seenActivities
		a := k.want(http.StatusOK, &page, key, "GET", next, "")
		for _, one := range page.Activities {
			ids = append(ids, one.ID)
		}
		next = nextOf(t, a)
	}
	if len(ids) != len(whole.Activities) {
		t.Errorf("in pages: got %d, want %d", len(ids), len(whole.Activities))
	}
	for i := range ids {
		if ids[i] != whole.Activities[i].ID {
			t.Fatalf("item %d of the pages is another one", i)
		}
	}
	k.refused(k.ask(key, "GET", path+"&cursor=x", ""), http.StatusUnprocessableEntity, "invalid")
	k.refused(k.ask(key, "POST", k.lookup(key, thomas)+"/activities", `{"activities":[]}`), http.StatusUnprocessableEntity, "invalid")
	if a := k.ask(k.key(ofSystem("shop"), withFields("given-name")), "GET", path, ""); strings.Contains(a.Body, `"order"`) {
		t.Errorf("a key that does not name the kind reads %s", a.Body)
	}
}
