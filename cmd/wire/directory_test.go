package wire_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/connector"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestDirectory drives the SCIM connector against our own SCIM, of another
// installation: what is decided here holds there.
func TestDirectory(t *testing.T) {
	there := testkit.NewSite(t, testkit.SiteOptions{})
	_, key, err := there.Keys().Make(t.Context(), authz.APIKey{
		Name: "peer", System: "crm", Brand: authz.AllBrands, Scopes: []authz.Permission{authz.ProfileRead, authz.ProfileWrite},
		Fields: []string{authz.AllFields}, ExpiresAt: time.Now().Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	here := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) {
		s.Outbound = []string{"127.0.0.1"}
		secrets := filepath.Join(s.Database, "secrets")
		if err := os.MkdirAll(secrets, 0o700); err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(filepath.Join(secrets, "peer"), []byte(key), 0o600); err != nil {
			t.Error(err)
		}
	}})
	reader, name := subscriber(t, here)
	c := here.Client(t)
	c.Enter("hibiki", reader, false)
	c.Answer("hibiki", "newsletter", "no")
	c.Answer("hibiki", "recommendations", "no")
	link(t, here, &connector.Link{
		Name: "scim", URL: there.URL + "/scim/v2", Secret: "peer", Brands: []string{"hibiki"}, Topics: map[string]string{"recommendations": "tips"},
		Fields: map[string]string{"given-name": "name.givenName", "email": "emails", "event-city": "urn:livingprofile:scim:2.0:Profile:event-city"},
	})
	user := func() map[string]any {
		c := there.Client(t)
		a := c.Do(c.Request("POST", "/scim/v2/.search", strings.NewReader(
			`{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"externalId eq \"`+name+`\""}`),
			"Authorization", "Bearer "+key, "Content-Type", "application/scim+json"))
		var got struct{ Resources []map[string]any }
		if a.Status != http.StatusOK || json.Unmarshal([]byte(a.Body), &got) != nil {
			t.Fatalf("got %d %s", a.Status, a.Body)
		}
		if len(got.Resources) == 0 {
			return nil
		}
		return got.Resources[0]
	}
	becomes := func(what string, is func(map[string]any) bool) map[string]any {
		t.Helper()
		return testkit.Eventually(t, what, func() (map[string]any, bool) {
			got := user()
			return got, is(got)
		})
	}
	if user() != nil {
		t.Error("somebody who allows nothing is made")
	}
	subject, err := here.Identity.ByEmail(t.Context(), reader)
	if err != nil {
		t.Fatal(err)
	}
	c.Answer("hibiki", "recommendations", "yes")
	got := becomes("the user", func(u map[string]any) bool { return u != nil && u["active"] == true })
	emails, _ := got["emails"].([]any)
	if len(emails) != 1 || got["name"] == nil {
		t.Errorf("got %v", got)
	}
	testkit.Eventually(t, "its id to be known", func() (identity.Identifier, bool) {
		all, err := here.DB.Identifiers(t.Context(), subject)
		for _, i := range all {
			if err == nil && i.Scope == "newsletter" && i.Value == got["id"] {
				return i, true
			}
		}
		return identity.Identifier{}, false
	})
	c.Answer("hibiki", "recommendations", "no")
	becomes("the user to be inactive", func(u map[string]any) bool { return u["active"] == false && u["emails"] == nil })
	c.Answer("hibiki", "recommendations", "yes")
	becomes("the user to be active", func(u map[string]any) bool { return u["active"] == true && u["emails"] != nil })

	r, _, err := here.Rights.File(t.Context(), rights.Filing{
		Subject: subject, Actor: ledger.Self(subject), Kind: rights.Erasure, Proof: rights.Proof{Fresh: true},
		Brand: "hibiki", Locale: "en", Zone: time.UTC, Pack: here.Laws.For("JP", time.Now()),
	})
	if err == nil {
		err = here.Rights.Carry(t.Context(), subject, r.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	becomes("the user to be gone", func(u map[string]any) bool { return u == nil })
}
