package pdf

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"github.com/boxesandglue/textshape/ot"
	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/hajimehoshi/ebiten/v2/examples/resources/fonts"
)

// A font is a file of shapes, read. One goroutine uses it at a time: shaping
// keeps notes in it.
type font struct {
	from   *shelf
	face   *ot.Face
	shaper *ot.Shaper
}

// A shelf has copies of a font that were read and nobody uses: reading one takes
// longer than setting a page.
type shelf struct {
	name string
	data []byte
	free *sync.Pool
}

// shelves hold the fonts in the order in which they are preferred.
var shelves = [...]shelf{
	{"DejaVuSans", dejavusans.TTF, new(sync.Pool)},
	{"MPlus1pRegular", fonts.MPlus1pRegular_ttf, new(sync.Pool)},
}

func (s *shelf) take() (*font, error) {
	if f, ok := s.free.Get().(*font); ok {
		return f, nil
	}
	face, err := ot.LoadFaceFromData(s.data, 0)
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", s.name, err)
	}
	shaper, err := ot.NewShaperFromFace(face)
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", s.name, err)
	}
	shaper.SetDefaultFeatures(features(face.Font))
	return &font{s, face, shaper}, nil
}

// features are the defaults that a font has: one that it lacks is looked for
// again with each word. Kerning stays, for a font may have it elsewhere.
func features(f *ot.Font) []ot.Feature {
	has := map[ot.Tag]bool{ot.TagKern: true}
	for _, tag := range []ot.Tag{ot.TagGSUB, ot.TagGPOS} {
		table, err := f.TableData(tag)
		if err != nil {
			continue // it has none
		}
		// ISO/IEC 14496-22, 6.2: where the list of features is, and in it how
		// many, each a tag and its place.
		list := table[binary.BigEndian.Uint16(table[6:]):]
		for i := range int(binary.BigEndian.Uint16(list)) {
			has[ot.Tag(binary.BigEndian.Uint32(list[2+6*i:]))] = true
		}
	}
	return slices.DeleteFunc(ot.DefaultFeatures(), func(one ot.Feature) bool { return !has[one.Tag] })
}
