package intake_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/consent"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/intake"
	"livingprofile/internal/profile"
)

// A row that says another name of a known record made the others of its batch
// like that record or not, by which came first.
func TestMergeOrderBesideARename(t *testing.T) {
	m := onSQLite(t)
	held := []sketch{{Number: "1", Email: "a@", Given: "Osamu", Family: "Tanaka", Proved: true, City: "Oslo", Day: 1, Says: intake.Silent}}
	rows := []sketch{
		{Email: "a@", Given: "Osamu", Family: "Tanaka", City: "Rome", Day: 1, Says: intake.Refused, SaidOn: 2},
		{Number: "1", Phone: "+2", Given: "Aiko", City: "Oslo", Says: intake.Given, SaidOn: 2},
		{Number: "1", Email: "b@", Phone: "+1", Family: "Tanaka", Proved: true, City: "Oslo", Says: intake.Given, SaidOn: 1},
	}
	worlds := [2]string{id.New(), id.New()}
	for i, order := range [][]sketch{rows, {rows[1], rows[0], rows[2]}} {
		m.merge("shop", held[0].item(worlds[i]))
		m.merge("shop", items(order, worlds[i])...)
	}
	m.join()
	if diff := cmp.Diff(m.world(worlds[0], held, rows), m.world(worlds[1], held, rows)); diff != "" {
		t.Errorf("another order leads elsewhere:\n%s", diff)
	}
}

// In one batch any rows lead to the same profiles in whatever order they come,
// over whatever was held before.
func TestMergeOrderInABatch(t *testing.T) {
	t.Parallel()
	m := onSQLite(t)
	rapid.Check(t, func(rt *rapid.T) {
		held := rapid.SliceOfN(anyRow(), 0, 4).Draw(rt, "held")
		rows := rapid.SliceOfN(anyRow(), 1, 8).Draw(rt, "rows")
		shuffled := rapid.Permutation(rows).Draw(rt, "shuffled")
		worlds := [2]string{id.New(), id.New()}
		for i, order := range [][]sketch{rows, shuffled} {
			for _, h := range held {
				m.merge("shop", h.item(worlds[i]))
			}
			m.merge("shop", items(order, worlds[i])...)
		}
		m.join()
		if diff := cmp.Diff(m.world(worlds[0], held, rows), m.world(worlds[1], held, rows)); diff != "" {
			rt.Fatalf("another order leads elsewhere:\n%s", diff)
		}
	})
}

// Where each record has a number of its own and says the same of who it is
// about each time, neither the order of rows nor the batches in which they come
// make a difference. What is decided is decided by its time.
func TestMergeOrderAcrossBatches(t *testing.T) {
	t.Parallel()
	m := onSQLite(t)
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.SliceOfN(steadyRow(), 1, 8).Draw(rt, "rows")
		shuffled := rapid.Permutation(rows).Draw(rt, "shuffled")
		worlds := [2]string{id.New(), id.New()}
		for i, order := range [][]sketch{rows, shuffled} {
			for len(order) > 0 {
				n := rapid.IntRange(1, len(order)).Draw(rt, "batch")
				m.merge("shop", items(order[:n], worlds[i])...)
				order = order[n:]
			}
		}
		m.join()
		if diff := cmp.Diff(m.world(worlds[0], nil, rows), m.world(worlds[1], nil, rows)); diff != "" {
			rt.Fatalf("another order leads elsewhere:\n%s", diff)
		}
	})
}

// Records that were joined and are taken apart say what they would say had they
// never been joined.
func TestMergeTakenApart(t *testing.T) {
	t.Parallel()
	m := onSQLite(t)
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.SliceOfN(steadyRow(), 2, 8).Draw(rt, "rows")
		joined, never := id.New(), id.New()
		for _, r := range rows {
			m.merge("shop", r.item(joined))
			r.Email += r.Number // what is nobody else's joins nobody
			m.merge("shop", r.item(never))
		}
		m.join()
		for _, n := range []string{"1", "2", "3", "4", "5"} {
			for _, s := range m.holders(identity.Customer, "shop", n+joined) {
				m.separate(s)
			}
		}
		for _, n := range []string{"1", "2", "3", "4", "5"} {
			apart, alone := m.holders(identity.Customer, "shop", n+joined), m.holders(identity.Customer, "shop", n+never)
			if len(apart) != len(alone) {
				rt.Fatalf("number %s: %d records and %d", n, len(apart), len(alone))
			}
			for i := range apart {
				if diff := cmp.Diff(m.says(apart[i]), m.says(alone[i])); diff != "" {
					rt.Fatalf("number %s says otherwise than before:\n%s", n, diff)
				}
			}
		}
	})
}

// separate takes everybody apart from s.
func (m *merging) separate(s id.Subject) {
	m.t.Helper()
	all, err := m.db.Joins(m.t.Context(), s)
	if err != nil {
		m.t.Fatal(err)
	}
	for _, j := range all {
		if j.State != identity.Joined {
			continue
		}
		if err := identity.NewJoiner(m.db, m.clock).Separate(m.t.Context(), s, j.ID, ""); err != nil {
			m.t.Fatal(err)
		}
	}
}

// A sketch is a row whose identifiers are made apart from those of other
// worlds, so that many can share a store.
type sketch struct {
	Number, Email, Phone, Given, Family string
	Proved                              bool
	City                                string
	Day                                 int // 0 for no time
	Says                                intake.Stance
	SaidOn                              int // 0 for no time
}

