package staff_test

import (
	"testing"
	"time"

	"livingprofile/internal/staff"
)

// TestDigestDue: nobody is mailed more often than they chose, and a mail that
// went out late in an hour does not move the next.
func TestDigestDue(t *testing.T) {
	last := time.Date(2026, 11, 20, 9, 4, 59, 0, time.UTC)
	for _, tc := range []struct {
		digest staff.Digest
		now    string
		want   bool
	}{
		{staff.Hourly, "2026-11-20T09:59:59Z", false},
		{staff.Hourly, "2026-11-20T10:00:00Z", true},
		{staff.Daily, "2026-11-21T08:59:59Z", false},
		{staff.Daily, "2026-11-21T09:00:00Z", true},
		{"", "2026-11-21T09:00:00Z", true},
		{staff.Weekly, "2026-11-27T08:59:59Z", false},
		{staff.Weekly, "2026-11-27T09:00:00Z", true},
		{staff.Never, "2027-11-27T09:00:00Z", false},
	} {
		now, err := time.Parse(time.RFC3339, tc.now)
		if err != nil {
			t.Fatal(err)
		}
		m := staff.Member{Digest: tc.digest, JoinedAt: last, DigestAt: last}
		if got := m.DigestDue(now); got != tc.want {
			t.Errorf("%q at %s: got %v, want %v", tc.digest, tc.now, got, tc.want)
		}
		first := staff.Member{Digest: tc.digest, JoinedAt: last}
		if got := first.DigestDue(now); got != (tc.digest != staff.Never) {
			t.Errorf("%q, the first: got %v", tc.digest, got)
		}
		ended := staff.Member{Digest: tc.digest, JoinedAt: last, DisabledAt: last}
		if ended.DigestDue(now) || (staff.Member{Digest: tc.digest}).DigestDue(now) {
			t.Errorf("%q: somebody who cannot sign in is mailed", tc.digest)
		}
	}
}
