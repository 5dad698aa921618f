package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/figures"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// PurposesPath is where purposes are seen, and their words changed.
const PurposesPath = web.ConsolePath + "/purposes"

// A purposeForm is what a page of a purpose has besides what is kept.
type purposeForm struct {
	words     url.Values // of the draft's form; nil for what is kept
	base, was string     // that it was made from; "" for what is kept
	wrong     map[string]string
	publish   url.Values // of the form that publishes
	late      bool       // somebody changed the draft or the purpose meanwhile
}

// ShowPurpose shows a purpose: what it is about, its words from version to
// version, and the draft of the next.
func (s *Console) ShowPurpose(c echo.Context) error {
	v, err := purposeOf(c)
	if err != nil {
		return err
	}
	return s.showPurpose(c, v, &purposeForm{})
}

// purposeOf is the purpose of the path; errs.NotFound for one that no brand of
// the member has, as for one that is not there.
func purposeOf(c echo.Context) (*consent.PurposeVersion, error) {
	v, ok := web.Of(c).Organisation.Purpose(consent.PurposeID(c.Param("purpose")))
	if !ok || !seesAny(me(c), v.Brands) {
		return nil, errs.NotFound
	}
	return v, nil
}

func (s *Console) showPurpose(c echo.Context, v *consent.PurposeVersion, f *purposeForm) error {
	ctx, org := web.Context(c), web.Of(c).Organisation
	counted, err := s.counted(ctx)
	if err != nil {
		return err
	}
	drafts, err := s.Drafts.PurposeDrafts(ctx)
	if err != nil {
		return err
	}
	p := view.PurposePage{
		Purpose: purposeLine(c, v, &counted), Manage: me(c).Role.Has(authz.PurposeManage) && !v.Retired, Late: f.late,
		List: PurposesPath, Action: PurposesPath + "/" + string(v.Purpose), Facts: purposeFacts(c, v),
	}
	versions := org.Versions(v.Purpose)
	for i := range versions {
		words := versions[i].Notice(i18n.Locale(ctx)).Body
		line := view.Edition{Number: strconv.Itoa(versions[i].Number), From: versions[i].From, Words: strings.Split(words, "\n")}
		if i+1 < len(versions) {
			line.Diff = web.Diff(versions[i+1].Notice(i18n.Locale(ctx)).Body, words)
		}
		p.Editions = append(p.Editions, line)
	}
	words, base, was := v.Words, org.PurposeFingerprint(v.Purpose), ""
	if d, ok := drafts[v.Purpose]; ok {
		words, base, was = d.Words, d.Base, draftMark(d.At)
		if p.Draft, err = s.draftOf(c, v, &d, &counted, f); err != nil {
			return err
		}
	}
	if p.Manage {
		p.Base, p.Was = or(f.base, base), or(f.was, was)
		p.Inputs = wordInputs(c, v, &words, f)
		p.Open = p.Draft == nil || f.words != nil
	}
	status := page(f.wrong)
	if f.late {
		status = http.StatusConflict
	}
	return web.Render(c, status, view.OnePurpose(s.desk(c, "purposes", p.Title), p))
}

// draftMark tells one state of a draft from another, as a form has it.
func draftMark(at time.Time) string { return strconv.FormatInt(at.UnixMicro(), 36) }

