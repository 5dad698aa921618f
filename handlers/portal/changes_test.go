package portal_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/login"
)

// preferences are what the person wishes.
func (k *kit) preferences() consent.Preferences {
	k.t.Helper()
	f, err := k.Read.Facts(k.t.Context(), k.subject)
	if err != nil {
		k.t.Fatal(err)
	}
	return f.Preferences
}

func TestTopics(t *testing.T) {
	t.Run("are_saved_by_one_button", func(t *testing.T) {
		k := newKit(t)
		form := url.Values{"scope": {"all"}, "topic": {"events", "offers"}, "on.events": {"email", "sms"}}
		k.post(http.StatusSeeOther, k.SaveTopics, form)
		slots := k.preferences().All.Topics
		if !slots["events/email"] || !slots["events/sms"] || slots["offers/email"] {
			t.Errorf("got %v", slots)
		}
		wants(t, k.get(k.Get, "/hibiki/get?scope=all"), "From now on you get what is ticked here.")
		wants(t, k.get(k.History, "/hibiki/history"), "“Concerts and events near me” comes by E-mail and Text message")
		k.post(http.StatusSeeOther, k.SaveTopics, form)
		wants(t, k.get(k.Get, "/hibiki/get?scope=all"), "Nothing has changed")
	})
	t.Run("are_saved_row_by_row_in_place", func(t *testing.T) {
		k := newKit(t)
		k.live = true
		form := url.Values{"scope": {"brand"}, "topic": {"events", "offers"}, "on.events": {"email"}, "on.offers": {"post"}}
		body := k.post(http.StatusOK, k.SaveTopic, form, "topic", "events").Body.String()
		wants(t, body, `id="t-events"`, `id="t-events-email" name="on.events" value="email" checked`, "comes by E-mail", `id="live"`, "Elsewhere: nothing")
		lacks(t, body, `id="t-offers"`)
		if got := k.preferences().Brands["hibiki"].Topics; len(got) != 1 || !got["events/email"] {
			t.Errorf("got %v, want the one box", got)
		}
	})
	t.Run("of_a_brand_follow_all_brands_again_when_they_are_the_same", func(t *testing.T) {
		k := newKit(t)
		k.post(http.StatusSeeOther, k.SaveTopics, url.Values{"scope": {"all"}, "topic": {"events"}, "on.events": {"email"}})
		k.post(http.StatusSeeOther, k.SaveTopics, url.Values{"scope": {"brand"}, "topic": {"events"}})
		wants(t, k.get(k.Get, "/hibiki/get"), "1 setting for Hibiki Instruments is different", "Elsewhere: E-mail")
		k.post(http.StatusSeeOther, k.SaveTopics, url.Values{"scope": {"brand"}, "topic": {"events"}, "on.events": {"email"}})
		if got := k.preferences().Brands["hibiki"].Topics; len(got) != 0 {
			t.Errorf("got %v, want none of its own", got)
		}
	})
	t.Run("that_are_not_offered_here_are_not_found", func(t *testing.T) {
		k := newKit(t)
		k.fails(errs.NotFound, k.SaveTopic, url.Values{"scope": {"brand"}}, "topic", "nothing")
		k.fails(errs.NotFound, k.SaveTopics, url.Values{"scope": {"brand"}, "topic": {"nothing"}})
	})
	t.Run("say_what_keeps_them_from_coming", func(t *testing.T) {
		k := newKit(t)
		k.post(http.StatusSeeOther, k.SaveTopics, url.Values{"scope": {"all"}, "topic": {"events"}, "on.events": {"email"}})
		wants(t, k.get(k.Get, "/hibiki/get"), "Comes as soon as “Send me the newsletter” is a yes.")
		k.post(http.StatusSeeOther, k.Answer, k.answer("newsletter", "no"), "purpose", "newsletter")
		wants(t, k.get(k.Get, "/hibiki/get"), "Does not come while “Send me the newsletter” is a no.")
	})
}

