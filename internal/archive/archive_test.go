package archive

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"testing"
	"time"
)

func TestArchive(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	pack := func() []byte {
		a := New(at)
		a.Add("letter.txt", []byte("Dear Ada\n"))
		a.JSON("manifest.json", a.List())
		b, err := a.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	packed := pack()
	if !bytes.Equal(packed, pack()) {
		t.Error("the same files gave other bytes")
	}
	z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := z.Open("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	list, err := io.ReadAll(r)
	sum := sha256.Sum256([]byte("Dear Ada\n"))
	if err != nil || !strings.Contains(string(list), hex.EncodeToString(sum[:])) || strings.Contains(string(list), "manifest.json") {
		t.Errorf("got %s, %v", list, err)
	}
}

func TestArchive_says_what_could_not_be_made(t *testing.T) {
	t.Parallel()
	a := New(time.Time{})
	a.JSON("request.json", make(chan int))
	if _, err := a.Bytes(); err == nil || !strings.Contains(err.Error(), "request.json") {
		t.Errorf("got %v", err)
	}
}
