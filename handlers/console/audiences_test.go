package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

var audienceIn = regexp.MustCompile(`/console/audiences/([0-9a-v]{26})"`)

// An audience is built, counted, saved, looked into and taken, and the ledger
// says so.
func TestAudience(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := desk(t, s, authz.DPO)
	form := url.Values{
		"name": {"Everybody with a city"}, "purpose": {"newsletter"}, "brand": {"hibiki"}, "match": {"all"},
		"what.2": {"field:event-city"}, "compare.2": {"known"}, "give": {"event-city"},
	}
	if a := c.Post("/console/audiences/count", form); a.Status != http.StatusOK {
		t.Fatalf("count: got %d", a.Status)
	} else {
		wantIn(t, "the count", a.Body, "who were asked about", "Left out", "Not asked yet", "Everybody with a city")
	}
	a := c.Post("/console/audiences", form)
	if a.Status != http.StatusSeeOther {
		t.Fatalf("save: got %d", a.Status)
	}
	path := a.Location()
	wantIn(t, "its page", c.Page(path), "Everybody with a city", "City for events is known", "Hibiki Instruments")
	few := c.Post(path+"/people", nil)
	wantIn(t, "a few people", few.Body, `href="/console/people/`, "City for events: ")
	if a := c.Post(path+"/export", url.Values{"format": {"csv"}}); a.Status != http.StatusForbidden {
		t.Errorf("an export that nobody approved: got %d, want 403", a.Status)
	}
	approve(t, s, c, path, "csv")
	wantIn(t, "approved", c.Page(path), "You can take it once", "CSV")
	file := c.Post(path+"/export", url.Values{"format": {"csv"}})
	if file.Status != http.StatusOK || !strings.HasPrefix(file.Body, "subject,event-city\r\n") || !strings.Contains(file.Body, "# members=") {
		t.Errorf("export: got %d %.200s", file.Status, file.Body)
	}
	if a := c.Post(path+"/export", url.Values{"format": {"csv"}}); a.Status != http.StatusForbidden {
		t.Errorf("a second export: got %d, want 403", a.Status)
	}
	for _, kind := range []string{"audience.created", "audience.previewed", "audience.exported", "approval.asked", "approval.approved", "approval.used"} {
		found, err := s.DB.Search(t.Context(), ledger.Search{Kind: kind, Limit: 1})
		if err != nil || len(found) != 1 {
			t.Errorf("%s: got %d entries and %v", kind, len(found), err)
		}
	}
	if a := c.Post(path+"/remove", nil); a.Status != http.StatusSeeOther {
		t.Errorf("remove: got %d", a.Status)
	}
	if a := c.Get(path); a.Status != http.StatusNotFound {
		t.Errorf("after it was removed: got %d, want 404", a.Status)
	}
	for what, change := range map[string][2]string{
		"a field the purpose does not use": {"what.2", "field:birthday"},
		"what is not offered":              {"what.2", "field:no-such"},
		"a comparison that does not fit":   {"compare.2", "at-least"},
		"no purpose":                       {"purpose", "nothing"},
	} {
		wrong := url.Values{}
		for name, values := range form {
			wrong[name] = values
		}
		wrong.Set(change[0], change[1])
		if a := c.Post("/console/audiences", wrong); a.Status != http.StatusUnprocessableEntity || strings.Contains(a.Body, "⟦") {
			t.Errorf("%s: got %d, want 422 with words", what, a.Status)
		}
	}
}

// A brand's manager sees the audiences of that brand, counts them, and meets
// nobody.
func TestAudienceOfABrand(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := desk(t, s, authz.BrandManager, "tsubame")
	page := c.Page("/console/audiences")
	wantIn(t, "the list", page, "Trained three times")
	wantOut(t, "the list", page, "Newsletter readers", "Resting heart rate")
	own := audienceIn.FindStringSubmatch(page)
	all := audienceIn.FindAllStringSubmatch(desk(t, s, authz.DPO).Page("/console/audiences"), -1)
	if own == nil || len(all) != 2 {
		t.Fatalf("got %v and %v", own, all)
	}
	wantOut(t, "its page", c.Page("/console/audiences/"+own[1]), "JSON Lines", "/console/people/")
	for _, m := range all {
		want := http.StatusNotFound
		if m[1] == own[1] {
			want = http.StatusOK
		}
		if a := c.Get("/console/audiences/" + m[1]); a.Status != want {
			t.Errorf("got %d, want %d", a.Status, want)
		}
	}
	if a := c.Post("/console/audiences/"+own[1]+"/people", nil); a.Status != http.StatusForbidden {
		t.Errorf("its people: got %d, want 403", a.Status)
	}
	if a := c.Post("/console/audiences/count", url.Values{
		"name": {"x"}, "purpose": {"newsletter"}, "brand": {"hibiki"}, "match": {"all"}, "what.1": {"field:event-city"}, "compare.1": {"known"},
	}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("counted for another brand: got %d, want 422", a.Status)
	}
}
