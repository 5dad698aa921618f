package api_test

import (
	"net/http"
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/consent"
	"livingprofile/internal/testkit"
)

// A fed answer of the feed.
type fed struct {
	Changes []struct {
		ID, Type string
		Data     struct {
			Subject     string
			Version     int64
			Permissions []struct {
				Purpose string
				Allow   bool
			}
			Fields map[string]string
		}
	}
	Next string
	More bool
}

func (k *kit) feed(key, query string) fed {
	k.t.Helper()
	var got fed
	k.want(http.StatusOK, &got, key, "GET", "/api/v1/changes"+query, "")
	return got
}

// TestFeed reads everything from the beginning, then what is new, with what
// holds when it is read.
func TestFeed(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			key := k.key(forBrand("hibiki"), ofSystem("shop"))
			name := k.lookup(key, thomas)[len("/api/v1/subjects/"):]
			seen, cursor := map[string]int64{}, ""
			for range 200 {
				got := k.feed(key, "?limit=200&after="+cursor)
				for _, c := range got.Changes {
					seen[c.Data.Subject] = max(seen[c.Data.Subject], c.Data.Version)
				}
				if cursor = got.Next; !got.More {
					break
				}
			}
			if seen[name] == 0 || len(seen) < 5 {
				t.Errorf("the beginning tells of %d people", len(seen))
			}
			if now := k.feed(key, "?after="+cursor); len(now.Changes) != 0 || now.More {
				t.Errorf("at the end there is %+v", now)
			}
			k.answer(thomas, "reviews", consent.Yes)
			k.answer(thomas, "recommendations", consent.Yes)
			k.clock.Advance(time.Second)
			k.answer(thomas, "recommendations", consent.No)
			got := k.feed(key, "?after="+cursor)
			told := map[string]int64{}
			for _, c := range got.Changes {
				told[c.Data.Subject] = c.Data.Version
			}
			if len(told) != len(got.Changes) || len(told) != k.records(thomas) || told[name] <= seen[name] {
				t.Fatalf("got %+v, want one line about each record of one person", got)
			}
			for _, p := range got.Changes[0].Data.Permissions {
				if p.Purpose == "recommendations" && p.Allow {
					t.Error("it says what held, and not what holds")
				}
			}
			if got.Changes[0].Data.Fields == nil {
				t.Error("a key with profile:read gets no values")
			}
			thin := k.feed(k.key(forBrand("hibiki"), ofSystem("shop"), withScopes(authz.EventRead)), "?after="+cursor)
			if len(thin.Changes) != len(told) || thin.Changes[0].Data.Fields != nil {
				t.Errorf("a key without profile:read gets %+v", thin)
			}
			k.refused(k.ask(k.key(ofSystem("crm")), "GET", "/api/v1/changes?after="+cursor, ""), http.StatusUnprocessableEntity, "invalid")
			k.refused(k.ask(key, "GET", "/api/v1/changes?after=AAAA", ""), http.StatusUnprocessableEntity, "invalid")
		})
	}
}

// TestFeed_own: what a system brought in does not come back to it.
func TestFeed_own(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key, other := k.key(forBrand("hibiki")), k.key(forBrand("hibiki"), ofSystem("shop"))
	here, there := k.feed(key, "?after=latest").Next, k.feed(other, "?after=latest").Next
	k.tell(key, about("1", thomas, `"attributes":{"given-name":{"value":"Tom","proved":true}}`))
	if got := k.feed(key, "?after="+here); len(got.Changes) != 0 {
		t.Errorf("it comes back: %+v", got)
	}
	if got := k.feed(other, "?after="+there); len(got.Changes) != 1 {
		t.Errorf("others are not told: %+v", got)
	}
}

// TestFeed_waits: who waits is answered when something happens.
func TestFeed_waits(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(forBrand("hibiki"), ofSystem("shop"))
	at := k.feed(key, "?after=latest").Next
	done := make(chan fed)
	began := time.Now()
	go func() { done <- k.feed(key, "?wait=8&after="+at) }()
	k.answer(thomas, "recommendations", consent.Yes)
	if got := <-done; len(got.Changes) == 0 || time.Since(began) > 4*time.Second {
		t.Errorf("after %v got %+v", time.Since(began), got)
	}
	if got := k.ask(key, "GET", "/api/v1/changes?wait=9", ""); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("got %d", got.Status)
	}
}
