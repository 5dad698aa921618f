package logintest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/login"
)

func attemptRoundTrip(t *testing.T, b Backend) {
	subject := b.Subject()
	ctx := t.Context()
	for _, want := range []login.Attempt{
		save(t, b),
		save(t, b, func(a *login.Attempt) {
			a.Purpose, a.Reference = login.ConfirmAddress, "reference"
			a.Subject, a.Session = subject, "session"
		}),
	} {
		got, err := b.Store.Attempt(ctx, want.Token)
		must(t, "read attempt", err)
		if d := cmp.Diff(got, want); d != "" {
			t.Errorf("attempt (-got +want):\n%s", d)
		}
	}
	if got := len(b.Jobs()); got != 2 {
		t.Errorf("%d jobs, want the 2 that came with the attempts", got)
	}
	_, err := b.Store.Attempt(ctx, digest())
	wantKind(t, "unknown attempt", err, errs.NotFound)
}

// redeemOnce uses each of 50 links 100 times at once (S13).
func redeemOnce(t *testing.T, b Backend) {
	subject := b.Subject()
	for range 50 {
		a := save(t, b)
		won := parallel(t, 100, errs.Gone, func(ctx context.Context, _ int) error {
			s := startOf(newSession(subject))
			return b.Store.Redeem(ctx, a.Token, start.Add(time.Second), &s)
		})
		if won != 1 {
			t.Errorf("%d of 100 uses succeeded, want 1", won)
		}
	}
	live, err := b.Store.Sessions(t.Context(), subject, start)
	must(t, "list", err)
	if got := len(live); got != 50 {
		t.Errorf("%d sessions, want one for each link", got)
	}
}

func redeemStarts(t *testing.T, b Backend) {
	a := save(t, b)
	s := newSession(b.Subject())
	st := startOf(s)
	now := start.Add(time.Minute)
	must(t, "redeem", b.Store.Redeem(t.Context(), a.Token, now, &st))
	if d := cmp.Diff(read(t, b, s), s); d != "" {
		t.Errorf("session (-got +want):\n%s", d)
	}
	if d := cmp.Diff(b.Journal(s.Subject), []login.Journal{st.Journal}); d != "" {
		t.Errorf("journal (-got +want):\n%s", d)
	}
	got, err := b.Store.Attempt(t.Context(), a.Token)
	must(t, "read attempt", err)
	a.Spent, a.ClosedAt = true, now
	if d := cmp.Diff(got, a); d != "" {
		t.Errorf("attempt (-got +want):\n%s", d)
	}

	confirm := save(t, b)
	must(t, "redeem without a session", b.Store.Redeem(t.Context(), confirm.Token, now, nil))
	wantKind(t, "again", b.Store.Redeem(t.Context(), confirm.Token, now, nil), errs.Gone)
}

func redeemRefuses(t *testing.T, b Backend) {
	ctx := t.Context()
	a := save(t, b)
	wantKind(t, "at its end", b.Store.Redeem(ctx, a.Token, a.ExpiresAt, nil), errs.Gone)
	wantKind(t, "long before it was made", b.Store.Redeem(ctx, a.Token, start.Add(-time.Hour), nil), errs.Gone)
	wantKind(t, "unknown", b.Store.Redeem(ctx, digest(), start, nil), errs.Gone)
	must(t, "just before its end", b.Store.Redeem(ctx, a.Token, a.ExpiresAt.Add(-time.Microsecond), nil))

	early := save(t, b)
	must(t, "by a process whose clock is a little behind",
		b.Store.Redeem(ctx, early.Token, start.Add(-5*time.Minute), nil))
}

func redeemAtomic(t *testing.T, b Backend) {
	ctx := t.Context()
	subject := b.Subject()
	old := begin(t, b, subject)
	_, err := b.Store.EndSessions(ctx, login.Which{Subject: subject}, start, login.WhySignedOut)
	must(t, "end", err)
	lines := len(b.Journal(subject))

	a := save(t, b)
	next := newSession(subject)
	st := startOf(next)
	st.Succeeds = old.ID
	wantKind(t, "carry on an ended session", b.Store.Redeem(ctx, a.Token, start, &st), errs.Unauthenticated)
	_, err = b.Store.Session(ctx, next.Digest)
	wantKind(t, "the session that was not started", err, errs.NotFound)
	if got := len(b.Journal(subject)); got != lines {
		t.Errorf("%d lines in the journal, want %d", got, lines)
	}
	st.Succeeds = ""
	must(t, "redeem afterwards", b.Store.Redeem(ctx, a.Token, start, &st))
}

func tryLimit(t *testing.T, b Backend) {
	a := save(t, b)
	var sum atomic.Int64
	won := parallel(t, 20, errs.TooMany, func(ctx context.Context, _ int) error {
		n, err := b.Store.CountTry(ctx, a.Token, start)
		sum.Add(int64(n))
		return err
	})
	if won != login.CodeTries {
		t.Errorf("%d tries counted, want %d", won, login.CodeTries)
	}
	if got := sum.Load(); got != 1+2+3+4+5 {
		t.Errorf("the numbers of the tries add up to %d, want each of 1 to 5 once", got)
	}
	got, err := b.Store.Attempt(t.Context(), a.Token)
	must(t, "read attempt", err)
	if got.Tries != login.CodeTries {
		t.Errorf("%d tries kept, want %d", got.Tries, login.CodeTries)
	}
}

