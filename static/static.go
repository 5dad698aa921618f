// Package static holds the files that are sent as they are: the stylesheet,
// the scripts and the drawings. They are embedded in the program.
//
// Every file has an address that carries the hash of its content, so a browser
// may keep it for ever and an upgrade changes the address. Nothing here is
// personal, nothing is loaded from another origin, and no address that is not
// listed is answered.
package static

import (
	"embed"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed css embed app.js console.js icons.svg favicon.svg vendor/htmx.min.js
var files embed.FS

// Prefix is where Handler expects to be mounted.
const Prefix = "/static/"

// The stylesheet is kept in small files and sent as one, because the first
// paint may wait for one request besides the page and no more. The order is
// the cascade.
var sheets = [...]string{
	"css/tokens.css", "css/base.css", "css/frame.css", "css/controls.css",
	"css/pieces.css", "css/pages.css", "css/print.css",
}

// served maps the name a view knows to the asset, paths maps it to the address
// in a page, and addresses maps the end of that address to the asset. They are
// made on first use and never changed.
var served = sync.OnceValue(func() map[string]*Asset {
	return map[string]*Asset{
		"app.css":     NewAsset("text/css; charset=utf-8", []byte(stylesheet())),
		"console.css": NewAsset("text/css; charset=utf-8", []byte(stylesheet()+string(read("css/console.css")))),
		"console.js":  NewAsset("text/javascript; charset=utf-8", read("console.js")),
		"app.js":      NewAsset("text/javascript; charset=utf-8", read("app.js")),
		"check.js":    NewAsset("text/javascript; charset=utf-8", read("embed/check.js")),
		"frame.js":    NewAsset("text/javascript; charset=utf-8", read("embed/frame.js")),
		"htmx.js":     NewAsset("text/javascript; charset=utf-8", read("vendor/htmx.min.js")),
		"icons.svg":   NewAsset("image/svg+xml", read("icons.svg")),
		"favicon.svg": NewAsset("image/svg+xml", read("favicon.svg")),
	}
})

var addresses = sync.OnceValue(func() map[string]*Asset {
	m := make(map[string]*Asset, len(served()))
	for name, a := range served() {
		m[a.named(name)] = a
	}
	return m
})

var paths = sync.OnceValue(func() map[string]string {
	m := make(map[string]string, len(served()))
	for name, a := range served() {
		m[name] = Prefix + a.named(name)
	}
	return m
})

// Path returns the address of the file that views know as name: "app.css",
// "app.js", "check.js", "frame.js", "htmx.js", "console.css", "console.js", "icons.svg" or
// "favicon.svg". It panics for any other name, which only a programmer can
// write.
func Path(name string) string {
	p, ok := paths()[name]
	if !ok {
		panic("static: no file " + name)
	}
	return p
}

// Theme returns the whole stylesheet followed by tokens, the custom properties
// of one brand, so that a branded page too needs a single stylesheet. The
// caller serves it under an address that contains its Hash.
func Theme(tokens string) *Asset {
	return NewAsset("text/css; charset=utf-8", []byte(stylesheet()+"\n"+tokens))
}

// Preview returns what makes two parts of a page look as pages of a brand do,
// .look.light and .look.dark, whichever the page itself is. light and dark are
// the declarations of the brand.
func Preview(light, dark string) []byte {
	ours := string(read("css/tokens.css"))
	first, rest, _ := strings.Cut(ours, "@media")
	return []byte(".look{" + block(first) + light + "color-scheme:light}\n" +
		".look.dark{" + block(rest) + dark + "color-scheme:dark}\n")
}

// block is what stands between the braces of the first :root of a sheet.
func block(sheet string) string {
	_, sheet, _ = strings.Cut(sheet, ":root {")
	inner, _, _ := strings.Cut(sheet, "}")
	return inner
}

// Widget returns the script that other sites' pages load to show a portal.
func Widget() []byte { return read("embed/widget.js") }

// Handler answers the addresses that Path gives and refuses every other.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := addresses()[strings.TrimPrefix(r.URL.Path, Prefix)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		a.ServeHTTP(w, r)
	})
}

func stylesheet() string {
	var b strings.Builder
	for _, name := range sheets {
		b.Write(read(name))
	}
	return b.String()
}

// read cannot fail for a name that go:embed has accepted.
func read(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return b
}

// named puts the hash of a between the stem and the suffix of name.
func (a *Asset) named(name string) string {
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + a.hash + ext
}

// Size returns how many bytes of the file that views know as name are sent to
// a browser that accepts encoding: "br", "gzip" or "".
func Size(name, encoding string) int { return served()[name].Size(encoding) }
