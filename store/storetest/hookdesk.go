package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
)

func deliveriesArePaged(t *testing.T, f Fixture) {
	for range 5 {
		f.subject(t)
	}
	f.spread(t, "crm/main")
	want := map[string]hook.State{}
	for i, d := range f.claim(t, "crm/main", 5) {
		reply := hook.Reply{Status: 200}
		want[d.Entry] = hook.Received
		if i == 0 {
			reply, want[d.Entry] = hook.Reply{Status: 410}, hook.Waiting
		}
		f.settle(t, d, reply)
	}
	got := map[string]hook.State{}
	p := hook.Page{Endpoint: "crm/main", Limit: 2}
	for range 2 * len(want) {
		some, err := f.DB.DeliveryPage(t.Context(), p)
		must(t, "page", err)
		for i := range some {
			if some[i].Entry >= p.Before && p.Before != "" {
				t.Errorf("%s is not older than %s", some[i].Entry, p.Before)
			}
			p.Before, got[some[i].Entry] = some[i].Entry, some[i].State
		}
		if len(some) < p.Limit {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("all pages: (-want +got)\n%s", diff)
	}
	for state, n := range map[hook.State]int{hook.Waiting: 1, hook.Received: 4, hook.Failed: 0} {
		some, err := f.DB.DeliveryPage(t.Context(), hook.Page{Endpoint: "crm/main", State: state, Limit: 10})
		must(t, "page of a state", err)
		if len(some) != n {
			t.Errorf("%s: got %d, want %d", state, len(some), n)
		}
	}
	b, err := f.DB.Backlog(t.Context(), "crm/main")
	must(t, "backlog", err)
	if b.Waiting != 1 || b.Oldest.IsZero() {
		t.Errorf("got %+v, want one that waits", b)
	}
	b, err = f.DB.Backlog(t.Context(), "shop/main")
	must(t, "backlog of another", err)
	if b != (hook.Backlog{}) {
		t.Errorf("got %+v, want nothing", b)
	}
}

func attemptsAreKept(t *testing.T, f Fixture) {
	subject := f.subject(t)
	f.spread(t, "crm/main")
	hour := f.now().Truncate(time.Hour)
	for _, status := range []int{500, 200} {
		d := f.claim(t, "crm/main", 1)[0]
		o := hook.Judge(d, hook.Reply{Status: status}, f.now(), 0)
		o.Attempts = append(o.Attempts, hook.Attempt{At: f.now(), Status: status, Took: time.Second})
		o.Fields = []string{"email", "phone"}
		_, err := f.DB.Turn(t.Context(), hook.Turn{Endpoint: "crm/main", Now: f.now(), Outcomes: []hook.Outcome{o}})
		must(t, "settle", err)
		f.Clock.Advance(time.Minute)
	}
	got, err := f.DB.Delivery(t.Context(), "crm/main", f.one(t, subject).Entry)
	must(t, "delivery", err)
	if len(got.Attempts) != 2 || got.Attempts[0].Status != 500 || got.Attempts[1].Took != time.Second {
		t.Errorf("attempts: got %+v", got.Attempts)
	}
	if diff := cmp.Diff([]string{"email", "phone"}, got.Fields); diff != "" {
		t.Errorf("fields: (-want +got)\n%s", diff)
	}
	hours, err := f.DB.Hours(t.Context(), "crm/main", hour)
	must(t, "hours", err)
	var sum hook.Hour
	for _, h := range hours {
		sum.Reached, sum.Missed, sum.Took = sum.Reached+h.Reached, sum.Missed+h.Missed, sum.Took+h.Took
	}
	if diff := cmp.Diff(hook.Hour{Reached: 1, Missed: 1, Took: 2 * time.Second}, sum); diff != "" {
		t.Errorf("hours: (-want +got)\n%s", diff)
	}
	_, err = f.DB.Delivery(t.Context(), "crm/main", "nothing")
	wantKind(t, "a delivery that is not there", err, errs.NotFound)
}

// backlogsAreKept: of each hour the most that waited and the longest wait, beside
// what attempts came to, and nothing of what waits for nobody.
func backlogsAreKept(t *testing.T, f Fixture) {
	f.Clock.Advance(f.now().Truncate(time.Hour).Add(time.Hour).Sub(f.now()))
	hour := f.now()
	f.subject(t)
	f.spread(t, "crm/main")
	both := []string{"crm/main", "shop/main"}
	note := func(after time.Duration) {
		t.Helper()
		f.Clock.Advance(after)
		must(t, "note", f.DB.NoteBacklogs(t.Context(), both, f.now()))
	}
	note(10 * time.Minute)
	f.subject(t)
	f.spread(t, "crm/main")
	note(10 * time.Minute)
	for _, d := range f.claim(t, "crm/main", 10)[:1] {
		o := hook.Judge(d, hook.Reply{Status: 200}, f.now(), 0)
		o.Attempts = append(o.Attempts, hook.Attempt{At: f.now(), Status: 200, Took: time.Second})
		_, err := f.DB.Turn(t.Context(), hook.Turn{Endpoint: "crm/main", Now: f.now(), Outcomes: []hook.Outcome{o}})
		must(t, "settle", err)
	}
	note(20 * time.Minute)
	note(40 * time.Minute)
	got, err := f.DB.Hours(t.Context(), "crm/main", hour)
	must(t, "hours", err)
	want := []hook.Hour{
		{Endpoint: "crm/main", At: hour, Reached: 1, Took: time.Second, Waiting: 2, Lag: 30 * time.Minute},
		{Endpoint: "crm/main", At: hour.Add(time.Hour), Waiting: 1, Lag: 70 * time.Minute},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if other, err := f.DB.Hours(t.Context(), "shop/main", hour); err != nil || len(other) != 0 {
		t.Errorf("nothing waits for another: got %+v, %v", other, err)
	}
}

func secretsAreEnded(t *testing.T, f Fixture) {
	now := f.now()
	must(t, "first", f.DB.AddSecret(t.Context(), "crm/main", hook.NewSecret(), now, test, now))
	wantKind(t, "without an older one", f.DB.EndSecrets(t.Context(), "crm/main", test, now), errs.Conflict)
	pair := hook.NewPair()
	must(t, "second", f.DB.AddSecret(t.Context(), "crm/main", pair, now.Add(time.Hour), test, now))
	held := func() int {
		t.Helper()
		all, err := f.DB.Secrets(t.Context(), "crm/main", now)
		must(t, "secrets", err)
		for i := range all {
			if want := map[bool]string{true: pair.Public()}[i == 0]; all[i].Public != want {
				t.Errorf("secret %d: got the public key %q, want %q", i, all[i].Public, want)
			}
		}
		return len(all)
	}
	if got := held(); got != 2 {
		t.Errorf("got %d secrets, want 2", got)
	}
	must(t, "end", f.DB.EndSecrets(t.Context(), "crm/main", test, now))
	if got := held(); got != 1 {
		t.Errorf("got %d secrets after the end, want 1", got)
	}
}

func modesHaveNotes(t *testing.T, f Fixture) {
	must(t, "pause", f.DB.SetMode(t.Context(), "crm/main", hook.Paused, hook.ByStaff, "They move", test, f.now()))
	all, err := f.DB.Standing(t.Context(), []string{"crm/main"}, f.now())
	must(t, "standing", err)
	if got := all["crm/main"]; got.Mode != hook.Paused || got.Note != "They move" {
		t.Errorf("got %+v", got)
	}
}
