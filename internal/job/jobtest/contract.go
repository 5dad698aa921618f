package jobtest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/job"
)

// Store is what Run tries out.
type Store interface {
	job.Store
	job.Parking
	job.Turns
}

// start is when the contract's clock begins.
var start = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

// Run holds a store to the contract of job.Store, job.Parking and job.Turns.
// newStore returns an empty one.
func Run(t *testing.T, newStore func(*testing.T) Store) {
	t.Helper()
	tests := []struct {
		name string
		test func(*testing.T, Store)
	}{
		{"claim_returns_what_was_enqueued", claimRoundTrip},
		{"claim_leaves_what_is_not_due", claimLeaves},
		{"claim_orders_by_priority_then_time", claimOrder},
		{"a_lease_keeps_others_away_until_it_ends", leaseExcludes},
		{"an_overtaken_attempt_can_do_nothing", fence},
		{"an_expired_lease_nobody_took_is_still_had", expiredUntaken},
		{"settling_twice_is_a_conflict", settleOnce},
		{"extend_moves_the_end_of_the_lease", extend},
		{"retry_is_due_at_its_time", retry},
		{"parked_is_never_claimed_and_can_be_revived", parking},
		{"parked_is_forgotten_in_time", forgetting},
		{"oldest_sees_due_work_only", oldest},
		{"rewind_frees_rows_from_the_future", rewind},
		{"parallel_claims_share_nothing", parallelClaims},
		{"one_of_many_takes_a_turn", parallelTurns},
		{"a_turn_is_taken_when_due", turnDue},
		{"an_overtaken_turn_cannot_finish", turnFence},
		{"a_turn_from_the_future_does_not_count", turnFuture},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, newStore(t)) })
	}
}

const kind = "test.work"

func enqueue(t *testing.T, s Store, at time.Time, change ...func(*job.Job)) job.Job {
	t.Helper()
	j, err := job.New(kind, "", map[string]string{"word": "mañana"}, at)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range change {
		f(&j)
	}
	if err := s.Enqueue(t.Context(), j); err != nil {
		t.Fatalf("enqueue: %v", err)
	}
	return j
}

func claim(t *testing.T, s Store, now time.Time, limit int) []job.Job {
	t.Helper()
	jobs, err := s.Claim(t.Context(), []string{kind}, now, time.Minute, limit)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return jobs
}

func claimOne(t *testing.T, s Store, now time.Time) job.Job {
	t.Helper()
	jobs := claim(t, s, now, 10)
	if len(jobs) != 1 {
		t.Fatalf("claimed %d jobs, want 1", len(jobs))
	}
	return jobs[0]
}

func wantNone(t *testing.T, s Store, now time.Time) {
	t.Helper()
	if jobs := claim(t, s, now, 10); len(jobs) != 0 {
		t.Fatalf("claimed %v, want nothing", jobs)
	}
}

func wantConflict(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, errs.Conflict) {
		t.Errorf("%s: %v, want a conflict", what, err)
	}
}

func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func claimRoundTrip(t *testing.T, s Store) {
	want := enqueue(t, s, start, func(j *job.Job) { j.Priority = job.Urgent })
	got := claimOne(t, s, start.Add(time.Second))
	want.Attempt = 1
	want.SetAt = start.Add(time.Second)
	want.LeaseUntil = start.Add(time.Second + time.Minute)
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("claimed job (-got +want):\n%s", d)
	}
}

func claimLeaves(t *testing.T, s Store) {
	enqueue(t, s, start.Add(time.Microsecond))
	enqueue(t, s, start, func(j *job.Job) { j.Kind = "test.other" })
	wantNone(t, s, start)
	if got := claim(t, s, start.Add(time.Microsecond), 10); len(got) != 1 {
		t.Errorf("claimed %d, want 1", len(got))
	}
	none, err := s.Claim(t.Context(), nil, start.Add(time.Hour), time.Minute, 10)
	if err != nil || len(none) != 0 {
		t.Errorf("claim of no kinds: %v, %v; want nothing", none, err)
	}
}

