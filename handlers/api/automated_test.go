package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/automated"
	"livingprofile/internal/consent"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestAutomatedDecisions: a decision is registered once and read by its own
// system alone, a human that is wanted is answered before anything is decided,
// and what is frozen answers without its contents.
func TestAutomatedDecisions(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key, shop := k.key(), k.key(ofSystem("payments"))
	path := k.lookup(shop, thomas)
	name, subject := strings.TrimPrefix(path, "/api/v1/subjects/"), k.subject(thomas)
	body := `{"subject":"` + name + `","event":"x1","kind":"pay-later","at":"` + k.clock.Now().Format(time.RFC3339) + `",` +
		`"outcome":{"en":"No."},"logic":{"en":"By a rule."},"effect":{"en":"Pay now."},"fields":["orders-placed"]}`
	var first, again struct{ Decision, Result string }
	k.want(http.StatusCreated, &first, shop, "POST", "/api/v1/automated-decisions", body)
	k.want(http.StatusOK, &again, shop, "POST", "/api/v1/automated-decisions", body)
	if again.Decision != first.Decision || again.Result != "known" {
		t.Errorf("a repeat: got %+v", again)
	}
	for what, other := range map[string]string{
		"another system's kind": strings.Replace(body, "pay-later", "training-plan", 1),
		"a field of others":     strings.Replace(body, "orders-placed", "given-name", 1),
		"no logic":              strings.Replace(body, `"logic":{"en":"By a rule."},`, "", 1),
	} {
		if a := k.ask(shop, "POST", "/api/v1/automated-decisions", other); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d", what, a.Status)
		}
	}
	k.refused(k.ask(key, "POST", "/api/v1/automated-decisions", body), http.StatusNotFound, "not-found")

	type read struct {
		Decisions []struct {
			Decision   string
			Outcome    map[string]string
			Restricted bool
		}
	}
	var own, foreign read
	k.want(http.StatusOK, &own, shop, "GET", path+"/automated-decisions", "")
	k.want(http.StatusOK, &foreign, key, "GET", k.lookup(key, thomas)+"/automated-decisions", "")
	if len(own.Decisions) != 2 || own.Decisions[0].Decision != first.Decision || own.Decisions[0].Outcome["en"] != "No." {
		t.Errorf("its own: got %+v", own)
	}
	if len(foreign.Decisions) != 0 {
		t.Errorf("another system reads %+v", foreign)
	}

	k.choose(thomas, "fraud", consent.Yes)
	may := func() string {
		var body struct{ Decisions []decided }
		k.want(http.StatusOK, &body, shop, "POST", "/api/v1/decisions", `{"purpose":"fraud","automated":"pay-later","subjects":["`+name+`"]}`)
		return body.Decisions[0].Reasons[0]
	}
	if got := may(); got != "unopposed" && got != "basis" {
		t.Fatalf("before: got %s", got)
	}
	who := automated.Who{Subject: subject, Actor: ledger.Self(subject), Brand: "hibiki"}
	if err := k.Automated.Want(t.Context(), who, "pay-later", true); err != nil {
		t.Fatal(err)
	}
	if got := may(); got != "human_wanted" {
		t.Errorf("a human is wanted: got %s", got)
	}
	k.freeze(subject, rights.Matter{Scope: rights.FieldScope, Name: "orders-placed", Ground: rights.Contested})
	if got := may(); got != "restricted" {
		t.Errorf("from a frozen field: got %s", got)
	}
	k.want(http.StatusOK, &own, shop, "GET", path+"/automated-decisions", "")
	if d := own.Decisions[0]; !d.Restricted {
		t.Errorf("frozen: got %+v", d)
	}
	if a := k.ask(shop, "GET", path+"/automated-decisions", ""); strings.Contains(a.Body, "No.") {
		t.Errorf("a frozen decision tells %s", a.Body)
	}
}
