package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// What a person has frozen goes to no system, whatever it was allowed: a value,
// and of who froze everything neither values nor addresses.
func TestFrozen(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			k := newKit(t, e)
			key := k.key()
			path, subject := k.lookup(key, thomas), k.subject(thomas)
			read := func() (attributes map[string]any, withheld []string, addresses int) {
				var body struct {
					Attributes map[string]any
					Withheld   []string
				}
				k.want(http.StatusOK, &body, key, "GET", path, "")
				var names struct{ Identifiers []heldIdentifier }
				k.want(http.StatusOK, &names, key, "GET", path+"/identifiers", "")
				for _, i := range names.Identifiers {
					if i.Kind == identity.Email || i.Kind == identity.Phone {
						addresses++
					}
				}
				return body.Attributes, body.Withheld, addresses
			}
			if given, _, addresses := read(); given["given-name"] == nil || addresses == 0 {
				t.Fatalf("before: got %v and %d addresses", given, addresses)
			}
			k.freeze(subject, rights.Matter{Scope: rights.FieldScope, Name: "given-name", Ground: rights.Contested})
			if given, withheld, _ := read(); given["given-name"] != nil || !slices.Contains(withheld, "given-name") {
				t.Errorf("a frozen value: given %v, withheld %v", given, withheld)
			}
			k.freeze(subject, rights.Matter{Scope: rights.WholePerson, Ground: rights.Unlawful})
			if given, _, addresses := read(); len(given) > 0 || addresses > 0 {
				t.Errorf("a frozen person: given %v and %d addresses", given, addresses)
			}
		})
	}
}

// What is frozen is said to whoever would have it, and nothing of it is told: of
// values, of addresses and of what the person did.
func TestFrozenIsSaid(t *testing.T) {
	for name, tt := range map[string]struct {
		matter                    rights.Matter
		values, addresses, events string // those restricted
	}{
		"everything": {rights.Matter{Ground: rights.Unlawful}, "email phone", "email phone", "order"},
		"categories": {rights.Matter{Scope: rights.CategoryScope, Name: "contact", Ground: rights.Unlawful}, "email phone", "email phone", ""},
		"another":    {rights.Matter{Scope: rights.CategoryScope, Name: "shopping", Ground: rights.Unlawful}, "", "", "order"},
		"a field":    {rights.Matter{Scope: rights.FieldScope, Name: "phone", Ground: rights.Contested}, "phone", "phone", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t, testkit.OnSQLite)
			desk, few, shop := k.key(withFields("email", "phone")), k.key(withFields("given-name")), k.key(ofSystem("shop"))
			path, deeds := k.lookup(desk, thomas), k.lookup(shop, thomas)+"/activities"
			said := func(key, path string) (restricted, body string) {
				t.Helper()
				var read struct{ Restricted []string }
				a := k.want(http.StatusOK, &read, key, "GET", path, "")
				return strings.Join(read.Restricted, " "), a.Body
			}
			if restricted, body := said(desk, path+"/identifiers"); restricted != "" || !strings.Contains(body, thomas) {
				t.Fatalf("before: got %s", body)
			}
			if restricted, body := said(shop, deeds); restricted != "" || !strings.Contains(body, `"kind":"order"`) {
				t.Fatalf("before: got %s", body)
			}
			k.freeze(k.subject(thomas), tt.matter)
			for _, one := range []struct{ key, path, want, value, of string }{
				{desk, path, tt.values, thomas, "email"},
				{desk, path + "/identifiers", tt.addresses, thomas, "email"},
				{desk, path + "/identifiers", tt.addresses, `"value":"+`, "phone"},
				{shop, deeds, tt.events, `"kind":"order"`, "order"},
			} {
				restricted, body := said(one.key, one.path)
				if restricted != one.want {
					t.Errorf("%s: restricted are %q, want %q", one.path, restricted, one.want)
				}
				if told, frozen := strings.Contains(body, one.value), strings.Contains(one.want, one.of); told == frozen {
					t.Errorf("%s: %s is told: %v", one.path, one.of, told)
				}
			}
			if restricted, body := said(few, path+"/identifiers"); restricted != "" {
				t.Errorf("a key for neither reads %s", body)
			}
		})
	}
}

