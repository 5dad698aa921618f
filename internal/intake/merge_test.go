package intake_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/intake"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

func TestMergeKnowsPeople(t *testing.T) {
	const mail, phone = "aiko@example.com", "+819000001234"
	aiko := named("Aiko", "Tanaka")
	tests := []struct {
		name   string
		held   intake.Item // of the shop
		source string      // of the item
		item   intake.Item
		same   bool // the same record
		joined bool // another, which is joined
	}{
		{name: "by a number of the same system", held: row("shop", number("7")), source: "shop", item: row("shop", number("7"), aiko), same: true},
		{name: "not by a number of another system", held: row("shop", number("7")), source: "newsletter", item: row("newsletter", number("7"))},
		{name: "joined by an address that both have proved", held: row("shop", proved(mail), named("A", "T")), source: "newsletter", item: row("newsletter", proved(mail), aiko), joined: true},
		{name: "joined by a phone number that both have proved", held: row("shop", proved(phone)), source: "newsletter", item: row("newsletter", proved(phone)), joined: true},
		{name: "not by an address that only one has proved", held: row("shop", proved(mail)), source: "newsletter", item: row("newsletter", address(mail))},
		{name: "not by an address that the other has proved", held: row("shop", address(mail)), source: "newsletter", item: row("newsletter", proved(mail))},
		{name: "not by an address alone", held: row("shop", address(mail)), source: "newsletter", item: row("newsletter", address(mail))},
		{name: "joined by address and name", held: row("shop", address(mail), named("AIKO", "Ｔａｎａｋａ")), source: "newsletter", item: row("newsletter", address(mail), aiko), joined: true},
		{name: "joined by another number of the same system with address and name", held: row("shop", number("1"), address(mail), aiko), source: "shop", item: row("shop", number("2"), address(mail), aiko), joined: true},
		{name: "joined by the proof of a record of the same system with another name", held: row("shop", proved(mail), aiko), source: "shop", item: row("shop", proved(mail), named("Osamu", "Tanaka")), joined: true},
		{name: "not by the address of a family", held: row("shop", address(mail), named("Osamu", "Tanaka")), source: "newsletter", item: row("newsletter", address(mail), aiko)},
		{name: "not by half of a name", held: row("shop", address(mail), says("family-name", "Tanaka")), source: "newsletter", item: row("newsletter", address(mail), says("family-name", "Tanaka"))},
		{name: "not by a phone number and a name", held: row("shop", address(phone), aiko), source: "newsletter", item: row("newsletter", address(phone), aiko)},
		{name: "not by a name", held: row("shop", number("7"), aiko), source: "newsletter", item: row("newsletter", number("7"), aiko)},
		{name: "by the same record without a number or a name", held: row("shop", address(mail)), source: "shop", item: row("shop", address(mail)), same: true},
		{name: "by the same record with nothing but a phone number", held: row("shop", address(phone), aiko), source: "shop", item: row("shop", address(phone), aiko), same: true},
		{name: "not by the phone number of a record that has an address", held: row("shop", address(mail), address(phone)), source: "shop", item: row("shop", address(phone))},
		{name: "not as the same record with another name", held: row("shop", address(phone), aiko), source: "shop", item: row("shop", address(phone), named("Osamu", "Tanaka"))},
		{name: "not as the same record when that has a number", held: row("shop", address(mail), number("7")), source: "shop", item: row("shop", address(mail))},
	}
	m := onSQLite(t)
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// The cases share a store: each has addresses and numbers of its own.
			held, item := apart(tt.held, i), apart(tt.item, i)
			m.merge("shop", held)
			got := m.merge(tt.source, item)[0]
			if joined := got.Result == intake.Merged; joined != tt.joined || (got.Result == intake.Created) == (tt.same || tt.joined) {
				t.Errorf("got %q, want the same record: %t, joined: %t", got.Result, tt.same, tt.joined)
			}
			m.join()
			first := item.Identifiers[0]
			circle, err := m.db.Circle(t.Context(), m.holders(first.Kind, first.Scope, first.Value)[0])
			if err != nil || (len(circle) > 1) != tt.joined {
				t.Errorf("the record is one of %d, %v; want it joined: %t", len(circle), err, tt.joined)
			}
		})
	}
}

