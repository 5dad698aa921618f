package intake

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

// A weaving is the change that brings a person's items in.
type weaving struct {
	*Merger
	person      *person
	at          time.Time
	facts       decision.Facts
	identifiers []identity.Identifier
	profile     profile.State
	consents    consent.State
	entries     []ledger.Draft
	rows        []any
	moved       struct{ profile, consents bool }
	// near is with whom a new record will be joined, as it was read; the zero Side
	// for nobody.
	near identity.Side
	// stranger says that the source has told nothing of the person so far.
	stranger bool
	// changed and warnings are by place among the person's items.
	changed  []bool
	warnings []string
	notTaken [][]NotTaken
}

// weave decides what the items of p change. What the items say together counts,
// so that it makes no difference in which order they come.
func (m *Merger) weave(ctx context.Context, p *person) (*weaving, error) {
	w := &weaving{
		Merger: m, person: p, at: m.clock.Now(), consents: consent.State{},
		changed: make([]bool, len(p.items)), warnings: make([]string, len(p.items)),
		notTaken: make([][]NotTaken, len(p.items)),
	}
	if err := w.load(ctx); err != nil {
		return nil, err
	}
	for _, b := range bearings(p.items) {
		if err := w.identify(ctx, b); err != nil {
			return nil, err
		}
	}
	// What a row says about consent counts for its values: a yes that comes with
	// a value brings the value in.
	for _, s := range sayings(p.items) {
		w.consent(s)
	}
	w.claim()
	return w, w.act(ctx)
}

func (w *weaving) load(ctx context.Context) (err error) {
	if w.person.fresh {
		w.entries = append(w.entries, ledger.Draft{Kind: identity.SubjectCreated})
		return w.look(ctx, w.person.near)
	}
	if w.facts, err = w.read(ctx, w.person.subject, w.person.facts); err != nil {
		return err
	}
	w.profile, w.consents = w.facts.Profile, w.facts.Consents
	if w.identifiers, err = w.store.Identifiers(ctx, w.person.subject); err != nil {
		return err
	}
	w.stranger = !slices.ContainsFunc(w.identifiers, func(i identity.Identifier) bool { return i.Source == w.source }) &&
		len(w.sourced(w.profile)) == 0
	return nil
}

// look reads what is held of the person whose other record a new one will be;
// "" for nobody. The new one is joined when it is written.
func (w *weaving) look(ctx context.Context, other id.Subject) error {
	if other == "" {
		return nil
	}
	f, err := w.read(ctx, other, w.person.facts)
	switch errs.KindOf(err) {
	case errs.NotFound, errs.Gone:
		return nil
	}
	if err != nil {
		return err
	}
	w.near = identity.Side{Subject: other, Version: f.Version, Names: profile.Names(f.Profile)}
	w.facts.Others, w.facts.Joined = append(slices.Clip(f.Others), f), w.at
	w.facts.Others[len(w.facts.Others)-1].Others = nil
	w.near.Identifiers, err = w.store.Identifiers(ctx, other)
	return err
}

// read returns what is held of a record, with that of those joined with it beside;
// was is what was read of the record alone, nil for nothing.
func (w *weaving) read(ctx context.Context, subject id.Subject, was *decision.Facts) (decision.Facts, error) {
	if was != nil && was.Circle == "" {
		return *was, nil
	}
	return w.store.Facts(ctx, subject)
}

// A bearing is an identifier that some of a person's items have.
type bearing struct {
	identity.Identifier
	items []int // places of the items that have it
	prove []int // of those that prove it; with some, it was proved at the first of their times
}

// bearings returns the identifiers of items, each once: the latest proved first
// of those of one kind, for the first e-mail address becomes the main one.
func bearings(items []*Item) []bearing {
	var all []bearing
	at := map[mark]int{}
	for place, item := range items {
		for _, ident := range item.Identifiers {
			k := markOf(&ident)
			i, ok := at[k]
			if !ok {
				i = len(all)
				at[k] = i
				all = append(all, bearing{Identifier: ident})
			}
			b := &all[i]
			b.items = append(b.items, place)
			if !ident.Verified() {
				continue
			}
			b.prove = append(b.prove, place)
			if !b.Verified() || ident.VerifiedAt.Before(b.VerifiedAt) {
				b.VerifiedAt = ident.VerifiedAt
			}
		}
	}
	slices.SortFunc(all, func(a, b bearing) int {
		return cmp.Or(
			cmp.Compare(a.Kind, b.Kind), b.VerifiedAt.Compare(a.VerifiedAt),
			cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Value, b.Value),
		)
	})
	return all
}