func TestDelivery(t *testing.T) {
	form := func(kv ...string) url.Values {
		f := url.Values{"scope": {"all"}, "preferred": {"email"}, "budget": {"2/month"}, "quiet.from": {"21:00"}, "quiet.to": {"08:00"}, "zone": {"Asia/Tokyo"}, "language": {"en"}}
		for i := 0; i+1 < len(kv); i += 2 {
			f.Set(kv[i], kv[i+1])
		}
		return f
	}
	t.Run("is_saved_with_the_language", func(t *testing.T) {
		k := newKit(t)
		w := k.post(http.StatusSeeOther, k.SaveDelivery, form("language", "ja"))
		p := k.preferences()
		if p.Language != "ja" || p.All.Preferred != "email" || *p.All.Budget != (consent.Budget{Count: 2, Per: "month"}) ||
			*p.All.Quiet != (consent.Quiet{From: 21 * 60, To: 8 * 60, Zone: "Asia/Tokyo"}) {
			t.Errorf("got %+v", p)
		}
		if got := w.Header().Get("Set-Cookie"); !strings.HasPrefix(got, "lang=ja;") {
			t.Errorf("got cookie %q, want the language", got)
		}
		wants(t, k.get(k.Get, "/hibiki/get?scope=all"), `value="21:00"`, "This is how and when we reach you")
	})
	t.Run("of_a_brand_can_be_none_where_all_have_one", func(t *testing.T) {
		k := newKit(t)
		k.post(http.StatusSeeOther, k.SaveDelivery, form())
		k.post(http.StatusSeeOther, k.SaveDelivery, form("scope", "brand", "preferred", "", "budget", "", "quiet.from", "", "quiet.to", ""))
		page := k.get(k.Get, "/hibiki/get")
		wants(t, page, "3 settings for Hibiki Instruments are different")
		lacks(t, page, `value="21:00"`)
		k.post(http.StatusSeeOther, k.SaveDelivery, form("scope", "brand"))
		wants(t, k.get(k.Get, "/hibiki/get"), "The same as for your other brands", `value="21:00"`)
	})
	for _, test := range []struct{ field, value, want string }{
		{"quiet.to", "", "Give both times"},
		{"quiet.from", "25:00", "This is not a time of day"},
		{"budget", "often", "Please choose one of the answers."},
		{"zone", "Mars/Olympus", "Please choose one of the answers."},
		{"preferred", "pigeon", "Please choose one of the answers."},
		{"language", "xx", "We do not offer this language."},
	} {
		t.Run("is_refused_with_a_wrong_"+test.field, func(t *testing.T) {
			k := newKit(t)
			w := k.post(http.StatusUnprocessableEntity, k.SaveDelivery, form(test.field, test.value))
			wants(t, w.Body.String(), test.want)
			if got := k.preferences(); got.All.Preferred != "" || got.Language != "" {
				t.Errorf("got %+v, want nothing saved", got)
			}
		})
	}
}

func TestPause(t *testing.T) {
	k := newKit(t)
	for until, want := range map[string]string{
		"": "Please fill this in.", "2026-13-01": "not a date", "2026-03-12": "must end in the future", "2029-01-01": "within two years",
	} {
		w := k.post(http.StatusUnprocessableEntity, k.Pause, url.Values{"scope": {"all"}, "until": {until}})
		wants(t, w.Body.String(), want)
	}
	k.post(http.StatusSeeOther, k.Pause, url.Values{"scope": {"all"}, "until": {"2026-04-01"}})
	if got, want := k.preferences().All.Pause, time.Date(2026, 3, 31, 15, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("got %s, want the beginning of the day in Tokyo, %s", got, want)
	}
	wants(t, k.get(k.Get, "/hibiki/get"), "nothing is sent until 1 April 2026", "Paused until 1 April 2026")
	k.post(http.StatusSeeOther, k.Resume, url.Values{"scope": {"brand"}})
	wants(t, k.get(k.Get, "/hibiki/get"), "The pause is over, for all brands.", `name="until"`)

	k.post(http.StatusSeeOther, k.Pause, url.Values{"scope": {"all"}, "until": {"2026-03-14"}})
	k.clock.Advance(72 * time.Hour)
	k.post(http.StatusSeeOther, k.SaveTopics, url.Values{"scope": {"all"}, "topic": {"events"}, "on.events": {"email"}})
	if got := k.preferences().All.Pause; !got.IsZero() {
		t.Errorf("got a pause until %s, want one that is over to be forgotten", got)
	}
}