// apart gives an item identifiers that no other case has.
func apart(item intake.Item, n int) intake.Item {
	ids := append([]identity.Identifier(nil), item.Identifiers...)
	for i := range ids {
		ids[i].Value += string(rune('a' + n))
	}
	item.Identifiers = ids
	return item
}

// A number says who it is about, whatever else stands beside it. What somebody
// else has proved stays theirs.
func TestMergeNumberStandsAboveAnAddress(t *testing.T) {
	m := onSQLite(t)
	m.merge("shop", row("shop", number("1")), row("shop", number("2"), proved("b@example.com")))
	first := m.bearer(identity.Customer, "shop", "1")
	got := m.merge("shop", row("shop", number("1"), proved("b@example.com")))
	want := []intake.Outcome{{Result: intake.Changed, Reason: "intake.identifier_taken"}}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("outcome (-got +want):\n%s", diff)
	}
	all, err := m.db.Identifiers(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all {
		if i.Kind == identity.Email && (i.Verified() || i.Main) {
			t.Errorf("the address counts as proved by the second: %+v", i)
		}
	}
	// It is told each time, and changes nothing more.
	got = m.merge("shop", row("shop", number("1"), proved("b@example.com")))
	want[0].Result = intake.Unchanged
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("outcome of the same again (-got +want):\n%s", diff)
	}
}

// Of several rows about somebody new one creates them.
func TestMergeSeveralRowsAboutOnePerson(t *testing.T) {
	testkit.OnEngines(t, func(t *testing.T, db *store.DB, c *clock.Fake) {
		m := newMerging(t, db, c)
		aiko := named("Aiko", "Tanaka")
		got := m.merge("shop",
			row("shop", number("1"), address("a@example.com"), aiko),
			row("shop", number("2")),
			row("shop", number("1"), address("a@example.com"), aiko),
			row("shop", address("a@example.com"), aiko, says("company", "Hibiki"), at(then.Add(time.Hour))),
			row("shop", number("1"), says("company", "Old name"), at(then.Add(-time.Hour))),
		)
		want := []intake.Outcome{
			{Result: intake.Created},
			{Result: intake.Created},
			{Result: intake.Unchanged},
			{Result: intake.Merged},
			{Result: intake.Changed},
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("outcomes (-got +want):\n%s", diff)
		}
		m.join()
		aikos := m.bearer(identity.Customer, "shop", "1")
		if got := m.value(aikos, "company"); got != "Hibiki" {
			t.Errorf("company is %q, want that of the newest row", got)
		}
		wantHistory := []ledger.Kind{"subject.created", "identifier.added", "identifier.added", "attribute.imported", "subject.merged"}
		if diff := cmp.Diff(m.history(aikos), wantHistory); diff != "" {
			t.Errorf("history (-got +want):\n%s", diff)
		}
	})
}

// A row that says the same at a later time is taken note of, and is no change.
func TestMergeConfirmationChangesNothing(t *testing.T) {
	m := onSQLite(t)
	m.merge("shop", row("shop", number("1"), says("company", "Hibiki")))
	later := row("shop", number("1"), says("company", "Hibiki"), at(then.Add(time.Hour)))
	for _, want := range []int64{1, 0} {
		before := m.entries()
		if got := m.merge("shop", later); got[0].Result != intake.Unchanged {
			t.Errorf("got %q, want unchanged", got[0].Result)
		}
		if got := m.entries() - before; got != want {
			t.Errorf("%d entries were written, want %d", got, want)
		}
	}
	subject := m.bearer(identity.Customer, "shop", "1")
	claim, _ := m.facts(subject).Profile.Of("company", "shop")
	if !claim.At.Equal(then.Add(time.Hour)) {
		t.Errorf("the value is as of %s, want the later time", claim.At)
	}
}

// A row cannot be numbered. It was older than all that its source had numbered
// elsewhere, whatever its time.
func TestMergeBesideNumbers(t *testing.T) {
	m := onSQLite(t)
	first := row("shop", number("1"), says("company", "Hibiki"))
	c := first.Claims["company"]
	c.Seq = 7
	first.Claims["company"] = c
	m.merge("shop", first)
	for _, tt := range []struct {
		at   time.Time
		want string
	}{{then.Add(-time.Hour), "Hibiki"}, {then.Add(time.Hour), "Tsubame"}} {
		m.merge("shop", row("shop", number("1"), says("company", "Tsubame"), at(tt.at)))
		if got := m.value(m.bearer(identity.Customer, "shop", "1"), "company"); got != tt.want {
			t.Errorf("after a row of %s: got %q, want %q", tt.at, got, tt.want)
		}
	}
}

