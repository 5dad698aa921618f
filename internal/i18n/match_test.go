package i18n_test

import (
	"slices"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	b := load(t)
	all := []string{"en", "ja", "ar"}
	for _, test := range []struct {
		name, header string
		offered      []string
		want         string
	}{
		{"a browser's usual header", "ja,en-US;q=0.9,en;q=0.8", all, "ja"},
		{"a region finds its language", "ar-EG", all, "ar"},
		{"the weight decides, not the order", "en;q=0.2, ja;q=0.8", all, "ja"},
		{"a refused language is not taken", "ja;q=0, ar", all, "ar"},
		{"nothing that we have", "fr, de", []string{"ja", "en"}, "ja"},
		{"anything", "*", all, "en"},
		{"no header", "", []string{"ja", "en"}, "ja"},
		{"nonsense", ";;;===,,,q", all, "en"},
		{"a language finds what is offered for a region", "pt", []string{"en", "pt-BR"}, "pt-BR"},
		{"Chinese in the other script is not it", "zh-TW", []string{"en", "zh-Hans"}, "en"},
		{"nothing offered", "ja", nil, "en"},
		{"what follows the bound is not read", strings.Repeat("fr,", 200) + "ja", all, "en"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := b.Match(test.header, test.offered); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzMatch(f *testing.F) {
	for _, seed := range []string{"ja,en-US;q=0.9", "*", "x-klingon", "zh-Hant-TW;q=0.1", strings.Repeat("a-", 300), "\x00"} {
		f.Add(seed)
	}
	b := load(f)
	offered := []string{"ja", "en", "pt-BR", "zh-Hans"}
	f.Fuzz(func(t *testing.T, header string) {
		if got := b.Match(header, offered); !slices.Contains(offered, got) {
			t.Errorf("got %q, want one of %q", got, offered)
		}
	})
}
