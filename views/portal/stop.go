package portal

import (
	"context"

	"livingprofile/internal/i18n"
	"livingprofile/views/layout"
	"livingprofile/views/ui"
)

// topmost is p where no heading stands above its lists but the page's own.
func topmost(p ui.Plan) ui.Plan {
	p.Top = true
	return p
}

func stoppedID(id string) string { return "b-" + id }

// stopScope asks where to stop: everywhere, or on this brand. Everywhere is
// what the words of the page promise, so it is what is chosen at first.
func stopScope(ctx context.Context, f layout.Frame, brands []string) ui.Input {
	return ui.Input{
		Kind: ui.One, Name: "scope", Label: i18n.T(ctx, "portal.stop.where"), Value: "all",
		Options: []ui.Option{
			{
				Value: "all", Label: i18n.T(ctx, "portal.stop.everywhere"),
				Note: i18n.List(ctx, brands),
			},
			{Value: "brand", Label: i18n.T(ctx, "portal.stop.here", "brand", f.BrandName)},
		},
	}
}
