package portal

import (
	"context"

	"livingprofile/internal/i18n"
	"livingprofile/views/layout"
	"livingprofile/views/ui"
)

// question is the choice that p asks.
func (p PurposeItem) question(f layout.Frame) ui.Question {
	return ui.Question{
		ID: purposeID(p.ID), Label: p.Title, Path: f.Base + "/allow/" + p.ID,
		Target: purposeID(p.ID), Answer: p.Answer, CSRF: f.CSRF, Fields: p.hidden(),
	}
}

// links lead from a row to its reasons, its past and its proof.
func (p PurposeItem) links(ctx context.Context, f layout.Frame) []ui.Link {
	page := f.Base + "/allow/" + p.ID
	links := []ui.Link{{Text: i18n.T(ctx, "portal.allow.why"), Href: page}}
	if p.Choices > 0 {
		links = append(links, ui.Link{Text: i18n.T(ctx, "portal.allow.earlier"), Href: page + "#choices"})
	}
	if p.Receipt != "" {
		links = append(links, ui.Link{
			Text: i18n.T(ctx, "portal.receipt.short"), Href: f.Base + "/receipts/" + p.Receipt,
		})
	}
	return links
}

// unaskedID is the sentence for a missing answer: what is not done, and for a
// parent, whom its answer reaches.
func unaskedID(p PurposeItem) string {
	if p.Parent {
		return "portal.allow.parent"
	}
	return "portal.allow.unasked"
}
