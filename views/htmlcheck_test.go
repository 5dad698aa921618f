package views_test

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// A document is one rendered page, with what the checks ask about it.
type document struct {
	root  *html.Node
	byID  map[string]*html.Node
	wrong []string
}

func parseDocument(r io.Reader) (*document, error) {
	root, err := html.Parse(r)
	if err != nil {
		return nil, err
	}
	d := &document{root: root, byID: map[string]*html.Node{}}
	for n := range elements(root) {
		id, ok := attribute(n, "id")
		if !ok {
			continue
		}
		if id == "" || strings.ContainsAny(id, " \t\n") {
			d.complain("id %q is not valid", id)
		}
		if d.byID[id] != nil {
			d.complain("id %q is there twice", id)
		}
		d.byID[id] = n
	}
	return d, nil
}

func (d *document) complain(format string, args ...any) {
	d.wrong = append(d.wrong, fmt.Sprintf(format, args...))
}

// check returns everything that is wrong with the page.
func (d *document) check(icons map[string]bool) []string {
	headings := 0
	for n := range elements(d.root) {
		d.checkPolicy(n)
		d.checkReferences(n)
		switch n.Data {
		case "h1":
			headings++
		case "form":
			d.checkForm(n)
		case "input", "select", "textarea":
			d.checkLabel(n)
		case "button", "a", "summary":
			if name(n) == "" {
				d.complain("<%s> has no name: %s", n.Data, source(n))
			}
		case "use":
			href, _ := attribute(n, "href")
			if _, icon, _ := strings.Cut(href, "#"); !icons[icon] {
				d.complain("icon %q is not in the sprite", icon)
			}
		case "html":
			if l, _ := attribute(n, "lang"); l == "" {
				d.complain("the page has no language")
			}
		}
	}
	if headings != 1 {
		d.complain("the page has %d h1, and needs one", headings)
	}
	if at := strings.Index(text(d.root), "⟦"); at >= 0 {
		d.complain("words are missing: %.60s", text(d.root)[at:])
	}
	return d.wrong
}

// checkPolicy holds the page to the content security policy: nothing inline.
func (d *document) checkPolicy(n *html.Node) {
	for _, a := range n.Attr {
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
			d.complain("inline %s: %s", a.Key, source(n))
		}
		if strings.Contains(a.Val, "⟦") {
			d.complain("words are missing in %s: %s", a.Key, a.Val)
		}
	}
	if n.Data == "style" {
		d.complain("inline stylesheet")
	}
	if n.Data == "script" {
		if _, ok := attribute(n, "src"); !ok {
			d.complain("inline script")
		}
		if nonce, _ := attribute(n, "nonce"); nonce != testNonce {
			d.complain("a script has the nonce %q", nonce)
		}
	}
}

// checkReferences follows every attribute that names another element.
func (d *document) checkReferences(n *html.Node) {
	for _, key := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls"} {
		v, ok := attribute(n, key)
		if !ok {
			continue
		}
		if strings.TrimSpace(v) == "" {
			d.complain("empty %s: %s", key, source(n))
		}
		for _, id := range strings.Fields(v) {
			if d.byID[id] == nil {
				d.complain("%s names %q, which is not there", key, id)
			}
		}
	}
	for _, key := range []string{"hx-target", "href"} {
		v, _ := attribute(n, key)
		if id, ok := strings.CutPrefix(v, "#"); ok && n.Data != "use" && d.byID[id] == nil {
			d.complain("%s names %q, which is not there", key, id)
		}
	}
}

// checkForm asks each form that changes something for its proof.
func (d *document) checkForm(n *html.Node) {
	method, _ := attribute(n, "method")
	if method != "post" {
		d.complain("a form is sent by %q: %s", method, source(n))
	}
	action, _ := attribute(n, "action")
	if action == "" {
		d.complain("a form has no address: %s", source(n))
	}
	want := 1
	if strings.HasPrefix(action, "/u/") {
		want = 0 // the link is its own proof
	}
	proofs, buttons := 0, 0
	for e := range elements(n) {
		if v, _ := attribute(e, "name"); v == "csrf" {
			proofs++
		}
		if e.Data == "button" {
			buttons++
		}
	}
	if proofs != want || buttons == 0 {
		d.complain("a form has %d csrf fields and %d buttons: %s", proofs, buttons, source(n))
	}
}

func (d *document) checkLabel(n *html.Node) {
	if kind, _ := attribute(n, "type"); kind == "hidden" {
		return
	}
	if v, _ := attribute(n, "aria-label"); v != "" {
		return
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == "label" && text(p) != "" {
			return
		}
	}
	id, _ := attribute(n, "id")
	for e := range elements(d.root) {
		if v, _ := attribute(e, "for"); e.Data == "label" && v == id && id != "" && text(e) != "" {
			return
		}
	}
	d.complain("an input has no label: %s", source(n))
}

// elements yields the elements below n, in the order of the page.
func elements(n *html.Node) func(func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for e := range n.Descendants() {
			if e.Type == html.ElementNode && !yield(e) {
				return
			}
		}
	}
}

func attribute(n *html.Node, key string) (string, bool) {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
	if i < 0 {
		return "", false
	}
	return n.Attr[i].Val, true
}

var space = regexp.MustCompile(`\s+`)

func text(n *html.Node) string {
	var b strings.Builder
	for e := range n.Descendants() {
		if e.Type == html.TextNode {
			b.WriteString(e.Data)
		}
	}
	return strings.TrimSpace(space.ReplaceAllString(b.String(), " "))
}

// name is what a control is called, near enough for these pages.
func name(n *html.Node) string {
	if v, _ := attribute(n, "aria-label"); v != "" {
		return v
	}
	return text(n)
}

func source(n *html.Node) string {
	var b strings.Builder
	_ = html.Render(&b, n)
	return fmt.Sprintf("%.120s", b.String())
}
