package portal

import (
	"context"

	"livingprofile/internal/i18n"
	"livingprofile/views/layout"
)

// heldCard sums up what is held about the person.
func heldCard(ctx context.Context, f layout.Frame, p HomePage) Card {
	c := Card{Icon: "person", Title: i18n.T(ctx, "portal.home.held"), Href: f.Base + "/data"}
	if p.Values == 0 {
		c.Text = i18n.T(ctx, "portal.home.held_nothing")
		return c
	}
	c.Text = i18n.T(ctx, "portal.home.held_from",
		"values", i18n.T(ctx, "portal.home.values", "count", p.Values),
		"sources", i18n.T(ctx, "portal.home.sources", "count", p.Sources))
	if p.Newest != "" {
		c.Note = i18n.T(ctx, "portal.home.newest",
			"source", p.Newest, "date", i18n.Date(ctx, p.NewestAt))
	}
	return c
}

// allowedCard counts the answers, the missing ones too.
func allowedCard(ctx context.Context, f layout.Frame, p HomePage) Card {
	c := Card{
		Icon: "shield", Title: i18n.T(ctx, "portal.home.allow"), Href: f.Base + "/allow",
		Text: i18n.T(ctx, "portal.home.answers", "yes", p.Yes, "no", p.No),
		Note: p.AllowNote,
	}
	if p.Unasked > 0 {
		c.Text += " " + i18n.T(ctx, "portal.home.unasked", "count", p.Unasked)
	}
	return c
}

// or returns s, or fallback when s is empty.
func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
