package portal

import (
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// A drawnKey is all that the row of a plain item depends on, within one
// declaration.
type drawnKey struct {
	purpose, version, locale, base, unasked string
	answer                                  ui.Answer
	level                                   int
	parent, stands                          bool
}

// drawRows gives the plain rows of a page the drawing that others with the
// same answer were given.
func (s *sight) drawRows(page *view.AllowPage) {
	for i := range page.Groups {
		g := &page.Groups[i]
		if g.Parent != nil {
			s.drawRow(g.Parent)
		}
		for k := range g.Items {
			s.drawRow(&g.Items[k])
		}
	}
}

func (s *sight) drawRow(item *view.PurposeItem) {
	if !item.Plain() {
		return
	}
	key := drawnKey{
		item.ID, item.Version, s.locale, s.base, item.Unasked,
		item.Answer, item.Level, item.Parent, item.Receipt != "",
	}
	kept := &s.texts.in(s.org).drawn
	if drawn, ok := kept.Load(key); ok {
		item.Drawn = drawn.(*ui.Stencil) //nolint:forcetypeassert // nothing else is stored
		return
	}
	// What cannot be drawn now is drawn with the page, which then tells why.
	if drawn, err := view.PurposeStencil(s.ctx, s.base, *item); err == nil {
		kept.Store(key, drawn)
		item.Drawn = drawn
	}
}
