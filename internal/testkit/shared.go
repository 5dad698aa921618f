package testkit

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// SharedEnv names the folder of what the test programs of one run share because
// it takes long to make: a PostgreSQL and the moulds. Whoever set it deletes it
// after the run, which ends the server. Without it, each program has its own.
const SharedEnv = "LIVINGPROFILE_TEST_SHARED"

// onceARun returns the folder name of the run, which the first program to ask
// fills by make while others wait; "" where nothing is shared.
func onceARun(name string, make func(folder string) error) (folder string, err error) {
	all := os.Getenv(SharedEnv)
	if all == "" {
		return "", nil
	}
	lock, err := os.OpenFile(filepath.Join(all, name+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	folder, done := filepath.Join(all, name), filepath.Join(all, name+".done")
	if _, err := os.Stat(done); err == nil {
		return folder, nil
	}
	// What another left half made is of no use.
	if err := os.RemoveAll(folder); err != nil {
		return "", err
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", err
	}
	if err := make(folder); err != nil {
		return "", err
	}
	return folder, os.WriteFile(done, nil, 0o600)
}

// outliving is a test whose clean-up is left to whoever ends the run.
type outliving struct{ testing.TB }

func (outliving) Cleanup(func()) {}
