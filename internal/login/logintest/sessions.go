package logintest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/login"
)

func sessionRoundTrip(t *testing.T, b Backend) {
	want := begin(t, b, b.Subject(), func(s *login.Session) { s.Previous = "previous" })
	if d := cmp.Diff(read(t, b, want), want); d != "" {
		t.Errorf("session (-got +want):\n%s", d)
	}
	bare := begin(t, b, want.Subject, func(s *login.Session) {
		s.UserAgent, s.Network, s.FreshUntil = "", "", time.Time{}
	})
	if d := cmp.Diff(read(t, b, bare), bare); d != "" {
		t.Errorf("session without the optional (-got +want):\n%s", d)
	}
	_, err := b.Store.Session(t.Context(), digest())
	wantKind(t, "unknown session", err, errs.NotFound)
}

func touch(t *testing.T, b Backend) {
	ctx := t.Context()
	s := begin(t, b, b.Subject())
	later := start.Add(5 * time.Minute)
	must(t, "touch", b.Store.Touch(ctx, s.Digest, later, later.Add(time.Hour)))
	want := s
	want.LastSeen, want.IdleUntil = later, later.Add(time.Hour)
	if d := cmp.Diff(read(t, b, s), want); d != "" {
		t.Errorf("touched (-got +want):\n%s", d)
	}
	must(t, "touch by an earlier request", b.Store.Touch(ctx, s.Digest, start.Add(time.Minute), start.Add(time.Minute)))
	if d := cmp.Diff(read(t, b, s), want); d != "" {
		t.Errorf("moved back (-got +want):\n%s", d)
	}
	_, err := b.Store.EndSessions(ctx, login.Which{Subject: s.Subject}, later, login.WhySignedOut)
	must(t, "end", err)
	must(t, "touch of an ended session", b.Store.Touch(ctx, s.Digest, later.Add(time.Hour), later.Add(2*time.Hour)))
	want.EndedAt, want.EndedWhy = later, login.WhySignedOut
	if d := cmp.Diff(read(t, b, s), want); d != "" {
		t.Errorf("ended and touched (-got +want):\n%s", d)
	}
	must(t, "touch of nothing", b.Store.Touch(ctx, digest(), later, later))
}

func succeed(t *testing.T, b Backend) {
	old := begin(t, b, b.Subject())
	now := start.Add(time.Minute)
	next := make([]login.Session, 10)
	won := parallel(t, len(next), errs.Unauthenticated, func(ctx context.Context, i int) error {
		s := newSession(old.Subject)
		s.Previous = old.ID
		next[i] = s
		st := startOf(s)
		st.Succeeds = old.ID
		st.Journal.Kind, st.Journal.Previous, st.Journal.At = login.SessionProved, old.ID, now
		return b.Store.StartSession(ctx, st)
	})
	if won != 1 {
		t.Fatalf("%d successors of one session, want 1", won)
	}
	got := read(t, b, old)
	if !got.EndedAt.Equal(now) || got.EndedWhy != login.WhyProved {
		t.Errorf("predecessor ended at %v because %q, want %v and %q", got.EndedAt, got.EndedWhy, now, login.WhyProved)
	}
	kinds := make([]string, 0, 2)
	for _, j := range b.Journal(old.Subject) {
		kinds = append(kinds, j.Kind)
	}
	if d := cmp.Diff(kinds, []string{login.SessionStarted, login.SessionProved}); d != "" {
		t.Errorf("journal (-got +want):\n%s", d)
	}

	other := newSession(b.Subject())
	st := startOf(other)
	for _, s := range next {
		if _, err := b.Store.Session(t.Context(), s.Digest); err == nil {
			st.Succeeds = s.ID
		}
	}
	wantKind(t, "carry on another subject's session", b.Store.StartSession(t.Context(), st), errs.Unauthenticated)
}

func replace(t *testing.T, b Backend) {
	ctx := t.Context()
	old := begin(t, b, b.Subject())
	next := newSession(b.Subject())
	st := startOf(next)
	st.Journal.At = start.Add(time.Minute)
	st.Replaces = login.Which{Subject: old.Subject, Only: old.ID}
	must(t, "start", b.Store.StartSession(ctx, st))
	want := old
	want.EndedAt, want.EndedWhy = st.Journal.At, login.WhyReplaced
	if d := cmp.Diff(read(t, b, old), want); d != "" {
		t.Errorf("replaced (-got +want):\n%s", d)
	}
	if d := cmp.Diff(b.Journal(old.Subject), []login.Journal{startOf(old).Journal, login.Ended(want)}); d != "" {
		t.Errorf("journal (-got +want):\n%s", d)
	}
	st = startOf(newSession(next.Subject))
	st.Replaces = login.Which{Subject: old.Subject, Only: old.ID}
	must(t, "replace what has ended", b.Store.StartSession(ctx, st))
	if got := len(b.Journal(old.Subject)); got != 2 {
		t.Errorf("%d lines, want no second end", got)
	}
}

func endWhich(t *testing.T, b Backend) {
	ctx := t.Context()
	subject := b.Subject()
	a, c, d := begin(t, b, subject), begin(t, b, subject), begin(t, b, subject)
	other := begin(t, b, b.Subject())
	end := func(w login.Which, want ...login.Session) {
		t.Helper()
		got, err := b.Store.EndSessions(ctx, w, start.Add(time.Minute), login.WhyByOther)
		must(t, "end", err)
		ids := make(map[login.SessionID]bool)
		for _, s := range got {
			ids[s.ID] = true
			if !s.EndedAt.Equal(start.Add(time.Minute)) || s.EndedWhy != login.WhyByOther {
				t.Errorf("returned as ended %v because %q", s.EndedAt, s.EndedWhy)
			}
		}
		wanted := make(map[login.SessionID]bool)
		for _, s := range want {
			wanted[s.ID] = true
		}
		if diff := cmp.Diff(ids, wanted); diff != "" {
			t.Errorf("ended (-got +want):\n%s", diff)
		}
	}
	end(login.Which{})
	end(login.Which{Subject: subject, Only: other.ID})
	end(login.Which{Subject: subject, Only: a.ID}, a)
	end(login.Which{Subject: subject, Only: a.ID})
	end(login.Which{Subject: subject, Except: c.ID}, d)
	end(login.Which{Subject: subject}, c)
	if got := read(t, b, other); !got.EndedAt.IsZero() {
		t.Error("another subject's session ended")
	}
	if got := len(b.Journal(subject)); got != 6 {
		t.Errorf("%d lines, want 3 starts and 3 ends", got)
	}
}

func list(t *testing.T, b Backend) {
	ctx := t.Context()
	subject := b.Subject()
	now := start.Add(10 * time.Minute)
	first := begin(t, b, subject)
	second := begin(t, b, subject, func(s *login.Session) { s.LastSeen = start.Add(time.Minute) })
	begin(t, b, subject, func(s *login.Session) { s.IdleUntil = now })
	begin(t, b, subject, func(s *login.Session) { s.AbsoluteUntil = now })
	ended := begin(t, b, subject)
	begin(t, b, b.Subject())
	_, err := b.Store.EndSessions(ctx, login.Which{Subject: subject, Only: ended.ID}, start, login.WhySignedOut)
	must(t, "end", err)
	got, err := b.Store.Sessions(ctx, subject, now)
	must(t, "list", err)
	if d := cmp.Diff(got, []login.Session{second, first}); d != "" {
		t.Errorf("list (-got +want):\n%s", d)
	}
}
