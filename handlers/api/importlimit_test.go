package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/identity"
	"livingprofile/internal/intake"
	"livingprofile/internal/testkit"
)

// letterMap brings in what the shop may hold, of the brand hibiki.
const letterMap = `required: [no]
identifiers:
  - {kind: customer, column: no}
  - {kind: email, column: mail}
fields:
  - {field: given-name, column: first}
  - {field: family-name, column: last}
  - {field: company, column: firm}
consents:
  - {purpose: newsletter, column: news, values: {"yes": given, "no": refused}}
activities:
  - {kind: order, event: {column: bill}, if: bill, at: {column: day}, brand: {column: site}}
`

func without(scope authz.Permission) func(*authz.APIKey) {
	return func(k *authz.APIKey) {
		var left []authz.Permission
		for _, s := range k.Scopes {
			if s != scope {
				left = append(left, s)
			}
		}
		k.Scopes = left
	}
}

// TestImports_beyond_the_key: a key brings in by a file what it could tell one
// by one. What is beyond it was taken in, for only its system was looked at.
func TestImports_beyond_the_key(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	file := piece{"file", "people.csv", csvType, "no,mail\n900,zora@example.net\n"}
	send := func(key, text string) *testkit.Answer {
		kind, body := formOf(t, piece{"map", "letters.yaml", "", text}, file)
		return k.send(key, "", kind, body)
	}
	change := func(old, new string) string { return strings.Replace(letterMap, old, new, 1) }
	for name, tt := range map[string]struct {
		limit func(*authz.APIKey)
		text  string
		path  string // of what is refused
		word  string // in its detail
	}{
		"a_field":                    {withFields("given-name", "company", "order"), letterMap, "map.fields.1.field", "family-name"},
		"an_optional_field":          {withFields("given-name", "company", "order"), change("column: last", "column: last, optional: true"), "map.fields.1.field", "family-name"},
		"a_field_of_another_brand":   {forBrand("tsubame"), letterMap, "map.fields.2.field", "company"},
		"a_kind":                     {withFields("given-name", "family-name", "company"), letterMap, "map.activities.0.kind", "order"},
		"a_kind_that_a_cell_names":   {withFields("given-name", "family-name", "company"), change("kind: order", "kind_of: {column: what}"), "map.activities.0.kind", "order"},
		"a_kind_of_another_brand":    {forBrand("tsubame"), letterMap, "map.activities.0.kind", "order"},
		"no_scope_for_values":        {without(authz.ProfileWrite), letterMap, "map.identifiers", "profile:write"},
		"no_scope_for_consents":      {without(authz.ConsentWrite), letterMap, "map.consents", "consent:write"},
		"no_scope_for_activities":    {without(authz.ActivityWrite), letterMap, "map.activities", "activity:write"},
		"a_purpose_of_another_brand": {forBrand("tsubame"), change("newsletter", "reviews"), "map.consents.0.purpose", "reviews"},
		"numbers_of_another_system":  {func(*authz.APIKey) {}, change("column: no}", "column: no, scope: crm}"), "map.identifiers.0.scope", "crm"},
		"accounts_of_a_provider":     {func(*authz.APIKey) {}, change("kind: customer, column: no", "kind: external, column: no, scope: sso"), "map.identifiers.0.kind", "external"},
	} {
		t.Run(name, func(t *testing.T) {
			p := k.refused(send(k.key(ofSystem("shop"), tt.limit), tt.text), http.StatusForbidden, "forbidden")
			found := false
			for _, e := range p.Errors {
				found = found || e.Path == tt.path && strings.Contains(e.Detail, tt.word)
			}
			if !found {
				t.Errorf("got %+v, want %s about %s", p, tt.path, tt.word)
			}
		})
	}
	// A ready-made map is one like any other.
	k.refused(k.send(k.key(ofSystem("shop"), withFields("given-name")), "?map=generic", csvType, "email\n"), http.StatusForbidden, "forbidden")
	if _, err := k.DB.NextUpload(t.Context(), false); err == nil {
		t.Error("what was refused waits to be imported")
	}
	// What a limited key reaches is taken, and what is declared meanwhile makes
	// no difference to how far it reaches.
	key := k.key(ofSystem("shop"), withFields("given-name", "family-name"), without(authz.ActivityWrite), without(authz.ConsentWrite))
	few, _, _ := strings.Cut(strings.Replace(letterMap, "  - {field: company, column: firm}\n", "", 1), "consents:")
	one := k.taken(send(key, few))
	_, _, err := k.Desk().Receive(t.Context(), intake.Upload{
		Source: "shop", Map: "own", MapText: []byte(letterMap), Format: intake.CSV,
		Limits: &intake.Limits{Key: authz.AllBrands, Scopes: authz.Scopes(), Fields: []string{"given-name"}},
	}, strings.NewReader("no,mail\n901,yuri@example.net\n"))
	if err != nil {
		t.Fatal(err)
	}
	k.imports(time.Minute)
	if got := k.read(key, one.Import); got.State != "done" || got.Report.Created != 1 {
		t.Errorf("within the limits: got %+v", got)
	}
	all, err := k.DB.Uploads(t.Context(), 1)
	if err != nil || all[0].State != intake.Failed || all[0].Problem.ID != "error.map_beyond_key" {
		t.Errorf("beyond them by the time that it is read: got %+v, %v", all[0].State, err)
	}
}

