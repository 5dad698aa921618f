package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/footer"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// A somebody is whom an address may be of.
type somebody struct {
	address string
	subject id.Subject // of nobody, for an address that is nobody's
	receipt string     // of a decision
}

// A street is a site on whose brand kawara the same was done by three people,
// one of whom is frozen and one erased by now. Another address is nobody's.
type street struct {
	*testkit.Site
	t                              *testing.T
	known, frozen, erased, unknown somebody
}

func newStreet(t *testing.T, e testkit.Engine) *street {
	s := &street{Site: testkit.NewSite(t, testkit.SiteOptions{Engine: e, Set: func(s *wire.Settings) { s.Sign.AsksPerSubject = 1000 }}), t: t}
	s.known, s.frozen, s.erased = s.joins("kim@mail.example.com"), s.joins("kit@mail.example.com"), s.joins("kip@mail.example.com")
	s.unknown = somebody{"kai@mail.example.com", id.Subject(id.New()), id.New()}
	s.asks(s.frozen, rights.Restriction, rights.Matter{Ground: rights.Claims})
	s.asks(s.erased, rights.Erasure, rights.Matter{})
	testkit.Eventually(t, "the erasure", func() (bool, bool) {
		_, err := s.DB.Facts(t.Context(), s.erased.subject)
		return true, err != nil
	})
	return s
}

// joins makes somebody a member of kawara.
func (s *street) joins(address string) somebody {
	s.t.Helper()
	c := s.Client(s.t)
	c.SignIn("kawara", address)
	c.Answer("kawara", "audience", "no")
	subject, err := s.Identity.ByEmail(s.t.Context(), address)
	if err != nil {
		s.t.Fatal(err)
	}
	return somebody{address, subject, testkit.ReceiptIn(c.Page("/kawara/history"))}
}

func (s *street) asks(who somebody, kind rights.Kind, m rights.Matter) {
	s.t.Helper()
	_, _, err := s.Rights.File(s.t.Context(), rights.Filing{
		Subject: who.subject, Actor: ledger.Self(who.subject), Kind: kind, Matter: m, Brand: "kawara", Locale: "en", Zone: time.UTC,
		Pack: s.Laws.For("GB", s.Clock.Now()), Proof: rights.Proof{Method: "link", Fresh: true, At: s.Clock.Now()},
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// alike fails where what is seen of one is not what is seen of the first.
func (s *street) alike(t *testing.T, seen func(who somebody) string, all ...somebody) {
	t.Helper()
	first := seen(all[0])
	for _, one := range all[1:] {
		if diff := cmp.Diff(first, seen(one)); diff != "" {
			t.Errorf("%s is told from %s:\n%s", one.address, all[0].address, diff)
		}
	}
}

// sealed tells whether a checkpoint covers an entry yet, which the next minute
// changes for everybody's.
var sealed = regexp.MustCompile(`<dt>Sealed</dt><dd>[^<]*</dd>`)

// random is what the masks of an answer leave: a code, a time of day, a day or
// two from now, an id and what a cookie holds.
var random = regexp.MustCompile(`[0-9]{4}[ \x{a0}][0-9]{4}|\d{1,2}:\d{2}( ?[ap]\.?m\.?)?|[0-9a-v]{26}|(=)[^;\s]{60,};|Expires=[^;\n\r]*`)

// seen is all that can be seen of answers about somebody.
func seen(who somebody, all ...*testkit.Answer) string {
	var b strings.Builder
	for _, a := range all {
		b.WriteString(random.ReplaceAllString(sealed.ReplaceAllString(a.Masked(who.address), ""), "$2…"))
	}
	return b.String()
}

// TestEnumeration is S11 wherever an address, or what only its owner has, is
// taken: nobody learns whether it is known, frozen, erased or nobody's.
func TestEnumeration(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			s := newStreet(t, e)
			everybody := []somebody{s.unknown, s.known, s.frozen, s.erased}
			for _, brand := range []string{"kawara", "tsubame"} { // where one may register, and where not
				t.Run("signing_in_to_"+brand, func(t *testing.T) {
					s.alike(t, func(who somebody) string { return s.signsIn(brand+"/sign-in", who) }, everybody...)
				})
			}
			t.Run("asking_signed_out", func(t *testing.T) {
				for _, kind := range []string{"access", "erasure", "objection", "complaint"} {
					next := url.QueryEscape("/kawara/rights/" + kind)
					s.alike(t, func(who somebody) string { return s.signsIn("kawara/sign-in?next="+next, who) }, everybody...)
				}
			})
			t.Run("adding_an_address", func(t *testing.T) {
				c := s.Client(t)
				c.Enter("hibiki", thomas, true)
				s.alike(t, func(who somebody) string {
					a := c.Post("/hibiki/safety/addresses", url.Values{"kind": {"email"}, "value": {who.address}})
					return seen(who, a, c.Get(a.Location()))
				}, everybody...)
			})
			t.Run("unsubscribing", func(t *testing.T) {
				s.alike(t, s.unsubscribes, s.known, s.frozen)
				s.alike(t, s.unsubscribes, s.unknown, s.erased)
			})
			t.Run("checking_a_receipt", func(t *testing.T) { s.alike(t, s.checks, s.known, s.frozen, s.erased) })
			t.Run("reading_a_receipt", func(t *testing.T) {
				c := s.Client(t)
				c.Enter("kawara", thomas, true)
				s.alike(t, func(who somebody) string { return seen(who, c.Get("/kawara/receipts/"+who.receipt)) }, everybody...)
			})
			t.Run("by_a_key_of_another_brand", func(t *testing.T) { s.byKey(t, everybody) })
		})
	}
}

