package ui

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// A Stencil is a component that was drawn once, with holes for the few words
// that differ each time. It serves a row that a page shows by the dozen: to
// draw one costs as much as to read it from the database.
type Stencil struct {
	pieces []piece
}

// A piece is drawn text and the number of the hole behind it, -1 for none.
type piece struct {
	text string
	hole int
}

// mark encloses the number of a hole. It is a noncharacter (Unicode 23.7),
// which no text holds.
const mark = "\ufdd0"

// Hole stands in what is drawn for word number n of Fill.
func Hole(n int) string { return mark + strconv.Itoa(n) + mark }

// Cut draws c and cuts it at its holes.
func Cut(ctx context.Context, c templ.Component) (*Stencil, error) {
	var b strings.Builder
	if err := c.Render(ctx, &b); err != nil {
		return nil, err
	}
	s := &Stencil{}
	parts := strings.Split(b.String(), mark)
	for i := 0; i < len(parts); i += 2 {
		p := piece{parts[i], -1}
		if i+1 < len(parts) {
			n, err := strconv.Atoi(parts[i+1])
			if err != nil {
				return nil, err
			}
			p.hole = n
		}
		s.pieces = append(s.pieces, p)
	}
	return s, nil
}

// Fill returns what was drawn with words in its holes, escaped as text and the
// values of attributes are. A hole without a word stays empty.
func (s *Stencil) Fill(words ...string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		for _, p := range s.pieces {
			if _, err := io.WriteString(w, p.text); err != nil {
				return err
			}
			if p.hole < 0 || p.hole >= len(words) {
				continue
			}
			if _, err := io.WriteString(w, templ.EscapeString(words[p.hole])); err != nil {
				return err
			}
		}
		return nil
	})
}
