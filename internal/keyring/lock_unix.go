//go:build linux || darwin || freebsd || openbsd || netbsd || dragonfly

package keyring

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// withLock runs f while no other process runs one for the same path. The lock
// is on a file beside path, since path itself is replaced, and the system
// lifts it when the process dies: a rotation that was killed blocks no other.
func withLock(path string, f func() error) error {
	l, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(l.Fd()), syscall.LOCK_EX); err != nil {
		return errors.Join(fmt.Errorf("lock %s: %w", l.Name(), err), l.Close())
	}
	return errors.Join(f(), l.Close())
}
