package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/activity"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
)

const (
	// activityLength is how much of the timeline stands on one page.
	activityLength = 20
	// chartMonths is how far the charts look back, the current month included.
	chartMonths = 12
	// chartMost bounds what the charts are made of, the newest first.
	chartMost = 5000
)

// Activity shows what systems saw the person do, a part at a time.
func (p *Portal) Activity(c echo.Context) error {
	s, err := p.look(c)
	if err != nil {
		return err
	}
	subject := web.Of(c).Subject()
	page := activity.Page{Now: s.now, Limit: activityLength + 1}
	kind := c.QueryParam("kind")
	if kind != "" {
		if _, ok := s.org.Activity(kind); !ok {
			return errs.New(errs.NotFound, "")
		}
		page.Kinds = []string{kind}
	}
	before := c.QueryParam("before")
	if before != "" {
		if page.Before, err = p.activityPlace(c, before); err != nil {
			return err
		}
	}
	// One more than is shown tells whether there is an older page.
	list, err := p.Read.Activities(s.ctx, subject, page)
	if err != nil {
		return err
	}
	var year []activity.Observation
	if before == "" {
		since := s.now.AddDate(0, -chartMonths, 0)
		if year, err = p.Read.Activities(s.ctx, subject, activity.Page{Kinds: page.Kinds, Since: since, Now: s.now, Limit: chartMost}); err != nil {
			return err
		}
	}
	f := p.frame(c, s, layout.Did, s.t("activity.title"))
	return web.Render(c, http.StatusOK, view.Activity(f, s.activityPage(kind, before, list, year)))
}

// activityPlace finds where a page begins; nowhere if that one is not there.
func (p *Portal) activityPlace(c echo.Context, observation string) (activity.Place, error) {
	if !id.Valid(observation) {
		return activity.Place{}, errs.New(errs.NotFound, "")
	}
	list, err := p.Read.Activities(web.Context(c), web.Of(c).Subject(), activity.Page{ID: observation, Now: p.Clock.Now(), Limit: 1})
	if err != nil {
		return activity.Place{}, err
	}
	if len(list) == 0 {
		return activity.Place{}, errs.New(errs.NotFound, "")
	}
	return list[0].Place(), nil
}

// RemoveActivity removes one thing that a system saw.
func (p *Portal) RemoveActivity(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	observation := c.Param("observation")
	if !id.Valid(observation) {
		return errs.New(errs.NotFound, "")
	}
	who, ctx := doer(c), web.Context(c)
	list, err := p.Read.Activities(ctx, who.Subject, activity.Page{ID: observation, Now: p.Clock.Now(), Limit: 1})
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return errs.New(errs.NotFound, "")
	}
	who.Subject, who.Actor = list[0].Subject, ledger.Self(list[0].Subject)
	if err := p.Deps.Activity.Remove(ctx, who, observation); err != nil {
		return err
	}
	return tell(c, web.Path(c, "/activity"), web.Flash{ID: "activity.removed"})
}

// SwitchRule stops the rule that works a value out, or lets it work again.
func (p *Portal) SwitchRule(c echo.Context) error {
	form, err := web.Form(c, "rule")
	if err != nil {
		return err
	}
	field, err := fieldOf(c)
	if err != nil {
		return err
	}
	r, ok := web.Of(c).Organisation.RuleFor(field.Name)
	if !ok {
		return errs.New(errs.NotFound, "")
	}
	said := map[string]string{"on": "activity.rule.started", "off": "activity.rule.stopped"}[form.Get("rule")]
	if said == "" {
		return errs.New(errs.Invalid, "error.not_a_choice")
	}
	who, ctx := doer(c), web.Context(c)
	circle, err := p.Joins.Circle(ctx, who.Subject)
	if err != nil {
		return err
	}
	for _, who.Subject = range circle {
		who.Actor = ledger.Self(who.Subject)
		if err := p.Deps.Activity.Switch(ctx, who, r.Name, form.Get("rule") == "on"); err != nil {
			return err
		}
	}
	return tell(c, web.Path(c, "/data/%s", field.Name), web.Flash{ID: said})
}

// doer is the visitor, for changes of what they did.
func doer(c echo.Context) activity.Who {
	v := web.Of(c)
	return activity.Who{Subject: v.Subject(), Actor: v.Actor(), Brand: v.BrandName()}
}