// identify adds an identifier that the subject does not bear yet, or notes that
// a known one is proved now. One that another subject has proved is taken as
// unproved.
func (w *weaving) identify(ctx context.Context, b bearing) error {
	held := w.held(markOf(&b.Identifier))
	if held != nil && held.Verified() {
		return nil
	}
	taken, err := w.taken(ctx, &b)
	if err != nil {
		return err
	}
	if taken != "" {
		// The proof is kept as evidence that the two may be one person.
		b.VouchedAt, b.VerifiedAt = b.VerifiedAt, time.Time{}
		if err := w.warn(ctx, &b, taken); err != nil {
			return err
		}
	}
	if held != nil {
		switch {
		case b.Verified():
			w.changed[b.prove[0]] = true
			w.prove(held)
		case !b.VouchedAt.IsZero() && held.VouchedAt.IsZero():
			w.changed[b.prove[0]] = true
			held.VouchedAt = w.at
			w.rows = append(w.rows, identity.Vouched{Identifier: held.ID})
			w.entries = append(w.entries, held.Entry(identity.IdentifierVouched))
		}
		return nil
	}
	w.changed[b.items[0]] = true
	ident := b.Identifier
	ident.ID, ident.Subject, ident.CreatedAt = id.New(), w.person.subject, w.at
	ident.Main = ident.Kind == identity.Email && ident.Verified() && !w.hasMain()
	w.identifiers = append(w.identifiers, ident)
	w.rows = append(w.rows, ident)
	w.entries = append(w.entries, ident.Entry(identity.IdentifierAdded))
	return nil
}

// held returns the subject's own identifier, nil for none.
func (w *weaving) held(m mark) *identity.Identifier {
	for i := range w.identifiers {
		if markOf(&w.identifiers[i]) == m {
			return &w.identifiers[i]
		}
	}
	return nil
}

// taken returns another record that has proved b, "" for none.
func (w *weaving) taken(ctx context.Context, b *bearing) (id.Subject, error) {
	if !b.Verified() {
		return "", nil
	}
	if other := w.person.taken[markOf(&b.Identifier)]; other != "" {
		return other, nil
	}
	holders, ok := w.person.holders[markOf(&b.Identifier)]
	if !ok {
		var err error
		if holders, err = w.store.Holders(ctx, b.Kind, b.Scope, b.Value); err != nil {
			return "", err
		}
	}
	if len(holders) == 0 || holders[0].VerifiedAt.IsZero() || holders[0].Subject == w.person.subject {
		return "", nil
	}
	return holders[0].Subject, nil
}

// warn says in the report that another record has proved b. Nothing is said of a
// record of the same person, nor of one that the key may not know of.
func (w *weaving) warn(ctx context.Context, b *bearing, other id.Subject) error {
	if w.person.met || len(w.facts.Others) > 0 {
		return nil
	}
	may, err := newResolver(w.Merger).knows(ctx, other)
	if err != nil || !may {
		return err
	}
	for _, place := range b.prove {
		w.warnings[place] = "intake.identifier_taken"
	}
	return nil
}

func (w *weaving) prove(held *identity.Identifier) {
	held.VerifiedAt = w.at
	w.rows = append(w.rows, identity.Verified{Identifier: held.ID})
	if held.Kind == identity.Email && !w.hasMain() {
		held.Main = true
		w.rows = append(w.rows, identity.MadeMain{Identifier: held.ID})
	}
	w.entries = append(w.entries, held.Entry(identity.IdentifierVerified))
}

func (w *weaving) hasMain() bool {
	return slices.ContainsFunc(w.identifiers, func(i identity.Identifier) bool { return i.Main })
}

// claim takes over what the items claim. They are weighed against each other
// before they are weighed against what is held: a value that another row of
// the file overrides was never the source's word.
func (w *weaving) claim() {
	claims := w.enter(w.bare(w.claims()))
	next, steps := profile.ObserveAll(w.profile, claims, w.field, w.organisation.Rank)
	if len(steps) == 0 {
		return
	}
	w.profile, w.moved.profile = next, true
	w.entries = append(w.entries, profile.Entry(steps...))
	for _, s := range steps {
		if s.Kind == profile.Confirmed {
			continue // the source said nothing new
		}
		for place, item := range w.person.items {
			if c, ok := item.Claims[s.Field]; ok && c.Value == claims[s.Field].Value && c.At.Equal(claims[s.Field].At) {
				w.changed[place] = true
				break
			}
		}
	}
}

