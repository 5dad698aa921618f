package brand

// A Reading is how well one colour of a brand stands out, and what is shown
// where it does not.
type Reading struct {
	Key      string // of the colour, as in the declaration
	On       Face
	Declared string
	Shown    string
	// Ratio is WCAG's, of the declared colour beside the worst of what it
	// meets; Reached is that of the shown one, and Needed the least.
	Ratio, Reached, Needed float64
}

// Corrected tells whether the colour is shown otherwise than declared.
func (r *Reading) Corrected() bool { return r.Shown != r.Declared }

// A Face is one of the looks of a page.
type Face string

// The faces. Edges are the borders of fields on light pages.
const (
	Light Face = "light"
	Dark  Face = "dark"
	Edges Face = "edges"
)

// Readings returns what Theme makes of the brand's colours; nothing for what is
// no colour.
func (b *Brand) Readings() []Reading {
	var all []Reading
	if c, ok := parseColour(b.Accent); ok {
		light, dark := c.light(b.paper()), c.dark()
		all = append(
			all,
			Reading{"accent", Light, c.String(), light.String(), c.onLight(b.paper()), light.onLight(b.paper()), textContrast},
			Reading{"accent", Dark, c.String(), dark.String(), c.onDark(), dark.onDark(), textContrast},
		)
	}
	if c, ok := parseColour(b.Ground); ok {
		shown := c.ground()
		all = append(
			all,
			Reading{"ground", Light, c.String(), shown.String(), c.under(onPaper...), shown.under(onPaper...), textContrast},
			Reading{"ground", Edges, c.String(), shown.String(), c.under(edge), shown.under(edge), partContrast},
		)
	}
	return all
}

// onLight is the least contrast of c with what it stands on in light pages.
func (c colour) onLight(paper colour) float64 {
	return c.under(paper, lightCard, lightWash, c.wash(lightCard))
}

func (c colour) onDark() float64 { return c.under(darkCard, darkWash, c.wash(darkCard)) }

// under is the least contrast of c with others.
func (c colour) under(others ...colour) float64 {
	least := contrast(c, others[0])
	for _, o := range others[1:] {
		least = min(least, contrast(c, o))
	}
	return least
}
