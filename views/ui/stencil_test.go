package ui

import (
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"
)

func TestStencil(t *testing.T) {
	for _, c := range []struct {
		name  string
		drawn func(a, b string) templ.Component
	}{
		{"text and attributes", func(a, b string) templ.Component { return Proof(a, Link{Text: b, Href: "/x/" + a}) }},
		{"the same word twice", func(a, _ string) templ.Component { return Empty("quiet", a, a) }},
		{"no hole", func(string, string) templ.Component { return CSRF("token") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Cut(t.Context(), c.drawn(Hole(0), Hole(1)))
			if err != nil {
				t.Fatal(err)
			}
			for _, words := range [][2]string{{"one", "two"}, {"<b>\"'&", "愛子"}, {"", "0"}} {
				if got, want := draw(t, s.Fill(words[:]...)), draw(t, c.drawn(words[0], words[1])); got != want {
					t.Errorf("%q: got %s, want %s", words, got, want)
				}
			}
		})
	}
}

func TestStencilWithoutAWord(t *testing.T) {
	s, err := Cut(t.Context(), CSRF(Hole(0)))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := draw(t, s.Fill()), draw(t, CSRF("")); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCutFails(t *testing.T) {
	if _, err := Cut(t.Context(), CSRF(mark+"x"+mark)); err == nil {
		t.Error("a hole without a number is cut")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Cut(ctx, CSRF("x")); err == nil {
		t.Error("a component that fails is cut")
	}
}

func draw(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
