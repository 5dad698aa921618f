package e2e

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"livingprofile/internal/demo"
	"livingprofile/internal/figures"
	"livingprofile/internal/identity"
)

func signedOutStops() []stop {
	const check = "main form .main"
	return []stop{
		{name: "brands", page: true, lead: func(r *tour) int { return r.Open(r.w.URL + "/") }},
		{name: "figures", page: true, lead: func(r *tour) int {
			last := figures.Quarter.Last(r.w.Clock.Now())
			told := []figures.Published{figures.Publish(demo.Answered(last), last)}
			if err := r.w.DB.SavePublished(r.t.Context(), told, r.w.Clock.Now()); err != nil {
				r.t.Fatal(err)
			}
			return r.Open(r.w.URL + "/transparency")
		}},
		{name: "check", page: true, lead: func(r *tour) int { return r.Open(r.w.URL + "/receipts") }},
		{name: "check_nothing", status: http.StatusUnprocessableEntity, lead: func(r *tour) int { return r.Go(check) }},
		{name: "check_nonsense", status: http.StatusUnprocessableEntity, lead: func(r *tour) int {
			r.Fill("[name=receipt]", "abc")
			return r.Go(check)
		}},
		fault("check_foreign", "/receipts/00000000000000000000000000", http.StatusNotFound),
		fault("no_such_page", "/hibiki/nowhere/at/all", http.StatusNotFound),
		fault("no_such_brand", "/nobody", http.StatusNotFound),
		{name: "too_large", status: http.StatusRequestEntityTooLarge, lead: func(r *tour) int {
			r.Open(r.w.URL + "/receipts")
			r.Set("[name=receipt]", strings.Repeat("x", 70<<10))
			return r.Go(check)
		}},
	}
}

func signInStops() []stop {
	const press = "main form .main"
	return []stop{
		at("sign_in", "/sign-in"),
		{name: "sign_in_wrong", status: http.StatusUnprocessableEntity, lead: func(r *tour) int {
			r.Eval(`document.querySelector("main form").noValidate = true`, nil)
			r.Fill("[name=address]", "nobody@nowhere")
			return r.Go(press)
		}},
		{name: "sent", page: true, lead: func(r *tour) int {
			r.ask()
			r.link = r.w.Link(r.t, r.address)
			return http.StatusOK
		}},
		{name: "link_elsewhere", page: true, lead: func(r *tour) int {
			r.seen = r.other
			return r.other.Open(r.link)
		}},
		{name: "link_wrong_code", status: http.StatusUnprocessableEntity, lead: func(r *tour) int {
			r.seen = r.other
			r.other.Fill("[name=code]", "1234 5678")
			return r.other.Go(press)
		}},
		{name: "link_no_code", status: http.StatusUnprocessableEntity, lead: func(r *tour) int {
			r.seen = r.other
			r.other.Eval(`document.querySelector("main form").noValidate = true`, nil)
			return r.other.Go(press)
		}},
		{name: "link", page: true, lead: func(r *tour) int { return r.Open(r.link) }},
		{name: "home", page: true, lead: func(r *tour) int { return r.Go(press) }},
		{name: "link_spent", status: http.StatusGone, lead: func(r *tour) int { return r.Open(r.link) }},
		{name: "register", page: true, lead: func(r *tour) int {
			r.other.address = "new." + r.View().Locale + "@mail.example.com"
			r.other.ask()
			r.seen = r.other
			return r.other.Open(r.w.Link(r.t, r.other.address))
		}},
		{name: "home_of_somebody_new", lead: func(r *tour) int {
			r.seen = r.other
			return r.other.Go(press)
		}},
		{name: "data_of_somebody_new", lead: func(r *tour) int {
			r.seen = r.other
			return r.other.to("/data")
		}},
		{name: "history_of_somebody_new", lead: func(r *tour) int {
			r.seen = r.other
			return r.other.to("/history?kind=messages")
		}},
	}
}

