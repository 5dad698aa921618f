package store

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"livingprofile/internal/activity"
	"livingprofile/internal/automated"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

// Together is the store as a person reads it: each method is about all records
// of theirs that are joined at this moment, and about nobody else's. What is
// written is written to the one record that it is about.
type Together struct{ *DB }

// each calls f with the subjects that are joined with one, itself among them.
// Another one that is erased in this moment is passed over.
func (t Together) each(ctx context.Context, subject id.Subject, f func(id.Subject) error) error {
	circle, err := t.Circle(ctx, subject)
	if err != nil {
		return err
	}
	for _, one := range circle {
		if err := f(one); err != nil && (one == subject || !isGone(err) && !isKind(err, errs.NotFound)) {
			return err
		}
	}
	return nil
}

// Borne returns what each record bears, those of subject first.
func (t Together) Borne(ctx context.Context, subject id.Subject) ([]identity.Identifier, error) {
	all, err := t.Identifiers(ctx, subject)
	if err != nil {
		return nil, err
	}
	err = t.each(ctx, subject, func(one id.Subject) error {
		if one == subject {
			return nil
		}
		others, err := t.Identifiers(ctx, one)
		all = append(all, others...)
		return err
	})
	return all, err
}

// Known is Borne with each name once, as it is proved if it is.
func (t Together) Known(ctx context.Context, subject id.Subject) ([]identity.Identifier, error) {
	borne, err := t.Borne(ctx, subject)
	var all []identity.Identifier
	for _, o := range borne {
		i := slices.IndexFunc(all, func(k identity.Identifier) bool {
			return k.Kind == o.Kind && k.Scope == o.Scope && k.Value == o.Value
		})
		switch {
		case i < 0:
			all = append(all, o)
		case o.Verified() && !all[i].Verified():
			all[i] = o
		}
	}
	return all, err
}

// Records returns consent records about a purpose, oldest first.
func (t Together) Records(ctx context.Context, subject id.Subject, purpose consent.PurposeID) ([]consent.Record, error) {
	var all []consent.Record
	err := t.each(ctx, subject, func(one id.Subject) error {
		some, err := t.DB.Records(ctx, one, purpose)
		all = append(all, some...)
		return err
	})
	slices.SortStableFunc(all, func(a, b consent.Record) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return all, err
}

// Deliveries returns what connected systems were told, newest first.
func (t Together) Deliveries(ctx context.Context, subject id.Subject, limit int) ([]hook.Delivery, error) {
	var all []hook.Delivery
	err := t.each(ctx, subject, func(one id.Subject) error {
		some, err := t.DB.Deliveries(ctx, one, limit)
		all = append(all, some...)
		return err
	})
	// Those of one record keep their order, that of their entries.
	slices.SortStableFunc(all, func(a, b hook.Delivery) int {
		if a.Subject == b.Subject {
			return 0
		}
		return b.At.Compare(a.At)
	})
	return all[:min(len(all), limit)], err
}

// Activities returns a page of what the person did, newest first.
func (t Together) Activities(ctx context.Context, subject id.Subject, p activity.Page) ([]activity.Observation, error) {
	var all []activity.Observation
	err := t.each(ctx, subject, func(one id.Subject) error {
		some, err := t.DB.Activities(ctx, one, p)
		all = append(all, some...)
		return err
	})
	slices.SortFunc(all, func(a, b activity.Observation) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID))
	})
	return all[:min(len(all), p.Limit)], err
}

// AutomatedDecisions returns what systems decided about the person, newest first.
func (t Together) AutomatedDecisions(ctx context.Context, subject id.Subject, p automated.Page) ([]automated.Decision, error) {
	var all []automated.Decision
	err := t.each(ctx, subject, func(one id.Subject) error {
		some, err := t.DB.AutomatedDecisions(ctx, one, p)
		all = append(all, some...)
		return err
	})
	slices.SortFunc(all, func(a, b automated.Decision) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID))
	})
	return all[:min(len(all), p.Limit)], err
}

// ActivityState returns what the person decided about rules: one is off when it
// is off for any record.
func (t Together) ActivityState(ctx context.Context, subject id.Subject) (activity.State, error) {
	var all activity.State
	err := t.each(ctx, subject, func(one id.Subject) error {
		s, err := t.DB.ActivityState(ctx, one)
		all = all.With(s)
		return err
	})
	return all, err
}

// History returns the newest of what happened, as of the person's records.
func (t Together) History(ctx context.Context, subject id.Subject, page ledger.HistoryPage) ([]ledger.Happening, error) {
	all, _, err := t.Story(ctx, subject, ledger.Chapter{Kinds: page.Kinds, Limit: page.Limit})
	return all, err
}

// Story returns a page of what happened, newest first, and where the next one
// begins; "" after the last. A place of before the person's records were joined
// or taken apart is the beginning.
func (t Together) Story(ctx context.Context, subject id.Subject, c ledger.Chapter) ([]ledger.Happening, string, error) {
	circle, err := t.Circle(ctx, subject)
	if err != nil {
		return nil, "", err
	}
	before := places(c.From)
	if len(before) != len(circle) {
		before = make([]int64, len(circle))
	}
	pages := make([][]ledger.Happening, len(circle))
	for i, one := range circle {
		pages[i], err = t.DB.History(ctx, one, ledger.HistoryPage{Before: before[i], Kinds: c.Kinds, Limit: c.Limit + 1})
		if err != nil && (one == subject || !isGone(err) && !isKind(err, errs.NotFound)) {
			return nil, "", err
		}
	}
	all, more := ledger.Weave(pages, c.Limit)
	if !more {
		return all, "", nil
	}
	next := make([]string, len(circle))
	for i, one := range circle {
		at := before[i]
		for n := range all {
			if all[n].Subject == one {
				at = all[n].Version
			}
		}
		next[i] = strconv.FormatInt(at, 10)
	}
	return all, strings.Join(next, "."), nil
}

// places reads where a page begins in each record; nil for what is no place.
func places(from string) []int64 {
	var all []int64
	for word := range strings.SplitSeq(from, ".") {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil || n < 0 {
			return nil
		}
		all = append(all, n)
	}
	return all
}
