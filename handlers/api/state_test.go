package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/authz"
	"livingprofile/internal/consent"
	"livingprofile/internal/demo"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// A stateBody is what holds of somebody.
type stateBody struct {
	Type string
	Data struct {
		Subject     string
		Version     int64
		Erased      bool
		Permissions []struct {
			Purpose, Brand string
			Allow          bool
		}
		Fields map[string]string
	}
}

// TestState: what holds of one person is what the feed would say now, as far as
// the key reaches, and the end when they were erased.
func TestState(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			if _, err := k.ConnectAll(t.Context(), demo.Neighbours{Newsletter: "http://127.0.0.1:1/hooks"}); err != nil {
				t.Fatal(err)
			}
			key := k.key(ofSystem("newsletter"), forBrand("hibiki"))
			at := k.feed(key, "?after=latest").Next
			k.say(aiko, "newsletter", consent.Yes)
			path := k.lookup(key, aiko) + "/state"
			var got, fed stateBody
			k.want(http.StatusOK, &got, key, "GET", path, "")
			line, err := json.Marshal(k.feed(key, "?after="+at).Changes[0])
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(line, &fed); err != nil {
				t.Fatal(err)
			}
			if got.Type != "subject.state" || got.Data.Version != k.version(aiko) || len(got.Data.Fields) == 0 {
				t.Errorf("got %+v", got)
			}
			// The feed's test struct leaves brands out.
			bare := got
			bare.Type = fed.Type
			for i := range fed.Data.Permissions {
				fed.Data.Permissions[i].Brand = "hibiki"
			}
			if diff := cmp.Diff(fed, bare); diff != "" {
				t.Errorf("feed and state: (-feed +state)\n%s", diff)
			}
			k.say(aiko, "newsletter", consent.No)
			var after stateBody
			k.want(http.StatusOK, &after, key, "GET", path+"?endpoint=main", "")
			if after.Data.Version <= got.Data.Version {
				t.Errorf("after a no: got %+v", after)
			}
			for _, p := range after.Data.Permissions {
				if p.Brand != "hibiki" || p.Purpose == "newsletter" && p.Allow {
					t.Errorf("after a no of one brand: got %+v", p)
				}
			}
			thin := k.key(ofSystem("newsletter"), withScopes(authz.EventRead))
			k.say(aiko, "newsletter", consent.Yes)
			for _, query := range []string{"", "?endpoint=main"} {
				var got stateBody
				if k.want(http.StatusOK, &got, thin, "GET", path+query, ""); got.Data.Fields != nil {
					t.Errorf("%s: a key without profile:read gets %v", query, got.Data.Fields)
				}
			}
			var narrow stateBody
			k.want(http.StatusOK, &narrow, k.key(ofSystem("newsletter"), withFields("email")), "GET", path+"?endpoint=main", "")
			if len(narrow.Data.Fields) != 1 || narrow.Data.Fields["email"] == "" {
				t.Errorf("a key for the address gets %v", narrow.Data.Fields)
			}
			k.refused(k.ask(key, "GET", path+"?endpoint=other", ""), http.StatusUnprocessableEntity, "invalid")
			k.refused(k.ask(key, "GET", path+"?other=main", ""), http.StatusUnprocessableEntity, "invalid")

			version := k.version(aiko)
			erase(t, k, aiko)
			var gone stateBody
			k.want(http.StatusOK, &gone, key, "GET", path, "")
			if !gone.Data.Erased || gone.Data.Version <= version || gone.Data.Subject != got.Data.Subject || gone.Data.Fields != nil || len(gone.Data.Permissions) > 0 {
				t.Errorf("of the erased: got %+v", gone)
			}
		})
	}
}

// TestState_of_the_erased: a key of a brand that has nothing to do with somebody
// learns nothing until they are erased, and then what its feed says as well: their
// brands are erased too, and a system that was told of them has to hear. Another
// system, and who makes a name up, learn nothing.
func TestState_of_the_erased(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	const address = "mira@mail.example.com"
	subject, err := k.Identity.Register(t.Context(), address, "hibiki")
	if err != nil {
		t.Fatal(err)
	}
	name, err := k.DB.Ring().Pairwise("media", subject)
	if err != nil {
		t.Fatal(err)
	}
	path := "/api/v1/subjects/" + name + "/state"
	foreign, other := k.key(forBrand("kawara"), ofSystem("media")), k.key(ofSystem("shop"))
	unknown := func() {
		t.Helper()
		for _, a := range []*testkit.Answer{
			k.ask(other, "GET", path, ""),
			k.ask(foreign, "GET", "/api/v1/subjects/"+id.New()+"/state", ""),
			k.ask(foreign, "GET", "/api/v1/subjects/"+string(subject)+"/state", ""),
		} {
			k.refused(a, http.StatusNotFound, "not-found")
		}
	}
	unknown()
	k.refused(k.ask(foreign, "GET", path, ""), http.StatusNotFound, "not-found")
	at := k.feed(foreign, "?after=latest").Next
	erase(t, k, address)
	unknown()
	var told stateBody
	k.want(http.StatusOK, &told, foreign, "GET", path, "")
	lines := k.feed(foreign, "?after="+at).Changes
	if len(lines) != 1 || lines[0].Data.Subject != name || !told.Data.Erased || told.Data.Fields != nil || len(told.Data.Permissions) > 0 {
		t.Errorf("got %+v, and the feed tells %+v", told, lines)
	}
}

// erase ends somebody.
func erase(t *testing.T, k *kit, address string) {
	t.Helper()
	_, err := k.DB.Commit(t.Context(), ledger.Change{
		Subject: k.subject(address), Base: ledger.AnyVersion, At: k.clock.Now(), Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"},
		Entries: []ledger.Draft{{Kind: rights.SubjectErased}},
		Rows:    []any{rights.Erased{Certificate: id.New(), Number: "R-TEST-0001", Plan: rights.PlanErasure(rights.Holding{})}},
	})
	if err != nil {
		t.Fatal(err)
	}
}
