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
		Target: purposeID(p.ID), Answer: p.Answer, CSRF: f.CSRF, Fields: p.hidden(), OnlyNo: p.OnlyNo,
	}
}

// Plain tells whether p says nothing of its own but when it was saved: then
// its row can be drawn once for everybody with the same answer.
func (p *PurposeItem) Plain() bool {
	return p.Why == "" && p.Reask == nil && p.Saved == nil && len(p.Elsewhere) == 0 && len(p.Steps) <= 1
}

// PurposeStencil draws the row of a Plain item on the portal at base, without
// the words that are one person's.
func PurposeStencil(ctx context.Context, base string, p PurposeItem) (*ui.Stencil, error) {
	if len(p.Steps) > 0 {
		p.Steps = []ui.Step{{Text: ui.Hole(1), State: p.Steps[0].State}}
	}
	if p.Receipt != "" {
		p.Receipt = ui.Hole(2)
	}
	return ui.Cut(ctx, purposeRow(layout.Frame{Base: base, CSRF: ui.Hole(0)}, p))
}

// words are what PurposeStencil leaves out, in the order of its holes.
func (p *PurposeItem) words(f layout.Frame) []string {
	words := []string{f.CSRF, "", p.Receipt}
	if len(p.Steps) > 0 {
		words[1] = p.Steps[0].Text
	}
	return words
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
