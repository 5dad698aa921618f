package intake_test

import (
	"fmt"
	"testing"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/identity"
	"livingprofile/internal/intake"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// What the person refused at one record keeps values and yeses from coming in at
// another that is joined with it, in an import and in its trial. What is written
// is of the one record alone.
func TestMergeJoined(t *testing.T) {
	testkit.OnEngines(t, func(t *testing.T, db *store.DB, c *clock.Fake) {
		m := newMerging(t, db, c)
		for i := range m.org.Fields {
			if f := &m.org.Fields[i]; f.Name == "birthday" {
				f.Purposes = []string{"ideas"}
			}
		}
		m.org.Systems[0].Purposes = []string{"ideas"}
		m.org = organisation.New(*m.org)
		m.merge("newsletter", row("newsletter", number("1"), address("aiko@example.com"), says("company", "Sato & Co")))
		m.merge("shop", row("shop", number("7"), address("aiko@example.com")))
		mine, other := m.bearer(identity.Customer, "newsletter", "1"), m.bearer(identity.Customer, "shop", "7")
		m.answer(mine, "ideas", consent.No)
		m.answer(mine, "newsletter", consent.Yes)
		c.Advance(time.Minute)
		joiner := identity.NewJoiner(db, c)
		if err := joiner.Weigh(t.Context(), mine, other); err != nil {
			t.Fatal(err)
		}
		all, err := db.Joins(t.Context(), other)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		if err := joiner.Decide(t.Context(), ledger.Actor{Kind: ledger.ByStaff, ID: "member"}, all[0].ID, true, "asked by phone"); err != nil {
			t.Fatal(err)
		}
		c.Advance(time.Hour)
		now, before := c.Now(), m.facts(mine).Consents
		for _, s := range []intake.MergeStore{intake.NewRehearsal(alone{db}), alone{db}} {
			name := fmt.Sprintf("%T", s)
			for what, said := range map[string]part{
				"without a time":  decided("ideas", intake.Given, time.Time{}, "IP 192.0.2.1"),
				"without a proof": decided("ideas", intake.Given, now, ""),
			} {
				told := m.mergeOn(s, "shop", row("shop", number("7"), says("birthday", "1990-02-14"), said))
				if len(told[0].NotTaken) != 1 || told[0].NotTaken[0].Field != "birthday" {
					t.Errorf("%s, a yes %s: got %+v, want no birthday", name, what, told[0])
				}
			}
			if st := m.facts(mine).Consents.Of("ideas", "").Status; st != before.Of("ideas", "").Status {
				t.Errorf("%s: a yes of the other record has become %s", name, st)
			}
			told := m.mergeOn(s, "shop", row("shop", number("7"), says("birthday", "1990-02-14"), decided("ideas", intake.Given, now, "IP 192.0.2.1")))
			if len(told[0].NotTaken) != 0 || told[0].Result != intake.Changed {
				t.Errorf("%s, with a proved yes: got %+v", name, told[0])
			}
		}
		held, err := db.Held(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		if _, of := held.Profile.Of("company", "newsletter"); of || len(held.Consents) != 1 || len(held.Profile.Claims) != 1 {
			t.Errorf("the record has what is another's: %+v %+v", held.Profile.Claims, held.Consents)
		}
	})
}
