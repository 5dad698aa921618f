package mail

import (
	"context"
	"strconv"

	"livingprofile/internal/i18n"
)

// DigestTemplate is the name of the mails that tell staff what waits for them.
// It is what such mails were called when they told of deadlines alone.
const DigestTemplate = "review.warning" // Digest

// A Digest counts what waits for a staff member. It names nobody whom it is
// about.
type Digest struct {
	Name      string `json:"name"` // of the member
	Overdue   int    `json:"overdue"`
	Soon      int    `json:"soon"`
	Nobodys   int    `json:"nobodys"` // of those, assigned to nobody
	Days      int    `json:"days"`    // that Soon looks ahead
	Approvals int    `json:"approvals"`
	Systems   int    `json:"systems"`
	URL       string `json:"url"`      // of what waits
	Settings  string `json:"settings"` // where the member chooses how often
}

// Waiting tells a staff member what waits for them.
func Waiting(ctx context.Context, b Brand, d Digest) (Message, error) {
	b.Name = i18n.T(ctx, "console.name")
	l := letter{
		Subject: i18n.T(ctx, "digest.subject", "n", strconv.Itoa(d.Overdue+d.Soon+d.Approvals+d.Systems), "overdue", strconv.Itoa(d.Overdue)),
		Title:   i18n.T(ctx, "digest.title"),
		Before:  []string{i18n.T(ctx, "digest.text", "name", d.Name)},
		Button:  i18n.T(ctx, "digest.button"), URL: d.URL,
		After: []string{i18n.T(ctx, "digest.small"), i18n.T(ctx, "digest.choose", "url", d.Settings)},
	}
	for _, line := range []struct {
		id string
		n  int
	}{
		{"overdue", d.Overdue},
		{"soon", d.Soon},
		{"nobodys", d.Nobodys},
		{"approvals", d.Approvals},
		{"systems", d.Systems},
	} {
		if line.n > 0 {
			l.Before = append(l.Before, i18n.T(ctx, "digest."+line.id, "n", strconv.Itoa(line.n), "days", strconv.Itoa(d.Days)))
		}
	}
	return l.message(ctx, b)
}
