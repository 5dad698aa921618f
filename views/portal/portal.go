// Package portal draws the pages of a person's own portal.
//
// Each page is one file: its struct, which holds only what the page shows, and
// the component that shows it. A row that changes in place is a component of
// its own with a stable id, so that an answer to htmx can be that row alone,
// followed by ui.Live. The names of the components end in Row.
//
// The addresses that forms post to are made here from Frame.Base and are the
// contract with handlers/portal.
package portal

import (
	"context"
	"time"

	"livingprofile/internal/i18n"
	"livingprofile/views/ui"
)

// Saved is what the last action did to a row, said in the row.
type Saved struct {
	Text string // whole sentence: exactly what changed
	Undo string // where to post to take it back; "" when that is not possible
}

// An Origin tells how a value came to be known.
type Origin string

// The origins; see DPV "Provided", "Observed" and "Inferred" personal data.
const (
	Provided Origin = "provided"
	Observed Origin = "observed"
	Inferred Origin = "inferred"
)

// Ids of the elements that are replaced in place.

func valueID(id string) string   { return "v-" + id }
func purposeID(id string) string { return "p-" + id }
func topicID(id string) string   { return "t-" + id }
func sessionID(id string) string { return "s-" + id }
func addressID(id string) string { return "a-" + id }

// hidden are the fields that prove which words were answered.
func (p PurposeItem) hidden() []ui.Field {
	fields := []ui.Field{{Name: "version", Value: p.Version}, {Name: "notice", Value: p.Notice}}
	if p.Alone {
		fields = append(fields, ui.Field{Name: "alone", Value: "1"})
	}
	return fields
}

// sourced says where a value is from and since when, whichever is known.
func sourced(ctx context.Context, source string, at time.Time) string {
	switch {
	case source == "" && at.IsZero():
		return ""
	case at.IsZero():
		return i18n.T(ctx, "portal.from", "source", source)
	case source == "":
		return i18n.Date(ctx, at)
	}
	return i18n.T(ctx, "portal.from_on", "source", source, "date", i18n.Date(ctx, at))
}
