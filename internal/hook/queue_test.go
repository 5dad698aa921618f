package hook_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"livingprofile/internal/automated"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/outbound"
	"livingprofile/internal/profile"
)

// A desk is a Queue of one endpoint in memory, whose transactions take a while,
// with everything else that a Worker stands on.
type desk struct {
	commit time.Duration

	mu     sync.Mutex
	all    []hook.Delivery
	leases []time.Time
	health hook.Health
	turns  int
	sent   []string
	answer func(n int, entry string) outbound.Answer // to the exchange number n
}

func (d *desk) Turn(_ context.Context, t hook.Turn) ([]hook.Delivery, error) {
	<-time.After(d.commit)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.turns++
	if t.Health != nil {
		d.health = *t.Health
	}
	for _, o := range t.Outcomes {
		if one := &d.all[o.Seq]; one.Attempt == o.Attempt && !one.State.Over() {
			*one, d.leases[o.Seq] = o.Delivery, time.Time{}
		}
	}
	var claimed []hook.Delivery
	for i := range d.all {
		one := &d.all[i]
		if len(claimed) < t.Limit && !one.State.Over() && !one.Due.After(t.Now) && !d.leases[i].After(t.Now) {
			one.Attempt++
			d.leases[i] = t.Now.Add(t.Lease)
			claimed = append(claimed, *one)
		}
	}
	return claimed, nil
}

func (d *desk) Standing(_ context.Context, endpoints []string, now time.Time) (map[string]hook.Standing, error) {
	s := hook.Standing{Secrets: []hook.Secret{hook.NewSecret()}}
	if d.count(func(i int) bool { return !d.all[i].State.Over() && !d.all[i].Due.After(now) && !d.leases[i].After(now) }) > 0 {
		s.Due = now
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s.Health = d.health
	return map[string]hook.Standing{endpoints[0]: s}, nil
}

func (d *desk) count(which func(int) bool) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.all {
		if which(i) {
			n++
		}
	}
	return n
}

func (d *desk) over() int { return d.count(func(i int) bool { return d.all[i].State.Over() }) }

func (d *desk) Post(_ context.Context, l outbound.Letter) (outbound.Answer, error) {
	d.mu.Lock()
	entry := l.Headers["Webhook-Id"]
	d.sent = append(d.sent, entry)
	n, answer := len(d.sent), d.answer
	d.mu.Unlock()
	return answer(n, entry), nil
}

func (*desk) SetMode(context.Context, string, hook.Mode, string, string, ledger.Actor, time.Time) error {
	return nil
}

func (*desk) RewindDeliveries(context.Context, time.Time, time.Duration) (int, error) { return 0, nil }

func (*desk) Said(context.Context, string, id.Subject) ([]string, error) { return nil, nil }

func (*desk) ReviveDeliveries(context.Context, string, time.Time) (int, error) { return 0, nil }

func (*desk) SweepDeliveries(context.Context, time.Time) (int, error) { return 0, nil }

func (*desk) Fresh(context.Context, int, func(*ledger.Entry) bool) ([]hook.Stretch, error) {
	return nil, nil
}
func (*desk) Spread(context.Context, int64, []hook.Stretch, []hook.Delivery) error { return nil }
func (*desk) Facts(context.Context, id.Subject) (decision.Facts, error) {
	return decision.Facts{Version: 1}, nil
}

func (*desk) Identifiers(context.Context, id.Subject) ([]identity.Identifier, error) {
	return nil, nil
}
func (*desk) Names(context.Context, id.Subject) ([]identity.Identifier, error) { return nil, nil }
func (*desk) Groups(context.Context, id.Subject, string) ([]hook.Group, error) { return nil, nil }

