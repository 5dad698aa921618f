package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"
)

// A usage is what a process has taken of the machine.
type usage struct {
	CPU    time.Duration `json:"cpu"`    // since it was started
	Memory int64         `json:"memory"` // that is resident now, in bytes
	Peak   int64         `json:"peak"`   // most that was ever resident
}

// use returns what this process has taken.
func use() (usage, error) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return usage{}, fmt.Errorf("read usage: %w", err)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return usage{}, fmt.Errorf("read usage: %w", err)
	}
	return usage{
		CPU:    time.Duration(r.Utime.Nano() + r.Stime.Nano()),
		Memory: kilobytes(status, "VmRSS:"), Peak: kilobytes(status, "VmHWM:"),
	}, nil
}

// kilobytes returns the value of a line such as "VmRSS:  1234 kB", in bytes; 0
// when there is none.
func kilobytes(status []byte, name string) int64 {
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte(name)); ok {
			n, _ := strconv.ParseInt(string(bytes.TrimSuffix(bytes.TrimSpace(rest), []byte(" kB"))), 10, 64)
			return n << 10
		}
	}
	return 0
}

// flush writes f to the disk as SQLite does: what it holds, and not when it was
// touched.
func flush(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }
