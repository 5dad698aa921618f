// Package transparency answers with the figures of requests that the
// organisation lets everybody read, as a page and as data. It looks at nobody's
// session, so that any cache on the way may keep the answer.
package transparency

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/figures"
	"livingprofile/internal/i18n"
	"livingprofile/internal/rights"
	view "livingprofile/views/transparency"
)

// A Store has what is told.
type Store interface {
	// Published returns what everybody may read, newest first; errs.NotFound
	// before the first.
	Published(ctx context.Context) ([]figures.Published, error)
}

// Laws have the words of grounds of refusal.
type Laws interface {
	Ground(code string) (rights.RefusalGround, bool)
}

// Transparency answers with published figures.
type Transparency struct {
	store Store
	laws  Laws
}

// New returns the handlers.
func New(s Store, l Laws) *Transparency { return &Transparency{s, l} }

// Page shows the figures of every published period.
func (t *Transparency) Page(c echo.Context) error {
	all, err := t.published(c)
	if err != nil {
		return err
	}
	v, ctx := web.Of(c), web.Context(c)
	f := web.Frame(c, "", i18n.T(ctx, "transparency.title"))
	f.NoIndex, f.Signal = false, false // the same for everybody
	return web.Render(c, http.StatusOK, view.Show(f, t.page(ctx, v.Organisation.Label.In(v.Locale), all)))
}

// Data answers with the same for programs.
func (t *Transparency) Data(c echo.Context) error {
	all, err := t.published(c)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Access-Control-Allow-Origin", "*")
	return web.JSON(c, http.StatusOK, struct {
		Periods []figures.Published `json:"periods"`
	}{all})
}

// published returns what is told, which is nothing before the first period is
// over; errs.NotFound where nothing is to be.
func (t *Transparency) published(c echo.Context) ([]figures.Published, error) {
	if !web.Of(c).Organisation.Transparency.Known() {
		return nil, errs.New(errs.NotFound, "")
	}
	all, err := t.store.Published(web.Context(c))
	if err != nil && !errors.Is(err, errs.NotFound) {
		return nil, err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "public, max-age=3600")
	h.Del("X-Robots-Tag")
	return append([]figures.Published{}, all...), nil
}

func (t *Transparency) page(ctx context.Context, organisation string, all []figures.Published) view.Page {
	p := view.Page{Organisation: organisation, Data: web.FiguresPath + ".json"}
	for _, one := range all {
		period := view.Period{Title: i18n.T(ctx, "transparency.period",
			"from", i18n.DateIn(ctx, one.From, time.UTC), "until", i18n.DateIn(ctx, one.Until.AddDate(0, 0, -1), time.UTC))}
		for _, k := range one.Kinds {
			days := i18n.T(ctx, "transparency.untold")
			if k.Days != nil {
				days = i18n.Number(ctx, *k.Days)
			}
			period.Rows = append(period.Rows, view.Row{
				Kind:  i18n.T(ctx, "rights.kind."+string(k.Kind)),
				Cells: []string{said(ctx, k.Received), said(ctx, k.Answered), said(ctx, k.InTime), said(ctx, k.Refused), days},
			})
			period.Grounds = append(period.Grounds, t.grounds(ctx, &k)...)
		}
		p.Periods = append(p.Periods, period)
	}
	return p
}

// grounds are why requests of a kind were refused, where that is told of any.
func (t *Transparency) grounds(ctx context.Context, k *figures.Told) []view.Row {
	if len(k.Grounds) == 0 {
		return nil
	}
	kind := i18n.T(ctx, "rights.kind."+string(k.Kind))
	var rows []view.Row
	for _, b := range k.Grounds {
		why := b.Ground
		if g, ok := t.laws.Ground(b.Ground); ok {
			why = g.Letter.In(i18n.Locale(ctx))
		}
		rows = append(rows, view.Row{Kind: kind, Cells: []string{why, said(ctx, b.Refused)}})
	}
	return append(rows, view.Row{Kind: kind, Cells: []string{i18n.T(ctx, "transparency.otherwise"), said(ctx, *k.Rest)}})
}

// said tells a range in words.
func said(ctx context.Context, r figures.Range) string {
	switch {
	case r.Exact():
		return i18n.Number(ctx, r.Least)
	case r.Least > 0:
		return i18n.T(ctx, "transparency.more", "n", i18n.Number(ctx, r.Least-1))
	case r.Most < figures.Few:
		return i18n.T(ctx, "transparency.fewer", "n", i18n.Number(ctx, r.Most+1))
	}
	return i18n.T(ctx, "transparency.untold")
}
