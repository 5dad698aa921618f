package store

import (
	"context"
	"time"

	"livingprofile/internal/rights"
)

// Parts are the tails of the statements that count and delete the parts of an
// erasure.
func Parts() map[rights.Part]string { return parts() }

// UpdatePostgres opens PostgreSQL as the store does, but for asleep, and runs a
// statement in a transaction that then waits for awake; nil for at once.
func UpdatePostgres(ctx context.Context, url string, asleep time.Duration, statement string, awake func()) error {
	e, err := openPostgres(ctx, url, 1, asleep)
	if err != nil {
		return err
	}
	defer e.close()
	return e.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, statement)
		if err == nil && awake != nil {
			awake()
			_, err = c.exec(ctx, statement)
		}
		return err
	})
}
