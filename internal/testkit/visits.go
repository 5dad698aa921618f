package testkit

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/automated"
	"livingprofile/internal/demo"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/transfer"
)

// A visit is how a person who is signed in, with a fresh proof, uses a route.
type visit struct {
	route  string // method and path, as declared
	status int    // of the answer
	// form is what is posted; it is asked for just before. nil posts the token
	// alone.
	form func(*Client) url.Values
	// at finds the path, where it depends on what came before.
	at func(*Client) string
}

// visits are all routes, in an order in which each finds what it needs. A route
// that is not here fails ExerciseRoutes.
func visits() []visit {
	const ok, on = http.StatusOK, http.StatusSeeOther
	return []visit{
		{"GET /healthz", ok, nil, nil},
		{"GET /readyz", ok, nil, nil},
		{"GET /static/*", ok, nil, nil},
		{"GET /theme/:sheet", ok, nil, nil},
		{"GET /favicon.ico", http.StatusMovedPermanently, nil, nil},
		{"GET /.well-known/security.txt", ok, nil, nil},
		{"GET /.well-known/change-password", on, nil, nil},
		{"GET /.well-known/gpc.json", ok, nil, nil},
		{"GET /.well-known/jwks.json", ok, nil, nil},
		{"GET /schemas/copy.json", ok, nil, nil},
		{"GET /.well-known/authzen-configuration", ok, nil, nil},
		{"GET /:brand/consent-mode.json", ok, nil, nil},
		{"GET /:brand/register.json", ok, nil, nil},
		{"GET /embed/widget.js", ok, nil, nil},
		{"GET /embed/:brand", ok, nil, nil},
		{"GET /", ok, nil, nil},
		{"GET /api/v1/openapi.json", ok, nil, nil},
		{"GET /api/v1/docs", ok, nil, nil},
		{"GET /mailbox", ok, nil, nil},
		{"GET /mailbox/:message", ok, nil, nil},
		{"GET /:brand", ok, nil, nil},
		{"POST /:brand/language", on, filled("locale", "en", "back", "/hibiki/data"), nil},

		{"GET /:brand/data", ok, nil, nil},
		{"GET /:brand/data/:field", ok, nil, nil},
		{"GET /:brand/data/:field/edit", ok, nil, nil},
		{"POST /:brand/data/:field", on, filled("value", "Kyoto"), nil},
		{"POST /:brand/data/:field/undo", on, nil, nil},
		{"POST /:brand/data/:field/keep", http.StatusConflict, filled("conflict", "none"), nil},

		{"GET /:brand/asked", ok, nil, nil},
		{"POST /:brand/asked", on, nil, func(*Client) string { return "/kawara/asked" }},
		{"POST /:brand/asked/:field", on, filled("choice", "no"), func(*Client) string { return "/kawara/asked/event-city" }},
		{"GET /:brand/offers/:offer", ok, nil, nil},
		{"POST /:brand/offers/:offer", on, filled("act", "throw"), nil},
		{"GET /:brand/activity", ok, nil, nil},
		// An order stays: removing one is for training sessions.
		{"POST /:brand/activity/:observation/remove", http.StatusNotFound, nil, nil},
		{"POST /:brand/data/:field/rule", on, filled("rule", "off"), func(*Client) string { return "/hibiki/data/usual-machine/rule" }},

		{"GET /:brand/ask", on, nil, nil},
		{"GET /:brand/automated", ok, nil, nil},
		{"POST /:brand/automated", on, filled("kind", "pay-later", "by", "human"), nil},
		{"GET /:brand/automated/:decision", ok, nil, nil},
		{"POST /:brand/automated/:decision/say", on, filled("text", "I paid."), nil},

		{"GET /:brand/allow", ok, nil, nil},
		{"GET /:brand/allow/:purpose", ok, nil, nil},
		{"POST /:brand/allow/:purpose", on, func(c *Client) url.Values {
			return answer(c.Page("/hibiki/allow/recommendations"), "yes")
		}, nil},
		{"GET /:brand/notices", ok, nil, nil},
		{"GET /:brand/notices/:purpose", ok, nil, nil},
		{"GET /:brand/who", ok, nil, nil},
		{"GET /:brand/history", ok, nil, nil},
		{"GET /:brand/receipts/:receipt", ok, nil, nil},
		{"GET /transparency", ok, nil, nil},
		{"GET /transparency.json", ok, nil, nil},
		{"GET /receipts", ok, nil, nil},
		{"GET /receipts/:receipt", ok, nil, nil},
		{"POST /receipts", ok, func(c *Client) url.Values {
			return url.Values{"number": {ReceiptIn(c.Page("/hibiki/history"))}}
		}, nil},

		{"GET /:brand/get", ok, nil, nil},
		{"POST /:brand/get/topics", on, filled("scope", "all", "topic", "events", "on.events", "email"), nil},
		{"POST /:brand/get/topics/:topic", on, filled("scope", "brand", "topic", "events"), nil},
		{"POST /:brand/get/delivery", on, filled("scope", "all", "preferred", "email", "language", "en"), nil},
		{"POST /:brand/get/pause", on, func(c *Client) url.Values {
			return url.Values{"until": {c.site.Clock.Now().AddDate(0, 1, 0).Format("2006-01-02")}}
		}, nil},
		{"POST /:brand/get/resume", on, nil, nil},
		{"GET /:brand/get/stop", ok, nil, nil},
		{"POST /:brand/get/stop", on, filled("scope", "all"), nil},
		{"GET /:brand/get/stopped", ok, nil, nil},
		{"POST /:brand/get/back/:purpose", on, func(c *Client) url.Values {
			return words(c.Page("/hibiki/get/stopped"))
		}, func(c *Client) string {
			return backIn.FindString(c.Page("/hibiki/get/stopped"))
		}},

		{"GET /erasures/:certificate", ok, nil, nil},
		{"GET /:brand/requests", ok, nil, nil},
		{"GET /:brand/requests/:request", ok, nil, nil},
		{"POST /:brand/requests/:request/copy", ok, func(c *Client) url.Values {
			path := requestIn.FindString(c.Page("/hibiki/requests"))
			return url.Values{"copy": {Field(c.Page(path), "copy")}}
		}, nil},
		// No file was added to it.
		{"POST /:brand/requests/:request/file", http.StatusUnprocessableEntity, nil, nil},
		{"GET /:brand/mandates", ok, nil, nil},
		// Nobody asked in their name.
		{"POST /:brand/mandates/:request/revoke", http.StatusNotFound, nil, nil},
		{"GET /:brand/rights/:kind", ok, nil, nil},
		{"POST /:brand/rights/:kind", on, filled("text", "Nobody answered my letter."), nil},
		{"POST /:brand/requests/:request/:move", on, nil, func(c *Client) string {
			return c.Post("/hibiki/rights/automated", url.Values{"text": {"Look again."}}).Location() + "/cancel"
		}},

		{"GET /:brand/safety", ok, nil, nil},
		{"POST /:brand/who/joined/:join", on, nil, nil},
		{"POST /:brand/safety/addresses", on, filled("kind", "email", "value", "third@mail.example.com"), nil},
		{"POST /:brand/safety/addresses/:address/verify", on, nil, nil},
		{"POST /:brand/safety/addresses/:address/main", on, nil, nil},
		{"POST /:brand/safety/addresses/:address/remove", on, nil, nil},
		{"POST /:brand/safety/sessions/:session/end", on, nil, nil},
		{"POST /:brand/safety/sessions/end", on, nil, nil},

		{"GET /:brand/proof", ok, nil, nil},
		{"POST /:brand/proof", on, nil, nil},
		{"GET /:brand/sign-in", on, nil, nil}, // there is nobody to sign in
		{"POST /:brand/sign-in", on, filled("address", "nobody@mail.example.com"), nil},
		{"GET /:brand/sign-in/sent", ok, nil, nil},
		{"POST /:brand/sign-in/again", on, nil, nil},
		{"GET /:brand/link/:token", ok, nil, nil},
		{"GET /:brand/confirmed", on, nil, nil},
		{"POST /:brand/sign-out", on, nil, nil},
		{"GET /:brand/sign-in/out", ok, nil, nil},
		{"POST /:brand/link", on, func(c *Client) url.Values {
			c.site.Box.Clear() // of what was mailed on the way
			link := c.Ask("hibiki", second)
			return url.Values{"token": {link[strings.LastIndex(link, "/")+1:]}}
		}, nil},
	}
}

