package console

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/views/ui"
)

// overlaps are how long an older secret may stay valid.
var overlaps = [...]struct {
	value string
	span  time.Duration
}{{"24h", 24 * time.Hour}, {"1h", time.Hour}, {"168h", hook.MaxOverlap}, {"0s", 0}}

// The kinds of secrets.
const (
	sharedSecret = "shared"
	pairOfKeys   = "pair"
)

func secretInputs(c echo.Context, r told) []ui.Input {
	ctx := web.Context(c)
	kind := ui.Input{
		Kind: ui.OneList, Name: "kind", Label: i18n.T(ctx, "systems.secret_kind"), Hint: i18n.T(ctx, "systems.secret_kind_hint"),
		Value: r.typed.Get("kind"), Wrong: r.wrong["kind"],
	}
	for _, one := range []string{sharedSecret, pairOfKeys} {
		kind.Options = append(kind.Options, ui.Option{Value: one, Label: i18n.T(ctx, "systems.secret_kind_"+one)})
	}
	return []ui.Input{kind, overlapInput(c, r)}
}

func overlapInput(c echo.Context, r told) ui.Input {
	ctx := web.Context(c)
	in := ui.Input{Kind: ui.OneList, Name: "overlap", Label: i18n.T(ctx, "systems.overlap"), Value: r.typed.Get("overlap"), Wrong: r.wrong["overlap"]}
	for _, o := range overlaps {
		label := i18n.T(ctx, "systems.overlap_none")
		if o.span > 0 {
			label = i18n.Span(ctx, o.span)
		}
		in.Options = append(in.Options, ui.Option{Value: o.value, Label: label})
	}
	return in
}

// What can be told again.
const (
	againFailed  = "failed"
	againSpan    = "span"
	againSubject = "subject"
)

func replayForm(c echo.Context, r told) []ui.Input {
	ctx := web.Context(c)
	what := ui.Input{
		Kind: ui.One, Name: "what", Label: i18n.T(ctx, "systems.again_what"), Value: r.typed.Get("what"), Wrong: r.wrong["what"],
		Hint: i18n.T(ctx, "systems.again_hint"),
	}
	for _, one := range []string{againFailed, againSpan, againSubject} {
		what.Options = append(what.Options, ui.Option{Value: one, Label: i18n.T(ctx, "systems.again_"+one)})
	}
	return []ui.Input{
		what,
		{Kind: ui.Date, Name: "from", Label: i18n.T(ctx, "systems.from"), Value: r.typed.Get("from"), Wrong: r.wrong["from"]},
		{Kind: ui.Date, Name: "until", Label: i18n.T(ctx, "systems.until"), Value: r.typed.Get("until"), Wrong: r.wrong["until"]},
		{
			Kind: ui.Text, Name: "subject", Label: i18n.T(ctx, "systems.subject"), Hint: i18n.T(ctx, "systems.subject_hint"),
			Value: r.typed.Get("subject"), Wrong: r.wrong["subject"], Fill: "off",
		},
	}
}

// tendTo does something with the endpoint that the address names, and shows it
// again: with what was done, or with what is wrong in the form.
func (s *Console) tendTo(c echo.Context, fields []string, do func(*hook.Target, url.Values) (web.Flash, error)) error {
	form, err := web.Form(c, fields...)
	if err != nil {
		return err
	}
	t, err := target(c)
	if err != nil {
		return err
	}
	said, err := do(t, form)
	if wrong, ok := web.Wrong(c, err); ok {
		return s.showEndpoint(c, t, told{typed: form, wrong: wrong})
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, said)
	return web.SeeOther(c, endpointPath(t))
}

// PauseEndpoint sends an endpoint nothing for now.
func (s *Console) PauseEndpoint(c echo.Context) error {
	return s.tendTo(c, []string{"reason"}, func(t *hook.Target, form url.Values) (web.Flash, error) {
		return web.Flash{ID: "systems.said.paused"}, s.Hooks.Pause(web.Context(c), me(c).Actor(), t.ID, form.Get("reason"))
	})
}

// ResumeEndpoint sends to an endpoint again.
func (s *Console) ResumeEndpoint(c echo.Context) error {
	return s.tendTo(c, []string{"reason"}, func(t *hook.Target, form url.Values) (web.Flash, error) {
		return web.Flash{ID: "systems.said.resumed"}, s.Hooks.Resume(web.Context(c), me(c).Actor(), t.ID, form.Get("reason"))
	})
}

