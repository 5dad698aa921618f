package scim_test

import (
	"fmt"
	"net/http"

	"golang.org/x/sync/errgroup"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/demo"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/scim"
)

// declare has deleting a user of a system mean something.
func (k *kit) declare(system string, l scim.Leaving) {
	k.t.Helper()
	draft, err := demo.Draft()
	if err != nil {
		k.t.Fatal(err)
	}
	for i := range draft.Declared.Systems {
		if s := &draft.Declared.Systems[i]; s.Name == system {
			s.SCIM.Leaving = l
		}
	}
	if _, err := k.Declare(k.t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"}}); err != nil {
		k.t.Fatal(err)
	}
}

// leavingTakesBack: where it is declared so, deleting a user takes back what the
// system told of them, and nothing that others did; or it asks for erasure.
func leavingTakesBack(k *kit) {
	for leaving, want := range map[scim.Leaving]struct {
		told  string // of what the system said, that stays
		asked int    // requests for erasure
	}{scim.Clear: {"", 0}, scim.Request: {"Ren", 1}} {
		k.declare("crm", leaving)
		made := k.want(201, "POST", "/scim/v2/Users", `{`+schemas+`,"userName":"`+string(leaving)+`","name":{"givenName":"Ren"}}`)
		path := "/scim/v2/Users/" + made["id"].(string)
		subject, err := k.DB.Ring().Paired("crm", made["id"].(string))
		if err != nil {
			k.t.Fatal(err)
		}
		requests := func() []rights.Request {
			d, err := k.Rights.Docket(k.t.Context(), subject)
			if err != nil {
				k.t.Fatal(err)
			}
			return d.Requests
		}
		if a, _ := k.ask(k.key, "DELETE", path, "", "If-Match", `W/"older"`); a.Status != http.StatusPreconditionFailed || len(requests()) > 0 {
			k.t.Errorf("%s, of what it did not see: got %d and %d requests", leaving, a.Status, len(requests()))
		}
		k.want(204, "DELETE", path, "")
		k.want(404, "GET", path, "")
		facts, err := k.DB.Facts(k.t.Context(), subject)
		if err != nil {
			k.t.Fatal(err)
		}
		if claim, _ := facts.Profile.Of("given-name", "crm"); claim.Value != want.told {
			k.t.Errorf("%s: got %q, want %q", leaving, claim.Value, want.told)
		}
		asked := requests()
		if len(asked) != want.asked {
			k.t.Fatalf("%s: got %+v", leaving, asked)
		}
		for _, r := range asked {
			if r.Kind != rights.Erasure || r.State != rights.Acknowledged || !r.PassedOnBy("crm") {
				k.t.Errorf("got %+v", r)
			}
		}
	}
}

// thousand: a client that goes through more users than any page has meets each
// of them once, and a filter that would have to look through them all is refused.
func thousand(k *kit) {
	const users, page = 1003, 200
	program := ledger.Actor{Kind: ledger.ByProgram, ID: "test"}
	var all errgroup.Group
	all.SetLimit(16)
	for i := range users {
		all.Go(func() error {
			c := identity.New(nil, program, k.Clock.Now())
			e := scim.Enrolment{System: "shop", Subject: c.Subject, Name: fmt.Sprint("user", i), Active: true, CreatedAt: c.At, ChangedAt: c.At}
			c.Rows, c.Entries = append(c.Rows, e), append(c.Entries, scim.Entry(scim.EnrolmentStarted, e.System))
			_, err := k.DB.Commit(k.t.Context(), c)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		k.t.Fatal(err)
	}
	k.key = k.makeKey("shop", []string{authz.AllFields}, authz.ProfileRead)
	met := map[string]bool{}
	for start := 1; start <= users; start += page {
		got := k.want(200, "GET", fmt.Sprintf("/scim/v2/Users?startIndex=%d&count=1000&attributes=userName", start), "")
		want := min(page, users-start+1)
		if got["totalResults"] != float64(users) || got["itemsPerPage"] != float64(want) || got["startIndex"] != float64(start) {
			k.t.Errorf("from %d: got %v to %v of %v", start, got["startIndex"], got["itemsPerPage"], got["totalResults"])
		}
		for _, u := range got["Resources"].([]any) {
			met[u.(map[string]any)["id"].(string)] = true
		}
	}
	if len(met) != users {
		k.t.Errorf("met %d of %d", len(met), users)
	}
	for filter, want := range map[string]int{`userName eq \"user1002\"`: 200, `userName sw \"user\"`: 400} {
		if a, got := k.ask(k.key, "POST", "/scim/v2/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"`+filter+`"}`); a.Status != want || want == 400 && got["scimType"] != "tooMany" {
			k.t.Errorf("%s: got %d %s", filter, a.Status, a.Body)
		}
	}
}
