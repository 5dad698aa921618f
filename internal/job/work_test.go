package job

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livingprofile/internal/errs"
)

func TestJudge(t *testing.T) {
	now := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	w := Work{Tries: 3, Backoff: func(n int) time.Duration { return time.Duration(n) * time.Minute }}
	for _, tt := range []struct {
		name    string
		attempt int
		err     error
		want    verdict
	}{
		{"success", 1, nil, verdict{outcome: Succeeded}},
		{"an_internal_error_is_tried_again", 1, errors.New("secret words"), verdict{Retried, now.Add(time.Minute), "internal"}},
		{"the_wait_grows", 2, errors.New("secret words"), verdict{Retried, now.Add(2 * time.Minute), "internal"}},
		{"the_last_try_parks", 3, errors.New("secret words"), verdict{outcome: Parked, cause: "internal"}},
		{"unavailable_is_tried_again", 1, errs.New(errs.Unavailable, ""), verdict{Retried, now.Add(time.Minute), "unavailable"}},
		{"conflict_is_tried_again", 1, fmt.Errorf("x: %w", errs.Conflict), verdict{Retried, now.Add(time.Minute), "conflict"}},
		{"invalid_parks", 1, errs.New(errs.Invalid, "error.mail_refused"), verdict{outcome: Parked, cause: "error.mail_refused"}},
		{"gone_parks_through_wrapping", 1, fmt.Errorf("x: %w", errs.New(errs.Gone, "")), verdict{outcome: Parked, cause: "gone"}},
		{"forbidden_parks", 1, errs.Forbidden, verdict{outcome: Parked, cause: "forbidden"}},
		{"not_found_parks", 1, errs.NotFound, verdict{outcome: Parked, cause: "not found"}},
		{"later_says_when", 1, Later(now.Add(time.Hour), errs.New(errs.Unavailable, "")), verdict{Retried, now.Add(time.Hour), "unavailable"}},
		{"later_counts_as_a_try", 3, Later(now.Add(time.Hour), errors.New("x")), verdict{outcome: Parked, cause: "internal"}},
		{"a_time_limit_has_a_name", 1, fmt.Errorf("x: %w", context.DeadlineExceeded), verdict{Retried, now.Add(time.Minute), "timeout"}},
		{"a_panic_has_a_name", 1, safely(func() error { panic("secret words") }), verdict{Retried, now.Add(time.Minute), "panic"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := judge(w, tt.attempt, tt.err, now); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestBackoffProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(-3, 1000).Draw(t, "attempt")
		d := Backoff(n)
		if d < time.Second || d > 4*time.Hour {
			t.Errorf("wait after attempt %d: %v", n, d)
		}
		// A fifth of jitter never outweighs the next step.
		if next := Backoff(n + 1); n < 6 && n > 0 && next <= d {
			t.Errorf("wait after attempt %d is %v, after %d %v", n, d, n+1, next)
		}
	})
}

func TestPanicKeepsNoValue(t *testing.T) {
	err := safely(func() error { panic("hana@example.com") })
	if err == nil || !errors.Is(err, errPanic) {
		t.Fatalf("got %v, want a panic", err)
	}
	if s := err.Error(); strings.Contains(s, "hana") {
		t.Errorf("the error tells %s", s)
	}
	var m map[string]int
	if err := safely(func() error { m["x"] = 1; return nil }); err == nil {
		t.Error("a runtime error got lost")
	}
}
