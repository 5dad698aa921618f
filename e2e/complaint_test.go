package e2e

import (
	"net/http"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestComplaint: whoever complains learns which authority watches over us before
// they write, while they wait and with the answer; and what each side writes,
// the other reads.
func TestComplaint(t *testing.T) {
	axe(t)
	t.Parallel()
	w := open(t)
	for l, tt := range []struct {
		view                       testkit.View
		portal, name, address, law string
		words, more, wrote, answer string
		sent, asked, done          string
	}{
		{
			testkit.View{Locale: "en", Still: true},
			"/kawara", "Information Commissioner", "https://ico.org.uk/make-a-complaint/", "UK GDPR",
			"Nobody wrote back.", "I wrote in March.", "When did you write to us?", "We are sorry: your letter lay unread.",
			"We have your request.", "A message about your request", "It is done.",
		},
		{
			testkit.View{Width: 360, Height: 740, Phone: true, Dark: true, Locale: "ja", Still: true},
			base, "個人情報保護委員会", "https://www.ppc.go.jp/personalinfo/pipldial/", "個人情報保護法",
			"どなたからもお返事がありません。", "3月に書きました。", "いつお書きになりましたか。", "お手紙を見落としていました。申し訳ございません。",
			"お願いを受け付けました。", "お願いについてのご連絡", "完了しました。",
		},
	} {
		t.Run(tt.view.Locale, func(t *testing.T) {
			t.Parallel()
			p := w.newcomer(t, tt.view)
			authority := func(when string) {
				t.Helper()
				wantIn(t, "the authority, "+when, p.Text(`main .note a[href="`+tt.address+`"]`), tt.name)
			}
			p.Open(w.URL + tt.portal + "/requests")
			p.Go(`main a[href$="/rights/complaint"]`)
			authority("before a word")
			wantIn(t, "the law", p.Text("main"), tt.law)
			p.Fill("#f-text", tt.words)
			want(t, "a complaint", p.Go("main form .main"), http.StatusOK)
			request := p.Path()
			wantIn(t, "said", p.said(), tt.sent)
			wantIn(t, "the complaint", p.Text("main"), tt.words, tt.law)
			authority("while it is open")
			p.looks()

			d := desk{w.works(t, testkit.View{Locale: tt.view.Locale, Still: true}, authz.DPO)}
			d.takes(request)
			wantIn(t, "the complaint on the desk", d.Text("main .facts"), tt.words)
			d.tab("messages")
			d.Fill("textarea[name=note]", tt.wrote)
			want(t, "a message", d.Go("main .acts button.main"), http.StatusOK)

			p.gets(tt.asked)
			p.Open(w.URL + request)
			wantIn(t, "what was asked", p.Text("main"), tt.wrote)
			p.Fill("#f-note", tt.more)
			want(t, "a reply", p.Go(`form[action$="/reply"] .main`), http.StatusOK)
			d.tab("messages")
			wantIn(t, "the reply on the desk", d.Text("main"), tt.more)
			d.inspect("complaint-messages", l)

			d.Go("main .views a")
			want(t, "the answer", d.answers(rights.Fulfil, tt.answer), http.StatusOK)
			d.inspect("complaint-answered", l+1)
			p.Open(w.URL + request)
			wantIn(t, "what was answered", p.Text("main"), tt.done, tt.answer)
			authority("with the answer")
			p.looks()
			p.quiet()
		})
	}
}
