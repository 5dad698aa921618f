package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"livingprofile/internal/ledger"
)

// A Report is what checking a pack found.
type Report struct {
	Number       string
	Installation string
	MadeAt       time.Time
	Files        int
	Lines        int
	Uncovered    int      // lines that no checkpoint covers yet
	Faults       []string // what is not as it was written
}

// OK tells whether nothing was found.
func (r *Report) OK() bool { return len(r.Faults) == 0 }

func (r *Report) fault(format string, args ...any) {
	r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
}

// maxFile bounds one file of a pack, so that what unpacks into more than it
// looks is refused.
const maxFile = 32 << 20

// Check checks a pack by the key of the installation that made it. The error is
// of what is no pack at all.
func Check(pack []byte, v note.Verifier) (*Report, error) {
	files, err := unpack(pack)
	if err != nil {
		return nil, err
	}
	var m manifest
	if err := json.Unmarshal(files[manifestFile], &m); err != nil || m.Schema != Schema {
		return nil, errors.New("it has no manifest of an evidence pack")
	}
	r := &Report{Number: m.Number, Installation: m.Installation, MadeAt: m.MadeAt, Files: len(m.Files)}
	if !ledger.SignedBy(v)(string(files[manifestFile]), strings.TrimSpace(string(files[signatureFile]))) {
		r.fault("the manifest is not signed by that installation")
	}
	known := map[string]bool{manifestFile: true, signatureFile: true}
	for _, f := range m.Files {
		known[f.Name] = true
		if sum := sha256.Sum256(files[f.Name]); hex.EncodeToString(sum[:]) != f.SHA256 {
			r.fault("%s is not what the manifest says", f.Name)
		}
	}
	for name := range files {
		if !known[name] {
			r.fault("%s is not in the manifest", name)
		}
	}
	r.lines(files, v)
	return r, nil
}

// lines checks each line of the ledger against the checkpoint that it names.
func (r *Report) lines(files map[string][]byte, v note.Verifier) {
	var lines []Line
	if err := json.Unmarshal(files[ledgerFile], &lines); err != nil {
		r.fault("%s cannot be read", ledgerFile)
		return
	}
	r.Lines = len(lines)
	for i := range lines {
		l := &lines[i]
		e := l.entry()
		if l.Checkpoint == 0 {
			r.Uncovered++
			if e.Sum() != e.Hash {
				r.fault("line %s: %v", l.ID, ledger.ErrEntry)
			}
			continue
		}
		c, err := ledger.OpenCheckpoint(files[fmt.Sprintf("%s%d.txt", checkpointPath, l.Checkpoint)], v)
		if err == nil {
			err = c.Proves(e, l.Joints)
		}
		if err != nil {
			r.fault("line %s: %v", l.ID, err)
		}
	}
}

func unpack(pack []byte) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		return nil, fmt.Errorf("it is no archive: %w", err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		if _, twice := files[f.Name]; twice {
			return nil, fmt.Errorf("%s is there twice", f.Name)
		}
		in, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		content, err := io.ReadAll(io.LimitReader(in, maxFile+1))
		if err := errors.Join(err, in.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		if len(content) > maxFile {
			return nil, fmt.Errorf("%s is too large", f.Name)
		}
		files[f.Name] = content
	}
	return files, nil
}
