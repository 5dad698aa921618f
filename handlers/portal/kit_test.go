package portal_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/portal"
	"livingprofile/handlers/web"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/demo"
	"livingprofile/internal/i18n"
	"livingprofile/internal/i18n/i18ntest"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
	"livingprofile/internal/receipt"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
	"livingprofile/internal/transfer"
	"livingprofile/store"
)

// A kit is the portal on a store of its own, with one person signed in.
type kit struct {
	*portal.Portal
	t       *testing.T
	clock   *clock.Fake
	org     *organisation.Organisation
	subject id.Subject
	session login.Session
	token   string
	told    *told
	flash   *flashes
	locale  string
	brand   string
	live    bool // as a page that swaps rows in place
}

// told keeps which addresses were told what.
type told struct{ notices []string }

func (n *told) AddressChanged(one identity.Notice) ([]any, error) {
	n.notices = append(n.notices, one.What+" "+one.Address)
	return nil, nil
}

// flashes keeps what the next page is to say.
type flashes struct{ left []web.Flash }

func (f *flashes) Set(_ echo.Context, flash web.Flash) error {
	f.left = append(f.left, flash)
	return nil
}

func (f *flashes) Take(echo.Context) (web.Flash, bool) {
	if len(f.left) == 0 {
		return web.Flash{}, false
	}
	last := f.left[len(f.left)-1]
	f.left = nil
	return last, true
}

// askings keeps what the browser remembers of its links.
type askings struct{ kept web.Asking }

func (a *askings) Set(_ echo.Context, asking web.Asking) error {
	a.kept = asking
	return nil
}

func (a *askings) Read(echo.Context) web.Asking { return a.kept }

// nobody is a directory that is never asked.
type nobody struct{ login.Directory }

func declared(t *testing.T, at time.Time) *organisation.Organisation {
	t.Helper()
	draft, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	return organisation.Diff(nil, draft, at).Next
}

const mailbox = "aiko@mail.example.com"

