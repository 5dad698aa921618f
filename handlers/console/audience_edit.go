package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/audience"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// An audienceDraft is a form of an audience, as it was sent or is to be shown.
type audienceDraft struct {
	was    *audience.Audience // that it changes; nil for a new one
	fixed  bool               // the condition of was is more than the form shows
	form   url.Values
	to     audience.Audience
	places map[string]string // row of each place in the condition
	wrong  map[string]string
	moved  bool // somebody has changed was meanwhile
	shown  view.AudiencePreview
}

// draftOf is the form that changes an audience, as it is first shown.
func draftOf(c echo.Context, a *audience.Audience) *audienceDraft {
	d := &audienceDraft{was: a, form: url.Values{}, to: *a}
	d.fixed = !showGroups(c, &a.Where, d.form)
	d.form.Set("name", a.Name)
	d.form.Set("purpose", string(a.Purpose))
	d.form.Set("brand", a.Brand)
	d.form.Set("channel", a.Channel)
	d.form["give"] = a.Give
	return d
}

// readAudience reads a form, and refuses what is not the member's. There is a
// draft with what a form may have wrong, and none with any other error.
func (s *Console) readAudience(c echo.Context, was *audience.Audience) (*audienceDraft, error) {
	form, err := web.Form(c, audienceFields[:]...)
	if err != nil {
		return nil, err
	}
	d := &audienceDraft{was: was, form: form, to: audience.Audience{
		Name: strings.TrimSpace(form.Get("name")), Purpose: consent.PurposeID(form.Get("purpose")), Brand: form.Get("brand"),
		Channel: form.Get("channel"), Give: form["give"],
	}}
	if was != nil {
		d.fixed = !showGroups(c, &was.Where, url.Values{})
		d.to.Give = kept(c, was.Give, form["give"])
	}
	if d.fixed {
		d.to.Where = was.Where
	} else if d.to.Where, d.places, err = groupsOf(c, form); err != nil {
		return d, err
	}
	checked := d.to
	checked.Name = "-"
	if checked, err = audience.Check(web.Of(c).Organisation, checked); err == nil && !me(c).Sees(checked.Brand) {
		err = errs.InvalidFields(errs.At("brand", "error.not_a_choice"))
	}
	return d, err
}

