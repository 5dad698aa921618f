package keyring_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/keyring"
	"livingprofile/internal/keyring/keytest"
)

var aad = []byte("owner")

func TestOpenMaster(t *testing.T) {
	path := masterPath(t)
	first, created, err := keyring.OpenMaster(path)
	if err != nil || !created {
		t.Fatalf("first start: got created %v and %v, want true", created, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := info.Mode(), os.FileMode(0o600); got != want {
		t.Errorf("mode: got %v, want %v", got, want)
	}
	second, created, err := keyring.OpenMaster(path)
	if err != nil || created {
		t.Fatalf("second start: got created %v and %v, want false", created, err)
	}
	checkUnwraps(t, second, wrapOne(t, first))
	if leftovers, _ := filepath.Glob(path + ".*.tmp"); len(leftovers) > 0 {
		t.Errorf("left behind: %v", leftovers)
	}
}

func TestOpenMasterRefuses(t *testing.T) {
	write := func(t *testing.T, text string, mode os.FileMode) string {
		path := masterPath(t)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	genuine := masterPath(t)
	openMaster(t, genuine)
	text, err := os.ReadFile(genuine)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, text string
		mode       os.FileMode
		want       string
	}{
		{"readable by the group", string(text), 0o640, "mode 0640"},
		{"readable by all", string(text), 0o604, "mode 0604"},
		{"writable by all", string(text), 0o602, "mode 0602"},
		{"empty", "", 0o600, "not a keyset"},
		{"cut", string(text[:len(text)/2]), 0o600, "not a keyset"},
		{"without keys", `{"primaryKeyId":1,"key":[]}`, 0o600, "not a keyset"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, test.text, test.mode)
			m, created, err := keyring.OpenMaster(path)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("open: got %v, %v, want an error with %q", m, err, test.want)
			}
			if got, _ := os.ReadFile(path); created || string(got) != test.text {
				t.Error("the file was overwritten")
			}
		})
	}
	t.Run("no directory", func(t *testing.T) {
		if _, _, err := keyring.OpenMaster(filepath.Join(t.TempDir(), "missing", "master.json")); err == nil {
			t.Error("a master key without a directory is opened")
		}
	})
	t.Run("a stricter mode is fine", func(t *testing.T) {
		openMaster(t, write(t, string(text), 0o400))
	})
}

func TestOpenMasterAtOnce(t *testing.T) {
	path := masterPath(t)
	masters := make([]*keyring.Master, 8)
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for i := range masters {
		wg.Go(func() {
			m, created, err := keyring.OpenMaster(path)
			if err != nil {
				t.Errorf("open: %v", err)
				return
			}
			masters[i] = m
			mu.Lock()
			defer mu.Unlock()
			if created {
				total++
			}
		})
	}
	wg.Wait()
	if total != 1 {
		t.Errorf("%d processes created the file, want 1", total)
	}
	for _, m := range masters {
		if m == nil || m.Primary() != masters[0].Primary() {
			t.Fatal("the processes do not have the same key")
		}
	}
}

func TestWrapBindsTheOwner(t *testing.T) {
	m := keytest.Master(t)
	b, key, err := m.Wrap(t.Context(), []byte("data key"), []byte("a"))
	if err != nil || key != m.Primary() {
		t.Fatalf("wrap: got key %s and %v, want %s", key, err, m.Primary())
	}
	if _, err := m.Unwrap(t.Context(), b, []byte("b")); !errors.Is(err, keyring.ErrMaster) {
		t.Errorf("unwrap for another owner: got %v, want %v", err, keyring.ErrMaster)
	}
	if _, err := keytest.Master(t).Unwrap(t.Context(), b, []byte("a")); !errors.Is(err, keyring.ErrMaster) {
		t.Errorf("unwrap with another master: got %v, want %v", err, keyring.ErrMaster)
	}
}

