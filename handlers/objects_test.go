package handlers_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/cmd/wire"
	"livingprofile/handlers/web"
	"livingprofile/internal/activity"
	"livingprofile/internal/authz"
	"livingprofile/internal/automated"
	"livingprofile/internal/demo"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
	"livingprofile/internal/transfer"
)

// things are what belongs to one person, by the name that a path has for it.
type things map[string]string

// A namer is what a path names besides a brand: a thing of the person, or what
// the organisation declares. A route that names anything has one, or fails
// TestObjects.
type namer struct {
	route string
	thing string // "" for what is declared
	// foreign is a name that another brand declares, "" where brands share them;
	// own is one that is there.
	foreign, own string
	form         url.Values
	with         string // a thing of the same person that the form names; "" for none
}

func namers() []namer {
	return []namer{
		{route: "GET /:brand/data/:field", own: "event-city"},
		{route: "GET /:brand/data/:field/edit", own: "event-city"},
		{route: "POST /:brand/data/:field"},
		{route: "POST /:brand/data/:field/undo"},
		{route: "POST /:brand/data/:field/keep"},
		{route: "POST /:brand/data/:field/rule"},
		{route: "POST /:brand/asked/:field"},
		{route: "GET /:brand/allow/:purpose", foreign: "training-suggestions", own: "newsletter"},
		{route: "POST /:brand/allow/:purpose", foreign: "training-suggestions"},
		{route: "GET /:brand/notices/:purpose", foreign: "training-suggestions", own: "newsletter"},
		{route: "POST /:brand/get/back/:purpose", foreign: "training-suggestions"},
		{route: "POST /:brand/get/topics/:topic", foreign: "club-news", own: "events"},
		{route: "GET /:brand/rights/:kind", own: "access"},
		{route: "POST /:brand/rights/:kind"},

		{route: "GET /:brand/receipts/:receipt", thing: "receipt"},
		{route: "POST /:brand/safety/addresses/:address/verify", thing: "address"},
		{route: "POST /:brand/safety/addresses/:address/main", thing: "address"},
		{route: "POST /:brand/safety/addresses/:address/remove", thing: "address"},
		{route: "POST /:brand/safety/sessions/:session/end", thing: "session"},
		{route: "GET /:brand/offers/:offer", thing: "offer"},
		{route: "POST /:brand/offers/:offer", thing: "offer", form: url.Values{"act": {"throw"}}},
		{route: "GET /:brand/automated/:decision", thing: "decision"},
		{route: "POST /:brand/automated/:decision/say", thing: "decision", form: url.Values{"text": {"I did not know."}}},
		{route: "POST /:brand/activity/:observation/remove", thing: "observation"},
		{route: "POST /:brand/requests/:request/copy", thing: "copy"},
		{route: "POST /:brand/requests/:request/file", thing: "request", with: "file"},
		{route: "GET /:brand/requests/:request", thing: "request"},
		{route: "POST /:brand/mandates/:request/revoke", thing: "mandate"},
		{route: "POST /:brand/requests/:request/:move", thing: "request"},
		{route: "POST /:brand/who/joined/:join", thing: "join"},
	}
}

const layla = "layla.haddad@example.net"

// TestObjects is S01: whatever a path names, what is another's, what was of
// somebody erased and what never was are answered alike, and what is another's
// stays as it was.
func TestObjects(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e, Set: func(set *wire.Settings) {
				set.Outbound = []string{strings.TrimPrefix(set.BaseURL, "http://")}
			}})
			key, err := s.TransferKey()
			if err != nil {
				t.Fatal(err)
			}
			redeclare(t, s, func(o *organisation.Organisation) {
				o.Controllers = []transfer.Controller{{Name: "choir", Label: i18n.Text{"en": "the choir"}, URL: s.URL + transfer.TakePath, Key: key.Public()}}
			})
			mine, theirs, erased := belongings(t, s, thomas), belongings(t, s, aiko), belongings(t, s, layla)
			erase(t, s, layla)
			c := s.Client(t)
			c.Enter("hibiki", thomas, true)
			version := func() int64 {
				sub, err := s.DB.Subject(t.Context(), subjectOf(t, s, aiko))
				if err != nil {
					t.Fatal(err)
				}
				return sub.Version
			}
			before := version()
			t.Run("of_another_are_as_if_they_were_not_there", func(t *testing.T) {
				walkObjects(t, s, c, mine, theirs, erased)
			})
			if now := version(); now != before {
				t.Errorf("the other went from version %d to %d", before, now)
			}
			other := s.Client(t)
			other.SetCookie(other.SessionCookie(), theirs["cookie"])
			other.Page("/hibiki/safety")
			t.Run("with_odd_names_are_not_found", func(t *testing.T) { oddNames(t, c) })
			t.Run("show_their_owner_alone", func(t *testing.T) { ownPages(t, c) })
		})
	}
}

