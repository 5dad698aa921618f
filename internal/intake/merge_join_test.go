package intake_test

import (
	"context"
	"fmt"
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
	"livingprofile/internal/organisation"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// A record that is like a known one is joined as it is made: nobody ever reads
// its yes without the person's no. The person reads why, and takes it out again.
// Father and son with one name and one mailbox once got each other's data for
// good.
func TestMergeJoinsByALink(t *testing.T) {
	testkit.OnEngines(t, func(t *testing.T, db *store.DB, c *clock.Fake) {
		m := newMerging(t, db, c)
		ken := named("Ken", "Mori")
		m.merge("shop", row("shop", number("1"), proved("home@example.com"), ken, says("company", "Father's")))
		father := m.bearer(identity.Customer, "shop", "1")
		m.answer(father, "ideas", consent.No)
		m.merge("shop", row("shop", number("2"), proved("home@example.com"), ken, says("company", "Son's"), decided("ideas", intake.Given, then, "")))
		son := m.bearer(identity.Customer, "shop", "2")
		if father == son {
			t.Fatal("two numbers of one system are one record")
		}
		for _, s := range []id.Subject{father, son} {
			if st := m.facts(s).Consents.Of("ideas", "").Status; !st.No() {
				t.Errorf("before anybody looked behind the ledger: got %q, want the person's no", st)
			}
		}
		joins, err := db.Joins(t.Context(), son)
		if err != nil || len(joins) != 1 || joins[0].State != identity.Joined || joins[0].By != "program" {
			t.Fatalf("joins: got %+v, %v", joins, err)
		}
		want := []identity.Evidence{{Rule: identity.SameProof, Kind: identity.Email, Value: "home@example.com", Sources: []string{"shop"}}}
		if d := cmp.Diff(joins[0].Evidence, want); d != "" {
			t.Errorf("evidence (-got +want):\n%s", d)
		}
		m.join()
		if again, err := db.Joins(t.Context(), son); err != nil || !cmp.Equal(again, joins) {
			t.Errorf("weighed again: %+v, %v", again, err)
		}
		if err := identity.NewJoiner(db, c).Separate(t.Context(), father, joins[0].ID, ""); err != nil {
			t.Fatal(err)
		}
		m.merge("shop", row("shop", number("2"), proved("home@example.com"), ken, says("company", "Son's"), at(then.Add(time.Minute))))
		m.join()
		for s, company := range map[id.Subject]string{father: "Father's", son: "Son's"} {
			if got := m.value(s, "company"); got != company {
				t.Errorf("taken apart, the company is %q, want %q", got, company)
			}
		}
		if st := m.facts(son).Consents.Of("ideas", "").Status; st != consent.Given {
			t.Errorf("the son's own word is %q, want his yes", st)
		}
	})
}

// However many rows of one batch are like one known record, all are taken: those
// that write to it at once would give up sooner or later.
func TestMergeManyOfOnePerson(t *testing.T) {
	testkit.OnEngines(t, func(t *testing.T, db *store.DB, c *clock.Fake) {
		m := newMerging(t, db, c)
		m.merge("shop", row("shop", number("0"), proved("club@example.com")))
		var rows []intake.Item
		for i := range 40 {
			rows = append(rows, row("newsletter", number(fmt.Sprint("n", i)), proved("club@example.com")))
		}
		for i, o := range m.merge("newsletter", rows...) {
			if o.Result == intake.Rejected {
				t.Errorf("row %d: %s", i, o.Reason)
			}
		}
	})
}

// birthdaysForIdeas lets birthdays be used for nothing but ideas, which the
// newsletter is one of.
func (m *merging) birthdaysForIdeas() {
	for i := range m.org.Fields {
		if f := &m.org.Fields[i]; f.Name == "birthday" {
			f.Purposes = []string{"ideas"}
		}
	}
	for i := range m.org.Systems {
		if s := &m.org.Systems[i]; s.Name == "newsletter" {
			s.Purposes = append(s.Purposes, "ideas")
		}
	}
	m.org = organisation.New(*m.org)
}

// What no purpose may use, for the person said no at another record of theirs,
// does not enter with the new one.
func TestMergeHeedsANoAtTheOtherRecord(t *testing.T) {
	m := onSQLite(t)
	m.birthdaysForIdeas()
	m.merge("shop", row("shop", number("1"), proved("a@example.com")))
	m.answer(m.bearer(identity.Customer, "shop", "1"), "ideas", consent.No)
	born := row("newsletter", number("n1"), proved("a@example.com"), says("birthday", "1990-02-14"))
	want := []intake.NotTaken{{Field: "birthday", Reason: "intake.not_taken_refused"}}
	for _, s := range []intake.MergeStore{intake.NewRehearsal(alone{m.db}), alone{m.db}} {
		for range 2 {
			if got := m.mergeOn(s, "newsletter", born); !cmp.Equal(got[0].NotTaken, want) {
				t.Errorf("%T: got %+v, want %+v", s, got[0], want)
			}
		}
	}
	if f := m.facts(m.bearer(identity.Customer, "newsletter", "n1")); len(f.Profile.Claims["birthday"]) > 0 {
		t.Error("the value is in the profile")
	}
}

// A yes that a known record is told of is kept by it, although a no of another
// record of the person's stands against it: taken apart, each has what it was
// told. It was lost.
func TestMergeKeepsAYesBesideANo(t *testing.T) {
	m := onSQLite(t)
	for _, said := range []struct {
		number string
		stance intake.Stance
	}{{"3", intake.Silent}, {"4", intake.Refused}, {"3", intake.Given}} {
		m.merge("shop", row("shop", number(said.number), proved("a@example.com"), decided("ideas", said.stance, then, "proof")))
	}
	s := m.bearer(identity.Customer, "shop", "3")
	held, err := m.db.Held(t.Context(), s)
	if err != nil || !held.Consents.Of("ideas", "").Status.Valid() {
		t.Errorf("the record has %+v, %v", held.Consents, err)
	}
	if f := m.facts(s); !f.Consents.Of("ideas", "").Status.No() {
		t.Errorf("the person has %+v", f.Consents)
	}
}

// What a new record refuses holds for the known one that it is joined with, and a
// trial of the file says so.
func TestMergeHeedsANoOfTheNewRecord(t *testing.T) {
	m := onSQLite(t)
	m.birthdaysForIdeas()
	m.merge("newsletter", row("newsletter", number("n1"), proved("a@example.com")))
	no := row("newsletter", number("n2"), proved("a@example.com"), decided("ideas", intake.Refused, then, ""))
	born := row("newsletter", number("n1"), says("birthday", "1990-02-14"))
	for _, s := range []intake.MergeStore{intake.NewRehearsal(alone{m.db}), alone{m.db}} {
		if got := m.mergeOn(s, "newsletter", no); got[0].Result != intake.Merged {
			t.Errorf("%T: got %+v, want it joined", s, got[0])
		}
		if got := m.mergeOn(s, "newsletter", born); len(got[0].NotTaken) != 1 {
			t.Errorf("%T: got %+v, want the value left out", s, got[0])
		}
	}
}

// Somebody who was erased and came back by themselves is known: a record that is
// theirs is taken, and anybody else's is refused.
func TestMergeOfSomebodyWhoCameBack(t *testing.T) {
	m := onSQLite(t)
	s := &erased{MergeStore: alone{m.db}}
	back := row("shop", number("1"), proved("a@example.com"))
	if got := m.mergeOn(s, "shop", back); got[0].Result != intake.Rejected {
		t.Errorf("got %+v, want it refused", got[0])
	}
	m.merge("portal", row("portal", proved("a@example.com")))
	if got := m.mergeOn(s, "shop", back); got[0].Result != intake.Merged {
		t.Errorf("got %+v, want it joined", got[0])
	}
}

// An erased store is one in which everybody was erased once.
type erased struct{ intake.MergeStore }

func (erased) ErasedAmong(_ context.Context, all []identity.Identifier) (map[int]bool, error) {
	found := map[int]bool{}
	for i := range all {
		found[i] = true
	}
	return found, nil
}

// Another change of the known record while a new one is joined with it does not
// weave the new one into a third, whose name the batch has completed meanwhile.
func TestMergeStaysARecordAfterAConflict(t *testing.T) {
	m := onSQLite(t)
	ken := named("Ken", "Mori")
	m.merge("shop", row("shop", number("1"), address("home@example.com"), ken))
	merger, times := m.merger(alone{m.db}, "shop"), 0
	introduce := identity.NewJoiner(m.db, m.clock).Introduce
	merger.Introduce(func(ctx context.Context, known, fresh identity.Side, c ledger.Change) error {
		if times++; times == 1 {
			m.merge("shop", row("shop", address("home@example.com"), says("given-name", "Ken")))
			m.merge("shop", row("shop", address("home@example.com"), says("family-name", "Mori")))
			return errs.Conflict
		}
		return introduce(ctx, known, fresh, c)
	})
	told, err := merger.Apply(t.Context(), []intake.Item{row("shop", address("home@example.com"), ken)})
	if err != nil || told[0].Result != intake.Merged || times != 2 {
		t.Errorf("got %+v, %v, written %d times", told, err, times)
	}
	if all := m.holders(identity.Email, "", "home@example.com"); len(all) != 3 {
		t.Errorf("got %d records, want 3", len(all))
	}
}

// A proof of the person whose record the row joins is no warning, nor is that of
// somebody whom the key may not know of.
func TestMergeWarnsOfNobodyElse(t *testing.T) {
	m := onSQLite(t)
	m.merge("newsletter", row("newsletter", number("n1"), proved("a@example.com")))
	for range 2 {
		if told := m.merge("shop", row("shop", number("1"), proved("a@example.com"))); told[0].Reason != "" {
			t.Errorf("joined with them: got %+v", told[0])
		}
	}
	m.merge("newsletter", row("newsletter", number("n2"), proved("b@example.com")))
	merger := m.merger(alone{m.db}, "shop")
	merger.Limit(&intake.Limits{Brand: "hibiki", Key: "hibiki"})
	told, err := merger.Apply(t.Context(), []intake.Item{row("shop", number("2"), proved("b@example.com"))})
	if err != nil || told[0].Result != intake.Created || told[0].Reason != "" {
		t.Errorf("of nobody whom the key may know: got %+v, %v", told, err)
	}
}
