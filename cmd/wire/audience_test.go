package wire_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"livingprofile/internal/audience"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// dying is a store that breaks off once, before a sending is noted as ended.
type dying struct {
	*store.DB
	died bool
}

var errDied = errors.New("died")

func (d *dying) Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error) {
	if !d.died && len(c.Entries) > 0 && c.Entries[0].Kind == audience.SendEnded {
		d.died = true
		return nil, errDied
	}
	return d.DB.Commit(ctx, c)
}

// TestAudienceByHook: a system is told of those who may be addressed now, and of
// who has come and left when it is sent again. Whoever withdraws has left at
// once, and is not brought back by a hook that is late.
func TestAudienceByHook(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			audienceByHook(t, e)
		})
	}
}

func audienceByHook(t *testing.T, e testkit.Engine) {
	secret := hook.NewSecret()
	tool := newSystem(t, secret)
	o := newOffice(t, e, 6, map[string]hook.Endpoint{
		"newsletter": {Name: "main", URL: tool.server.URL},
		"shop":       {Name: "deaf", URL: tool.server.URL, Events: []string{"consent"}},
	})
	o.secret("newsletter/main", secret)
	ctx, by := t.Context(), ledger.Actor{Kind: ledger.ByStaff, ID: "member"}
	asks := audience.NewService(o.db, func() audience.Schema { return o.org }, o.clock)
	sender := audience.NewSender(asks, &dying{DB: o.db}, func() []hook.Target { return o.org.Targets() }, o.org.MayHave)
	where := audience.Expr{Not: &audience.Expr{Field: "main-instrument", Compare: audience.Known}}
	a, err := asks.Create(ctx, audience.Audience{Name: "no instrument", Brand: "hibiki", Purpose: "recommendations", Where: where}, by)
	if err != nil {
		t.Fatal(err)
	}
	if fits := sender.Fits(&a); len(fits) != 1 || fits[0].ID != "newsletter/main" {
		t.Errorf("it can be sent to %+v", fits)
	}
	if _, err := sender.Ask(ctx, &a, "shop/deaf", false, by); !errors.Is(err, errs.Invalid) {
		t.Errorf("to a system that works for another purpose: %v", err)
	}

	send := func(back bool) audience.Send {
		t.Helper()
		o.clock.Advance(time.Minute)
		one, err := sender.Ask(ctx, &a, "newsletter/main", back, by)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sender.Ask(ctx, &a, "newsletter/main", false, by); !errors.Is(err, errs.Conflict) {
			t.Errorf("while it is under way: %v", err)
		}
		for more := true; more; {
			if more, err = sender.Next(ctx); errors.Is(err, errDied) {
				more, err = true, nil
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		all, err := sender.Sendings(ctx, &a)
		if err != nil || all[0].ID != one.ID || all[0].State != audience.SendDone {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[0]
	}
	tell := func() {
		t.Helper()
		w := o.worker(time.Second)
		w.Start()
		testkit.Eventually(t, "everything to be told", func() (bool, bool) { return true, !o.waiting("newsletter/main") })
		if err := w.Stop(ctx); err != nil {
			t.Fatal(err)
		}
	}
	// in tells who is in the audience, as the system knows it.
	in := func() (list []int) {
		t.Helper()
		tool.mu.Lock()
		defer tool.mu.Unlock()
		for n, p := range o.people {
			alias, err := o.db.Ring().Pairwise("newsletter", p)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range tool.latest[alias].Audiences {
				if m.Audience == a.ID && m.Member {
					list = append(list, n)
				}
			}
		}
		return list
	}
	want := func(when string, members ...int) {
		t.Helper()
		if got := in(); !slices.Equal(got, members) {
			t.Errorf("%s the system has %v in it, want %v", when, got, members)
		}
	}

	for _, n := range []int{0, 1, 2, 3} {
		o.decide(o.people[n], "recommendations", consent.Yes)
	}
	o.decide(o.people[4], "recommendations", consent.No)
	first := send(false)
	if first.Joined != 4 || first.Left != 0 || first.Count.Members != 4 || first.Count.LeftOut["refused"] != 1 || first.Count.LeftOut["not_asked"] != 1 {
		t.Errorf("sent first: %+v", first)
	}
	// Said between the sending and the hook.
	o.decide(o.people[3], "recommendations", consent.No)
	tell()
	want("after the first sending", 0, 1, 2)

	o.decide(o.people[0], "recommendations", consent.No)
	tell()
	want("after a withdrawal", 1, 2)

	o.decide(o.people[5], "recommendations", consent.Yes)
	if second := send(false); second.Joined != 1 || second.Left != 2 {
		t.Errorf("sent again: %+v", second)
	}
	tell()
	want("after the second sending", 1, 2, 5)
	if third := send(false); third.Joined+third.Left != 0 {
		t.Errorf("sent without anything new: %+v", third)
	}

	if err := sender.Remove(ctx, &a, by); !errors.Is(err, errs.Conflict) {
		t.Errorf("removed while people are in it at a system: %v", err)
	}
	if back := send(true); back.Left != 3 {
		t.Errorf("taken back: %+v", back)
	}
	tell()
	want("after it was taken back")
	if err := sender.Remove(ctx, &a, by); err != nil {
		t.Errorf("removed after it was taken back: %v", err)
	}
	if groups, err := o.db.Groups(ctx, o.people[1], "newsletter/main"); err != nil || len(groups) > 0 {
		t.Errorf("of a removed audience there is %v, %v", groups, err)
	}
	late, err := o.db.Deliveries(ctx, o.people[3], 100)
	if err != nil || !slices.ContainsFunc(late, func(d hook.Delivery) bool { return d.Kind == hook.GroupJoined && d.State == hook.Withheld }) {
		t.Errorf("who said no in between was told of as a member: %+v, %v", late, err)
	}
}

// TestSendingKeepsItsAudience: what is changed while an audience is being sent
// is for the next sending. It was asked anew half way, so that those of the
// first pages were of one condition and the others of another.
func TestSendingKeepsItsAudience(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, e, 2, map[string]hook.Endpoint{"newsletter": {Name: "main", URL: "http://127.0.0.1:1"}})
			o.decide(o.people[0], "recommendations", consent.Yes)
			ctx, by := t.Context(), ledger.Actor{Kind: ledger.ByStaff, ID: "member"}
			asks := audience.NewService(o.db, func() audience.Schema { return o.org }, o.clock)
			sender := audience.NewSender(asks, o.db, func() []hook.Target { return o.org.Targets() }, o.org.MayHave)
			known := audience.Expr{Field: "main-instrument", Compare: audience.Known}
			a, err := asks.Create(ctx, audience.Audience{Name: "none", Brand: "hibiki", Purpose: "recommendations", Where: audience.Expr{Not: &known}}, by)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := sender.Ask(ctx, &a, "newsletter/main", false, by); err != nil {
				t.Fatal(err)
			}
			if err := sender.Remove(ctx, &a, by); !errors.Is(err, errs.Conflict) {
				t.Errorf("removed while it is being sent: %v", err)
			}
			to := a
			to.Purpose = "newsletter"
			to.Where = audience.Expr{Field: "event-city", Compare: audience.Known}
			if _, err := sender.Change(ctx, &a, to, by); !errors.Is(err, errs.Conflict) {
				t.Errorf("for another purpose while it is being sent: %v", err)
			}
			to = a
			to.Where = known
			if to, err = sender.Change(ctx, &a, to, by); err != nil || to.Version != 2 {
				t.Fatalf("changed: %+v, %v", to, err)
			}
			if _, err := sender.Next(ctx); err != nil {
				t.Fatal(err)
			}
			all, err := sender.Sendings(ctx, &a)
			if err != nil || all[0].Joined != 1 || all[0].As.Version != 1 {
				t.Errorf("got %+v, %v, want one person by the first version", all, err)
			}
		})
	}
}