func dataStops() []stop {
	const save = "main form .main"
	edit := func(name, field string) stop { return at(name, "/data/"+field+"/edit") }
	return []stop{
		at("data", "/data"),
		inPlace("data_editing", func(r *tour) { r.Press("#v-family-name-edit") }, "#v-family-name form"),
		inPlace("data_saved", func(r *tour) {
			r.Fill("#v-family-name [name=value]", "Example")
			r.Press("#v-family-name .main")
		}, "#v-family-name .said"),
		inPlace("data_undone", func(r *tour) { r.Press("#v-family-name .said button") }, "#v-family-name .said:not(:has(button))"),
		inPlace("data_wrong", func(r *tour) {
			r.Press("#v-phone-edit")
			r.Until("document.querySelector('#v-phone form')")
			r.Fill("#v-phone [name=value]", "twelve")
			r.Press("#v-phone .main")
		}, "#v-phone [aria-invalid=true]"),
		at("value", "/data/given-name"),
		at("value_rule", "/data/usual-machine"),
		at("activity", "/activity"),
		at("automated", "/automated"),
		at("activity_kind", "/activity?kind=order"),
		edit("edit_text", "given-name"),
		edit("edit_lines", "delivery-address"),
		edit("edit_country", "country"),
		edit("edit_several", "interests"),
		edit("edit_yes_or_no", "tax-exempt"),
		edit("edit_number", "resting-heart-rate"),
		edit("edit_wrong_before", "phone"),
		{name: "edit_wrong", status: http.StatusUnprocessableEntity, lead: func(r *tour) int {
			r.Fill("[name=value]", "twelve")
			return r.Go(save)
		}},
		edit("edit_date", "birthday"),
		{name: "value_waits_for_staff", lead: func(r *tour) int {
			r.Set("[name=value]", "1990-05-04")
			return r.Go(save)
		}},
		{name: "value_saved", lead: func(r *tour) int {
			r.to("/data/company/edit")
			r.Fill("[name=value]", "Example K.K.")
			return r.Go(save)
		}},
		{name: "form_too_old", status: http.StatusForbidden, lead: func(r *tour) int {
			r.to("/data/company/edit")
			r.Eval(`document.querySelector("main [name=csrf]").value = "x"`, nil)
			return r.Go(save)
		}},
		at("value_locked", "/data/email"),
		at("value_guessed", "/data/skill-level"),
		fault("edit_locked", base+"/data/email/edit", http.StatusForbidden),
		fault("no_such_field", base+"/data/nothing", http.StatusNotFound),
	}
}

func lastStops() []stop {
	return []stop{
		{name: "too_many_mails", status: http.StatusTooManyRequests, lead: func(r *tour) int {
			status := r.to("/proof")
			for range 20 {
				if status != http.StatusOK {
					break
				}
				status = r.Go("main form .btn")
			}
			return status
		}},
		{name: "too_many_links", status: http.StatusTooManyRequests, lead: func(r *tour) int {
			r.to("/safety")
			r.Fill("[name=value]", "third@mail.example.com")
			return r.Go(addAddress)
		}},
		{name: "mails", page: true, lead: func(r *tour) int { return r.Open(r.w.URL + "/mailbox") }},
		// One of their own: others take theirs out of the box meanwhile.
		{name: "mail", page: true, lead: func(r *tour) int {
			mine := fmt.Sprintf("//main//li[contains(@class,'row')][.//bdi[.=%q]]//a", r.address)
			return r.Follow(chromedp.Click(mine, chromedp.BySearch))
		}},
		{name: "signed_out", page: true, lead: func(r *tour) int {
			r.to("")
			return r.Go(".leave button")
		}},
		{name: "sign_in_first", lead: func(r *tour) int { return r.to("/data") }},
		{name: "address_undo", page: true, lead: func(r *tour) int { return r.Open(r.undoLink()) }},
		{name: "address_undone", page: true, lead: func(r *tour) int { return r.Go("main form .main") }},
	}
}

var undoIn = regexp.MustCompile(`https?://\S+/u/[A-Za-z0-9_-]+`)

// undoLink is what the mail about a new address lets its reader take back.
func (r *tour) undoLink() string {
	r.t.Helper()
	subject := r.w.subject(r.t, r.address)
	w := identity.Where{Brand: "hibiki", Locale: r.View().Locale}
	ctx, cancel := context.WithTimeout(r.t.Context(), 20*time.Second)
	defer cancel()
	for _, m := range r.w.Box.Messages() { // of what was done before
		if slices.Contains(m.To, r.address) {
			_, _ = r.w.Box.Wait(ctx, r.address)
		}
	}
	if err := r.w.Identity.Prove(r.t.Context(), subject, identity.Email, "fourth."+w.Locale+"@mail.example.com", w); err != nil {
		r.t.Fatal(err)
	}
	for {
		m, err := r.w.Box.Wait(ctx, r.address)
		if err != nil {
			r.t.Fatal(err)
		}
		if link := undoIn.FindString(m.Text); link != "" {
			return link
		}
	}
}