func TestStop(t *testing.T) {
	k := newKit(t)
	k.post(http.StatusSeeOther, k.Answer, k.answer("recommendations", "yes"), "purpose", "recommendations")
	k.post(http.StatusSeeOther, k.SaveTopics, url.Values{"scope": {"all"}, "topic": {"instrument-ideas", "events"}, "on.instrument-ideas": {"email"}, "on.events": {"email"}})
	k.post(http.StatusSeeOther, k.SaveTopics, url.Values{"scope": {"brand"}, "topic": {"instrument-ideas"}, "on.instrument-ideas": {"email", "push"}})

	page := k.get(k.StopPreview, "/hibiki/get/stop")
	wants(t, page, "We no longer do this: Tell me about instruments like mine", "You have not allowed this.")
	if _, err := k.do(k.Stopped, http.MethodGet, "/x", nil); !errors.Is(err, errs.NotFound) {
		t.Errorf("got %v, want %v before anything was stopped", err, errs.NotFound)
	}
	k.fails(errs.Invalid, k.Stop, url.Values{"scope": {"somewhere"}})

	k.post(http.StatusSeeOther, k.Stop, url.Values{"scope": {"all"}})
	if got, want := k.status("recommendations"), consent.Withdrawn; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	page = k.get(k.Stopped, "/hibiki/get/stopped")
	wants(t, page, `id="b-recommendations"`, "/get/back/recommendations", "Saved 19:02")
	lacks(t, page, `id="b-newsletter"`) // it never was a yes
	wants(t, k.get(k.Get, "/hibiki/get"), "You stopped all marketing on 12 March 2026.")
	wants(t, k.get(k.History, "/hibiki/history?kind=messages"), "Stopped all marketing")

	form := k.answer("recommendations", "yes")
	form.Del("choice")
	stale := url.Values{"version": {"1"}, "notice": {"other"}}
	k.live = true
	wants(t, k.post(http.StatusUnprocessableEntity, k.TakeBack, stale, "purpose", "recommendations").Body.String(), "The words have changed")
	wants(t, k.post(http.StatusOK, k.TakeBack, form, "purpose", "recommendations").Body.String(), "Back again", "comes again")
	k.live = false
	if got, want := k.status("recommendations"), consent.Given; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	p := k.preferences()
	if !p.All.Topics["instrument-ideas/email"] || !p.Brands["hibiki"].Topics["instrument-ideas/push"] || p.All.Topics["events/email"] {
		t.Errorf("got %+v, want the topics of this purpose back, and no others", p)
	}
	k.fails(errs.NotFound, k.TakeBack, k.notice("reviews"), "purpose", "reviews")
}

// notice is the form that takes a purpose back.
func (k *kit) notice(purpose consent.PurposeID) url.Values {
	f := k.answer(purpose, "")
	f.Del("choice")
	return f
}

func TestSafety(t *testing.T) {
	t.Run("adds_no_address_before_it_is_proved", func(t *testing.T) {
		k := newKit(t)
		k.post(http.StatusSeeOther, k.AddAddress, url.Values{"kind": {"email"}, "value": {"New@mail.example.com"}})
		wants(t, k.get(k.Safety, "/hibiki/safety"), "We sent a message to New@mail.example.com.", "you need this code")
		if all := k.identifiers(); len(all) != 1 {
			t.Errorf("got %d identifiers, want 1", len(all))
		}
		w := k.post(http.StatusUnprocessableEntity, k.AddAddress, url.Values{"kind": {"email"}, "value": {"new@"}})
		wants(t, w.Body.String(), "This does not look like an e-mail address", `value="new@"`)
		w = k.post(http.StatusUnprocessableEntity, k.AddAddress, url.Values{"kind": {"email"}, "value": {strings.ToUpper(mailbox)}})
		wants(t, w.Body.String(), "This is on your profile already.")
	})
	t.Run("changes_the_main_address_and_tells_the_old_one", func(t *testing.T) {
		k := newKit(t)
		if err := k.Identity.Prove(t.Context(), k.subject, identity.Email, "new@mail.example.com", identity.Where{Brand: "hibiki"}); err != nil {
			t.Fatal(err)
		}
		all := k.identifiers()
		k.fails(errs.Forbidden, k.RemoveAddress, nil, "address", all[0].ID)
		k.post(http.StatusSeeOther, k.MakeMain, nil, "address", all[1].ID)
		wants(t, k.get(k.Safety, "/hibiki/safety"), "new@mail.example.com is now your main address.")
		wants(t, k.get(k.Safety, "/hibiki/safety"), "This stays until")
		k.fails(errs.Forbidden, k.RemoveAddress, nil, "address", all[0].ID)
		k.clock.Advance(identity.Settling)
		k.post(http.StatusSeeOther, k.RemoveAddress, nil, "address", all[0].ID)
		wants(t, k.get(k.Safety, "/hibiki/safety"), mailbox+" was removed.")
		want := []string{"added " + mailbox, "main " + mailbox, "removed " + mailbox, "gone new@mail.example.com"}
		if got := k.told.notices; !slices.Equal(got, want) {
			t.Errorf("got told %v, want %v", got, want)
		}
		k.fails(errs.NotFound, k.VerifyAddress, nil, "address", all[0].ID)
		wants(t, k.get(k.History, "/hibiki/history?kind=data"), "Made “new@mail.example.com” the main address")
	})
	t.Run("signs_other_browsers_out", func(t *testing.T) {
		k := newKit(t)
		other := k.signIn(iphone)
		page := k.get(k.Safety, "/hibiki/safety")
		wants(t, page, "Firefox on Windows", "Safari on iPhone", "This device")
		k.live = true
		w := k.post(http.StatusOK, k.EndSession, nil, "session", string(other.ID))
		wants(t, w.Body.String(), "Signed out: Safari on iPhone.", `id="s-`+string(other.ID)+`"`)
		k.fails(errs.NotFound, k.EndSession, nil, "session", string(other.ID))
		k.live = false
		k.signIn(iphone)
		k.post(http.StatusSeeOther, k.EndSessions, nil)
		wants(t, k.get(k.Safety, "/hibiki/safety"), "Signed out in 1 other place.")
		sessions, err := k.Sessions.List(t.Context(), k.subject)
		if err != nil || len(sessions) != 1 || sessions[0].ID != k.session.ID {
			t.Errorf("got %v, %v, want this session alone", sessions, err)
		}
	})
}

const iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1"

func (k *kit) signIn(agent string) login.Session {
	k.t.Helper()
	s, _, err := k.Sessions.Start(k.t.Context(), login.SignedIn{
		Subject: k.subject, Brand: k.brand, Method: login.ByLink, Assurance: login.Mailbox, UserAgent: agent,
	}, "")
	if err != nil {
		k.t.Fatal(err)
	}
	return s
}

func (k *kit) identifiers() []identity.Identifier {
	k.t.Helper()
	all, err := k.Read.Identifiers(k.t.Context(), k.subject)
	if err != nil {
		k.t.Fatal(err)
	}
	return all
}

func TestReceipt(t *testing.T) {
	k := newKit(t)
	k.post(http.StatusSeeOther, k.Answer, k.answer("reviews", "yes"), "purpose", "reviews")
	records, err := k.Read.Records(t.Context(), k.subject, "reviews")
	if err != nil {
		t.Fatal(err)
	}
	file := k.get(k.Receipt, "/x", "receipt", string(records[0].ID)+".json")
	r, err := consent.ParseReceipt([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if !r.Intact() {
		t.Error("the receipt is not intact")
	}
	if r.Issuer != k.Receipts.Issuer || r.Controller.Name != "Hibiki K.K." || r.Decision.Status != consent.Given {
		t.Errorf("got %+v", r)
	}
	mine := k.subject
	if k.session.Subject, err = k.Identity.Register(t.Context(), "other@mail.example.com", "hibiki"); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", ".json"} {
		if _, err := k.do(k.Receipt, http.MethodGet, "/x", nil, "receipt", string(records[0].ID)+suffix); !errors.Is(err, errs.NotFound) {
			t.Errorf("got %v for another's receipt, want %v", err, errs.NotFound)
		}
	}
	k.session.Subject = mine
	for _, name := range []string{"1", "", "06h2k9q1v8d3m5n7p0r4t6w8y0"} {
		if _, err := k.do(k.Receipt, http.MethodGet, "/x", nil, "receipt", name); !errors.Is(err, errs.NotFound) {
			t.Errorf("got %v for %q, want %v", err, name, errs.NotFound)
		}
	}
}

func TestHistory_has_pages(t *testing.T) {
	k := newKit(t)
	for i := range 40 {
		k.post(http.StatusSeeOther, k.SaveValue, url.Values{"value": {"Aiko " + string(rune('A'+i))}}, "field", "given-name")
	}
	first := k.get(k.History, "/hibiki/history")
	wants(t, first, `rel="next"`, "Corrected “Given name” from")
	lacks(t, first, `rel="prev"`, "Signed in at")
	older := k.get(k.History, "/hibiki/history?before=14")
	wants(t, older, `href="/hibiki/history?before=44" rel="prev"`, "Signed in at Hibiki Instruments", "Wrote “Aiko A” for “Given name”")
	lacks(t, older, `rel="next"`)
	lacks(t, k.get(k.History, "/hibiki/history?kind=signing_in"), "Given name")
	for _, target := range []string{"/x?before=x", "/x?before=-1", "/x?kind=x"} {
		if _, err := k.do(k.History, http.MethodGet, target, nil); !errors.Is(err, errs.NotFound) {
			t.Errorf("%s: got %v, want %v", target, err, errs.NotFound)
		}
	}
}

func TestLanguage(t *testing.T) {
	k := newKit(t)
	w := k.post(http.StatusSeeOther, k.Language, url.Values{"locale": {"ja"}, "back": {"/hibiki/data"}})
	if got, want := w.Header().Get("Location"), "/hibiki/data"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := k.preferences().Language, "ja"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	w = k.post(http.StatusSeeOther, k.Language, url.Values{"locale": {"ar"}, "back": {"https://elsewhere.example/"}})
	if got, want := w.Header().Get("Location"), "/hibiki"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	k.fails(errs.Invalid, k.Language, url.Values{"locale": {"xx"}, "back": {"/hibiki"}})
}
