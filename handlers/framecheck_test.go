package handlers_test

import (
	"net/url"
	"strings"
	"testing"

	"livingprofile/internal/testkit"
)

// TestFrameCheck: each thing that a brand's site can get wrong is said with the
// way to mend it, and looking at a link spends nothing.
func TestFrameCheck(t *testing.T) {
	f := newFrames(t, testkit.OnSQLite)
	c := f.Client(t)
	link := f.link(wholeFrame)
	token := link[strings.LastIndex(link, "/")+1:]
	for _, tt := range []struct{ name, query, want string }{
		{"origin_allowed", "origin=" + parent, "Your site is allowed"},
		{"origin_missing", "origin=https://shop.example", "Your site is not allowed"},
		{"origin_with_a_path", "origin=" + parent + "/", "This is not an origin"},
		{"no_https", "origin=http://www.hibiki.example", "Your site is not on https"},
		{"good_link", "origin=" + parent + "&link=" + token, "Your server makes good links"},
		{"link_for_another_site", "origin=https://shop.example&link=" + token, "The link is for another site"},
		{"no_such_link", "origin=" + parent + "&link=" + strings.Repeat("A", 43), "The link is used or too old"},
		{"no_scope", "origin=" + parent + "&failed=403", "The key may not make such links"},
		{"no_answer", "origin=" + parent + "&failed=502", "Your server gave no link"},
		{"no_policy", "", "frame-src " + f.URL},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := f.Client(t).Get("/embed/hibiki/check?" + strings.ReplaceAll(tt.query, "://", "%3A%2F%2F"))
			if a.Status != 200 || !strings.Contains(a.Body, tt.want) || ancestors(a) != parent {
				t.Errorf("got %d, shown by %q, and not %q", a.Status, ancestors(a), tt.want)
			}
			if strings.Contains(a.Body, token) {
				t.Error("the page repeats the link")
			}
		})
	}
	if a := c.Get("/embed/kawara/check?origin=" + url.QueryEscape(parent) + "&link=" + token); !strings.Contains(a.Body, "The link is for another brand") {
		t.Error("a link of another brand is not told")
	}
	if a := spend(c, link); a.Status != 200 {
		t.Errorf("looking has spent the link: got %d", a.Status)
	}
	if a := c.Get("/embed/nobody/check"); a.Status != 404 {
		t.Errorf("no brand: got %d, want 404", a.Status)
	}
}
