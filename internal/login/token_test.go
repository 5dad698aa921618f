package login_test

import (
	"strings"
	"testing"

	"livingprofile/internal/login"
	"livingprofile/internal/secret"
)

func TestValidToken(t *testing.T) {
	good := strings.Repeat("A", 43)
	for _, tt := range []struct {
		name, token string
		want        bool
	}{
		{"43 letters", good, true},
		{"a fresh token", secret.Token(), true},
		{"nothing", "", false},
		{"one short", good[1:], false},
		{"one over", good + "A", false},
		{"padding", good[1:] + "=", false},
		{"bits to spare that are set", good[1:] + "B", false},
		{"the other alphabet", good[1:] + "+", false},
		{"a line break inside, which decoders skip", good[:20] + "\n" + good[21:], false},
		{"a zero byte", good[:42] + "\x00", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := login.ValidToken(tt.token); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestParseCode(t *testing.T) {
	for _, tt := range []struct {
		name, typed, want string
	}{
		{"plain", "12345678", "12345678"},
		{"in groups", " 1234 5678\u00a0", "12345678"},
		{"with a hyphen", "1234-5678", "12345678"},
		{"from a Japanese keyboard", "１２３４　５６７８", "12345678"},
		{"too short", "1234567", ""},
		{"too long", "123456789", ""},
		{"letters", "1234567a", ""},
		{"digits of another script", "١٢٣٤٥٦٧٨", ""},
		{"a sign", "+1234567", ""},
		{"very long", strings.Repeat("1", 1<<20), ""},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := login.ParseCode(tt.typed)
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("got %q, %v; want %q", got, ok, tt.want)
			}
		})
	}
}

func FuzzValidToken(f *testing.F) {
	f.Add(secret.Token())
	f.Add("")
	f.Add(strings.Repeat("_", 43))
	f.Fuzz(func(t *testing.T, s string) {
		if login.ValidToken(s) && (len(s) != 43 || strings.Trim(s,
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "") {
			t.Errorf("%q is taken for a token", s)
		}
	})
}

func FuzzParseCode(f *testing.F) {
	f.Add("1234 5678")
	f.Add("１２３４５６７８")
	f.Fuzz(func(t *testing.T, s string) {
		code, ok := login.ParseCode(s)
		if ok != (len(code) == login.CodeDigits) || strings.Trim(code, "0123456789") != "" {
			t.Errorf("%q is read as %q, %v", s, code, ok)
		}
		if again, _ := login.ParseCode(code); again != code {
			t.Errorf("%q is read as %q, and that as %q", s, code, again)
		}
	})
}
