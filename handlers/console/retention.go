package console

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/portal"
	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/retention"
	"livingprofile/internal/rights"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// RetentionPath is where the retention page is.
const RetentionPath = web.ConsolePath + "/retention"

// Endings counts what ends, and names what is kept.
type Endings interface {
	// Ending counts what ends until a time.
	Ending(ctx context.Context, until time.Time) (retention.Ending, error)
	// KeptSets returns what is kept beyond erasures, the oldest first.
	KeptSets(ctx context.Context, limit int) ([]retention.KeptSet, error)
}

const (
	// keptShown is how many of what is kept the page shows.
	keptShown = 200
	// ahead is how far the page looks.
	ahead = 30 * 24 * time.Hour
)

// ShowRetention shows what is kept for how long, what ends when, and what laws
// and holds keep beyond erasures.
func (s *Console) ShowRetention(c echo.Context) error {
	return s.showRetention(c, http.StatusOK, keptForm{})
}

// A keptForm is the form that opens what is kept, as it was refused.
type keptForm struct{ certificate, reason, wrong string }

func (s *Console) showRetention(c echo.Context, status int, form keptForm) error {
	ctx, now := web.Context(c), s.Clock.Now()
	over, err := s.Endings.Ending(ctx, now)
	if err != nil {
		return err
	}
	soon, err := s.Endings.Ending(ctx, now.Add(ahead))
	if err != nil {
		return err
	}
	sets, err := s.Endings.KeptSets(ctx, keptShown)
	if err != nil {
		return err
	}
	l := &look{ctx: ctx, locale: web.Of(c).Locale, org: web.Of(c).Organisation, member: me(c), now: now}
	p := view.RetentionPage{Schedules: l.schedules(), Ends: l.endings(&over, &soon)}
	manages := me(c).Role.Has(authz.RetentionManage)
	for i := range sets {
		p.Kept = append(p.Kept, l.keptItem(&sets[i], manages))
	}
	if manages && len(sets) > 0 {
		p.Open = RetentionPath + "/kept"
		p.Inputs = l.keptInputs(sets, form)
	}
	return web.Render(c, status, view.Retention(s.desk(c, "retention", title(c, "retention")), p))
}

// schedules are the fields that are kept for a time, and the duties.
func (l *look) schedules() []view.Schedule {
	var all []view.Schedule
	for i := range l.org.Fields {
		f := &l.org.Fields[i]
		if f.Keep == 0 || f.Retired {
			continue
		}
		one := view.Schedule{What: f.Label.In(l.locale), Sort: l.t("retention.sort.field"), Keep: i18n.Span(l.ctx, f.Keep)}
		if term := l.org.Keep(f); term > f.Keep {
			one.Note = l.t("retention.longer", "span", i18n.Span(l.ctx, term))
		}
		all = append(all, one)
	}
	for i := range l.org.Activities {
		if k := &l.org.Activities[i]; !k.Retired {
			all = append(all, view.Schedule{What: k.Label.In(l.locale), Sort: l.t("retention.sort.activity"), Keep: i18n.Span(l.ctx, k.Keep)})
		}
	}
	for i := range l.org.Automated {
		if k := &l.org.Automated[i]; !k.Retired {
			all = append(all, view.Schedule{What: k.Label.In(l.locale), Sort: l.t("retention.sort.decision"), Keep: i18n.Span(l.ctx, k.Keep)})
		}
	}
	for i := range l.org.Duties {
		if d := &l.org.Duties[i]; !d.Retired {
			all = append(all, view.Schedule{
				What: d.Label.In(l.locale), Sort: l.t("retention.sort.duty"), Keep: i18n.Span(l.ctx, d.Keep), Note: d.Law.In(l.locale),
			})
		}
	}
	return all
}