// named are the routes of a signed-in person that name something, as namers have
// them. Those inside of a frame are the same pages.
func named(t *testing.T, s *testkit.Site) []namer {
	t.Helper()
	known := map[string]namer{}
	for _, n := range namers() {
		known[n.route] = n
	}
	var all []namer
	for _, r := range s.Server.Routes() {
		entry, ok := authz.Lookup(r.Permission)
		if !ok || entry.Holder != authz.Subject && entry.Holder != authz.ProvenSubject {
			continue
		}
		path := r.Path
		if inside, ok := strings.CutPrefix(path, web.FramePath(":brand")); ok {
			path = "/:brand" + inside
		}
		if !strings.Contains(strings.TrimPrefix(path, "/:brand"), ":") {
			continue
		}
		n, ok := known[r.Method+" "+path]
		if !ok {
			t.Errorf("what %s %s names was tried by nobody", r.Method, r.Path)
			continue
		}
		if path != r.Path {
			if n.thing != "" {
				t.Errorf("%s %s names what is one person's, inside of another's site", r.Method, r.Path)
			}
			continue
		}
		all = append(all, n)
	}
	return all
}

func walkObjects(t *testing.T, s *testkit.Site, c *testkit.Client, mine, theirs, erased things) {
	t.Helper()
	missing := id.New()
	for _, n := range named(t, s) {
		method, path, _ := strings.Cut(n.route, " ")
		path = strings.Replace(strings.Replace(path, ":brand", "hibiki", 1), ":move", string(rights.Cancel), 1)
		before, rest, _ := strings.Cut(path, ":")
		_, after, more := strings.Cut(rest, "/")
		if more {
			after = "/" + after
		}
		ask := func(name string, of things) *testkit.Answer {
			if method == http.MethodGet {
				return c.Get(before + name + after)
			}
			form := maps.Clone(n.form)
			if n.with != "" {
				form = url.Values{n.with: {of[n.with]}}
			}
			return c.Post(before+name+after, form)
		}
		none, own := missing, n.own
		others := map[string]string{"of another brand": n.foreign}
		of := map[string]things{"of another": theirs, "of somebody erased": erased}
		if n.thing == "" {
			none = "no-such-name"
		} else {
			others = map[string]string{"of another": theirs[n.thing], "of somebody erased": erased[n.thing]}
			own = mine[n.thing]
			for whose, name := range others {
				if name == "" {
					t.Errorf("%s: there is no %s %s", n.route, n.thing, whose)
				}
			}
		}
		want := ask(none, mine)
		if want.Status != http.StatusNotFound {
			t.Errorf("%s with what never was: got %d, want 404", n.route, want.Status)
		}
		for whose, name := range others {
			if name == "" {
				continue
			}
			if d := cmp.Diff(want.Masked(none), ask(name, of[whose]).Masked(name)); d != "" {
				t.Errorf("%s tells what is %s from none:\n%s", n.route, whose, d)
			}
		}
		if own == "" {
			continue
		}
		// What another is refused is there for its owner.
		if a := ask(own, mine); a.Status == http.StatusNotFound || a.Status >= 500 {
			t.Errorf("%s with one's own: got %d", n.route, a.Status)
		}
	}
}

