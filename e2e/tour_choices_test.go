package e2e

import (
	"net/http"
	"strings"
)

func allowStops() []stop {
	return []stop{
		at("allow", "/allow"),
		inPlace("allow_no", func(r *tour) { r.Press("#p-reviews-no") }, "#p-reviews:has(.said) #p-reviews-no[aria-pressed=true]"),
		inPlace("allow_yes", func(r *tour) { r.Press("#p-reviews-yes") }, "#p-reviews:has(.said) #p-reviews-yes[aria-pressed=true]"),
		inPlace("allow_other_words", func(r *tour) {
			r.Eval(`for (const v of document.querySelectorAll("#p-reviews [name=version]")) v.value = "99"`, nil)
			r.Press("#p-reviews-no")
		}, "#p-reviews .state.waiting"),
		inPlace("allow_parent", func(r *tour) { r.Press("#p-marketing-no") }, "#p-marketing .said"),
		{name: "allow_parent_of_somebody_new", lead: func(r *tour) int {
			r.seen = r.other
			r.other.to("/allow")
			return r.other.Go("#p-marketing-no")
		}},
		{name: "allow_waits_for_second_yes", lead: func(r *tour) int {
			r.to("/allow")
			r.Press("#p-newsletter-no")
			r.Until(`document.querySelector("#p-newsletter:has(.said) #p-newsletter-no[aria-pressed=true]")`)
			r.Press("#p-newsletter-yes")
			r.Until(`document.querySelector("#p-newsletter .state.waiting")`)
			r.link = r.w.Link(r.t, r.address)
			return http.StatusOK
		}},
		at("purpose_waits", "/allow/newsletter"),
		{name: "confirm", page: true, lead: func(r *tour) int { return r.Open(r.link) }},
		{name: "confirm_elsewhere", lead: func(r *tour) int {
			r.seen = r.other
			return r.other.Open(r.link)
		}},
		{name: "confirmed", page: true, lead: func(r *tour) int { return r.Go("main form .main") }},
		at("purpose", "/allow/newsletter"),
		at("purpose_needed", "/allow/invoices"),
		at("purpose_unopposed", "/allow/fraud"),
		inPlace("purpose_answered", func(r *tour) { r.Press("#p-fraud-no") }, "#p-fraud .said"),
		fault("no_such_purpose", base+"/allow/nothing", http.StatusNotFound),
	}
}

func receiptStops() []stop {
	const check = "main form .main"
	var file string
	paste := func(r *tour, text string) int {
		r.Open(r.w.URL + "/receipts")
		r.Set("[name=receipt]", text)
		return r.Go(check)
	}
	return []stop{
		{name: "receipt_to_be_sealed", page: true, lead: func(r *tour) int {
			r.receipt()
			return http.StatusOK
		}},
		{name: "receipt_sealed", lead: func(r *tour) int {
			r.awaitSeal(r.other.address)
			return http.StatusOK
		}},
		{name: "check_number", lead: func(r *tour) int {
			r.Eval(`fetch(document.querySelector("a[download]").href).then(a => a.text())`, &file)
			return r.Go(`main .acts a[href^="/receipts/"]`)
		}},
		{name: "check_genuine", lead: func(r *tour) int { return paste(r, file) }},
		{name: "check_changed", lead: func(r *tour) int { return paste(r, strings.Replace(file, "hibiki", "kawara", 1)) }},
	}
}

// receipt answers a question and opens the receipt before the ledger is
// sealed. Sealing is quick, so it may take more than one try.
func (r *tour) receipt() {
	r.t.Helper()
	answer := "no"
	for range 10 {
		r.to("/allow/reviews")
		r.Press("#p-reviews-" + answer)
		r.Until(`document.querySelector("#p-reviews .said")`)
		r.to("/allow/reviews")
		r.Go(`#choices a[href*="/receipts/"]`)
		if r.Has(".receipt .state.waiting") {
			return
		}
		answer = map[string]string{"no": "yes", "yes": "no"}[answer]
	}
	r.t.Fatal("every receipt was sealed before it could be read")
}

func getStops() []stop {
	const delivery, pause = `form[action$="/get/delivery"]`, `form[action$="/get/pause"]`
	return []stop{
		at("get", "/get"),
		at("get_all_brands", "/get?scope=all"),
		inPlace("get_topic", func(r *tour) { r.Press("#t-repair-tips-email") }, "#t-repair-tips .said"),
		{name: "get_delivery_wrong", status: http.StatusUnprocessableEntity, lead: func(r *tour) int {
			r.to("/get")
			r.Set(`[name="quiet.from"]`, "22:00")
			r.Set(`[name="quiet.to"]`, "")
			return r.Go(delivery + " .main")
		}},
		{name: "get_delivery_saved", lead: func(r *tour) int {
			r.Set(`[name="quiet.to"]`, "07:00")
			return r.Go(delivery + " .main")
		}},
		{name: "get_pause_wrong", status: http.StatusUnprocessableEntity, lead: func(r *tour) int {
			if r.Has(`form[action$="/get/resume"]`) {
				r.Go(`form[action$="/get/resume"] button`)
			}
			r.Set("[name=until]", "2001-01-01")
			return r.Go(pause + " button")
		}},
		{name: "get_paused", lead: func(r *tour) int {
			r.Eval(`document.querySelector("[name=until]").valueAsNumber = Date.now() + 30 * 864e5`, nil)
			return r.Go(pause + " button")
		}},
		{name: "get_resumed", lead: func(r *tour) int { return r.Go(`form[action$="/get/resume"] button`) }},
		{name: "get_topics_waiting_for_a_yes", lead: func(r *tour) int {
			r.to("/allow/newsletter")
			r.Press("#p-newsletter-no")
			r.Until(`document.querySelector("#p-newsletter .said")`)
			return r.to("/get")
		}},
		{name: "stop", page: true, lead: func(r *tour) int {
			r.to("/allow")
			r.Press("#p-recommendations-yes")
			r.Until(`document.querySelector("#p-recommendations .said")`)
			return r.to("/get/stop")
		}},
		{name: "stopped", page: true, lead: func(r *tour) int { return r.Go(`form[action$="/get/stop"] .main`) }},
		inPlace("stopped_taken_back", func(r *tour) { r.Press("#b-recommendations button") }, "#b-recommendations .state.given"),
		at("get_stopped", "/get"),
		{name: "stop_nothing", lead: func(r *tour) int {
			r.to("/get/stop")
			r.Go(`form[action$="/get/stop"] .main`)
			return r.to("/get/stop")
		}},
	}
}
