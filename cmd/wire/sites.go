package wire

import (
	"context"
	"slices"

	"livingprofile/internal/authz"
	"livingprofile/internal/demo"
	"livingprofile/internal/ledger"
)

// ShowOn lets the demo's shops show the portals of their brands, each on its
// origin. What the newsletter tool's address is told with it, so that Connect
// finds it declared.
func (a *App) ShowOn(ctx context.Context, newsletter string, origin func(brand string) string) error {
	draft, err := demo.Connected(newsletter)
	if err != nil {
		return err
	}
	for i := range draft.Declared.Brands {
		b := &draft.Declared.Brands[i]
		if site := origin(b.Name); !slices.Contains(b.Origins, site) {
			b.Origins = append(b.Origins, site)
		}
	}
	_, err = a.Declare(ctx, Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "demo"}, PutBack: true})
	return err
}

// SiteKey makes the key by which a brand's own site shows its portal, for as
// long as a demo runs.
func (a *App) SiteKey(ctx context.Context, brand, system string) (string, error) {
	_, key, err := a.Keys().Make(ctx, authz.APIKey{
		Name: "site of " + brand, System: system, Brand: brand, Scopes: []authz.Permission{authz.LinkCreate, authz.FrameCreate},
		ExpiresAt: a.Clock.Now().AddDate(0, 0, 30),
	})
	return key, err
}
