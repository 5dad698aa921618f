package portal

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/consent"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
)

// Whoever comes after somebody with the same answers must see their own page,
// to the letter, and nothing of the other's.
func TestDrawn_rows_are_what_would_be_drawn_anew(t *testing.T) {
	org := declared(t)
	kept := &texts{}
	people := []struct {
		name, csrf string
		consents   consent.State
	}{
		{"nobody", "<token of nobody>", consent.State{}},
		{"yes", "token of yes", answered(org.AllPurposes(), consent.Given, noon.Add(-time.Hour))},
		{"no", "token of no", answered(org.AllPurposes(), consent.Refused, noon.AddDate(0, -1, 0))},
		{"yes_later", "token of yes later", answered(org.AllPurposes(), consent.Given, noon.AddDate(0, 0, -3))},
		{"deferred", "token of deferred", answered(org.AllPurposes(), consent.Deferred, noon)},
	}
	for _, locale := range []string{"en", "ja", "ar"} {
		for _, brand := range []string{"hibiki", "tsubame"} {
			drawn := 0
			for _, p := range people {
				s := newSight(t, org, brand, locale, func(s *sight) { s.facts.Consents, s.texts = p.consents, kept })
				f := layout.Frame{Base: s.base, CSRF: p.csrf}
				page := s.allowPage()
				got := rendered(t, s, f, page)
				drawn += anew(&page)
				if diff := cmp.Diff(got, rendered(t, s, f, page)); diff != "" {
					t.Errorf("%s, %s, %s (-drawn +anew):\n%s", locale, brand, p.name, diff)
				}
			}
			if drawn == 0 {
				t.Errorf("%s, %s: no row was drawn before", locale, brand)
			}
		}
	}
}

// answered is a state of one status about every purpose.
func answered(purposes []*consent.PurposeVersion, status consent.Status, at time.Time) consent.State {
	s := consent.State{}
	for _, v := range purposes {
		id := consent.RecordID(string(v.Purpose) + at.Format(time.DateOnly))
		s[consent.Key{Purpose: v.Purpose}] = consent.Standing{Record: id, Version: v.Number, Status: status, At: at}
	}
	return s
}

func rendered(t *testing.T, s *sight, f layout.Frame, page view.AllowPage) string {
	t.Helper()
	var b strings.Builder
	if err := view.Allow(f, page).Render(s.ctx, &b); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(b.String(), "<", "\n<")
}

// anew has the rows of page drawn anew, and counts those that were not.
func anew(page *view.AllowPage) (n int) {
	forget := func(item *view.PurposeItem) {
		if item.Drawn != nil {
			n++
		}
		item.Drawn = nil
	}
	for i := range page.Groups {
		if page.Groups[i].Parent != nil {
			forget(page.Groups[i].Parent)
		}
		for k := range page.Groups[i].Items {
			forget(&page.Groups[i].Items[k])
		}
	}
	return n
}
