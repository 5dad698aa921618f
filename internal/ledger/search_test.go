package ledger_test

import (
	"testing"
	"time"

	"livingprofile/internal/ledger"
)

func TestCursor(t *testing.T) {
	c := ledger.Cursor{At: time.Date(2026, 3, 12, 9, 0, 0, 1000, time.UTC), Lane: 3, Seq: 41}
	got, ok := ledger.ParseCursor(c.String())
	if !ok || got != c {
		t.Errorf("got %+v, %v, want %+v", got, ok, c)
	}
	if got, ok := ledger.ParseCursor(""); !ok || !got.Zero() {
		t.Errorf("nothing: got %+v, %v", got, ok)
	}
	for _, bad := range []string{"x", "1-2", "1-2-3-4", "1--2", "01-2-3", "1-2-0x3", "-1-2-3", "1-2-3 ", "1-2-99999999999999999999"} {
		if c, ok := ledger.ParseCursor(bad); ok {
			t.Errorf("%q was read as %+v", bad, c)
		}
	}
}
