package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/activity"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
)

func (f Fixture) observation(subject id.Subject, kind, event string, at time.Time) activity.Observation {
	at = at.UTC().Truncate(time.Microsecond)
	return activity.Observation{
		ID: id.New(), Subject: subject, Kind: kind, Source: "machines", Event: event, Brand: "tsubame",
		At: at, Recorded: f.now(), Expires: at.Add(1000 * time.Hour), Values: map[string]string{"minutes": "45"},
	}
}

func (f Fixture) activities(t *testing.T, subject id.Subject, p activity.Page) []activity.Observation {
	t.Helper()
	if p.Now.IsZero() {
		p.Now = f.now()
	}
	if p.Limit == 0 {
		p.Limit = 100
	}
	all, err := f.DB.Activities(t.Context(), subject, p)
	must(t, "activities", err)
	return all
}

func activityPages(t *testing.T, f Fixture) {
	subject, now := f.subject(t), f.now()
	var want []activity.Observation
	for n := range 7 {
		// Two of one instant are told apart by their ids.
		o := f.observation(subject, []string{"training", "order"}[n%2], id.New(), now.Add(-time.Duration(n/2)*time.Hour))
		want = append(want, o)
		f.commit(t, f.change(subject, ledger.AnyVersion, o))
	}
	for n := 0; n+1 < len(want); n += 2 {
		if want[n].ID < want[n+1].ID {
			want[n], want[n+1] = want[n+1], want[n]
		}
	}
	var got []activity.Observation
	for before := (activity.Place{}); ; {
		page := f.activities(t, subject, activity.Page{Before: before, Limit: 3})
		if len(page) == 0 {
			break
		}
		got, before = append(got, page...), page[len(page)-1].Place()
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("pages (-got +want):\n%s", diff)
	}
	for _, o := range f.activities(t, subject, activity.Page{Kinds: []string{"order"}}) {
		if o.Kind != "order" {
			t.Errorf("got a %s among orders", o.Kind)
		}
	}
	if n := len(f.activities(t, subject, activity.Page{Kinds: []string{"order", "training"}, Since: now.Add(-time.Hour)})); n != 4 {
		t.Errorf("of the last hour: got %d, want 4", n)
	}
}

func activityOnce(t *testing.T, f Fixture) {
	subject, other := f.subject(t), f.subject(t)
	first := f.observation(subject, "training", "e1", f.now())
	f.commit(t, f.change(subject, 1, first))
	again := f.observation(subject, "training", "e1", f.now())
	f.commit(t, f.change(subject, 2, again))
	f.commit(t, f.change(other, 1, f.observation(other, "training", "e1", f.now())))
	if diff := cmp.Diff(f.activities(t, subject, activity.Page{}), []activity.Observation{first}); diff != "" {
		t.Errorf("after a repeat (-got +want):\n%s", diff)
	}
	if n := len(f.activities(t, other, activity.Page{})); n != 1 {
		t.Errorf("the other's event of the same name: got %d, want 1", n)
	}
	events := make([]string, 250)
	for i := range events {
		events[i] = id.New()
	}
	events[249] = "e1"
	known, err := f.DB.KnownEvents(t.Context(), subject, "machines", events)
	must(t, "known events", err)
	if diff := cmp.Diff(known, map[string]bool{"e1": true}); diff != "" {
		t.Errorf("known (-got +want):\n%s", diff)
	}
	known, err = f.DB.KnownEvents(t.Context(), subject, "shop", []string{"e1"})
	must(t, "known events", err)
	if len(known) != 0 {
		t.Errorf("of another source: got %v, want none", known)
	}
}

func activityRemoved(t *testing.T, f Fixture) {
	subject, other := f.subject(t), f.subject(t)
	o := f.observation(subject, "training", "e1", f.now())
	f.commit(t, f.change(subject, 1, o))
	_, err := f.DB.Commit(t.Context(), f.change(other, 1, activity.Removal{Observation: o.ID}))
	wantKind(t, "removed by another", err, errs.NotFound)
	f.commit(t, f.change(subject, 2, activity.Removal{Observation: o.ID}))
	again := f.observation(subject, "training", "e1", f.now())
	f.commit(t, f.change(subject, 3, again))
	if all := f.activities(t, subject, activity.Page{}); len(all) != 0 {
		t.Errorf("after it was removed and told again: got %v, want none", all)
	}
	var left int
	must(t, "what is left", f.SQL.QueryRowContext(t.Context(), "select sum(length(body)) from activities where subject = $1", subject).Scan(&left))
	if left != 0 {
		t.Errorf("%d bytes of it are left", left)
	}
}

