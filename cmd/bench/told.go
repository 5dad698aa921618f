package bench

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/clock"
	"livingprofile/internal/hook"
	"livingprofile/internal/ledger"
)

// telling is the number of the figure about hooks.
const telling = "11"

// The limits of figure 11.
const (
	leastTold   = .35  // deliveries ÷ floor
	leastBeside = .9   // beside a receiver that takes a second ÷ without
	mostLag     = 2000 // ms, at lagRate
	lagRate     = 300  // changes a second
	tellers     = 64   // connections that change something
)

// The paths of a receiver: what comes to the first counts, the second takes a
// second for each.
const (
	counting = "main"
	slow     = "slow"
)

// A receiver checks what it is told, and counts it.
type receiver struct {
	*http.Server
	address string
	secret  hook.Secret
	vices   map[string]vice

	mu    sync.Mutex
	told  int
	all   int             // at whatever path
	bad   context.Context // until it ends, paths have their vices; nil before
	lags  []float64       // ms from the event to its arrival
	since time.Time       // what happened before is not counted: it was still on its way
}

func listen(secret hook.Secret) (*receiver, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{address: l.Addr().String(), secret: secret, vices: vices()}
	r.Server = &http.Server{Handler: r, ReadHeaderTimeout: patience}
	go func() { _ = r.Serve(l) }()
	return r, nil
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	mac := hmac.New(sha256.New, r.secret)
	mac.Write([]byte(q.Header.Get("webhook-id") + "." + q.Header.Get("webhook-timestamp") + "."))
	mac.Write(body)
	if err != nil || q.Header.Get("webhook-signature") != "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	r.mu.Lock()
	r.all++
	bad := r.bad
	r.mu.Unlock()
	// Endpoints of one kind are told apart by a number behind it.
	switch kind, _, _ := strings.Cut(q.URL.Path[1:], "-"); {
	case kind == slow:
		<-time.After(time.Second)
		return
	case kind != counting:
		if bad != nil && bad.Err() == nil {
			r.vices[kind](bad, w)
		}
		return
	}
	var m struct {
		Timestamp time.Time `json:"timestamp"`
	}
	now := time.Now()
	_ = json.Unmarshal(body, &m) // the floor says no time
	r.mu.Lock()
	defer r.mu.Unlock()
	if m.Timestamp.Before(r.since) {
		return
	}
	r.told++
	r.lags = append(r.lags, float64(now.Sub(m.Timestamp))/float64(time.Millisecond))
}

// turn gives paths their vices, until ctx ends.
func (r *receiver) turn(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bad = ctx
}

func (r *receiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.told
}

// forget empties the receiver, which then counts what happens from since on; the
// zero time for whatever it is told.
func (r *receiver) forget(since time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told, r.lags, r.since = 0, nil, since
}

// wait returns when n were told; an error when nothing more comes for long.
func (r *receiver) wait(ctx context.Context, n int) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	last, since := -1, time.Now()
	for {
		switch now := r.count(); {
		case now >= n:
			return nil
		case now != last:
			last, since = now, time.Now()
		case time.Since(since) > patience:
			return fmt.Errorf("%d of %d hooks came", now, n)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// rest returns when nothing has come for a second.
func (r *receiver) rest(ctx context.Context) error {
	came := func() int {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.all
	}
	for last := -1; last != came(); {
		last = came()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
	return nil
}

// tell measures figure 11 on an installation of its own: an endpoint costs every
// change something, which the other figures leave out.
func (b *bench) tell(ctx context.Context, _ *people) (lines []Line, err error) {
	folder := b.folder + "-told"
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, err
	}
	r, err := listen(hook.NewSecret())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	p, err := settle(ctx, folder, min(b.subjects, leastSubjects*5), 1)
	if err != nil {
		return nil, err
	}
	below, err := start(ctx, b.Child(ctx, Floor, folder), "/alive")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, below.stop()) }()
	secret := base64.RawURLEncoding.EncodeToString(r.secret)
	floors := &target{server: below, want: http.StatusNoContent, request: func(n int64) []byte {
		subject, _ := p.subject(n)
		return post(below, "/told/"+string(subject)+"?to="+r.address+"&secret="+secret, "", "application/json", `{"purpose":"p","answer":"yes"}`)
	}}
	ours := &target{want: http.StatusNoContent}
	var alone, floored, lags, beside, fine, among, lagsAmong []float64
	for i := range b.Rounds {
		// In turn, for an hour of a busy machine is not like another.
		err := b.telling(ctx, folder, p, r, ours, []string{counting}, func() error {
			err := inTurn(
				func() error { return b.toldRate(ctx, r, ours, &alone) },
				func() error { return b.toldRate(ctx, r, floors, &floored) },
				func() error { return b.lag(ctx, r, ours, &lags) })
			if err != nil || i > 0 {
				return err
			}
			return b.profile(ctx, telling, ours, tellers)
		})
		if err != nil {
			return nil, err
		}
		err = b.telling(ctx, folder, p, r, ours, []string{counting, slow}, func() error { return b.toldRate(ctx, r, ours, &beside) })
		if err != nil {
			return nil, err
		}
		// They turn bad once they are measured: one that was bad before would be
		// left alone for most of the time.
		many := []string{counting}
		for kind := range r.vices {
			many = append(many, fmt.Sprintf("%s-%d", kind, i))
		}
		err = b.telling(ctx, folder, p, r, ours, many, func() error {
			bad, good := context.WithCancel(ctx)
			defer good()
			return inTurn(
				func() error { return b.toldRate(ctx, r, ours, &fine) },
				func() error { return r.rest(ctx) },
				func() error { r.turn(bad); return b.toldRate(ctx, r, ours, &among) },
				func() error { return b.lag(ctx, r, ours, &lagsAmong) })
		})
		if err != nil {
			return nil, err
		}
	}
	crowd := fmt.Sprintf("%d bad receivers", len(r.vices))
	return []Line{
		against("hooks told, from durable changes", alone, floored, Limit{Least: leastTold}),
		against("hooks told beside a receiver that takes a second ÷ without", beside, alone, Limit{Least: leastBeside}),
		against("hooks told beside "+crowd+" ÷ beside as many good ones", among, fine, Limit{Least: leastBeside}),
		lagged("", lags), lagged(" beside "+crowd, lagsAmong),
	}, nil
}

