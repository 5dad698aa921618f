package wire_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"livingprofile/internal/consent"
	"livingprofile/internal/demo"
	"livingprofile/internal/hook"
	"livingprofile/internal/testkit"
)

// TestHooks_after_the_storm: a receiver that fails every other time, at random,
// often after it has taken in what it was told, and a sender that is broken off
// again and again. Afterwards everything was told, and the receiver knows of
// everybody what we know (security.md, R14).
func TestHooks_after_the_storm(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			storm(t, e)
		})
	}
}

func storm(t *testing.T, e testkit.Engine) {
	const (
		kills = 20
		spell = 30 * time.Minute // of the storm, so that nothing is given up in it
	)
	changes := testkit.Size(200, 20_000)
	if e == testkit.OnSQLite {
		changes = testkit.Size(1_000, 80_000)
	}
	secret := hook.NewSecret()
	s := newSystem(t, secret)
	var calm atomic.Bool // for with a try in two lost, one delivery of many is given up
	s.mood = func(w http.ResponseWriter) bool { return calm.Load() || moody(w) }
	o := newOffice(t, e, changes/20, map[string]hook.Endpoint{demo.Newsletter: {Name: "main", URL: s.server.URL}})
	const endpoint = demo.Newsletter + "/main"
	o.secret(endpoint, secret)

	w := o.worker(2 * time.Second)
	w.Start()
	broken, cancel := context.WithCancel(t.Context())
	cancel()
	made := 0
	for range kills {
		for range changes / kills {
			answer := []consent.Answer{consent.Yes, consent.No}[rand.N(2)] //nolint:gosec // a test
			purpose := []consent.PurposeID{"newsletter", "recommendations"}[rand.N(2)]
			made += o.decide(o.people[rand.N(len(o.people))], purpose, answer) //nolint:gosec // a test
			o.clock.Advance(rand.N(2 * spell / time.Duration(changes)))
		}
		_ = w.Stop(broken) // in the middle of things
		w = o.worker(2 * time.Second)
		w.Start()
	}
	for _, p := range o.people { // everybody said something
		made += o.decide(p, "newsletter", consent.No)
		made += o.decide(p, "newsletter", consent.Yes)
	}
	calm.Store(true)
	for o.waiting(endpoint) {
		calls, idle := s.calls(), 0
		testkit.Eventually(t, "more to be told", func() (bool, bool) {
			// Time goes on when nobody is in the middle of a call, or its lease
			// would end under it.
			if idle++; idle > 2 {
				o.clock.Advance(time.Hour)
			}
			w.Wake()
			return true, s.calls() > calls || !o.waiting(endpoint)
		})
	}
	if err := w.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	want := o.wants(o.target(endpoint))
	if diff := cmp.Diff(want, s.latest, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("what it knows: (-want +got)\n%s", diff)
	}
	if s.forged > 0 {
		t.Errorf("%d bodies did not verify", s.forged)
	}
	counts, err := o.db.Counts(t.Context(), endpoint)
	if err != nil {
		t.Fatal(err)
	}
	if counts[hook.Applied] != made || len(counts) != 1 {
		t.Errorf("got %v of %d records, want all applied", counts, made)
	}
	t.Logf("%d changes, %d records, %d bodies", changes, made, s.bodies)
}

// moody answers badly every other time, or is well.
func moody(w http.ResponseWriter) (well bool) {
	switch rand.N(8) { //nolint:gosec // a test
	case 0:
		w.WriteHeader(http.StatusInternalServerError)
	case 1:
		panic(http.ErrAbortHandler) // the connection is cut
	case 2:
		w.Header().Set("Location", "http://127.0.0.1:1/")
		w.WriteHeader(http.StatusTemporaryRedirect)
	case 3:
		w.WriteHeader(http.StatusTeapot)
	default:
		return true
	}
	return false
}
