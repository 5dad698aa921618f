package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/views/layout"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// Get shows what the person receives, how and when.
func (p *Portal) Get(c echo.Context) error {
	return p.showGet(c, http.StatusOK, scopeOf(c, c.QueryParam("scope")), nil)
}

// showGet draws the page; typed is what was sent and could not be kept.
func (p *Portal) showGet(c echo.Context, status int, scope string, typed *typed) error {
	s, err := p.look(c)
	if err != nil {
		return err
	}
	stops, err := p.lastStop(c)
	if err != nil {
		return err
	}
	f := p.frame(c, s, layout.Get, s.t("portal.get.title"))
	page := s.getPage(scope, stops.At)
	if typed != nil {
		typed.fill(&page)
	}
	return web.Render(c, status, view.Get(f, page))
}

// SaveTopics saves all boxes of the page.
func (p *Portal) SaveTopics(c echo.Context) error {
	form, err := web.Form(c, "scope", "topic", "on.*")
	if err != nil {
		return err
	}
	picks := map[string]bool{}
	for _, name := range form["topic"] {
		topic, err := topicOf(c, name)
		if err != nil {
			return err
		}
		pick(picks, topic, form["on."+name])
	}
	scope := scopeOf(c, form.Get("scope"))
	changed, err := p.Consent.Choose(web.Context(c), wisher(c), scope, picks)
	if err != nil {
		return err
	}
	f := web.Flash{ID: "page.said.topics"}
	if !changed {
		f.ID = "page.said.nothing"
	}
	return tell(c, getPath(c, scope), f)
}

// SaveTopic saves the boxes of one row.
func (p *Portal) SaveTopic(c echo.Context) error {
	form, err := web.Form(c, "scope", "topic", "on.*")
	if err != nil {
		return err
	}
	topic, err := topicOf(c, c.Param("topic"))
	if err != nil {
		return err
	}
	scope, picks := scopeOf(c, form.Get("scope")), map[string]bool{}
	on := pick(picks, topic, form["on."+topic.Name])
	if _, err := p.Consent.Choose(web.Context(c), wisher(c), scope, picks); err != nil {
		return err
	}
	s, err := p.look(c)
	if err != nil {
		return err
	}
	f := s.saidTopic(topic, on)
	if !web.Live(c) {
		return tell(c, getPath(c, scope), f)
	}
	s.said = said{row: topic.Name, text: f.Text(c)}
	item := s.topicItem(topic, scope, s.columns())
	return web.Rows(c, http.StatusOK, view.TopicRow(p.rowFrame(c, s), item), ui.Live(s.said.text))
}

// SaveDelivery saves how and when messages may come.
func (p *Portal) SaveDelivery(c echo.Context) error {
	form, err := web.Form(c, "scope", "preferred", "budget", "quiet.from", "quiet.to", "zone", "language")
	if err != nil {
		return err
	}
	scope := scopeOf(c, form.Get("scope"))
	typed, arrangement, err := bindDelivery(form, web.Of(c).Brand.Speaks)
	if err == nil {
		_, err = p.Consent.Arrange(web.Context(c), wisher(c), scope, arrangement)
	}
	if wrong, ok := web.Wrong(c, err); ok {
		typed.wrong = wrong
		return p.showGet(c, http.StatusUnprocessableEntity, scope, typed)
	}
	if err != nil {
		return err
	}
	if arrangement.Language != "" {
		web.SetLocale(c, arrangement.Language)
	}
	return tell(c, getPath(c, scope), web.Flash{ID: "portal.said.delivery"})
}

// Pause has nothing sent until a day.
func (p *Portal) Pause(c echo.Context) error {
	form, err := web.Form(c, "scope", "until")
	if err != nil {
		return err
	}
	scope := scopeOf(c, form.Get("scope"))
	until, err := day(form.Get("until"), i18n.Zone(web.Context(c)))
	if err == nil {
		_, err = p.Consent.Wish(web.Context(c), wisher(c), scope, func(w consent.Wishes) consent.Wishes {
			w.Pause = until
			return w
		})
	}
	if wrong, ok := web.Wrong(c, err); ok {
		return p.showGet(c, http.StatusUnprocessableEntity, scope, &typed{until: form.Get("until"), wrong: wrong})
	}
	if err != nil {
		return err
	}
	return tell(c, getPath(c, scope), web.Flash{
		ID: "portal.said.paused", Args: map[string]string{"date": i18n.Date(web.Context(c), until)},
	})
}

// Resume ends a pause.
func (p *Portal) Resume(c echo.Context) error {
	form, err := web.Form(c, "scope")
	if err != nil {
		return err
	}
	scope := scopeOf(c, form.Get("scope"))
	ended, err := p.Consent.Resume(web.Context(c), wisher(c), scope)
	if err != nil {
		return err
	}
	f := web.Flash{ID: "portal.said.resumed"}
	if ended != scope {
		f.ID = "page.said.resumed_all"
	}
	return tell(c, getPath(c, scope), f)
}

// lastStop is the last time that all marketing was stopped; zero for never.
func (p *Portal) lastStop(c echo.Context) (ledger.Happening, error) {
	all, err := p.Read.History(web.Context(c), web.Of(c).Subject(), ledger.HistoryPage{
		Kinds: []string{string(consent.MarketingStopped)}, Limit: 1,
	})
	if err != nil || len(all) == 0 {
		return ledger.Happening{}, err
	}
	return all[0], nil
}

// scopeOf reads which scope a form or a page is about: this brand, unless it
// says all.
func scopeOf(c echo.Context, field string) string {
	if field == "all" {
		return ""
	}
	return web.Of(c).BrandName()
}

// getPath is the page of a scope.
func getPath(c echo.Context, scope string) string {
	if scope == "" {
		return web.Path(c, "/get?scope=all")
	}
	return web.Path(c, "/get")
}

// topicOf is a topic that this brand offers.
func topicOf(c echo.Context, name string) (*consent.Topic, error) {
	v := web.Of(c)
	t, ok := v.Organisation.Topic(name)
	if !ok || !t.On(v.BrandName()) {
		return nil, errs.New(errs.NotFound, "")
	}
	return t, nil
}

// pick notes for every channel of a topic whether its box was ticked, and
// returns those that were.
func pick(picks map[string]bool, t *consent.Topic, ticked []string) []string {
	var on []string
	for _, channel := range t.Channels {
		is := false
		for _, name := range ticked {
			is = is || name == channel
		}
		picks[consent.Slot(t.Name, channel)] = is
		if is {
			on = append(on, channel)
		}
	}
	return on
}
