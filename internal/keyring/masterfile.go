package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// maxMasterFile is far above what a keyset of hundreds of keys takes.
const maxMasterFile = 1 << 20

// readMaster reads and checks the keyset at path. The error is fs.ErrNotExist
// when there is none.
func readMaster(path string) (*masterState, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%s has mode %04o and lets others than its owner in: set it to 0600", path, mode)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxMasterFile))
	if err != nil {
		return nil, err
	}
	defer clear(text)
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
	if err != nil {
		return nil, fmt.Errorf("%s is not a keyset: %w", path, err)
	}
	a, err := aead.New(h)
	if err != nil {
		return nil, fmt.Errorf("%s is not a keyset for sealing: %w", path, err)
	}
	primary, err := h.Primary()
	if err != nil {
		return nil, fmt.Errorf("%s has no primary key: %w", path, err)
	}
	return &masterState{handle: h, aead: a, primary: keyName(primary.KeyID()), file: info}, nil
}

// createMaster writes a new keyset to path unless another process was quicker,
// and returns what is there.
func createMaster(path string) (st *masterState, created bool, err error) {
	err = withLock(path, func() error {
		if st, err = readMaster(path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
		if err != nil {
			return err
		}
		if err := writeMaster(path, h); err != nil {
			return err
		}
		created = true
		st, err = readMaster(path)
		return err
	})
	return st, created, err
}

// writeMaster puts h in the place of the file at path. After a crash the file
// is the old one or the new one; after a success it is the new one, also
// after a power cut. A link is followed, so that the file behind it changes.
func writeMaster(path string, h *keyset.Handle) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	var text bytes.Buffer
	defer func() { clear(text.Bytes()) }()
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&text)); err != nil {
		return err
	}
	dir := filepath.Dir(path)
	// CreateTemp makes files of mode 0600.
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	_, err = f.Write(text.Bytes())
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// sameFile tells whether path is still the file that info was taken of, with
// the same contents and mode. A rotation puts a new file in its place.
func sameFile(path string, info fs.FileInfo) (bool, error) {
	now, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	same := os.SameFile(info, now) &&
		info.Size() == now.Size() &&
		info.Mode() == now.Mode() &&
		info.ModTime().Equal(now.ModTime())
	return same, nil
}
