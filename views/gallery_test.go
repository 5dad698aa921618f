// Package views_test renders every page in every state and language and checks
// what must hold for all of them.
//
// With LIVINGPROFILE_GALLERY set to a directory the pages are also written
// there, to be looked at.
package views_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"livingprofile/internal/i18n"
	"livingprofile/internal/i18n/i18ntest"
	"livingprofile/static"
)

// A scene is one page in one state.
type scene struct {
	name string
	page templ.Component
}

const testNonce = "bm9uY2U"

func speaking(t testing.TB, b *i18n.Bundle, locale string) context.Context {
	t.Helper()
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	ctx := i18n.With(context.Background(), b.Localizer(locale).In(tokyo))
	return templ.WithNonce(ctx, testNonce)
}

func TestGallery(t *testing.T) {
	b := i18ntest.Words(t)
	icons := sprite(t)
	for _, locale := range []string{"en", "ja", "ar"} {
		ctx := speaking(t, b, locale)
		for _, s := range scenes(ctx) {
			t.Run(locale+"/"+s.name, func(t *testing.T) {
				page := render(t, ctx, s.page)
				keep(t, s.name+"."+locale+".html", page)
				d, err := parseDocument(bytes.NewReader(page))
				if err != nil {
					t.Fatal(err)
				}
				for _, w := range d.check(icons) {
					t.Error(w)
				}
				lang, _ := attribute(slices.Collect(elements(d.root))[0], "lang")
				if lang != locale {
					t.Errorf("the language of the page is %q, want %q", lang, locale)
				}
			})
		}
	}
	for id := range b.Missing() {
		t.Errorf("no words for %s", id)
	}
}

func TestRowsHaveTheIdTheyReplace(t *testing.T) {
	ctx := speaking(t, i18ntest.Words(t), "en")
	for _, r := range rows() {
		t.Run(r.name, func(t *testing.T) {
			d, err := parseDocument(bytes.NewReader(render(t, ctx, r.page)))
			if err != nil {
				t.Fatal(err)
			}
			body := slices.Collect(elements(d.root))[2]
			own, _ := attribute(body.FirstChild, "id")
			if own == "" || body.FirstChild.NextSibling != nil {
				t.Fatalf("the row is not one element with an id: %s", source(body))
			}
			for n := range elements(d.root) {
				if target, ok := attribute(n, "hx-target"); ok && target != "#"+own {
					t.Errorf("a control of %q replaces %q", own, target)
				}
			}
		})
	}
}

func TestFirstVisitFitsTheBudget(t *testing.T) {
	ctx := speaking(t, i18ntest.Words(t), "ja")
	for _, s := range scenes(ctx) {
		if s.name != "home" && s.name != "data" {
			continue
		}
		page := static.NewAsset("text/html", render(t, ctx, s.page)).Size("gzip")
		first := page
		for _, name := range []string{"app.css", "app.js", "htmx.js", "icons.svg", "favicon.svg"} {
			first += static.Size(name, "gzip")
		}
		t.Logf("%s: %d bytes on the first visit, %d after", s.name, first, page)
		if first > 60_000 || page > 15_000 {
			t.Errorf("%s needs %d bytes on the first visit and %d after, want at most 60000 and 15000", s.name, first, page)
		}
	}
}

func render(t *testing.T, ctx context.Context, c templ.Component) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func keep(t *testing.T, name string, page []byte) {
	t.Helper()
	dir := os.Getenv("LIVINGPROFILE_GALLERY")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name), page, 0o600); err != nil {
		t.Fatal(err)
	}
}

// sprite returns the names of the icons there are.
func sprite(t *testing.T) map[string]bool {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "static", "icons.svg"))
	if err != nil {
		t.Fatal(err)
	}
	var svg struct {
		Symbols []struct {
			ID string `xml:"id,attr"`
		} `xml:"symbol"`
	}
	if err := xml.NewDecoder(strings.NewReader(string(raw))).Decode(&svg); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, s := range svg.Symbols {
		names[s.ID] = true
	}
	return names
}
