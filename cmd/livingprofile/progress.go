package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"livingprofile/internal/intake"
)

// terminal tells whether somebody may be looking at w.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// A meter shows how far an import is, on one line that is written over.
type meter struct {
	w      io.Writer
	hidden bool
	last   time.Duration
	shown  bool
}

// redrawn is how often the line changes at most.
const redrawn = 200 * time.Millisecond

func (m *meter) show(p intake.Progress) {
	ended := p.Total > 0 && p.Bytes >= p.Total
	if m.hidden || m.shown && p.Elapsed-m.last < redrawn && !ended {
		return
	}
	m.last, m.shown = p.Elapsed, true
	fmt.Fprint(m.w, "\r"+progressLine(p)+"\x1b[K")
}

// end leaves the last line standing.
func (m *meter) end() {
	if m.shown {
		fmt.Fprintln(m.w)
	}
}

// progressLine says how far an import is. The rate and the time that is left
// are of what was done since it was begun, or gone on with.
func progressLine(p intake.Progress) string {
	rate := float64(p.Rows-p.SkippedRows) / max(p.Elapsed.Seconds(), 0.001)
	if p.Total <= 0 {
		return fmt.Sprintf("%d rows, %.0f/s", p.Rows, rate)
	}
	done := min(1, float64(p.Bytes)/float64(p.Total))
	bar := strings.Repeat("█", int(done*20)) + strings.Repeat("░", 20-int(done*20))
	return fmt.Sprintf("%s %3.0f%%  %d rows, %.0f/s, %s left", bar, done*100, p.Rows, rate, left(p))
}

func left(p intake.Progress) time.Duration {
	read := p.Bytes - p.SkippedBytes
	if read <= 0 {
		return 0
	}
	return time.Duration(float64(p.Elapsed) * float64(max(0, p.Total-p.Bytes)) / float64(read)).Round(time.Second)
}
