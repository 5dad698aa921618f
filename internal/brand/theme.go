package brand

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Theme returns the custom properties of a brand's accent, for light and dark
// pages. An accent that does not stand out from the page by 4.5:1 (WCAG 2.2,
// 1.4.3) is made darker or lighter until it does.
func Theme(accent string) string {
	c, ok := parseColour(accent)
	if !ok {
		return ""
	}
	light := c.until(lightPaper, minContrast)
	dark := c.until(darkCard, minContrast)
	var b strings.Builder
	b.WriteString(":root{" + light.tokens(lightPaper) + "}")
	b.WriteString("@media (prefers-color-scheme:dark){:root{" + dark.tokens(darkCard) + "}}")
	return b.String()
}

// Corrected tells whether Theme shows another colour than accent on light
// pages, so that whoever chose it can be told.
func Corrected(accent string) bool {
	c, ok := parseColour(accent)
	return !ok || c.until(lightPaper, minContrast) != c
}

const minContrast = 4.6 // a little over what is asked, for rounding

// colour is in sRGB, 0 to 255.
type colour struct{ r, g, b float64 }

var (
	lightPaper = colour{0xe4, 0xf1, 0xed} // the palest ground that an accent stands on
	darkCard   = colour{0x2c, 0x33, 0x2f}
	white      = colour{255, 255, 255}
	black      = colour{0x0c, 0x14, 0x11}
)

func parseColour(s string) (colour, bool) {
	if len(s) != 7 || s[0] != '#' {
		return colour{}, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	if err != nil {
		return colour{}, false
	}
	return colour{float64(n >> 16), float64(n >> 8 & 0xff), float64(n & 0xff)}, true
}

func (c colour) String() string {
	return fmt.Sprintf("#%02x%02x%02x", int(c.r+.5), int(c.g+.5), int(c.b+.5))
}

// luminance is WCAG's relative luminance.
func (c colour) luminance() float64 {
	f := func(v float64) float64 {
		v /= 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*f(c.r) + 0.7152*f(c.g) + 0.0722*f(c.b)
}

func contrast(a, b colour) float64 {
	la, lb := a.luminance(), b.luminance()
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// until moves c away from ground until they differ enough.
func (c colour) until(ground colour, least float64) colour {
	goal := black
	if ground.luminance() < 0.2 {
		goal = white
	}
	for i := 0; i < 40 && contrast(c, ground) < least; i++ {
		c = c.mix(goal, 0.06)
	}
	return c
}

func (c colour) mix(d colour, share float64) colour {
	return colour{c.r + (d.r-c.r)*share, c.g + (d.g-c.g)*share, c.b + (d.b-c.b)*share}
}

// tokens are the properties that the stylesheet knows.
func (c colour) tokens(ground colour) string {
	ink := white
	if contrast(c, white) < 4.5 {
		ink = black
	}
	base := white
	if ground.luminance() < 0.2 {
		base = colour{0x1c, 0x20, 0x1e}
	}
	return fmt.Sprintf("--accent:%s;--accent-ink:%s;--accent-wash:%s", c, ink, base.mix(c, 0.1))
}
