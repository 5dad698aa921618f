package portal_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
)

func TestPages_are_there_for_somebody_new_in_every_language(t *testing.T) {
	for _, locale := range []string{"en", "ja", "ar"} {
		t.Run(locale, func(t *testing.T) {
			k := newKit(t)
			k.locale = locale
			for target, h := range map[string]echo.HandlerFunc{
				"/hibiki": k.Home, "/hibiki/data": k.Data, "/hibiki/allow": k.Allow, "/hibiki/get": k.Get,
				"/hibiki/get?scope=all": k.Get, "/hibiki/get/stop": k.StopPreview, "/hibiki/who": k.Who,
				"/hibiki/history": k.History, "/hibiki/notices": k.Notices, "/hibiki/safety": k.Safety,
			} {
				k.get(h, target)
			}
			for _, v := range k.org.PurposesOn("hibiki") {
				k.get(k.Purpose, "/hibiki/allow/x", "purpose", string(v.Purpose))
				k.get(k.Notice, "/hibiki/notices/x", "purpose", string(v.Purpose))
			}
			for _, f := range k.org.FieldsOn("hibiki") {
				k.get(k.Value, "/hibiki/data/x", "field", f.Name)
			}
		})
	}
}

func TestAnswer(t *testing.T) {
	t.Run("is_recorded_with_its_proof_and_shown", func(t *testing.T) {
		k := newKit(t)
		k.post(http.StatusSeeOther, k.Answer, k.answer("reviews", "yes"), "purpose", "reviews")
		if got, want := k.status("reviews"), consent.Given; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		page := k.get(k.Allow, "/hibiki/allow")
		wants(t, page, "Saved: yes to “Show my reviews with my first name”.", `id="p-reviews-yes" aria-pressed="true"`, "Saved 19:02")
		lacks(t, k.get(k.Allow, "/hibiki/allow"), "Saved: yes")
		records, err := k.Read.Records(t.Context(), k.subject, "reviews")
		if err != nil || len(records) != 1 {
			t.Fatalf("got %d records, %v", len(records), err)
		}
		if got, want := records[0].Proof, (consent.Proof{Kind: consent.BySession, Ref: string(k.session.ID)}); got != want {
			t.Errorf("got proof %v, want %v", got, want)
		}
		wants(t, k.get(k.Purpose, "/x", "purpose", "reviews"), "You said yes", "while you were signed in", "If you say no now")
		wants(t, k.get(k.Receipt, "/x", "receipt", string(records[0].ID)), string(records[0].ID), "Hibiki K.K.", "Will be sealed within a minute")
	})
	t.Run("in_place_is_one_row_and_a_sentence", func(t *testing.T) {
		k := newKit(t)
		k.live = true
		body := k.post(http.StatusOK, k.Answer, k.answer("reviews", "no"), "purpose", "reviews").Body.String()
		wants(t, body, `id="p-reviews"`, `id="live"`, "Saved: no to", `id="p-reviews-no" aria-pressed="true"`)
		lacks(t, body, "<html", `id="p-newsletter"`)
	})
	t.Run("of_a_parent_loads_the_page_again", func(t *testing.T) {
		k := newKit(t)
		k.live = true
		w := k.post(http.StatusNoContent, k.Answer, k.answer("marketing", "no"), "purpose", "marketing")
		if got, want := w.Header().Get("HX-Refresh"), "true"; got != want {
			t.Errorf("got HX-Refresh %q, want %q", got, want)
		}
		k.live = false
		wants(t, k.get(k.Allow, "/hibiki/allow"), "Follows your answer to “Write to me about new things”.", "Saved: no to “Write to me about new things”.")
	})
	t.Run("to_other_words_records_nothing", func(t *testing.T) {
		k := newKit(t)
		form := k.answer("reviews", "yes")
		form.Set("notice", k.answer("fraud", "yes").Get("notice"))
		w := k.post(http.StatusConflict, k.Answer, form, "purpose", "reviews")
		wants(t, w.Body.String(), "The words have changed since you opened the page")
		form = k.answer("reviews", "yes")
		form.Set("version", "7")
		k.live = true
		w = k.post(http.StatusUnprocessableEntity, k.Answer, form, "purpose", "reviews")
		wants(t, w.Body.String(), "The words have changed since you opened the page", `id="p-reviews"`)
		if got, want := k.status("reviews"), consent.Unknown; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("that_needs_a_second_yes_waits_for_it", func(t *testing.T) {
		k := newKit(t)
		k.post(http.StatusSeeOther, k.Answer, k.answer("newsletter", "yes"), "purpose", "newsletter")
		if got, want := k.status("newsletter"), consent.Requested; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		wants(t, k.get(k.Allow, "/hibiki/allow"), "Nearly done: open the e-mail we sent to "+mailbox, "you need this code")
		wants(t, k.get(k.Allow, "/hibiki/allow"), "Waiting for your second yes: open the e-mail we sent to "+mailbox)
	})
	t.Run("is_about_the_answer_that_counts_here", func(t *testing.T) {
		k := newKit(t)
		_, err := k.Consent.Decide(t.Context(), consent.Ask{
			Subject: k.subject, Purpose: "newsletter", Answer: consent.No, Scope: "hibiki", Locale: "en", Brand: "hibiki", Channel: "phone",
		})
		if err != nil {
			t.Fatal(err)
		}
		wants(t, k.get(k.Allow, "/hibiki/allow"), "This answer holds for Hibiki Instruments only.")
		k.post(http.StatusSeeOther, k.Answer, k.answer("newsletter", "yes"), "purpose", "newsletter")
		f, err := k.Read.Facts(t.Context(), k.subject)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := f.Consents[consent.Key{Purpose: "newsletter", Scope: "hibiki"}].Status, consent.Requested; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got, want := k.status("newsletter"), consent.Unknown; got != want {
			t.Errorf("got %s for all brands, want %s", got, want)
		}
	})
	t.Run("takes_as_many_steps_back_as_forth", func(t *testing.T) {
		k := newKit(t)
		k.post(http.StatusSeeOther, k.Answer, k.answer("reviews", "yes"), "purpose", "reviews")
		k.post(http.StatusSeeOther, k.Answer, k.answer("reviews", "no"), "purpose", "reviews")
		if got, want := k.status("reviews"), consent.Withdrawn; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		wants(t, k.get(k.Allow, "/hibiki/allow"), "your yes to “Show my reviews with my first name” is taken back")
	})
	t.Run("is_refused_where_there_is_no_choice", func(t *testing.T) {
		k := newKit(t)
		k.fails(errs.Forbidden, k.Answer, k.answer("orders", "no"), "purpose", "orders")
		k.fails(errs.NotFound, k.Answer, k.answer("orders", "no"), "purpose", "nothing")
		k.fails(errs.NotFound, k.Answer, k.answer("training-suggestions", "no"), "purpose", "training-suggestions")
		k.fails(errs.Invalid, k.Answer, k.answer("reviews", "perhaps"), "purpose", "reviews")
		form := k.answer("reviews", "yes")
		form.Set("subject", "somebody else")
		k.fails(errs.Invalid, k.Answer, form, "purpose", "reviews")
	})
}

func TestValue(t *testing.T) {
	t.Run("is_corrected_and_undone", func(t *testing.T) {
		k := newKit(t)
		k.post(http.StatusSeeOther, k.SaveValue, url.Values{"value": {" Aiko "}}, "field", "given-name")
		page := k.get(k.Value, "/x", "field", "given-name")
		wants(t, page, "Given name is now “Aiko”.", `action="/hibiki/data/given-name/undo"`, "From you, because you said it here on")
		wants(t, k.get(k.Home, "/hibiki"), "<bdi>Aiko</bdi>", "<b>1 fact</b>")
		k.live = true
		w := k.post(http.StatusOK, k.UndoValue, nil, "field", "given-name")
		wants(t, w.Body.String(), "Given name is now empty.", `id="v-given-name"`)
	})
	t.Run("that_is_wrong_is_shown_again", func(t *testing.T) {
		k := newKit(t)
		form := url.Values{"value": {"12 o'clock"}}
		w := k.post(http.StatusUnprocessableEntity, k.SaveValue, form, "field", "birthday")
		wants(t, w.Body.String(), "This is not a date that exists.", "12 o&#39;clock", "<html")
		k.live = true
		w = k.post(http.StatusUnprocessableEntity, k.SaveValue, form, "field", "birthday")
		wants(t, w.Body.String(), "This is not a date that exists.", `id="v-birthday"`)
		lacks(t, w.Body.String(), "<html")
	})
	t.Run("that_staff_decide_on_waits", func(t *testing.T) {
		k := newKit(t)
		k.post(http.StatusSeeOther, k.SaveValue, url.Values{"value": {"1990-05-04"}}, "field", "birthday")
		wants(t, k.get(k.Value, "/x", "field", "birthday"), "You asked to change this to “4 May 1990”.", "Your change to Birthday is waiting")
		wants(t, k.get(k.History, "/hibiki/history"), "Asked to change “Birthday” to “4 May 1990”")
	})
	t.Run("that_is_locked_says_why", func(t *testing.T) {
		k := newKit(t)
		wants(t, k.get(k.Value, "/x", "field", "email"), "You sign in with this address.", "hello@hibiki.example")
		k.fails(errs.Forbidden, k.SaveValue, url.Values{"value": {"other@mail.example.com"}}, "field", "email")
		if _, err := k.do(k.EditValue, http.MethodGet, "/x", nil, "field", "email"); !errors.Is(err, errs.Forbidden) {
			t.Errorf("got %v, want %v", err, errs.Forbidden)
		}
		k.fails(errs.NotFound, k.SaveValue, url.Values{"value": {"1"}}, "field", "nothing")
	})
	t.Run("has_a_form_for_each_type", func(t *testing.T) {
		k := newKit(t)
		for _, f := range k.org.FieldsOn("hibiki") {
			if f.Edit == "locked" {
				continue
			}
			wants(t, k.get(k.EditValue, "/x", "field", f.Name), `name="value"`, `action="/hibiki/data/`+f.Name+`"`)
		}
	})
}
