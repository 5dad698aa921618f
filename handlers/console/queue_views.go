package console

import (
	"net/url"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/i18n"
	"livingprofile/internal/staff"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// ownViews adds what the member keeps, and the form that keeps what is shown
// when nothing there is the same.
func (s *Console) ownViews(c echo.Context, p *view.QueuePage, values url.Values, wrong map[string]string, typed string) {
	here, known := queuePath(values, ""), false
	for _, v := range p.Views {
		known = known || v.Current
	}
	for _, own := range me(c).Views {
		query, err := url.ParseQuery(own.Query)
		if err != nil {
			continue
		}
		v := view.View{Link: ui.Link{Text: own.Name, Href: queuePath(query, "")}}
		if v.Current = v.Href == here; v.Current {
			known, p.Own = true, own.Name
		}
		p.Views = append(p.Views, v)
	}
	if known && len(wrong) == 0 {
		return
	}
	ctx := web.Context(c)
	p.Keep = &ui.Input{
		Kind: ui.Text, Name: "name", Label: i18n.T(ctx, "request.queue.keep_as"), Hint: i18n.T(ctx, "request.queue.keep_hint"),
		Value: typed, Wrong: wrong["name"], Fill: "off",
	}
	for _, f := range queueFields {
		if value := values.Get(f); value != "" {
			p.Hidden = append(p.Hidden, ui.Field{Name: f, Value: value})
		}
	}
}

// KeepView keeps the filter that is shown under a name, for the member alone.
func (s *Console) KeepView(c echo.Context) error {
	form, err := web.Form(c, append(queueFields[:], "name")...)
	if err != nil {
		return err
	}
	query := url.Values{}
	for _, f := range queueFields {
		if value := form.Get(f); value != "" {
			query.Set(f, value)
		}
	}
	err = s.Staff.KeepView(web.Context(c), me(c), staff.View{Name: form.Get("name"), Query: query.Encode()})
	if wrong, ok := web.Wrong(c, err); ok {
		return s.showQueue(c, query, form.Get("name"), wrong)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{ID: "request.queue.kept"})
	return web.SeeOther(c, queuePath(query, ""))
}

// DropView forgets a view of the member.
func (s *Console) DropView(c echo.Context) error {
	form, err := web.Form(c, "name")
	if err != nil {
		return err
	}
	if err := s.Staff.DropView(web.Context(c), me(c), form.Get("name")); err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{ID: "request.queue.dropped"})
	return web.SeeOther(c, requestsPath)
}