// What a person wants to get is told to no system while everything is frozen, but
// for what they said yes to since. An opt-out is taken all the same, and changes
// nothing else of what the system was not told.
func TestFrozenPreferences(t *testing.T) {
	const (
		topics = "topics.new-instruments topics.repair-tips topics.instrument-ideas topics.offers topics.events"
		manner = " language preferred budget pause quiet"
	)
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			k := newKit(t, e)
			key := k.key(forBrand("hibiki"))
			path, subject := k.lookup(key, thomas), k.subject(thomas)
			prefs, tag := path+"/preferences", ""
			type read struct {
				Topics              map[string]map[string]bool
				Language, Preferred string
				Budget, Quiet       map[string]any
				Restricted          []string
			}
			is := func(what, want string) (r read) {
				t.Helper()
				tag = k.want(http.StatusOK, &r, key, "GET", prefs, "").Header.Get("ETag")
				if got := strings.Join(r.Restricted, " "); got != want {
					t.Errorf("%s: restricted are %q, want %q", what, got, want)
				}
				return r
			}
			put := func(body string, status int) (r read) {
				t.Helper()
				k.want(status, &r, key, "PUT", prefs, body, "If-Match", tag)
				return r
			}
			is("before", "")
			was := put(`{"language":"ja","preferred":"email","budget":{"count":3,"per":"week"},"topics":{"offers":{"sms":true,"post":true},"instrument-ideas":{"push":true}}}`, 200)
			k.freeze(subject, rights.Matter{Scope: rights.FieldScope, Name: "given-name", Ground: rights.Contested})
			is("a field", "")
			k.freeze(subject, rights.Matter{Scope: rights.WholePerson, Ground: rights.Unlawful})
			none := read{Topics: map[string]map[string]bool{}, Restricted: strings.Fields(topics + manner)}
			if diff := cmp.Diff(is("frozen", topics+manner), none); diff != "" {
				t.Errorf("of a frozen person (-got +want):\n%s", diff)
			}
			for _, body := range []string{`{"topics":{"offers":{"email":true}}}`, `{"language":"en"}`, `{"budget":null,"pause":"2026-04-01T00:00:00Z"}`} {
				k.refused(k.ask(key, "PUT", prefs, body, "If-Match", tag), http.StatusUnprocessableEntity, "invalid")
			}
			if diff := cmp.Diff(put(`{"topics":{"offers":{"sms":false}}}`, 200), none); diff != "" {
				t.Errorf("after an opt-out (-got +want):\n%s", diff)
			}

			k.clock.Advance(time.Minute)
			k.want(http.StatusCreated, nil, key, "POST", path+"/consents", `{"purpose":"recommendations","status":"given","proof":"form 7","at":"`+k.clock.Now().Format(time.RFC3339)+`"}`)
			since := is("a yes since", strings.ReplaceAll(topics, "topics.instrument-ideas ", ""))
			was.Topics = map[string]map[string]bool{"instrument-ideas": was.Topics["instrument-ideas"]}
			was.Restricted = since.Restricted
			if diff := cmp.Diff(since, was); diff != "" {
				t.Errorf("after a yes (-got +want):\n%s", diff)
			}
			held, err := k.DB.Facts(t.Context(), subject)
			if got := held.Preferences.Of("hibiki").Topics; err != nil || got["offers/sms"] || !got["offers/post"] {
				t.Errorf("kept are %v, %v, want offers by post and not by sms", got, err)
			}
		})
	}
}

// A heldIdentifier is what the API answers of an identifier.
type heldIdentifier struct{ Kind identity.Kind }

