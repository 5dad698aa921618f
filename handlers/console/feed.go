package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
	"livingprofile/internal/pull"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// Feeds looks after how the feeds of systems are read.
type Feeds interface {
	// Glance returns what a page would be taken as, without what it says of
	// anybody.
	Glance(system string, f *pull.Feed, page []byte) ([]inbound.Glance, error)
	// Fetch returns the first page of a feed as it is now.
	Fetch(ctx context.Context, by ledger.Actor, system string, f *pull.Feed) ([]byte, error)
	// SaveFeed has a feed read in another way; errs.Conflict when something else
	// was declared since revision.
	SaveFeed(ctx context.Context, by ledger.Actor, system string, f *pull.Feed, revision int64) error
}

// written tells whether the feed of a system is as it was declared. What a
// connector makes says more than the text of a feed can, and stays its own.
func written(sys *organisation.System) bool {
	f := sys.Pull
	return f == nil || f.Speaks == "" && f.Walk == nil && f.Method == "" && f.Body == ""
}

func feedPath(system string) string { return SystemsPath + "/" + system + "/feed" }

// A feedForm is what was typed, and what it came to.
type feedForm struct {
	text, sample, revision string
	problems               organisation.Problems
	glances                []inbound.Glance
	tried                  bool
	fault                  string // why there is no page; a code
	gap                    string // field that is missing
}

// EditFeed shows how the feed of a system is read.
func (s *Console) EditFeed(c echo.Context) error {
	sys, err := system(c)
	if err == nil && !written(sys) {
		err = errs.New(errs.NotFound, "error.no_system")
	}
	if err != nil {
		return err
	}
	text := ""
	if sys.Pull != nil {
		if text, err = organisation.PrintFeed(sys.Pull); err != nil {
			return err
		}
	}
	revision := strconv.FormatInt(web.Of(c).Organisation.Revision, 10)
	return s.showFeed(c, sys, &feedForm{text: text, revision: revision})
}

// feedOf reads the form and, as far as it is well, the feed in it.
func feedOf(c echo.Context, fields ...string) (*organisation.System, *feedForm, *pull.Feed, error) {
	form, err := web.Form(c, append(fields, "feed", "revision")...)
	if err != nil {
		return nil, nil, nil, err
	}
	sys, err := system(c)
	if err == nil && !written(sys) {
		err = errs.New(errs.NotFound, "error.no_system")
	}
	if err != nil {
		return nil, nil, nil, err
	}
	typed := &feedForm{text: form.Get("feed"), sample: form.Get("sample"), revision: form.Get("revision")}
	f, err := web.Of(c).Organisation.ReadFeed(sys, typed.text)
	if errors.As(err, &typed.problems) {
		err = nil
	}
	return sys, typed, f, err
}

// TryFeed shows what a page of the feed would be taken as: one that was pasted,
// or the first one as it is now.
func (s *Console) TryFeed(c echo.Context) error {
	sys, typed, f, err := feedOf(c, "sample", "from")
	if err != nil {
		return err
	}
	if len(typed.problems) > 0 {
		return s.showFeed(c, sys, typed)
	}
	page := []byte(typed.sample)
	if c.FormValue("from") == "feed" {
		if page, err = s.Feeds.Fetch(web.Context(c), me(c).Actor(), sys.Name, f); err != nil {
			return s.feedFault(c, sys, typed, err)
		}
	} else if typed.sample == "" {
		typed.gap = "sample"
		return s.showFeed(c, sys, typed)
	}
	if typed.glances, err = s.Feeds.Glance(sys.Name, f, page); err != nil {
		return s.feedFault(c, sys, typed, err)
	}
	typed.tried = true
	return s.showFeed(c, sys, typed)
}

// feedFault shows what is wrong with a feed; another error is our own.
func (s *Console) feedFault(c echo.Context, sys *organisation.System, typed *feedForm, err error) error {
	cause, is := pull.Cause(err)
	if !is {
		return err
	}
	typed.fault = cause
	return s.showFeed(c, sys, typed)
}

