package e2e

import (
	_ "embed"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"livingprofile/internal/testkit"
)

// axeEnv names the file of axe-core, which checks accessibility.
const axeEnv = "LIVINGPROFILE_AXE"

var axeSource = sync.OnceValues(func() (string, error) {
	path := os.Getenv(axeEnv)
	if path == "" {
		return "", fmt.Errorf("%s is not set: run make setup, and tests by make", axeEnv)
	}
	b, err := os.ReadFile(path)
	return string(b), err
})

// axe returns the text of axe-core, or skips the test.
func axe(t *testing.T) string {
	t.Helper()
	source, err := axeSource()
	if err != nil {
		testkit.Missing(t, "axe-core", err)
	}
	return source
}

// The levels of WCAG that every page meets, once what moves has arrived: a frame
// of another site does not learn that its page asks for less motion.
const axeRun = `Promise.allSettled(document.getAnimations()
	.filter(a => a.effect.getComputedTiming().endTime !== Infinity).map(a => a.finished)).then(() => axe.run(document, {
	runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
	resultTypes: ["violations"],
})).then(r => r.violations.flatMap(v => v.nodes.map(n =>
	v.id + " at " + n.target.join(" ") + ": " + v.help + ". " + (n.failureSummary || "").replace(/\s+/g, " "))))`

// accessible fails for everything that axe finds on the page.
func (p *visitor) accessible() {
	p.t.Helper()
	var loaded bool
	p.Eval("!!window.axe", &loaded)
	if !loaded {
		p.Eval(axe(p.t)+";0", nil)
	}
	var found []string
	p.Eval(axeRun, &found)
	for _, f := range found {
		p.t.Errorf("%s: axe: %s", p.where(), f)
	}
}

//go:embed sound.js
var soundScript string

// sound fails for a page in the wrong language or direction, with words
// missing, with an id twice, wider than the window, or with a table cut off that
// has room.
func (p *visitor) sound() {
	p.t.Helper()
	dir := "ltr"
	if p.View().Locale == "ar" {
		dir = "rtl"
	}
	var found []string
	p.Eval(fmt.Sprintf("(%s)(%q, %q)", soundScript, p.View().Locale, dir), &found)
	for _, f := range found {
		p.t.Errorf("%s: %s", p.where(), f)
	}
}

// narrow fails if the page must be scrolled sideways on the smallest phone, or
// at 400 % of a window 1280 wide (WCAG 1.4.10).
func (p *visitor) narrow() {
	p.t.Helper()
	was := p.View()
	now := was
	now.Width, now.Height, now.Phone = 320, 256, false
	p.Look(now)
	p.sound()
	p.Look(was)
}

// quiet fails for whatever the browser has complained of, and for any request
// to another host.
func (p *visitor) quiet() {
	p.t.Helper()
	problems, loads := p.Problems()
	for _, s := range problems {
		p.t.Errorf("%s: the browser says: %s", p.where(), s)
	}
	for _, l := range loads {
		if !strings.HasPrefix(l.URL, p.w.URL+"/") {
			p.t.Errorf("%s: loads %s from elsewhere", p.where(), l.URL)
		}
	}
}

func (p *visitor) where() string { return p.Path() + " " + p.View().String() }
