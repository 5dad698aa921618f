package hook

import (
	"strconv"
	"strings"
	"time"
)

// schedule is how long to wait before each attempt, after the one before: the
// advice of Standard Webhooks 1.0. Altogether it is more than three days.
func schedule() [10]time.Duration {
	return [...]time.Duration{
		0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour,
		5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
}

// Attempts is how often a delivery is tried.
const Attempts = 10

// HurryBelow is how many attempts of a delivery may have failed for it to be
// made due when its endpoint works again after a moment. From then on it keeps
// its waits: one that only works now and then would use up three days of patience
// in minutes. After an outage everything that waits is made due.
const HurryBelow = 5

// outage is how long an endpoint does nothing but fail when it is more than a
// hiccup.
const outage = time.Hour

// hurry is what the end of a failure makes due: what has failed less often.
func hurry(failing, now time.Time) int {
	if now.Sub(failing) >= outage {
		return Attempts
	}
	return HurryBelow
}

// The bounds of patience with an endpoint.
const (
	// PauseAfter is how long an endpoint may do nothing but fail.
	PauseAfter = 5 * 24 * time.Hour
	// Keep is how long a delivery that is over can be sent again.
	Keep = 30 * 24 * time.Hour
	// NamesKept is for how long that is kept at most by which systems find
	// somebody who was erased.
	NamesKept = Keep
	// maxRetryAfter is the longest wait that a receiver may ask for.
	maxRetryAfter = 24 * time.Hour
	// slowFor is how long an endpoint that says it is overloaded is left alone
	// when it does not say how long.
	slowFor = time.Minute
	// jitter is by how much a wait may be longer, as a part of it: those that
	// failed together should not come back together.
	jitter = 0.1
)

// Next returns when a delivery is tried again after its attempt of the given
// number, 1 for the first, failed at now; false when it was the last. luck is
// from 0 to 1.
func Next(attempt int, now time.Time, luck float64) (time.Time, bool) {
	waits := schedule()
	if attempt < 1 || attempt >= len(waits) {
		return time.Time{}, false
	}
	wait := waits[attempt]
	return now.Add(wait + time.Duration(luck*jitter*float64(wait))), true
}

// retryAfter reads the header Retry-After: seconds or a date (RFC 9110,
// 10.2.3). What cannot be read is no wait, and none is longer than a day.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if n, err := strconv.ParseUint(header, 10, 31); err == nil {
		return min(time.Duration(n)*time.Second, maxRetryAfter)
	}
	at, err := time.Parse(time.RFC1123, header)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}
