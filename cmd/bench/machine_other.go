//go:build !linux

package bench

import (
	"errors"
	"os"
	"time"
)

// A usage is what a process has taken of the machine.
type usage struct {
	CPU          time.Duration
	Memory, Peak int64
}

func use() (usage, error) {
	return usage{}, errors.New("the bench reads what a process takes on Linux only")
}

func flush(f *os.File) error { return f.Sync() }