// endings are what the next run would end, and the runs of the next days.
func (l *look) endings(over, soon *retention.Ending) []view.Ends {
	all := []view.Ends{{What: l.t("retention.people"), Over: over.People, Soon: soon.People - over.People}}
	add := func(over, soon map[string]int, label func(string) string) {
		for _, name := range slices.Sorted(maps.Keys(soon)) {
			all = append(all, view.Ends{What: label(name), Over: over[name], Soon: soon[name] - over[name]})
		}
	}
	add(over.Activities, soon.Activities, func(name string) string {
		if k, ok := l.org.Activity(name); ok {
			return k.Label.In(l.locale)
		}
		return name
	})
	add(over.Decisions, soon.Decisions, func(name string) string {
		if k, ok := l.org.AutomatedKind(name); ok {
			return k.Label.In(l.locale)
		}
		return name
	})
	add(over.Kept, soon.Kept, l.duty)
	return all
}

func (l *look) t(id string, args ...any) string { return i18n.T(l.ctx, id, args...) }

// duty names what keeps a value beyond an erasure.
func (l *look) duty(name string) string {
	if name == rights.OnHold {
		return l.t("retention.on_hold")
	}
	if d, ok := l.org.Duty(name); ok {
		return d.Label.In(l.locale)
	}
	return name
}

func (l *look) keptItem(k *retention.KeptSet, manages bool) view.KeptItem {
	item := view.KeptItem{Number: k.Number, Duty: l.duty(k.Duty), Count: k.Count, At: k.At, Until: k.Until}
	if d, ok := l.org.Duty(k.Duty); ok {
		item.Law = d.Law.In(l.locale)
	}
	if manages && k.Duty == rights.OnHold {
		item.Release = RetentionPath + "/release/" + k.Certificate
	}
	return item
}

// keptInputs ask what is to be opened, and why.
func (l *look) keptInputs(sets []retention.KeptSet, form keptForm) []ui.Input {
	which := ui.Input{Kind: ui.OneList, Name: "certificate", Label: l.t("retention.which"), Value: form.certificate, Required: true}
	seen := map[string]bool{}
	for i := range sets {
		if k := &sets[i]; !seen[k.Certificate] {
			seen[k.Certificate] = true
			which.Options = append(which.Options, ui.Option{Value: k.Certificate, Label: k.Number + " · " + i18n.Date(l.ctx, k.At)})
		}
	}
	return []ui.Input{which, {
		Kind: ui.Long, Name: "reason", Label: l.t("retention.reason"), Hint: l.t("retention.reason_hint"),
		Value: form.reason, Wrong: form.wrong, Required: true,
	}}
}

// OpenKept shows what is kept of one erasure, once the reason is written down.
func (s *Console) OpenKept(c echo.Context) error {
	form, err := web.Form(c, "certificate", "reason")
	if err != nil {
		return err
	}
	certificate := form.Get("certificate")
	if !id.Valid(certificate) {
		return errs.New(errs.NotFound, "")
	}
	kept, err := s.Retention.Open(web.Context(c), certificate, form.Get("reason"), me(c).Actor())
	if wrong, ok := web.Wrong(c, err); ok {
		return s.showRetention(c, http.StatusUnprocessableEntity, keptForm{certificate, form.Get("reason"), wrong["reason"]})
	}
	if err != nil {
		return err
	}
	l := &look{ctx: web.Context(c), locale: web.Of(c).Locale, org: web.Of(c).Organisation, member: me(c)}
	var p view.KeptPage
	for _, k := range kept {
		one := view.KeptValue{Label: k.Field, Text: k.Value, Duty: l.duty(k.Duty), Until: k.Until}
		if f, ok := l.org.Field(k.Field); ok {
			one.Label, one.Text = f.Label.In(l.locale), portal.FormatValue(l.ctx, l.locale, f, k.Value)
		}
		p.Values = append(p.Values, one)
	}
	return web.Render(c, http.StatusOK, view.Kept(s.desk(c, "retention", title(c, "retention")), p))
}

// ReleaseKept ends what a hold keeps of one erasure.
func (s *Console) ReleaseKept(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	certificate := c.Param("certificate")
	if !id.Valid(certificate) {
		return errs.New(errs.NotFound, "")
	}
	if err := s.Retention.Release(web.Context(c), certificate, me(c).Actor()); err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{ID: "retention.released"})
	return web.SeeOther(c, RetentionPath)
}
