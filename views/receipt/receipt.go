// Package receipt draws the page on which anybody can check a receipt, without
// signing in. It shows what we know of a receipt's origin and nothing of what
// the receipt says: a stranger who guesses a number learns no more than that a
// receipt was written.
package receipt

import (
	"context"
	"strconv"

	"livingprofile/internal/i18n"
	"livingprofile/views/ui"
)

// An Outcome is what a check found.
type Outcome string

// The outcomes.
const (
	Genuine Outcome = "genuine" // every byte is what we wrote
	Known   Outcome = "known"   // the number is ours; there was nothing to compare
	Changed Outcome = "changed" // the number is ours, the contents are not
	Foreign Outcome = "foreign" // we never gave that number
	Broken  Outcome = "broken"  // ours, and our record cannot prove it
)

func (o Outcome) state() ui.State {
	switch o {
	case Genuine:
		return ui.Given
	case Known:
		return ui.Neutral
	}
	return ui.Failed
}

func (o Outcome) title(ctx context.Context) string { return i18n.T(ctx, "receipt."+string(o)) }

func (o Outcome) lede(ctx context.Context) string { return i18n.T(ctx, "receipt."+string(o)+"_lede") }

// written tells whether there is anything to say of how it was written.
func (o Outcome) written() bool { return o != Foreign }

// place writes lane and sequence as they are: groups of digits would make other
// numbers of them to whoever compares.
func (r Result) place(ctx context.Context) string {
	return i18n.T(
		ctx, "receipt.place_value",
		"lane", strconv.Itoa(r.Lane), "sequence", strconv.FormatInt(r.Sequence, 10),
	)
}

func (r Result) seal(ctx context.Context) string {
	if r.Sealed.IsZero() {
		return i18n.T(ctx, "receipt.pending")
	}
	return i18n.T(
		ctx, "receipt.sealed",
		"number", strconv.FormatInt(r.Checkpoint, 10), "date", i18n.DateTime(ctx, r.Sealed),
	)
}

func pasteInput(ctx context.Context, p CheckPage) ui.Input {
	return ui.Input{
		Kind: ui.Long, Name: "receipt", Value: p.Text, Wrong: p.Wrong,
		Label: i18n.T(ctx, "receipt.paste"), Hint: i18n.T(ctx, "receipt.paste_hint"),
	}
}

func numberInput(ctx context.Context, p CheckPage) ui.Input {
	return ui.Input{
		Kind: ui.Text, Name: "number", Value: p.Number, Wrong: p.WrongNumber,
		Label: i18n.T(ctx, "receipt.number"), Hint: i18n.T(ctx, "receipt.number_hint"),
	}
}
