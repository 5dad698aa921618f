package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

// named is a profile in which a source gives a name and a city.
func named(source, given, family, city string) profile.State {
	s := profile.State{Claims: map[string][]profile.Claim{}}
	for field, value := range map[string]string{"given-name": given, "family-name": family, "city": city} {
		s.Claims[field] = []profile.Claim{{Value: value, Source: source, Origin: profile.Provided}}
	}
	return s
}

// known makes a record of somebody as a source has it.
func (f Fixture) known(t *testing.T, source, given, city string, mails ...string) id.Subject {
	t.Helper()
	var all []identity.Identifier
	for _, mail := range mails {
		all = append(all, identity.Identifier{Kind: identity.Email, Value: mail, Source: source})
	}
	s := f.subject(t, all...)
	f.commit(t, f.change(s, f.version(t, s), named(source, given, "Sato", city)))
	return s
}

func (f Fixture) held(t *testing.T, s id.Subject) decision.Facts {
	t.Helper()
	facts, err := f.DB.Held(t.Context(), s)
	must(t, "held", err)
	facts.Version, facts.Circle = 0, "" // they tell of entries and of others
	return facts
}

func (f Fixture) cities(t *testing.T, s id.Subject) []string {
	t.Helper()
	facts, err := f.DB.Facts(t.Context(), s)
	must(t, "facts", err)
	var all []string
	for _, c := range facts.Profile.Claims["city"] {
		all = append(all, c.Value)
	}
	return all
}

func (f Fixture) joins(t *testing.T, s id.Subject) []identity.Join {
	t.Helper()
	all, err := f.DB.Joins(t.Context(), s)
	must(t, "joins", err)
	return all
}

// Two records of one person are read as one, taken apart on the person's word,
// and never joined again on the same evidence. What each record has by itself
// is the same before, in between and after.
func joinedAndSeparated(t *testing.T, f Fixture) {
	joiner := identity.NewJoiner(f.DB, f.Clock)
	mail := address()
	a, b := f.known(t, "shop", "Hana", "Kyoto", mail), f.known(t, "crm", "Hana", "Osaka", mail)
	before := [2]decision.Facts{f.held(t, a), f.held(t, b)}
	f.Clock.Advance(time.Second)
	must(t, "turn", turn(t, joiner))
	for _, s := range []id.Subject{a, b} {
		if d := cmp.Diff(f.cities(t, s), []string{"Osaka", "Kyoto"}); d != "" {
			t.Errorf("joined, by source (-got +want):\n%s", d)
		}
		circle, err := f.DB.Circle(t.Context(), s)
		must(t, "circle", err)
		if d := cmp.Diff(circle, []id.Subject{a, b}); d != "" {
			t.Errorf("circle (-got +want):\n%s", d)
		}
		if last := f.history(t, s)[0]; last.Kind != identity.SubjectMerged {
			t.Errorf("the last entry is %s", last.Kind)
		}
	}
	crowd, _, err := f.DB.Crowd(t.Context(), "", 10)
	must(t, "crowd", err)
	if len(crowd) != 2 || crowd[0].Again == crowd[1].Again {
		t.Errorf("of the two records not one stands for the person: %+v", crowd)
	}
	j := f.joins(t, a)
	if len(j) != 1 || j[0].State != identity.Joined || len(j[0].Evidence) != 1 ||
		j[0].Evidence[0].Rule != identity.SameName || j[0].Evidence[0].Value != mail {
		t.Fatalf("joins: got %+v", j)
	}
	stranger := f.known(t, "shop", "Ken", "Nara", address())
	wantKind(t, "separated by a stranger", joiner.Separate(t.Context(), stranger, j[0].ID, ""), errs.NotFound)
	must(t, "separate", joiner.Separate(t.Context(), a, j[0].ID, "hibiki"))
	wantKind(t, "separated twice", joiner.Separate(t.Context(), a, j[0].ID, ""), errs.NotFound)
	for range 2 {
		must(t, "weigh again", joiner.Weigh(t.Context(), b, a))
	}
	for n, s := range []id.Subject{a, b} {
		if d := cmp.Diff(f.held(t, s), before[n]); d != "" {
			t.Errorf("record %d is not what it was (-got +want):\n%s", n, d)
		}
		if got := f.cities(t, s); len(got) != 1 {
			t.Errorf("record %d: got %v after it was taken apart", n, got)
		}
		if last := f.history(t, s)[0]; last.Kind != identity.SubjectSeparated {
			t.Errorf("the last entry is %s", last.Kind)
		}
	}
	if j := f.joins(t, b); len(j) != 1 || j[0].State != identity.Apart {
		t.Errorf("joins: got %+v", j)
	}
}

