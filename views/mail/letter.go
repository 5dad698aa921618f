package mail

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"livingprofile/internal/i18n"
)

// A letter is what a mail says, before it is text or HTML.
type letter struct {
	Subject, Title string
	Before         []string // paragraphs above the button
	Quote          []string // words of somebody else: a title and its sentence
	Then           []string // paragraphs between the quote and the button
	Button, URL    string   // "" for no button
	Plain          string   // an address shown as it is, without a button
	After          []string // small print below the button
	Foot           []string
	look           look
}

func (l letter) message(ctx context.Context, b Brand) (Message, error) {
	l.look = lookOf(b)
	l.Foot = []string{i18n.T(ctx, "mail.footer", "brand", b.Name)}
	if b.Contact != "" {
		l.Foot = append(l.Foot, i18n.T(ctx, "mail.contact", "address", b.Contact))
	}
	var html bytes.Buffer
	if err := page(l).Render(ctx, &html); err != nil {
		return Message{}, fmt.Errorf("write mail: %w", err)
	}
	return Message{Subject: oneLine(l.Subject), Text: l.text(), HTML: html.String()}, nil
}

// text is the letter for those who read plain text.
func (l letter) text() string {
	var b strings.Builder
	write := func(s string) { b.WriteString(s + "\n\n") }
	write(wrap(l.Title, measure))
	for _, p := range l.Before {
		write(wrap(p, measure))
	}
	if len(l.Quote) > 0 {
		write(quote(l.Quote))
	}
	for _, p := range l.Then {
		write(wrap(p, measure))
	}
	if l.URL != "" {
		write(l.Button + "\n" + l.URL)
	}
	if l.Plain != "" {
		write(l.Plain)
	}
	for _, p := range l.After {
		write(wrap(p, measure))
	}
	b.WriteString("-- \n")
	for _, p := range l.Foot {
		b.WriteString(wrap(p, measure) + "\n")
	}
	return b.String()
}

func quote(parts []string) string {
	var lines []string
	for _, p := range parts {
		if p == "" {
			continue
		}
		lines = append(lines, strings.Split(wrap(p, measure-2), "\n")...)
	}
	return "> " + strings.Join(lines, "\n> ")
}

// oneLine keeps a brand's name from adding lines to the head of a mail.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// A look is the name and the colours of a mail.
type look struct{ name, accent, ink string }

// neutral is the accent of the product itself.
const neutral = "#0b6a58"

// lookOf takes the brand's accent, and white or black on it, whichever reads
// better (WCAG 2.2, 1.4.3).
func lookOf(b Brand) look {
	accent := b.Accent
	var rgb [3]uint8
	if n, err := fmt.Sscanf(accent, "#%02x%02x%02x", &rgb[0], &rgb[1], &rgb[2]); n != 3 || err != nil || len(accent) != 7 {
		return look{b.Name, neutral, "#ffffff"}
	}
	if 1.05/(luminance(rgb)+0.05) >= (luminance(rgb)+0.05)/0.05 {
		return look{b.Name, accent, "#ffffff"}
	}
	return look{b.Name, accent, "#000000"}
}

// shade is the accent as a colour of text on white, where it is dark enough to
// be read there.
func (l look) shade() string {
	if l.ink == "#ffffff" {
		return l.accent
	}
	return "#1d2320"
}
