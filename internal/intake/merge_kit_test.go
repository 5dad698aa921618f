package intake_test

import (
	"context"
	"os"
	"testing"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/intake"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// A merging is a store that items are merged into.
type merging struct {
	t     testing.TB
	db    *store.DB
	clock *clock.Fake
	org   *organisation.Organisation
}

func newMerging(t testing.TB, db *store.DB, c *clock.Fake) *merging {
	org := newOrganisation()
	org.Purposes = append(org.Purposes,
		consent.PurposeVersion{Purpose: "ideas", Number: 1, Basis: consent.Consent},
		consent.PurposeVersion{Purpose: "digest", Number: 1, Basis: consent.Consent, DoubleOptIn: true})
	return &merging{t, db, c, organisation.New(*org)}
}

func onSQLite(t testing.TB) *merging {
	c := testkit.NewClock()
	return newMerging(t, testkit.OpenStore(t, testkit.OnSQLite, c, nil), c)
}

// merge merges items of source as one batch.
func (m *merging) merge(source string, items ...intake.Item) []intake.Outcome {
	m.t.Helper()
	return m.mergeOn(alone{m.db}, source, items...)
}

func (m *merging) mergeOn(s intake.MergeStore, source string, items ...intake.Item) []intake.Outcome {
	m.t.Helper()
	told, err := m.merger(s, source).Apply(m.t.Context(), items)
	if err != nil {
		m.t.Fatal(err)
	}
	if len(told) != len(items) {
		m.t.Fatalf("got %d outcomes for %d items", len(told), len(items))
	}
	return told
}

// alone is the store as an import reads it: each record with others beside.
type alone struct{ *store.DB }

// Facts implements intake.MergeStore.
func (a alone) Facts(ctx context.Context, s id.Subject) (decision.Facts, error) {
	return a.Beside(ctx, s)
}

// merger joins at once, unless it writes elsewhere.
func (m *merging) merger(s intake.MergeStore, source string) *intake.Merger {
	merger := intake.NewMerger(s, m.org, m.clock, source, id.New())
	switch s := s.(type) {
	case alone:
		merger.Introduce(identity.NewJoiner(m.db, m.clock).Introduce)
	case *intake.Rehearsal:
		merger.Introduce(s.Introduce)
	}
	return merger
}

// join joins what was brought near to each other.
func (m *merging) join() {
	m.t.Helper()
	if _, err := identity.NewJoiner(m.db, m.clock).Turn(m.t.Context()); err != nil {
		m.t.Fatal(err)
	}
}

// holders returns who bears an identifier.
func (m *merging) holders(kind identity.Kind, scope, value string) []id.Subject {
	m.t.Helper()
	all, err := m.db.Holders(m.t.Context(), kind, scope, value)
	if err != nil {
		m.t.Fatal(err)
	}
	var subjects []id.Subject
	for _, h := range all {
		subjects = append(subjects, h.Subject)
	}
	return subjects
}

// bearer returns the one who bears an identifier.
func (m *merging) bearer(kind identity.Kind, scope, value string) id.Subject {
	m.t.Helper()
	all := m.holders(kind, scope, value)
	if len(all) != 1 {
		m.t.Fatalf("%s %s%s has %d bearers, want 1", kind, scope, value, len(all))
	}
	return all[0]
}

func (m *merging) facts(s id.Subject) decision.Facts {
	m.t.Helper()
	f, err := m.db.Facts(m.t.Context(), s)
	if err != nil {
		m.t.Fatal(err)
	}
	return f
}

// value returns what counts for a field.
func (m *merging) value(s id.Subject, field string) string {
	m.t.Helper()
	f, ok := m.org.Field(field)
	if !ok {
		m.t.Fatalf("no field %s", field)
	}
	return m.facts(s).Profile.Value(f, m.org.Rank)
}

// history returns the kinds of a subject's entries, the oldest first.
func (m *merging) history(s id.Subject) []ledger.Kind {
	m.t.Helper()
	all, err := m.db.History(m.t.Context(), s, ledger.HistoryPage{Limit: 1000})
	if err != nil {
		m.t.Fatal(err)
	}
	kinds := make([]ledger.Kind, len(all))
	for i, h := range all {
		kinds[len(all)-1-i] = h.Kind
	}
	return kinds
}

func (m *merging) entries() int64 {
	m.t.Helper()
	heads, err := m.db.Heads(m.t.Context())
	if err != nil {
		m.t.Fatal(err)
	}
	var n int64
	for _, h := range heads {
		n += h.Seq
	}
	return n
}

func (m *merging) consents() *consent.Service {
	return consent.NewService(m.db, func() consent.Catalogue { return m.org }, m.clock)
}

func (m *merging) values() *profile.Service {
	return profile.NewService(m.db, func() profile.Schema { return m.org }, m.clock)
}

// answer lets a person decide here.
func (m *merging) answer(s id.Subject, purpose consent.PurposeID, a consent.Answer) {
	m.t.Helper()
	_, err := m.consents().Decide(m.t.Context(), consent.Ask{
		Subject: s, Actor: ledger.Self(s), Purpose: purpose, Answer: a, Channel: "portal",
		Proof:   consent.Proof{Kind: consent.BySession},
		Confirm: func(context.Context, consent.Record) ([]any, error) { return nil, nil },
	})
	if err != nil {
		m.t.Fatal(err)
	}
}

// A part adds to an item.
type part func(*intake.Item)

// then is when records of the tests were last changed.
var then = testkit.Start.Add(-24 * time.Hour)

// row makes an item that was last changed at then.
func row(source string, parts ...part) intake.Item {
	item := intake.Item{At: then, Claims: map[string]profile.Claim{}}
	for _, p := range parts {
		p(&item)
	}
	for i := range item.Identifiers {
		item.Identifiers[i].Source = source
		if item.Identifiers[i].Kind == identity.Customer && item.Identifiers[i].Scope == "" {
			item.Identifiers[i].Scope = source
		}
	}
	for field, c := range item.Claims {
		c.Source, c.Origin, c.At, c.Recorded = source, profile.Provided, item.At, testkit.Start
		item.Claims[field] = c
	}
	return item
}

func at(t time.Time) part { return func(i *intake.Item) { i.At = t } }

func number(n string) part {
	return func(i *intake.Item) {
		i.Identifiers = append(i.Identifiers, identity.Identifier{Kind: identity.Customer, Value: n, VerifiedAt: then})
	}
}

// address adds an e-mail address or phone number that nobody has proved.
func address(value string) part { return addressAt(value, time.Time{}) }

func proved(value string) part { return addressAt(value, then) }

func addressAt(value string, at time.Time) part {
	kind := identity.Email
	if value[0] == '+' {
		kind = identity.Phone
	}
	return func(i *intake.Item) {
		i.Identifiers = append(i.Identifiers, identity.Identifier{Kind: kind, Value: value, VerifiedAt: at})
	}
}

func named(given, family string) part {
	return func(i *intake.Item) {
		says("given-name", given)(i)
		says("family-name", family)(i)
	}
}

func says(field, value string) part {
	return func(i *intake.Item) {
		if value != "" {
			i.Claims[field] = profile.Claim{Value: value}
		}
	}
}

func decided(purpose consent.PurposeID, s intake.Stance, at time.Time, proof string) part {
	return func(i *intake.Item) {
		i.Consents = append(i.Consents, intake.Consent{Purpose: purpose, Stance: s, At: at, Proof: proof})
	}
}

func confirmed(purpose consent.PurposeID, at time.Time) part {
	return func(i *intake.Item) {
		i.Consents = append(i.Consents, intake.Consent{
			Purpose: purpose, Stance: intake.Given, At: at, Proof: "CONFIRM_IP 192.0.2.1", Confirmed: true,
		})
	}
}

// A detour is a store in which something happens first.
type detour struct {
	intake.MergeStore
	beforeCommit func() // nil for nothing; called once
	onCommit     error  // in place of committing
	onFacts      error
}

func (d *detour) Facts(ctx context.Context, s id.Subject) (decision.Facts, error) {
	if d.onFacts != nil {
		return decision.Facts{}, d.onFacts
	}
	return d.MergeStore.Facts(ctx, s)
}

func (d *detour) Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error) {
	if first := d.beforeCommit; first != nil {
		d.beforeCommit = nil
		first()
	}
	if d.onCommit != nil {
		return nil, d.onCommit
	}
	return d.MergeStore.Commit(ctx, c)
}
