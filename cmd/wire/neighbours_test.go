package wire_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"livingprofile/cmd/crm"
	"livingprofile/cmd/gateway"
	"livingprofile/cmd/wire"
	"livingprofile/internal/demo"
	"livingprofile/internal/testkit"
)

// outside is a program of somebody else that is made after its address is known.
func outside(t *testing.T, h *http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*h).ServeHTTP(w, r) }))
	t.Cleanup(s.Close)
	return s
}

// post sends a form as a browser does, and returns where it leads.
func post(t *testing.T, address string, form url.Values, site string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", site)
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// TestNeighbours: a no arrives at the customer desk, a phone number that was
// changed there comes back, and a training session becomes what one did until
// its person says no.
func TestNeighbours(t *testing.T) {
	var deskHandler, clubHandler http.Handler
	desk, club := outside(t, &deskHandler), outside(t, &clubHandler)
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(set *wire.Settings) {
		set.Outbound = []string{strings.TrimPrefix(desk.URL, "http://"), strings.TrimPrefix(club.URL, "http://")}
	}})
	secrets, err := s.ConnectAll(t.Context(), demo.Neighbours{CRM: desk.URL + "/hooks", Feed: desk.URL + "/feed", Machines: club.URL + "/hooks"})
	if err != nil {
		t.Fatal(err)
	}
	key, err := s.FeedKey(demo.FeedSecret)
	if err != nil {
		t.Fatal(err)
	}
	aiko := demo.People(1, 1, s.Clock.Now())[0]
	customers, err := crm.New(crm.Options{
		Secret: secrets[demo.CRM].String(), Key: key, Folder: t.TempDir(),
		Contacts: []crm.Contact{{Number: aiko.CRM.Number, Name: aiko.FullName(), Phone: aiko.CRM.Phone}},
	})
	if err != nil {
		t.Fatal(err)
	}
	deskHandler = customers.Handler()
	told, err := s.GatewayKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	machines, err := gateway.New(gateway.Options{
		Secret: secrets[demo.Machines].String(), Key: told, Folder: t.TempDir(), Portal: s.URL,
		Members: []gateway.Member{{Number: aiko.Machines.Number, Name: aiko.FullName()}},
	})
	if err != nil {
		t.Fatal(err)
	}
	clubHandler = machines.Handler()
	c := s.Client(t)
	c.Enter("hibiki", aiko.Email, false)
	contact := func() crm.Contact { return customers.Kept().Contacts[aiko.CRM.Number] }

	t.Run("a_choice_arrives", func(t *testing.T) {
		c.Answer("hibiki", "newsletter", "no")
		testkit.Eventually(t, "the desk to follow", func() (bool, bool) { return true, contact().Asked && len(contact().Letters) == 0 })
		testkit.Eventually(t, "the portal to say so", func() (bool, bool) {
			return true, strings.Contains(part(c.Page("/hibiki/who"), `id="w-crm"`), "Confirmed ")
		})
	})
	t.Run("a_phone_number_comes_back", func(t *testing.T) {
		const typed, stored = "+81-90-0000-7777", "7777"
		if got := post(t, desk.URL+"/contacts", url.Values{"number": {aiko.CRM.Number}, "phone": {typed}}, "cross-site"); got != http.StatusForbidden {
			t.Errorf("from another site: got %d, want 403", got)
		}
		if got := post(t, desk.URL+"/contacts", url.Values{"number": {aiko.CRM.Number}, "phone": {typed}}, "same-origin"); got != http.StatusSeeOther {
			t.Fatalf("got %d", got)
		}
		testkit.Eventually(t, "the number in the profile", func() (bool, bool) {
			return true, strings.Contains(c.Page("/hibiki/data/phone"), stored)
		})
		if res := get(t, desk.URL+"/feed"); !strings.Contains(res, "401") {
			t.Errorf("the feed is open to everybody: %.80s", res)
		}
	})
	t.Run("a_session_becomes_what_one_did", func(t *testing.T) {
		form := url.Values{"member": {aiko.Machines.Number}, "machine": {"rowing"}, "minutes": {"77"}}
		post(t, club.URL+"/sessions", form, "same-origin")
		if got := machines.Kept().Sessions[0].Became; got != "recorded" {
			t.Errorf("got %q, want it recorded", got)
		}
		if page := c.Page("/tsubame/activity"); !strings.Contains(page, "77") {
			t.Error("the session is not in what one did")
		}
		c.Answer("tsubame", "training-suggestions", "no")
		testkit.Eventually(t, "the machines to follow", func() (bool, bool) { return true, machines.Kept().Members[aiko.Machines.Number].Stopped })
		post(t, club.URL+"/sessions", form, "same-origin")
		if got := machines.Kept().Sessions[0].Became; !strings.Contains(got, "not measured") {
			t.Errorf("after the no: got %q", got)
		}
	})
	t.Run("strangers_are_not_believed", func(t *testing.T) {
		for _, address := range []string{desk.URL, club.URL} {
			res, err := http.Post(address+"/hooks", "application/json", strings.NewReader(`{"data":{"subject":"x","version":999999,"erased":true,"known_as":["`+aiko.CRM.Number+`"]}}`))
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != http.StatusUnauthorized {
				t.Errorf("got %d, want 401", res.StatusCode)
			}
		}
		if contact().Number == "" {
			t.Error("the desk forgets whom strangers call erased")
		}
	})
}
