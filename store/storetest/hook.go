package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/review"
)

// everything opens every payload.
func everything(*ledger.Entry) bool { return true }

// spread reads everything that is fresh and makes a delivery of each entry of
// a subject to endpoint.
func (f Fixture) spread(t *testing.T, endpoint string) []hook.Delivery {
	t.Helper()
	var all []hook.Delivery
	for {
		stretches, err := f.DB.Fresh(t.Context(), 3, everything)
		must(t, "fresh", err)
		if len(stretches) == 0 {
			return all
		}
		var some []hook.Delivery
		for _, s := range stretches {
			for i := range s.Entries {
				if e := hook.Read(&s.Entries[i]); e.Subject != "" {
					some = append(some, hook.New(&hook.Target{ID: endpoint}, &e, f.now()))
				}
			}
		}
		must(t, "spread", f.DB.Spread(t.Context(), f.revision(t), stretches, some))
		all = append(all, some...)
	}
}

func (f Fixture) revision(t *testing.T) int64 {
	t.Helper()
	n, err := f.DB.Revision(t.Context())
	must(t, "revision", err)
	return n
}

func (f Fixture) claim(t *testing.T, endpoint string, limit int) []hook.Delivery {
	t.Helper()
	all, err := f.DB.Turn(t.Context(), hook.Turn{Endpoint: endpoint, Now: f.now(), Limit: limit, Lease: time.Minute})
	must(t, "claim", err)
	return all
}

func (f Fixture) settle(t *testing.T, d hook.Delivery, reply hook.Reply) {
	t.Helper()
	o := hook.Judge(d, reply, f.now(), 0)
	_, err := f.DB.Turn(t.Context(), hook.Turn{Endpoint: d.Endpoint, Now: f.now(), Outcomes: []hook.Outcome{o}})
	must(t, "settle", err)
}

// one returns the only delivery of a subject.
func (f Fixture) one(t *testing.T, subject id.Subject) hook.Delivery {
	t.Helper()
	all, err := f.DB.Deliveries(t.Context(), subject, 10)
	must(t, "deliveries", err)
	if len(all) != 1 {
		t.Fatalf("got %d deliveries, want 1", len(all))
	}
	return all[0]
}

func feedMissesNothing(t *testing.T, f Fixture) {
	want := map[string]int{}
	for range 5 {
		s := f.subject(t)
		for _, h := range f.history(t, s) {
			want[h.ID]++
		}
		for _, w := range f.commit(t, f.change(s, 1)) {
			want[w.EntryID]++
		}
	}
	got := map[string]int{}
	for _, d := range f.spread(t, "crm/main") {
		got[d.Entry]++
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries: (-want +got)\n%s", diff)
	}
	if again := f.spread(t, "crm/main"); len(again) != 0 {
		t.Errorf("got %d entries a second time", len(again))
	}
}

func feedIsMovedOnce(t *testing.T, f Fixture) {
	subject := f.subject(t)
	stretches, err := f.DB.Fresh(t.Context(), 100, everything)
	must(t, "fresh", err)
	e := hook.Read(&stretches[0].Entries[0])
	d := hook.New(&hook.Target{ID: "crm/main"}, &e, f.now())
	wantKind(t, "under an older declaration", f.DB.Spread(t.Context(), f.revision(t)+1, stretches, []hook.Delivery{d}), errs.Conflict)
	must(t, "spread", f.DB.Spread(t.Context(), f.revision(t), stretches, []hook.Delivery{d}))
	d.Endpoint = "shop/main"
	wantKind(t, "by another process", f.DB.Spread(t.Context(), f.revision(t), stretches, []hook.Delivery{d}), errs.Conflict)
	if got, want := f.one(t, subject).Endpoint, "crm/main"; got != want {
		t.Errorf("got a delivery to %s, want %s", got, want)
	}
}

