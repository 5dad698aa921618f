package portal

import (
	"context"

	"livingprofile/internal/i18n"
)

// lastOf says what a system last sent, and when.
func lastOf(ctx context.Context, s SystemItem) string {
	switch {
	case s.LastAt.IsZero():
		return i18n.T(ctx, "portal.who.last_never")
	case s.Last == "":
		return i18n.DateTime(ctx, s.LastAt)
	}
	return i18n.T(ctx, "portal.who.last_what", "what", s.Last, "date", i18n.DateTime(ctx, s.LastAt))
}