func filled(pairs ...string) func(*Client) url.Values {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return func(*Client) url.Values { return form }
}

// answer is the form of a yes or a no to the words on a page.
func answer(page, choice string) url.Values {
	form := words(page)
	form.Set("choice", choice)
	return form
}

// words are the fields that name the words on a page.
func words(page string) url.Values {
	return url.Values{"version": {Field(page, "version")}, "notice": {Field(page, "notice")}}
}

// Answer says yes or no to a purpose, as it stands on its page now.
func (c *Client) Answer(brand, purpose, choice string) *Answer {
	c.tb.Helper()
	path := "/" + brand + "/allow/" + purpose
	return c.Post(path, answer(c.Page(path), choice))
}

var receiptIn = regexp.MustCompile(`/receipts/([0-9a-v]{26})`)

// ReceiptIn returns the number of the first receipt that a page leads to.
func ReceiptIn(page string) string {
	if m := receiptIn.FindStringSubmatch(page); m != nil {
		return m[1]
	}
	return ""
}

// The person and the brand that routes are exercised with.
const (
	person = "thomas.weber@example.org"
	second = "second@mail.example.com"
	spare  = "spare@mail.example.com"
)

// things are what the parts of paths are filled in with.
type things struct {
	// Ids of proved addresses: the one known for longest, which stays while the
	// others are new, and two of these.
	first, other, spare string
	values              map[string]string
}

