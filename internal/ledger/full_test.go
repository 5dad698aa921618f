//go:build linux || darwin

package ledger

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
)

// fullDiskEnv names the variable that makes the test below run with files of
// limited size, which is how a full disk looks to one process.
const fullDiskEnv = "LIVINGPROFILE_TEST_FULL_DISK"

// TestNotary_on_a_full_disk: a checkpoint of which only a part could be written
// was followed by the next one, and neither could be read again.
func TestNotary_on_a_full_disk(t *testing.T) {
	if os.Getenv(fullDiskEnv) == "" {
		t.Parallel()
		again := exec.Command(os.Args[0], "-test.run=^TestNotary_on_a_full_disk$")
		again.Env = append(os.Environ(), fullDiskEnv+"=1")
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("%v:\n%s", err, out)
		}
		return
	}
	o := newOffice(t)
	o.seal()
	info, err := os.Stat(o.path)
	if err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	limit := func(bytes int64) {
		// The hard limit stays, so that the disk can have room again.
		max := syscall.Rlimit{}
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &max); err != nil {
			t.Fatal(err)
		}
		max.Cur = uint64(bytes) //nolint:gosec // a size of a file
		if bytes < 0 {
			max.Cur = max.Max
		}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &max); err != nil {
			t.Fatal(err)
		}
	}
	limit(info.Size() + 100)
	o.book.add(0)
	o.clock.Advance(MaxAge)
	sealing := o.Seal(t.Context())
	limit(-1)
	if sealing == nil {
		t.Error("sealed on a full disk")
	}
	o.want(1)
	o.seal()
	o.want(1, 2, 3)
	if err := o.reopen(); err != nil {
		t.Errorf("start again: %v", err)
	}
}
