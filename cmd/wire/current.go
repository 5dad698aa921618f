package wire

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/organisation"
	"livingprofile/internal/rights"
	"livingprofile/store"
)

// A Current holds the organisation as it is declared now. Another process may
// declare anew at any time.
type Current struct {
	db    *store.DB
	log   *slog.Logger
	laws  *rights.Packs
	clock clock.Clock
	now   atomic.Pointer[organisation.Organisation]
}

// Load returns the newest declaration that this process knows; an empty
// organisation before the first.
func (c *Current) Load() *organisation.Organisation {
	if o := c.now.Load(); o != nil {
		return o
	}
	return &organisation.Organisation{}
}

// Refresh reads the newest declaration if this process does not know it yet.
func (c *Current) Refresh(ctx context.Context) error {
	revision, err := c.db.Revision(ctx)
	if err != nil {
		return fmt.Errorf("read revision: %w", err)
	}
	if o := c.now.Load(); o != nil && o.Revision == revision || revision == 0 {
		return nil
	}
	o, err := c.db.Organisation(ctx)
	if errors.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read organisation: %w", err)
	}
	o.Heed(c.laws, c.clock.Now())
	c.now.Store(o)
	c.warn(o)
	return nil
}

// warn logs the connectors that were kept and cannot be read any more: their
// files were good for another version of the program.
func (c *Current) warn(o *organisation.Organisation) {
	for _, t := range o.Targets() {
		if t.Unreadable != "" {
			c.log.Warn("a connector cannot be read; what there is to tell waits", "endpoint", t.ID, "connector", t.Speaks, "faults", t.Unreadable)
		}
	}
}
