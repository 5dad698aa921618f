package footer_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/footer"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring/keytest"
)

var now = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

func link() footer.Link {
	return footer.Link{
		Kind: footer.Unsubscribe, Subject: id.Subject(id.New()), Brand: "hibiki", Topic: "offers", Channel: "email",
		Expires: now.Add(time.Hour),
	}
}

func TestLink(t *testing.T) {
	key, other := keytest.New(t, clock.NewFake(now)).System(), keytest.New(t, clock.NewFake(now)).System()
	want := link()
	text, err := footer.Mint(key, want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := footer.Open(key, text, now); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(text) > 150 {
		t.Errorf("an address of %d letters, %v", len(text), err)
	}
	for _, word := range []string{"hibiki", "offers", string(want.Subject)} {
		if strings.Contains(string(plain), word) || strings.Contains(text, word) {
			t.Errorf("the address tells %q", word)
		}
	}
	got, err := footer.Open(key, text, want.Expires)
	if !errors.Is(err, errs.Gone) || got.Brand != "hibiki" {
		t.Errorf("when it is over: got %+v, %v", got, err)
	}
	if _, err := footer.Open(other, text, now); !errors.Is(err, errs.Gone) {
		t.Errorf("at another installation: got %v", err)
	}
	if _, err := footer.Mint(key, footer.Link{Subject: "x"}); !errors.Is(err, errs.NotFound) {
		t.Errorf("for nobody: got %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	key := keytest.New(f, clock.NewFake(now)).System()
	text, err := footer.Mint(key, link())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(text[:len(text)-1])
	f.Add(text + "=")
	f.Add(strings.ToLower(text))
	f.Add("")
	f.Fuzz(func(t *testing.T, forged string) {
		if _, err := footer.Open(key, forged, now); (err == nil) != (forged == text) {
			t.Errorf("%q: got %v", forged, err)
		}
	})
}
