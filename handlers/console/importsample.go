package console

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/portal"
	"livingprofile/handlers/web"
	"livingprofile/internal/i18n"
	"livingprofile/internal/intake"
	view "livingprofile/views/console"
)

// sampleRows is how many rows of a file are shown before it is imported.
const sampleRows = 5

// sample says what the first rows would become, without what they hold where
// they are not shown.
func (s *Console) sample(c echo.Context, u *intake.Upload, p *view.ImportPage) {
	ctx, org := web.Context(c), web.Of(c).Organisation
	m, err := u.LoadMap()
	if err != nil {
		p.Problem = i18n.T(ctx, "error.no_such_map")
		return
	}
	file := intake.Open(ctx, s.Uploads, u)
	samples, report, err := intake.Preview(ctx, file, m, sampleRows, intake.Options{
		Organisation: org, Source: u.Source, Clock: s.Clock, Format: u.Format, Charset: u.Charset, Size: u.Size,
	})
	if err != nil {
		p.Problem = i18n.T(ctx, "error.map_unfit")
		if wrong, ok := web.Wrong(c, err); ok {
			p.Problem = wrong[""]
			for path, text := range wrong {
				if path != "" {
					p.Problem += " " + path + ": " + text
				}
			}
		}
		return
	}
	p.Charset, p.Unread, p.Missing, p.LeftOut, p.Ready = report.Charset, report.Unread, report.Missing, report.LeftOut, true
	for i := range samples {
		row := &samples[i]
		one := view.SampleRow{Line: row.Line}
		if row.Fault != nil {
			one.Fault = fault(c, intake.Reject{Line: row.Line, Fault: *row.Fault})
		}
		for _, note := range row.Notes {
			one.Notes = append(one.Notes, fault(c, intake.Reject{Line: row.Line, Fault: note}))
		}
		for _, told := range means(c, &row.Item) {
			if p.Shown {
				one.Tells = append(one.Tells, told)
			} else {
				one.Means = append(one.Means, told.Label)
			}
		}
		p.Sample = append(p.Sample, one)
	}
}

// means says what an item tells of, and what it holds.
func means(c echo.Context, item *intake.Item) []view.Told {
	ctx, v := web.Context(c), web.Of(c)
	var all []view.Told
	for _, i := range item.Identifiers {
		all = append(all, view.Told{Label: identifierKind(c, i.Kind, i.Scope), Text: i.Value})
	}
	for i := range v.Organisation.Fields {
		f := &v.Organisation.Fields[i]
		if value := item.Claims[f.Name].Value; value != "" {
			all = append(all, view.Told{Label: f.Label.In(v.Locale), Text: portal.FormatValue(ctx, v.Locale, f, value)})
		}
	}
	for _, said := range item.Consents {
		if p, ok := v.Organisation.Purpose(said.Purpose); ok {
			text := saidAt(ctx, i18n.T(ctx, "imports.says."+string(said.Stance)), said.At)
			all = append(all, view.Told{Label: p.Words.Question.In(v.Locale), Text: text})
		}
	}
	for _, act := range item.Acts {
		k, ok := v.Organisation.Activity(act.Kind)
		if !ok {
			continue
		}
		all = append(all, view.Told{Label: k.Label.In(v.Locale), Text: saidAt(ctx, act.Event, act.At)})
		for i := range k.Fields {
			f := &k.Fields[i]
			if value := act.Values[f.Name]; value != "" {
				all = append(all, view.Told{Label: f.Label.In(v.Locale), Text: portal.FormatSeen(ctx, v.Locale, f, value)})
			}
		}
	}
	return all
}

func saidAt(ctx context.Context, what string, at time.Time) string {
	if at.IsZero() {
		return what
	}
	return i18n.T(ctx, "imports.said_at", "what", what, "at", i18n.DateTime(ctx, at))
}