// kept are the fields that were chosen, in the order they had, with those that
// were there and that the form does not offer the member.
func kept(c echo.Context, before, chosen []string) []string {
	var all []string
	for _, name := range before {
		if slices.Contains(chosen, name) || !offersWhat(c, "field:"+name) {
			all = append(all, name)
		}
	}
	for _, name := range chosen {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// EditAudience shows the form that changes an audience.
func (s *Console) EditAudience(c echo.Context) error {
	a, err := s.audience(c)
	if err != nil {
		return err
	}
	d := draftOf(c, &a)
	d.shown.Sentence = wordsOf(c).sentence(&a)
	return s.showDraft(c, d)
}

func (s *Console) showDraft(c echo.Context, d *audienceDraft) error {
	if d.was == nil {
		return s.showAudiences(c, d)
	}
	status := page(d.wrong)
	if d.moved {
		status = http.StatusConflict
	}
	p := view.AudienceEditPage{Back: audiencesPath + "/" + d.was.ID, Name: d.was.Name, Form: *d.view(c)}
	return web.Render(c, status, view.EditAudience(s.desk(c, "audiences", d.was.Name), p))
}

// ChangeAudience saves what the form says as the next version.
func (s *Console) ChangeAudience(c echo.Context) error {
	a, err := s.audience(c)
	if err != nil {
		return err
	}
	d, err := s.readAudience(c, &a)
	if err != nil {
		return s.wrongAudience(c, d, err)
	}
	if d.form.Get("version") != strconv.Itoa(a.Version) {
		d.moved = true
		return s.showDraft(c, d)
	}
	if _, err = s.Audience.Change(web.Context(c), &a, d.to, me(c).Actor()); err != nil {
		d.moved = messageOf(err) == "audience.error.changed"
		return s.wrongAudience(c, d, err)
	}
	web.SetFlash(c, web.Flash{ID: "audience.saved"})
	return web.SeeOther(c, audiencesPath+"/"+a.ID)
}

// CountChange counts what the form that changes an audience says, and saves
// nothing.
func (s *Console) CountChange(c echo.Context) error {
	a, err := s.audience(c)
	if err != nil {
		return err
	}
	d, err := s.readAudience(c, &a)
	return s.countAudience(c, d, err)
}

func (s *Console) wrongAudience(c echo.Context, d *audienceDraft, err error) error {
	if d == nil {
		return err
	}
	if errs.KindOf(err) == errs.Conflict && messageOf(err) == "audience.error.purpose_sent" {
		err = errs.InvalidFields(errs.At("purpose", messageOf(err)))
	}
	wrong, ok := web.Wrong(c, err)
	if !ok && !d.moved {
		return err
	}
	d.wrong = placeWrongs(d.places, wrong)
	return s.showDraft(c, d)
}

// liveCount is how long a count may take that nobody has pressed a button for.
const liveCount = 2 * time.Second

// countAudience says in words what a form asks, and counts its people. What a
// script sends while somebody writes comes from no button: what is wrong in it
// is not held against them yet.
func (s *Console) countAudience(c echo.Context, d *audienceDraft, err error) error {
	if d == nil {
		return err
	}
	if widened(d.form) {
		return s.showDraft(c, d)
	}
	w, live := wordsOf(c), d.form.Get("act") == ""
	if err == nil {
		if d.to.Name == "" {
			d.to.Name = "-" // is asked for when it is saved
		}
		d.to, err = audience.Check(web.Of(c).Organisation, d.to)
	}
	if _, invalid := web.Wrong(c, err); invalid && live {
		d.shown.Note = w.t("unfinished")
		return s.showDraft(c, d)
	}
	if err != nil {
		return s.wrongAudience(c, d, err)
	}
	d.shown.Sentence = w.sentence(&d.to)
	n, whole := audience.Count{}, true
	if live {
		n, whole, err = s.Audience.Glance(web.Context(c), &d.to, liveCount)
	} else {
		n, err = s.Audience.Run(web.Context(c), &d.to, nil)
	}
	if err != nil {
		return err
	}
	if whole {
		d.shown.Count = w.count(&n)
	} else {
		d.shown.Note = w.t("press_count")
	}
	return s.showDraft(c, d)
}

// view is the form as it is shown.
func (d *audienceDraft) view(c echo.Context) *view.AudienceForm {
	ctx, w := web.Context(c), wordsOf(c)
	p := &view.AudienceForm{
		Action: audiencesPath, Count: audiencesPath + "/count", About: aboutInputs(c, d.form, d.wrong), Give: giveInput(c, d.form, d.wrong),
		Moved: d.moved, Preview: d.shown,
	}
	if d.was != nil {
		p.Version = strconv.Itoa(d.was.Version)
		p.Action, p.Count = audiencesPath+"/"+d.was.ID+"/edit", audiencesPath+"/"+d.was.ID+"/count"
	}
	if d.fixed {
		p.Fixed, p.FixedWrong = w.expr(&d.was.Where), d.wrong["match"]
		return p
	}
	p.Groups = groupInputs(c, d.form, d.wrong)
	p.Wide = len(p.Groups) < conditionGroups
	match := ui.Input{
		Kind: ui.One, Name: "match", Label: i18n.T(ctx, "audience.match_groups"), Wrong: d.wrong["match"], Value: or(d.form.Get("match"), allOf),
		Options: []ui.Option{{Value: allOf, Label: w.t("match_all")}, {Value: anyOf, Label: w.t("match_any")}},
	}
	if len(p.Groups) > 1 || match.Wrong != "" {
		p.Match = &match
	}
	return p
}

// aboutInputs ask what an audience is called and what it is for.
func aboutInputs(c echo.Context, typed url.Values, wrong map[string]string) []ui.Input {
	ctx, v := web.Context(c), web.Of(c)
	t := func(id string) string { return i18n.T(ctx, "audience."+id) }
	purpose := ui.Input{Kind: ui.OneList, Name: "purpose", Label: t("purpose"), Hint: t("purpose_hint"), Value: typed.Get("purpose"), Wrong: wrong["purpose"]}
	for _, p := range v.Organisation.AllPurposes() {
		if !p.Retired && seesAny(me(c), p.Brands) {
			purpose.Options = append(purpose.Options, ui.Option{Value: string(p.Purpose), Label: p.Words.Question.In(v.Locale)})
		}
	}
	brands := []ui.Option{}
	if me(c).Sees("") {
		brands = append(brands, ui.Option{Value: "", Label: i18n.T(ctx, "console.all_brands")})
	}
	for _, b := range brandOptions(c) {
		if me(c).Sees(b.Value) {
			brands = append(brands, b)
		}
	}
	channel := ui.Input{
		Kind: ui.OneList, Name: "channel", Label: t("channel"), Hint: t("channel_hint"), Value: typed.Get("channel"), Wrong: wrong["channel"],
		Options: []ui.Option{{Value: "", Label: t("no_channel")}},
	}
	for i := range v.Organisation.Channels {
		one := &v.Organisation.Channels[i]
		channel.Options = append(channel.Options, ui.Option{Value: one.Name, Label: one.Label.In(v.Locale)})
	}
	return []ui.Input{
		{Kind: ui.Text, Name: "name", Label: t("name"), Value: typed.Get("name"), Wrong: wrong["name"], Fill: "off"},
		purpose,
		{Kind: ui.OneList, Name: "brand", Label: t("brand"), Options: brands, Value: typed.Get("brand"), Wrong: wrong["brand"]},
		channel,
	}
}

// giveInput asks what a file has of each person.
func giveInput(c echo.Context, typed url.Values, wrong map[string]string) ui.Input {
	ctx, v := web.Context(c), web.Of(c)
	give := ui.Input{
		Kind: ui.Many, Name: "give", Label: i18n.T(ctx, "audience.give"), Hint: i18n.T(ctx, "audience.give_hint"), Values: typed["give"], Wrong: wrong["give"],
	}
	for i := range v.Organisation.Fields {
		if f := &v.Organisation.Fields[i]; !f.Retired && mayUse(c, f.Category, f.Sensitive, f.Brands) {
			give.Options = append(give.Options, ui.Option{Value: f.Name, Label: f.Label.In(v.Locale)})
		}
	}
	return give
}
