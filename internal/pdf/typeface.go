package pdf

import (
	"slices"
	"unicode"

	"github.com/boxesandglue/textshape/ot"
	"golang.org/x/text/unicode/bidi"
)

// A typeface is a font with what was used of it.
type typeface struct {
	*font
	used map[ot.GlyphID][]rune // with the characters that it stands for
}

// em is a measure of the font as a part of its size.
func (t *typeface) em(units int16) float64 { return float64(units) / float64(t.face.Upem()) }

// A glyph is a shape at its place from the start of its line, in parts of the
// size.
type glyph struct {
	of   *typeface
	id   ot.GlyphID
	x, y float64
}

// A setter puts lines of text into glyphs. The first of its faces that has a
// character sets it.
type setter struct {
	faces []*typeface
	lines map[string]line
}

// A line is text that was set. Words and cells come again and again, and
// shaping costs more than all the rest.
type line struct {
	glyphs []glyph
	width  float64
}

// newSetter prefers the font that is drawn for the language.
func newSetter(lang string) (*setter, error) {
	s := &setter{lines: map[string]line{}}
	for i := range shelves {
		f, err := shelves[i].take()
		if err != nil {
			return nil, err
		}
		s.faces = append(s.faces, &typeface{f, map[ot.GlyphID][]rune{}})
	}
	if lang == "ja" {
		slices.Reverse(s.faces)
	}
	return s, nil
}

// end gives the fonts back.
func (s *setter) end() {
	for _, f := range s.faces {
		f.from.free.Put(f.font)
	}
	s.faces = nil
}

// rightToLeft tells whether text runs from right to left: by its first character
// that has a direction (UAX #9, P2). Without one it is a number, and does not.
func rightToLeft(text string) bool {
	for _, r := range text {
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.L:
			return false
		case bidi.R, bidi.AL:
			return true
		}
	}
	return false
}

// A run is text of one direction and one face.
type run struct {
	text     []rune
	leftward bool
	of       *typeface
}

// line sets text that fits on a line, and returns its width.
func (s *setter) line(text string) ([]glyph, float64) {
	l, ok := s.lines[text]
	if !ok {
		l = s.shape(text)
		s.lines[text] = l
	}
	return l.glyphs, l.width
}

func (s *setter) shape(text string) line {
	var all []glyph
	width := 0.0
	for _, r := range s.runs(text) {
		buffer := ot.NewBuffer()
		codepoints := make([]ot.Codepoint, len(r.text))
		for i, c := range r.text {
			codepoints[i] = ot.Codepoint(c)
		}
		buffer.AddCodepoints(codepoints)
		buffer.GuessSegmentProperties()
		buffer.Direction = ot.DirectionLTR
		if r.leftward {
			buffer.Direction = ot.DirectionRTL
		}
		r.of.shaper.Shape(buffer, nil)
		r.note(buffer.Info)
		for i, g := range buffer.Info {
			p := buffer.Pos[i]
			all = append(all, glyph{r.of, g.GlyphID, width + r.of.em(p.XOffset), r.of.em(p.YOffset)})
			width += r.of.em(p.XAdvance)
		}
	}
	return line{all, width}
}

// note remembers which characters the glyphs stand for, so that the text can be
// found and copied: the first of a cluster that is no mark stands for all of it.
func (r *run) note(glyphs []ot.GlyphInfo) {
	var starts []int
	for _, g := range glyphs {
		starts = append(starts, g.Cluster)
	}
	slices.Sort(starts)
	starts = append(slices.Compact(starts), len(r.text))
	seen := map[int]bool{}
	for i := range glyphs {
		g := &glyphs[i]
		first := !g.IsMark() && !seen[g.Cluster]
		seen[g.Cluster] = seen[g.Cluster] || first
		if known := r.of.used[g.GlyphID]; known == nil && first {
			at, _ := slices.BinarySearch(starts, g.Cluster)
			r.of.used[g.GlyphID] = r.text[g.Cluster:starts[at+1]]
		} else {
			r.of.used[g.GlyphID] = known
		}
	}
}

// runs cuts a line into runs, in the order in which they are seen.
func (s *setter) runs(text string) []run {
	leftward := rightToLeft(text)
	var p bidi.Paragraph
	direction := bidi.LeftToRight
	if leftward {
		direction = bidi.RightToLeft
	}
	if _, err := p.SetString(text, bidi.DefaultDirection(direction)); err != nil {
		return nil
	}
	order, err := p.Order()
	if err != nil {
		return nil
	}
	var all []run
	for i := range order.NumRuns() {
		one := order.Run(i)
		parts := s.byFace([]rune(one.String()), one.Direction() == bidi.RightToLeft)
		if one.Direction() == bidi.RightToLeft != leftward {
			slices.Reverse(parts) // twice is once: all are reversed below
		}
		all = append(all, parts...)
	}
	if leftward {
		slices.Reverse(all)
	}
	return all
}

// byFace cuts a run where another face has to set it.
func (s *setter) byFace(text []rune, leftward bool) []run {
	var all []run
	for _, r := range text {
		if unicode.IsControl(r) {
			continue
		}
		of := s.faceOf(r)
		if last := len(all) - 1; last >= 0 && (all[last].of == of || unicode.In(r, unicode.Mn, unicode.Cf)) {
			all[last].text = append(all[last].text, r)
			continue
		}
		all = append(all, run{[]rune{r}, leftward, of})
	}
	return all
}

func (s *setter) faceOf(r rune) *typeface {
	for _, f := range s.faces {
		if _, has := f.face.Cmap().Lookup(ot.Codepoint(r)); has {
			return f
		}
	}
	return s.faces[0]
}