func (*desk) Targets() []hook.Target {
	return []hook.Target{hook.NewTarget("shop", hook.Endpoint{Name: "main", URL: "https://shop.example.com"}, nil, nil)}
}
func (*desk) Purpose(consent.PurposeID) (*consent.PurposeVersion, bool) { return nil, false }
func (*desk) Field(string) (*profile.Field, bool)                       { return nil, false }
func (*desk) Rank(string) int                                           { return 0 }
func (*desk) BrandNames() []string                                      { return nil }
func (*desk) AutomatedKind(string) (*automated.Kind, bool)              { return nil, false }

// open starts a Worker over n deliveries that are due.
func (d *desk) open(n int) *hook.Worker {
	for i := range n {
		d.all = append(d.all, hook.Delivery{
			Endpoint: "shop/main", Seq: int64(i), Entry: id.New(), Kind: "consent.given", State: hook.Waiting, Due: time.Now(),
		})
	}
	d.leases, d.health = make([]time.Time, n), hook.Health{Mode: hook.Active}
	w := hook.NewWorker(hook.Deps{
		Feed: d, Queue: d, People: d, Door: d, Clock: clock.System{},
		Catalogue: func() (hook.Catalogue, int64) { return d, 1 },
		Alias:     func(string, id.Subject) (string, error) { return "a", nil },
	}, hook.Options{})
	w.Start()
	return w
}

func ok(int, string) outbound.Answer {
	<-time.After(time.Millisecond)
	return outbound.Answer{Status: 200}
}

// Exchanges go on while the database writes what became of others, and many
// share a transaction.
func TestQueue_beside_its_commits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{commit: 20 * time.Millisecond, answer: ok}
		began := time.Now()
		w := d.open(2000)
		for d.over() < len(d.all) {
			<-time.After(time.Millisecond)
		}
		// Sixteen for each commit would take two and a half seconds.
		if took := time.Since(began); took > 500*time.Millisecond || d.turns > 30 {
			t.Errorf("it took %s and %d transactions", took, d.turns)
		}
		if err := w.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		if slices.Sort(d.sent); len(slices.Compact(d.sent)) != len(d.all) {
			t.Errorf("%d of %d were sent", len(d.sent), len(d.all))
		}
	})
}

// What was claimed ahead is not held back when it may not be sent any more:
// neither from a system that has to be left alone, nor from another process.
func TestQueue_gives_back(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *desk, *hook.Worker){
		"left alone": func(_ *testing.T, d *desk, _ *hook.Worker) {
			d.mu.Lock()
			d.answer = func(int, string) outbound.Answer { return outbound.Answer{Status: 429, RetryAfter: "3600"} }
			d.mu.Unlock()
			<-time.After(time.Second)
		},
		"stopped": func(t *testing.T, _ *desk, w *hook.Worker) {
			if err := w.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &desk{commit: 20 * time.Millisecond, answer: ok}
				w := d.open(20_000)
				<-time.After(200 * time.Millisecond)
				end(t, d, w)
				held := d.count(func(i int) bool { return !d.leases[i].IsZero() })
				spent := d.count(func(i int) bool { return d.all[i].State == hook.Waiting && d.all[i].Tries > 0 })
				if over := d.over(); held > 0 || spent > 16 || over < 100 || over == len(d.all) {
					t.Errorf("%d are held, %d failed, %d are over", held, spent, over)
				}
				_ = w.Stop(t.Context())
			})
		})
	}
}

// A process that slept, or a receiver that takes long, does not make us send what
// another process may have taken over.
func TestQueue_sends_no_old_claim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{commit: time.Millisecond}
		late := 0
		d.answer = func(n int, entry string) outbound.Answer {
			d.count(func(i int) bool {
				if d.all[i].Entry == entry && time.Until(d.leases[i]) < time.Minute/2 {
					late++
				}
				return false
			})
			<-time.After(12 * time.Second)
			return ok(n, entry)
		}
		w := d.open(200)
		<-time.After(5 * time.Minute)
		if over := d.over(); late > 0 || over != len(d.all) {
			t.Errorf("%d old claims were sent; %d are over", late, over)
		}
		_ = w.Stop(t.Context())
	})
}