// freeze has a person restrict what is done with their data.
func (k *kit) freeze(subject id.Subject, m rights.Matter) {
	k.t.Helper()
	laws, err := rights.EmbeddedPacks()
	if err != nil {
		k.t.Fatal(err)
	}
	now := k.clock.Now()
	if _, _, err := k.Rights.File(k.t.Context(), rights.Filing{
		Subject: subject, Actor: ledger.Self(subject), Kind: rights.Restriction, Brand: "hibiki", Locale: "en", Zone: time.UTC,
		Matter: m, Proof: rights.Proof{Method: "link", Fresh: true, At: now}, Pack: laws.For("JP", now),
	}); err != nil {
		k.t.Fatal(err)
	}
}

// Who was erased answers as who was never here, and so does a repeat of what
// was answered before.
func TestErased(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key()
	path, subject := k.lookup(key, thomas), k.subject(thomas)
	const body = `{"kind":"customer","value":"X-1"}`
	k.want(http.StatusCreated, nil, key, "POST", path+"/identifiers", body, "Idempotency-Key", "one")
	name := strings.TrimPrefix(path, "/api/v1/subjects/")
	ask := func(key string) decided {
		t.Helper()
		var body struct{ Decisions []decided }
		k.want(http.StatusOK, &body, key, "POST", "/api/v1/decisions?brand=hibiki", `{"purpose":"reviews","subjects":["`+name+`"]}`)
		return body.Decisions[0]
	}
	decision := func(key, want string) {
		t.Helper()
		if got := ask(key); got.Allow || got.Reasons[0] != want {
			t.Errorf("got %+v, want %s", got, want)
		}
	}
	ask(key) // and now it is remembered
	them := k.Client(t)
	them.Enter("hibiki", thomas, false)
	circle, err := k.DB.Circle(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range circle {
		if _, err := k.DB.Commit(t.Context(), ledger.Change{
			Subject: one, Base: ledger.AnyVersion, At: k.clock.Now(), Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"},
			Entries: []ledger.Draft{{Kind: rights.SubjectErased}},
			Rows:    []any{rights.Erased{Certificate: id.New(), Number: "R-TEST-" + string(one), Plan: rights.PlanErasure(rights.Holding{})}},
		}); err != nil {
			t.Fatal(err)
		}
	}
	// No read waits for anything: each is the first after the change.
	decision(key, "erased")
	if a := them.Get("/hibiki/data"); !strings.HasPrefix(a.Location(), "/hibiki/sign-in") {
		t.Errorf("their session: got %d to %q", a.Status, a.Location())
	}
	if all, err := k.DB.Holders(t.Context(), identity.Email, "", thomas); err != nil || len(all) > 0 {
		t.Errorf("found by their address: %v, %v", all, err)
	}
	for u := range systemRoutes(t, k) {
		// What is about many people names those who are not there one by one.
		// What holds of one person ends with the word that they were erased: see TestState.
		if strings.HasSuffix(u.route, "/state") {
			continue
		}
		if strings.Contains(u.route, "/subjects/") || strings.HasSuffix(u.route, "/links") {
			k.refused(k.use(u, key, path, "?brand=hibiki"), http.StatusNotFound, "not-found")
		}
	}
	k.refused(k.ask(key, "POST", path+"/identifiers", body, "Idempotency-Key", "one"), http.StatusNotFound, "not-found")
	if err := k.DB.DestroyErased(t.Context(), subject, k.clock.Now()); err != nil {
		t.Fatal(err)
	}
	decision(key, "erased")
	decision(k.key(forBrand("hibiki")), "unknown")
	got := k.tell(key, `{"id":"1","subject":"`+name+`","consent":{"purpose":"reviews","status":"refused"}}`)
	if got.short()[0] != "refused no_subject" {
		t.Errorf("got %v", got.short())
	}
}
