package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// another makes a record of a system that bears an address.
func (k *kit) another(address string) id.Subject {
	k.t.Helper()
	c := identity.New([]identity.Identifier{{Kind: identity.Email, Value: address, Source: "media"}}, ledger.Actor{Kind: ledger.BySystem, ID: "media"}, k.clock.Now())
	if _, err := k.DB.Commit(k.t.Context(), c); err != nil {
		k.t.Fatal(err)
	}
	return c.Subject
}

// TestJoinedLookup: who names a person by identifiers of two records names one. A
// key that is limited to a brand is told the name of the record that has to do
// with the brand, also by an address that another record has proved.
func TestJoinedLookup(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	const address, second = "mira@mail.example.com", "mira.lang@mail.example.com"
	hers, err := k.Identity.Register(t.Context(), address, "hibiki")
	if err != nil {
		t.Fatal(err)
	}
	medias := k.another(address)
	if err := k.Identity.Prove(t.Context(), medias, identity.Email, second, identity.Where{}); err != nil {
		t.Fatal(err)
	}
	limited, whole := k.key(forBrand("kawara"), ofSystem("media")), k.key(ofSystem("media"))
	both := `{"identifiers":[{"kind":"email","value":"` + address + `"},{"kind":"email","value":"` + second + `"}]}`
	k.refused(k.ask(whole, "POST", "/api/v1/subjects/lookup", both), http.StatusConflict, "conflict")
	k.refused(k.ask(limited, "POST", "/api/v1/subjects/lookup", `{"identifiers":[{"kind":"email","value":"`+address+`"}]}`), http.StatusNotFound, "not-found")
	separate := k.join(hers, medias)
	path := func(s id.Subject) string {
		name, err := k.DB.Ring().Pairwise("media", s)
		if err != nil {
			t.Fatal(err)
		}
		return "/api/v1/subjects/" + name
	}
	for key, want := range map[string]id.Subject{limited: medias, whole: hers} {
		if got := k.lookup(key, address); got != path(want) {
			t.Errorf("the address names %s, want %s", got, path(want))
		}
		if got := k.lookup(key, second); got != path(medias) {
			t.Errorf("the second address names %s, want %s", got, path(medias))
		}
		k.want(http.StatusOK, nil, key, "POST", "/api/v1/subjects/lookup", both)
		if got := k.may(key, "newsletter", "", address); got[0].Reasons[0] == "unknown" {
			t.Errorf("whether they may be written to: got %+v", got)
		}
	}
	separate()
	k.refused(k.ask(limited, "GET", path(hers), ""), http.StatusNotFound, "not-found")
	k.want(http.StatusOK, nil, limited, "GET", path(medias), "")
}

// join joins two records, as staff do, and returns what takes them apart.
func (k *kit) join(one, other id.Subject) (separate func()) {
	k.t.Helper()
	ctx := k.t.Context()
	k.clock.Advance(time.Minute)
	if err := k.Joiner.Weigh(ctx, one, other); err != nil {
		k.t.Fatal(err)
	}
	all, err := k.DB.Joins(ctx, other)
	at := slices.IndexFunc(all, func(j identity.Join) bool { return j.Concerns(one) })
	if err != nil || at < 0 {
		k.t.Fatalf("joins: got %+v, %v", all, err)
	}
	if err := k.Joiner.Decide(ctx, ledger.Actor{Kind: ledger.ByStaff, ID: "member"}, all[at].ID, true, "asked by phone"); err != nil {
		k.t.Fatal(err)
	}
	return func() {
		k.t.Helper()
		if err := k.Joiner.Separate(ctx, one, all[at].ID, ""); err != nil {
			k.t.Fatal(err)
		}
	}
}

// TestJoinedChanges_follow: what becomes of one record counts for the other,
// from the next question on where it came to this process.
func TestJoinedChanges_follow(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			k := newKit(t, e)
			key := k.key(forBrand("hibiki"))
			allows := func(address string) bool { return k.may(key, "reviews", "", address)[0].Allow }
			others := map[string]id.Subject{aiko: k.another(aiko), thomas: k.another(thomas)}
			for address, other := range others {
				k.join(k.subject(address), other)
				k.clock.Advance(time.Second)
				k.say(address, "reviews", consent.Yes)
				if !allows(address) {
					t.Fatalf("a yes of %s does not allow", address)
				}
			}
			k.freeze(others[aiko], rights.Matter{Ground: rights.Claims})
			if allows(aiko) {
				t.Error("what was frozen at the other record is allowed")
			}
			k.DB.Tell(func(id.Subject) {})
			k.freeze(others[thomas], rights.Matter{Ground: rights.Claims})
			testkit.Eventually(t, "what another process froze", func() (bool, bool) { return true, !allows(thomas) })
		})
	}
}

