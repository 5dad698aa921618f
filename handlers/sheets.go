package handlers

import (
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/brand"
	"livingprofile/internal/errs"
	"livingprofile/static"
)

// sheets keeps the stylesheet of each theme and the logos, made once. The zero sheets has
// none.
type sheets struct {
	byTheme sync.Map // theme → *static.Asset
	byLogo  sync.Map // *brand.Logo → *static.Asset
}

// path returns the address of a brand's stylesheet, "" for the neutral one. It
// carries a hash, so that browsers may keep it for ever.
func (s *sheets) path(b *brand.Brand) string {
	if b == nil || s.of(b) == nil {
		return ""
	}
	return "/theme/" + b.Name + "." + s.of(b).Hash() + ".css"
}

// of returns the stylesheet of a brand, nil for one without a theme.
func (s *sheets) of(b *brand.Brand) *static.Asset {
	// The theme itself would have to be worked out for every request.
	key := strings.Join(append([]string{b.Accent, b.Ground, string(b.Corners)}, b.Fonts...), "|")
	a, ok := s.byTheme.Load(key)
	if !ok {
		var made *static.Asset
		if theme := b.Theme(); theme != "" {
			made = static.Theme(theme)
		}
		a, _ = s.byTheme.LoadOrStore(key, made)
	}
	return a.(*static.Asset) //nolint:forcetypeassert // nothing else is stored
}

// logo returns the address of a brand's logo, "" for none.
func (s *sheets) logo(b *brand.Brand) string {
	if b == nil || b.Logo == nil {
		return ""
	}
	return "/theme/" + b.Name + "." + s.picture(b.Logo).Hash() + strings.Replace(b.Logo.Type, "image/", ".", 1)
}

func (s *sheets) picture(l *brand.Logo) *static.Asset {
	a, ok := s.byLogo.Load(l)
	if !ok {
		a, _ = s.byLogo.LoadOrStore(l, static.NewAsset(l.Type, l.Data))
	}
	return a.(*static.Asset) //nolint:forcetypeassert // nothing else is stored
}

// serve answers the addresses that path and logo give. An address with an old
// hash is not answered, or it would be kept under the wrong name.
func (s *sheets) serve(c echo.Context) error {
	name, _, _ := strings.Cut(c.Param("sheet"), ".")
	b, ok := web.Of(c).Organisation.Brand(name)
	if !ok {
		return errs.NotFound
	}
	switch c.Request().URL.Path {
	case s.path(b):
		s.of(b).ServeHTTP(c.Response(), c.Request())
	case s.logo(b):
		s.picture(b.Logo).ServeHTTP(c.Response(), c.Request())
	default:
		return errs.NotFound
	}
	return nil
}
