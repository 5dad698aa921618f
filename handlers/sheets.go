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

// sheets keeps the stylesheet of each theme, made once. The zero sheets has
// none.
type sheets struct {
	byTheme sync.Map // theme → *static.Asset
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

// serve answers the addresses that path gives. An address with an old hash is
// not answered, or it would be kept under the wrong name.
func (s *sheets) serve(c echo.Context) error {
	name, _, _ := strings.Cut(c.Param("sheet"), ".")
	b, ok := web.Of(c).Organisation.Brand(name)
	if !ok || s.path(b) != c.Request().URL.Path {
		return errs.NotFound
	}
	s.of(b).ServeHTTP(c.Response(), c.Request())
	return nil
}