// Who was taken apart is not brought together by a third record that is like
// both: that waits for staff, who may do it.
func joinedByAThird(t *testing.T, f Fixture) {
	joiner := identity.NewJoiner(f.DB, f.Clock)
	mail := address()
	father, son, third := f.known(t, "shop", "Ken", "Kyoto", mail), f.known(t, "crm", "Ken", "Osaka", mail), f.known(t, "media", "Ken", "Nara", mail)
	must(t, "weigh", joiner.Weigh(t.Context(), father, son))
	must(t, "separate", joiner.Separate(t.Context(), father, f.joins(t, father)[0].ID, "hibiki"))
	must(t, "weigh the one", joiner.Weigh(t.Context(), third, son))
	for range 2 {
		must(t, "weigh the other", joiner.Weigh(t.Context(), third, father))
	}
	if got := f.cities(t, father); len(got) != 1 {
		t.Errorf("a rule brought them together: %v", got)
	}
	if got := f.cities(t, son); len(got) != 2 {
		t.Errorf("the third is not joined with anybody: %v", got)
	}
	waits := f.joins(t, father)[1]
	against, err := joiner.Against(t.Context(), waits.Older, waits.Newer)
	must(t, "against", err)
	if waits.State != identity.Waiting || len(against) != 1 || !against[0].Concerns(son) {
		t.Errorf("got %+v, against it %+v", waits, against)
	}
	must(t, "decide", joiner.Decide(t.Context(), ledger.Actor{Kind: ledger.ByStaff, ID: "member"}, waits.ID, true, "they say so"))
	if got := f.cities(t, father); len(got) != 3 {
		t.Errorf("by the word of staff: %v", got)
	}
}

// outrun is a store in which something else is done between what a joiner reads and
// what it writes, once.
type outrun struct {
	identity.JoinStore
	meanwhile func()
}

func (s *outrun) CommitJoins(ctx context.Context, joins []identity.Join, changes ...ledger.Change) error {
	meanwhile := s.meanwhile
	if s.meanwhile = func() {}; meanwhile != nil {
		meanwhile()
	}
	return s.JoinStore.CommitJoins(ctx, joins, changes...)
}

