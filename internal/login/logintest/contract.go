package logintest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/job"
	"livingprofile/internal/login"
	"livingprofile/internal/secret"
)

// A Backend is a store with what the contract needs around it.
type Backend struct {
	Store login.Store
	// Subject makes an active subject.
	Subject func() id.Subject
	// Journal returns what the ledger was told of a subject's sessions, the
	// oldest first.
	Journal func(id.Subject) []login.Journal
	// Jobs returns what was enqueued and not done.
	Jobs func() []job.Job
}

// Run holds a store to the contract of login.LinkStore and login.SessionStore.
// newBackend returns an empty one.
func Run(t *testing.T, newBackend func(*testing.T) Backend) {
	t.Helper()
	tests := []struct {
		name string
		test func(*testing.T, Backend)
	}{
		{"attempt_is_read_as_written", attemptRoundTrip},
		{"redeem_of_many_parallel_one_succeeds", redeemOnce},
		{"redeem_writes_session_and_journal", redeemStarts},
		{"redeem_refuses_what_is_not_usable", redeemRefuses},
		{"redeem_that_cannot_start_spends_nothing", redeemAtomic},
		{"tries_are_counted_up_to_the_limit", tryLimit},
		{"tries_of_a_closed_attempt_are_refused", tryClosed},
		{"expired_stays_closed_when_the_clock_goes_back", expireForGood},
		{"spend_counts_exactly_to_the_limit_in_parallel", spendParallel},
		{"spend_stops_at_the_first_full_counter", spendStops},
		{"spend_begins_anew_after_the_window", spendWindow},
		{"sweep_deletes_what_is_over", sweep},
		{"session_is_read_as_written", sessionRoundTrip},
		{"touch_moves_forward_only_and_not_the_ended", touch},
		{"a_successor_ends_its_predecessor_once", succeed},
		{"a_replaced_session_ends_with_a_line", replace},
		{"end_names_all_one_or_all_but_one", endWhich},
		{"a_link_into_a_frame_is_read_as_written", frameLinkRoundTrip},
		{"a_link_into_a_frame_opens_once", frameLinkOnce},
		{"a_link_into_a_frame_ends", frameLinkOver},
		{"list_has_the_living_the_last_used_first", list},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, newBackend(t)) })
	}
}

// start is when the contract's clock begins.
var start = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func wantKind(t *testing.T, what string, err error, kind errs.Kind) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: got %v, want %v", what, err, kind)
	}
}

func digest() []byte { return Keys{}.Digest("contract", []byte(secret.Token())) }

func newAttempt() login.Attempt {
	return login.Attempt{
		ID: login.AttemptID(id.New()), Token: digest(), Binding: digest(), Code: digest(),
		Purpose: login.SignIn, Brand: "hibiki", Address: "hana@example.com", Index: digest(),
		Locale: "ja", CreatedAt: start, ExpiresAt: start.Add(10 * time.Minute),
	}
}

func save(t *testing.T, b Backend, change ...func(*login.Attempt)) login.Attempt {
	t.Helper()
	a := newAttempt()
	for _, f := range change {
		f(&a)
	}
	j, err := job.New("login.mail", a.Subject, a.ID, start)
	must(t, "new job", err)
	must(t, "save attempt", b.Store.SaveAttempt(t.Context(), a, j))
	return a
}

func newSession(subject id.Subject) login.Session {
	return login.Session{
		ID: login.SessionID(id.New()), Digest: digest(), Subject: subject, Brand: "hibiki",
		Method: login.ByLink, Assurance: login.Mailbox, UserAgent: "Browser/1 (日本)",
		Network: "192.0.2.0/24", CreatedAt: start, LastSeen: start,
		IdleUntil: start.Add(30 * time.Minute), AbsoluteUntil: start.Add(12 * time.Hour),
		FreshUntil: start.Add(10 * time.Minute),
	}
}

func startOf(s login.Session) login.Start {
	return login.Start{Session: s, Journal: login.Journal{
		Kind: login.SessionStarted, Subject: s.Subject, Session: s.ID, Brand: s.Brand,
		Method: s.Method, Assurance: s.Assurance, At: s.CreatedAt,
	}}
}

func begin(t *testing.T, b Backend, subject id.Subject, change ...func(*login.Session)) login.Session {
	t.Helper()
	s := newSession(subject)
	for _, f := range change {
		f(&s)
	}
	must(t, "start session", b.Store.StartSession(t.Context(), startOf(s)))
	return s
}

func read(t *testing.T, b Backend, s login.Session) login.Session {
	t.Helper()
	got, err := b.Store.Session(t.Context(), s.Digest)
	must(t, "read session", err)
	return got
}

// parallel calls f n times at once and returns how many returned nil; any error
// that is not of the kind fails the test.
func parallel(t *testing.T, n int, lost errs.Kind, f func(context.Context, int) error) int {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	results := make([]error, n)
	gate := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-gate
			results[i] = f(ctx, i)
		})
	}
	close(gate)
	wg.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, lost) {
			t.Errorf("got %v, want %v", err, lost)
		}
	}
	return won
}
