package pdf

import (
	"fmt"
	"time"
)

// Measures of a page, in points: A4 (ISO 216).
const (
	pageWidth  = 595.28
	pageHeight = 841.89
	margin     = 48
	bottom     = 64 // with the number of the page
	body       = 9.5
	leading    = 1.6 // of the size
	gutter     = 8   // between the cells of a row
)

// Options say what a document is.
type Options struct {
	Title       string
	Foot        string // at the foot of each page, before its number
	Lang        string // BCP 47
	RightToLeft bool
	MadeAt      time.Time
}

// A Document is written from its start to its end, which is Bytes. It is not
// safe for concurrent use.
type Document struct {
	Options
	set   *setter
	pages []*page
	y     float64 // base of the last line
}

// A page is what is drawn on it.
type page struct {
	glyphs []placed
	rules  []rule
}

type placed struct {
	glyph
	size float64
}

// A rule is a thin line across.
type rule struct{ x, y, width float64 }

// New begins a document. It fails on a font that cannot be read.
func New(o Options) (*Document, error) {
	set, err := newSetter(o.Lang)
	if err != nil {
		return nil, err
	}
	d := &Document{Options: o, set: set}
	d.turn()
	return d, nil
}

// turn begins a page.
func (d *Document) turn() {
	d.pages = append(d.pages, &page{})
	d.y = pageHeight - margin
}

// down moves on by a line, to the next page where this one is full.
func (d *Document) down(size float64) (turned bool) {
	if d.y-size*leading < bottom {
		d.turn()
		turned = true
	}
	d.y -= size * leading
	return turned
}

// Heading writes a heading; 1 is the title.
func (d *Document) Heading(level int, text string) {
	size := map[int]float64{1: 18, 2: 13}[level]
	if size == 0 {
		size = 10.5
	}
	// It stays with what it heads.
	if d.y-size*leading-4*body*leading < bottom {
		d.turn()
	}
	d.y -= size * 0.6
	d.block(text, size, margin, pageWidth-2*margin)
	d.y -= size * 0.2
}

// Paragraph writes a paragraph.
func (d *Document) Paragraph(text string) {
	d.block(text, body, margin, pageWidth-2*margin)
	d.y -= body * 0.4
}

func (d *Document) block(text string, size, x, width float64) {
	for _, line := range d.set.wrap(text, width/size) {
		d.down(size)
		d.put(line, size, x, width)
	}
}

// put draws a line on the base, where the document begins its lines.
func (d *Document) put(line string, size, x, width float64) {
	glyphs, used := d.set.line(line)
	if d.RightToLeft {
		x += width - used*size
	}
	now := d.pages[len(d.pages)-1]
	for _, g := range glyphs {
		g.x, g.y = x+g.x*size, d.y+g.y*size
		now.glyphs = append(now.glyphs, placed{g, size})
	}
}

// Table writes rows under the names of their columns, whose widths are shares.
// Rows have a cell for each column.
func (d *Document) Table(head []string, shares []float64, rows [][]string) {
	var sum, x float64
	for _, s := range shares {
		sum += s
	}
	columns := make([]column, len(shares))
	for i, s := range shares {
		width := (pageWidth - 2*margin) * s / sum
		columns[i] = column{margin + x, width - gutter}
		if d.RightToLeft {
			columns[i].x = pageWidth - margin - x - width + gutter
		}
		x += width
	}
	d.row(head, columns, nil)
	for _, cells := range rows {
		d.row(cells, columns, head)
	}
	d.y -= body
}

type column struct{ x, width float64 }

// row writes cells beside each other, on one page where one can hold them. On a
// new page head stands over them.
func (d *Document) row(cells []string, columns []column, head []string) {
	wrapped := make([][]string, len(cells))
	most := 0
	for i, cell := range cells {
		wrapped[i] = d.set.wrap(cell, columns[i].width/body)
		most = max(most, len(wrapped[i]))
	}
	height := body * leading
	if needs := float64(most) * height; needs < pageHeight-margin-bottom-2*height {
		height = needs
	}
	for n := range most {
		if d.y-height < bottom {
			d.turn()
			if head != nil {
				d.row(head, columns, nil)
			}
		}
		height = body * leading
		d.down(body)
		for i, lines := range wrapped {
			if n < len(lines) {
				d.put(lines[n], body, columns[i].x, columns[i].width)
			}
		}
	}
	d.y -= body * 0.3
	now := d.pages[len(d.pages)-1]
	now.rules = append(now.rules, rule{margin, d.y - body*0.1, pageWidth - 2*margin})
}

// number writes the foot of every page.
func (d *Document) number() {
	all := d.pages
	for i := range all {
		d.pages, d.y = all[:i+1], bottom/2
		d.put(fmt.Sprintf("%s  %d / %d", d.Foot, i+1, len(all)), body*0.85, margin, pageWidth-2*margin)
	}
}
