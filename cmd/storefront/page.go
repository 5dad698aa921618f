package storefront

import (
	"html/template"
	"net/http"
	"strings"
)

// words are what the pages say.
type words struct {
	Shop, Account, Who, Hello, Data, Lede string
	Things                                []thing
}

type thing struct{ Icon, Name, Price string }

func wordsIn(lang string) words {
	if lang == "ja" {
		return words{
			"お店", "マイページ", "どなたですか", "ようこそ", "お客さまのデータ", "ここはお店のページです。下の部分は、別のサイトから来ています。",
			[]thing{{"🎹", "卓上ピアノ", "¥48,000"}, {"🎸", "旅のギター", "¥32,000"}, {"🥁", "練習パッド", "¥6,800"}},
		}
	}
	return words{
		"Shop", "Your account", "Who are you?", "Hello", "Your data", "This page is the shop’s. The part below comes from another site.",
		[]thing{{"🎹", "Desk piano", "¥48,000"}, {"🎸", "Travel guitar", "¥32,000"}, {"🥁", "Practice pad", "¥6,800"}},
	}
}

// show draws a page: the shop, or the account with the portal in it.
func (s *Sites) show(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b := s.brand(r)
		if b == nil {
			http.NotFound(w, r)
			return
		}
		lang := "en"
		if strings.HasPrefix(r.Header.Get("Accept-Language"), "ja") {
			lang = "ja"
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; connect-src 'self'; form-action 'self'; "+
			"script-src "+s.portal+"; frame-src "+s.portal)
		_ = page().Execute(w, map[string]any{
			"Page": name, "Lang": lang, "Brand": b, "Portal": s.portal, "Words": wordsIn(lang), "People": s.people, "Visitor": s.visitor(r),
			"Accent": template.CSS(b.Accent), //nolint:gosec // from the demo itself
		})
	}
}

func page() *template.Template { return template.Must(template.New("page").Parse(pageText)) }

const pageText = `<!doctype html>
<html lang="{{.Lang}}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{if eq .Page "shop"}}{{.Words.Shop}}{{else}}{{.Words.Account}}{{end}} · {{.Brand.Label}}</title>
<style>
:root { color-scheme: light dark; --accent: {{.Accent}} }
body { font: 16px/1.6 system-ui, sans-serif; margin: 0 }
header { background: var(--accent); color: #fff; padding: .75rem 1.25rem; display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline }
header b { font-size: 1.25rem } header a { color: inherit; padding: .5rem 0 }
main { max-width: 70rem; margin: 0 auto; padding: 1.25rem }
.things { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: 1rem; padding: 0; list-style: none }
.things li { border: 1px solid #8886; border-radius: 10px; padding: 1rem } .things span { font-size: 3rem; display: block }
form { display: flex; flex-wrap: wrap; gap: .75rem } button { font: inherit; padding: .6rem 1rem }
</style>
<header><b>{{.Brand.Label}}</b> <a href="/">{{.Words.Shop}}</a> <a href="/account">{{.Words.Account}}</a></header>
<main>
{{if eq .Page "shop"}}<h1>{{.Words.Shop}}</h1>
<ul class="things">{{range .Words.Things}}<li><span aria-hidden="true">{{.Icon}}</span>{{.Name}}<br>{{.Price}}</li>{{end}}</ul>
{{else if .Visitor}}<h1>{{.Words.Hello}}, {{.Visitor.Name}}</h1>
<h2>{{.Words.Data}}</h2>
<p>{{.Words.Lede}}</p>
<script src="{{.Portal}}/embed/widget.js" data-brand="{{.Brand.Name}}" data-link="/my-data/link" data-label="{{.Words.Data}}" data-locale="{{.Lang}}" data-consent-mode></script>
{{else}}<h1>{{.Words.Who}}</h1>
<form method="post" action="/account">{{range .People}}<button name="person" value="{{.Email}}">{{.Name}}</button>{{end}}</form>
{{end}}</main>
</html>
`
