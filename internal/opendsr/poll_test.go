package opendsr_test

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"livingprofile/internal/clock"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/opendsr/opendsrtest"
	"livingprofile/internal/outbound"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// A processor is asked about what it was sent, over a connection, and answers as
// a test would have it.
type processor struct {
	*opendsr.Controller
	t      *testing.T
	db     *store.DB
	clock  *clock.Fake
	signer *opendsr.Signer
	other  *opendsr.Signer // of the same domain, whom nobody trusts
	here   id.Subject

	mu     sync.Mutex
	answer func(errand string) said
	asked  *http.Request // last
	body   []byte
}

// A said is an answer. It is signed, over the body or over what is signed in its
// place.
type said struct {
	status int
	body   string
	signer *opendsr.Signer // nil for none
	over   string
}

func newProcessor(t *testing.T) *processor {
	t.Helper()
	p := &processor{t: t, clock: testkit.NewClock()}
	p.db = testkit.OpenStore(t, testkit.OnSQLite, p.clock, nil)
	own, strange := opendsrtest.Issue(t, "127.0.0.1", p.clock.Now().AddDate(1, 0, 0)), opendsrtest.Issue(t, "127.0.0.1", p.clock.Now().AddDate(1, 0, 0))
	var err error
	if p.signer, err = opendsr.NewSigner("127.0.0.1", own.Key, own.Certificate); err != nil {
		t.Fatal(err)
	}
	if p.other, err = opendsr.NewSigner("127.0.0.1", strange.Key, strange.Certificate); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("GET /discovery", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(opendsr.Discovery{Version: opendsr.Version, Certificate: server.URL + "/certificate.pem"})
	})
	mux.HandleFunc("GET /certificate.pem", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(own.Certificate) })
	mux.HandleFunc("/requests", p.serve)
	mux.HandleFunc("/requests/{errand}", p.serve)

	door, err := outbound.New(outbound.Options{Allow: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	base, _ := url.Parse("https://privacy.example.com")
	p.Controller = &opendsr.Controller{
		Store: p.db, Door: door, Clock: p.clock, Base: base, Roots: x509.NewCertPool(),
		Peers: func() map[string]opendsr.Peer {
			return map[string]opendsr.Peer{"crm": {URL: server.URL, Domain: "127.0.0.1", Secret: "key of crm"}}
		},
		Secret: func(name string) (string, error) { return "the " + name, nil },
	}
	p.Roots.AppendCertsFromPEM(own.Certificate)
	somebody := identity.New([]identity.Identifier{{Kind: identity.Email, Value: "h@example.jp", VerifiedAt: p.clock.Now(), Source: "shop"}},
		ledger.Actor{Kind: ledger.ByProgram, ID: "test"}, p.clock.Now())
	if _, err := p.db.Commit(t.Context(), somebody); err != nil {
		t.Fatal(err)
	}
	p.here = somebody.Subject
	return p
}

func (p *processor) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	p.mu.Lock()
	p.asked, p.body = r, body
	answer := p.answer
	p.mu.Unlock()
	errand := r.PathValue("errand")
	if errand == "" {
		var sent opendsr.Request
		_ = json.Unmarshal(body, &sent)
		errand = sent.ID
	}
	a := answer(errand)
	if a.status == 0 {
		panic(http.ErrAbortHandler)
	}
	if a.signer != nil {
		over := a.over
		if over == "" {
			over = a.body
		}
		headers, err := a.signer.Sign([]byte(over))
		if err != nil {
			panic(err)
		}
		for name, value := range headers {
			w.Header().Set(name, value)
		}
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

// says has it answer from now on.
func (p *processor) says(answer func(errand string) said) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = answer
}

// last is what it was asked last.
func (p *processor) last() (*http.Request, []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked, p.body
}

// errand is one that is due, in a state.
func (p *processor) errand(state opendsr.ErrandState) opendsr.Errand {
	p.t.Helper()
	e := opendsr.Errand{
		ID: uuid.NewString(), System: "crm", Request: rights.RequestID(id.New()), Subject: p.here, Type: opendsr.Erasure,
		Regulation: opendsr.GDPR, Submitted: p.clock.Now().Add(-time.Hour), State: state, ChangedAt: p.clock.Now(), DueAt: p.clock.Now(),
	}
	if state == opendsr.Waiting {
		e.Names = []opendsr.Identity{{Type: opendsr.Email, Value: "h@example.jp", Format: opendsr.Raw}}
	}
	if err := p.db.KeepErrand(p.t.Context(), e); err != nil {
		p.t.Fatal(err)
	}
	return e
}

// turn does what is due, and returns what an errand is then.
func (p *processor) turn(e opendsr.Errand) opendsr.Errand {
	p.t.Helper()
	if err := p.Turn(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	now, err := p.db.Errand(p.t.Context(), e.ID)
	if err != nil {
		p.t.Fatal(err)
	}
	return now
}

func report(errand, status, more string) string {
	return fmt.Sprintf(`{"controller_id":"x","subject_request_id":%q,"request_status":%q,"api_version":"2.0"%s}`, errand, status, more)
}

// TestController_asks: of what a processor was sent it is asked every six hours,
// and believed where it signed the answer and the answer is about it. Whatever
// else it says leaves the errand as it is, to be asked about again.
func TestController_asks(t *testing.T) {
	t.Parallel()
	p := newProcessor(t)
	later, soon := 6*time.Hour, 5*time.Second
	for name, tt := range map[string]struct {
		answer func(errand string) said
		want   opendsr.ErrandState
		cause  string
		due    time.Duration // from now; 0 when it is over
	}{
		"nothing new": {func(e string) said { return said{200, report(e, "pending", ""), p.signer, ""} }, "pending", "", later},
		"under way":   {func(e string) said { return said{200, report(e, "in_progress", ""), p.signer, ""} }, "in_progress", "", later},
		"done":        {func(e string) said { return said{200, report(e, "completed", ""), p.signer, ""} }, "completed", "", 0},
		"cancelled":   {func(e string) said { return said{200, report(e, "cancelled", ""), p.signer, ""} }, "cancelled", "", 0},
		"done, and not": {func(e string) said {
			return said{200, report(e, "completed", `,"extensions":{"127.0.0.1":{"outcome":"rejected"}}`), p.signer, ""}
		}, "refused", "said_no", 0},
		"refused of one": {func(e string) said {
			return said{200, report(e, "completed", `,"extensions":{"example.com":{"outcome":"rejected"}}`), p.signer, ""}
		}, "completed", "", 0},
		"unsigned":         {func(e string) said { return said{200, report(e, "completed", ""), nil, ""} }, "pending", "bad_signature", soon},
		"by a stranger":    {func(e string) said { return said{200, report(e, "completed", ""), p.other, ""} }, "pending", "bad_signature", soon},
		"of another body":  {func(e string) said { return said{200, report(e, "completed", ""), p.signer, report(e, "pending", "")} }, "pending", "bad_signature", soon},
		"no JSON":          {func(string) said { return said{200, "done", p.signer, ""} }, "pending", "not_understood", soon},
		"nothing":          {func(string) said { return said{200, "{}", p.signer, ""} }, "pending", "not_understood", soon},
		"about another":    {func(string) said { return said{200, report(uuid.NewString(), "completed", ""), p.signer, ""} }, "pending", "not_understood", soon},
		"a status unknown": {func(e string) said { return said{200, report(e, "done", ""), p.signer, ""} }, "pending", "not_understood", soon},
		"a callback": {func(e string) said {
			return said{200, report(e, "completed", `,"status_callback_url":"https://x.example"`), p.signer, ""}
		}, "pending", "not_understood", soon},
		"unknown there": {func(e string) said { return said{404, report(e, "completed", ""), p.signer, ""} }, "pending", "not_accepted", soon},
		"not for us":    {func(e string) said { return said{400, report(e, "completed", ""), p.signer, ""} }, "pending", "not_accepted", soon},
		"in trouble":    {func(string) said { return said{500, "", nil, ""} }, "pending", "not_accepted", soon},
		"no answer":     {func(string) said { return said{} }, "pending", "not_reached", soon},
	} {
		p.says(tt.answer)
		e := p.errand(opendsr.ErrandState(opendsr.Pending))
		got := p.turn(e)
		due := time.Duration(0)
		if !got.DueAt.IsZero() {
			due = got.DueAt.Sub(p.clock.Now())
		}
		if got.State != tt.want || got.Cause != tt.cause || due != tt.due || (got.Tries > 0) != (due == soon) {
			t.Errorf("%s: got %s, %q, %d tries, due in %v", name, got.State, got.Cause, got.Tries, due)
		}
		asked, body := p.last()
		if asked.Method != "GET" || asked.URL.Path != "/requests/"+e.ID || len(body) > 0 || asked.Header.Get("Authorization") != "Bearer the key of crm" {
			t.Errorf("%s: asked by %s %s, %q", name, asked.Method, asked.URL, body)
		}
		if got.DueAt.IsZero() {
			continue
		}
		// Whatever it was, the next answer is taken.
		p.clock.Advance(due)
		p.says(func(e string) said {
			return said{200, report(e, "in_progress", `,"expected_completion_time":"2030-01-02T03:04:05Z"`), p.signer, ""}
		})
		got = p.turn(e)
		p.says(func(e string) said { return said{200, report(e, "completed", ""), p.signer, ""} })
		if got.Cause != "" || got.Tries > 0 || !got.DueAt.Equal(p.clock.Now().Add(later)) {
			t.Errorf("%s, and then under way: got %+v", name, got)
		}
		if moved := tt.want == "pending"; got.State != "in_progress" || moved != (got.Expected.Year() == 2030) {
			t.Errorf("%s, and then under way: got %s, expected %v", name, got.State, got.Expected)
		}
		p.clock.Advance(later)
		if got = p.turn(e); got.State != "completed" {
			t.Errorf("%s, and then done: got %s", name, got.State)
		}
	}
}

// TestController_sends: what waits is taken when the receipt is signed and is
// about it, and refused when it was not valid there; all else is tried again.
func TestController_sends(t *testing.T) {
	t.Parallel()
	p := newProcessor(t)
	receipt := func(errand string) string {
		return fmt.Sprintf(`{"controller_id":"x","subject_request_id":%q,"expected_completion_time":"2030-01-02T03:04:05Z","received_time":"2026-01-02T03:04:05Z"}`, errand)
	}
	for name, tt := range map[string]struct {
		answer func(errand string) said
		want   opendsr.ErrandState
		cause  string
	}{
		"taken":           {func(e string) said { return said{201, receipt(e), p.signer, ""} }, "pending", ""},
		"not valid there": {func(string) said { return said{400, "", nil, ""} }, opendsr.Refused, "not_accepted"},
		"unsigned":        {func(e string) said { return said{201, receipt(e), nil, ""} }, opendsr.Waiting, "bad_signature"},
		"by a stranger":   {func(e string) said { return said{201, receipt(e), p.other, ""} }, opendsr.Waiting, "bad_signature"},
		"no JSON":         {func(string) said { return said{201, "taken", p.signer, ""} }, opendsr.Waiting, "not_understood"},
		"about another":   {func(string) said { return said{201, receipt(uuid.NewString()), p.signer, ""} }, opendsr.Waiting, "not_understood"},
		"in trouble":      {func(string) said { return said{503, "", nil, ""} }, opendsr.Waiting, "not_accepted"},
		"no answer":       {func(string) said { return said{} }, opendsr.Waiting, "not_reached"},
	} {
		p.says(tt.answer)
		e := p.errand(opendsr.Waiting)
		got := p.turn(e)
		if got.State != tt.want || got.Cause != tt.cause || (len(got.Names) > 0) != (tt.want == opendsr.Waiting) {
			t.Errorf("%s: got %+v", name, got)
		}
		if asked, _ := p.last(); asked.Method != "POST" || asked.URL.Path != "/requests" {
			t.Errorf("%s: sent by %s %s", name, asked.Method, asked.URL)
		}
		if tt.want != opendsr.Waiting {
			continue
		}
		p.clock.Advance(got.DueAt.Sub(p.clock.Now()))
		p.says(func(e string) said { return said{201, receipt(e), p.signer, ""} })
		if got = p.turn(e); got.State != "pending" || got.Cause != "" || got.Tries > 0 || len(got.Names) > 0 || got.Expected.Year() != 2030 {
			t.Errorf("%s, and then taken: got %+v", name, got)
		}
		p.says(func(e string) said { return said{200, report(e, "completed", ""), p.signer, ""} })
	}
}

// TestController_gives_up: what is never taken ends after the schedule of hooks;
// what was taken is asked about every day from then on.
func TestController_gives_up(t *testing.T) {
	t.Parallel()
	p := newProcessor(t)
	p.says(func(string) said { return said{500, "", nil, ""} })
	sent, taken := p.errand(opendsr.Waiting), p.errand(opendsr.ErrandState(opendsr.InProgress))
	tries := func(e opendsr.Errand) (all []int, last opendsr.Errand) {
		for len(all) < 11 {
			last = p.turn(e)
			all = append(all, last.Tries)
			if last.DueAt.IsZero() {
				return all, last
			}
			p.clock.Advance(last.DueAt.Sub(p.clock.Now()))
		}
		return all, last
	}
	all, over := tries(sent)
	if diff := cmp.Diff([]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, all); diff != "" || over.State != opendsr.Failed || len(over.Names) > 0 {
		t.Errorf("what was never taken: %s\n%+v", diff, over)
	}
	taken, err := p.db.Errand(t.Context(), taken.ID)
	if err != nil || taken.State != "in_progress" || taken.Cause != "not_accepted" {
		t.Fatalf("what was taken: %+v, %v", taken, err)
	}
	for taken.Tries > 0 {
		p.clock.Advance(taken.DueAt.Sub(p.clock.Now()))
		taken = p.turn(taken)
	}
	if taken.State != "in_progress" || !taken.DueAt.Equal(p.clock.Now().Add(24*time.Hour)) {
		t.Errorf("what was taken: %+v", taken)
	}
	if asked, _ := p.last(); asked.URL.Path != "/requests/"+taken.ID {
		t.Errorf("asked about %s", asked.URL)
	}
}
