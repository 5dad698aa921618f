// Package errors draws the page that stands where another one could not: it
// says what happened, what was kept and what to do. It needs no brand, no
// session and no database, so that it works when those are what failed.
package errors

import (
	"context"
	"strconv"

	"livingprofile/internal/i18n"
)

// Title is the title of the page for status, for the frame.
func Title(ctx context.Context, status int) string {
	return Fault{Status: status}.words(ctx, "title")
}

// what prefers the reason of this error to what is true of all with its status.
func (p Fault) what(ctx context.Context) string {
	if p.Reason != "" {
		return p.Reason
	}
	return p.words(ctx, "what")
}

// words returns one sentence about the status; one that has no words of its own
// gets those of its class (RFC 9110, 15).
func (p Fault) words(ctx context.Context, sentence string) string {
	status := p.Status
	switch status {
	case 400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503:
	default:
		status = 500
		if p.Status >= 400 && p.Status < 500 {
			status = 400
		}
	}
	return i18n.T(ctx, "fault."+strconv.Itoa(status)+"."+sentence)
}