func day(n int) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return then.Add(time.Duration(n-10) * time.Hour)
}

func (s sketch) item(world string) intake.Item {
	parts := []part{at(day(s.Day)), named(s.Given, s.Family), says("delivery-city", s.City)}
	if s.Number != "" {
		parts = append(parts, number(s.Number+world))
	}
	if s.Email != "" {
		when := time.Time{}
		if s.Proved {
			when = day(max(s.Day, 1))
		}
		parts = append(parts, addressAt(s.Email+world, when))
	}
	if s.Phone != "" {
		parts = append(parts, address(s.Phone+world))
	}
	if s.Says != intake.Silent {
		parts = append(parts, decided("ideas", s.Says, day(s.SaidOn), "proof"))
	}
	return row("shop", parts...)
}

func items(rows []sketch, world string) []intake.Item {
	all := make([]intake.Item, len(rows))
	for i := range rows {
		all[i] = rows[i].item(world)
		all[i].Line = i + 2
	}
	return all
}

// anyRow draws rows that say anything about few people, and so contradict each
// other.
func anyRow() *rapid.Generator[sketch] {
	return rapid.Custom(func(t *rapid.T) sketch {
		s := sketch{
			Number: rapid.SampledFrom([]string{"", "", "1", "2", "3"}).Draw(t, "number"),
			Email:  rapid.SampledFrom([]string{"", "a@", "b@"}).Draw(t, "email"),
			Phone:  rapid.SampledFrom([]string{"", "+1", "+2"}).Draw(t, "phone"),
			Given:  rapid.SampledFrom([]string{"", "Aiko", "Osamu"}).Draw(t, "given"),
			Family: rapid.SampledFrom([]string{"", "Tanaka"}).Draw(t, "family"),
			Proved: rapid.Bool().Draw(t, "proved"),
			City:   rapid.SampledFrom([]string{"", "Rome", "Oslo"}).Draw(t, "city"),
			Day:    rapid.IntRange(0, 3).Draw(t, "day"),
			Says:   rapid.SampledFrom([]intake.Stance{intake.Silent, intake.Given, intake.Refused, intake.Ended}).Draw(t, "says"),
			SaidOn: rapid.IntRange(0, 3).Draw(t, "said on"),
		}
		if s.Number+s.Email+s.Phone == "" {
			s.Email = "c@" // a row has an identifier, or it does not come this far
		}
		return s
	})
}

// steadyRow draws rows as a system with numbers of its own has them.
func steadyRow() *rapid.Generator[sketch] {
	known := []sketch{
		{Number: "1", Email: "a@", Given: "Aiko", Family: "Tanaka", Proved: true},
		{Number: "2", Email: "a@", Given: "Osamu", Family: "Tanaka"},
		{Number: "3", Email: "b@", Given: "Ken", Family: "Mori"},
		{Number: "4", Email: "b@", Given: "Ken", Family: "Mori"},
		{Number: "5", Phone: "+1"},
	}
	return rapid.Custom(func(t *rapid.T) sketch {
		s := rapid.SampledFrom(known).Draw(t, "record")
		s.City = rapid.SampledFrom([]string{"", "Rome", "Oslo"}).Draw(t, "city")
		s.Day = rapid.IntRange(1, 3).Draw(t, "day")
		s.Says = rapid.SampledFrom([]intake.Stance{intake.Silent, intake.Given, intake.Refused}).Draw(t, "says")
		s.SaidOn = rapid.IntRange(1, 3).Draw(t, "said on")
		return s
	})
}

// world describes the people that rows led to, without the ids that are made
// up.
func (m *merging) world(world string, lists ...[]sketch) []string {
	m.t.Helper()
	known := map[id.Subject]string{}
	for _, list := range lists {
		for _, s := range list {
			for _, i := range s.item(world).Identifiers {
				for _, subject := range m.holders(i.Kind, i.Scope, i.Value) {
					known[subject] = ""
				}
			}
		}
	}
	var all []string
	for subject := range known {
		all = append(all, m.describe(subject, world))
	}
	slices.Sort(all)
	return all
}

func (m *merging) describe(s id.Subject, world string) string {
	m.t.Helper()
	idents, err := m.db.Identifiers(m.t.Context(), s)
	if err != nil {
		m.t.Fatal(err)
	}
	var lines []string
	for _, i := range idents {
		lines = append(lines, fmt.Sprintf("%s %s %t %t", i.Kind, strings.TrimSuffix(i.Value, world), i.Verified(), i.Main))
	}
	slices.Sort(lines)
	return strings.Join(append(lines, m.says(s)...), "\n")
}

// says describes what a record says: values and a decision, with their times.
func (m *merging) says(s id.Subject) []string {
	m.t.Helper()
	var lines []string
	f := m.facts(s)
	for _, field := range f.Profile.Fields() {
		lines = append(lines, field+" "+claimText(f.Profile, field))
	}
	// Of two decisions at one time the second is recorded a moment later.
	st := f.Consents[consent.Key{Purpose: "ideas"}]
	return append(lines, fmt.Sprintf("ideas no=%t yes=%t %d", st.Status.No(), st.Status.Valid(), st.At.Unix()))
}

func claimText(s profile.State, field string) string {
	c, _ := s.Of(field, "shop")
	return fmt.Sprintf("%s %d", c.Value, c.When().UnixMicro())
}