// marked is the time of a draftMark; the zero time for none, and for what is
// none.
func marked(mark string) time.Time {
	n, err := strconv.ParseInt(mark, 36, 64)
	if err != nil || mark == "" {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func purposeFacts(c echo.Context, v *consent.PurposeVersion) []view.Fact {
	ctx, org, locale := web.Context(c), web.Of(c).Organisation, web.Of(c).Locale
	var data, systems []string
	for _, name := range v.Categories {
		if k, ok := org.Category(name); ok {
			data = append(data, k.Label.In(locale))
		}
	}
	for _, name := range v.Recipients {
		systems = append(systems, systemName(c, name))
	}
	var all []view.Fact
	for _, f := range []view.Fact{
		{Label: i18n.T(ctx, "purposes.basis"), Text: i18n.T(ctx, "console.basis."+string(v.Basis))},
		{Label: i18n.T(ctx, "purposes.brands"), Text: brandNames(c, v.Brands)},
		{Label: i18n.T(ctx, "purposes.data"), Text: i18n.List(ctx, data)},
		{Label: i18n.T(ctx, "purposes.recipients"), Text: i18n.List(ctx, systems)},
		{Label: i18n.T(ctx, "purposes.expires"), Text: expiryWords(ctx, v.Expires)},
	} {
		if f.Text != "" {
			all = append(all, f)
		}
	}
	return all
}

func expiryWords(ctx context.Context, d time.Duration) string {
	if d == 0 {
		return ""
	}
	return i18n.T(ctx, "request.limit.days", "count", int(d/aDay))
}

// speaking are the languages of a purpose: those of its brands, and any that it
// has words in.
func speaking(o *organisation.Organisation, v *consent.PurposeVersion) []string {
	var all []string
	for i := range o.Brands {
		if b := &o.Brands[i]; !b.Retired && v.On(b.Name) {
			all = append(all, b.Locales...)
		}
	}
	for _, w := range organisation.Wordings(&v.Words) {
		for tag := range *w.Text {
			all = append(all, tag)
		}
	}
	var once []string
	for _, tag := range all {
		if !slices.Contains(once, tag) {
			once = append(once, tag)
		}
	}
	return once
}

// draftOf is a draft as members read it before it is published.
func (s *Console) draftOf(
	c echo.Context, v *consent.PurposeVersion, d *organisation.PurposeDraft, counted *figures.Figures, f *purposeForm,
) (*view.PurposeDraft, error) {
	ctx, org := web.Context(c), web.Of(c).Organisation
	author, err := s.memberName(ctx, d.Author)
	if err != nil {
		return nil, err
	}
	p := &view.PurposeDraft{
		Author: author, At: d.At, Mark: draftMark(d.At), Base: org.PurposeFingerprint(v.Purpose), Current: strconv.Itoa(v.Number), Next: strconv.Itoa(v.Number + 1),
		Yes: i18n.Number(ctx, int(counted.Of(v.Purpose).Versions[v.Number])),
	}
	p.Stale = d.Base != p.Base
	next := *v
	next.Words = d.Words
	for _, tag := range speaking(org, v) {
		was, is := v.Notice(tag).Body, next.Notice(tag).Body
		p.Languages = append(p.Languages, view.DraftWords{
			Tag: tag, Name: i18n.Lang(tag), Words: strings.Split(is, "\n"), Diff: web.Diff(was, is), Same: was == is,
		})
	}
	current := *d
	current.Base = p.Base
	plan, err := organisation.Publish(org, &current, v.ReaskBy, s.Clock.Now())
	switch {
	case err != nil:
		p.Problem = i18n.T(ctx, "purposes.refused")
	case plan.Empty():
		p.Problem = i18n.T(ctx, "purposes.same")
	default:
		if p.Renews = plan.Renews(v.Purpose); p.Renews && v.Basis == consent.Consent {
			p.Inputs = reaskInputs(ctx, p, f)
		}
	}
	return p, nil
}

// memberName is the name of a member, or "" for one who is gone.
func (s *Console) memberName(ctx context.Context, member string) (string, error) {
	all, err := s.Staff.Members(ctx)
	for _, m := range all {
		if string(m.ID) == member {
			return m.Name, nil
		}
	}
	return "", err
}

// The answers to whether people are asked again. Neither is taken for granted:
// which it is decides whether a yes to other words goes on (EDPB 05/2020, 110).
const (
	goesOn = "goes-on"
	reask  = "ask"
)

func reaskInputs(ctx context.Context, p *view.PurposeDraft, f *purposeForm) []ui.Input {
	t := func(id string) string { return i18n.T(ctx, "purposes."+id, "version", p.Current) }
	return []ui.Input{
		{
			Kind: ui.One, Name: "reask", Label: t("again"), Value: f.publish.Get("reask"), Wrong: f.wrong["reask"],
			Options: []ui.Option{
				{Value: goesOn, Label: t("goes_on"), Note: t("goes_on_note")},
				{Value: reask, Label: t("ask_again"), Note: t("ask_again_note")},
			},
		},
		{Kind: ui.Date, Name: "until", Label: t("until"), Hint: t("until_hint"), Value: f.publish.Get("until"), Wrong: f.wrong["until"]},
	}
}

// isRead tells whether people read a text of a purpose: what a no changes where
// there is a choice, and why there is none where there is not.
func isRead(v *consent.PurposeVersion, text string) bool {
	switch text {
	case "if-no":
		return v.Asks()
	case "locked":
		return !v.Asks()
	}
	return true
}

// wordInputs asks for every text that is read, in every language of the purpose.
func wordInputs(c echo.Context, v *consent.PurposeVersion, words *consent.PurposeWords, f *purposeForm) []ui.Input {
	ctx := web.Context(c)
	var all []ui.Input
	for _, w := range organisation.Wordings(words) {
		if !isRead(v, w.Name) {
			continue
		}
		group := ui.Input{
			Kind: ui.Group, Name: w.Name, Label: i18n.T(ctx, "purposes.word."+underscored(w.Name)),
			Hint: i18n.T(ctx, "purposes.word_hint."+underscored(w.Name)), Wrong: f.wrong[w.Name],
		}
		for _, tag := range speaking(web.Of(c).Organisation, v) {
			name := w.Name + "." + tag
			one := ui.Input{Kind: ui.Long, Name: name, Label: i18n.Lang(tag), Lang: tag, Value: (*w.Text)[tag], Wrong: f.wrong[name], Fill: "off"}
			if f.words != nil {
				one.Value = f.words.Get(name)
			}
			group.Parts = append(group.Parts, one)
		}
		all = append(all, group)
	}
	return all
}
