package wire

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"livingprofile/handlers/portal"
	"livingprofile/internal/automated"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

// Outcome is what the end of a request does to what it is about.
func (d *desk) Outcome(ctx context.Context, r rights.Request, a rights.Act, version int64) (ledger.Change, error) {
	switch r.Kind {
	case rights.Rectification:
		return d.corrected(ctx, r, a, version)
	case rights.Automated:
		if a.Move == rights.Fulfil && r.Matter.Scope == rights.DecisionScope {
			return d.decidedAnew(ctx, r, a, version)
		}
	}
	return ledger.Change{}, nil
}

func (d *desk) corrected(ctx context.Context, r rights.Request, a rights.Act, version int64) (ledger.Change, error) {
	b, _ := d.org.Load().Brand(r.Brand)
	e := profile.Editor{Subject: r.Subject, Actor: a.Actor, Brand: r.Brand, Country: b.Country}
	if a.Move != rights.Fulfil {
		c, err := d.values.Ending(ctx, e, version, r.Matter.Name)
		if errors.Is(err, errs.NotFound) {
			return c, nil // the field is not declared any more
		}
		return c, err
	}
	c, err := d.values.Settling(ctx, e, version, r.Matter.Name, a.Value)
	if errors.Is(err, errs.Invalid) {
		return c, errs.InvalidFields(errs.At("value", "request.error.value"))
	}
	return c, err
}

func (d *desk) decidedAnew(ctx context.Context, r rights.Request, a rights.Act, version int64) (ledger.Change, error) {
	who := automated.Who{Subject: r.Subject, Actor: a.Actor, Brand: r.Brand}
	c, err := d.machinery.Deciding(ctx, who, version, r.Matter.Name, a.Value, a.Note)
	if errors.Is(err, errs.NotFound) {
		return c, nil // its time is over: the answer alone remains
	}
	return c, err
}

// wishes brings the values that a person proposes before staff, as requests
// under the law of the brand.
func (s *Service) wishes(ctx context.Context, e profile.Editor, steps []profile.Step, version int64) (ledger.Change, error) {
	org, now := s.Current.Load(), s.Clock.Now()
	b, ok := org.Brand(e.Brand)
	if !ok {
		return ledger.Change{}, fmt.Errorf("proposal: no brand %q", e.Brand)
	}
	f := rights.Filing{
		Subject: e.Subject, Actor: e.Actor, Brand: b.Name, Locale: cmp.Or(e.Locale, b.Locales[0]),
		Zone: org.Zone(b.Name), Pack: s.Laws.For(b.Place(), now), Proof: rights.Proof{Method: e.Method, Session: e.Session, At: now},
	}
	for _, file := range e.Files {
		f.Files = append(f.Files, rights.Attachment{Name: file.Name, Type: file.Type, Body: file.Data})
	}
	ctx = i18n.With(ctx, s.Bundle.Localizer(f.Locale).In(f.Zone))
	var wishes []rights.Wish
	for _, step := range steps {
		w := rights.Wish{Field: step.Field, Words: i18n.T(ctx, "page.value.emptied"), Over: step.Kind == profile.Retracted}
		if field, ok := org.Field(step.Field); ok && step.Said != "" {
			w.Words = portal.FormatValue(ctx, f.Locale, field, step.Said)
		}
		wishes = append(wishes, w)
	}
	return s.Rights.Wishes(ctx, f, wishes, version)
}
