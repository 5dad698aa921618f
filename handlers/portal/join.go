package portal

import (
	"context"
	"slices"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
	view "livingprofile/views/portal"
)

// Joins reads which records of a person are joined.
type Joins interface {
	// Joins returns the joins of a subject, in any state, oldest first.
	Joins(ctx context.Context, subject id.Subject) ([]identity.Join, error)
	// Circle returns the subjects that are joined with one, itself among them.
	Circle(ctx context.Context, subject id.Subject) ([]id.Subject, error)
}

// joined are the records that are read as one with the visitor's, each join
// with its reason.
func (p *Portal) joined(c echo.Context, s *sight) ([]view.JoinItem, error) {
	subject := web.Of(c).Subject()
	circle, err := p.Joins.Circle(s.ctx, subject)
	if err != nil || len(circle) < 2 {
		return nil, err
	}
	var list []view.JoinItem
	for _, one := range circle {
		if one == subject {
			continue
		}
		all, err := p.Joins.Joins(s.ctx, one)
		if err != nil {
			return nil, err
		}
		ids, err := p.Read.Identifiers(s.ctx, one)
		if err != nil {
			return nil, err
		}
		if j, ok := nearest(all, subject); ok {
			list = append(list, s.joinItem(&j, ids))
		}
	}
	return list, nil
}

// nearest is the join by which a record is read with the visitor's: that with it,
// else that with another of theirs.
func nearest(all []identity.Join, visitor id.Subject) (identity.Join, bool) {
	all = slices.DeleteFunc(all, func(j identity.Join) bool { return j.State != identity.Joined })
	if i := slices.IndexFunc(all, func(j identity.Join) bool { return j.Concerns(visitor) }); i >= 0 {
		return all[i], true
	}
	if len(all) == 0 {
		return identity.Join{}, false
	}
	return all[0], true
}

// mine is nil when a record is one of the visitor's, and errs.NotFound for
// another.
func (p *Portal) mine(ctx context.Context, visitor, subject id.Subject) error {
	if visitor == subject {
		return nil
	}
	circle, err := p.Joins.Circle(ctx, visitor)
	if err == nil && !slices.Contains(circle, subject) {
		err = errs.New(errs.NotFound, "")
	}
	return err
}

// joinItem tells of one join; ids are those of the other record.
func (s *sight) joinItem(j *identity.Join, ids []identity.Identifier) view.JoinItem {
	item := view.JoinItem{ID: j.ID, At: j.DecidedAt, Action: s.base + "/who/joined/" + j.ID}
	var from []string
	for i := range ids {
		if name := s.source(ids[i].Source); !slices.Contains(from, name) {
			from = append(from, name)
		}
		known := s.identifierLabel(ids[i].Kind, ids[i].Scope) + s.t("join.colon") + identifierText(ids[i].Kind, ids[i].Value)
		item.Known = append(item.Known, known)
	}
	item.From = s.list(from)
	if j.Reason != "" {
		item.Because = append(item.Because, s.t("join.because.staff", "reason", j.Reason))
	}
	for i := range j.Evidence {
		item.Because = append(item.Because, s.evidence(&j.Evidence[i]))
	}
	return item
}

// evidence says what two records have in common.
func (s *sight) evidence(e *identity.Evidence) string {
	var sources []string
	for _, name := range e.Sources {
		sources = append(sources, s.source(name))
	}
	return s.t("join.because."+string(e.Rule),
		"what", s.identifierLabel(e.Kind, e.Scope), "value", identifierText(e.Kind, e.Value), "sources", s.list(sources))
}

// NotMe takes a record out of those that are read as one with the visitor's.
func (p *Portal) NotMe(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	v := web.Of(c)
	if err := p.Joiner.Separate(web.Context(c), v.Subject(), c.Param("join"), v.BrandName()); err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{ID: "join.said.separated"})
	return web.SeeOther(c, web.Path(c, "/who"))
}

// notTaken says which sources sent a value that did not enter, and why.
func (s *sight) notTaken(f *profile.Field) []string {
	var list []string
	notices := s.facts.Profile.Notices[f.Name]
	for i := range s.org.Systems {
		name := s.org.Systems[i].Name
		if n, ok := notices[name]; ok {
			list = append(list, s.t("join.not_taken."+string(n.Why), "source", s.source(name), "date", i18n.Date(s.ctx, n.At)))
		}
	}
	return list
}
