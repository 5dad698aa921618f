package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"livingprofile/internal/intake"
	"livingprofile/internal/testkit"
)

func TestProgressLine(t *testing.T) {
	tests := []struct {
		name string
		p    intake.Progress
		want string
	}{
		{"at the beginning", intake.Progress{Total: 1000, Elapsed: time.Second}, "░░░░░░░░░░░░░░░░░░░░   0%  0 rows, 0/s, 0s left"},
		{"half way", intake.Progress{Bytes: 500, Total: 1000, Rows: 3000, Elapsed: 2 * time.Second}, "██████████░░░░░░░░░░  50%  3000 rows, 1500/s, 2s left"},
		{
			"gone on with",
			intake.Progress{Bytes: 750, Total: 1000, Rows: 4000, SkippedBytes: 500, SkippedRows: 3000, Elapsed: 2 * time.Second},
			"███████████████░░░░░  75%  4000 rows, 500/s, 2s left",
		},
		{"at the end", intake.Progress{Bytes: 1000, Total: 1000, Rows: 6000, Elapsed: 4 * time.Second}, "████████████████████ 100%  6000 rows, 1500/s, 0s left"},
		{"of no known size", intake.Progress{Bytes: 10, Rows: 10, Elapsed: time.Second}, "10 rows, 10/s"},
	}
	for _, tt := range tests {
		if got := progressLine(tt.p); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestMeter(t *testing.T) {
	at := func(d time.Duration, bytes int64) intake.Progress {
		return intake.Progress{Bytes: bytes, Total: 4, Rows: int(bytes), Elapsed: d}
	}
	var out bytes.Buffer
	m := meter{w: &out}
	for i, d := range []time.Duration{0, redrawn / 2, redrawn, redrawn + 1} {
		m.show(at(d, int64(i+1)))
	}
	m.end()
	// The second came too soon; the last is the end and is always shown.
	if got := bytes.Count(out.Bytes(), []byte{'\r'}); got != 3 || !bytes.HasSuffix(out.Bytes(), []byte("left\x1b[K\n")) {
		t.Errorf("got %q, want three lines", out.String())
	}
	out.Reset()
	hidden := meter{w: &out, hidden: true}
	hidden.show(at(0, 1))
	hidden.end()
	if out.Len() > 0 {
		t.Errorf("got %q, want nothing", out.String())
	}
}

func TestTerminal(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if terminal(file) || terminal(&bytes.Buffer{}) {
		t.Error("a file is taken for a terminal")
	}
	tty, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		testkit.Missing(t, "a terminal", err)
	}
	defer tty.Close()
	if !terminal(tty) {
		t.Error("a terminal is taken for a file")
	}
}