var (
	sheetIn   = regexp.MustCompile(`/theme/([^"]+)"`)
	assetIn   = regexp.MustCompile(`/static/(app[^"]+\.js)"`)
	backIn    = regexp.MustCompile(`/hibiki/get/back/[a-z-]+`)
	requestIn = regexp.MustCompile(`/hibiki/requests/[0-9a-v]{26}`)
	messageIn = regexp.MustCompile(`/mailbox/([^"]+)"`)
)

// gather signs the person in and finds one of everything that is theirs.
func gather(t *testing.T, s *Site) *things {
	t.Helper()
	c := s.Client(t)
	c.SignIn("hibiki", person)
	c.Answer("hibiki", "recommendations", "no")
	ctx := t.Context()
	subject, err := s.Identity.ByEmail(ctx, person)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{second, spare} {
		if err := s.Identity.Prove(ctx, subject, identity.Email, address, identity.Where{Brand: "hibiki"}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.DB.Identifiers(ctx, subject)
	if err != nil {
		t.Fatal(err)
	}
	idOf := func(address string) string {
		i := slices.IndexFunc(all, func(i identity.Identifier) bool { return i.Value == address })
		return all[i].ID
	}
	link := s.Client(t).Ask("hibiki", person)
	s.Client(t).Post("/hibiki/sign-in", url.Values{"address": {"waits@mail.example.com"}})
	sessions, err := s.DB.Sessions(ctx, subject, s.Clock.Now())
	if err != nil || len(sessions) == 0 {
		t.Fatalf("sessions: got %d, %v", len(sessions), err)
	}
	home := c.Page("/hibiki")
	part := func(in *regexp.Regexp, page string) string {
		m := in.FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("the page has nothing like %s", in)
		}
		return m[1]
	}
	return &things{first: idOf(person), other: idOf(second), spare: idOf(spare), values: map[string]string{
		":brand": "hibiki", ":field": "event-city", ":purpose": "recommendations", ":topic": "events",
		":receipt": ReceiptIn(c.Page("/hibiki/history")), ":session": string(sessions[0].ID), ":observation": id.New(),
		":token": link[strings.LastIndex(link, "/")+1:], ":sheet": part(sheetIn, home), "*": part(assetIn, home),
		":message": part(messageIn, awaitMail(t, s)),
		":kind":    "complaint", ":move": "cancel", ":request": string(copied(t, s, subject)), ":certificate": erased(t, s),
		":join": joined(t, s, subject), ":decision": machine(t, s, subject), ":offer": offered(t, s),
	}}
}

// machine has a system decide about subject, and returns the decision.
func machine(t *testing.T, s *Site, subject id.Subject) string {
	t.Helper()
	d, _, err := s.Automated.Register(t.Context(), automated.Telling{
		Subject: subject, System: demo.Payments, Brand: "hibiki", Event: "visited", Kind: "pay-later", At: s.Clock.Now(),
		Outcome: i18n.Text{"en": "No"}, Logic: i18n.Text{"en": "By a rule"}, Effect: i18n.Text{"en": "Pay now"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return d.ID
}

// offered has another controller send something for the person, and returns it.
func offered(t *testing.T, s *Site) string {
	t.Helper()
	now := s.Clock.Now()
	draft, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	draft.Declared.Controllers = []transfer.Controller{{Name: "choir", Label: i18n.Text{"en": "the town choir", "ja": "町の合唱団"}, Key: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}
	if _, err := s.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "apply"}}); err != nil {
		t.Fatal(err)
	}
	o := transfer.Offer{
		ID: id.New(), From: "choir", Nonce: "n", At: now, Until: now.Add(transfer.OfferLife), Values: []transfer.Value{{Field: "event-city", Value: "Nara"}},
		Names: []identity.Identifier{{Kind: identity.Email, Value: person}},
	}
	if err := s.DB.KeepOffer(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	return o.ID
}

// joined has another record of subject joined, and returns the join.
func joined(t *testing.T, s *Site, subject id.Subject) string {
	t.Helper()
	now := s.Clock.Now()
	c := identity.New([]identity.Identifier{{Kind: identity.Email, Value: person, VouchedAt: now, Source: "media"}},
		ledger.Actor{Kind: ledger.BySystem, ID: "media"}, now)
	if _, err := s.DB.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := s.Joiner.Weigh(t.Context(), subject, c.Subject); err != nil {
		t.Fatal(err)
	}
	all, err := s.DB.Joins(t.Context(), c.Subject)
	i := slices.IndexFunc(all, func(j identity.Join) bool { return j.Concerns(subject) && j.State == identity.Joined })
	if err != nil || i < 0 {
		t.Fatalf("joins: got %+v, %v", all, err)
	}
	return all[i].ID
}

// copied asks for a copy and waits until it is made.
func copied(t *testing.T, s *Site, subject id.Subject) rights.RequestID {
	t.Helper()
	now := s.Clock.Now()
	laws, err := rights.EmbeddedPacks()
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := s.Rights.File(t.Context(), rights.Filing{
		Subject: subject, Actor: ledger.Self(subject), Kind: rights.Access, Proof: rights.Proof{Method: "link", Fresh: true, At: now},
		Brand: "hibiki", Locale: "en", Zone: time.UTC, Pack: laws.For("JP", now),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Rights.Carry(t.Context(), subject, r.ID); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// erased erases somebody and returns the certificate.
func erased(t *testing.T, s *Site) string {
	t.Helper()
	actor, certificate := ledger.Actor{Kind: ledger.ByProgram, ID: "test"}, id.New()
	c := identity.New(nil, actor, s.Clock.Now())
	if _, err := s.DB.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	_, err := s.DB.Commit(t.Context(), ledger.Change{
		Subject: c.Subject, Base: ledger.AnyVersion, At: s.Clock.Now(), Actor: actor,
		Entries: []ledger.Draft{{Kind: rights.SubjectErased}},
		Rows:    []any{rights.Erased{Certificate: certificate, Number: "R-TEST-0001", Plan: rights.PlanErasure(rights.Holding{})}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

// awaitMail waits until the page of mails lists one.
func awaitMail(t *testing.T, s *Site) string {
	t.Helper()
	c := s.Client(t)
	return Eventually(t, "a mail", func() (string, bool) {
		page := c.Page("/mailbox")
		return page, messageIn.MatchString(page)
	})
}

// fill puts values in place of a path's parts.
func (w *things) fill(route string) (method, path string) {
	method, path, _ = strings.Cut(route, " ")
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if v, ok := w.values[p]; ok {
			parts[i] = v
		}
		if p == ":address" {
			switch parts[len(parts)-1] {
			case "main":
				parts[i] = w.other
			case "remove":
				parts[i] = w.spare
			default:
				parts[i] = w.first
			}
		}
	}
	return method, strings.Join(parts, "/")
}
