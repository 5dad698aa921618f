package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"livingprofile/internal/testkit"
)

// A stop is a page, or a state of one, that everybody may come to.
type stop struct {
	name   string
	status int // that the page comes with; 0 for 200
	// lead goes there and returns the status.
	lead func(r *tour) int
	page bool // a whole page rather than a state of one
}

// A tour goes to every stop, one after the other, in one language. What one
// stop leaves behind the next may need.
type tour struct {
	*visitor
	other   *visitor // somebody at another browser
	seen    *visitor // whose window is looked at
	link    string   // the last one mailed
	request string   // where the last one is that was asked for
}

// The looks that the stops take in turns: two that are two apart are both widths
// and both themes.
var looks = [...]testkit.View{
	{Width: 1280, Height: 900},
	{Width: 1280, Height: 900, Dark: true},
	{Width: 360, Height: 740, Phone: true, Dark: true},
	{Width: 360, Height: 740, Phone: true},
}

// tongues are the languages of the tours: before a release with the one that is
// read from right to left, which shorter tests look at always.
func tongues() []string {
	if testkit.Long() {
		return []string{"en", "ja", "ar"}
	}
	return []string{"en", "ja"}
}

// TestEveryPage looks at every page and state, in each of tongues, for whatever
// keeps anybody from reading or using it: WCAG 2.2 AA by axe, words that are
// missing, scrolling sideways, complaints of the browser, requests elsewhere.
// With LIVINGPROFILE_GALLERY it leaves a picture of each in that folder, for
// those who look for the rest.
func TestEveryPage(t *testing.T) {
	axe(t)
	w := open(t)
	people := map[string]string{"en": thomas, "ja": aiko, "ar": layla}
	for l, locale := range tongues() {
		t.Run(locale, func(t *testing.T) {
			t.Parallel()
			v := testkit.View{Locale: locale, Still: true}
			r := &tour{visitor: w.visit(t, v, people[locale]), other: w.visit(t, v, people[locale])}
			for i, s := range stops() {
				t.Run(s.name, func(t *testing.T) {
					r.call(t, &s, i, l)
				})
			}
		})
	}
}

func stops() []stop {
	var all []stop
	for _, part := range [][]stop{
		signedOutStops(), signInStops(), dataStops(), allowStops(), receiptStops(), getStops(), otherStops(), outsideStops(), safetyStops(), rightsStops(), othersStops(), lastStops(),
	} {
		all = append(all, part...)
	}
	return all
}

// turn returns the look that stop i is looked at in language l, if any: a page in
// two languages and in opposite looks, so that both widths and both themes are
// seen; a state of a page in one. What is cheap to look for is looked for
// everywhere, and axe is asked in one language, before a release in both: pages
// are made of the same parts.
func turn(s *stop, i, l int) (look testkit.View, thorough, ok bool) {
	switch n := len(tongues()); l {
	case i % n:
		return looks[i%len(looks)], true, true
	case (i + 1) % n:
		return looks[(i+2)%len(looks)], testkit.Long(), s.page
	}
	return testkit.View{}, false, false
}

// call leads to stop i in language l and looks at it.
func (r *tour) call(t *testing.T, s *stop, i, l int) {
	r.visitor, r.other = r.visitor.in(t), r.other.in(t)
	r.seen = r.visitor
	status := s.status
	if status == 0 {
		status = http.StatusOK
	}
	want(t, "status", s.lead(r), status)
	was := r.seen.View()
	if look, thorough, ok := turn(s, i, l); ok {
		look.Locale, look.Still = was.Locale, true
		r.seen.Look(look)
		if thorough {
			r.seen.accessible()
		}
		if folder := os.Getenv("LIVINGPROFILE_GALLERY"); folder != "" {
			r.seen.Shot(filepath.Join(folder, s.name+"."+look.String()+".png"))
		}
		r.seen.narrow()
	}
	r.seen.sound()
	r.seen.quiet()
	r.seen.Look(testkit.View{Locale: was.Locale, Still: true})
}

// at is a page with an address below the portal.
func at(name, path string) stop {
	return stop{name: name, page: true, lead: func(r *tour) int { return r.to(path) }}
}

// fault is a page that says why there is none.
func fault(name, path string, status int) stop {
	return stop{name: name, status: status, lead: func(r *tour) int { return r.Open(r.w.URL + path) }}
}

// inPlace is a state that a page takes without being loaded again.
func inPlace(name string, do func(r *tour), until string) stop {
	return stop{name: name, lead: func(r *tour) int {
		do(r)
		r.Until("document.querySelector(`" + until + "`)")
		return http.StatusOK
	}}
}
