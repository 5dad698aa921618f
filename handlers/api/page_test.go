package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/testkit"
)

// pages walks a list to its end, by so many items at a time, and returns them as
// they came.
func (k *kit) pages(key, path, member string, limit int) (all []string) {
	k.t.Helper()
	for next := fmt.Sprintf("%s?limit=%d", path, limit); next != ""; {
		var page map[string]json.RawMessage
		a := k.want(http.StatusOK, &page, key, "GET", next, "")
		var items []json.RawMessage
		if err := json.Unmarshal(page[member], &items); err != nil {
			k.t.Fatalf("%s: %v: %s", next, err, a.Body)
		}
		if len(items) == 0 && len(all) > 0 || len(items) > limit || len(all) > 500 {
			k.t.Fatalf("%s: a page of %d after %d", next, len(items), len(all))
		}
		for _, one := range items {
			all = append(all, string(one))
		}
		next = nextOf(k.t, a)
	}
	return all
}

// Each list comes in pages that are together the whole of it, whose cursors are
// of that list alone.
func TestPages(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			key := k.key(forBrand("hibiki"))
			person := k.lookup(key, aiko)
			for n := range 5 {
				k.want(http.StatusCreated, nil, key, "POST", person+"/identifiers", fmt.Sprintf(`{"kind":"customer","value":"paged-%d"}`, n))
				k.audience(key)
				k.taken(k.send(key, "?map=generic", csvType, fmt.Sprintf("id,email\npaged-%d,paged-%d@example.net\n", n, n)))
				k.clock.Advance(time.Second)
			}
			k.imports(time.Minute)
			last := map[string]string{}
			for _, list := range []struct {
				path, member string
				least        int
			}{
				{person + "/identifiers", "identifiers", 5},
				{person + "/consents", "consents", 5},
				{person + "/records", "records", 2},
				{"/api/v1/audiences", "audiences", 5},
				{"/api/v1/imports", "imports", 5},
				{"/api/v1/purposes", "purposes", 5},
			} {
				whole := k.pages(key, list.path, list.member, 200)
				if len(whole) < list.least {
					t.Fatalf("%s: got %d, which are too few to page", list.path, len(whole))
				}
				for _, limit := range []int{1, 2} {
					if got := k.pages(key, list.path, list.member, limit); !slices.Equal(got, whole) {
						t.Errorf("%s by %d: got %d of %d:\n%v\n%v", list.path, limit, len(got), len(whole), got, whole)
					}
				}
				for _, query := range []string{"?cursor=nothing", "?limit=0", "?limit=201", "?page=2"} {
					k.refused(k.ask(key, "GET", list.path+query, ""), http.StatusUnprocessableEntity, "invalid")
				}
				last[list.path] = nextOf(t, k.ask(key, "GET", list.path+"?limit=1", ""))
			}
			_, cursor, _ := strings.Cut(last["/api/v1/audiences"], "?")
			k.refused(k.ask(key, "GET", "/api/v1/imports?"+cursor, ""), http.StatusUnprocessableEntity, "invalid")

			var page struct{ Audiences []struct{ ID string } }
			k.want(http.StatusOK, &page, key, "GET", "/api/v1/audiences?limit=1", "")
			k.want(http.StatusNoContent, nil, key, "DELETE", "/api/v1/audiences/"+page.Audiences[0].ID, "")
			p := k.refused(k.ask(key, "GET", last["/api/v1/audiences"], ""), http.StatusUnprocessableEntity, "invalid")
			if len(p.Errors) != 1 || p.Errors[0].Code != "gone_cursor" {
				t.Errorf("after what the page ended with is gone: got %+v", p)
			}
		})
	}
}

// A system lists what its own keys sent, and a key for a brand what is for that.
func TestImportsOf(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	k.taken(k.send(k.key(forBrand("hibiki")), "?map=generic", csvType, "id,email\n1,one@example.net\n"))
	for what, list := range map[string]struct {
		key  string
		want int
	}{
		"for the brand": {k.key(forBrand("hibiki")), 1}, "for all brands": {k.key(), 1},
		"for another brand": {k.key(forBrand("kawara")), 0}, "of another system": {k.key(ofSystem("shop")), 0},
	} {
		if got := k.pages(list.key, "/api/v1/imports", "imports", 50); len(got) != list.want {
			t.Errorf("%s: got %v, want %d", what, got, list.want)
		}
	}
}