func feedGoesToTheEnd(t *testing.T, f Fixture) {
	f.subject(t)
	stretches, err := f.DB.Fresh(t.Context(), 0, everything)
	must(t, "fresh", err)
	if len(stretches) == 0 || stretches[0].Entries != nil {
		t.Fatalf("got %v, want lanes without entries", stretches)
	}
	must(t, "spread", f.DB.Spread(t.Context(), f.revision(t), stretches, nil))
	if all := f.spread(t, "crm/main"); len(all) != 0 {
		t.Errorf("got %d entries after the end", len(all))
	}
}

// A withdrawal came as late as all that was told again before it.
func deliveriesWaitBehindNoBacklog(t *testing.T, f Fixture) {
	for range 6 {
		f.subject(t)
	}
	backlog := len(f.spread(t, "crm/main"))
	f.Clock.Advance(time.Minute)
	subject := f.subject(t)
	f.spread(t, "crm/main")
	got := f.claim(t, "crm/main", 4)
	if len(got) != 4 || got[0].Subject != subject {
		t.Fatalf("got %d of which the first is about %s, want 4 and %s", len(got), got[0].Subject, subject)
	}
	if got[3].Due.Equal(f.now()) {
		t.Error("the oldest are left behind")
	}
	if got, want := len(f.claim(t, "crm/main", 100)), backlog+1-4; got != want {
		t.Errorf("got %d others, want %d", got, want)
	}
}

func deliveriesAreClaimedOnce(t *testing.T, f Fixture) {
	for range 8 {
		f.subject(t)
	}
	all := f.spread(t, "crm/main")
	claimed := make(chan hook.Delivery, 2*len(all))
	together(writers, func(int) {
		got, err := f.DB.Turn(t.Context(), hook.Turn{Endpoint: "crm/main", Now: f.now(), Limit: 2, Lease: time.Minute})
		if err != nil {
			t.Errorf("claim: %v", err)
		}
		for _, d := range got {
			claimed <- d
		}
	})
	close(claimed)
	seen := map[string]int{}
	for d := range claimed {
		seen[d.Entry]++
	}
	for entry, n := range seen {
		if n != 1 {
			t.Errorf("delivery of %s was claimed %d times", entry, n)
		}
	}
	if len(seen) != len(all) {
		t.Errorf("got %d claimed, want %d", len(seen), len(all))
	}
	if got := f.claim(t, "shop/main", 10); len(got) != 0 {
		t.Errorf("another endpoint claimed %d", len(got))
	}
}

