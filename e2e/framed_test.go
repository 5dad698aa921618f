package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/demo"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// shop serves a page of a brand's own site, which shows the portal.
func shop(t *testing.T, site string) string {
	t.Helper()
	page := fmt.Sprintf(`<!doctype html><html lang="en"><title>Shop</title><meta name="viewport" content="width=device-width">
<main><h1>Shop</h1><script src="%s/embed/widget.js" data-brand="hibiki" data-label="Your privacy" data-locale="ja" data-theme="dark" data-consent-mode></script></main>`, site)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page))
	}))
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
}

// TestWidget_button: the button leads to the portal of the brand, whatever the
// portal's host is called.
func TestWidget_button(t *testing.T) {
	w := open(t)
	p := w.visit(t, testkit.View{Locale: "en"}, "")
	p.Open("about:blank")
	source, err := os.ReadFile("../static/embed/widget.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, site := range []string{"https://privacy.example.com", "https://embed.example.com", "https://embed"} {
		p.Eval(fmt.Sprintf(`window.put = undefined; Object.defineProperty(document, "currentScript", {configurable: true, value: {
			src: %q, dataset: {brand: "a b"}, after: (...all) => window.put = all.map(e => e.href || e.src),
		}}); 0`, site+"/embed/widget.js"), nil)
		p.Eval(string(source)+"; 0", nil)
		p.Until("window.put")
		var got string
		p.Eval("window.put.join(' ')", &got)
		want(t, site, got, site+"/embed/a%20b "+site+"/a%20b")
	}
}

// TestFramed: one line on a page of the brand's site shows the portal there, as
// high as it is; on a page of any other site the link stays.
func TestFramed(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := testkit.NewSite(t, testkit.SiteOptions{})
	own, other := shop(t, s.URL), shop(t, s.URL)
	draft, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	draft.Declared.Brands[0].Origins = []string{own}
	if _, err := s.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "apply"}}); err != nil {
		t.Fatal(err)
	}
	const link = `document.querySelector("main a")`

	p := w.visit(t, testkit.View{Width: 360, Height: 740, Phone: true}, "")
	p.Open(own)
	p.Until(link + ".hidden")
	p.Until(modes("default denied", "update denied")) // nobody is known
	var height float64
	p.Eval(`document.querySelector("iframe").getBoundingClientRect().height`, &height)
	if height < 200 || height == 320 {
		t.Errorf("the frame is %v high", height)
	}
	p.accessible()

	p.Open(other)
	said := testkit.Eventually(t, "that the browser refuses the frame", func() (string, bool) {
		problems, _ := p.Problems()
		return strings.Join(problems, " "), len(problems) > 0
	})
	wantIn(t, "refusal", said, "frame-ancestors")
	var leads string
	p.Eval(link+`.checkVisibility() && `+link+`.href`, &leads)
	want(t, "where the frame is refused", leads, s.URL+"/hibiki")

	// The frame itself, and that what it leads to opens outside.
	p = w.visit(t, testkit.View{Locale: "ar", Width: 360, Height: 740, Phone: true}, "")
	p.Open(s.URL + "/embed/hibiki")
	p.looks()
	want(t, "opens outside", p.Has(`main a.main[target="_blank"][rel="noopener"]`), true)
}
