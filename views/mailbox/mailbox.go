// Package mailbox draws the mails of the demonstration, which nobody receives.
//
// A mail is shown as words and a list of links. Its HTML is never put into a
// page of ours.
package mailbox

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"livingprofile/internal/i18n"
	"livingprofile/views/ui"
)

// Read returns the words of an HTML mail, a line for each block, and its links,
// each once and only those that lead to a web page.
func Read(source string) (text string, links []ui.Link) {
	doc, err := html.Parse(strings.NewReader(source))
	if err != nil {
		return "", nil
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		switch {
		case n.Type == html.TextNode && visible(n):
			b.WriteString(strings.ReplaceAll(n.Data, "\n", " "))
		case n.Type == html.ElementNode && isBlock(n.DataAtom):
			b.WriteByte('\n')
		case n.DataAtom == atom.A:
			l := ui.Link{Text: words(n), Href: href(n)}
			known := func(o ui.Link) bool { return o.Href == l.Href }
			if l.Href != "" && !slices.ContainsFunc(links, known) {
				links = append(links, l)
			}
		}
	}
	return lines(b.String()), links
}

func visible(n *html.Node) bool {
	for p := range n.Ancestors() {
		switch p.DataAtom {
		case atom.Head, atom.Style, atom.Script, atom.Template, atom.Noscript:
			return false
		}
	}
	return true
}

func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Br, atom.H1, atom.H2, atom.H3, atom.Li, atom.Blockquote, atom.Tr, atom.Table:
		return true
	}
	return false
}

func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func href(n *html.Node) string {
	for _, a := range n.Attr {
		if a.Key != "href" {
			continue
		}
		if strings.HasPrefix(a.Val, "https://") || strings.HasPrefix(a.Val, "http://") {
			return a.Val
		}
	}
	return ""
}

// lines trims every line and leaves out the empty ones.
func lines(s string) string {
	var out []string
	for line := range strings.Lines(s) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

func subject(ctx context.Context, s string) string {
	if s == "" {
		return i18n.T(ctx, "mailbox.no_subject")
	}
	return s
}
