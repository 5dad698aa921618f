package console

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/figures"
	"livingprofile/internal/i18n"
	"livingprofile/internal/table"
	"livingprofile/internal/workbook"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// ReportsPath is where figures are taken away.
const ReportsPath = web.ConsolePath + "/reports"

// Counts reads what is counted for a period.
type Counts interface {
	// Handled returns the requests that came or ended in a period.
	Handled(ctx context.Context, p figures.Period) ([]figures.Handled, error)
	// Decided counts the consent records of a period.
	Decided(ctx context.Context, p figures.Period) ([]figures.Decided, error)
}

// maxPeriod bounds what is counted at a time.
const maxPeriod = 10 * 366 * 24 * time.Hour

// A span is the period that a member chose, by its first and its last day.
type span struct{ From, Until string }

// period reads the days, in UTC; without any it is this year so far. The errors
// are by field.
func (s *Console) period(values url.Values) (span, figures.Period, map[string]string) {
	now := s.Clock.Now()
	chosen := span{or(values.Get("from"), now.Format("2006")+"-01-01"), or(values.Get("until"), now.Format(time.DateOnly))}
	from, errFrom := time.Parse(time.DateOnly, chosen.From)
	until, errUntil := time.Parse(time.DateOnly, chosen.Until)
	p := figures.Period{From: from, Until: until.AddDate(0, 0, 1)}
	switch {
	case errFrom != nil:
		return chosen, p, map[string]string{"from": "error.not_a_date"}
	case errUntil != nil:
		return chosen, p, map[string]string{"until": "error.not_a_date"}
	case !p.Until.After(from), p.Until.Sub(from) > maxPeriod:
		return chosen, p, map[string]string{"until": "reports.error.period"}
	}
	return chosen, p, nil
}

// Reports shows figures of requests and decisions for a period.
func (s *Console) Reports(c echo.Context) error {
	ctx := web.Context(c)
	chosen, period, bad := s.period(c.QueryParams())
	wrong := map[string]string{}
	for name, message := range bad {
		wrong[name] = i18n.Message(ctx, message, nil)
	}
	p := view.ReportsPage{Inputs: []ui.Input{
		{Kind: ui.Date, Name: "from", Label: i18n.T(ctx, "reports.from"), Value: chosen.From, Wrong: wrong["from"]},
		{Kind: ui.Date, Name: "until", Label: i18n.T(ctx, "reports.until"), Value: chosen.Until, Wrong: wrong["until"]},
	}}
	if len(wrong) == 0 {
		for _, what := range []string{"requests", "consents"} {
			rows, err := s.reportRows(c, what, period)
			if err != nil {
				return err
			}
			t := view.ReportTable{Title: i18n.T(ctx, "reports.title."+what), Heads: rows[0], Rows: rows[1:]}
			for _, format := range []string{"csv", "xlsx"} {
				query := url.Values{"what": {what}, "format": {format}, "from": {chosen.From}, "until": {chosen.Until}}
				t.Files = append(t.Files, ui.Link{Text: i18n.T(ctx, "reports.as."+format), Href: ReportsPath + "/export?" + query.Encode()})
			}
			p.Tables = append(p.Tables, t)
		}
	}
	return web.Render(c, page(wrong), view.Reports(s.desk(c, "reports", title(c, "reports")), p))
}

// reportRows are the figures with their heads: texts and numbers.
func (s *Console) reportRows(c echo.Context, what string, p figures.Period) ([][]any, error) {
	ctx := web.Context(c)
	heads := func(names ...string) (all []any) {
		for _, name := range names {
			all = append(all, i18n.T(ctx, "reports.head."+name))
		}
		return all
	}
	switch what {
	case "requests":
		all, err := s.Counts.Handled(ctx, p)
		rows := [][]any{heads("brand", "kind", "received", "done", "refused", "cancelled", "late", "days")}
		for _, t := range figures.Tallies(all, p) {
			rows = append(rows, []any{
				brandName(c, t.Brand), i18n.T(ctx, "rights.kind."+string(t.Kind)), t.Received, t.Done, t.Refused, t.Cancelled, t.Late,
				medianDays(&t),
			})
		}
		return rows, err
	case "consents":
		all, err := s.Counts.Decided(ctx, p)
		rows := [][]any{heads("purpose", "version", "brand", "status", "records")}
		for _, d := range all {
			place := i18n.T(ctx, "console.all_brands")
			if d.Brand != "" {
				place = brandName(c, d.Brand)
			}
			rows = append(rows, []any{purposeTitle(c, d.Purpose), d.Version, place, i18n.T(ctx, "console.status."+string(d.Status)), d.Records})
		}
		return rows, err
	}
	return nil, errs.New(errs.NotFound, "")
}

// medianDays is a median in whole days; "" without an answer.
func medianDays(t *figures.Tally) any {
	if t.Answered() == 0 {
		return ""
	}
	return t.Days()
}

func purposeTitle(c echo.Context, p consent.PurposeID) string {
	v := web.Of(c)
	if one, ok := v.Organisation.Purpose(p); ok {
		return one.Words.Question.In(v.Locale)
	}
	return string(p)
}

// ExportReport answers with the figures of a period as a file.
func (s *Console) ExportReport(c echo.Context) error {
	_, period, bad := s.period(c.QueryParams())
	if len(bad) > 0 {
		return errs.New(errs.Invalid, "error.bad_form")
	}
	what, format := c.QueryParam("what"), c.QueryParam("format")
	rows, err := s.reportRows(c, what, period)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentDisposition, `attachment; filename="`+what+`.`+format+`"`)
	switch format {
	case "csv":
		h.Set(echo.HeaderContentType, "text/csv; charset=utf-8")
		return writeCSV(c.Response(), rows)
	case "xlsx":
		h.Set(echo.HeaderContentType, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
		return workbook.Write(c.Response(), rows)
	}
	h.Del(echo.HeaderContentDisposition)
	return errs.New(errs.NotFound, "")
}

func writeCSV(to io.Writer, rows [][]any) error {
	t := table.New(to)
	for _, row := range rows {
		_ = t.Row(labels(row, func(cell any) string { return fmt.Sprint(cell) })...) // Flush has it
	}
	return t.Flush()
}