// TestJoinedFreeze: what is frozen or objected to at one record is so at the
// other: for decisions, for what is read, and for audiences. It is as it was
// when they are taken apart.
func TestJoinedFreeze(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			k := newKit(t, e)
			key := k.key(forBrand("hibiki"))
			path, mine := k.lookup(key, aiko), k.subject(aiko)
			one := strings.TrimPrefix(path, "/api/v1/subjects/")
			k.say(aiko, "newsletter", consent.Yes)
			audience := k.audience(key)
			seen := func(when string, want bool, news, fraud string) {
				t.Helper()
				if got := k.may(key, "newsletter", "", aiko)[0]; got.Allow != want || got.Reasons[0] != news {
					t.Errorf("%s: the newsletter is %+v", when, got)
				}
				if got := k.may(key, "fraud", "", aiko)[0]; got.Allow != want || got.Reasons[0] != fraud {
					t.Errorf("%s: a legitimate interest is %+v", when, got)
				}
				var body struct{ Attributes map[string]any }
				k.want(http.StatusOK, &body, key, "GET", path, "")
				if _, given := body.Attributes["event-city"]; given != want {
					t.Errorf("%s: the value is given: %v", when, given)
				}
				export := k.want(http.StatusOK, nil, key, "POST", "/api/v1/audiences/"+audience+"/export", `{}`)
				if in := strings.Contains(export.Body, one); in != want {
					t.Errorf("%s: in the audience: %v", when, in)
				}
			}
			seen("before", true, "consent", "unopposed")
			frozen := k.another(aiko)
			k.clock.Advance(time.Minute)
			k.freeze(frozen, rights.Matter{Ground: rights.Claims})
			seen("frozen at a stranger", true, "consent", "unopposed")
			separate := k.join(mine, frozen)
			seen("frozen", false, "restricted", "restricted")
			separate()
			seen("taken apart", true, "consent", "unopposed")

			objects := k.another(aiko)
			for _, purpose := range []consent.PurposeID{"newsletter", "fraud"} {
				k.clock.Advance(time.Minute)
				if _, err := k.Consent.Decide(t.Context(), consent.Ask{
					Subject: objects, Actor: ledger.Self(objects), Purpose: purpose, Answer: consent.No, Locale: "en",
					Proof: consent.Proof{Kind: consent.BySession}, Brand: "hibiki", Channel: "portal",
				}); err != nil {
					t.Fatal(err)
				}
			}
			k.join(mine, objects)
			if got := k.may(key, "newsletter", "", aiko)[0]; got.Allow || got.Reasons[0] != "refused" {
				t.Errorf("objected: the newsletter is %+v", got)
			}
			if got := k.may(key, "fraud", "", aiko)[0]; got.Allow || got.Reasons[0] != "objected" {
				t.Errorf("objected: a legitimate interest is %+v", got)
			}
		})
	}
}

// TestJoinedWishes: a pause and a budget of one record hold for mail through the
// other, and contacts are counted together and kept apart. What a system
// replaces for the person is said for both.
func TestJoinedWishes(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			k := newKit(t, e)
			key := k.key(forBrand("hibiki"))
			path, mine := k.lookup(key, thomas), k.subject(thomas)
			k.answer(thomas, "recommendations", consent.Yes)
			other := k.another(thomas)
			wish := func(s id.Subject, w consent.Wishes) {
				t.Helper()
				who := consent.Wisher{Subject: s, Actor: ledger.Self(s)}
				for _, scope := range []string{"", "hibiki"} {
					if _, err := k.Consent.Wish(t.Context(), who, scope, func(consent.Wishes) consent.Wishes {
						if scope == "" {
							return w
						}
						return consent.Wishes{}
					}); err != nil {
						t.Fatal(err)
					}
				}
			}
			const slot = "instrument-ideas/email"
			wish(mine, consent.Wishes{Topics: map[string]bool{slot: true}})
			wish(other, consent.Wishes{
				Topics: map[string]bool{slot: false}, Pause: k.clock.Now().Add(time.Hour), Budget: &consent.Budget{Count: 2, Per: "week"},
			})
			k.join(mine, other)
			const mail = `,"channel":"email","record":true`
			if got := k.may(key, "recommendations", mail, thomas)[0]; got.Allow || got.Reasons[0] != "paused" {
				t.Errorf("paused at the other: got %+v", got)
			}
			k.clock.Advance(time.Hour)
			for n, want := range []string{"consent", "consent", "budget_used"} {
				if got := k.may(key, "recommendations", mail, thomas)[0]; got.Reasons[0] != want {
					t.Errorf("contact %d: got %+v, want %s", n, got, want)
				}
			}
			for subject, want := range map[id.Subject]int{mine: 2, other: 0} {
				if held, err := k.DB.Held(t.Context(), subject); err != nil || len(held.Contacts) != want {
					t.Errorf("a record has %d contacts, want %d, %v", len(held.Contacts), want, err)
				}
			}

			var read struct {
				Topics map[string]map[string]bool
				Budget *consent.Budget
			}
			a := k.want(http.StatusOK, &read, key, "GET", path+"/preferences", "")
			if read.Topics["instrument-ideas"]["email"] || read.Budget == nil || read.Budget.Count != 2 {
				t.Errorf("read are %+v", read)
			}
			k.want(http.StatusOK, &read, key, "PUT", path+"/preferences",
				`{"topics":{"instrument-ideas":{"email":true}},"budget":{"count":5,"per":"week"}}`, "If-Match", a.Header.Get("ETag"))
			if !read.Topics["instrument-ideas"]["email"] || read.Budget.Count != 5 {
				t.Errorf("replaced, they are %+v", read)
			}
			if got := k.may(key, "recommendations", mail, thomas)[0]; !got.Allow {
				t.Errorf("with another budget: got %+v", got)
			}
		})
	}
}
