package testkit

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
)

// Lasting returns a tb whose folders, context and clean-up last as long as the
// test binary, so that all tests of a package can share what is dear to make.
// Main does the clean-up.
func Lasting(tb testing.TB) testing.TB {
	tb.Helper()
	return &lasting{tb}
}

type lasting struct{ testing.TB }

// An end is what Main does after the last test.
type end struct {
	mu     sync.Mutex
	do     []func()
	over   bool // the tests are over, so there is none left to tell
	failed bool
}

var atEnd end

func (l *lasting) Context() context.Context { return context.Background() }

func (l *lasting) Cleanup(f func()) {
	atEnd.mu.Lock()
	defer atEnd.mu.Unlock()
	atEnd.do = append(atEnd.do, f)
}

func (l *lasting) TempDir() string {
	l.TB.Helper()
	dir, err := os.MkdirTemp("", "livingprofile-test-")
	if err != nil {
		l.TB.Fatal(err)
	}
	l.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (l *lasting) Errorf(format string, args ...any) {
	l.TB.Helper()
	atEnd.mu.Lock()
	defer atEnd.mu.Unlock()
	if !atEnd.over {
		l.TB.Errorf(format, args...)
		return
	}
	fmt.Fprintf(os.Stderr, "after the tests: "+format+"\n", args...)
	atEnd.failed = true
}

// run cleans up, the last thing made first, and returns the exit code.
func (e *end) run(code int) int {
	e.mu.Lock()
	e.over = true
	do := e.do
	e.mu.Unlock()
	for _, f := range slices.Backward(do) {
		f()
	}
	if e.failed && code == 0 {
		code = 1
	}
	return code
}
