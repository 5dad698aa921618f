package wire_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"livingprofile/cmd/wire"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/demo"
	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
	"livingprofile/internal/testkit"
)

// processEnv makes this program a process of an installation: database, folder,
// base URL and allowed destination, apart by blanks.
const processEnv = "LIVINGPROFILE_TEST_PROCESS"

// lease is short, so that a process which was asleep is late at once.
const lease = time.Second

// process serves an installation until it is killed.
func process() int {
	s := strings.Fields(os.Getenv(processEnv))
	settings := wire.Settings{Database: s[0], Folder: s[1], BaseURL: s[2], Outbound: []string{s[3]}, HookLease: lease}
	settings.Mail.From = "privacy@example.com"
	settings.Mail.Host, settings.Mail.Port = "127.0.0.1", 1 // nothing is mailed here
	log := slog.New(slog.DiscardHandler)
	ctx := context.Background()
	a, err := wire.Open(ctx, settings, clock.System{}, log)
	if err == nil {
		var service *wire.Service
		if service, err = wire.NewService(ctx, a, wire.Options{Version: "test"}); err == nil {
			service.Start()
			_, err = io.Copy(io.Discard, os.Stdin) // until the test is over
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// A shore is the receiver of a storm. It is told by three processes, puts one to
// sleep and kills another in the middle of a hook, and what is started in its
// place, fails every fourth time, and answers each hook with a change that must
// have its effect once.
type shore struct {
	mu     sync.Mutex
	by     map[string]*os.Process // by the address they give as theirs
	asleep *os.Process
	kills  int // that are still to be
	calm   bool
	calls  int
	awake  bool // what was asleep has told something in the calm
	latest map[string]hook.Content
	ids    map[string]bool // of the hooks that were answered with a change
}

func (s *shore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var m struct {
		ID, Source string
		Data       hook.Content
	}
	if json.NewDecoder(r.Body).Decode(&m) != nil || m.ID != r.Header.Get("webhook-id") {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if old, ok := s.latest[m.Data.Subject]; !ok || m.Data.Version >= old.Version {
		s.latest[m.Data.Subject] = m.Data
	}
	switch p := s.by[m.Source]; {
	case p != nil && strings.HasSuffix(m.Source, "1") && s.asleep == nil:
		s.asleep = p
		_ = p.Signal(syscall.SIGSTOP)
	case p != nil && p == s.asleep && s.calm: // after it has been woken
		s.awake = true
	case p != nil && strings.HasSuffix(m.Source, "2") && s.kills > 0:
		s.kills--
		delete(s.by, m.Source)
		_ = p.Kill()
	case s.calls%4 == 0 && !s.calm:
		w.WriteHeader(http.StatusInternalServerError) // after it was taken in
		return
	}
	s.ids[m.ID] = true
	w.Header().Set("Content-Type", "application/json")
	// Told again, it answers with another number under the same id: whoever took
	// both would show it.
	fmt.Fprintf(w, `{"status":"applied","changes":[{"id":"n-%s","subject":%q,"identifier":{"kind":"customer","value":"N-%s-%d"}}]}`,
		m.ID, m.Data.Subject, m.ID, s.calls)
}

// state tells whether the storm is over, or else whether a process is missing.
func (s *shore) state() (over, missing bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asleep != nil && s.kills == 0, s.kills > 0 && len(s.by) < 2
}

// TestStorm: three processes on one PostgreSQL, of which one sleeps through its
// lease (in a long test for five minutes) in the middle of a hook and goes on, and
// one is killed there (in a long test twenty times), and a receiver that fails.
// Nothing is lost, what is told ends as what we know, and what the answers carried
// has its effect once (security.md, R14 and R15).
func TestStorm(t *testing.T) {
	s := &shore{kills: testkit.Size(1, 20), by: map[string]*os.Process{}, latest: map[string]hook.Content{}, ids: map[string]bool{}}
	server := httptest.NewServer(s)
	defer server.Close()
	allowed := strings.TrimPrefix(server.URL, "http://")
	var shared wire.Settings
	first := testkit.NewSite(t, testkit.SiteOptions{Engine: testkit.OnPostgres, Set: func(w *wire.Settings) {
		w.Outbound, w.HookLease = []string{allowed}, lease
		shared = *w
	}})
	const endpoint = demo.Newsletter + "/main"
	declareStorm(t, first, server.URL)
	if err := first.DB.AddSecret(t.Context(), endpoint, hook.NewSecret(), first.Clock.Now(), ledger.Actor{Kind: ledger.ByProgram, ID: "test"}, first.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	const sleeper, victim = "http://127.0.0.1:1", "http://127.0.0.1:2"
	for _, base := range []string{sleeper, victim} {
		s.start(t, shared, base, allowed)
	}
	people := stormPeople(t, first)
	made := 0
	decide := func(rounds int) {
		for i := range rounds {
			for _, p := range people {
				made += stormDecide(t, first, p, []consent.Answer{consent.Yes, consent.No}[i%2])
			}
		}
	}
	for {
		decide(2)
		over, missing := s.state()
		if over {
			break
		}
		if missing {
			s.start(t, shared, victim, allowed)
		}
		if t.Context().Err() != nil || t.Failed() {
			return
		}
	}
	s.mu.Lock()
	s.calm = true
	s.mu.Unlock()
	drained := func(what string) {
		t.Helper()
		program := ledger.Actor{Kind: ledger.ByProgram, ID: "test"}
		testkit.Eventually(t, what, func() (map[hook.State]int, bool) {
			fresh, err := first.DB.Fresh(t.Context(), 1, func(*ledger.Entry) bool { return false })
			if err != nil {
				t.Fatal(err)
			}
			counts, err := first.DB.Counts(t.Context(), endpoint)
			if err == nil && counts[hook.Waiting] > 0 { // the schedule is not tested
				err = first.DB.SetMode(t.Context(), endpoint, hook.Active, "", "", program, first.Clock.Now())
			}
			return counts, err == nil && len(fresh) == 0 && counts[hook.Waiting] == 0
		})
	}
	drained("the others to take over what two did not finish")
	s.mu.Lock()
	s.awake = false // what it had sent before it fell asleep may have come since
	s.mu.Unlock()
	if testkit.Long() {
		<-time.After(5 * time.Minute)
	}
	_ = s.asleep.Signal(syscall.SIGCONT)
	testkit.Eventually(t, "what was asleep to go on", func() (bool, bool) {
		decide(2)
		s.mu.Lock()
		defer s.mu.Unlock()
		return true, s.awake
	})
	drained("everything to be told")
	s.compare(t, first, people, endpoint)
	s.counted(t, first, people, made)
}

// declareStorm declares an endpoint whose bodies say who sends them.
func declareStorm(t *testing.T, s *testkit.Site, url string, activities ...string) {
	t.Helper()
	draft, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	for i := range draft.Declared.Systems {
		if d := &draft.Declared.Systems[i]; d.Name == demo.Newsletter {
			d.Endpoints = []hook.Endpoint{{Name: "main", URL: url, Envelope: hook.CloudEvents}}
			d.Activities = activities
		}
	}
	if _, err := s.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"}}); err != nil {
		t.Fatal(err)
	}
}

func (s *shore) start(t *testing.T, shared wire.Settings, base, allowed string) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), processEnv+"="+strings.Join([]string{shared.Database, shared.Folder, base, allowed}, " "))
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	s.mu.Lock()
	s.by[base] = cmd.Process
	s.mu.Unlock()
}

func stormPeople(t *testing.T, s *testkit.Site) []id.Subject {
	t.Helper()
	var all []id.Subject
	for range testkit.Size(8, 160) { // each has more to tell with every kill
		c := identity.New([]identity.Identifier{{Kind: identity.Email, Value: id.New() + "@example.jp", VerifiedAt: s.Clock.Now(), Source: "shop"}},
			ledger.Actor{Kind: ledger.ByProgram, ID: "test"}, s.Clock.Now())
		if _, err := s.DB.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		all = append(all, c.Subject)
	}
	return all
}

// stormDecide returns how many records were made.
func stormDecide(t *testing.T, s *testkit.Site, p id.Subject, answer consent.Answer) int {
	t.Helper()
	for {
		made, err := s.Consent.Decide(t.Context(), consent.Ask{
			Subject: p, Actor: ledger.Self(p), Purpose: "recommendations", Answer: answer, Locale: "en", Brand: "hibiki", Channel: "portal",
			Proof: consent.Proof{Kind: consent.BySession, Ref: "x"}, At: s.Clock.Now(),
		})
		// What answers bring moves the same people all the time.
		if errors.Is(err, errs.Conflict) || errors.Is(err, errs.Unavailable) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		return len(made)
	}
}

// compare holds what the receiver knows against what we know.
func (s *shore) compare(t *testing.T, site *testkit.Site, people []id.Subject, endpoint string) {
	t.Helper()
	org := site.Current.Load()
	var target hook.Target
	for _, to := range org.Targets() {
		if to.ID == endpoint {
			target = to
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range people {
		alias, err := site.DB.Ring().Pairwise(target.System, p)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(stormWant(t, site, org, &target, p, alias), s.latest[alias].Permissions, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("what it knows: (-want +got)\n%s", diff)
		}
	}
}

// counted: each record was told and each answered hook brought a number, once,
// and the ledger of all three is one chain.
func (s *shore) counted(t *testing.T, site *testkit.Site, people []id.Subject, made int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	err := site.DB.Ledger(t.Context(), func(src ledger.Source) error {
		report, err := ledger.Verify(t.Context(), src, site.Verifier(), nil)
		if err == nil && !report.OK() {
			t.Errorf("the ledger: %v", report.Faults)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	numbers := map[string]int{}
	for _, p := range people {
		deliveries, err := site.DB.Deliveries(t.Context(), p, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		told += len(deliveries)
		for _, d := range deliveries {
			if d.State != hook.Applied || !s.ids[d.Entry] {
				t.Errorf("%s of version %d is %s", d.Kind, d.Version, d.State)
			}
		}
		all, err := site.DB.Identifiers(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		history, err := site.DB.History(t.Context(), p, ledger.HistoryPage{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		entries := 0
		for _, e := range history {
			if e.Kind == identity.IdentifierAdded && e.Actor.Kind == ledger.BySystem {
				entries++
			}
		}
		for _, i := range all {
			if i.Kind == identity.Customer {
				event, _, _ := strings.Cut(strings.TrimPrefix(i.Value, "N-"), "-")
				numbers[event]++
				entries--
			}
		}
		if entries != 0 {
			t.Errorf("%d entries more than numbers", entries)
		}
	}
	if told != made || len(numbers) != made {
		t.Errorf("%d of %d records were told, and %d answers had an effect", told, made, len(numbers))
	}
	for event, n := range numbers {
		if n != 1 || !s.ids[event] {
			t.Errorf("%s had its effect %d times", event, n)
		}
	}
}

func stormWant(t *testing.T, site *testkit.Site, org *organisation.Organisation, target *hook.Target, p id.Subject, alias string) []hook.Permission {
	t.Helper()
	facts, err := site.DB.Facts(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := hook.Compose(org, target, &hook.Delivery{Kind: "consent.given"}, hook.Snapshot{Alias: alias, Facts: facts, At: site.Clock.Now()})
	return m.Data.Permissions
}
