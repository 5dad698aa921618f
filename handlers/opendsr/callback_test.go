package opendsr_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/demo"
	"livingprofile/internal/id"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/opendsr/opendsrtest"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// A pair is two installations of which one passes on to the other.
type pair struct {
	t           *testing.T
	here, there *testkit.Site
	signer      *opendsr.Signer // of there
	clock       *clock.Fake     // of there
}

func newPair(t *testing.T, e testkit.Engine) *pair {
	t.Helper()
	own := opendsrtest.Issue(t, "127.0.0.1", time.Now().AddDate(1, 0, 0))
	site := func(e testkit.Engine, c clock.Clock, files map[string][]byte) *testkit.Site {
		return testkit.NewSite(t, testkit.SiteOptions{Engine: e, Clock: c, Set: func(s *wire.Settings) {
			s.Outbound = []string{"127.0.0.1"}
			folder := s.Folder
			if folder == "" {
				folder = s.Database
			}
			for name, text := range files {
				write(t, filepath.Join(folder, "secrets"), name, text)
			}
		}})
	}
	p := &pair{t: t, clock: testkit.Today()}
	p.there = site(testkit.OnSQLite, p.clock, map[string][]byte{"opendsr-key.pem": own.Key, "opendsr-cert.pem": own.Certificate})
	_, key, err := p.there.Keys().Make(t.Context(), authz.APIKey{
		Name: "peer", System: "shop", Brand: authz.AllBrands, Scopes: []authz.Permission{authz.RequestSend}, ExpiresAt: time.Now().Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	p.here = site(e, nil, map[string][]byte{"peer": []byte(key), "opendsr-roots.pem": own.Certificate})
	draft, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	for i := range draft.Declared.Systems {
		if s := &draft.Declared.Systems[i]; s.Name == "crm" {
			s.OpenDSR = &opendsr.Peer{URL: p.there.URL + "/opendsr/v2", Domain: "127.0.0.1", Secret: "peer", Requests: "opendsr_requests"}
		}
	}
	if _, err = p.here.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"}}); err != nil {
		t.Fatal(err)
	}
	if p.signer, err = opendsr.NewSigner("127.0.0.1", own.Key, own.Certificate); err != nil {
		t.Fatal(err)
	}
	return p
}

// asks files a request of a person here, and returns it with its errand when it
// was sent.
func (p *pair) asks(kind rights.Kind) (rights.Request, opendsr.Errand) {
	p.t.Helper()
	subject, err := p.here.Identity.ByEmail(p.t.Context(), thomas)
	if err != nil {
		p.t.Fatal(err)
	}
	r, _, err := p.here.Rights.File(p.t.Context(), rights.Filing{
		Subject: subject, Actor: ledger.Self(subject), Kind: kind, Proof: rights.Proof{Fresh: true},
		Brand: "hibiki", Locale: "en", Zone: time.UTC, Pack: p.here.Laws.For("JP", time.Now()),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	e := p.becomes(r.ID, opendsr.ErrandState(opendsr.Pending))
	if len(e.Names) > 0 || e.Expected.IsZero() { // it was taken, so they are forgotten
		p.t.Errorf("got %+v", e)
	}
	return r, e
}

// becomes waits for the errand of a request to be in a state.
func (p *pair) becomes(r rights.RequestID, want opendsr.ErrandState) opendsr.Errand {
	p.t.Helper()
	return testkit.Eventually(p.t, "the errand to be "+string(want), func() (opendsr.Errand, bool) {
		p.clock.Advance(10 * time.Second) // there it is looked now and then whether something moved
		if err := errors.Join(p.here.SendPeers(p.t.Context()), p.there.CallPeers(p.t.Context())); err != nil {
			p.t.Fatal(err)
		}
		all, err := p.here.DB.Errands(p.t.Context(), r)
		if err != nil || len(all) != 1 {
			return opendsr.Errand{}, false
		}
		return all[0], all[0].State == want
	})
}

// TestController: what somebody asks here arrives there, and what becomes of it
// there is read here.
func TestController(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			p := newPair(t, e)
			r, errand := p.asks(rights.Access)
			c := p.here.Client(t)
			c.Enter("hibiki", thomas, false)
			if page := c.Page("/hibiki/requests/" + string(r.ID)); !strings.Contains(page, "told, and waiting") {
				t.Error("the person does not read that somebody is told")
			}
			p.forged(errand)
			p.accept()
			over := p.becomes(r.ID, opendsr.ErrandState(opendsr.Completed))
			if len(over.Names) != 0 || !over.DueAt.IsZero() {
				t.Errorf("it is over and kept: %+v", over)
			}
			if page := c.Page("/hibiki/requests/" + string(r.ID)); !strings.Contains(page, "confirmed") {
				t.Error("the person does not read that it is confirmed")
			}
			// What comes late changes nothing.
			if got := p.call(errand.ID, `"in_progress"`, errand.ID, nil); got != http.StatusAccepted {
				t.Errorf("got %d", got)
			}
			p.becomes(r.ID, opendsr.ErrandState(opendsr.Completed))
			p.erased(e == testkit.OnSQLite)
		})
	}
}

var certificateIn = regexp.MustCompile(`/erasures/[a-z0-9]+`)

