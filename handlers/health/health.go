// Package health tells machines whether the product lives and is ready.
package health

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
)

// A Store is what readiness depends on.
type Store interface {
	// Ready tells whether data and key store answer.
	Ready(ctx context.Context) error
	// LastCheckpoint returns when the newest checkpoint was made.
	LastCheckpoint(ctx context.Context) (signed []byte, at time.Time, err error)
	// Unsealed returns how many entries no checkpoint covers, and when the
	// oldest of them was written.
	Unsealed(ctx context.Context) (entries int64, since time.Time, err error)
	// Oldest returns the earliest due time of the undone jobs.
	Oldest(ctx context.Context, now time.Time) (time.Time, error)
}

// Health answers the two questions.
type Health struct {
	store   Store
	clock   clock.Clock
	version string
}

// New returns the handlers.
func New(s Store, c clock.Clock, version string) *Health {
	return &Health{store: s, clock: c, version: version}
}

// The limits past which the product is not ready: a checkpoint is due every
// minute, and a mail that a person waits for leaves within seconds.
const (
	maxUnsealedAge = 5 * time.Minute
	maxJobAge      = 5 * time.Minute
	patience       = 2 * time.Second
	retry          = 5 * time.Second
)

// Alive answers as long as the process can answer at all.
func (h *Health) Alive(c echo.Context) error {
	return web.JSON(c, http.StatusOK, map[string]string{"status": "alive", "version": h.version})
}

// A check is one line of the answer to Ready.
type check struct {
	OK     bool   `json:"ok"`
	Detail string `json:"detail,omitempty"`
}

// Ready answers 200 when requests can be served, else 503, with what is wrong.
func (h *Health) Ready(c echo.Context) error {
	ctx, cancel := context.WithTimeout(web.Context(c), patience)
	defer cancel()
	checks := map[string]check{
		"database":    h.database(ctx),
		"checkpoints": h.checkpoints(ctx),
		"jobs":        h.jobs(ctx),
	}
	status, word := http.StatusOK, "ready"
	for _, ch := range checks {
		if !ch.OK {
			status, word = http.StatusServiceUnavailable, "not ready"
			web.RetryAfter(c, retry)
		}
	}
	return web.JSON(c, status, map[string]any{"status": word, "checks": checks})
}

func (h *Health) database(ctx context.Context) check {
	if err := h.store.Ready(ctx); err != nil {
		return check{Detail: "does not answer"}
	}
	return check{OK: true}
}

func (h *Health) checkpoints(ctx context.Context) check {
	_, at, err := h.store.LastCheckpoint(ctx)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return check{Detail: "cannot be read"}
	}
	n, since, err := h.store.Unsealed(ctx)
	if err != nil {
		return check{Detail: "cannot be read"}
	}
	ch := check{OK: true, Detail: "none yet"}
	if !at.IsZero() {
		ch.Detail = fmt.Sprintf("last %s ago", h.clock.Now().Sub(at).Truncate(time.Second))
	}
	if n > 0 && h.clock.Now().Sub(since) > maxUnsealedAge {
		ch.OK, ch.Detail = false, fmt.Sprintf("%d entries unsealed, %s", n, ch.Detail)
	}
	return ch
}

func (h *Health) jobs(ctx context.Context) check {
	oldest, err := h.store.Oldest(ctx, h.clock.Now())
	if err != nil {
		return check{Detail: "cannot be read"}
	}
	if oldest.IsZero() {
		return check{OK: true, Detail: "none due"}
	}
	age := h.clock.Now().Sub(oldest)
	return check{OK: age <= maxJobAge, Detail: fmt.Sprintf("oldest due %s ago", age.Truncate(time.Second))}
}