// SaveFeed has the feed read as the form says.
func (s *Console) SaveFeed(c echo.Context) error {
	sys, typed, f, err := feedOf(c, "sample", "from")
	if err != nil {
		return err
	}
	if len(typed.problems) > 0 {
		return s.showFeed(c, sys, typed)
	}
	revision, err := strconv.ParseInt(typed.revision, 10, 64)
	if err != nil {
		return errs.New(errs.Conflict, "error.conflict")
	}
	if err := s.Feeds.SaveFeed(web.Context(c), me(c).Actor(), sys.Name, f, revision); err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{ID: "feedmap.said"})
	return web.SeeOther(c, SystemsPath+"/"+sys.Name)
}

func (s *Console) showFeed(c echo.Context, sys *organisation.System, typed *feedForm) error {
	ctx := web.Context(c)
	p := view.FeedPage{
		System: systemName(c, sys.Name), Up: SystemsPath + "/" + sys.Name, Action: feedPath(sys.Name), Revision: typed.revision,
		Text: ui.Input{
			Kind: ui.Long, Name: "feed", Label: i18n.T(ctx, "feedmap.text"), Hint: i18n.T(ctx, "feedmap.text_hint"), Value: typed.text, Required: true,
		},
		Sample: ui.Input{
			Kind: ui.Long, Name: "sample", Label: i18n.T(ctx, "feedmap.sample"), Hint: i18n.T(ctx, "feedmap.sample_hint"), Value: typed.sample,
		},
		Tried: typed.tried,
	}
	for _, problem := range typed.problems {
		one := view.FeedProblem{Path: problem.Path, Text: problem.Text}
		if problem.Line > 0 {
			one.Line = i18n.T(ctx, "feedmap.line", "number", problem.Line)
		}
		p.Problems = append(p.Problems, one)
	}
	status := http.StatusOK
	switch {
	case len(p.Problems) > 0:
		p.Text.Wrong, status = i18n.T(ctx, "feedmap.wrong"), http.StatusUnprocessableEntity
	case typed.gap != "":
		p.Sample.Wrong, status = i18n.T(ctx, "error.required"), http.StatusUnprocessableEntity
	case typed.fault != "":
		p.Fault, status = causeWords(ctx, typed.fault), http.StatusUnprocessableEntity
	}
	for i := range typed.glances {
		p.Lines = append(p.Lines, feedLine(c, i+1, &typed.glances[i]))
	}
	return web.Render(c, status, view.EditFeed(s.desk(c, "systems", i18n.T(ctx, "feedmap.title", "system", p.System)), p))
}

// feedLine says what one change would be taken as.
func feedLine(c echo.Context, number int, g *inbound.Glance) view.FeedLine {
	ctx, v := web.Context(c), web.Of(c)
	line := view.FeedLine{Number: i18n.Number(ctx, number)}
	for _, kind := range g.Names {
		if slices.Contains([]string{"email", "phone", "customer", "subject"}, kind) {
			line.Names = append(line.Names, i18n.T(ctx, "feedmap.name."+kind))
		}
	}
	for _, name := range g.Fields {
		label := name
		if f, ok := v.Organisation.Field(name); ok {
			label = f.Label.In(v.Locale)
		}
		line.Says = append(line.Says, label)
	}
	if u, ok := v.Organisation.Purpose(consent.PurposeID(g.Purpose)); ok {
		word := "feedmap.no"
		if g.Status == string(consent.Given) {
			word = "feedmap.yes"
		}
		line.Says = append(line.Says, i18n.T(ctx, word, "purpose", u.Words.Question.In(v.Locale)))
	}
	if k, ok := v.Organisation.Activity(g.Kind); ok {
		line.Says = append(line.Says, k.Label.In(v.Locale))
	}
	for _, w := range g.Wrong {
		text := i18n.Message(ctx, w.ID, w.Args)
		if w.Path != "" {
			text = w.Path + i18n.T(ctx, "ui.colon") + text
		}
		line.Wrong = append(line.Wrong, text)
	}
	return line
}