// Values without a time in two rows about one person do not chase each other
// each time that the file is read.
func TestMergeContradictionWithoutTimesSettles(t *testing.T) {
	m := onSQLite(t)
	rows := []intake.Item{
		row("shop", number("1"), at(time.Time{}), says("company", "Hibiki"), decided("ideas", intake.Given, time.Time{}, "")),
		row("shop", number("1"), at(time.Time{}), says("company", "Tsubame"), decided("ideas", intake.Ended, time.Time{}, "")),
	}
	m.merge("shop", rows...)
	before := m.entries()
	m.clock.Advance(time.Hour)
	for i := range rows {
		c := rows[i].Claims["company"]
		c.Recorded = m.clock.Now()
		rows[i].Claims["company"] = c
	}
	for i, got := range m.merge("shop", rows...) {
		if got.Result != intake.Unchanged {
			t.Errorf("row %d: got %q, want unchanged", i, got.Result)
		}
	}
	if got := m.entries(); got != before {
		t.Errorf("%d entries were written", got-before)
	}
}

func TestMergeErasedPerson(t *testing.T) {
	m := onSQLite(t)
	m.merge("shop", row("shop", number("1")))
	before := m.entries()
	for name, s := range map[string]*detour{
		"gone when read":    {MergeStore: m.db, onFacts: errs.Gone},
		"missing when read": {MergeStore: m.db, onFacts: errs.NotFound},
		"gone when written": {MergeStore: m.db, onCommit: errs.New(errs.Gone, "error.subject_gone")},
	} {
		t.Run(name, func(t *testing.T) {
			got := m.mergeOn(s, "shop", row("shop", number("1"), says("company", "Hibiki")), row("shop", number("1")))
			for _, o := range got {
				if o.Result != intake.Rejected || o.Reason != "intake.subject_gone" {
					t.Errorf("got %+v, want rejected", o)
				}
			}
		})
	}
	if m.entries() != before {
		t.Error("something was written about a person who is gone")
	}
}

func TestMergeStopsOnOtherErrors(t *testing.T) {
	m := onSQLite(t)
	boom := errors.New("boom")
	_, err := intake.NewMerger(&detour{MergeStore: m.db, onCommit: boom}, m.org, m.clock, "shop", "import").
		Apply(t.Context(), []intake.Item{row("shop", number("1"))})
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want the store's error", err)
	}
}

// Whoever cannot be written for conflicts is set aside, and the others are
// taken.
func TestMergeContested(t *testing.T) {
	m := onSQLite(t)
	got := m.mergeOn(&detour{MergeStore: m.db, onCommit: errs.Conflict}, "shop", row("shop", number("1")))
	if got[0].Result != intake.Rejected || got[0].Reason != "intake.contested" {
		t.Errorf("got %+v, want rejected", got[0])
	}
}

// What a person corrects and decides while a file is read is not lost, and
// neither is the file.
func TestMergeBesideAPerson(t *testing.T) {
	testkit.OnEngines(t, func(t *testing.T, db *store.DB, c *clock.Fake) {
		m := newMerging(t, db, c)
		m.merge("shop", row("shop", number("1")))
		subject := m.bearer(identity.Customer, "shop", "1")
		me := profile.Editor{Subject: subject, Actor: ledger.Self(subject)}
		const rounds = 12 // fewer than ledger.Retry tries again
		var g sync.WaitGroup
		g.Go(func() {
			for i := range rounds {
				if _, err := m.values().Correct(t.Context(), me, "company", string(rune('A'+i))); err != nil {
					t.Errorf("correct: %v", err)
				}
			}
			m.answer(subject, "ideas", consent.No)
		})
		for i := range rounds {
			item := row("shop", number("1"), at(then.Add(time.Duration(i)*time.Minute)),
				says("delivery-city", string(rune('a'+i))), says("company", "Shop"), decided("ideas", intake.Given, time.Time{}, ""))
			if got := m.merge("shop", item); got[0].Result == intake.Rejected {
				t.Errorf("round %d: %+v", i, got)
			}
		}
		g.Wait()
		if got := m.value(subject, "company"); got != string(rune('A'+rounds-1)) {
			t.Errorf("company is %q, want the person's last word", got)
		}
		if got := m.value(subject, "delivery-city"); got != string(rune('a'+rounds-1)) {
			t.Errorf("city is %q, want the file's last word", got)
		}
		if got := m.facts(subject).Consents.Of("ideas", "").Status; !got.No() {
			t.Errorf("consent is %q, want the person's no", got)
		}
	})
}

