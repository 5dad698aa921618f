package e2e

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"livingprofile/cmd/storefront"
	"livingprofile/internal/demo"
	"livingprofile/internal/testkit"
)

// A mall is the demo's shops on another site than the portal.
type mall struct {
	*testkit.Site
	port string
}

func openMall(t *testing.T) *mall {
	t.Helper()
	s := testkit.NewSite(t, testkit.SiteOptions{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if err := s.ShowOn(t.Context(), demo.Neighbours{}, func(brand string) string { return storefront.Origin(brand, port) }); err != nil {
		t.Fatal(err)
	}
	var brands []storefront.Brand
	for _, b := range s.Current.Load().Brands {
		key, err := s.SiteKey(t.Context(), b.Name, demo.Shop)
		if err != nil {
			t.Fatal(err)
		}
		brands = append(brands, storefront.Brand{Name: b.Name, Label: b.Label.In("en"), Accent: b.Accent, Key: key})
	}
	sites := storefront.New(s.URL, port, brands, []storefront.Person{{Name: "Thomas", Email: thomas}, {Name: "Aiko", Email: aiko}, {Name: "Layla", Email: layla}})
	server := &http.Server{Handler: sites.Handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { server.Close() })
	return &mall{s, port}
}

// account signs a person in at a brand's shop, and returns the frame in their
// account there.
func (m *mall) account(p *visitor, b *testkit.Browser, brand, address string) *visitor {
	p.t.Helper()
	p.Open(storefront.Origin(brand, m.port) + "/account")
	p.Go(`button[value="` + address + `"]`)
	return m.frame(p, b, brand)
}

func (m *mall) frame(p *visitor, b *testkit.Browser, brand string) *visitor {
	p.t.Helper()
	in := &visitor{p.Inside(b, m.URL+"/embed/"+brand), &world{m.Site, b}, p.t, p.address}
	in.Until(`document.querySelector("main h1, main h2") && !document.getElementById("open")`)
	return in
}

// follow presses a link or a button of the frame and waits for what it leads
// to. A mouse would miss: where a frame of another process is scrolled to is
// known to the page around a little later. What has just arrived is pressed
// once htmx has bound it; before that a form would leave without the bearer.
func (p *visitor) follow(selector, until string) {
	p.t.Helper()
	p.Until(fmt.Sprintf(`document.querySelector(%q)?.checkVisibility() &&
		!document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")`, selector))
	p.Eval(fmt.Sprintf(`document.querySelector(%q).click()`, selector), nil)
	p.Until(until)
}

// TestInside: a person browses a shop, opens their data there, and changes a
// choice without leaving; with the cookies that browsers keep today, and with
// none at all.
func TestInside(t *testing.T) {
	t.Parallel()
	m := openMall(t)
	for _, tt := range []struct {
		name string
		with []chromedp.ExecAllocatorOption
		kept bool // whether the browser keeps the cookie
	}{
		{"third-party_cookies_blocked", nil, true},
		{"all_cookies_blocked", []chromedp.ExecAllocatorOption{testkit.WithoutCookies(t, "127.0.0.1")}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := testkit.NewBrowser(t, tt.with...)
			w := &world{m.Site, b}
			p := w.visit(t, testkit.View{Width: 1280, Height: 900, Locale: "en", Still: true}, thomas)
			p.Open(storefront.Origin("hibiki", m.port))
			in := m.account(p, b, "hibiki", thomas)
			p.Until(modes("default denied", "update denied")) // who pauses is not advertised to

			// A cookie that is not partitioned is one of a third party here.
			var third bool
			in.Eval(`(() => { document.cookie = "third=1; SameSite=None; Secure"; return document.cookie.includes("third") })()`, &third)
			want(t, "kept a cookie of a third party", third, false)
			// Whether the browser kept a cookie is asked without the bearer.
			var status int
			in.Eval(`fetch("/embed/hibiki/in/allow").then(a => a.status)`, &status)
			want(t, "kept a cookie", status == http.StatusOK, tt.kept)
			var address string
			in.Eval(`location.pathname`, &address)
			want(t, "the address without its link", address, "/embed/hibiki/in")

			in.follow(`nav.side a[href$="/allow"]`, `document.querySelector("#p-recommendations")`)
			in.accessible()
			in.follow(`#p-recommendations button[value="no"]`, `document.querySelector("#p-recommendations .said") && document.querySelector("#p-recommendations-no[aria-pressed=true]")`)
			p.Until(modes("default denied", "update denied", "update denied"))
			in.follow(`nav.side a[href$="/get"]`, `document.querySelector('form[action$="/get/delivery"]')`)
			in.accessible()
			in.follow(`form[action$="/get/delivery"] button`, `document.querySelector(".flash")`)
			in.accessible()
			in.follow(`nav.side a[href$="/data"]`, `document.querySelector("#v-event-city")`)
			in.accessible()

			// A parent's answer moves other rows, so the page comes anew.
			in.follow(`nav.side a[href$="/allow"]`, `document.querySelector("#p-marketing")`)
			in.follow(`#p-marketing button[value="no"]`, `document.querySelector("#p-newsletter-no[aria-pressed=true]") && document.querySelector(".said, .flash")`)

			// What is not done here leads outside.
			var out string
			in.Eval(`document.querySelector(".foot a").href`, &out)
			want(t, "the way out", out, m.URL+"/hibiki")
			in.Eval(`htmx.ajax("GET", "/embed/hibiki/in/safety", {target: document.body}).then(() => 0)`, nil)
			in.Until(`document.querySelector("main a.main")`)
			in.accessible()
			in.Eval(`document.querySelector("main a.main").href`, &out)
			want(t, "the page outside", out, m.URL+"/hibiki/safety")
		})
	}
	t.Run("two_brands_at_once", func(t *testing.T) { twoBrands(t, m) })
	t.Run("a_link_that_is_over", func(t *testing.T) { linkOver(t, m) })
}

// modes tells whether the page around has told Google's tag about ad_storage
// what is given, in that order, and nothing else.
func modes(said ...string) string {
	return fmt.Sprintf(`[...dataLayer].map((a) => (a[0] === "consent" ? a[1] + " " + a[2].ad_storage : a[0])).join() === %q`, strings.Join(said, ","))
}

// twoBrands has one browser inside two brands' shops, in Japanese, on a phone.
func twoBrands(t *testing.T, m *mall) {
	b := testkit.NewBrowser(t)
	w := &world{m.Site, b}
	p := w.visit(t, testkit.View{Width: 360, Height: 740, Phone: true, Locale: "ja", Still: true}, aiko)
	in := m.account(p, b, "hibiki", aiko)
	p.Until(modes("default denied", "update granted"))
	in.sound()
	in.accessible()
	other := m.account(p, b, "kawara", aiko)
	want(t, "what the second brand lacks comes first", other.Has("#q-event-city"), true)
	other.accessible()
	other.follow(`main a[href$="/in"]`, `document.querySelector(".tile")`)
	var brand string
	other.Eval(`document.querySelector("form, a.quiet, main a")?.closest("body").innerHTML.includes("/embed/kawara/in")+""`, &brand)
	want(t, "the second frame is the second brand's", brand, "true")
	var status int
	other.Eval(`fetch("/embed/hibiki/in/allow").then(a => a.status)`, &status)
	want(t, "the first brand's pages from the second's site", status, http.StatusUnauthorized)
	p.Open(storefront.Origin("kawara", m.port) + "/account")
	other = m.frame(p, b, "kawara")
	other.follow(`form[action$="/asked"] button`, `document.querySelector(".flash") && document.querySelector(".tile")`)
	p.Open(storefront.Origin("kawara", m.port) + "/account")
	want(t, "what was put off comes again", m.frame(p, b, "kawara").Has("#q-event-city"), false)
	p.Open(storefront.Origin("hibiki", m.port) + "/account")
	m.frame(p, b, "hibiki").sound()
	sideBySide(t, m, w)
}

// sideBySide has two people at two brands' shops in two tabs of one browser: what
// one does is the other's in nothing. Before anybody is signed in, the widget has
// the frame look and read as the shop wants.
func sideBySide(t *testing.T, m *mall, w *world) {
	p := w.visit(t, testkit.View{Locale: "en", Still: true}, aiko)
	p.Open(storefront.Origin("hibiki", m.port) + "/account")
	p.Eval(fmt.Sprintf(`(() => {
		const widget = document.createElement("script");
		widget.src = %q;
		Object.assign(widget.dataset, {brand: "hibiki", theme: "dark", locale: "ja"});
		document.querySelector("main").append(widget);
	})()`, m.URL+"/embed/widget.js"), nil)
	in := m.frame(p, w.browser, "hibiki")
	var looks string
	in.Eval(`document.documentElement.lang + (matchMedia("(prefers-color-scheme: dark)").matches ? " dark" : " light")`, &looks)
	want(t, "the frame as the shop wants it", looks, "ja dark")

	p.Go(`button[value="` + aiko + `"]`)
	one := m.frame(p, w.browser, "hibiki")
	q := &visitor{p.Beside(w.browser), w, t, layla}
	two := m.account(q, w.browser, "kawara", layla)
	// has goes to the choices by way of the data, and returns what is pressed.
	has := func(in *visitor, own, other string) (pressed string) {
		t.Helper()
		in.follow(`nav.side a[href$="/data"]`, `document.querySelector("#v-family-name")`)
		if text := in.Text("main"); !strings.Contains(text, own) || strings.Contains(text, other) {
			t.Errorf("the data is not that of %s, or that of %s as well", own, other)
		}
		in.follow(`nav.side a[href$="/allow"]`, `document.querySelector("#p-newsletter")`)
		in.Eval(`[...document.querySelectorAll("[aria-pressed=true]")].map((b) => b.id).join()`, &pressed)
		return pressed
	}
	refuses := func(in *visitor) {
		t.Helper()
		in.follow(`#p-newsletter button[value="no"]`, `document.querySelector("#p-newsletter-no[aria-pressed=true]")`)
	}
	was := has(two, "حداد", "田中")
	wantIn(t, "what the one has", has(one, "田中", "حداد"), "p-newsletter-yes")
	refuses(one)
	want(t, "what the other has after the one's no", has(two, "حداد", "田中"), was)
	was = has(one, "田中", "حداد")
	wantIn(t, "what the one has after it", was, "p-newsletter-no")
	refuses(two)
	want(t, "what the one has after the other's no", has(one, "田中", "حداد"), was)
	wantIn(t, "what the other has after it", has(two, "حداد", "田中"), "p-newsletter-no")
}

// linkOver opens a link a second time, and on a page of another site.
func linkOver(t *testing.T, m *mall) {
	b := testkit.NewBrowser(t)
	w := &world{m.Site, b}
	p := w.visit(t, testkit.View{Locale: "en", Still: true}, thomas)
	m.account(p, b, "hibiki", thomas)
	var link string
	p.Eval(`fetch("/my-data/link", {method: "POST"}).then(a => a.json()).then(a => a.url)`, &link)
	show := `(() => { const f = document.createElement("iframe"); f.src = ` + "`" + link + "`" + `; document.body.append(f) })()`
	p.Eval(`document.querySelector("iframe").remove()`, nil)
	p.Eval(show, nil)
	m.frame(p, b, "hibiki")
	p.Eval(`document.querySelector("iframe").remove()`, nil)
	p.Eval(show, nil)
	again := &visitor{p.Inside(b, m.URL+"/embed/hibiki/open"), w, t, thomas}
	again.Until(`document.querySelector("#closed a") && document.querySelector("#closed a").checkVisibility()`)
	again.accessible()

	var fresh string
	p.Eval(`fetch("/my-data/link", {method: "POST"}).then(a => a.json()).then(a => a.url)`, &fresh)
	p.Open(storefront.Origin("kawara", m.port) + "/account")
	p.Problems()
	p.Eval(`(() => { const f = document.createElement("iframe"); f.src = `+"`"+fresh+"`"+`; document.body.append(f) })()`, nil)
	testkit.Eventually(t, "that another site's page is refused", func() (string, bool) {
		problems, _ := p.Problems()
		for _, s := range problems {
			if len(s) > 0 {
				return s, true
			}
		}
		return "", false
	})
}

// TestFrameCheck: the self-test sees from inside a site's page what the browser
// does, and from outside why the page shows nothing.
func TestFrameCheck(t *testing.T) {
	t.Parallel()
	m := openMall(t)
	for name, with := range map[string][]chromedp.ExecAllocatorOption{
		"cookie-ok": nil, "cookie-none": {testkit.WithoutCookies(t, "127.0.0.1")},
	} {
		t.Run(name, func(t *testing.T) {
			b := testkit.NewBrowser(t, with...)
			w := &world{m.Site, b}
			p := w.visit(t, testkit.View{Locale: "en", Still: true}, thomas)
			p.Open(storefront.Origin("hibiki", m.port) + "/account")
			p.Go(`button[value="` + thomas + `"]`)
			m.frame(p, b, "hibiki")
			// The same line with one word more, as its developer would write it.
			p.Eval(`(() => {
				const old = document.querySelector("script"), check = document.createElement("script");
				document.querySelector("iframe").remove();
				for (const { name, value } of old.attributes) check.setAttribute(name, value);
				check.dataset.check = "";
				old.replaceWith(check);
			})()`, nil)
			in := &visitor{p.Inside(b, m.URL+"/embed/hibiki/check"), w, t, ""}
			in.Until(`document.getElementById("` + name + `") && !document.getElementById("` + name + `").hidden`)
			wantIn(t, "findings", in.Text("main"), "Your site is allowed", "Your server makes good links", "The clocks agree")
			in.accessible()
			p.Open(m.URL + "/embed/hibiki/check?origin=https://shop.example")
			p.accessible()
			wantIn(t, "from outside", p.Text("main"), "Your site is not allowed", "frame-src "+m.URL)
		})
	}
}
