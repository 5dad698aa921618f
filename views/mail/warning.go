package mail

import (
	"context"
	"strconv"

	"livingprofile/internal/i18n"
)

// WarningTemplate is the name of the mails that warn staff of deadlines.
const WarningTemplate = "review.warning" // Warning

// A Warning counts what a staff member has to answer soon. It names nobody whom
// it is about.
type Warning struct {
	Name    string `json:"name"` // of the member
	Overdue int    `json:"overdue"`
	Soon    int    `json:"soon"`
	Nobodys int    `json:"nobodys"` // of those, assigned to nobody
	Days    int    `json:"days"`    // that Soon looks ahead
	URL     string `json:"url"`     // of the queue
}

// Warn tells a staff member what presses.
func Warn(ctx context.Context, b Brand, w Warning) (Message, error) {
	b.Name = i18n.T(ctx, "console.name")
	n := strconv.Itoa
	return letter{
		Subject: i18n.T(ctx, "request.warn.subject", "overdue", n(w.Overdue), "soon", n(w.Soon)),
		Title:   i18n.T(ctx, "request.warn.title"),
		Before: []string{
			i18n.T(ctx, "request.warn.text", "name", w.Name),
			i18n.T(ctx, "request.warn.overdue", "overdue", n(w.Overdue)),
			i18n.T(ctx, "request.warn.soon", "soon", n(w.Soon), "days", n(w.Days)),
			i18n.T(ctx, "request.warn.nobodys", "nobodys", n(w.Nobodys)),
		},
		Button: i18n.T(ctx, "request.warn.button"), URL: w.URL,
		After: []string{i18n.T(ctx, "request.warn.small")},
	}.message(ctx, b)
}