// Of two imports that make the same person at once, the second finds them.
func TestMergeBesideAnotherImport(t *testing.T) {
	testkit.OnEngines(t, func(t *testing.T, db *store.DB, c *clock.Fake) {
		m := newMerging(t, db, c)
		s := &detour{MergeStore: m.db, beforeCommit: func() {
			m.merge("shop", row("shop", number("1"), says("company", "First")))
		}}
		got := m.mergeOn(s, "shop", row("shop", number("1"), says("delivery-city", "Second")))
		if got[0].Result != intake.Changed {
			t.Errorf("got %+v, want changed", got[0])
		}
		subject := m.bearer(identity.Customer, "shop", "1")
		if m.value(subject, "company") != "First" || m.value(subject, "delivery-city") != "Second" {
			t.Error("one of the two imports is lost")
		}
	})
}

// Two people who share an address that neither has proved are two, and nobody
// can sign in with it.
func TestMergeFamilyAddress(t *testing.T) {
	m := onSQLite(t)
	m.merge("shop",
		row("shop", number("1"), address("home@example.com"), named("Aiko", "Tanaka")),
		row("shop", number("2"), address("home@example.com"), named("Osamu", "Tanaka")),
		row("shop", number("3"), address("alone@example.com"), named("Ken", "Mori")),
	)
	people := identity.NewService(m.db, nil, m.clock)
	if got := m.holders(identity.Email, "", "home@example.com"); len(got) != 2 || got[0] == got[1] {
		t.Errorf("the address has %d bearers, want 2", len(got))
	}
	if s, err := people.ByEmail(t.Context(), "home@example.com"); !errors.Is(err, errs.NotFound) {
		t.Errorf("the address of two signs %q in: %v", s, err)
	}
	if s, err := people.ByEmail(t.Context(), "alone@example.com"); err != nil || s == "" {
		t.Errorf("the address of one signs nobody in: %v", err)
	}
}

// The first address that is proved is the one that mail goes to.
func TestMergeMainAddress(t *testing.T) {
	m := onSQLite(t)
	main := func() (string, error) {
		return identity.NewService(m.db, nil, m.clock).MainEmail(t.Context(), m.bearer(identity.Customer, "shop", "1"))
	}
	m.merge("shop", row("shop", number("1"), address("a@example.com")))
	if got, err := main(); !errors.Is(err, errs.NotFound) {
		t.Errorf("mail goes to %q, which nobody has proved: %v", got, err)
	}
	if got := m.merge("shop", row("shop", number("1"), proved("a@example.com"))); got[0].Result != intake.Changed {
		t.Errorf("got %+v for a proof, want changed", got[0])
	}
	m.merge("shop", row("shop", number("1"), proved("b@example.com")))
	if got, err := main(); err != nil || got != "a@example.com" {
		t.Errorf("mail goes to %q: %v", got, err)
	}
}

// Whatever new subjects need is made for all of a batch at once.
func TestMergePrepares(t *testing.T) {
	m := onSQLite(t)
	m.merge("shop", row("shop", number("1")))
	merger := intake.NewMerger(m.db, m.org, m.clock, "shop", "import")
	var calls [][]id.Subject
	merger.Prepare(func(_ context.Context, s ...id.Subject) error {
		calls = append(calls, s)
		return nil
	})
	_, err := merger.Apply(t.Context(), []intake.Item{row("shop", number("1")), row("shop", number("2")), row("shop", number("3")), row("shop", number("2"))})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]id.Subject{{m.bearer(identity.Customer, "shop", "2"), m.bearer(identity.Customer, "shop", "3")}}
	if diff := cmp.Diff(calls, want); diff != "" {
		t.Errorf("prepared (-got +want):\n%s", diff)
	}
}
