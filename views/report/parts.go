package report

import (
	"context"
	"strings"
	"time"

	"livingprofile/internal/i18n"
)

// A part is a heading with tables; without any, there is nothing of it.
type part struct {
	title  string
	tables []table
}

// A table has a cell for each column in each row. The first heads its row, and
// shares are the widths of the columns where they are fixed.
type table struct {
	caption string // "" where the heading of the part says it
	head    []string
	shares  []float64
	rows    [][]string
}

func (p *Page) made(ctx context.Context) string {
	return i18n.T(ctx, "rights.report.made", "date", i18n.DateTime(ctx, p.MadeAt), "number", p.Number)
}

// parts are all that there is to read, in order.
func (p *Page) parts(ctx context.Context) []part {
	all := []part{
		newPart(ctx, "rights.report.identifiers", p.identifiers(ctx)),
		newPart(ctx, "rights.report.given", sections(ctx, p.Given)...),
	}
	if p.Access {
		all = append(all,
			newPart(ctx, "rights.report.inferred", sections(ctx, p.Inferred)...),
			newPart(ctx, "rights.report.automated", sections(ctx, p.Machines)...))
	}
	all = append(all,
		newPart(ctx, "rights.report.choices", p.choices(ctx)),
		newPart(ctx, "portal.get.title", p.wishes(ctx)),
		newPart(ctx, "attachment.title", attached(ctx, p.Attached)),
		newPart(ctx, "report.purposes", p.purposes(ctx)))
	if p.Access {
		all = append(all,
			newPart(ctx, "rights.report.recipients", p.recipients(ctx)),
			newPart(ctx, "report.sent.title", p.sent(ctx)),
			newPart(ctx, "report.looks", p.looks(ctx)))
	}
	return all
}

// newPart leaves out tables without rows.
func newPart(ctx context.Context, title string, tables ...table) part {
	one := part{title: i18n.T(ctx, title)}
	for _, t := range tables {
		if len(t.rows) > 0 {
			one.tables = append(one.tables, t)
		}
	}
	return one
}

// heads are the names of columns by the ends of their ids.
func heads(ctx context.Context, names ...string) []string {
	var all []string
	for _, name := range names {
		all = append(all, i18n.T(ctx, "report.head."+name))
	}
	return all
}

func (p *Page) identifiers(ctx context.Context) table {
	t := table{head: heads(ctx, "value", "source"), shares: []float64{3, 2}}
	for _, v := range p.Identifiers {
		t.rows = append(t.rows, []string{v.Text, lines(v.Source, v.How)})
	}
	return t
}

func (p *Page) wishes(ctx context.Context) table {
	t := table{head: heads(ctx, "field", "value"), shares: []float64{3, 7}}
	for _, v := range p.Wishes {
		t.rows = append(t.rows, []string{v.Label, v.Text})
	}
	return t
}

func attached(ctx context.Context, files []Value) table {
	t := table{head: heads(ctx, "what", "source", "when"), shares: []float64{5, 2, 3}}
	for _, v := range files {
		t.rows = append(t.rows, []string{lines(v.Text, v.How), v.Source, i18n.DateTime(ctx, v.At)})
	}
	return t
}

func sections(ctx context.Context, all []Section) []table {
	var tables []table
	for _, s := range all {
		t := table{caption: s.Label, head: heads(ctx, "field", "value", "source", "at"), shares: []float64{2.6, 4.4, 3.2, 2.8}}
		for _, v := range s.Values {
			at := ""
			if !v.At.IsZero() {
				at = i18n.Date(ctx, v.At)
			}
			t.rows = append(t.rows, []string{v.Label, v.Text, lines(v.Source, v.How), lines(at, until(ctx, v.Until))})
		}
		tables = append(tables, t)
	}
	return tables
}

// until says when something ends; "" for never.
func until(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return i18n.T(ctx, "report.until", "date", i18n.Date(ctx, t))
}

// lines puts each text that there is on a line of its own.
func lines(texts ...string) string {
	var some []string
	for _, text := range texts {
		if text != "" {
			some = append(some, text)
		}
	}
	return strings.Join(some, "\n")
}

func (p *Page) choices(ctx context.Context) table {
	t := table{head: heads(ctx, "purpose", "status", "at"), shares: []float64{4, 3, 3}}
	for _, c := range p.Choices {
		t.rows = append(t.rows, []string{
			lines(c.Label, c.Brand), i18n.T(ctx, "status."+c.Status), lines(i18n.DateTime(ctx, c.At), until(ctx, c.Until)),
		})
	}
	return t
}

func (p *Page) purposes(ctx context.Context) table {
	t := table{head: heads(ctx, "purpose", "why", "kept"), shares: []float64{3, 3, 3}}
	for _, one := range p.Purposes {
		basis := "basis." + one.Basis
		t.rows = append(t.rows, []string{
			one.Label, lines(i18n.T(ctx, basis+".plain"), i18n.T(ctx, basis+".legal")), one.Retention,
		})
	}
	return t
}

func (p *Page) recipients(ctx context.Context) table {
	t := table{head: heads(ctx, "who", "country", "may"), shares: []float64{3, 2, 5}}
	for _, r := range p.Recipients {
		t.rows = append(t.rows, []string{r.Label, r.Country, i18n.List(ctx, r.Fields)})
	}
	return t
}

func (p *Page) sent(ctx context.Context) table {
	t := table{head: heads(ctx, "when", "who", "what"), shares: []float64{3, 3, 5}}
	for _, s := range p.Sent {
		t.rows = append(t.rows, []string{
			i18n.DateTime(ctx, s.At), s.To, lines(i18n.T(ctx, "report.sent."+family(s.Event)), i18n.List(ctx, s.Fields)),
		})
	}
	return t
}

// family is the sort of an event that there is a word for.
func family(event string) string {
	switch event {
	case "subject.read":
		return "read"
	case "audience.exported":
		return "file"
	}
	switch name, _, _ := strings.Cut(event, "."); name {
	case "consent", "attribute", "preference", "marketing", "audience", "restriction", "automated":
		return name
	}
	return "something"
}

func (p *Page) looks(ctx context.Context) table {
	t := table{head: heads(ctx, "when", "why"), shares: []float64{3, 7}}
	for _, l := range p.Looks {
		note := ""
		if l.Note != "" {
			note = i18n.T(ctx, "event.viewed.note", "note", l.Note)
		}
		t.rows = append(t.rows, []string{i18n.DateTime(ctx, l.At), lines(i18n.T(ctx, "event.viewed."+l.Reason), note)})
	}
	return t
}
