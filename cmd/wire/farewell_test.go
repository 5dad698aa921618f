package wire_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"livingprofile/cmd/crm"
	"livingprofile/cmd/gateway"
	"livingprofile/cmd/newsletter"
	"livingprofile/cmd/vendors"
	"livingprofile/cmd/wire"
	"livingprofile/internal/connector"
	"livingprofile/internal/demo"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// erase carries out an erasure that somebody asks for now.
func erase(t *testing.T, s *testkit.Site, subject id.Subject) {
	t.Helper()
	r, _, err := s.Rights.File(t.Context(), rights.Filing{
		Subject: subject, Actor: ledger.Self(subject), Kind: rights.Erasure, Proof: rights.Proof{Fresh: true},
		Brand: "hibiki", Locale: "en", Zone: time.UTC, Pack: s.Laws.For("JP", time.Now()),
	})
	if err == nil {
		err = s.Rights.Carry(t.Context(), subject, r.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// told waits until nothing is left by which systems would find somebody, or a
// record that was joined to theirs. Where something older had made a record that is
// gone already, it is looked for again, and the schedule of that is not tested.
func told(t *testing.T, s *testkit.Site, circle ...id.Subject) {
	t.Helper()
	testkit.Eventually(t, "every system to be told", func() (any, bool) {
		for _, target := range s.Current.Load().Targets() {
			counts, err := s.DB.Counts(t.Context(), target.ID)
			if err == nil && counts[hook.Waiting] > 0 {
				err = s.DB.SetMode(t.Context(), target.ID, hook.Active, "", "", ledger.Actor{Kind: ledger.ByProgram, ID: "test"}, s.Clock.Now())
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := s.DB.EndFarewells(t.Context(), s.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		left := 0
		for _, one := range circle {
			names, err := s.DB.Names(t.Context(), one)
			if err != nil {
				t.Fatal(err)
			}
			left += len(names)
		}
		return left, left == 0
	})
}

// TestFarewell: whoever is erased here is erased at the demo's systems too, which
// know people by numbers of their own, and nothing is left in their files.
func TestFarewell(t *testing.T) {
	var deskHandler, clubHandler, toolHandler http.Handler
	desk, club, tool := outside(t, &deskHandler), outside(t, &clubHandler), outside(t, &toolHandler)
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(set *wire.Settings) {
		for _, o := range []*httptest.Server{desk, club, tool} {
			set.Outbound = append(set.Outbound, strings.TrimPrefix(o.URL, "http://"))
		}
	}})
	secrets, err := s.ConnectAll(t.Context(), demo.Neighbours{CRM: desk.URL + "/hooks", Machines: club.URL + "/hooks", Newsletter: tool.URL + "/hooks"})
	if err != nil {
		t.Fatal(err)
	}
	aiko, folder := demo.People(1, 1, s.Clock.Now())[0], t.TempDir()
	customers, err := crm.New(crm.Options{
		Secret: secrets[demo.CRM].String(), Folder: folder,
		Contacts: []crm.Contact{{Number: aiko.CRM.Number, Name: aiko.FullName(), Phone: aiko.CRM.Phone}, {Number: "other", Name: "Somebody Else"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	machines, err := gateway.New(gateway.Options{
		Secret: secrets[demo.Machines].String(), Folder: folder,
		Members: []gateway.Member{{Number: aiko.Machines.Number, Name: aiko.FullName()}, {Number: "other", Name: "Somebody Else"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	readers, err := newsletter.New(secrets[demo.Newsletter].String(), folder)
	if err != nil {
		t.Fatal(err)
	}
	deskHandler, clubHandler, toolHandler = customers.Handler(), machines.Handler(), readers.Handler()
	subject, err := s.Identity.ByEmail(t.Context(), aiko.Email)
	if err != nil {
		t.Fatal(err)
	}
	circle, err := s.DB.Circle(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	erase(t, s, subject)
	told(t, s, circle...)
	late(t, s, tool.URL+"/hooks", secrets[demo.Newsletter], subject, aiko.Email)

	for _, file := range []string{"crm.json", "gateway.json", "newsletter.json"} {
		kept, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, mark := range []string{aiko.CRM.Number, aiko.Machines.Number, aiko.FullName(), aiko.CRM.Phone, aiko.Email} {
			if bytes.Contains(kept, []byte(mark)) {
				t.Errorf("%s still has %q", file, mark)
			}
		}
		if file != "newsletter.json" && !bytes.Contains(kept, []byte("Somebody Else")) {
			t.Errorf("%s lost somebody else", file)
		}
	}
	// A system that deletes the person at the word about one record holds nobody by
	// the next.
	applied := map[string]bool{}
	for _, one := range circle {
		all, err := s.DB.Deliveries(t.Context(), one, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			if d.Kind == rights.SubjectErased {
				applied[d.Endpoint] = applied[d.Endpoint] || d.State == "applied"
			}
		}
	}
	for endpoint, done := range applied {
		if !done {
			t.Errorf("%s applied none", endpoint)
		}
	}
}

// late sends what was on its way when somebody was erased.
func late(t *testing.T, s *testkit.Site, address string, secret hook.Secret, subject id.Subject, email string) {
	t.Helper()
	name, err := s.DB.Ring().Pairwise(demo.Newsletter, subject)
	if err != nil {
		t.Fatal(err)
	}
	m := hook.Message{Type: "consent.given", Data: hook.Content{
		Subject: name, Version: 1, Fields: map[string]string{"email": email},
		Permissions: []hook.Permission{{Purpose: "newsletter", Brand: "hibiki", Allow: true}},
	}}
	body, media, err := m.Write(hook.Plain, "", "e")
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range hook.Headers([]hook.Secret{secret}, "e", time.Now(), media, body) {
		r.Header.Set(k, v)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("got %d", res.StatusCode)
	}
}

// TestFarewell_never_told: a product that speaks its own language, and was told
// nothing of a person yet, knows them by an address that is erased here.
func TestFarewell_never_told(t *testing.T) {
	double := &vendors.Listmonk{Key: "api:key"}
	server := httptest.NewServer(double)
	defer server.Close()
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(set *wire.Settings) {
		set.Outbound = []string{strings.TrimPrefix(server.URL, "http://")}
		secrets := filepath.Join(set.Database, "secrets")
		if err := os.MkdirAll(secrets, 0o700); err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(filepath.Join(secrets, "listmonk"), []byte(double.Key), 0o600); err != nil {
			t.Error(err)
		}
	}})
	link(t, s, &connector.Link{
		Name: "listmonk", URL: server.URL, Secret: "listmonk", Every: time.Hour, Brands: []string{"hibiki"},
		Topics: map[string]string{"newsletter": "3"}, Fields: map[string]string{"given-name": "first_name"},
	})
	email, name := subscriber(t, s)
	first := double.Add(vendors.Record{Email: email, Topics: map[string]bool{"3": true}})
	double.Add(vendors.Record{Email: "somebody@example.com", Topics: map[string]bool{"3": true}})
	subject, err := s.Identity.ByEmail(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	erase(t, s, subject)
	told(t, s, subject)
	// Something older may have been on its way, which the end of it takes back.
	testkit.Eventually(t, "nobody but others", func() (bool, bool) {
		return true, !slices.ContainsFunc(double.Records(), func(r vendors.Record) bool { return r.ID == first || r.Subject == name })
	})
	if len(double.Records()) == 0 {
		t.Error("somebody else is gone as well")
	}
}
