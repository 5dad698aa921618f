package console_test

import (
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"livingprofile/internal/audience"
	"livingprofile/internal/authz"
	"livingprofile/internal/id"
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
		"what.1.2": {"field:event-city"}, "compare.1.2": {"known"}, "give": {"event-city"},
	}
	if a := c.Post("/console/audiences/count", counted(form)); a.Status != http.StatusOK {
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
	inFile, _, _ := strings.Cut(strings.Split(file.Body, "\r\n")[1], ",")
	copied, err := s.Copy(t.Context(), id.Subject(inFile), "hibiki", "en")
	if err != nil {
		t.Fatal(err)
	}
	wantIn(t, "the copy of somebody in the file", unpacked(t, copied, "recipients.json"), "our privacy staff", "audience.exported")
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
		"a field the purpose does not use": {"what.1.2", "field:birthday"},
		"what is not offered":              {"what.1.2", "field:no-such"},
		"a comparison that does not fit":   {"compare.1.2", "at-least"},
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

// counted is a form as the button sends it that counts.
func counted(form url.Values) url.Values {
	form = maps.Clone(form)
	form.Set("act", "count")
	return form
}

// An audience is changed: its conditions in groups, its next version in the
// ledger, and nobody's approval of what it was holds for what it is.
func TestChangeAudience(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := desk(t, s, authz.DPO)
	a, err := s.Audience.Create(t.Context(), audience.Audience{
		Name: "Readers", Brand: "hibiki", Purpose: "newsletter", Where: audience.Expr{Any: []audience.Expr{
			{Field: "event-city", Compare: audience.Is, Value: "Berlin"}, {Not: &audience.Expr{Field: "event-city", Compare: audience.Known}},
		}},
	}, ledger.Actor{Kind: ledger.ByProgram, ID: "test"})
	if err != nil {
		t.Fatal(err)
	}
	path := "/console/audiences/" + a.ID
	approve(t, s, c, path, "csv")
	edit := c.Page(path + "/edit")
	wantIn(t, "the form", edit, "Group 2", `value="Berlin"`, "Any of these: City for events: Berlin · (Not: City for events is known)", `aria-live="polite"`)
	wantOut(t, "the form", edit, "Group 3")

	form := url.Values{
		"version": {"1"}, "name": {"Readers"}, "purpose": {"newsletter"}, "brand": {"hibiki"}, "channel": {"email"}, "match": {"all"},
		"match.1": {"any"}, "what.1.1": {"field:event-city"}, "compare.1.1": {"is"}, "value.1.1": {"Berlin"},
		"what.1.2": {"field:event-city"}, "compare.1.2": {"is"}, "value.1.2": {"Kyoto"},
		"match.3": {"none"}, "what.3.4": {"field:event-city"}, "compare.3.4": {"contains"}, "value.3.4": {"Ham"},
	}
	said := "All of these: (Any of these: City for events: Berlin · City for events: Kyoto) · (Not: City for events contains Ham)"
	live := c.Post(path+"/count", form)
	if live.Status != http.StatusOK {
		t.Errorf("counted while writing: got %d", live.Status)
	}
	wantIn(t, "counted while writing", live.Body, said, "who were asked about", "They are to be reached by: E-mail")
	more := maps.Clone(form)
	more.Set("act", "row.3")
	wantIn(t, "room for a condition", c.Post(path+"/count", more).Body, `name="what.3.5"`)
	more.Set("act", "group")
	wantIn(t, "room for a group", c.Post(path+"/count", more).Body, "Group 2", `name="what.2.2"`)
	half := maps.Clone(form)
	half.Del("value.1.1")
	if live := c.Post(path+"/count", half); live.Status != http.StatusOK || !strings.Contains(live.Body, "Not counted yet") || strings.Contains(live.Body, `aria-invalid="true"`) {
		t.Errorf("half written: got %d", live.Status)
	}
	if a := c.Post(path+"/edit", half); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, `href="#f-value.1.1"`) {
		t.Errorf("half written and saved: got %d, want 422 at its row", a.Status)
	}

	if a := c.Post(path+"/edit", form); a.Status != http.StatusSeeOther {
		t.Fatalf("saved: got %d %s", a.Status, a.Body)
	}
	wantIn(t, "its page", c.Page(path), "Version 2", "Any of these: City for events: Berlin")
	wantIn(t, "its form again", c.Page(path+"/edit"), said, `value="Kyoto"`)
	if a := c.Post(path+"/export", url.Values{"format": {"csv"}}); a.Status != http.StatusForbidden {
		t.Errorf("what was approved before it changed: got %d, want 403", a.Status)
	}
	if a := c.Post(path+"/edit", form); a.Status != http.StatusConflict || !strings.Contains(a.Body, `name="version" value="2"`) {
		t.Errorf("saved over a newer version: got %d, want 409 with the form", a.Status)
	}
	form.Set("version", "2")
	if a := c.Post(path+"/edit", form); a.Status != http.StatusSeeOther {
		t.Errorf("saved with nothing changed: got %d", a.Status)
	}
	found, err := s.DB.Search(t.Context(), ledger.Search{Kind: "audience.changed", Limit: 3})
	if err != nil || len(found) != 1 {
		t.Errorf("got %d entries and %v, want 1", len(found), err)
	}
}

// A condition that is deeper than the form is said in words, and stays when
// something else is changed.
func TestChangeDeepAudience(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	city := audience.Expr{Field: "event-city", Compare: audience.Known}
	deep := audience.Expr{Not: &audience.Expr{All: []audience.Expr{city, {Any: []audience.Expr{city, city}}}}}
	a, err := s.Audience.Create(t.Context(), audience.Audience{Name: "Deep", Brand: "hibiki", Purpose: "newsletter", Where: deep},
		ledger.Actor{Kind: ledger.ByProgram, ID: "test"})
	if err != nil {
		t.Fatal(err)
	}
	c, path := desk(t, s, authz.DPO), "/console/audiences/"+a.ID+"/edit"
	page := c.Page(path)
	wantIn(t, "the form", page, "deeper than this form", "Not: All of these: City for events is known · (Any of these:")
	wantOut(t, "the form", page, `name="what.1.1"`)
	if a := c.Post(path, url.Values{"version": {"1"}, "name": {"Deeper"}, "purpose": {"newsletter"}, "brand": {"hibiki"}, "channel": {""}}); a.Status != http.StatusSeeOther {
		t.Fatalf("got %d", a.Status)
	}
	now, err := s.Audience.Find(t.Context(), a.ID)
	if err != nil || now.Name != "Deeper" || now.Version != 2 || !reflect.DeepEqual(now.Where, deep) {
		t.Errorf("got %+v, %v", now, err)
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
		"act": {"count"}, "name": {"x"}, "purpose": {"newsletter"}, "brand": {"hibiki"}, "match": {"all"}, "what.1.1": {"field:event-city"}, "compare.1.1": {"known"},
	}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("counted for another brand: got %d, want 422", a.Status)
	}
}