func deliveryIsFenced(t *testing.T, f Fixture) {
	subject := f.subject(t)
	f.spread(t, "crm/main")
	slept := f.claim(t, "crm/main", 1)[0]
	if got := f.claim(t, "crm/main", 1); len(got) != 0 {
		t.Fatalf("claimed %d twice", len(got))
	}
	f.Clock.Advance(2 * time.Minute)
	taken := f.claim(t, "crm/main", 1)[0]
	if got, want := taken.Attempt, slept.Attempt+1; got != want {
		t.Errorf("got attempt %d, want %d", got, want)
	}
	f.settle(t, slept, hook.Reply{Status: 500})
	if got := f.one(t, subject); got.Tries != 0 {
		t.Errorf("an attempt that was taken over counts: %+v", got)
	}
	f.settle(t, taken, hook.Reply{Status: 200})
	f.settle(t, taken, hook.Reply{Status: 500})
	if got, want := f.one(t, subject).State, hook.Received; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// acknowledged: what a receiver says later settles a delivery, and the attempt that
// is on its way does not undo it. A signature counts once, also among processes.
func acknowledged(t *testing.T, f Fixture) {
	subject := f.subject(t)
	f.spread(t, "crm/main")
	d := f.claim(t, "crm/main", 1)[0]
	d.Told = d.Version
	d.Attempts = []hook.Attempt{{At: f.now()}}
	f.settle(t, d, hook.Reply{Cause: "too_slow"})
	f.Clock.Advance(time.Minute)
	under := f.claim(t, "crm/main", 1)[0]
	said := []hook.Acknowledgement{{Entry: d.Entry, Version: d.Version, State: hook.Refused, Cause: "no_licence"}, {Entry: id.New(), Version: 1, State: hook.Applied}}
	hear := func(endpoint, once string) ([]hook.Heard, error) {
		return f.DB.Acknowledge(t.Context(), &hook.Target{ID: endpoint}, said, f.now(), login.Counter{Key: []byte(once), Limit: 1, Window: time.Hour}, f.now())
	}
	other, err := hear("shop/main", "a")
	must(t, "another endpoint", err)
	heard := make([][]hook.Heard, writers)
	together(writers, func(i int) { heard[i], _ = hear("crm/main", "b") })
	n := 0
	for _, h := range heard {
		if cmp.Equal(h, []hook.Heard{hook.Taken, hook.Unknown}) {
			n++
		}
	}
	if n != 1 || !cmp.Equal(other, []hook.Heard{hook.Unknown, hook.Unknown}) {
		t.Errorf("got %v, and %v for another endpoint", heard, other)
	}
	_, err = hear("crm/main", "b")
	wantKind(t, "the same signature", err, errs.Conflict)
	f.settle(t, under, hook.Reply{Status: 200})
	if got := f.one(t, subject); got.State != hook.Refused || got.Cause != "no_licence" || !got.Acknowledged.Equal(f.now()) || !got.Due.IsZero() {
		t.Errorf("got %+v, want what was said", got)
	}
}

func deliveriesAreHurried(t *testing.T, f Fixture) {
	subject := f.subject(t)
	f.spread(t, "crm/main")
	d := f.claim(t, "crm/main", 1)[0]
	d.Tries = 3
	f.settle(t, d, hook.Reply{Status: 500})
	now := f.now()
	if got := f.one(t, subject); !got.Due.After(now.Add(time.Hour)) {
		t.Fatalf("due %s, want hours from now", got.Due)
	}
	probes, err := f.DB.Turn(t.Context(), hook.Turn{Endpoint: "crm/main", Now: now, Limit: 1, Lease: time.Minute, Probe: true})
	must(t, "probe", err)
	if len(probes) != 1 || !probes[0].Probe {
		t.Fatalf("got %v, want a probe", probes)
	}
	f.settle(t, probes[0], hook.Reply{Status: 500})
	health := hook.Health{Mode: hook.Active, Failing: now, Slow: now, Worked: now}
	_, err = f.DB.Turn(t.Context(), hook.Turn{Endpoint: "crm/main", Now: now, Health: &health, Hurry: hook.HurryBelow})
	must(t, "hurry", err)
	standings, err := f.DB.Standing(t.Context(), []string{"crm/main", "shop/main"}, now)
	must(t, "standing", err)
	want := map[string]hook.Standing{"crm/main": {Health: health, Due: now}, "shop/main": {Health: hook.Health{Mode: hook.Active}}}
	if diff := cmp.Diff(want, standings); diff != "" {
		t.Errorf("standing: (-want +got)\n%s", diff)
	}
}

// deliveriesKeepTheirWaits: what has failed often is not made due each time an
// endpoint works for a moment.
func deliveriesKeepTheirWaits(t *testing.T, f Fixture) {
	subject := f.subject(t)
	f.spread(t, "crm/main")
	d := f.claim(t, "crm/main", 1)[0]
	d.Tries = hook.HurryBelow - 1
	f.settle(t, d, hook.Reply{Status: 500})
	before, now := f.one(t, subject), f.now()
	_, err := f.DB.Turn(t.Context(), hook.Turn{Endpoint: "crm/main", Now: now, Health: &hook.Health{Mode: hook.Active, Worked: now}, Hurry: hook.HurryBelow})
	must(t, "hurry", err)
	if got := f.one(t, subject); !got.Due.Equal(before.Due) || !got.Due.After(now.Add(time.Hour)) {
		t.Errorf("due %s, want %s still", got.Due, before.Due)
	}
}

// deliveriesAreRevived: of what was given up, the newest of each person is taken
// up, unless something that was told since says as much.
func deliveriesAreRevived(t *testing.T, f Fixture) {
	lost, told, waits, kept := f.subject(t), f.subject(t), f.subject(t), f.subject(t)
	for _, s := range []id.Subject{lost, told, waits, kept} {
		f.commit(t, f.change(s, 1))
		f.commit(t, f.change(s, 2))
	}
	f.spread(t, "crm/main")
	fails := func(d hook.Delivery) {
		d.Tries = hook.Attempts
		f.settle(t, d, hook.Reply{Status: 500})
	}
	for _, d := range f.claim(t, "crm/main", 100) {
		switch {
		case d.Subject == told && d.Version == 2: // it was told when version 3 held
			d.Told = 3
			f.settle(t, d, hook.Reply{Status: 200})
		case d.Subject == waits && d.Version == 3: // still on its way
		case d.Subject == kept && d.Version == 3:
			o := hook.Outcome{Delivery: d}
			o.State, o.Due, o.Over = hook.Withheld, time.Time{}, f.now()
			_, err := f.DB.Turn(t.Context(), hook.Turn{Endpoint: "crm/main", Now: f.now(), Outcomes: []hook.Outcome{o}})
			must(t, "withhold", err)
		default:
			fails(d)
		}
	}
	f.Clock.Advance(hook.Keep + time.Hour)
	_, err := f.DB.SweepDeliveries(t.Context(), f.now().Add(-hook.Keep))
	must(t, "sweep", err)
	n, err := f.DB.ReviveDeliveries(t.Context(), "crm/main", f.now())
	must(t, "revive", err)
	again, err := f.DB.ReviveDeliveries(t.Context(), "crm/main", f.now())
	must(t, "revive again", err)
	other, err := f.DB.ReviveDeliveries(t.Context(), "shop/main", f.now())
	must(t, "revive at another", err)
	got := map[id.Subject][]int64{}
	for _, d := range f.claim(t, "crm/main", 100) {
		if d.Tries != hook.HurryBelow {
			t.Errorf("got %d tries", d.Tries)
		}
		got[d.Subject] = append(got[d.Subject], d.Version)
	}
	want := map[id.Subject][]int64{lost: {3}, waits: {3}, kept: {2}}
	if diff := cmp.Diff(want, got); diff != "" || n != 3 || again != 0 || other != 0 {
		t.Errorf("%d, %d, %d: (-want +got)\n%s", n, again, other, diff)
	}
}

// amissIsSeen: what a person said last and is refused or does not get through, and
// nothing that was followed since.
func amissIsSeen(t *testing.T, f Fixture) {
	is := func(when string, want review.Amiss) {
		t.Helper()
		got, err := f.DB.Amiss(t.Context(), "crm/main", f.now().Add(-hook.Keep))
		must(t, when, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", when, diff)
		}
	}
	says := func(status, reason string) hook.Reply {
		return hook.Reply{Status: 200, Type: "application/json", Body: []byte(`{"status":"` + status + `","reason":"` + reason + `"}`)}
	}
	subject, began := f.subject(t), f.now()
	f.spread(t, "crm/main")
	d := f.claim(t, "crm/main", 1)[0]
	is("on its way", review.Amiss{})
	d.Tries = hook.HurryBelow - 1
	f.settle(t, d, hook.Reply{Status: 500})
	is("failed often", review.Amiss{Untold: began})
	f.Clock.Advance(24 * time.Hour)
	d = f.claim(t, "crm/main", 1)[0]
	d.Tries = hook.Attempts
	f.settle(t, d, hook.Reply{Status: 500})
	is("given up", review.Amiss{Untold: began})
	next := f.now()
	for _, step := range []struct {
		status, reason string
		want           review.Amiss
	}{
		{"refused", "no_licence", review.Amiss{Refused: next}},
		{"applied", "", review.Amiss{}},
		{"refused", hook.NoAddress, review.Amiss{}},
	} {
		f.commit(t, f.change(subject, ledger.AnyVersion))
		f.spread(t, "crm/main")
		d := f.claim(t, "crm/main", 1)[0]
		d.Told = d.Version
		f.settle(t, d, says(step.status, step.reason))
		is(step.status+" "+step.reason, step.want)
	}
}

// notHeldIsToldAnew: a system that did not know somebody, and has given them a
// number since, is told what holds; once, and no other system.
func notHeldIsToldAnew(t *testing.T, f Fixture) {
	subject := f.subject(t)
	f.commit(t, f.change(subject, 1))
	f.spread(t, "crm/main")
	settle := func() {
		t.Helper()
		for _, d := range f.claim(t, "crm/main", 10) {
			d.Told = 2
			f.settle(t, d, hook.Reply{Status: 200, Type: "application/json", Body: []byte(`{"status":"not_held"}`)})
		}
	}
	settle()
	number := func(system string) {
		t.Helper()
		i := identity.Identifier{ID: id.New(), Subject: subject, Kind: identity.Customer, Scope: system, Value: id.New(), Source: system, CreatedAt: f.now()}
		f.commit(t, f.change(subject, ledger.AnyVersion, i))
	}
	number("cr")
	if got := f.claim(t, "crm/main", 10); len(got) != 0 {
		t.Errorf("another system's number: got %d to be told", len(got))
	}
	number("crm")
	if got := f.claim(t, "crm/main", 10); len(got) != 1 || got[0].Version != 2 {
		t.Errorf("got %+v, want the last one", got)
	}
}

func deliveriesAreReplayed(t *testing.T, f Fixture) {
	one, other := f.subject(t), f.subject(t)
	f.spread(t, "crm/main")
	for _, d := range f.claim(t, "crm/main", 10) {
		f.settle(t, d, hook.Reply{Status: 200})
	}
	f.Clock.Advance(time.Hour)
	for name, tt := range map[string]struct {
		span hook.Span
		want int
	}{
		"nothing failed":     {hook.Span{Failed: true}, 0},
		"one subject":        {hook.Span{Subject: one}, 1},
		"one delivery":       {hook.Span{Entry: f.one(t, other).Entry}, 1},
		"since then":         {hook.Span{From: f.now()}, 0},
		"before then":        {hook.Span{To: f.now()}, 2},
		"all":                {hook.Span{}, 2},
		"in somebody's name": {hook.Span{Subject: "nobody"}, 0},
	} {
		n, err := f.DB.Replay(t.Context(), "crm/main", tt.span, test, f.now())
		must(t, name, err)
		if n != tt.want {
			t.Errorf("%s: got %d, want %d", name, n, tt.want)
		}
	}
	if got := f.one(t, one); got.State != hook.Waiting || !got.Due.Equal(f.now()) {
		t.Errorf("got %+v, want it due now", got)
	}
}

// What is told again of a person is what is told of all their records.
func deliveriesOfJoinedRecordsAreReplayed(t *testing.T, f Fixture) {
	mail := address()
	a, b := f.known(t, "shop", "Hana", "Kyoto", mail), f.known(t, "crm", "Hana", "Osaka", mail)
	must(t, "turn", turn(t, identity.NewJoiner(f.DB, f.Clock)))
	f.spread(t, "crm/main")
	told := f.claim(t, "crm/main", 100)
	for _, d := range told {
		f.settle(t, d, hook.Reply{Status: 200})
	}
	n, err := f.DB.Replay(t.Context(), "crm/main", hook.Span{Subject: a}, test, f.now())
	must(t, "replay", err)
	of := map[id.Subject]int{}
	for _, d := range told {
		of[d.Subject]++
	}
	if n != len(told) || of[a] == 0 || of[b] == 0 {
		t.Errorf("%d are told again of %v", n, of)
	}
}

func deliveriesAreSwept(t *testing.T, f Fixture) {
	subject := f.subject(t)
	f.commit(t, f.change(subject, 1))
	f.commit(t, f.change(subject, 2))
	f.spread(t, "crm/main")
	all := f.claim(t, "crm/main", 10)
	for _, d := range all {
		if d.Version < 3 {
			f.settle(t, d, hook.Reply{Status: 200})
		}
	}
	f.Clock.Advance(31 * 24 * time.Hour)
	_, err := f.DB.SweepDeliveries(t.Context(), f.now().Add(-hook.Keep))
	must(t, "sweep", err)
	got := f.one(t, subject)
	if got.Version != 3 || got.State != hook.Failed || got.Cause != "too_old" {
		t.Errorf("got %+v, want the last one, given up", got)
	}
}

// aYesIsSaidOnce: what an endpoint was told yes of is known as long as nothing
// newer was told, whatever failed since.
func aYesIsSaidOnce(t *testing.T, f Fixture) {
	subject := f.subject(t)
	f.commit(t, f.change(subject, 1))
	f.commit(t, f.change(subject, 2))
	f.spread(t, "crm/main")
	said := func(want ...string) {
		t.Helper()
		got, err := f.DB.Said(t.Context(), "crm/main", subject)
		must(t, "said", err)
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	said()
	for i, d := range f.claim(t, "crm/main", 10) {
		switch i {
		case 0:
			d.Told, d.Said = 1, []string{"7", "tips, weekly"}
		case 1:
			d.Told, d.Said = 2, []string{"7"}
		}
		f.settle(t, d, hook.Reply{Status: 200})
	}
	said("7")
	f.Clock.Advance(31 * 24 * time.Hour)
	_, err := f.DB.SweepDeliveries(t.Context(), f.now().Add(-hook.Keep))
	must(t, "sweep", err)
	said("7")
}

func deliveriesOfAWrongClock(t *testing.T, f Fixture) {
	subject := f.subject(t)
	f.Clock.Advance(400 * 24 * time.Hour)
	f.spread(t, "crm/main")
	f.claim(t, "crm/main", 1)
	f.Clock.Advance(-400 * 24 * time.Hour)
	if got := f.claim(t, "crm/main", 1); len(got) != 0 {
		t.Fatalf("claimed %d from the future", len(got))
	}
	_, err := f.DB.RewindDeliveries(t.Context(), f.now(), 10*time.Minute)
	must(t, "rewind", err)
	if got := f.claim(t, "crm/main", 1); len(got) != 1 || got[0].Subject != subject {
		t.Errorf("got %v, want the delivery", got)
	}
}

func secretsChange(t *testing.T, f Fixture) {
	secrets := func() []hook.Secret {
		t.Helper()
		all, err := f.DB.Standing(t.Context(), []string{"crm/main"}, f.now())
		must(t, "standing", err)
		return all["crm/main"].Secrets
	}
	old, fresh := hook.NewSecret(), hook.NewSecret()
	must(t, "first", f.DB.AddSecret(t.Context(), "crm/main", old, f.now(), test, f.now()))
	f.Clock.Advance(time.Minute)
	must(t, "second", f.DB.AddSecret(t.Context(), "crm/main", fresh, f.now().Add(time.Hour), test, f.now()))
	if diff := cmp.Diff([]hook.Secret{fresh, old}, secrets()); diff != "" {
		t.Errorf("while both are valid: (-want +got)\n%s", diff)
	}
	f.Clock.Advance(2 * time.Hour)
	if diff := cmp.Diff([]hook.Secret{fresh}, secrets()); diff != "" {
		t.Errorf("afterwards: (-want +got)\n%s", diff)
	}
}