// belongings gives somebody one of each thing that a path can name.
func belongings(t *testing.T, s *testkit.Site, address string) things {
	t.Helper()
	ctx, c := t.Context(), s.Client(t)
	c.SignIn("hibiki", address)
	c.Answer("hibiki", "recommendations", "no")
	subject := subjectOf(t, s, address)
	own := things{"receipt": testkit.ReceiptIn(c.Page("/hibiki/history")), "cookie": c.Cookie("session")}
	sessions, err := s.DB.Sessions(ctx, subject, s.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	own["session"] = string(sessions[0].ID)
	addresses, err := s.DB.Identifiers(ctx, subject)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(addresses, func(i identity.Identifier) bool { return i.Kind == identity.Email })
	own["address"] = addresses[at].ID

	p := s.Client(t)
	p.Enter("hibiki", address, true)
	last := func(path string) string { return path[strings.LastIndex(path, "/")+1:] }
	sent := fileRequest(t, p, "portability", url.Values{"scope": {"controller-choir"}, "text": {"member 42"}})
	await(t, p, sent, "It is done")
	testkit.Eventually(t, "what was sent", func() (string, bool) {
		own["offer"] = last(offerIn.FindString(p.Page("/hibiki")))
		return own["offer"], own["offer"] != ""
	})
	access := fileRequest(t, p, "access", nil)
	await(t, p, access, "Take the file")
	own["copy"] = last(access)
	filing := rights.Filing{
		Subject: subject, Actor: ledger.Self(subject), Kind: rights.Rectification, Brand: "hibiki", Locale: "en", Zone: time.UTC,
		Matter: rights.Matter{Scope: rights.FieldScope, Name: "event-city", Text: "It is spelt with a y."}, Pack: s.Laws.For("GB", s.Clock.Now()),
		Files: []rights.Attachment{{ID: id.New(), Name: "city.txt", Type: "text/plain", Size: 1, At: s.Clock.Now(), Body: []byte("y")}},
	}
	r, _, err := s.Rights.File(ctx, filing)
	if err != nil {
		t.Fatal(err)
	}
	files, err := s.DB.Attachments(ctx, subject)
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	own["request"], own["file"] = string(r.ID), files[0].ID
	filing.Kind, filing.Matter, filing.Files = rights.Complaint, rights.Matter{Text: "Nobody answers."}, nil
	filing.Proof = rights.Proof{Method: "letter", Agent: "Advice Centre", Mandate: "Power of attorney", At: s.Clock.Now()}
	if r, _, err = s.Rights.File(ctx, filing); err != nil {
		t.Fatal(err)
	}
	own["mandate"] = string(r.ID)

	another := anotherRecord(t, s, identity.Identifier{Kind: identity.Email, Value: address, Source: "media", VouchedAt: s.Clock.Now()}, nil)
	if _, err := s.Joiner.Turn(ctx); err != nil {
		t.Fatal(err)
	}
	own["join"] = joinWith(t, s, subject, another).ID

	now := s.Clock.Now()
	_, err = s.Activity.Take(ctx, activity.Taking{Subject: subject, System: demo.Shop, Brand: "hibiki", Items: []activity.Item{
		{Event: "of " + address, Kind: "order", At: now, Values: map[string]string{"items": "1"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	seen, err := s.DB.Activities(ctx, subject, activity.Page{Now: now, Limit: 1})
	if err != nil || len(seen) == 0 {
		t.Fatalf("%d observations, %v", len(seen), err)
	}
	own["observation"] = seen[0].ID
	words := i18n.Text{"en": "No."}
	d, _, err := s.Automated.Register(ctx, automated.Telling{
		Subject: subject, System: demo.Payments, Brand: "hibiki", Kind: "pay-later", Event: "of " + address, At: now,
		Outcome: words, Logic: words, Effect: words,
	})
	if err != nil {
		t.Fatal(err)
	}
	own["decision"] = d.ID
	return own
}

// erase has somebody erase themselves, and waits until it is done.
func erase(t *testing.T, s *testkit.Site, address string) {
	t.Helper()
	subject := subjectOf(t, s, address)
	c := s.Client(t)
	c.Enter("hibiki", address, true)
	fileRequest(t, c, "erasure", url.Values{"days": {"0"}})
	testkit.Eventually(t, "the erasure", func() (identity.State, bool) {
		sub, err := s.DB.Subject(t.Context(), subject)
		return sub.State, err == nil && sub.State == identity.Erased
	})
}