// held is what is held of whoever has a number of a system.
func (k *kit) held(system, number string) (decision.Facts, bool) {
	k.t.Helper()
	holders, err := k.DB.Holders(k.t.Context(), identity.Customer, system, number)
	if err != nil || len(holders) == 0 {
		return decision.Facts{}, false
	}
	facts, err := k.DB.Facts(k.t.Context(), holders[0].Subject)
	if err != nil {
		k.t.Fatal(err)
	}
	return facts, true
}

// TestImports_of_a_brand: what the file of a key for one brand says counts
// there, and of the people of other brands it knows nobody.
func TestImports_of_a_brand(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			send := func(key, text, file string) imported {
				t.Helper()
				kind, body := formOf(t, piece{"map", "letters.yaml", "", text}, piece{"file", "people.csv", csvType, file})
				one := k.taken(k.send(key, "", kind, body))
				k.imports(time.Minute)
				return k.read(key, one.Import)
			}
			const names = "required: [no]\nidentifiers:\n  - {kind: customer, column: no}\n  - {kind: email, column: mail}\n" +
				"fields:\n  - {field: given-name, column: first}\n  - {field: family-name, column: last}\n"
			const zora = "no,mail,first,last\n77,zora@example.net,Zora,Marker\n"
			send(k.key(ofSystem("machines"), forBrand("tsubame")), names, zora)

			key := k.key(ofSystem("shop"), forBrand("hibiki"))
			day := k.clock.Now().Add(-time.Hour).Format(time.RFC3339)
			got := send(key, letterMap, "no,mail,first,last,news,bill,day,site\n"+
				"77,zora@example.net,Zora,Marker,no,B-1,"+day+",\n78,,Yuri,Marker,no,B-2,"+day+",tsubame\n")
			if got.Report.Created != 1 || got.Report.Refused != 1 {
				t.Errorf("got %+v, want one new record and one row of another brand", got)
			}
			facts, found := k.held("shop", "77")
			_, everywhere := facts.Consents[consent.Key{Purpose: "newsletter"}]
			if st := facts.Consents[consent.Key{Purpose: "newsletter", Scope: "hibiki"}]; !found || st.Brand != "hibiki" || everywhere {
				t.Errorf("the consent counts as %+v", facts.Consents)
			}
			var seen seenActivities
			path := k.lookup(key, "zora@example.net")
			k.want(http.StatusOK, &seen, key, "GET", path+"/activities", "")
			if len(seen.Activities) != 1 {
				t.Errorf("got the activities %+v", seen)
			}
			// The refused rows go to no key that could not have sent them.
			rejects := "/api/v1/imports/" + got.Import + "/rejects"
			k.refused(k.ask(k.key(ofSystem("shop"), forBrand("tsubame")), "GET", rejects, ""), http.StatusNotFound, "not-found")
			k.refused(k.ask(k.key(ofSystem("shop"), withFields("given-name")), "GET", rejects, ""), http.StatusForbidden, "forbidden")
			k.want(http.StatusOK, nil, key, "GET", rejects, "")

			if got := send(k.key(ofSystem("crm")), names, zora); got.Report.Created != 0 {
				t.Errorf("a key for all brands: got %+v, want somebody known", got)
			}
		})
	}
}
