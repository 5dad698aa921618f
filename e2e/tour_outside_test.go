package e2e

import (
	"net/http"

	"livingprofile/internal/consent"
	"livingprofile/internal/footer"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

// outsideStops are what is reached without the portal: from the foot of a mail,
// from a brand's site, from a program; and a value that a person's no keeps out.
func outsideStops() []stop {
	in := func(r *tour) { r.seen = r.other }
	return []stop{
		{name: "unsubscribe", page: true, lead: func(r *tour) int {
			in(r)
			r.other.to("/allow")
			r.other.Go("#p-marketing-yes")
			r.other.Press("#p-recommendations-yes")
			r.other.Until(`document.querySelector("#p-recommendations .said")`)
			return r.other.Open(r.footerLink(footer.Link{Kind: footer.Unsubscribe, Topic: "instrument-ideas", Channel: "email"}))
		}},
		{name: "unsubscribed", lead: func(r *tour) int { in(r); return r.other.Go("main form .btn") }},
		{name: "mail_choices", page: true, lead: func(r *tour) int {
			in(r)
			return r.other.Open(r.footerLink(footer.Link{Kind: footer.Preferences}))
		}},
		{name: "mail_choices_none", lead: func(r *tour) int { in(r); return r.other.Go("main form:has([name=all]) button") }},
		fault("unsubscribe_over", "/u/nothing", http.StatusGone),
		{name: "value_not_taken", lead: func(r *tour) int {
			in(r)
			const purpose, field = "training-suggestions", "training-goal"
			r.other.Open(r.w.URL + "/tsubame/allow")
			r.other.Press("#p-" + purpose + "-no")
			r.other.Until(`document.querySelector("#p-` + purpose + ` .said")`)
			told, err := r.w.Door.Take(r.t.Context(), inbound.Sender{System: "machines"}, []inbound.Item{{
				Subject: r.w.subject(r.t, r.other.address), Attributes: map[string]profile.Claim{
					field: {Value: "Ten kilometres", Origin: profile.Provided, At: r.w.Clock.Now()},
				},
			}})
			if err != nil || told[0].Withheld[field] != profile.AllRefused {
				r.t.Fatalf("got %+v, %v", told, err)
			}
			return r.other.Open(r.w.URL + "/tsubame/data/" + field)
		}},
		{name: "history_not_taken", lead: func(r *tour) int { in(r); return r.other.Open(r.w.URL + "/tsubame/history?kind=data") }},
		{name: "site_check", page: true, lead: func(r *tour) int {
			return r.Open(r.w.URL + "/embed/hibiki/check?origin=http://shop.example&failed=403")
		}},
		{name: "site_check_link", lead: func(r *tour) int {
			return r.Open(r.w.URL + "/embed/hibiki/check?origin=shop&link=nothing")
		}},
		{name: "reference", lead: func(r *tour) int {
			status := r.Open(r.w.URL + "/api/v1/docs")
			r.sound()
			// Its operations look alike, and axe takes long over all of them.
			r.Eval(`document.querySelectorAll("article").forEach((a, i) => i % 8 && a.remove())`, nil)
			return status
		}},
	}
}

// footerLink is where a link in the foot of a mail to the other person leads,
// who gets one topic on two channels.
func (r *tour) footerLink(l footer.Link) string {
	r.t.Helper()
	l.Subject, l.Brand, l.Expires = r.w.subject(r.t, r.other.address), "hibiki", r.w.Clock.Now().Add(footer.DefaultLife)
	_, err := r.w.Consent.Choose(r.t.Context(), consent.Wisher{Subject: l.Subject, Actor: ledger.Self(l.Subject), Brand: l.Brand}, "",
		map[string]bool{"instrument-ideas/email": true, "instrument-ideas/push": true})
	if err != nil {
		r.t.Fatal(err)
	}
	token, err := footer.Mint(r.w.DB.Ring().System(), l)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.w.URL + "/u/" + token
}
