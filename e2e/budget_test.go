package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"

	"livingprofile/internal/testkit"
)

// TestBudgets counts what a visit costs on the wire. Bytes and requests are
// counted, never time, so that a slow machine changes nothing.
func TestBudgets(t *testing.T) {
	const first, second = 60_000, 15_000
	w := open(t)
	session := w.member(t, testkit.View{Locale: "ja"}, aiko).Cookies()["session"]
	for _, path := range []string{"", "/data"} {
		t.Run("home"+strings.ReplaceAll(path, "/", "_"), func(t *testing.T) {
			p := w.visit(t, testkit.View{Locale: "ja"}, aiko)
			p.carry(session)
			p.Problems()
			p.to(path)
			loads := p.settled()
			if got := sum(loads); got > first || got == 0 {
				t.Errorf("first visit: got %d bytes, want at most %d: %s", got, first, list(loads))
			}
			var blocking []string
			for _, l := range loads {
				if l.Blocks {
					blocking = append(blocking, l.URL)
				}
			}
			if len(blocking) > 1 {
				t.Errorf("nothing is painted before %v, want one at most", blocking)
			}
			p.to(path)
			loads = p.settled()
			if got := sum(loads); got > second || got == 0 {
				t.Errorf("second visit: got %d bytes, want at most %d: %s", got, second, list(loads))
			}
		})
	}
}

// settled returns what was loaded, when nothing more comes.
func (p *visitor) settled() []testkit.Load {
	p.t.Helper()
	p.Eval(`new Promise(done => setTimeout(done, 300))`, nil)
	_, loads := p.Problems()
	if len(loads) == 0 || loads[0].Type != network.ResourceTypeDocument || loads[0].Status != 200 {
		p.t.Fatalf("got loads %+v, want the page first", loads)
	}
	return loads
}

func sum(loads []testkit.Load) (bytes int) {
	for _, l := range loads {
		bytes += l.Bytes
	}
	return bytes
}

func list(loads []testkit.Load) string {
	var b strings.Builder
	for _, l := range loads {
		b.WriteString("\n" + l.String())
	}
	return b.String()
}
