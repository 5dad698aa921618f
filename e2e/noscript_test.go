package e2e

import (
	"strings"
	"testing"

	"livingprofile/internal/testkit"
)

// TestNoScriptWalk does, with scripts off, everything that can be done.
func TestNoScriptWalk(t *testing.T) {
	t.Parallel()
	w := open(t)
	p := w.newcomer(t, testkit.View{NoScript: true})
	want(t, "scripts run", p.Has("html.js"), false)
	for _, leg := range []struct {
		name string
		walk func(p *visitor)
	}{
		{"answers", (*visitor).answersWithoutScript},
		{"corrects", (*visitor).correctsWithoutScript},
		{"chooses_what_comes", (*visitor).choosesWithoutScript},
		{"stops_all_marketing", (*visitor).stopsWithoutScript},
		{"changes_the_language", (*visitor).speaksWithoutScript},
		{"adds_an_address", (*visitor).addsAddressWithoutScript},
		{"reads_a_receipt", (*visitor).readsReceiptWithoutScript},
		{"signs_out", (*visitor).leavesWithoutScript},
	} {
		t.Run(leg.name, func(t *testing.T) { leg.walk(p.in(t)) })
	}
}

func (p *visitor) answersWithoutScript() {
	p.to("/allow")
	want(p.t, "status", p.Go("#p-reviews-yes"), 200)
	want(p.t, "said", p.said(), "Saved: yes to “Show my reviews with my first name”.")
	want(p.t, "yes is pressed", p.Has("#p-reviews-yes[aria-pressed=true]"), true)
	p.Go("#p-reviews-no")
	want(p.t, "said", p.said(), "Saved: your yes to “Show my reviews with my first name” is taken back.")
	want(p.t, "no is pressed", p.Has("#p-reviews-no[aria-pressed=true]"), true)
	p.to("/allow")
	want(p.t, "said again", p.Has(".said"), false)
}

func (p *visitor) correctsWithoutScript() {
	p.to("/data")
	p.Go("#v-given-name-edit")
	p.Fill("[name=value]", "Noor")
	p.Go("main form .main")
	want(p.t, "said", p.said(), "Given name is now “Noor”.")
	want(p.t, "where", p.Path(), base+"/data/given-name")
	p.Go(".said button")
	want(p.t, "said", p.said(), "Given name is now empty.")
	p.to("/data/phone/edit")
	p.Fill("[name=value]", "twelve")
	want(p.t, "status", p.Go("main form .main"), 422)
	wantIn(p.t, "complaint", p.Text(".wrongs"), "This does not look like a phone number")
}

func (p *visitor) choosesWithoutScript() {
	const delivery, pause, resume = `form[action$="/get/delivery"]`, `form[action$="/get/pause"]`, `form[action$="/get/resume"]`
	p.to("/get")
	p.Press("#t-repair-tips-email")
	p.Press("#t-events-sms")
	p.Go(".nojs button")
	want(p.t, "said", p.said(), "Saved. From now on you get what is ticked here.")
	want(p.t, "stays ticked", p.Has("#t-repair-tips-email[checked]") && p.Has("#t-events-sms[checked]"), true)
	p.Set(`[name="quiet.from"]`, "22:00")
	p.Set(`[name="quiet.to"]`, "07:00")
	p.Go(delivery + " .main")
	want(p.t, "said", p.said(), "Saved. This is how and when we reach you from now on.")
	want(p.t, "quiet hours stay", p.Has(`[name="quiet.from"][value="22:00"]`), true)
	p.Eval(`document.querySelector("[name=until]").valueAsNumber = Date.now() + 30 * 864e5`, nil)
	p.Go(pause + " button")
	wantIn(p.t, "said", p.said(), "Saved: nothing is sent until ")
	p.Go(resume + " button")
	want(p.t, "said", p.said(), "Saved. The pause is over.")
}

func (p *visitor) stopsWithoutScript() {
	p.to("/allow")
	p.Go("#p-recommendations-yes")
	p.to("/get")
	p.goBy("Show what would stop")
	wantIn(p.t, "what goes", p.Text(".plan .goes"), "Tell me about instruments like mine")
	want(p.t, "nothing has happened yet", p.standing("recommendations"), "yes")
	p.to("/get/stop")
	p.goBy("Stop it all now")
	want(p.t, "where", p.Path(), base+"/get/stopped")
	p.Go("#b-recommendations button")
	want(p.t, "said", p.said(), "Saved: “Tell me about instruments like mine” comes again.")
	want(p.t, "recommendations", p.standing("recommendations"), "yes")
	want(p.t, "newsletter", p.standing("newsletter"), "no")
}

// standing returns which answer to a purpose is pressed: yes, no or none.
func (p *visitor) standing(purpose string) string {
	p.t.Helper()
	p.to("/allow/" + purpose)
	for _, answer := range []string{"yes", "no"} {
		if p.Has("#p-" + purpose + "-" + answer + "[aria-pressed=true]") {
			return answer
		}
	}
	return "none"
}

func (p *visitor) speaksWithoutScript() {
	p.to("/allow")
	p.Press(".tongue summary")
	p.Go(".tongue button[lang=ja]")
	want(p.t, "language", p.lang(), "ja")
	want(p.t, "where", p.Path(), base+"/allow")
	p.Press(".tongue summary")
	p.Go(".tongue button[lang=en]")
	want(p.t, "language", p.lang(), "en")
}

func (p *visitor) addsAddressWithoutScript() {
	const another = "another@mail.example.com"
	add := func() {
		p.to("/safety")
		p.Fill("[name=value]", another)
		p.Go(addAddress)
	}
	add()
	want(p.t, "a fresh proof first", p.Text("h1"), "Is it you?")
	p.Go("main form .main")
	want(p.t, "then", p.Text("h1"), "Look in your mail")
	p.Open(p.w.Link(p.t, p.address))
	p.Go("main form .main")
	want(p.t, "back", p.Path(), base+"/safety")
	add()
	wantIn(p.t, "said", p.said(), "We sent a message to "+another)
	want(p.t, "it is an address before it is confirmed", p.hasAddress(another), false)
	p.Open(p.w.Link(p.t, another))
	p.Go("main form .main")
	want(p.t, "confirmed", p.Text("h1"), "The address is confirmed")
	p.to("/safety")
	want(p.t, "it is an address now", p.hasAddress(another), true)
}

// hasAddress tells whether the page lists the address as one of the person's.
func (p *visitor) hasAddress(address string) bool {
	p.t.Helper()
	return strings.Contains(p.Text("#addresses ~ .rows"), address)
}

func (p *visitor) readsReceiptWithoutScript() {
	p.to("/allow/reviews")
	p.Go(`#choices a[href*="/receipts/"]`)
	wantIn(p.t, "receipt", p.Text(".receipt"), "Show my reviews with my first name", "Hibiki K.K.", "Fingerprint of this record")
}

func (p *visitor) leavesWithoutScript() {
	p.to("")
	p.Go(".leave button")
	want(p.t, "out", p.Text("h1"), "You are signed out")
	p.to("/data")
	want(p.t, "signed out", p.Path(), base+"/sign-in?next=%2Fhibiki%2Fdata")
}
