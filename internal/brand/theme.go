package brand

import (
	"fmt"
	"strings"
)

// Corners is how round the corners of cards, fields and buttons are.
type Corners string

// The corners; "" is between small and round.
const (
	Square Corners = "square"
	Small  Corners = "small"
	Round  Corners = "round"
)

// AllCorners lists what a brand may choose.
var AllCorners = [...]Corners{Square, Small, Round}

// The grounds and colours of the product's own stylesheet that a brand's
// colours meet; see static/css/tokens.css.
var (
	lightCard  = colour{0xff, 0xff, 0xff}
	lightPaper = colour{0xfa, 0xf9, 0xf6}
	lightWash  = colour{0xe4, 0xf1, 0xed} // the darkest ground that text stands on in light
	darkCard   = colour{0x1c, 0x20, 0x1e}
	darkWash   = colour{0x2c, 0x33, 0x2f} // the palest in dark
	white      = colour{255, 255, 255}
	black      = colour{0x0c, 0x14, 0x11}

	// onPaper are the colours of text that stands on the page in light.
	onPaper = []colour{
		{0x1d, 0x23, 0x20}, {0x59, 0x63, 0x5d}, {0x0b, 0x6a, 0x58}, {0x2f, 0x5f, 0xa8}, {0x8a, 0x50, 0x00}, {0xb3, 0x26, 0x1e},
	}
	// edge is the colour of the borders of fields.
	edge = colour{0x85, 0x8d, 0x87}
)

// What WCAG 2.2 asks of text (1.4.3) and of the borders of fields (1.4.11),
// and a little more for rounding.
const (
	textContrast = 4.5 + 0.1
	partContrast = 3 + 0.1
)

// Theme returns the custom properties of the brand, for light and dark pages;
// "" when it has none. Colours that do not stand out enough are corrected.
func (b *Brand) Theme() string {
	light, dark := b.Tokens()
	var sheet strings.Builder
	if light != "" {
		sheet.WriteString(":root{" + light + "}")
	}
	if dark != "" {
		sheet.WriteString("@media (prefers-color-scheme:dark){:root{" + dark + "}}")
	}
	return sheet.String()
}

// Tokens are the declarations of Theme: those of light pages, and what dark
// ones have beyond them.
func (b *Brand) Tokens() (light, dark string) {
	var l, d strings.Builder
	if c, ok := parseColour(b.Ground); ok {
		fmt.Fprintf(&l, "--paper:%s;", c.ground())
	}
	if c, ok := parseColour(b.Accent); ok {
		l.WriteString(c.light(b.paper()).tokens(lightCard))
		d.WriteString(c.dark().tokens(darkCard))
	}
	switch b.Corners {
	case Square:
		l.WriteString("--r:0px;--r-s:0px;")
	case Small:
		l.WriteString("--r:6px;--r-s:4px;")
	case Round:
		l.WriteString("--r:20px;--r-s:16px;")
	}
	if len(b.Fonts) > 0 {
		fmt.Fprintf(&l, "--font:\"%s\",;", strings.Join(b.Fonts, `","`))
	}
	if b.Ground != "" {
		// The page of a dark theme is the product's own.
		d.WriteString("--paper:" + darkPaper + ";")
	}
	return l.String(), d.String()
}

const darkPaper = "#141715"

// A Correction is a colour that is shown otherwise than it was declared, so
// that whoever chose it can be told.
type Correction struct {
	Key   string // as in the declaration
	Shown string // on light pages
}

// Corrections returns the colours that Theme corrects on light pages.
func (b *Brand) Corrections() []Correction {
	var list []Correction
	if c, ok := parseColour(b.Ground); ok && c.ground() != c {
		list = append(list, Correction{"ground", c.ground().String()})
	}
	if c, ok := parseColour(b.Accent); ok && c.light(b.paper()) != c {
		list = append(list, Correction{"accent", c.light(b.paper()).String()})
	}
	return list
}

// paper is the ground of the brand's pages in light.
func (b *Brand) paper() colour {
	if c, ok := parseColour(b.Ground); ok {
		return c.ground()
	}
	return lightPaper
}

// ground returns c, made paler until all that stands on it can be read.
func (c colour) ground() colour {
	return c.towards(white, func(c colour) bool {
		return c.under(onPaper...) >= textContrast && c.under(edge) >= partContrast
	})
}

// light returns c, made darker until it can be read on every ground of light
// pages.
func (c colour) light(paper colour) colour {
	return c.towards(black, func(c colour) bool { return c.onLight(paper) >= textContrast })
}

// dark returns c, made paler until it can be read on every ground of dark
// pages.
func (c colour) dark() colour {
	return c.towards(white, func(c colour) bool { return c.onDark() >= textContrast })
}

// towards mixes c with goal until it is enough; goal itself always is.
func (c colour) towards(goal colour, enough func(colour) bool) colour {
	const step, most = 0.06, 100
	for range most {
		if enough(c) {
			return c
		}
		c = c.mix(goal, step)
	}
	return goal
}

// wash is the ground of what the brand's colour marks.
func (c colour) wash(card colour) colour { return card.mix(c, 0.1) }

// tokens are the properties that the stylesheet knows of an accent.
func (c colour) tokens(card colour) string {
	ink := white
	if contrast(c, white) < textContrast {
		ink = black
	}
	return fmt.Sprintf("--accent:%s;--accent-ink:%s;--accent-wash:%s;", c, ink, c.wash(card))
}
