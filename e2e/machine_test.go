package e2e

import (
	"net/http"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/automated"
	"livingprofile/internal/demo"
	"livingprofile/internal/i18n"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestMachine: what a machine decided is read, answered and contested; a human
// decides anew, and what they decided stands before what the machine did.
func TestMachine(t *testing.T) {
	axe(t)
	t.Parallel()
	w := open(t)
	outcome := i18n.Text{"en": "Paying later was not offered.", "ja": "後払いはご利用いただけません。", "ar": "لم يُعرض الدفع لاحقًا."}
	logic := i18n.Text{"en": "Two earlier orders are wanted.", "ja": "以前のご注文が2件必要です。", "ar": "يلزم طلبان سابقان."}
	effect := i18n.Text{"en": "You pay in advance.", "ja": "前払いになります。", "ar": "تدفع مقدمًا."}
	for l, tt := range []struct {
		view                     testkit.View
		statement, words         string
		anew, reasons            string
		machine, human, reviewed string
	}{
		{
			testkit.View{Locale: "en", Still: true},
			"I ordered by phone before.", "Please look at my orders by phone.",
			"You may pay later.", "Four orders by phone were paid.",
			"By a machine", "What a human decided", "A human decided anew",
		},
		{
			testkit.View{Width: 360, Height: 740, Phone: true, Dark: true, Locale: "ja", Still: true},
			"以前、電話で注文しました。", "電話での注文もご確認ください。",
			"後払いをご利用いただけます。", "電話でのご注文4件のお支払いを確認しました。",
			"機械による", "人が決めたこと", "人が改めて決めました",
		},
	} {
		t.Run(tt.view.Locale, func(t *testing.T) {
			t.Parallel()
			p := w.newcomer(t, tt.view)
			decided, _, err := w.Automated.Register(t.Context(), automated.Telling{
				Subject: w.subject(t, p.address), System: demo.Payments, Brand: "hibiki", Kind: "pay-later", Event: t.Name(),
				At: w.Clock.Now(), Outcome: outcome, Logic: logic, Effect: effect, Fields: []string{"delivery-postcode"},
			})
			if err != nil {
				t.Fatal(err)
			}
			said := []string{outcome.In(tt.view.Locale), logic.In(tt.view.Locale), effect.In(tt.view.Locale)}

			p.to("/automated")
			wantIn(t, "the list", p.Text("main .rows"), said[0], tt.machine)
			p.Go("main .rows h3 a")
			wantIn(t, "the decision", p.Text("main"), said...)
			p.Fill("#f-text", tt.statement)
			want(t, "a statement", p.Go("main form .btn"), http.StatusOK)
			p.Go(`main a[href*="rights/automated"]`)
			want(t, "what is contested", p.value("#f-about"), decided.ID)
			p.Fill("#f-text", tt.words)
			want(t, "contested", p.Go("main form .main"), http.StatusOK)
			request := p.Path()

			d := desk{w.works(t, testkit.View{Locale: tt.view.Locale, Still: true}, authz.DPO)}
			d.takes(request)
			wantIn(t, "what the reviewer reads", d.Text("main .facts"), append(said, tt.statement, tt.words)...)
			d.inspect("machine-review", l)
			want(t, "without an outcome", d.answers(rights.Fulfil, tt.reasons), http.StatusUnprocessableEntity)
			d.inspect("machine-review-wrong", l+1)
			d.Fill("#f-outcome", tt.anew)
			want(t, "the review", d.answers(rights.Fulfil, tt.reasons), http.StatusOK)

			p.Open(w.URL + request)
			wantIn(t, "the request", p.Text("main"), tt.reasons)
			p.looks()
			p.to("/automated/" + decided.ID)
			wantIn(t, "what holds", p.Text(`section[aria-labelledby="review"]`), tt.human, tt.anew, tt.reasons)
			wantIn(t, "what the machine did", p.Text("main .facts"), said...)
			want(t, "the statement", p.value("#f-text"), tt.statement)
			p.looks()
			p.to("/automated")
			wantIn(t, "the list after it", p.Text("main .rows"), tt.anew)
			p.to("/history")
			wantIn(t, "the history", p.Text("main"), tt.reviewed)
			p.quiet()
		})
	}
}