func claimOrder(t *testing.T, s Store) {
	late := enqueue(t, s, start.Add(2*time.Second))
	early := enqueue(t, s, start)
	bulk := enqueue(t, s, start, func(j *job.Job) { j.Priority = job.Bulk })
	urgent := enqueue(t, s, start.Add(3*time.Second), func(j *job.Job) { j.Priority = job.Urgent })
	now := start.Add(time.Minute)
	var got []job.ID
	for range 2 {
		for _, j := range claim(t, s, now, 2) {
			got = append(got, j.ID)
		}
	}
	want := []job.ID{urgent.ID, early.ID, late.ID, bulk.ID}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("order (-got +want):\n%s", d)
	}
}

func leaseExcludes(t *testing.T, s Store) {
	enqueue(t, s, start)
	claimOne(t, s, start)
	wantNone(t, s, start.Add(time.Minute-time.Microsecond))
	again := claimOne(t, s, start.Add(time.Minute))
	if again.Attempt != 2 {
		t.Errorf("attempt %d, want 2", again.Attempt)
	}
}

func fence(t *testing.T, s Store) {
	enqueue(t, s, start)
	old := claimOne(t, s, start)
	now := start.Add(2 * time.Minute)
	latest := claimOne(t, s, now)
	ctx := t.Context()
	wantConflict(t, "extend", s.Extend(ctx, old.ID, old.Attempt, now, now.Add(time.Hour)))
	wantConflict(t, "done", s.Done(ctx, old.ID, old.Attempt))
	wantConflict(t, "retry", s.Retry(ctx, old.ID, old.Attempt, now, now, "late"))
	wantConflict(t, "park", s.Park(ctx, old.ID, old.Attempt, now, "late"))
	wantNone(t, s, now)
	must(t, "done by the latest attempt", s.Done(ctx, latest.ID, latest.Attempt))
	wantNone(t, s, now.Add(time.Hour))
}

func expiredUntaken(t *testing.T, s Store) {
	enqueue(t, s, start)
	j := claimOne(t, s, start)
	must(t, "done after the lease", s.Done(t.Context(), j.ID, j.Attempt))
	wantNone(t, s, start.Add(time.Hour))
}

func settleOnce(t *testing.T, s Store) {
	enqueue(t, s, start)
	j := claimOne(t, s, start)
	ctx := t.Context()
	must(t, "retry", s.Retry(ctx, j.ID, j.Attempt, start, start, "first"))
	wantConflict(t, "done after retry", s.Done(ctx, j.ID, j.Attempt))
	j = claimOne(t, s, start)
	must(t, "done", s.Done(ctx, j.ID, j.Attempt))
	wantConflict(t, "done twice", s.Done(ctx, j.ID, j.Attempt))
	wantConflict(t, "done of nothing", s.Done(ctx, job.ID(id.New()), 1))
}

func extend(t *testing.T, s Store) {
	enqueue(t, s, start)
	j := claimOne(t, s, start)
	until := start.Add(time.Hour)
	must(t, "extend", s.Extend(t.Context(), j.ID, j.Attempt, start.Add(time.Second), until))
	wantNone(t, s, until.Add(-time.Microsecond))
	claimOne(t, s, until)
}

func retry(t *testing.T, s Store) {
	enqueue(t, s, start)
	j := claimOne(t, s, start)
	at := start.Add(10 * time.Minute)
	must(t, "retry", s.Retry(t.Context(), j.ID, j.Attempt, start.Add(time.Second), at, "unavailable"))
	wantNone(t, s, at.Add(-time.Microsecond))
	again := claimOne(t, s, at)
	if again.Attempt != 2 || again.Cause != "unavailable" || !again.RunAt.Equal(at) {
		t.Errorf("attempt %d, cause %q, due %v; want 2, unavailable, %v",
			again.Attempt, again.Cause, again.RunAt, at)
	}
}

