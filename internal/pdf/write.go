package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"maps"
	"slices"
	"sync"
	"unicode/utf16"

	"github.com/boxesandglue/textshape/ot"
	"github.com/boxesandglue/textshape/subset"
)

// Bytes ends the document and returns it.
func (d *Document) Bytes() ([]byte, error) {
	d.number()
	defer d.set.end()
	w := &writer{}
	w.out.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	catalog, pages, info := w.reserve(), w.reserve(), w.reserve()
	w.fonts = map[*typeface]embedded{}
	resources := ""
	for i, f := range d.set.faces {
		if len(f.used) == 0 {
			continue
		}
		e, err := w.font(f, fmt.Sprintf("F%d", i))
		if err != nil {
			return nil, err
		}
		w.fonts[f] = e
		resources += fmt.Sprintf("/%s %d 0 R ", e.name, e.object)
	}
	kids := ""
	for _, p := range d.pages {
		content := w.stream("", w.content(p))
		one := w.object(fmt.Sprintf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.2f %.2f]/Resources<</Font<<%s>>>>/Contents %d 0 R>>",
			pages, pageWidth, pageHeight, resources, content))
		kids += fmt.Sprintf("%d 0 R ", one)
	}
	direction := "L2R"
	if d.RightToLeft {
		direction = "R2L"
	}
	w.fill(pages, fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids, len(d.pages)))
	w.fill(catalog, fmt.Sprintf("<</Type/Catalog/Pages %d 0 R/Lang(%s)/ViewerPreferences<</DisplayDocTitle true/Direction/%s>>>>",
		pages, d.Lang, direction))
	w.fill(info, fmt.Sprintf("<</Title %s/CreationDate(D:%sZ)>>", hexText(d.Title), d.MadeAt.UTC().Format("20060102150405")))
	return w.close(catalog, info), nil
}

// A writer writes the objects of a file.
type writer struct {
	out   bytes.Buffer
	at    []int // where the objects begin, from the first
	fonts map[*typeface]embedded
}

// An embedded font is a typeface cut down to what is used.
type embedded struct {
	name   string // in the resources
	object int
	plan   *subset.Plan
}

// reserve gives the number of an object that is written later.
func (w *writer) reserve() int {
	w.at = append(w.at, 0)
	return len(w.at)
}

func (w *writer) fill(number int, body string) {
	w.at[number-1] = w.out.Len()
	fmt.Fprintf(&w.out, "%d 0 obj\n%s\nendobj\n", number, body)
}

func (w *writer) object(body string) int {
	number := w.reserve()
	w.fill(number, body)
	return number
}

// packers are kept, for one takes far more memory than most of what it packs.
var packers = sync.Pool{New: func() any { return zlib.NewWriter(nil) }}

func (w *writer) stream(entries string, content []byte) int {
	var packed bytes.Buffer
	z, _ := packers.Get().(*zlib.Writer)
	defer packers.Put(z)
	z.Reset(&packed)
	_, _ = z.Write(content) // into memory
	_ = z.Close()
	return w.object(fmt.Sprintf("<</Filter/FlateDecode%s/Length %d>>stream\n%s\nendstream", entries, packed.Len(), packed.Bytes()))
}

// content draws a page. Each glyph is placed by itself: shaping has said where.
func (w *writer) content(p *page) []byte {
	var b bytes.Buffer
	b.WriteString("0.75 G 0.5 w\n")
	for _, r := range p.rules {
		fmt.Fprintf(&b, "%.2f %.2f m %.2f %.2f l S\n", r.x, r.y, r.x+r.width, r.y)
	}
	b.WriteString("BT\n")
	var of *typeface
	size := 0.0
	for _, g := range p.glyphs {
		f := w.fonts[g.of]
		if g.of != of || g.size != size {
			fmt.Fprintf(&b, "/%s %.2f Tf\n", f.name, g.size)
			of, size = g.of, g.size
		}
		cut, _ := f.plan.MapGlyph(g.id)
		fmt.Fprintf(&b, "1 0 0 1 %.2f %.2f Tm<%04x>Tj\n", g.x, g.y, cut)
	}
	b.WriteString("ET\n")
	return b.Bytes()
}

// font embeds what is used of f (ISO 32000-1, 9.7).
func (w *writer) font(f *typeface, name string) (embedded, error) {
	input := subset.NewInput()
	used := slices.Sorted(maps.Keys(f.used))
	input.AddGlyphs(used...)
	for _, table := range []string{"GSUB", "GPOS", "GDEF", "cmap", "name", "post"} {
		input.DropTable(ot.MakeTag(table[0], table[1], table[2], table[3]))
	}
	plan, err := subset.CreatePlan(f.face.Font, input)
	if err != nil {
		return embedded{}, fmt.Errorf("cut font %s: %w", f.from.name, err)
	}
	data, err := plan.Execute()
	if err != nil {
		return embedded{}, fmt.Errorf("cut font %s: %w", f.from.name, err)
	}
	thousandths := func(units int16) int { return int(f.em(units) * 1000) }
	xMin, yMin, xMax, yMax := f.face.BBox()
	base := "LPROFL+" + f.from.name // a prefix of six letters says that it is a part
	descriptor := w.object(fmt.Sprintf(
		"<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d/StemV 80/FontFile2 %d 0 R>>",
		base, thousandths(xMin), thousandths(yMin), thousandths(xMax), thousandths(yMax),
		thousandths(f.face.Ascender()), thousandths(f.face.Descender()), thousandths(f.face.CapHeight()),
		w.stream(fmt.Sprintf("/Length1 %d", len(data)), data)))
	var widths, names bytes.Buffer
	for _, g := range used {
		cut, _ := plan.MapGlyph(g)
		fmt.Fprintf(&widths, "%d[%d]", cut, int(f.face.HorizontalAdvance(g)*1000/float32(f.face.Upem())))
		if text := f.used[g]; len(text) > 0 {
			fmt.Fprintf(&names, "1 beginbfchar\n<%04x>%s\nendbfchar\n", cut, utf16Hex(text))
		}
	}
	descendant := w.object(fmt.Sprintf(
		"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/CIDToGIDMap/Identity/W[%s]>>",
		base, descriptor, widths.String()))
	unicodes := w.stream("", []byte("/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n"+
		"/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000><ffff>\nendcodespacerange\n"+
		names.String()+"endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n"))
	object := w.object(fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>",
		base, descendant, unicodes))
	return embedded{name, object, plan}, nil
}

// close writes where the objects are.
func (w *writer) close(catalog, info int) []byte {
	start := w.out.Len()
	fmt.Fprintf(&w.out, "xref\n0 %d\n0000000000 65535 f \n", len(w.at)+1)
	for _, at := range w.at {
		fmt.Fprintf(&w.out, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&w.out, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(w.at)+1, catalog, info, start)
	return w.out.Bytes()
}

// hexText is text of the document itself, in UTF-16 with its mark.
func hexText(text string) string { return utf16Hex([]rune("\ufeff" + text)) }

func utf16Hex(text []rune) string {
	var b bytes.Buffer
	b.WriteByte('<')
	for _, unit := range utf16.Encode(text) {
		fmt.Fprintf(&b, "%04x", unit)
	}
	b.WriteByte('>')
	return b.String()
}
