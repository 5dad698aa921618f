package console

import (
	"context"
	"time"

	"livingprofile/internal/i18n"
)

// keptUntil says when something ends; a hold has no day.
func keptUntil(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return i18n.T(ctx, "retention.released_only")
	}
	return i18n.Date(ctx, t)
}