func parking(t *testing.T, s Store) {
	enqueue(t, s, start)
	j := claimOne(t, s, start)
	now := start.Add(time.Second)
	ctx := t.Context()
	if err := s.Revive(ctx, j.ID, now); !errors.Is(err, errs.NotFound) {
		t.Errorf("revive of a running job: %v, want not found", err)
	}
	must(t, "park", s.Park(ctx, j.ID, j.Attempt, now, "refused"))
	wantNone(t, s, start.Add(24*time.Hour))
	parked, err := s.Parked(ctx, 10)
	must(t, "parked", err)
	want := j
	want.Cause, want.ParkedAt, want.SetAt, want.LeaseUntil = "refused", now, now, time.Time{}
	if d := cmp.Diff(parked, []job.Job{want}); d != "" {
		t.Errorf("parked (-got +want):\n%s", d)
	}
	wantConflict(t, "done of a parked job", s.Done(ctx, j.ID, j.Attempt))
	must(t, "revive", s.Revive(ctx, j.ID, now))
	wantConflict(t, "done by an attempt before the revival", s.Done(ctx, j.ID, j.Attempt))
	if got := claimOne(t, s, now); got.Attempt != 2 {
		t.Errorf("attempt after revival %d, want 2", got.Attempt)
	}
}

func forgetting(t *testing.T, s Store) {
	ctx := t.Context()
	enqueue(t, s, start)
	j := claimOne(t, s, start)
	must(t, "park", s.Park(ctx, j.ID, j.Attempt, start, "refused"))
	enqueue(t, s, start)
	forget := func(before time.Time, want int) {
		t.Helper()
		got, err := s.ForgetParked(ctx, before)
		must(t, "forget", err)
		if got != want {
			t.Errorf("forgot %d jobs, want %d", got, want)
		}
	}
	forget(start, 0)
	forget(start.Add(time.Microsecond), 1)
	forget(start.Add(24*time.Hour), 0)
	if parked, err := s.Parked(ctx, 10); err != nil || len(parked) > 0 {
		t.Errorf("got %d parked jobs, %v", len(parked), err)
	}
	claimOne(t, s, start)
}

func oldest(t *testing.T, s Store) {
	ctx := t.Context()
	want := func(now, want time.Time) {
		t.Helper()
		got, err := s.Oldest(ctx, now)
		must(t, "oldest", err)
		if !got.Equal(want) || got.IsZero() != want.IsZero() {
			t.Errorf("oldest at %v: %v, want %v", now, got, want)
		}
	}
	want(start, time.Time{})
	enqueue(t, s, start.Add(time.Minute))
	want(start, time.Time{})
	want(start.Add(time.Hour), start.Add(time.Minute))
	enqueue(t, s, start)
	want(start.Add(time.Hour), start)
	j := claim(t, s, start.Add(time.Hour), 1)[0]
	want(start.Add(time.Hour), start)
	must(t, "park", s.Park(ctx, j.ID, j.Attempt, start.Add(time.Hour), "refused"))
	want(start.Add(time.Hour), start.Add(time.Minute))
}

func rewind(t *testing.T, s Store) {
	ahead := start.Add(400 * 24 * time.Hour)
	enqueue(t, s, ahead)
	planned := enqueue(t, s, start, func(j *job.Job) { j.RunAt = start.Add(48 * time.Hour) })
	near := enqueue(t, s, start.Add(time.Minute))
	n, err := s.Rewind(t.Context(), start, time.Minute)
	must(t, "rewind", err)
	if n != 1 {
		t.Errorf("rewound %d jobs, want 1", n)
	}
	j := claimOne(t, s, start)
	if j.ID == planned.ID || j.ID == near.ID {
		t.Error("rewind touched a job that was written at the right time")
	}
	must(t, "extend under the wrong clock", s.Extend(t.Context(), j.ID, 1, ahead, ahead.Add(time.Minute)))
	if n, err = s.Rewind(t.Context(), start, time.Minute); n != 1 || err != nil {
		t.Errorf("rewind of a lease: %d, %v; want 1", n, err)
	}
	if got := claimOne(t, s, start); got.Attempt != 2 {
		t.Errorf("attempt %d, want 2", got.Attempt)
	}
	wantConflict(t, "done by the attempt that lost its lease", s.Done(t.Context(), j.ID, 1))
}

