package e2e

import ("testing";"livingprofile/internal/testkit";"time")

func TestTry(t *testing.T) {
	w := open(t)
	p := w.member(t, testkit.View{Still: true}, thomas)
	for _, path := range []string{"", "/data", "/allow", "/get"} {
		a := time.Now()
		p.to(path)
		b := time.Now()
		p.accessible()
		c := time.Now()
		p.sound(); p.narrow(); p.quiet()
		t.Log(path, b.Sub(a), c.Sub(b), time.Since(c))
	}
	q := w.newcomer(t, testkit.View{NoScript: true})
	q.to("/allow")
	q.Go("#p-reviews-yes")
	t.Log(q.said(), q.Path())
}
