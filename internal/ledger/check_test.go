package ledger_test

import (
	"testing"
	"time"

	"livingprofile/internal/ledger"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	var none ledger.Check
	if none.UnderWay(at) {
		t.Error("one that nobody asked for is under way")
	}
	bad := ledger.Check{AskedAt: at, EndedAt: at, Report: ledger.Report{Faults: []ledger.Fault{{What: "a link is missing"}}}}
	next := bad.Next("ann", at.Add(time.Minute))
	if next.Report.OK() {
		t.Error("asking again hides what was found")
	}
	for after, want := range map[time.Duration]bool{0: true, 59 * time.Minute: true, time.Hour: false} {
		if got := next.UnderWay(next.AskedAt.Add(after)); got != want {
			t.Errorf("%s after it was asked for: under way is %t", after, got)
		}
	}
	next.EndedAt = next.AskedAt.Add(time.Second)
	if next.UnderWay(next.EndedAt) {
		t.Error("one that has ended is under way")
	}
}
