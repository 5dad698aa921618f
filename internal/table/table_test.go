package table

import (
	"strings"
	"testing"
)

// TestGuard holds every cell that a spreadsheet would run to text (S09), and
// gets back what it was.
func TestGuard(t *testing.T) {
	for _, cell := range []string{"=1+1", "+81 3", "-2", "@SUM(A1)", "\t=1", "\r=1", "|cmd", "%x", "\n=1"} {
		if got := Guard(cell); got != "'"+cell || Plain(got) != cell {
			t.Errorf("%q: got %q, want it guarded, and back %q", cell, got, Plain(got))
		}
	}
	for _, cell := range []string{"", "a=b", "3-4", "名前", "'=1", "'tis"} {
		if got := Guard(cell); got != cell {
			t.Errorf("%q: got %q, want it as it is", cell, got)
		}
	}
	if got := Plain("'tis"); got != "'tis" {
		t.Errorf("got %q", got)
	}
}

func TestRow(t *testing.T) {
	var b strings.Builder
	w, cells := New(&b), []string{"=1", `a "b"`, "名"}
	if err := w.Row(cells...); err != nil || cells[0] != "=1" {
		t.Errorf("got %v, %q", err, cells)
	}
	if err := w.Flush(); err != nil || b.String() != "'=1,\"a \"\"b\"\"\",名\r\n" {
		t.Errorf("got %q, %v", b.String(), err)
	}
}