func TestRotate(t *testing.T) {
	path := masterPath(t)
	m := openMaster(t, path)
	running := openMaster(t, path)
	before, old := m.Primary(), wrapOne(t, m)

	primary, err := m.Rotate()
	if err != nil {
		t.Fatalf("rotate: %v", err)
	}
	if primary == before || m.Primary() != primary {
		t.Errorf("primary: got %s and %s, want one other than %s", primary, m.Primary(), before)
	}
	fresh := wrapOne(t, m)
	checkUnwraps(t, m, old)

	// The process that did not rotate meets a key that it has never seen.
	if got := running.Primary(); got != before {
		t.Errorf("primary of the running process: got %s, want %s", got, before)
	}
	checkUnwraps(t, running, fresh)
	if got := running.Primary(); got != primary {
		t.Errorf("primary of the running process, reloaded: got %s, want %s", got, primary)
	}
	checkUnwraps(t, running, old)
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode after rotation: got %v, %v", info.Mode(), err)
	}
}

// Two operators rotate at once: neither key may be lost, since a data key may
// already be wrapped with it.
func TestRotateAtOnce(t *testing.T) {
	path := masterPath(t)
	openMaster(t, path)
	wrapped := make([][]byte, 6)
	var wg sync.WaitGroup
	for i := range wrapped {
		m := openMaster(t, path)
		wg.Go(func() {
			if _, err := m.Rotate(); err != nil {
				t.Errorf("rotate: %v", err)
				return
			}
			wrapped[i], _, _ = m.Wrap(t.Context(), []byte("data key"), aad)
		})
	}
	wg.Wait()
	m := openMaster(t, path)
	for _, b := range wrapped {
		checkUnwraps(t, m, b)
	}
}

func TestRotateThroughALink(t *testing.T) {
	real, link := masterPath(t), masterPath(t)
	openMaster(t, real)
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	primary, err := openMaster(t, link).Rotate()
	if err != nil {
		t.Fatal(err)
	}
	if got := openMaster(t, real).Primary(); got != primary {
		t.Errorf("primary of the file behind the link: got %s, want %s", got, primary)
	}
}

func TestPrune(t *testing.T) {
	path, s, c := masterPath(t), keytest.NewMemory(), newClock()
	m := openMaster(t, path)
	k := open(t, m, s, c, keyring.Options{})
	subjects, keys := create(t, k, 5)
	sealed := keys[0].Seal(nil, []byte("value"), place)
	before := m.Primary()
	later := time.Now().Add(keyring.PruneAfter)

	prune := func(rotatedBefore time.Time) ([]string, error) {
		return m.Prune(t.Context(), s, rotatedBefore)
	}
	if removed, err := prune(later); len(removed) != 0 || err != nil {
		t.Errorf("a single key: got %v and %v, want nothing", removed, err)
	}
	primary, err := m.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := prune(later); !errors.Is(err, errs.Conflict) {
		t.Errorf("while data keys are under the old key: got %v, want %v", err, errs.Conflict)
	}
	if err := k.Rewrap(t.Context(), 2, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := prune(time.Now().Add(-keyring.PruneAfter)); !errors.Is(err, errs.Conflict) {
		t.Errorf("right after the rotation: got %v, want %v", err, errs.Conflict)
	}
	checkKeys(t, path, before, primary)

	removed, err := prune(later)
	if err != nil || len(removed) != 1 || removed[0] != before {
		t.Errorf("prune: got %v and %v, want %s", removed, err, before)
	}
	checkKeys(t, path, primary)
	reopened := open(t, openMaster(t, path), s, c, keyring.Options{})
	checkOpens(t, subject(t, reopened, subjects[0]), sealed, "value")
}

// checkKeys fails unless the file names exactly the keys of ids.
func checkKeys(t *testing.T, path string, ids ...string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Key []struct {
			KeyID uint32 `json:"keyId"`
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, k := range file.Key {
		got = append(got, fmt.Sprintf("%08x", k.KeyID))
	}
	if !cmp.Equal(got, ids) {
		t.Errorf("keys in the file: got %v, want %v", got, ids)
	}
}

func wrapOne(t *testing.T, m *keyring.Master) []byte {
	t.Helper()
	b, _, err := m.Wrap(t.Context(), []byte("data key"), aad)
	if err != nil {
		t.Fatalf("wrap: %v", err)
	}
	return b
}

func checkUnwraps(t *testing.T, m *keyring.Master, wrapped []byte) {
	t.Helper()
	got, err := m.Unwrap(t.Context(), wrapped, aad)
	if err != nil || string(got) != "data key" {
		t.Errorf("unwrap: got %q and %v, want %q", got, err, "data key")
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}
