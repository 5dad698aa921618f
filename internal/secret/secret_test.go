package secret_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"livingprofile/internal/secret"
)

func TestToken(t *testing.T) {
	seen := make(map[string]bool)
	var ones [256]int
	const n = 2000
	for range n {
		token := secret.Token()
		b, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil || len(b) != 32 || len(token) != 43 {
			t.Fatalf("token %q: got %d bytes and %v, want 32", token, len(b), err)
		}
		if seen[token] {
			t.Fatal("a token came up twice")
		}
		seen[token] = true
		for i := range ones {
			ones[i] += int(b[i/8] >> (i % 8) & 1)
		}
	}
	// Ten standard deviations either way of half.
	for i, got := range ones {
		if got < n/2-224 || got > n/2+224 {
			t.Errorf("bit %d was set in %d of %d tokens: it is not random", i, got, n)
		}
	}
}

func TestCode(t *testing.T) {
	for _, digits := range []int{1, 6, 8, 40} {
		code := secret.Code(digits)
		if len(code) != digits || strings.Trim(code, "0123456789") != "" {
			t.Errorf("code of %d digits: got %q", digits, code)
		}
	}
	var counts [10]int
	const n = 1_000_000
	for _, d := range secret.Code(n) {
		counts[d-'0']++
	}
	// Ten standard deviations. Without the rejection each of 0 to 5 would come
	// up 101,562 times, which their sum shows best: 609,375, not 600,000.
	low := 0
	for d, got := range counts {
		if got < n/10-3000 || got > n/10+3000 {
			t.Errorf("digit %d came up %d times in %d", d, got, n)
		}
		if d < 6 {
			low += got
		}
	}
	if low > n*6/10+4900 {
		t.Errorf("digits below 6 came up %d times in %d: they are likelier than others", low, n)
	}
}

func TestCodeNeedsDigits(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a code of no digits is given out")
		}
	}()
	secret.Code(0)
}

func TestEqual(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"token", "token", true},
		{"token", "tokem", false},
		{"token", "toke", false},
		{"token", "", false},
		{"", "token", false},
		{"", "", false},
	} {
		if got := secret.Equal(test.a, test.b); got != test.want {
			t.Errorf("Equal(%q, %q): got %v, want %v", test.a, test.b, got, test.want)
		}
	}
}
