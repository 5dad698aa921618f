package api

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/login"
)

// How requests are limited.
const (
	window = time.Minute
	// leastShare is what share is at least.
	leastShare = 10
	// failures is how often a network may show a wrong key in a window.
	failures = 60
)

// allowances are the requests that this process has taken from the shared
// counts and not used yet, by key.
type allowances struct {
	mu   sync.Mutex
	left map[authz.KeyID]allowance
}

type allowance struct {
	n     int
	until time.Time
}

// take uses one request of the allowance of a key.
func (a *allowances) take(key authz.KeyID, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	left := a.left[key]
	if left.n == 0 || !now.Before(left.until) {
		return false
	}
	left.n--
	a.left[key] = left
	return true
}

// add puts a share to the allowance of a key, less the one that is used now.
func (a *allowances) add(key authz.KeyID, n int, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.left == nil {
		a.left = map[authz.KeyID]allowance{}
	}
	for k, left := range a.left {
		if !now.Before(left.until) {
			delete(a.left, k)
		}
	}
	a.left[key] = allowance{n: a.left[key].n + n - 1, until: now.Add(window)}
}

// share is how many requests a process takes from the shared count at a time:
// what a key may make in a second. Counting each would make every read a write;
// a process that ends loses at most a share.
func (a *API) share() int { return min(max(leastShare, a.PerMinute/60), a.PerMinute) }

// allow counts a request of a key, or of an endpoint by its id, over all processes.
func (a *API) allow(ctx context.Context, key authz.KeyID) error {
	now := a.Clock.Now()
	if a.allowances.take(key, now) {
		return nil
	}
	n := a.share()
	until, err := a.Store.Spend(ctx, []login.Counter{a.counter("api.key", string(key), a.PerMinute/n)}, now)
	if err != nil {
		return err
	}
	if !until.IsZero() {
		return tooMany(until, now)
	}
	a.allowances.add(key, n, now)
	return nil
}

// refuse counts a failed authentication for the network it comes from, and
// returns the error to answer. scheme is what would have been wanted.
func (a *API) refuse(c echo.Context, scheme string, because error) error {
	c.Response().Header().Set(echo.HeaderWWWAuthenticate, scheme+` realm="livingprofile"`)
	addr, _ := netip.ParseAddr(c.RealIP())
	now := a.Clock.Now()
	until, err := a.Store.Spend(web.Context(c), []login.Counter{a.counter("api.network", login.NetworkOf(addr), failures)}, now)
	switch {
	case err != nil:
		return err
	case !until.IsZero():
		return tooMany(until, now)
	}
	return because
}

func (a *API) counter(what, who string, limit int) login.Counter {
	key := a.Secrets.Blind("api.count", what, who)
	return login.Counter{Key: key[:], Limit: limit, Window: window}
}

func tooMany(until, now time.Time) error {
	wait := max(time.Second, until.Sub(now))
	return errs.New(errs.TooMany, "error.too_many", "until", until, "minutes", int((wait+time.Minute-1)/time.Minute), "wait", wait)
}
