//go:build !linux

package bench

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// A usage is what a process has taken of the machine.
type usage struct {
	CPU          time.Duration
	Memory, Peak int64
}

// use is for Linux alone.
func use() (usage, error) {
	return usage{}, fmt.Errorf("read usage: %w", errors.ErrUnsupported)
}

// flush writes f to the disk.
func flush(f *os.File) error { return f.Sync() }