// Who is kept apart stays so when several pairs are weighed and decided on at the
// same time, and no word is written over by what was weighed before it.
func joinOutrun(t *testing.T, f Fixture) {
	staff := ledger.Actor{Kind: ledger.ByStaff, ID: "member"}
	joiner := identity.NewJoiner(f.DB, f.Clock)
	// weigh weighs two, and does something else before what comes of it is written.
	weigh := func(one, other id.Subject, meanwhile func()) {
		t.Helper()
		must(t, "weigh", identity.NewJoiner(&outrun{f.DB, meanwhile}, f.Clock).Weigh(t.Context(), one, other))
	}
	with := func(s id.Subject) []id.Subject {
		t.Helper()
		circle, err := f.DB.Circle(t.Context(), s)
		must(t, "circle", err)
		return circle
	}
	// chains makes a father and a son who were taken apart, and one who is like
	// the father, joined with another who is like the son.
	chains := func() (father, son, one, other id.Subject) {
		t.Helper()
		m := []string{address(), address(), address(), address()}
		father, son = f.known(t, "crm", "Ken", "Kyoto", m[0], m[1]), f.known(t, "shop", "Ken", "Osaka", m[0], m[2])
		one, other = f.known(t, "media", "Ken", "Nara", m[1], m[3]), f.known(t, "club", "Ken", "Kobe", m[2], m[3])
		must(t, "weigh", joiner.Weigh(t.Context(), father, son))
		must(t, "separate", joiner.Separate(t.Context(), father, f.joins(t, father)[0].ID, ""))
		must(t, "weigh", joiner.Weigh(t.Context(), one, other))
		return father, son, one, other
	}

	father, son, one, other := chains()
	weigh(father, one, func() { must(t, "weigh meanwhile", joiner.Weigh(t.Context(), son, other)) })
	if got := with(father); len(got) != 1 {
		t.Errorf("by two chains at once: %v are one", got)
	}
	if got := f.joins(t, father); len(got) != 2 || got[1].State != identity.Waiting {
		t.Errorf("got %+v", got)
	}
	if got := with(son); len(got) != 3 {
		t.Errorf("the son is one with %v", got)
	}
	for range 8 {
		father, son, one, other := chains()
		var both errgroup.Group
		both.Go(func() error { return joiner.Weigh(t.Context(), father, one) })
		both.Go(func() error { return joiner.Weigh(t.Context(), son, other) })
		must(t, "weigh both", both.Wait())
		if got := []int{len(with(father)), len(with(son))}; !slices.Contains(got, 1) || !slices.Contains(got, 3) {
			t.Errorf("by two chains at the same moment: in circles of %v", got)
		}
	}

	// A third leaves while a pair that holds it is found.
	mail := address()
	a, b, c := f.known(t, "crm", "Hana", "Kyoto", mail), f.known(t, "shop", "Hana", "Osaka", mail), f.known(t, "media", "Hana", "Nara", mail)
	must(t, "weigh", joiner.Weigh(t.Context(), a, b))
	must(t, "weigh", joiner.Weigh(t.Context(), b, c))
	weigh(a, c, func() { must(t, "separate meanwhile", joiner.Separate(t.Context(), b, f.joins(t, c)[0].ID, "")) })
	if got := with(c); len(got) != 1 {
		t.Errorf("who left is one with %v", got)
	}

	// Staff say no while more evidence is found.
	mail, phone := address(), "+81312345678"
	x, y := f.known(t, "crm", "Hana", "Kyoto", mail), f.known(t, "shop", "Ken", "Osaka", mail)
	must(t, "weigh", joiner.Weigh(t.Context(), x, y))
	for _, s := range []id.Subject{x, y} {
		f.commit(t, f.change(s, f.version(t, s), identity.Identifier{
			ID: id.New(), Subject: s, Kind: identity.Phone, Value: phone, Source: "crm", CreatedAt: f.now(),
		}))
	}
	weigh(x, y, func() {
		must(t, "decide", joiner.Decide(t.Context(), staff, f.joins(t, x)[0].ID, false, "father and son"))
	})
	if got := f.joins(t, x)[0]; got.State != identity.Apart || got.Reason != "father and son" {
		t.Errorf("the word of staff became %+v", got)
	}
}

// turn weighs everybody who is there, and so needs a database to itself.
func turn(t *testing.T, j *identity.Joiner) error {
	_, err := j.Turn(t.Context())
	return err
}

// An address alone waits for staff, whose word joins or keeps apart.
func joinDecided(t *testing.T, f Fixture) {
	joiner := identity.NewJoiner(f.DB, f.Clock)
	by := ledger.Actor{Kind: ledger.ByStaff, ID: "member"}
	for _, one := range []bool{true, false} {
		mail := address()
		a, b := f.known(t, "shop", "Hana", "Kyoto", mail), f.known(t, "crm", "Ken", "Osaka", mail)
		must(t, "weigh", joiner.Weigh(t.Context(), a, b))
		j := f.joins(t, a)
		if len(j) != 1 || j[0].State != identity.Waiting || len(f.cities(t, a)) != 1 {
			t.Fatalf("joins: got %+v", j)
		}
		waiting, count, err := f.DB.WaitingJoins(t.Context(), 1000)
		must(t, "waiting", err)
		if count == 0 || !slices.ContainsFunc(waiting, func(w identity.Join) bool { return w.ID == j[0].ID }) {
			t.Errorf("it is not among the %d that wait", count)
		}
		wantKind(t, "no reason", joiner.Decide(t.Context(), by, j[0].ID, one, " "), errs.Invalid)
		must(t, "decide", joiner.Decide(t.Context(), by, j[0].ID, one, "asked by phone"))
		wantKind(t, "decided twice", joiner.Decide(t.Context(), by, j[0].ID, one, "again"), errs.Conflict)
		must(t, "weigh again", joiner.Weigh(t.Context(), a, b))
		want, cities := identity.Apart, 1
		if one {
			want, cities = identity.Joined, 2
		}
		j = f.joins(t, b)
		if j[0].State != want || j[0].Reason != "asked by phone" || len(f.cities(t, a)) != cities {
			t.Errorf("joined %v: got %+v and %v", one, j[0], f.cities(t, a))
		}
	}
}

// Erasing one record deletes what was weighed about it, and leaves the other.
func joinErased(t *testing.T, f Fixture) {
	joiner := identity.NewJoiner(f.DB, f.Clock)
	mail := address()
	a, b := f.known(t, "shop", "Hana", "Kyoto", mail), f.known(t, "crm", "Hana", "Osaka", mail)
	must(t, "weigh", joiner.Weigh(t.Context(), a, b))
	f.erase(t, a)
	if got := f.joins(t, b); len(got) > 0 {
		t.Errorf("joins: got %+v", got)
	}
	if got := f.cities(t, b); len(got) != 1 {
		t.Errorf("the other reads %v", got)
	}
	must(t, "weigh with nobody", joiner.Weigh(t.Context(), a, b))
}

// Joining by itself loosens nothing, whichever record is asked: a no stands
// until the person says yes after it.
func joinIsCautious(t *testing.T, f Fixture) {
	joiner := identity.NewJoiner(f.DB, f.Clock)
	mail := address()
	a, b := f.known(t, "shop", "Hana", "Kyoto", mail), f.known(t, "crm", "Hana", "Osaka", mail)
	no := f.record(a, "news", consent.Refused, f.now())
	yes := f.record(b, "news", consent.Given, f.now().Add(time.Minute))
	f.commit(t, f.recorded(a, f.version(t, a), consent.State{}, no))
	f.commit(t, f.recorded(b, f.version(t, b), consent.State{}, yes))
	f.Clock.Advance(time.Hour)
	must(t, "weigh", joiner.Weigh(t.Context(), a, b))
	status := func(s id.Subject) consent.Status {
		facts, err := f.DB.Facts(t.Context(), s)
		must(t, "facts", err)
		return facts.Consents.Of("news", "hibiki").Status
	}
	if got := [2]consent.Status{status(a), status(b)}; got != [2]consent.Status{consent.Refused, consent.Refused} {
		t.Errorf("joined: got %v, want the no", got)
	}
	again := f.record(b, "news", consent.Renewed, f.now().Add(time.Minute))
	f.commit(t, f.recorded(b, f.version(t, b), f.held(t, b).Consents, again))
	if got := [2]consent.Status{status(a), status(b)}; got != [2]consent.Status{consent.Renewed, consent.Renewed} {
		t.Errorf("after a yes: got %v", got)
	}
}

// Whatever is joined and taken apart in whatever order, each record by itself
// stays what it was, and who is joined with nobody reads themselves alone. No
// rule brings two together who were taken apart, not by way of a third either.
func joinProperty(t *testing.T, f Fixture) {
	joiner := identity.NewJoiner(f.DB, f.Clock)
	rapid.Check(t, func(rt *rapid.T) {
		mail := address()
		var all []id.Subject
		var before []decision.Facts
		parted := map[[2]id.Subject]bool{}
		for _, source := range []string{"crm", "media", "shop"} {
			all = append(all, f.known(t, source, "Hana", source, mail))
			before = append(before, f.held(t, all[len(all)-1]))
		}
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			one, two := rapid.IntRange(0, 2).Draw(rt, "one"), rapid.IntRange(0, 2).Draw(rt, "two")
			if one == two {
				continue
			}
			if rapid.Bool().Draw(rt, "join") {
				must(t, "weigh", joiner.Weigh(t.Context(), all[one], all[two]))
				continue
			}
			for _, j := range f.joins(t, all[one]) {
				if j.Other(all[one]) == all[two] && j.State == identity.Joined {
					must(t, "separate", joiner.Separate(t.Context(), all[one], j.ID, ""))
					parted[[2]id.Subject{all[one], all[two]}] = true
				}
			}
		}
		for n, s := range all {
			if d := cmp.Diff(f.held(t, s), before[n]); d != "" {
				rt.Fatalf("record %d is not what it was (-got +want):\n%s", n, d)
			}
			circle, err := f.DB.Circle(t.Context(), s)
			must(t, "circle", err)
			if got := f.cities(t, s); len(got) != len(circle) {
				rt.Fatalf("record %d reads %v, and is in a circle of %d", n, got, len(circle))
			}
			for _, other := range circle {
				if parted[[2]id.Subject{s, other}] {
					rt.Fatalf("a rule brought together who were taken apart")
				}
			}
		}
	})
}

func (f Fixture) erase(t *testing.T, s id.Subject) {
	t.Helper()
	h, err := f.DB.Holding(t.Context(), s)
	must(t, "holding", err)
	c := f.change(s, f.version(t, s), rights.Erased{Certificate: id.New(), Number: "R-1", Plan: rights.PlanErasure(h)})
	f.commit(t, c)
	must(t, "destroy", f.DB.DestroyErased(t.Context(), s, f.now()))
}
