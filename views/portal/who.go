package portal

import (
	"context"

	"livingprofile/internal/i18n"
)

// toldOf says what a system last received, and when.
func toldOf(ctx context.Context, s SystemItem) string {
	if s.ToldAt.IsZero() {
		return i18n.T(ctx, "portal.who.told_never")
	}
	return i18n.T(ctx, "portal.who.last_what", "what", s.ToldWhat, "date", i18n.DateTime(ctx, s.ToldAt))
}

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