func activityOfAnother(t *testing.T, f Fixture) {
	mine, other := f.subject(t), f.subject(t)
	if _, err := f.DB.Commit(t.Context(), f.change(mine, 1, f.observation(other, "training", "e1", f.now()))); err == nil {
		t.Error("the activity of another was written")
	}
	_, err := f.DB.Activities(t.Context(), id.Subject(id.New()), activity.Page{Now: f.now(), Limit: 1})
	wantKind(t, "of nobody", err, errs.NotFound)
}

func activityState(t *testing.T, f Fixture) {
	subject := f.subject(t)
	got, err := f.DB.ActivityState(t.Context(), subject)
	must(t, "nothing said", err)
	if len(got.Off) != 0 {
		t.Errorf("nothing said: got %v", got)
	}
	want := activity.State{Off: map[string]time.Time{"often": f.now().UTC()}}
	f.commit(t, f.change(subject, 1, want))
	got, err = f.DB.ActivityState(t.Context(), subject)
	must(t, "state", err)
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("state (-got +want):\n%s", diff)
	}
	if _, err := f.DB.Facts(t.Context(), subject); err != nil {
		t.Errorf("the facts cannot be read beside it: %v", err)
	}
}

func activitiesExpire(t *testing.T, f Fixture) {
	subject := f.subject(t)
	o := f.observation(subject, "training", "e1", f.now())
	f.commit(t, f.change(subject, 1, o))
	if n := len(f.activities(t, subject, activity.Page{Now: o.Expires})); n != 0 {
		t.Errorf("when its time is over: got %d, want none", n)
	}
	if n, err := f.DB.SweepActivities(t.Context(), o.Expires.Add(-time.Microsecond)); n != 0 || err != nil {
		t.Errorf("swept too early: got %d and %v", n, err)
	}
	held := f.request(subject, rights.Erasure)
	f.commit(t, f.change(subject, 2, held))
	if n, err := f.DB.SweepActivities(t.Context(), o.Expires); n != 0 || err != nil {
		t.Errorf("swept what is on hold: got %d and %v", n, err)
	}
	held.Held = false
	f.commit(t, f.change(subject, 3, held, rights.PersonHold{Reason: "quarrel"}))
	if n, err := f.DB.SweepActivities(t.Context(), o.Expires); n != 0 || err != nil {
		t.Errorf("swept of somebody with a hold: got %d and %v", n, err)
	}
	f.commit(t, f.change(subject, 4, rights.HoldEnded{}))
	if n, err := f.DB.SweepActivities(t.Context(), o.Expires); n != 1 || err != nil {
		t.Errorf("sweep: got %d and %v, want 1", n, err)
	}
	var left int
	must(t, "rows", f.SQL.QueryRowContext(t.Context(), "select count(*) from activities").Scan(&left))
	if left != 0 {
		t.Errorf("%d rows are left", left)
	}
}

// activityDues: whatever may change an answer has the rules asked, and nothing
// that happens while they are asked is lost.
func activityDues(t *testing.T, f Fixture) {
	ctx, subject := t.Context(), f.subject(t)
	f.subject(t) // of whom there is no activity
	now := f.now()
	due := func(at time.Time, revision int64) []activity.Due {
		t.Helper()
		all, err := f.DB.DueActivities(ctx, at, revision, 10)
		must(t, "due", err)
		return all
	}
	settle := func(d activity.Due, next time.Time) {
		t.Helper()
		must(t, "settle", f.DB.SettleActivities(ctx, d, next, 3))
	}
	f.commit(t, f.change(subject, ledger.AnyVersion, f.observation(subject, "training", "e1", now)))
	first := due(now, 3)
	if len(first) != 1 || first[0].Subject != subject {
		t.Fatalf("after an activity: got %v", first)
	}
	f.commit(t, f.change(subject, ledger.AnyVersion, f.observation(subject, "training", "e2", now)))
	settle(first[0], time.Time{})
	second := due(now, 3)
	if len(second) != 1 {
		t.Fatal("what came while the rules were asked is lost")
	}
	settle(second[0], now.Add(time.Hour))
	if got := due(now, 3); len(got) != 0 {
		t.Errorf("settled: got %v", got)
	}
	if got := due(now.Add(time.Hour), 3); len(got) != 1 {
		t.Errorf("when its time has come: got %v", got)
	}
	if got := due(now, 4); len(got) != 1 {
		t.Errorf("under another declaration: got %v", got)
	}
	f.commit(t, f.recorded(subject, ledger.AnyVersion, consent.State{}, f.record(subject, "news", consent.Withdrawn, now)))
	if got := due(now, 3); len(got) != 1 {
		t.Errorf("after a decision: got %v", got)
	}
}