func tryClosed(t *testing.T, b Backend) {
	ctx := t.Context()
	a := save(t, b)
	_, err := b.Store.CountTry(ctx, a.Token, a.ExpiresAt)
	wantKind(t, "try of an expired attempt", err, errs.Gone)
	must(t, "redeem", b.Store.Redeem(ctx, a.Token, start, nil))
	_, err = b.Store.CountTry(ctx, a.Token, start)
	wantKind(t, "try of a spent attempt", err, errs.Gone)
	_, err = b.Store.CountTry(ctx, digest(), start)
	wantKind(t, "try of an unknown attempt", err, errs.Gone)
}

func expireForGood(t *testing.T, b Backend) {
	ctx := t.Context()
	a := save(t, b)
	must(t, "expire too early", b.Store.Expire(ctx, a.Token, a.ExpiresAt.Add(-time.Microsecond)))
	if got, _ := b.Store.Attempt(ctx, a.Token); !got.ClosedAt.IsZero() {
		t.Fatal("closed before its time")
	}
	must(t, "expire", b.Store.Expire(ctx, a.Token, a.ExpiresAt))
	wantKind(t, "redeem with the clock set back", b.Store.Redeem(ctx, a.Token, start, nil), errs.Gone)
	got, err := b.Store.Attempt(ctx, a.Token)
	must(t, "read", err)
	if got.Spent || !got.ClosedAt.Equal(a.ExpiresAt) {
		t.Errorf("spent %v, closed %v; want closed at %v without being spent", got.Spent, got.ClosedAt, a.ExpiresAt)
	}
	must(t, "expire again", b.Store.Expire(ctx, a.Token, a.ExpiresAt.Add(time.Hour)))
	if again, _ := b.Store.Attempt(ctx, a.Token); !again.ClosedAt.Equal(a.ExpiresAt) {
		t.Error("closed twice")
	}
	must(t, "expire what is unknown", b.Store.Expire(ctx, digest(), start))
}

func newCounter(limit int) login.Counter {
	return login.Counter{Key: digest(), Limit: limit, Window: time.Hour}
}

func spendParallel(t *testing.T, b Backend) {
	c := newCounter(7)
	var allowed atomic.Int64
	parallel(t, 40, "", func(ctx context.Context, _ int) error {
		until, err := b.Store.Spend(ctx, []login.Counter{c}, start)
		if err == nil && until.IsZero() {
			allowed.Add(1)
		} else if err == nil && !until.Equal(start.Add(time.Hour)) {
			t.Errorf("counts again at %v, want %v", until, start.Add(time.Hour))
		}
		return err
	})
	if got := allowed.Load(); got != 7 {
		t.Errorf("%d allowed, want 7", got)
	}
}

// spend returns whether the counters allowed one more.
func spend(t *testing.T, b Backend, now time.Time, counters ...login.Counter) bool {
	t.Helper()
	until, err := b.Store.Spend(t.Context(), counters, now)
	must(t, "spend", err)
	return until.IsZero()
}

func spendStops(t *testing.T, b Backend) {
	first, full, last := newCounter(5), newCounter(1), newCounter(2)
	if !spend(t, b, start, full) {
		t.Fatal("an empty counter is full")
	}
	for range 4 {
		if spend(t, b, start, first, full, last) {
			t.Fatal("a full counter allowed more")
		}
	}
	for i := range 2 {
		if !spend(t, b, start, last) {
			t.Errorf("count %d of the counter after the full one refused: it was counted before", i+1)
		}
	}
	if !spend(t, b, start, first) || spend(t, b, start, first) {
		t.Error("the counter before the full one was not counted each time")
	}
}

func spendWindow(t *testing.T, b Backend) {
	c := newCounter(1)
	for i, tt := range []struct {
		at   time.Duration
		want bool
	}{
		{0, true},
		{time.Hour - time.Microsecond, false},
		{time.Hour, true},
		{time.Hour - 5*time.Minute, false}, // the clock went back a little
		{-24 * time.Hour, true},            // the window is from a clock that ran ahead
	} {
		if got := spend(t, b, start.Add(tt.at), c); got != tt.want {
			t.Errorf("count %d at %v: allowed %v, want %v", i, tt.at, got, tt.want)
		}
	}
}

func sweep(t *testing.T, b Backend) {
	ctx := t.Context()
	subject := b.Subject()
	now := start.Add(time.Hour)
	over := save(t, b)
	open := save(t, b, func(a *login.Attempt) { a.ExpiresAt = now })
	c := newCounter(1)
	spend(t, b, start, c)
	live := begin(t, b, subject)
	ended := begin(t, b, subject)
	_, err := b.Store.EndSessions(ctx, login.Which{Subject: subject, Only: ended.ID}, start, login.WhySignedOut)
	must(t, "end", err)
	past := begin(t, b, subject, func(s *login.Session) { s.AbsoluteUntil = start.Add(time.Minute) })

	n, err := b.Store.Sweep(ctx, now, time.Hour, 30*time.Minute)
	must(t, "sweep", err)
	if n != 3 {
		t.Errorf("%d rows went, want 3: an attempt and two sessions", n)
	}
	_, err = b.Store.Attempt(ctx, over.Token)
	wantKind(t, "attempt that is over", err, errs.NotFound)
	_, err = b.Store.Attempt(ctx, open.Token)
	must(t, "attempt that is open", err)
	_, err = b.Store.Session(ctx, ended.Digest)
	wantKind(t, "ended session", err, errs.NotFound)
	_, err = b.Store.Session(ctx, past.Digest)
	wantKind(t, "session past its end", err, errs.NotFound)
	_, err = b.Store.Session(ctx, live.Digest)
	must(t, "living session", err)
	if n, err = b.Store.Sweep(ctx, now, time.Hour-time.Microsecond, 30*time.Minute); n != 1 || err != nil {
		t.Errorf("second sweep: %d, %v; want the count to go", n, err)
	}
}