// inTurn takes steps up to the first that fails.
func inTurn(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// lagged is the line of the time that hooks took to arrive.
func lagged(beside string, lags []float64) Line {
	return Line{
		Figure: telling, What: fmt.Sprintf("from a change to its arrival%s, p99 at %d/s", beside, lagRate), Unit: "ms",
		Value: median(lags), Limit: Limit{Most: mostLag, Absolute: true},
	}
}

// against is the line of two rates that were measured in turn.
func against(what string, value, floor []float64, l Limit) Line {
	ratios := make([]float64, len(value))
	for i := range value {
		ratios[i] = value[i] / floor[i]
	}
	line := Line{
		Figure: telling, What: what, Unit: "/s", Connections: tellers, Limit: l,
		Value: median(value), Floor: median(floor), Ratio: median(ratios),
	}
	line.Spread = (slices.Max(ratios) - slices.Min(ratios)) / line.Ratio
	return line
}

// telling measures with endpoints of the receiver declared, by name.
func (b *bench) telling(ctx context.Context, folder string, p *people, r *receiver, ours *target, endpoints []string, measure func() error) (err error) {
	if err := connect(ctx, folder, r, endpoints); err != nil {
		return err
	}
	product, err := start(ctx, b.Child(ctx, Product, folder), "/readyz")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, product.stop()) }()
	ours.server, ours.request = product, p.recordConsent(product, control+"consent/")
	if err := b.toldRate(ctx, r, ours, new([]float64)); err != nil {
		return err
	}
	// What was entered before is told too, and is not to be counted.
	if err := r.rest(ctx); err != nil {
		return err
	}
	return measure()
}

// connect declares endpoints at the receiver.
func connect(ctx context.Context, folder string, r *receiver, endpoints []string) error {
	a, err := wire.Open(ctx, installation(folder, "127.0.0.1"), clock.System{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	d, by := draft(), ledger.Actor{Kind: ledger.ByProgram, ID: "bench"}
	for _, name := range endpoints {
		d.Declared.Systems[0].Endpoints = append(d.Declared.Systems[0].Endpoints, hook.Endpoint{Name: name, URL: "http://" + r.address + "/" + name})
	}
	_, err = a.Declare(ctx, wire.Declaration{Draft: d, Actor: by})
	for _, name := range endpoints {
		if err == nil {
			err = a.DB.AddSecret(ctx, systemName+"/"+name, r.secret, a.Clock.Now(), by, a.Clock.Now())
		}
	}
	return errors.Join(err, a.Close())
}

// toldRate changes things for a while and notes how many hooks came a second,
// until the last of them.
func (b *bench) toldRate(ctx context.Context, r *receiver, t *target, rates *[]float64) error {
	r.forget(time.Time{})
	began := time.Now()
	s, err := load(ctx, t, tellers, b.During)
	if err != nil {
		return err
	}
	if s.failed > 0 {
		return fmt.Errorf("changes to be told: %w", s.why)
	}
	if err := r.wait(ctx, len(s.times)); err != nil {
		return err
	}
	*rates = append(*rates, float64(len(s.times))/time.Since(began).Seconds())
	return nil
}

// lag notes how long after an event it arrives, while things change at lagRate.
func (b *bench) lag(ctx context.Context, r *receiver, t *target, lags *[]float64) error {
	return b.lagAt(ctx, r, t, max(int(3*lagRate*b.During.Seconds()), 10), time.Second/lagRate, 1, lags)
}

// lagAt is lag for n changes, one every so often, each of which is told to a
// number of endpoints that count.
func (b *bench) lagAt(ctx context.Context, r *receiver, t *target, n int, every time.Duration, endpoints int, lags *[]float64) error {
	r.forget(time.Now())
	tick := time.NewTicker(every)
	defer tick.Stop()
	c, err := dial(ctx, t.server.address, time.Now().Add(patience+2*time.Duration(n)*every))
	if err != nil {
		return err
	}
	defer c.close()
	for range n {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		if status, _, err := c.ask(t.request(t.asked.Add(1) - 1)); err != nil || status != t.want {
			return errors.Join(fmt.Errorf("a change: status %d", status), err)
		}
	}
	if err := r.wait(ctx, n*endpoints); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	*lags = append(*lags, high(r.lags))
	return nil
}
