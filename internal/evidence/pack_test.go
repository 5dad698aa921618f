package evidence_test

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"livingprofile/internal/evidence"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
)

// A book is a lane of a ledger with the key that signs it.
type book struct {
	signer   note.Signer
	verifier note.Verifier
	entries  []ledger.Entry
}

func newBook(t *testing.T, entries int) *book {
	t.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, "test")
	if err != nil {
		t.Fatal(err)
	}
	b := &book{}
	if b.signer, err = note.NewSigner(secret); err != nil {
		t.Fatal(err)
	}
	if b.verifier, err = note.NewVerifier(public); err != nil {
		t.Fatal(err)
	}
	head := ledger.Head{Lane: 3}
	for i := range entries {
		e := ledger.Entry{ID: fmt.Sprint(i), Subject: "somebody", Kind: "request.initiated", At: time.UnixMicro(int64(i + 1)).UTC(), Payload: []byte("sealed")}
		e.Link(head)
		head = e.Head()
		b.entries = append(b.entries, e)
	}
	return b
}

// sealed is a checkpoint over the first n entries.
func (b *book) sealed(t *testing.T, n int) []byte {
	t.Helper()
	c := &ledger.Checkpoint{Number: 1, At: time.UnixMicro(99).UTC(), Heads: []ledger.Head{b.entries[n-1].Head()}}
	signed, err := c.Sign(b.signer)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func (b *book) sign(text string) (string, error) {
	s, err := b.signer.Sign([]byte(text))
	return base64.StdEncoding.EncodeToString(s), err
}

// pack shows the second entry of five, of which the checkpoint covers four.
func (b *book) pack(t *testing.T) *evidence.Pack {
	t.Helper()
	var joints []ledger.Joint
	for _, e := range b.entries[2:4] {
		j, err := e.Joint()
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(j, []byte("somebody")) {
			t.Error("a joint names whom it is about")
		}
		joints = append(joints, j)
	}
	return &evidence.Pack{
		MadeAt: time.UnixMicro(100).UTC(), Request: rights.Request{Number: "R-TEST"},
		Lines:       []evidence.Line{evidence.LineOf(&ledger.Happening{Entry: b.entries[1], Payload: []byte(`{}`)}, joints, 1)},
		Checkpoints: map[int64][]byte{1: b.sealed(t, 4)}, Page: []byte("<p>"),
	}
}

func check(t *testing.T, b *book, p *evidence.Pack) *evidence.Report {
	t.Helper()
	z, err := p.Zip(b.sign)
	if err != nil {
		t.Fatal(err)
	}
	r, err := evidence.Check(z, b.verifier)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCheck(t *testing.T) {
	b := newBook(t, 5)
	if r := check(t, b, b.pack(t)); !r.OK() || r.Lines != 1 || r.Uncovered != 0 || r.Number != "R-TEST" {
		t.Errorf("got %+v", r)
	}
	if r := check(t, newBook(t, 5), b.pack(t)); r.OK() {
		t.Error("a pack with checkpoints of another installation passes")
	}
	for name, change := range map[string]func(p *evidence.Pack){
		"another time":       func(p *evidence.Pack) { p.Lines[0].At = p.Lines[0].At.Add(time.Second) },
		"another payload":    func(p *evidence.Pack) { p.Lines[0].Sealed = []byte("other") },
		"a joint too few":    func(p *evidence.Pack) { p.Lines[0].Joints = p.Lines[0].Joints[1:] },
		"joints turned":      func(p *evidence.Pack) { j := p.Lines[0].Joints; j[0], j[1] = j[1], j[0] },
		"no joint at all":    func(p *evidence.Pack) { p.Lines[0].Joints[0] = []byte("x") },
		"another checkpoint": func(p *evidence.Pack) { p.Checkpoints[1] = b.sealed(t, 5) },
		"no checkpoint":      func(p *evidence.Pack) { p.Checkpoints = nil },
		"a rewritten chain": func(p *evidence.Pack) {
			other := newBook(t, 5)
			p.Lines[0].Hash = other.entries[2].Hash.String()
		},
	} {
		p := b.pack(t)
		change(p)
		if r := check(t, b, p); r.OK() {
			t.Errorf("%s passes", name)
		}
	}
	p := b.pack(t)
	p.Lines[0].Checkpoint, p.Lines[0].Joints = 0, nil
	if r := check(t, b, p); !r.OK() || r.Uncovered != 1 {
		t.Errorf("not covered yet: got %+v", r)
	}
}

// TestCheck_of_files changes the archive itself.
func TestCheck_of_files(t *testing.T) {
	b := newBook(t, 5)
	whole, err := b.pack(t).Zip(b.sign)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(name string, content []byte) []byte{
		"index.html":    func(_ string, c []byte) []byte { return append(c, ' ') },
		"manifest.json": func(_ string, c []byte) []byte { return bytes.Replace(c, []byte("R-TEST"), []byte("R-FAKE"), 1) },
		"manifest.sig":  func(string, []byte) []byte { return []byte("AAAA") },
		"README.txt":    func(string, []byte) []byte { return nil },
	} {
		r, err := evidence.Check(rewritten(t, whole, name, change), b.verifier)
		if err != nil {
			t.Fatal(err)
		}
		if r.OK() {
			t.Errorf("a changed %s passes", name)
		}
	}
	for _, none := range []string{"", "no archive", strings.Repeat("PK\x03\x04", 9)} {
		if _, err := evidence.Check([]byte(none), b.verifier); err == nil {
			t.Errorf("%q is a pack", none)
		}
	}
}

func rewritten(t *testing.T, pack []byte, name string, change func(string, []byte) []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == name {
			content = change(name, content)
		}
		one, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := one.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