// newKit signs a person in at hibiki, in English.
func newKit(t *testing.T) *kit {
	t.Helper()
	c := testkit.NewClock()
	db := testkit.OpenStore(t, testkit.OnSQLite, c, nil)
	k := &kit{t: t, clock: c, org: declared(t, c.Now()), told: &told{}, flash: &flashes{}, locale: "en", brand: "hibiki"}
	err := db.Declare(t.Context(), k.org, ledger.Change{
		At: c.Now(), Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "apply"},
		Entries: []ledger.Draft{{Kind: "organisation.declared"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	laws, err := rights.EmbeddedPacks()
	if err != nil {
		t.Fatal(err)
	}
	k.Portal = portal.New(portal.Deps{
		Read: store.Together{DB: db}, Joins: db, Joiner: identity.NewJoiner(db, c), Clock: c, Bundle: i18ntest.Words(t),
		Base:     &url.URL{Scheme: "https", Host: "privacy.example.com"},
		Consent:  consent.NewService(db, func() consent.Catalogue { return k.org }, c),
		Profile:  profile.NewService(db, func() profile.Schema { return k.org }, c),
		Identity: identity.NewService(db, k.told, c),
		Door:     inbound.NewService(db, db.Ring(), func() inbound.Catalogue { return k.org }, c),
		Rights:   rights.NewService(db, nil, c), Laws: laws,
		Offers:   &transfer.Receiver{Store: db, Clock: c, Catalogue: func() transfer.Catalogue { return k.org }},
		Sessions: login.NewSessions(db, db.Ring(), c, login.Settings{}),
		Links:    login.NewLinks(db, db.Ring(), nobody{}, c, login.Settings{}, nil),
		Receipts: &receipt.Maker{
			Registry: db, Issuer: db.Installation(), Base: &url.URL{Scheme: "https", Host: "privacy.example.com"},
			Open: func([]byte) (*ledger.Checkpoint, error) { t.Error("a checkpoint was opened"); return nil, nil },
		},
	})
	if k.subject, err = k.Identity.Register(t.Context(), mailbox, "hibiki"); err != nil {
		t.Fatal(err)
	}
	k.session, k.token, err = k.Sessions.Start(t.Context(), login.SignedIn{
		Subject: k.subject, Brand: "hibiki", Method: login.ByLink, Assurance: login.Mailbox, UserAgent: firefox,
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

const firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:135.0) Gecko/20100101 Firefox/135.0"

// do runs a handler; param is the name and the value of the route's one part.
func (k *kit) do(h echo.HandlerFunc, method, target string, form url.Values, param ...string) (*httptest.ResponseRecorder, error) {
	k.t.Helper()
	r := httptest.NewRequestWithContext(k.t.Context(), method, target, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if k.live {
		r.Header.Set("HX-Request", "true")
	}
	b, _ := k.org.Brand(k.brand)
	zone, err := time.LoadLocation(b.Zone)
	if err != nil {
		k.t.Fatal(err)
	}
	r = r.WithContext(i18n.With(r.Context(), k.Bundle.Localizer(k.locale).In(zone)))
	w := httptest.NewRecorder()
	c := echo.New().NewContext(r, w)
	if len(param) == 2 {
		c.SetParamNames(param[0])
		c.SetParamValues(param[1])
	}
	web.Begin(c, &web.Visit{
		Organisation: k.org, Brand: b, Locale: k.locale, Session: &k.session, Token: k.token, CSRF: "proof",
	})
	web.KeepFlashes(c, k.flash)
	web.KeepAskings(c, &askings{})
	return w, h(c)
}

// get returns a page that must be there.
func (k *kit) get(h echo.HandlerFunc, target string, param ...string) string {
	k.t.Helper()
	w, err := k.do(h, http.MethodGet, target, nil, param...)
	if err != nil {
		k.t.Fatalf("GET %s: %v", target, err)
	}
	if w.Code != http.StatusOK {
		k.t.Fatalf("GET %s: got %d, want 200", target, w.Code)
	}
	if missing := strings.Index(w.Body.String(), "⟦"); missing >= 0 {
		k.t.Errorf("GET %s lacks words: %.80s", target, w.Body.String()[missing:])
	}
	return w.Body.String()
}

// post sends a form and returns the answer, which must have status.
func (k *kit) post(status int, h echo.HandlerFunc, form url.Values, param ...string) *httptest.ResponseRecorder {
	k.t.Helper()
	w, err := k.do(h, http.MethodPost, "/hibiki", form, param...)
	if err != nil {
		k.t.Fatalf("POST: %v", err)
	}
	if w.Code != status {
		k.t.Fatalf("POST: got %d, want %d", w.Code, status)
	}
	return w
}

// fails sends a form that must be refused with want.
func (k *kit) fails(want error, h echo.HandlerFunc, form url.Values, param ...string) {
	k.t.Helper()
	if _, err := k.do(h, http.MethodPost, "/hibiki", form, param...); !errors.Is(err, want) {
		k.t.Errorf("got %v, want %v", err, want)
	}
}

// answer is the form of an answer to the words of a purpose as they are now.
func (k *kit) answer(purpose consent.PurposeID, choice string) url.Values {
	v, ok := k.org.Purpose(purpose)
	if !ok {
		k.t.Fatalf("no purpose %q", purpose)
	}
	return url.Values{"choice": {choice}, "version": {strconv.Itoa(v.Number)}, "notice": {v.Notice(k.locale).Hash}}
}

// status is where the person stands on a purpose, for all brands.
func (k *kit) status(purpose consent.PurposeID) consent.Status {
	k.t.Helper()
	f, err := k.Read.Facts(k.t.Context(), k.subject)
	if err != nil {
		k.t.Fatal(err)
	}
	return f.Consents.Of(purpose, "").Status
}

// wants fails unless page has each of texts.
func wants(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
}

// lacks fails if page has any of texts.
func lacks(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(page, text) {
			t.Errorf("the page has %q", text)
		}
	}
}
