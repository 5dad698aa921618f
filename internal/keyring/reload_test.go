package keyring_test

import (
	"errors"
	"os"
	"testing"

	"livingprofile/internal/keyring"
)

func TestReload(t *testing.T) {
	path := masterPath(t)
	m := openMaster(t, path)
	reload := func(want bool) {
		t.Helper()
		if got, err := m.Reload(); got != want || err != nil {
			t.Errorf("reload: got %v and %v, want %v", got, err, want)
		}
	}
	reload(false)
	primary, err := openMaster(t, path).Rotate()
	if err != nil {
		t.Fatal(err)
	}
	reload(true)
	reload(false)
	if got := m.Primary(); got != primary {
		t.Errorf("primary: got %s, want %s", got, primary)
	}
}

// A file that is lost, cut or opened to all while the program runs must not
// take down what works.
func TestReloadKeepsTheKeysOfABadFile(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"lost":             os.Remove,
		"cut":              func(path string) error { return os.Truncate(path, 20) },
		"readable by all":  func(path string) error { return os.Chmod(path, 0o644) },
		"no longer a file": func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) },
	} {
		t.Run(name, func(t *testing.T) {
			path := masterPath(t)
			m := openMaster(t, path)
			old := wrapOne(t, m)
			if err := spoil(path); err != nil {
				t.Fatal(err)
			}
			if _, err := m.Reload(); err == nil {
				t.Error("the bad file was taken over")
			}
			checkUnwraps(t, m, old)
			checkUnwraps(t, m, wrapOne(t, m))
		})
	}
}

// A file of another installation would have the keys of new people wrapped
// with a master key that goes away again.
func TestReloadRefusesAForeignFile(t *testing.T) {
	path, aside := masterPath(t), masterPath(t)
	m := openMaster(t, path)
	old := wrapOne(t, m)
	rename(t, path, aside)
	openMaster(t, path)

	if _, err := m.Reload(); !errors.Is(err, keyring.ErrMaster) {
		t.Errorf("reload: got %v, want %v", err, keyring.ErrMaster)
	}
	checkUnwraps(t, m, old)
	if _, _, err := m.Wrap(t.Context(), []byte("data key"), aad); !errors.Is(err, keyring.ErrMaster) {
		t.Errorf("wrap: got %v, want %v", err, keyring.ErrMaster)
	}
	if _, err := m.Rotate(); !errors.Is(err, keyring.ErrMaster) {
		t.Errorf("rotate: got %v, want %v", err, keyring.ErrMaster)
	}

	rename(t, aside, path)
	if _, err := m.Reload(); err != nil {
		t.Fatalf("reload the right file: %v", err)
	}
	checkUnwraps(t, m, wrapOne(t, m))
}
