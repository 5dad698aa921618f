package mail

import (
	"context"

	"livingprofile/internal/i18n"
)

// TroubleTemplate is the name of the mails that tell staff of systems that
// cannot be reached.
const TroubleTemplate = "review.trouble" // Trouble

// A Trouble names the systems that cannot be told or asked.
type Trouble struct {
	Name    string   `json:"name"`    // of the member
	Systems []string `json:"systems"` // as their labels are in the member's language
	URL     string   `json:"url"`     // of the systems
}

// Worry tells a staff member which systems need somebody.
func Worry(ctx context.Context, b Brand, t Trouble) (Message, error) {
	b.Name = i18n.T(ctx, "console.name")
	return letter{
		Subject: i18n.T(ctx, "systems.mail.subject", "systems", i18n.List(ctx, t.Systems)),
		Title:   i18n.T(ctx, "systems.mail.title"),
		Before: []string{
			i18n.T(ctx, "systems.mail.text", "name", t.Name, "systems", i18n.List(ctx, t.Systems)),
			i18n.T(ctx, "systems.mail.waits"),
		},
		Button: i18n.T(ctx, "systems.mail.button"), URL: t.URL,
		After: []string{i18n.T(ctx, "systems.mail.small")},
	}.message(ctx, b)
}
