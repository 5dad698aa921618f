package archive

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRead(t *testing.T) {
	t.Parallel()
	a := New(time.Unix(0, 0))
	a.Add("a.json", []byte("{}"))
	a.Add("b.json", []byte("[]"))
	a.Add("large.txt", bytes.Repeat([]byte("x"), 1<<20))
	packed, err := a.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	small := func(name string) bool { return strings.HasSuffix(name, ".json") }
	files, err := Read(packed, 4, small)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(files, map[string][]byte{"a.json": []byte("{}"), "b.json": []byte("[]")}); diff != "" {
		t.Errorf("files (-got +want):\n%s", diff)
	}
	if !Whole(files, a.List()) || Whole(map[string][]byte{"a.json": []byte("[]")}, a.List()) || Whole(map[string][]byte{"c.json": nil}, a.List()) {
		t.Error("what is whole is not told from what is not")
	}
	var twice bytes.Buffer
	z := zip.NewWriter(&twice)
	for range 2 {
		if _, err := z.Create("a.json"); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	all := func(string) bool { return true }
	for name, got := range map[string]func() error{
		"more than it may have": func() error { _, err := Read(packed, 3, small); return err },
		"more in a single file": func() error { _, err := Read(packed, 1<<20, all); return err },
		"no archive":            func() error { _, err := Read(packed[1:], 1<<20, small); return err },
		"a file twice":          func() error { _, err := Read(twice.Bytes(), 4, all); return err },
	} {
		if err := got(); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: got %v, want %v", name, err, ErrBroken)
		}
	}
}
