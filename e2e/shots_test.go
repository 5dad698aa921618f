package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"livingprofile/internal/testkit"
)

func signIn(t *testing.T, s *testkit.Site, tab *testkit.Tab, brand, address string) {
	t.Helper()
	tab.Open(s.URL + "/" + brand + "/sign-in")
	tab.Do(chromedp.SendKeys("input[name=address]", address, chromedp.ByQuery), chromedp.Submit("input[name=address]", chromedp.ByQuery))
	tab.Do(chromedp.WaitVisible("main", chromedp.ByQuery))
	link := s.Link(t, address)
	tab.Open(link)
	tab.Do(chromedp.Submit("form[action$='/link']", chromedp.ByQuery), chromedp.WaitVisible("h1", chromedp.ByQuery))
}

func TestShots(t *testing.T) {
	dir := os.Getenv("SHOTS")
	if dir == "" {
		t.Skip("no SHOTS")
	}
	s := testkit.NewSite(t, testkit.SiteOptions{})
	b := testkit.NewBrowser(t)
	tab := b.Tab(t, testkit.View{Locale: "en"})
	signIn(t, s, tab, "hibiki", "thomas.weber@example.org")
	for _, p := range []string{"", "/data", "/allow", "/allow/newsletter", "/get", "/get/stop", "/who", "/history", "/notices", "/safety"} {
		tab.Open(s.URL + "/hibiki" + p)
		name := p
		if name == "" {
			name = "/home"
		}
		tab.Shot(filepath.Join(dir, "en_"+filepath.Base(name)+".png"))
	}
}