// enter leaves out what may not enter the profile, and says so in the report
// and, the first time, in the person's history.
func (w *weaving) enter(claims map[string]profile.Claim) map[string]profile.Claim {
	facts := w.whole()
	why := map[string]profile.Refusal{}
	for name, c := range claims {
		if f := w.field(name); f != nil && c.Value != "" {
			if refusal := decision.Take(facts, f, w.organisation.Works(w.source), w.organisation.AllPurposes(), w.at); refusal != "" {
				why[name] = refusal
			}
		}
	}
	if len(why) == 0 && len(w.profile.Notices) == 0 {
		return claims
	}
	enters, next, entries := profile.Sieve(w.profile, claims, why, w.at)
	if len(entries) > 0 {
		w.entries, w.moved.profile = append(w.entries, entries...), true
	}
	w.profile = next
	for place, item := range w.person.items {
		for _, field := range slices.Sorted(maps.Keys(why)) {
			if c, ok := item.Claims[field]; ok && c.Value != "" {
				w.notTaken[place] = append(w.notTaken[place], NotTaken{field, "intake.not_taken_" + string(why[field])})
			}
		}
	}
	return enters
}

// whole is what is held of the person, in all records of theirs, with what the
// items say about consent.
func (w *weaving) whole() decision.Facts {
	facts := w.facts
	facts.Consents = w.consents
	return facts.Whole()
}

// claims returns what the items claim together. What has a time comes first:
// of two claims without one nobody can tell which is newer, and the one that
// stays of them may say the same again, which is then no news.
func (w *weaving) claims() map[string]profile.Claim {
	if len(w.person.items) == 1 {
		return w.person.items[0].Claims
	}
	var said profile.State
	for _, timed := range []bool{true, false} {
		var part profile.State
		for _, item := range w.person.items {
			claims := maps.Clone(item.Claims)
			maps.DeleteFunc(claims, func(_ string, c profile.Claim) bool { return c.At.IsZero() == timed })
			part = w.observe(part, claims)
		}
		said = w.observe(said, w.sourced(part))
	}
	return w.sourced(said)
}

func (w *weaving) observe(s profile.State, claims map[string]profile.Claim) profile.State {
	next, _ := profile.ObserveAll(s, claims, w.field, w.organisation.Rank)
	return next
}

// sourced returns what the source claims in s, by field.
func (w *weaving) sourced(s profile.State) map[string]profile.Claim {
	all := map[string]profile.Claim{}
	for _, field := range s.Fields() {
		if c, ok := s.Of(field, w.source); ok {
			all[field] = c
		}
	}
	return all
}

// bare returns claims without the entry that they came by in a state, with a time
// at which we learned them, and with the number of the source's word before, where
// it numbers them elsewhere: by their time they are weighed here.
func (w *weaving) bare(claims map[string]profile.Claim) map[string]profile.Claim {
	bare := make(map[string]profile.Claim, len(claims))
	for field, c := range claims {
		c.Entry = ""
		if c.Recorded.IsZero() {
			c.Recorded = w.at
		}
		if own, told := w.profile.Of(field, w.source); told {
			c.Seq = own.Seq
		}
		bare[field] = c
	}
	return bare
}

func (w *weaving) field(name string) *profile.Field {
	f, ok := w.organisation.Field(name)
	if !ok {
		return nil
	}
	return f
}

// outcomes returns what became of each item: of a new record the first is
// created, or merged when the record will be joined; so is that of a record of
// which the source did not tell before. The others are like those of a known one.
func (w *weaving) outcomes() []Outcome {
	told := make([]Outcome, len(w.person.items))
	for i := range told {
		told[i] = Outcome{Result: Unchanged, Reason: w.warnings[i], NotTaken: w.notTaken[i]}
		switch {
		case w.person.fresh && i == 0 && (w.person.near != "" || w.person.met):
			told[i].Result = Merged
		case w.person.fresh && i == 0:
			told[i].Result = Created
		case w.changed[i] && w.stranger:
			told[i].Result, w.stranger = Merged, false
		case w.changed[i]:
			told[i].Result = Changed
		}
	}
	return told
}

// side is what a new record is known by.
func (w *weaving) side() identity.Side {
	return identity.Side{Subject: w.person.subject, Identifiers: w.identifiers, Names: profile.Names(w.profile)}
}

func (w *weaving) change() ledger.Change {
	c := ledger.Change{
		Subject: w.person.subject, Base: w.facts.Version, At: w.at, Cause: w.cause, Brand: w.limits.For(),
		Actor:   ledger.Actor{Kind: ledger.BySystem, ID: w.source},
		Entries: w.entries, Rows: w.rows,
	}
	if w.moved.profile {
		c.Rows = append(c.Rows, w.profile)
	}
	if w.moved.consents {
		c.Rows = append(c.Rows, w.consents)
	}
	return c
}
