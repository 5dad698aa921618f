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

// sheets keeps the stylesheet of each accent, made once. The zero sheets has
// none.
type sheets struct {
	byAccent sync.Map // accent → *static.Asset
}

// path returns the address of a brand's stylesheet, "" for the neutral one. It
// carries a hash, so that browsers may keep it for ever.
func (s *sheets) path(b *brand.Brand) string {
	if b == nil || b.Accent == "" {
		return ""
	}
	return "/theme/" + b.Name + "." + s.of(b).Hash() + ".css"
}

func (s *sheets) of(b *brand.Brand) *static.Asset {
	if a, ok := s.byAccent.Load(b.Accent); ok {
		return a.(*static.Asset) //nolint:forcetypeassert // nothing else is stored
	}
	a, _ := s.byAccent.LoadOrStore(b.Accent, static.Theme(brand.Theme(b.Accent)))
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
