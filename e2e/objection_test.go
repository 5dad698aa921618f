package e2e

import (
	"net/http"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestObjection: advertising stops as soon as somebody objects to it. Anything
// else is frozen until staff have weighed it, and what they weighed is read, in
// English by somebody who was refused and in Japanese by somebody who was right.
func TestObjection(t *testing.T) {
	axe(t)
	t.Parallel()
	w := open(t)
	for l, tt := range []struct {
		view                   testkit.View
		portal, purpose        string
		why, done, open, froze string
		answer                 rights.Move
		ground, reason         string
		outcome, read, button  string
		letter, over           string
	}{
		{
			view:   testkit.View{Locale: "en", Still: true},
			portal: "/kawara", purpose: "audience",
			why: "My reading is my own.", done: "It is done.", open: "looking into it", froze: "Frozen",
			answer: rights.Reject, ground: "compelling", reason: "We count pages and keep no names.",
			outcome: "We cannot do this.", read: "compelling legitimate grounds", button: "End the freeze now",
			letter: "cannot do what you asked", over: "The freeze is over.",
		},
		{
			view:   testkit.View{Width: 360, Height: 740, Phone: true, Locale: "ja", Still: true},
			portal: base, purpose: "fraud",
			why: "住所が変わるたびに止められます。", done: "完了しました。", open: "内容を確認しています", froze: "止めています",
			answer: rights.Fulfil, reason: "ご事情のほうが重いと判断しました。",
			outcome: "完了しました。", read: "ご事情のほうが重いと判断しました。", button: "停止を終わりにする",
			letter: "のお願いが完了しました", over: "停止を終わりにしました。",
		},
	} {
		t.Run(tt.view.Locale, func(t *testing.T) {
			t.Parallel()
			p := w.newcomer(t, tt.view)
			row := "#p-" + tt.purpose
			objects := func(purpose string) {
				t.Helper()
				p.Open(w.URL + tt.portal + "/rights/objection")
				p.Set("#f-about", purpose)
				p.Fill("#f-text", tt.why)
				want(t, "an objection to "+purpose, p.Go("main form .main"), http.StatusOK)
			}
			allow := func(purpose string) { p.Open(w.URL + tt.portal + "/allow/" + purpose) }

			allow("marketing")
			p.Press("#p-marketing-yes")
			p.Until(`document.querySelector("#p-marketing-yes[aria-pressed=true]")`)
			objects("marketing")
			wantIn(t, "an objection to advertising", p.Text("main"), tt.done)
			p.looks()
			allow("marketing")
			want(t, "advertising is refused", p.Has("#p-marketing-no[aria-pressed=true]"), true)

			objects(tt.purpose)
			request := p.Path()
			wantIn(t, "an objection to something else", p.Text("main"), tt.open, tt.why)
			p.looks()
			allow(tt.purpose)
			wantIn(t, "the purpose meanwhile", p.Text(row), tt.froze)

			d := desk{w.works(t, testkit.View{Locale: tt.view.Locale, Still: true}, authz.DPO)}
			d.takes(request)
			d.Press("#f-move-" + string(tt.answer))
			want(t, "without what was weighed", d.Go("main .acts button.main"), http.StatusUnprocessableEntity)
			d.inspect("objection-wrong", l)
			if tt.ground != "" {
				d.Set("#f-ground", tt.ground)
			}
			want(t, "the decision", d.answers(tt.answer, tt.reason), http.StatusOK)
			d.inspect("objection-decided", l)

			p.gets(tt.letter)
			p.Open(w.URL + request)
			wantIn(t, "what was decided", p.Text("main"), tt.outcome, tt.read, tt.reason)
			p.looks()
			allow(tt.purpose)
			wantIn(t, "the purpose once it was decided", p.Text(row), tt.froze)
			p.Open(w.URL + request)
			want(t, tt.button, p.goBy(tt.button), http.StatusOK)
			wantIn(t, "said", p.said(), tt.over)
			allow(tt.purpose)
			want(t, "frozen after that", p.Has(row+" .state.frozen"), false)
			p.quiet()
		})
	}
}
