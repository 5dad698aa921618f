package brand

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A failer is what *testing.T and *rapid.T have in common here.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func parsed(t failer, s string) colour {
	t.Helper()
	c, ok := parseColour(s)
	if !ok {
		t.Fatalf("%q is no colour", s)
	}
	return c
}

// The figures are those of WCAG's own examples and of other checkers.
func TestContrast(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want float64
	}{
		{"#000000", "#ffffff", 21},
		{"#ffffff", "#000000", 21},
		{"#777777", "#ffffff", 4.48},
		{"#767676", "#ffffff", 4.54},
		{"#ff0000", "#ffffff", 4.00},
		{"#0000ff", "#ffffff", 8.59},
		{"#123456", "#123456", 1},
	} {
		if got := contrast(parsed(t, tt.a), parsed(t, tt.b)); math.Abs(got-tt.want) > 0.005 {
			t.Errorf("%s on %s: got %.3f, want %.2f", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestTheme(t *testing.T) {
	for name, tt := range map[string]struct {
		brand Brand
		want  string
	}{
		"nothing":   {Brand{}, ""},
		"no colour": {Brand{Accent: "teal"}, ""},
		"corners":   {Brand{Corners: Square}, ":root{--r:0px;--r-s:0px;}"},
		"fonts":     {Brand{Fonts: []string{"Inter", "Noto Serif JP"}}, `:root{--font:"Inter","Noto Serif JP",;}`},
		"accent that is fine": {
			Brand{Accent: "#0b6a58"}, ":root{--accent:#0b6a58;--accent-ink:#ffffff;--accent-wash:#e7f0ee;}" +
				"@media (prefers-color-scheme:dark){:root{--accent:#73aa9f;--accent-ink:#0c1411;--accent-wash:#252e2b;}}",
		},
		"ground": {
			Brand{Ground: "#f7f4ee"}, ":root{--paper:#f7f4ee;}@media (prefers-color-scheme:dark){:root{--paper:#141715;}}",
		},
	} {
		if d := cmp.Diff(tt.brand.Theme(), tt.want); d != "" {
			t.Errorf("%s (-got +want):\n%s", name, d)
		}
	}
}

func TestCorrections(t *testing.T) {
	for name, tt := range map[string]struct {
		brand Brand
		want  []string
	}{
		"what is fine":            {Brand{Accent: "#0b6a58", Ground: "#f7f4ee"}, nil},
		"accent that is too pale": {Brand{Accent: "#ffd400"}, []string{"accent"}},
		"ground that is too dark": {Brand{Accent: "#0b6a58", Ground: "#334455"}, []string{"ground"}},
		"accent on a ground":      {Brand{Accent: "#ffd400", Ground: "#334455"}, []string{"ground", "accent"}},
	} {
		var keys []string
		for _, c := range tt.brand.Corrections() {
			keys = append(keys, c.Key)
		}
		if d := cmp.Diff(keys, tt.want); d != "" {
			t.Errorf("%s (-got +want):\n%s", name, d)
		}
	}
}

// A reading says what Theme does, and where it corrects and why.
func TestReadings(t *testing.T) {
	b := Brand{Accent: "#ffd400", Ground: "#334455"}
	var got []string
	for _, r := range b.Readings() {
		got = append(got, fmt.Sprintf("%s %s %s %.1f %s %.1f %v", r.Key, r.On, r.Declared, r.Ratio, r.Shown, r.Reached, r.Corrected()))
	}
	if d := cmp.Diff(got, []string{
		"accent light #ffd400 1.2 #796a09 4.7 true",
		"accent dark #ffd400 9.0 #ffd400 9.0 false",
		"ground light #334455 1.5 #f3f4f5 5.7 true",
		"ground edges #334455 2.9 #f3f4f5 3.1 true",
	}); d != "" {
		t.Errorf("(-got +want):\n%s", d)
	}
	if none := (&Brand{Accent: "red", Ground: "url(x)"}).Readings(); none != nil {
		t.Errorf("got %v of what is no colour", none)
	}
}

var token = regexp.MustCompile(`--([a-z-]+):(#[0-9a-f]{6});`)

// tokensOf returns the colours of a stylesheet's light and dark part.
func tokensOf(t failer, sheet string) (light, dark map[string]colour) {
	t.Helper()
	first, second, _ := strings.Cut(sheet, "@media")
	read := func(part string) map[string]colour {
		m := map[string]colour{}
		for _, found := range token.FindAllStringSubmatch(part, -1) {
			m[found[1]] = parsed(t, found[2])
		}
		return m
	}
	return read(first), read(second)
}

// Whatever colours a brand declares, in what the browser is given: the accent
// can be read on every ground that it stands on and what is written on the
// accent can be read, in light and in dark; and so can the product's own
// colours on the brand's ground.
func TestTheme_can_be_read(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hex := rapid.Custom(func(t *rapid.T) string {
			return fmt.Sprintf("#%06x", rapid.Uint32Range(0, 0xffffff).Draw(t, "colour"))
		})
		b := Brand{Accent: hex.Draw(t, "accent")}
		if rapid.Bool().Draw(t, "with a ground") {
			b.Ground = hex.Draw(t, "ground")
		}
		light, dark := tokensOf(t, b.Theme())
		paper, own := light["paper"], b.Ground != ""
		if !own {
			paper = lightPaper
		}
		atLeast := func(what string, a, b colour, want float64) {
			if got := contrast(a, b); got < want {
				t.Errorf("%s: %s on %s is %.2f, want %.1f", what, a, b, got, want)
			}
		}
		for what, ground := range map[string]colour{"page": paper, "card": lightCard, "wash": light["accent-wash"], "the product's wash": lightWash} {
			atLeast("accent on the "+what, light["accent"], ground, 4.5)
		}
		for what, ground := range map[string]colour{
			"page": parsed(t, darkPaper), "card": darkCard, "wash": dark["accent-wash"], "the product's wash": darkWash,
		} {
			atLeast("accent on the dark "+what, dark["accent"], ground, 4.5)
		}
		atLeast("words on the accent", light["accent-ink"], light["accent"], 4.5)
		atLeast("words on the dark accent", dark["accent-ink"], dark["accent"], 4.5)
		for _, c := range onPaper {
			atLeast("words on the page", c, paper, 4.5)
		}
		atLeast("edges on the page", edge, paper, 3)
		if own && dark["paper"] != parsed(t, darkPaper) {
			t.Errorf("the dark page is %s", dark["paper"])
		}
	})
}

// A correction is the smallest that does: what is fine stays as it was
// declared, and correcting twice changes nothing more.
func TestTheme_corrects_no_more_than_it_must(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := parsed(t, fmt.Sprintf("#%06x", rapid.Uint32Range(0, 0xffffff).Draw(t, "colour")))
		if fixed := c.light(lightPaper); fixed.light(lightPaper) != fixed {
			t.Errorf("%s becomes %s, and then %s", c, fixed, fixed.light(lightPaper))
		}
		if c.onLight(lightPaper) >= textContrast && c.light(lightPaper) != c {
			t.Errorf("%s can be read and was changed", c)
		}
		if fixed := c.ground(); fixed.ground() != fixed {
			t.Errorf("the ground %s becomes %s, and then %s", c, fixed, fixed.ground())
		}
	})
}

// The colours that a brand's must suit are those of the stylesheet.
func TestTheme_knows_the_stylesheet(t *testing.T) {
	sheet, err := os.ReadFile("../../static/css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark, _ := strings.Cut(string(sheet), "@media")
	for _, tt := range []struct {
		part, name string
		want       colour
	}{
		{light, "ink", onPaper[0]},
		{light, "soft", onPaper[1]},
		{light, "given", onPaper[2]},
		{light, "frozen", onPaper[3]},
		{light, "waiting", onPaper[4]},
		{light, "failed", onPaper[5]},
		{light, "edge", edge},
		{light, "paper", lightPaper},
		{light, "given-wash", lightWash},
		{dark, "paper", parsed(t, darkPaper)},
		{dark, "card", darkCard},
	} {
		if want := "--" + tt.name + ": " + tt.want.String() + ";"; !strings.Contains(tt.part, want) {
			t.Errorf("the stylesheet lacks %q", want)
		}
	}
}