// PingEndpoint sends an endpoint a hook about nobody.
func (s *Console) PingEndpoint(c echo.Context) error {
	return s.tendTo(c, nil, func(t *hook.Target, _ url.Values) (web.Flash, error) {
		reply, err := s.Hooks.Ping(web.Context(c), me(c).Actor(), t)
		switch {
		case err != nil:
			return web.Flash{}, err
		case reply.Status == 0:
			return web.Flash{ID: "systems.said.unanswered", Fail: true, Args: map[string]string{"why": causeWords(web.Context(c), reply.Cause)}}, nil
		}
		return web.Flash{
			ID: "systems.said.answered", Fail: reply.Status/100 != 2, Args: map[string]string{"status": strconv.Itoa(reply.Status)},
		}, nil
	})
}

// EndSecret ends the older secrets of an endpoint.
func (s *Console) EndSecret(c echo.Context) error {
	return s.tendTo(c, nil, func(t *hook.Target, _ url.Values) (web.Flash, error) {
		return web.Flash{ID: "systems.said.ended"}, s.Hooks.EndRotation(web.Context(c), me(c).Actor(), t.ID)
	})
}

// ReplayEndpoint tells an endpoint again.
func (s *Console) ReplayEndpoint(c echo.Context) error {
	return s.tendTo(c, []string{"what", "from", "until", "subject", "delivery"}, func(t *hook.Target, form url.Values) (web.Flash, error) {
		span, err := spanOf(form)
		if err != nil {
			return web.Flash{}, err
		}
		n, err := s.Hooks.Replay(web.Context(c), me(c).Actor(), t.ID, span)
		if n == 0 {
			return web.Flash{ID: "systems.said.nothing_again", Fail: true}, err
		}
		return web.Flash{ID: "systems.said.again", Args: map[string]string{"number": i18n.Number(web.Context(c), n)}}, err
	})
}

// spanOf reads what is to be told again.
func spanOf(form url.Values) (hook.Span, error) {
	if entry := form.Get("delivery"); entry != "" {
		if !id.Valid(entry) {
			return hook.Span{}, errs.New(errs.NotFound, "error.no_delivery")
		}
		return hook.Span{Entry: entry}, nil
	}
	switch form.Get("what") {
	case againFailed:
		return hook.Span{Failed: true}, nil
	case againSubject:
		subject := strings.TrimSpace(form.Get("subject"))
		if !id.Valid(subject) {
			return hook.Span{}, errs.InvalidFields(errs.At("subject", "error.not_an_id"))
		}
		return hook.Span{Subject: id.Subject(subject)}, nil
	case againSpan:
		return datesOf(form)
	}
	return hook.Span{}, errs.InvalidFields(errs.At("what", "error.required"))
}

// datesOf reads a span of days, the last one in it.
func datesOf(form url.Values) (hook.Span, error) {
	var span hook.Span
	var bad []errs.Field
	for _, f := range []struct {
		name string
		to   *time.Time
		add  int
	}{{"from", &span.From, 0}, {"until", &span.To, 1}} {
		day, err := time.ParseInLocation(time.DateOnly, form.Get(f.name), time.UTC)
		if err != nil {
			bad = append(bad, errs.At(f.name, "error.not_a_date"))
			continue
		}
		*f.to = day.AddDate(0, 0, f.add)
	}
	if len(bad) > 0 {
		return span, errs.InvalidFields(bad...)
	}
	return span, nil
}

// MakeSecret makes a secret and shows it, this once; of a pair of keys the page
// shows the public one.
func (s *Console) MakeSecret(c echo.Context) error {
	form, err := web.Form(c, "kind", "overlap")
	if err != nil {
		return err
	}
	t, err := target(c)
	if err != nil {
		return err
	}
	overlap, err := time.ParseDuration(form.Get("overlap"))
	if err != nil {
		overlap = -1 // refused as no choice
	}
	var made hook.Secret
	switch kind := form.Get("kind"); kind {
	case "", sharedSecret, pairOfKeys:
		made, err = s.Hooks.NewSecret(web.Context(c), me(c).Actor(), t.ID, kind == pairOfKeys, overlap)
	default:
		err = errs.InvalidFields(errs.At("kind", "error.not_a_choice"))
	}
	if wrong, ok := web.Wrong(c, err); ok {
		return s.showEndpoint(c, t, told{typed: form, wrong: wrong})
	}
	if err != nil {
		return err
	}
	if made.Public() != "" {
		web.SetFlash(c, web.Flash{ID: "systems.said.pair"})
		return web.SeeOther(c, endpointPath(t)+"#secrets")
	}
	return s.showEndpoint(c, t, told{secret: made.String(), typed: url.Values{}})
}