// signsIn is what a browser that nobody has used sees of typing an address.
func (s *street) signsIn(path string, who somebody) string {
	c := s.Client(s.t)
	form := c.Get("/" + path)
	a := c.Send("/"+path, url.Values{"address": {who.address}})
	sent := c.Get(a.Location())
	again := c.Send("/"+path[:strings.Index(path, "/")]+"/sign-in/again", nil)
	return seen(who, form, a, sent, again)
}

// unsubscribes is what is seen behind a link of the foot of a mail.
func (s *street) unsubscribes(who somebody) string {
	text, err := footer.Mint(s.DB.Ring().System(), footer.Link{
		Kind: footer.Unsubscribe, Subject: who.subject, Brand: "kawara", Topic: "articles", Channel: "email",
		Expires: s.Clock.Now().Add(time.Hour).Truncate(time.Second),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	c, path := s.Client(s.t), "/u/"+text
	click := url.Values{"List-Unsubscribe": {"One-Click"}}
	all := seen(who, c.Get(path), c.Send(path, click), c.Get(path), c.Send(path, click))
	return strings.ReplaceAll(all, text, "…")
}

// inLedger is where a receipt is, which says of whom it is to nobody.
var inLedger = regexp.MustCompile(`<code.*?</code>|\d+`)

func (s *street) checks(who somebody) string {
	c := s.Client(s.t)
	a := c.Get("/receipts/" + who.receipt)
	if a.Status != http.StatusOK {
		s.t.Errorf("the receipt of %s: got %d", who.address, a.Status)
	}
	return inLedger.ReplaceAllString(seen(who, a, c.Send("/receipts", url.Values{"number": {who.receipt}})), "…")
}

// byKey asks with a key of a brand that has to do with none of them.
func (s *street) byKey(t *testing.T, everybody []somebody) {
	_, key, err := s.Keys().Make(t.Context(), authz.APIKey{
		Name: "test", System: "machines", Brand: "tsubame", Scopes: authz.Scopes(), Fields: []string{authz.AllFields}, ExpiresAt: s.Clock.Now().Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	c := s.Client(t)
	for _, question := range []string{
		`POST /api/v1/subjects/lookup {"identifiers":[{"kind":"email","value":"ADDRESS"}]}`,
		`POST /api/v1/decisions {"purpose":"newsletter","identifiers":[{"kind":"email","value":"ADDRESS"}]}`,
		`POST /api/v1/decisions {"purpose":"newsletter","subjects":["NAME"]}`,
		`POST /access/v1/evaluation {"subject":{"type":"email","id":"ADDRESS"},"action":{"name":"use"},"resource":{"type":"purpose","id":"newsletter"}}`,
		`POST /scim/v2/Users/.search {"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"emails eq \"ADDRESS\""}`,
		`GET /scim/v2/Users/NAME `,
		`GET /api/v1/subjects/NAME `,
		`GET /api/v1/subjects/NAME/identifiers `,
		`GET /api/v1/subjects/NAME/consents `,
		`POST /api/v1/requests {"subject":"NAME","kind":"complaint","text":"Nobody answers.","proof":"letter"}`,
		`POST /api/v1/links {"subject":"NAME","kind":"preferences"}`,
	} {
		method, rest, _ := strings.Cut(question, " ")
		path, body, _ := strings.Cut(rest, " ")
		s.alike(t, func(who somebody) string {
			name, err := s.DB.Ring().Pairwise("machines", who.subject)
			if err != nil {
				t.Fatal(err)
			}
			fill := strings.NewReplacer("ADDRESS", who.address, "NAME", name)
			r := c.Request(method, fill.Replace(path), strings.NewReader(fill.Replace(body)), "Authorization", "Bearer "+key)
			if body != "" {
				r.Header.Set("Content-Type", "application/json")
			}
			a := c.Do(r)
			if a.Status >= http.StatusInternalServerError || a.Status == http.StatusForbidden || a.Status == http.StatusUnprocessableEntity {
				t.Errorf("%s: got %d: %s", question, a.Status, a.Body)
			}
			return strings.ReplaceAll(seen(who, a), name, "…")
		}, everybody...)
	}
}
