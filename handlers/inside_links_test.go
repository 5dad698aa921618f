package handlers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"livingprofile/internal/testkit"
)

// TestInsideLeads: whatever a page in a frame leads to is there, or says that it
// opens a window of its own.
func TestInsideLeads(t *testing.T) {
	f := newFrames(t, testkit.OnSQLite)
	for _, address := range []string{thomas, aiko, "layla.haddad@example.net"} {
		t.Run(address, func(t *testing.T) {
			c := f.enter(strings.Replace(wholeFrame, thomas, address, 1))
			const start = "/embed/hibiki/in"
			seen, next := map[string]bool{start: true}, []string{start}
			for len(next) > 0 {
				page := next[0]
				next = next[1:]
				a := c.Get(page)
				if a.Status == http.StatusNotFound {
					if _, path, _ := strings.Cut(page, start); !strings.Contains(a.Body, `href="/hibiki`+path+`"`) {
						t.Errorf("%s is neither there nor elsewhere", page)
					}
					continue
				}
				if a.Status != http.StatusOK {
					t.Errorf("%s: got %d", page, a.Status)
					continue
				}
				for _, l := range leads(t, a.Body) {
					u, err := url.Parse(l.to)
					if err != nil {
						t.Fatal(err)
					}
					switch {
					case u.IsAbs() || u.Path == "":
					case !strings.HasPrefix(u.Path, start):
						if !l.outside {
							t.Errorf("%s leads to %s within the frame", page, u.Path)
						}
					case l.post:
						if !f.insideTakes(u.Path) {
							t.Errorf("%s has a form for %s, which is not there", page, u.Path)
						}
					default:
						path := strings.TrimSuffix(u.Path, "/")
						if !seen[path] {
							next = append(next, path)
						}
						seen[path] = true
					}
				}
			}
			if len(seen) < 20 {
				t.Errorf("found %d pages", len(seen))
			}
		})
	}
}

// insideTakes tells whether something may be posted to path.
func (f *frames) insideTakes(path string) bool {
	parts := strings.Split(path, "/")
	for _, r := range f.Server.Routes() {
		route := strings.Split(r.Path, "/")
		if r.Method == http.MethodPost && slices.EqualFunc(route, parts, func(want, got string) bool {
			return want == got || strings.HasPrefix(want, ":")
		}) && strings.HasPrefix(r.Path, "/embed/:brand/in") {
			return true
		}
	}
	return false
}

// A lead is where a link or a form of a page goes.
type lead struct {
	to            string
	post, outside bool
}

func leads(t *testing.T, page string) (all []lead) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		at := map[string]string{}
		for _, a := range n.Attr {
			at[a.Key] = a.Val
		}
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "a" && at["href"] != "":
			all = append(all, lead{to: at["href"], outside: at["target"] == "_blank"})
		case n.Data == "form":
			all = append(all, lead{to: at["action"], post: at["method"] == "post", outside: at["target"] == "_blank"})
		}
	}
	return all
}
