package archive

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// ErrBroken is the error of an archive that cannot be read, is larger than it
// may be, or is not what its list says.
var ErrBroken = errors.New("broken archive")

// Read returns the files of an archive that are wanted, by name. Together they
// may have most bytes, whatever they claim to have.
func Read(b []byte, most int64, wanted func(name string) bool) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		if !wanted(f.Name) {
			continue
		}
		if _, twice := files[f.Name]; twice {
			return nil, fmt.Errorf("%w: a file is there twice", ErrBroken)
		}
		content, err := unpack(f, most)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBroken, err)
		}
		most -= int64(len(content))
		files[f.Name] = content
	}
	return files, nil
}

func unpack(f *zip.File, most int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // it reads from memory
	content, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(content)) > most {
		err = errors.New("too large")
	}
	return content, err
}

// Whole tells whether every file is on the list of its archive, as it is there.
func Whole(files map[string][]byte, list []Listed) bool {
	sums := make(map[string]string, len(list))
	for _, l := range list {
		sums[l.Name] = l.SHA256
	}
	for name, content := range files {
		sum := sha256.Sum256(content)
		if sums[name] != hex.EncodeToString(sum[:]) {
			return false
		}
	}
	return true
}