func parallelClaims(t *testing.T, s Store) {
	const jobs, claimers = 60, 6
	for range jobs {
		enqueue(t, s, start)
	}
	var mu sync.Mutex
	seen := make(map[job.ID]int)
	var wg sync.WaitGroup
	for range claimers {
		wg.Go(func() {
			for {
				got, err := s.Claim(context.WithoutCancel(t.Context()), []string{kind}, start, time.Minute, 7)
				if err != nil {
					t.Errorf("claim: %v", err)
					return
				}
				if len(got) == 0 {
					return
				}
				mu.Lock()
				for _, j := range got {
					seen[j.ID]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	// A claimer may see nothing while another holds the rest, so the rest is
	// taken here; what matters is that nothing was taken twice.
	for _, j := range claim(t, s, start, jobs) {
		seen[j.ID]++
	}
	if len(seen) != jobs {
		t.Errorf("%d jobs claimed, want %d", len(seen), jobs)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("job %s claimed %d times in one lease", id, n)
		}
	}
}

func take(t *testing.T, s Store, now time.Time) job.Turn {
	t.Helper()
	got, err := s.Take(t.Context(), "test.task", now, time.Hour, time.Minute)
	must(t, "take", err)
	return got
}

func parallelTurns(t *testing.T, s Store) {
	results := make([]job.Turn, 10)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			var err error
			results[i], err = s.Take(context.WithoutCancel(t.Context()), "test.task", start, time.Hour, time.Minute)
			if err != nil {
				t.Errorf("take: %v", err)
			}
		})
	}
	wg.Wait()
	taken := slices.DeleteFunc(results, func(r job.Turn) bool { return !r.Taken })
	if len(taken) != 1 {
		t.Errorf("%d took the turn, want 1", len(taken))
	}
}

func turnDue(t *testing.T, s Store) {
	first := take(t, s, start)
	if !first.Taken {
		t.Fatal("a task that was never done is not due")
	}
	if got := take(t, s, start); got.Taken || !got.NotBefore.Equal(start.Add(time.Minute)) {
		t.Errorf("take during the lease: %+v, want not before its end", got)
	}
	next := start.Add(time.Hour)
	must(t, "finish", s.Finish(t.Context(), "test.task", first.Number, next))
	if got := take(t, s, next.Add(-time.Microsecond)); got.Taken || !got.NotBefore.Equal(next) {
		t.Errorf("take before it is due: %+v, want not before %v", got, next)
	}
	if got := take(t, s, next); !got.Taken || got.Number == first.Number {
		t.Errorf("take when due: %+v, want a new turn", got)
	}
	other, err := s.Take(t.Context(), "test.other", start, time.Hour, time.Minute)
	if err != nil || !other.Taken {
		t.Errorf("take of another task: %+v, %v; want it taken", other, err)
	}
}

func turnFence(t *testing.T, s Store) {
	old := take(t, s, start)
	late := take(t, s, start.Add(time.Minute))
	if !late.Taken {
		t.Fatal("the lease did not end")
	}
	wantConflict(t, "finish of an overtaken turn",
		s.Finish(t.Context(), "test.task", old.Number, start.Add(time.Hour)))
	must(t, "finish of the latest turn", s.Finish(t.Context(), "test.task", late.Number, start.Add(time.Hour)))
	wantConflict(t, "finish of a task without turns", s.Finish(t.Context(), "test.none", 1, start))
}

func turnFuture(t *testing.T, s Store) {
	ahead := start.Add(400 * 24 * time.Hour)
	if !take(t, s, ahead).Taken {
		t.Fatal("not taken")
	}
	second := take(t, s, start)
	if !second.Taken {
		t.Fatal("a lease from the future still counts")
	}
	must(t, "finish", s.Finish(t.Context(), "test.task", second.Number, ahead))
	if !take(t, s, start).Taken {
		t.Error("a due time from the future still counts")
	}
}
