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
// and of who froze everything neither values nor addresses. What they want to get
// is told all the same: it says what not to send.
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
			var before, after map[string]any
			k.want(http.StatusOK, &before, key, "GET", path+"/preferences", "")
			k.freeze(subject, rights.Matter{Scope: rights.WholePerson, Ground: rights.Unlawful})
			if given, _, addresses := read(); len(given) > 0 || addresses > 0 {
				t.Errorf("a frozen person: given %v and %d addresses", given, addresses)
			}
			k.want(http.StatusOK, &after, key, "GET", path+"/preferences", "")
			if diff := cmp.Diff(after, before); diff != "" {
				t.Errorf("preferences of a frozen person (-got +want):\n%s", diff)
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
	if _, err := k.DB.Commit(t.Context(), ledger.Change{
		Subject: subject, Base: ledger.AnyVersion, At: k.clock.Now(), Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"},
		Entries: []ledger.Draft{{Kind: rights.SubjectErased}},
		Rows:    []any{rights.Erased{Certificate: id.New(), Number: "R-TEST-0002", Plan: rights.PlanErasure(rights.Holding{})}},
	}); err != nil {
		t.Fatal(err)
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
