// Package archive writes ZIP files that list what is in them, so that whoever
// gets one can tell whether it is whole.
package archive

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// An Archive collects files in the order that they are added in. The first error
// counts, and Bytes returns it.
type Archive struct {
	at    time.Time
	files []file
	err   error
}

type file struct {
	name    string
	content []byte
}

// A Listed is a file as a manifest has it.
type Listed struct {
	Name   string `json:"name"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"` // in hexadecimal
}

// New returns an empty archive, all of whose files were made at a time. The same
// files give the same bytes.
func New(at time.Time) *Archive { return &Archive{at: at.UTC()} }

// Add adds a file.
func (a *Archive) Add(name string, content []byte) { a.files = append(a.files, file{name, content}) }

// JSON adds v as a file and returns what it says.
func (a *Archive) JSON(name string, v any) []byte {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		a.Fail(name, err)
	}
	b = append(b, '\n')
	a.Add(name, b)
	return b
}

// Fail notes that a file could not be made.
func (a *Archive) Fail(name string, err error) {
	if a.err == nil {
		a.err = fmt.Errorf("%s: %w", name, err)
	}
}

// List lists what was added so far.
func (a *Archive) List() []Listed {
	all := make([]Listed, len(a.files))
	for i, f := range a.files {
		sum := sha256.Sum256(f.content)
		all[i] = Listed{f.name, len(f.content), hex.EncodeToString(sum[:])}
	}
	return all
}

// Bytes returns the archive.
func (a *Archive) Bytes() ([]byte, error) {
	if a.err != nil {
		return nil, a.err
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range a.files {
		to, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: a.at})
		if err == nil {
			_, err = to.Write(f.content)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	return out.Bytes(), nil
}
