package staff

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"livingprofile/internal/errs"
	"livingprofile/internal/ledger"
)

// A View is a filter of the queue that a member keeps under a name.
type View struct {
	Name  string `json:"name"`
	Query string `json:"query"` // of the queue's address
}

const (
	maxViewName = 40
	// maxViews bounds what a member keeps: they all stand above the queue.
	maxViews = 12
)

// KeepView keeps a view for a member, in place of one of the same name. What a
// member keeps for themselves is no act, and not in the ledger.
func (s *Service) KeepView(ctx context.Context, m Member, v View) error {
	v.Name = strings.TrimSpace(v.Name)
	switch {
	case v.Name == "":
		return errs.InvalidFields(errs.At("name", "error.required"))
	case utf8.RuneCountInString(v.Name) > maxViewName:
		return errs.InvalidFields(errs.At("name", "error.too_long", "max", maxViewName))
	case strings.ContainsFunc(v.Name, unicode.IsControl):
		return errs.InvalidFields(errs.At("name", "error.control_characters"))
	}
	views := append(without(m.Views, v.Name), v)
	if len(views) > maxViews {
		return errs.InvalidFields(errs.At("name", "error.too_many_views", "max", maxViews))
	}
	return s.arrange(ctx, m, views)
}

// DropView forgets the view of a name, if there is one.
func (s *Service) DropView(ctx context.Context, m Member, name string) error {
	return s.arrange(ctx, m, without(m.Views, name))
}

func without(views []View, name string) []View {
	return slices.DeleteFunc(slices.Clone(views), func(v View) bool { return v.Name == name })
}

func (s *Service) arrange(ctx context.Context, m Member, views []View) error {
	_, err := s.store.Commit(ctx, ledger.Change{At: s.clock.Now(), Actor: m.Actor(), Rows: []any{Arranged{m.ID, views}}})
	return err
}
