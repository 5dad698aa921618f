package mail

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		name, text, want string
		columns          int
	}{
		{"fits", "one two", "one two", 7},
		{"breaks at a space", "one two three", "one two\nthree", 8},
		{"an address stays whole", "see https://example.org/long here", "see\nhttps://example.org/long\nhere", 10},
		{"wide characters take two columns", "ありがとう", "あり\nがと\nう", 4},
		{"no line begins with a full stop", "あいうえ。か", "あいう\nえ。か", 8},
		{"no line ends with an opening bracket", "あい「うえ」", "あい\n「う\nえ」", 6},
		{"Latin words in Japanese stay whole", "このChromeから", "この\nChrome\nから", 7},
		{"marks of direction take no room", "\u2068ab\u2069 cd", "\u2068ab\u2069 cd", 5},
		{"nothing", "", "", 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := wrap(test.text, test.columns); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Breaking lines loses no character, and a line that is too long is one that
// could not be broken.
func TestWrapKeepsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([a-z]{1,12}|[あ-ん。「」]{1,6}| ){0,40}`).Draw(t, "text")
		columns := rapid.IntRange(4, 40).Draw(t, "columns")
		wrapped := wrap(text, columns)
		bare := strings.NewReplacer(" ", "", "\n", "")
		if got, want := bare.Replace(wrapped), bare.Replace(text); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		for line := range strings.Lines(wrapped) {
			line = strings.TrimRight(line, "\n")
			if columnsOf(line) > columns && len(units(strings.TrimLeft(line, " "))) > 1 {
				t.Errorf("%q is wider than %d", line, columns)
			}
		}
	})
}
