package signin_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// checkPage holds what is true of every page, whatever it shows.
func checkPage(t *testing.T, source []byte) {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	if i := bytes.Index(source, []byte("⟦")); i >= 0 {
		t.Errorf("words are missing: %.80s", source[i:])
	}
	ids := map[string]*html.Node{}
	labelled := map[string]bool{}
	titles := 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attr(n, "id"); id != "" {
			if ids[id] != nil {
				t.Errorf("the id %q is there twice", id)
			}
			ids[id] = n
		}
		labelled[attr(n, "for")] = n.Data == "label" || labelled[attr(n, "for")]
		if n.Data == "h1" {
			titles++
		}
		checkElement(t, n)
	}
	if titles != 1 {
		t.Errorf("got %d first headings, want 1", titles)
	}
	for n := range doc.Descendants() {
		for _, key := range []string{"aria-labelledby", "aria-describedby", "for"} {
			for ref := range strings.FieldsSeq(attr(n, key)) {
				if ids[ref] == nil {
					t.Errorf("%s names %q, which is nowhere", key, ref)
				}
			}
		}
		visible := n.Data == "input" && attr(n, "type") != "hidden" || n.Data == "textarea"
		if n.Type == html.ElementNode && visible && !labelled[attr(n, "id")] {
			t.Errorf("the input %q has no label", attr(n, "name"))
		}
	}
}

// checkElement refuses what the content security policy would, and forms
// without their proof.
func checkElement(t *testing.T, n *html.Node) {
	t.Helper()
	for _, a := range n.Attr {
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Val, "javascript:") {
			t.Errorf("<%s %s=%q> is not allowed", n.Data, a.Key, a.Val)
		}
	}
	if n.Data == "form" && attr(n, "method") != "post" {
		t.Errorf("a form sends by %q", attr(n, "method"))
	}
	if n.Data == "form" && !slices.Contains(fields(n), "csrf") {
		t.Errorf("the form to %q has no proof", attr(n, "action"))
	}
}

func fields(form *html.Node) []string {
	var names []string
	for n := range form.Descendants() {
		if name := attr(n, "name"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
