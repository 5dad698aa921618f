package wire_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/demo"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
	"livingprofile/internal/outbound"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// A system is a receiver that a test looks into: it verifies, keeps the newest
// version of each subject, and now and then does not do its part.
type system struct {
	server *httptest.Server
	secret []byte
	// mood is asked before each answer; nil is always well.
	mood func(http.ResponseWriter) (well bool)

	mu     sync.Mutex
	latest map[string]hook.Content
	bodies int
	forged int
}

func newSystem(t *testing.T, secret hook.Secret) *system {
	t.Helper()
	s := &system{secret: secret, latest: map[string]hook.Content{}}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	return s
}

// calls is how many bodies came.
func (s *system) calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bodies
}

func (s *system) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte(r.Header.Get("webhook-id") + "." + r.Header.Get("webhook-timestamp") + "."))
	mac.Write(body)
	var m hook.Message
	if !strings.Contains(r.Header.Get("webhook-signature"), base64.StdEncoding.EncodeToString(mac.Sum(nil))) || json.Unmarshal(body, &m) != nil {
		s.mu.Lock()
		s.forged++
		s.mu.Unlock()
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	// Half of those that fail do so after they have taken it in.
	well := s.mood == nil || s.mood(w)
	if well || rand.N(2) == 0 { //nolint:gosec // a test
		s.apply(&m)
	}
	if well {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"status":"applied"}`)
	}
}

func (s *system) apply(m *hook.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bodies++
	if old, ok := s.latest[m.Data.Subject]; !ok || m.Data.Version >= old.Version {
		s.latest[m.Data.Subject] = m.Data
	}
}

// An office is an installation with people and connected systems, on a clock of
// its own, without a server.
type office struct {
	t      *testing.T
	db     *store.DB
	clock  *clock.Fake
	org    *organisation.Organisation
	also   []hook.Target // told beside those that are declared
	people []id.Subject
}

// crowded is an organisation with more to tell than it declares.
type crowded struct {
	*organisation.Organisation
	also []hook.Target
}

func (c crowded) Targets() []hook.Target {
	return append(slices.Clone(c.Organisation.Targets()), c.also...)
}

// newOffice declares the demo with endpoints of systems, by name.
func newOffice(t *testing.T, e testkit.Engine, people int, endpoints map[string]hook.Endpoint) *office {
	t.Helper()
	c := testkit.NewClock()
	o := &office{t: t, clock: c, db: testkit.OpenStore(t, e, c, nil)}
	draft, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	for i := range draft.Declared.Systems {
		s := &draft.Declared.Systems[i]
		if e, ok := endpoints[s.Name]; ok {
			s.Endpoints = []hook.Endpoint{e}
		}
	}
	o.org = organisation.Diff(nil, draft, c.Now()).Next
	program := ledger.Actor{Kind: ledger.ByProgram, ID: "test"}
	if err := o.db.Declare(t.Context(), o.org, ledger.Change{At: c.Now(), Actor: program, Entries: []ledger.Draft{{Kind: "organisation.declared"}}}); err != nil {
		t.Fatal(err)
	}
	for range people {
		c := identity.New([]identity.Identifier{{Kind: identity.Email, Value: id.New() + "@example.jp", VerifiedAt: c.Now(), Source: "shop"}}, program, c.Now())
		if _, err := o.db.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		o.people = append(o.people, c.Subject)
	}
	return o
}

// secret gives an endpoint one.
func (o *office) secret(endpoint string, s hook.Secret) {
	o.t.Helper()
	program := ledger.Actor{Kind: ledger.ByProgram, ID: "test"}
	if err := o.db.AddSecret(o.t.Context(), endpoint, s, o.clock.Now(), program, o.clock.Now()); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) worker(timeout time.Duration) *hook.Worker {
	o.t.Helper()
	door, err := outbound.New(outbound.Options{Allow: []string{"127.0.0.1"}, Timeout: timeout})
	if err != nil {
		o.t.Fatal(err)
	}
	return hook.NewWorker(hook.Deps{
		Feed: o.db, Queue: o.db, People: o.db, Door: door, Clock: o.clock, Source: "https://privacy.example.com",
		Catalogue: func() (hook.Catalogue, int64) { return crowded{o.org, o.also}, o.org.Revision },
		Alias:     o.db.Ring().Pairwise,
	}, hook.Options{Poll: 5 * time.Millisecond})
}

// decide lets somebody answer a question, and returns how many records came of
// it.
func (o *office) decide(subject id.Subject, purpose consent.PurposeID, answer consent.Answer) int {
	service := consent.NewService(o.db, func() consent.Catalogue { return o.org }, o.clock)
	made, err := service.Decide(o.t.Context(), consent.Ask{
		Subject: subject, Actor: ledger.Self(subject), Purpose: purpose, Answer: answer, Locale: "en", Brand: "hibiki", Channel: "portal",
		Proof: consent.Proof{Kind: consent.BySession, Ref: "x"}, At: o.clock.Now(),
		Confirm: func(context.Context, consent.Record) ([]any, error) { return nil, nil },
	})
	if err != nil {
		o.t.Error(err)
	}
	return len(made)
}

// waiting tells whether anything is still to be told.
func (o *office) waiting(endpoints ...string) bool {
	o.t.Helper()
	fresh, err := o.db.Fresh(o.t.Context(), 1, func(*ledger.Entry) bool { return false })
	if err != nil {
		o.t.Fatal(err)
	}
	for _, e := range endpoints {
		counts, err := o.db.Counts(o.t.Context(), e)
		if err != nil {
			o.t.Fatal(err)
		}
		if counts[hook.Waiting] > 0 {
			return true
		}
	}
	return len(fresh) > 0
}

// wants is what a system should know of everybody.
func (o *office) wants(target hook.Target) map[string]hook.Content {
	o.t.Helper()
	all := map[string]hook.Content{}
	for _, p := range o.people {
		facts, err := o.db.Facts(o.t.Context(), p)
		if err != nil {
			o.t.Fatal(err)
		}
		alias, err := o.db.Ring().Pairwise(target.System, p)
		if err != nil {
			o.t.Fatal(err)
		}
		m, _ := hook.Compose(o.org, &target, &hook.Delivery{Kind: "consent.given"}, hook.Snapshot{Alias: alias, Facts: facts, At: o.clock.Now()})
		all[alias] = m.Data
	}
	return all
}

func (o *office) target(endpoint string) hook.Target {
	o.t.Helper()
	for _, t := range o.org.Targets() {
		if t.ID == endpoint {
			return t
		}
	}
	o.t.Fatalf("no endpoint %s", endpoint)
	return hook.Target{}
}

// TestHooks_beside_the_slow: an endpoint that never answers costs another one
// nothing.
func TestHooks_beside_the_slow(t *testing.T) {
	secret := hook.NewSecret()
	good := newSystem(t, secret)
	var asked atomic.Int64
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer slow.Close()
	defer close(release)
	o := newOffice(t, testkit.OnSQLite, 40, map[string]hook.Endpoint{
		demo.Newsletter: {Name: "main", URL: good.server.URL}, demo.CRM: {Name: "main", URL: slow.URL},
	})
	o.secret(demo.Newsletter+"/main", secret)
	o.secret(demo.CRM+"/main", secret)
	w := o.worker(time.Minute) // it hangs for the whole of the test
	w.Start()
	for _, p := range o.people {
		o.decide(p, "newsletter", consent.Yes)
	}
	testkit.Eventually(t, "the good one to be told", func() (bool, bool) { return true, !o.waiting(demo.Newsletter + "/main") })
	if got, most := asked.Load(), int64(16); got == 0 || got > most {
		t.Errorf("the slow one has %d exchanges, want 1 to %d", got, most)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	_ = w.Stop(stopped)
}

// TestHooks_of_who_is_declared_later: what was read for hooks before an endpoint
// was declared is not told to it; what nobody had read by then is, with what
// holds at the moment of telling.
func TestHooks_of_who_is_declared_later(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	first, second := demo.Newsletter+"/main", demo.Newsletter+"/late"
	o := newOffice(t, testkit.OnSQLite, 2, map[string]hook.Endpoint{demo.Newsletter: {Name: "main", URL: s.URL}})
	o.secret(first, hook.NewSecret())
	o.secret(second, hook.NewSecret())
	work := func(endpoints ...string) {
		t.Helper()
		w := o.worker(time.Second)
		w.Start()
		testkit.Eventually(t, "all to be told", func() (bool, bool) { w.Wake(); return true, !o.waiting(endpoints...) })
		if err := w.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
	o.decide(o.people[0], "newsletter", consent.Yes)
	work(first)
	o.decide(o.people[1], "newsletter", consent.Yes)
	late := o.target(first)
	late.ID, late.Name = second, "late"
	o.also = append(o.also, late)
	work(first, second)
	for i, want := range []int{0, 1} {
		all, err := o.db.Deliveries(t.Context(), o.people[i], 100)
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, d := range all {
			if d.Endpoint == second {
				got++
			}
		}
		if got != want {
			t.Errorf("person %d: it was told %d times, want %d", i, got, want)
		}
	}
}

// TestHooks_endpoint_that_is_gone: 410 ends it, with an entry in the ledger;
// what waits is told when it is taken up again.
func TestHooks_endpoint_that_is_gone(t *testing.T) {
	secret := hook.NewSecret()
	s := newSystem(t, secret)
	var gone atomic.Bool
	gone.Store(true)
	s.mood = func(w http.ResponseWriter) bool {
		if gone.Load() {
			w.WriteHeader(http.StatusGone)
		}
		return !gone.Load()
	}
	const endpoint = demo.Newsletter + "/main"
	o := newOffice(t, testkit.OnSQLite, 1, map[string]hook.Endpoint{demo.Newsletter: {Name: "main", URL: s.server.URL, Body: hook.Full}})
	o.secret(endpoint, secret)
	w := o.worker(time.Second)
	w.Start()
	o.decide(o.people[0], "newsletter", consent.Yes)
	testkit.Eventually(t, "the endpoint to be disabled", func() (hook.Mode, bool) {
		m := o.mode(endpoint)
		return m, m == hook.Disabled
	})
	gone.Store(false)
	o.clock.Advance(time.Hour)
	o.decide(o.people[0], "newsletter", consent.No)
	testkit.Eventually(t, "the next to wait", func() (bool, bool) {
		counts, err := o.db.Counts(t.Context(), endpoint)
		if err != nil {
			t.Fatal(err)
		}
		return true, counts[hook.Waiting] == 2
	})
	staff := ledger.Actor{Kind: ledger.ByProgram, ID: "hooks"}
	if err := o.db.SetMode(t.Context(), endpoint, hook.Active, "", "", staff, o.clock.Now()); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, "everything to be told", func() (bool, bool) { return true, !o.waiting(endpoint) })
	if err := w.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(o.wants(o.target(endpoint)), s.latest, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("what it knows: (-want +got)\n%s", diff)
	}
	if got, want := o.kinds(), []ledger.Kind{hook.SecretMade, hook.EndpointDisabled, hook.EndpointResumed}; !slices.Equal(got, want) {
		t.Errorf("got %v in the ledger, want %v", got, want)
	}
}

func (o *office) mode(endpoint string) hook.Mode {
	o.t.Helper()
	all, err := o.db.Standing(o.t.Context(), []string{endpoint}, o.clock.Now())
	if err != nil {
		o.t.Fatal(err)
	}
	return all[endpoint].Mode
}

// kinds are those of the entries about endpoints.
func (o *office) kinds() []ledger.Kind {
	o.t.Helper()
	var all []ledger.Kind
	err := o.db.Ledger(o.t.Context(), func(src ledger.Source) error {
		entries, err := src.EntriesAfter(o.t.Context(), 0, 0, 1000)
		for _, e := range entries {
			if strings.HasPrefix(string(e.Kind), "endpoint.") {
				all = append(all, e.Kind)
			}
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return all
}

// TestHooks_endpoint_that_only_fails is paused after five days, tried about
// every minute until then, and what it missed is kept. From then on it is tried
// every hour, and when it answers it is told the newest of everybody.
func TestHooks_endpoint_that_only_fails(t *testing.T) {
	secret := hook.NewSecret()
	var asked atomic.Int64
	var works atomic.Bool
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		if !works.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer s.Close()
	const endpoint = demo.Newsletter + "/main"
	o := newOffice(t, testkit.OnSQLite, 1, map[string]hook.Endpoint{demo.Newsletter: {Name: "main", URL: s.URL}})
	o.secret(endpoint, secret)
	w := o.worker(time.Second)
	w.Start()
	o.decide(o.people[0], "newsletter", consent.Yes)
	testkit.Eventually(t, "the first attempt", func() (bool, bool) { return true, asked.Load() > 0 })
	for range 6 {
		before := asked.Load()
		o.clock.Advance(24 * time.Hour)
		o.decide(o.people[0], "newsletter", consent.No)
		o.decide(o.people[0], "newsletter", consent.Yes)
		testkit.Eventually(t, "another attempt", func() (bool, bool) {
			o.clock.Advance(time.Second) // the one before may have ended only now
			w.Wake()
			return true, asked.Load() > before || o.mode(endpoint) == hook.Paused
		})
	}
	testkit.Eventually(t, "the pause", func() (bool, bool) { return true, o.mode(endpoint) == hook.Paused })
	if err := w.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if got, want := o.kinds(), []ledger.Kind{hook.SecretMade, hook.EndpointPaused}; !slices.Equal(got, want) {
		t.Errorf("got %v in the ledger, want %v", got, want)
	}
	counts, err := o.db.Counts(t.Context(), endpoint)
	if err != nil {
		t.Fatal(err)
	}
	if counts[hook.Waiting] == 0 {
		t.Errorf("got %v, want what it missed to wait", counts)
	}

	works.Store(true)
	w = o.worker(time.Second)
	w.Start()
	o.clock.Advance(time.Hour)
	testkit.Eventually(t, "all that waited to be told", func() (map[hook.State]int, bool) {
		o.clock.Advance(time.Minute) // what was given up is looked for every few minutes
		w.Wake()
		counts, err := o.db.Counts(t.Context(), endpoint)
		return counts, err == nil && counts[hook.Waiting]+counts[hook.Failed] == 0
	})
	if err := w.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if got, want := o.kinds(), []ledger.Kind{hook.SecretMade, hook.EndpointPaused, hook.EndpointResumed}; !slices.Equal(got, want) {
		t.Errorf("got %v in the ledger, want %v", got, want)
	}
}