// erased: what somebody has erased here is decided on there too, and whoever has
// the certificate reads what came of it.
func (p *pair) erased(refused bool) {
	p.t.Helper()
	r, errand := p.asks(rights.Erasure)
	p.here.Box.Clear()
	page := p.here.Client(p.t)
	certificate := ""
	for certificate == "" {
		m, err := p.here.Box.Wait(p.t.Context(), thomas)
		if err != nil {
			p.t.Fatal(err)
		}
		certificate = certificateIn.FindString(m.Text)
	}
	want, word := opendsr.ErrandState(opendsr.Completed), "confirmed"
	if refused {
		want, word = opendsr.Refused, "does not take it"
		p.decide("dpo", rights.Act{Move: rights.Reject, Ground: "legal-duty"})
	} else {
		p.decide("reviewer", rights.Act{Move: rights.Propose, Note: "It is them."})
		p.accept()
	}
	p.becomes(r.ID, want)
	if got := p.call(errand.ID, `"in_progress"`, errand.ID, nil); got != http.StatusAccepted {
		p.t.Errorf("got %d", got)
	}
	if over := p.becomes(r.ID, want); len(over.Names) != 0 {
		p.t.Errorf("it is over and kept: %+v", over)
	}
	if text := page.Page(certificate); !strings.Contains(text, word) {
		p.t.Errorf("the certificate does not say %q", word)
	}
}

// accept has staff there do what was passed on.
func (p *pair) accept() {
	p.t.Helper()
	subject, r := p.decide("dpo", rights.Act{Move: rights.Accept})
	if err := p.there.Rights.Carry(p.t.Context(), subject, r); err != nil {
		p.t.Fatal(err)
	}
}

// decide has a member there decide on what was passed on last.
func (p *pair) decide(member string, a rights.Act) (id.Subject, rights.RequestID) {
	p.t.Helper()
	subject, err := p.there.Identity.ByEmail(p.t.Context(), thomas)
	if err != nil {
		p.t.Fatal(err)
	}
	docket, err := p.there.Rights.Docket(p.t.Context(), subject)
	if err != nil {
		p.t.Fatal(err)
	}
	a.Actor = ledger.Actor{Kind: ledger.ByStaff, ID: member}
	for _, r := range docket.Requests {
		if r.PassedOnBy("shop") && r.State.Open() {
			if _, err := p.there.Rights.Move(p.t.Context(), subject, r.ID, a); err != nil {
				p.t.Fatal(err)
			}
			return subject, r.ID
		}
	}
	p.t.Fatal("nothing was passed on")
	return "", ""
}

// call sends a callback as there would.
func (p *pair) call(errand, status, named string, spoil func(h map[string]string, body *string)) int {
	p.t.Helper()
	body := `{"controller_id":"shop","subject_request_id":"` + named + `","request_status":` + status +
		`,"status_callback_url":"` + p.here.URL + `/opendsr/v2/callbacks/` + errand + `","api_version":"2.0","results_url":null}`
	headers, err := p.signer.Sign([]byte(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if spoil != nil {
		spoil(headers, &body)
	}
	c := p.here.Client(p.t)
	r := c.Request("POST", "/opendsr/v2/callbacks/"+errand, strings.NewReader(body), "Content-Type", "application/json")
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	return c.Do(r).Status
}

// counted: staff read how often a callback was not taken, and why.
func (p *pair) counted(want map[string]int64) {
	p.t.Helper()
	all, err := p.here.DB.Refusals(p.t.Context(), inbound.OfCallbacks("crm"))
	if err != nil {
		p.t.Fatal(err)
	}
	got := map[string]int64{}
	for _, r := range all {
		got[r.Reason] = r.Count
	}
	if d := cmp.Diff(got, want); d != "" {
		p.t.Errorf("refused (-got +want):\n%s", d)
	}
	page := p.here.Client(p.t)
	page.Work(p.here.Member(p.t, authz.DPO))
	if text := page.Page("/console/systems/crm"); !strings.Contains(text, "4 times: a callback was not signed by this system") {
		p.t.Error("the system's page does not say so")
	}
}

// forged: no callback is believed that is not the processor's, of this errand.
func (p *pair) forged(e opendsr.Errand) {
	p.t.Helper()
	stranger := opendsrtest.Issue(p.t, "127.0.0.1", time.Now().AddDate(1, 0, 0))
	other, err := opendsr.NewSigner("127.0.0.1", stranger.Key, stranger.Certificate)
	if err != nil {
		p.t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		errand, status, named string
		spoil                 func(h map[string]string, body *string)
	}{
		"another_body": {e.ID, `"completed"`, e.ID, func(_ map[string]string, body *string) { *body += " " }},
		"another_key": {e.ID, `"completed"`, e.ID, func(h map[string]string, body *string) {
			h2, _ := other.Sign([]byte(*body))
			h[opendsr.SignatureHeader] = h2[opendsr.SignatureHeader]
		}},
		"another_domain":    {e.ID, `"completed"`, e.ID, func(h map[string]string, _ *string) { h[opendsr.DomainHeader] = "example.com" }},
		"no_signature":      {e.ID, `"completed"`, e.ID, func(h map[string]string, _ *string) { clear(h) }},
		"about_another":     {e.ID, `"completed"`, "a7551968-d5d6-44b2-9831-815ac9017798", nil},
		"to_another":        {"a7551968-d5d6-44b2-9831-815ac9017798", `"completed"`, e.ID, nil},
		"no_status":         {e.ID, `"done"`, e.ID, nil},
		"a_status_of_nulls": {e.ID, `null`, e.ID, nil},
	} {
		if got := p.call(tt.errand, tt.status, tt.named, tt.spoil); got != http.StatusForbidden {
			p.t.Errorf("%s: got %d", name, got)
		}
	}
	p.counted(map[string]int64{"bad_signer": 4, "not_valid": 3})
	all, err := p.here.DB.Errands(p.t.Context(), e.Request)
	if err != nil || all[0].State != opendsr.ErrandState(opendsr.Pending) {
		p.t.Errorf("a forgery is believed: %+v, %v", all, err)
	}
}
