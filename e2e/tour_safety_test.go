package e2e

import (
	"net/http"

	"livingprofile/internal/testkit"
)

func otherStops() []stop {
	return []stop{
		at("who", "/who"),
		at("history", "/history"),
		{name: "history_older", lead: func(r *tour) int { return r.Go("a[rel=next]") }},
		at("history_choices", "/history?kind=choices"),
		at("notices", "/notices"),
		at("notice", "/notices/newsletter"),
		{name: "notice_in_another_language", lead: func(r *tour) int {
			return r.Go("main nav.pills a:not([aria-current])")
		}},
		inPlace("languages", func(r *tour) { r.Press(".tongue summary") }, ".tongue[open]"),
		inPlace("more_sections", func(r *tour) {
			r.to("")
			r.Look(phone(r.View()))
			r.Press(".more summary")
		}, ".more[open]"),
	}
}

func phone(v testkit.View) testkit.View {
	v.Width, v.Height, v.Phone = 360, 740, true
	return v
}

// addAddress is the button of the form that adds an address.
const addAddress = `form[action$="/safety/addresses"] button`

func safetyStops() []stop {
	second := func(r *tour) string { return "second." + r.View().Locale + "@mail.example.com" }
	act := func(name string) string { return `form[action$="/` + name + `"] button` }
	return []stop{
		at("safety", "/safety"),
		{name: "proof", page: true, lead: func(r *tour) int {
			r.Fill("[name=value]", second(r))
			return r.Go(addAddress)
		}},
		{name: "proof_sent", page: true, lead: func(r *tour) int { return r.Go("main form .main") }},
		{name: "proof_link", page: true, lead: func(r *tour) int { return r.Open(r.w.Link(r.t, r.address)) }},
		{name: "proved", lead: func(r *tour) int { return r.Go("main form .main") }},
		{name: "address_wrong", status: http.StatusUnprocessableEntity, lead: func(r *tour) int {
			r.Fill("[name=value]", "nobody@nowhere")
			return r.Go(addAddress)
		}},
		{name: "address_sent", lead: func(r *tour) int {
			r.Fill("[name=value]", second(r))
			return r.Go(addAddress)
		}},
		{name: "address_link", page: true, lead: func(r *tour) int {
			r.link = r.w.Link(r.t, second(r))
			return r.Open(r.link)
		}},
		{name: "address_link_elsewhere", lead: func(r *tour) int {
			r.seen = r.other
			return r.other.Open(r.link)
		}},
		{name: "address_confirmed", page: true, lead: func(r *tour) int { return r.Go("main form .main") }},
		{name: "address_main", lead: func(r *tour) int {
			r.to("/safety")
			return r.Go(act("main"))
		}},
		{name: "address_not_main", lead: func(r *tour) int { return r.Go(act("main")) }},
		{name: "address_removed", lead: func(r *tour) int { return r.Go(act("remove")) }},
		{name: "sessions", lead: func(r *tour) int {
			r.other.address = r.address
			r.other.to("")
			r.other.Go(".leave button")
			r.other.signIn()
			return r.to("/safety")
		}},
		inPlace("session_ended", func(r *tour) { r.Press(`form[action*="/sessions/"] button.small`) }, "#sessions ~ .rows .state:not(.given)"),
		{name: "sessions_ended", lead: func(r *tour) int {
			r.other.signIn()
			r.to("/safety")
			return r.Go(act("sessions/end"))
		}},
	}
}
