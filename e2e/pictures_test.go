package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"livingprofile/internal/testkit"
)

// TestPictures takes the README's pictures, on a site of its own where nobody
// has been before. LIVINGPROFILE_PICTURES names the folder.
func TestPictures(t *testing.T) {
	folder := os.Getenv("LIVINGPROFILE_PICTURES")
	if folder == "" {
		t.Skip("LIVINGPROFILE_PICTURES names no folder")
	}
	const most = 150_000
	w := &world{testkit.NewSite(t, testkit.SiteOptions{Clock: testkit.NewClock()}), testkit.NewBrowser(t)}
	desk := testkit.View{Width: 1280, Height: 860, Still: true}
	small := testkit.View{Width: 360, Height: 740, Phone: true, Dark: true, Still: true}
	for _, p := range []struct {
		name, path, locale, address string
		look                        testkit.View
	}{
		{"allow.en", "/allow", "en", thomas, desk},
		{"data.en", "/data", "en", thomas, desk},
		{"home.ja", "", "ja", aiko, desk},
		{"allow.ja.phone", "/allow", "ja", aiko, small},
		{"home.ar", "", "ar", layla, desk},
	} {
		p.look.Locale = p.locale
		v := w.member(t, p.look, p.address)
		v.to(p.path)
		file := filepath.Join(folder, p.name+".png")
		v.Do(chromedp.Evaluate(`document.activeElement.blur()`, nil), away())
		v.Picture(file)
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > most {
			t.Errorf("%s: got %d bytes, want at most %d", p.name, info.Size(), most)
		}
	}
}
