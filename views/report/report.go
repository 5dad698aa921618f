// Package report writes what is held of a person for them to read: as a page
// for a browser without a network, with its style and no script, and as a PDF.
// Both show the same parts.
package report

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"livingprofile/internal/i18n"
	"livingprofile/internal/pdf"
)

// A Page is what is held of a person, in words. What is after Choices is for an
// answer to access alone (Art. 15(1) GDPR).
type Page struct {
	Number      string
	MadeAt      time.Time
	Access      bool
	Identifiers []Value
	Given       []Section
	Choices     []Choice
	Wishes      []Value // what the person wants to get, by scope
	Attached    []Value // files that were added to requests
	Purposes    []Purpose
	Inferred    []Section // what was worked out
	Machines    []Section // what systems decided by themselves
	Recipients  []Recipient
	Sent        []Sent
	Looks       []Look
}

// A Section is the values of one category.
type Section struct {
	Label  string
	Values []Value
}

// A Value is what one source says.
type Value struct {
	Label  string
	Text   string
	Source string
	How    string // it came about, and what else is to be said; "" for nothing
	At     time.Time
	Until  time.Time // it is kept; zero where that is not fixed
}

// A Choice is one answer to one purpose.
type Choice struct {
	Label  string
	Brand  string // "" for all
	Status string
	At     time.Time
	Until  time.Time // zero without an end
}

// A Purpose is what some of the values are used for.
type Purpose struct {
	Label     string
	Basis     string // a consent.Basis
	Retention string
}

// A Recipient is who may have some of it.
type Recipient struct {
	Label   string
	Country string
	Fields  []string
}

// A Sent is what a recipient received.
type Sent struct {
	At     time.Time
	To     string
	Event  string // the kind of it
	Fields []string
}

// A Look is a staff member looking at the record.
type Look struct {
	At     time.Time
	Reason string // a staff.Reason
	Note   string
}

// Render writes p as a page in the language of ctx.
func Render(ctx context.Context, p *Page) ([]byte, error) {
	var b bytes.Buffer
	if err := page(p.made(ctx), p.parts(ctx)).Render(ctx, &b); err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	return b.Bytes(), nil
}

// PDF writes p as a PDF in the language of ctx.
func PDF(ctx context.Context, p *Page) ([]byte, error) {
	title := i18n.T(ctx, "rights.report.title")
	d, err := pdf.New(pdf.Options{
		Title: title, Foot: p.Number, Lang: i18n.Locale(ctx), RightToLeft: i18n.Dir(ctx) == "rtl", MadeAt: p.MadeAt,
	})
	if err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	d.Heading(1, title)
	d.Paragraph(p.made(ctx))
	for _, one := range p.parts(ctx) {
		d.Heading(2, one.title)
		if len(one.tables) == 0 {
			d.Paragraph(i18n.T(ctx, "rights.report.nothing"))
		}
		for _, t := range one.tables {
			if t.caption != "" {
				d.Heading(3, t.caption)
			}
			d.Table(t.head, t.shares, t.rows)
		}
	}
	return d.Bytes()
}
