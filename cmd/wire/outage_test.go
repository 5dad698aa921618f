package wire_test

import (
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

// TestHooks_after_an_outage: a withdrawal at the beginning of four days without an
// answer arrives when the receiver answers again, and nobody had to do anything.
// Its attempts were over by then, and nothing more was tried.
func TestHooks_after_an_outage(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			secret := hook.NewSecret()
			s := newSystem(t, secret)
			var down atomic.Bool
			var asked atomic.Int64
			s.mood = func(http.ResponseWriter) bool {
				asked.Add(1)
				if down.Load() {
					panic(http.ErrAbortHandler)
				}
				return true
			}
			const endpoint = demo.Newsletter + "/main"
			o := newOffice(t, e, 3, map[string]hook.Endpoint{demo.Newsletter: {Name: "main", URL: s.server.URL}})
			o.secret(endpoint, secret)
			w := o.worker(2 * time.Second)
			w.Start()
			for _, p := range o.people {
				o.decide(p, "newsletter", consent.Yes)
			}
			testkit.Eventually(t, "the yes to be told", func() (bool, bool) { return true, !o.waiting(endpoint) })

			down.Store(true)
			for _, p := range o.people {
				o.decide(p, "newsletter", consent.No)
			}
			for ends := o.clock.Now().Add(4 * 24 * time.Hour); o.clock.Now().Before(ends); {
				before := asked.Load()
				o.clock.Advance(time.Hour)
				testkit.Eventually(t, "another try", func() (bool, bool) {
					o.clock.Advance(time.Minute) // the last try may have ended in this hour
					w.Wake()
					return true, asked.Load() > before
				})
			}
			down.Store(false)
			testkit.Eventually(t, "the no to be told", func() (bool, bool) {
				o.clock.Advance(time.Minute)
				w.Wake()
				counts, err := o.db.Counts(t.Context(), endpoint)
				return true, err == nil && counts[hook.Applied] == 2*len(o.people)
			})
			if err := w.Stop(t.Context()); err != nil {
				t.Error(err)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if diff := cmp.Diff(o.wants(o.target(endpoint)), s.latest, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("what it knows: (-want +got)\n%s", diff)
			}
		})
	}
}
