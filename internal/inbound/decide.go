package inbound

import (
	"slices"
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

// A Catalogue is what the organisation declares, as the door needs it.
type Catalogue interface {
	consent.Catalogue
	activity.Kinds
	Field(name string) (*profile.Field, bool)
	Rank(source string) int
	// Works returns the purposes that a system works for.
	Works(system string) []string
}

// A known is what is held of a subject while items are decided on, one behind
// the other.
type known struct {
	subject     id.Subject
	facts       decision.Facts
	identifiers []identity.Identifier
	holders     func(identity.Identifier) ([]identity.Holder, error)
	brand       string          // where it happened; "" for no brand's site
	events      map[string]bool // of the system, that it told of before
	did         []activity.Observation

	entries   []ledger.Draft
	rows      []any
	conflicts []Conflict
	moved     struct{ profile, consents bool }
}

// decide returns what becomes of an item beside what is known, and takes it in.
func (k *known) decide(c Catalogue, system string, item *Item, now time.Time) (Outcome, error) {
	var o Outcome
	var err error
	switch {
	case item.Attributes != nil:
		o = k.claim(c, system, item, now)
	case item.Report != nil:
		o, err = k.report(c, item, now)
	case item.Identifier != nil:
		o, err = k.identify(system, item, now)
	case item.Activity != nil:
		o = k.act(c, system, item.Activity, now)
	}
	o.After = k.facts.Whole()
	return o, err
}

// claim takes values in.
func (k *known) claim(c Catalogue, system string, item *Item, now time.Time) Outcome {
	claims := make(map[string]profile.Claim, len(item.Attributes))
	for name, claim := range item.Attributes {
		claim.Source, claim.Recorded = system, now
		if own, told := k.facts.Profile.Of(name, system); told && item.ID == "" {
			// It cannot be numbered where it is said, and what has no number is
			// older than all that has one.
			claim.Seq = own.Seq
		}
		claims[name] = claim
	}
	field := func(name string) *profile.Field {
		f, _ := c.Field(name)
		return f
	}
	why := k.withheld(c, system, claims, field, now)
	enters, noted, told := profile.Sieve(k.facts.Profile, claims, why, now)
	if len(told) > 0 {
		k.entries, k.moved.profile = append(k.entries, told...), true
	}
	next, steps := profile.ObserveAll(noted, enters, field, c.Rank)
	k.facts.Profile = next
	o := Outcome{Result: Unchanged, Reason: Known, Steps: steps, Withheld: why}
	if len(steps) == 0 {
		if len(why) == len(claims) && len(why) > 0 {
			o.Result, o.Reason = Refused, NotTaken
		}
		return o
	}
	k.moved.profile = true
	k.entries = append(k.entries, profile.Entry(steps...))
	o.Result, o.Reason = Applied, ""
	for i := range steps {
		f, _ := c.Field(steps[i].Field)
		raised, is := between(f, next.Claims[f.Name], system, c.Rank)
		if before, _ := noted.Of(f.Name, system); !is {
			raised, is = contradicts(f, next.Claims[f.Name], &before, system, c.Rank)
		}
		if is {
			k.conflicts = append(k.conflicts, raised.of(k.subject, now))
			o.Result, o.Reason = Waiting, raised.Reason
		}
	}
	return o
}

// withheld says which values do not enter the profile, and why.
func (k *known) withheld(c Catalogue, system string, claims map[string]profile.Claim, field func(string) *profile.Field, now time.Time) map[string]profile.Refusal {
	why := map[string]profile.Refusal{}
	for name, claim := range claims {
		f := field(name)
		if f == nil || claim.Value == "" {
			continue
		}
		if refusal := decision.Take(k.facts, f, c.Works(system), c.AllPurposes(), now); refusal != "" {
			why[name] = refusal
		}
	}
	return why
}

// report takes a decision in.
func (k *known) report(c Catalogue, item *Item, now time.Time) (Outcome, error) {
	r := *item.Report
	r.Subject = k.subject
	whole := k.facts.Whole().Consents
	records, err := r.Records(k.facts.Consents, whole, c, now)
	if err != nil {
		return refusal(err)
	}
	o := Outcome{Result: Unchanged, Reason: Known, Records: records}
	if len(records) == 0 {
		if r.Contested(whole, now) {
			st := whole.Against(r.Purpose, r.Scope)
			k.conflicts = append(k.conflicts, unproved(r.Purpose, r.Scope, st, r.System, r.At).of(k.subject, now))
			o.Result, o.Reason = Waiting, Unproved
		}
		return o, nil
	}
	o.Result, o.Reason = Applied, ""
	for _, made := range records {
		word := k.facts.Consents[consent.Key{Purpose: made.Purpose, Scope: made.Scope}]
		k.facts.Consents = k.facts.Consents.With(made)
		k.entries = append(k.entries, made.Entry())
		k.rows = append(k.rows, made)
		// A no that comes after the unproved yes which it gives way to: had it
		// come before, the person would have been asked.
		if st := k.facts.Consents.Of(made.Purpose, made.Scope); word.Teller != "" && st.Status.No() && word.At.After(st.At) {
			k.conflicts = append(k.conflicts, unproved(made.Purpose, made.Scope, st, word.Teller, word.At).of(k.subject, now))
		}
	}
	k.moved.consents = true
	return o, nil
}

// identify takes an identifier in.
func (k *known) identify(system string, item *Item, now time.Time) (Outcome, error) {
	holders, err := k.holders(*item.Identifier)
	if err != nil {
		return Outcome{}, err
	}
	i, added, err := identity.Attach(k.subject, k.identifiers, holders, system, *item.Identifier, now)
	if err != nil {
		return refusal(err)
	}
	o := Outcome{Result: Unchanged, Reason: Known, Identifier: &i}
	if added {
		k.identifiers = append(slices.Clone(k.identifiers), i)
		k.entries, k.rows = append(k.entries, i.Entry(identity.IdentifierAdded)), append(k.rows, i)
		o.Result, o.Reason = Applied, ""
	}
	return o, nil
}

// act takes in what the person did.
func (k *known) act(c Catalogue, system string, item *activity.Item, now time.Time) Outcome {
	t := activity.Taking{Subject: k.subject, System: system, Brand: k.brand}
	seen, became := activity.Weigh(c, k.facts, &t, item, now)
	switch {
	case became.Reason == activity.UnknownKind:
		return Outcome{Result: Refused, Reason: NotYours}
	case became.Reason == activity.Unreadable:
		o := Outcome{Result: Refused, Reason: NotValid}
		for _, f := range became.Fields {
			f.Path = "activity." + f.Path
			o.Fields = append(o.Fields, f)
		}
		return o
	case became.Result == activity.Refused:
		return Outcome{Result: Refused, Reason: string(became.Reason), Denied: became.Denied}
	case k.events[item.Event]:
		return Outcome{Result: Unchanged, Reason: Known}
	}
	k.events[item.Event] = true
	k.did = append(k.did, seen)
	return Outcome{Result: Applied}
}

// refusal is the outcome of an item that a rule refuses; any other error is the
// door's own.
func refusal(err error) (Outcome, error) {
	switch errs.KindOf(err) {
	case errs.NotFound, errs.Gone, errs.Forbidden:
		return Outcome{Result: Refused, Reason: NotYours, Err: err}, nil
	case errs.Invalid:
		return Outcome{Result: Refused, Reason: NotValid, Fields: errs.FieldsOf(err), Err: err}, nil
	}
	return Outcome{}, err
}

// change is all that the items led to.
func (k *known) change(system, brand, cause string, now time.Time) ledger.Change {
	c := ledger.Change{
		Subject: k.subject, Base: k.facts.Version, At: now, Brand: brand, Cause: cause,
		Actor: ledger.Actor{Kind: ledger.BySystem, ID: system}, Entries: k.entries, Rows: k.rows,
	}
	if k.moved.profile {
		c.Rows = append(c.Rows, k.facts.Profile)
	}
	if k.moved.consents {
		c.Rows = append(c.Rows, k.facts.Consents)
	}
	if len(k.did) > 0 {
		c.Entries = append(c.Entries, activity.Entry(system, k.did))
		c.Rows = append(c.Rows, activity.Rows(k.did)...)
	}
	for _, raised := range k.conflicts {
		c.Entries = append(c.Entries, raised.entry(ConflictRaised))
		c.Rows = append(c.Rows, raised)
	}
	return c
}
