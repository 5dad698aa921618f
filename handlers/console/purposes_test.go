package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/consent"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// hiddenOf is what a page's form sends without asking, by name.
func hiddenOf(page, form, name string) string {
	_, rest, _ := strings.Cut(page, form)
	rest, _, _ = strings.Cut(rest, "</form>")
	if m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(rest); m != nil {
		return m[1]
	}
	return ""
}

// A writer is a member who writes the words of the newsletter.
type writer struct {
	*testkit.Client
	t *testing.T
}

const newsletterPath = "/console/purposes/newsletter"

// draft is the form of the draft as the page has it, with an English question.
func (w writer) draft(question string) url.Values {
	w.t.Helper()
	page := w.Page(newsletterPath)
	form := url.Values{"question.en": {question}}
	for _, name := range []string{"base", "was"} {
		form.Set(name, hiddenOf(page, `action="`+newsletterPath+`"`, name))
	}
	return form
}

// publication is the form that publishes, with answers.
func (w writer) publication(also ...string) url.Values {
	w.t.Helper()
	page := w.Page(newsletterPath)
	form := url.Values{}
	for _, name := range []string{"mark", "base"} {
		form.Set(name, hiddenOf(page, `action="`+newsletterPath+`/publish"`, name))
	}
	for i := 0; i < len(also); i += 2 {
		form.Set(also[i], also[i+1])
	}
	return form
}

// TestPurpose_words: a member drafts other words, others see what would change,
// whoever publishes says whether people are asked again, and then people read
// them, by name of who did it.
func TestPurpose_words(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e})
			dpo := s.Member(t, authz.DPO)
			w := writer{s.Client(t), t}
			w.Work(dpo)
			standing := func() *consent.PurposeVersion {
				t.Helper()
				v, _ := s.Current.Load().Purpose("newsletter")
				return v
			}
			if a := w.Post(newsletterPath, w.draft("Write me letters")); a.Location() != newsletterPath {
				t.Fatalf("a draft: got %d: %.500s", a.Status, a.Body)
			}
			if standing().Number != 1 || standing().Words.Question["en"] == "Write me letters" {
				t.Fatal("a draft is what people read")
			}
			page := w.Page(newsletterPath)
			wantIn(t, "the draft", page, "The draft is saved", dpo.Name, "Write me letters", "<ins>", "this is version 2", "What about a yes to version 1?")
			wantOut(t, "the answers to whether people are asked again", page, "checked")
			wantIn(t, "the list", w.Page("/console/purposes"), "draft")
			reader := desk(t, s, authz.Auditor)
			read := reader.Page(newsletterPath)
			wantIn(t, "the page of who reads", read, "Write me letters", "this is version 2")
			wantOut(t, "the page of who reads", read, "Save the draft", `action="`+newsletterPath)
			if a := reader.Post(newsletterPath+"/publish", w.publication("reask", "goes-on")); a.Status != http.StatusForbidden {
				t.Errorf("published by who may not: got %d", a.Status)
			}

			for name, form := range map[string]url.Values{
				"reask": w.publication(),
				"until": w.publication("reask", "ask"),
			} {
				if a := w.Post(newsletterPath+"/publish", form); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, `id="f-`+name+`-wrong"`) {
					t.Errorf("without %s: got %d", name, a.Status)
				}
			}
			past := w.publication("reask", "ask", "until", s.Clock.Now().AddDate(0, 0, -1).Format(time.DateOnly))
			if a := w.Post(newsletterPath+"/publish", past); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("until yesterday: got %d", a.Status)
			}
			end := s.Clock.Now().AddDate(0, 1, 0).UTC().Format(time.DateOnly)
			if a := w.Post(newsletterPath+"/publish", w.publication("reask", "ask", "until", end)); a.Location() != newsletterPath {
				t.Fatalf("publish: got %d: %.500s", a.Status, a.Body)
			}
			if v := standing(); v.Number != 2 || v.Words.Question["en"] != "Write me letters" || v.ReaskBy.Format(time.DateOnly) != end || v.Words.Question["ja"] == "" {
				t.Errorf("got version %d, %q, until %s", v.Number, v.Words.Question["en"], v.ReaskBy)
			}
			page = w.Page(newsletterPath)
			wantIn(t, "the page", page, "The words are published", "Words of version 2", "Compared with the version before")
			wantOut(t, "the page", page, "Nobody is asked by it yet")
			person := s.Client(t)
			person.SignIn("hibiki", thomas)
			wantIn(t, "the notice that people read", person.Page("/hibiki/notices/newsletter?lang=en"), "Write me letters")
			found, err := s.DB.Search(t.Context(), ledger.Search{Kind: "organisation.amended", Actor: dpo.Actor(), Limit: 2})
			if err != nil || len(found) != 1 || !strings.Contains(string(found[0].Payload), "Write me letters") {
				t.Errorf("the ledger has %v, %v", found, err)
			}
		})
	}
}

// TestPurpose_words_meet: nobody's words are put in place of others unseen, and
// a draft that is thrown away changes nothing.
func TestPurpose_words_meet(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	one, two := writer{desk(t, s, authz.DPO), t}, writer{desk(t, s, authz.DPO), t}
	stale := two.draft("Two")
	one.Post(newsletterPath, one.draft("One"))
	a := two.Post(newsletterPath, stale)
	wantIn(t, "the second draft", a.Body, "Somebody was here before you", ">Two</textarea>", "One")
	if a.Status != http.StatusConflict {
		t.Errorf("a draft on none, where there is one: got %d", a.Status)
	}
	old := one.publication("reask", "goes-on")
	two.Post(newsletterPath, two.draft("Two"))
	if a := one.Post(newsletterPath+"/publish", old); a.Status != http.StatusConflict {
		t.Errorf("published another draft than was read: got %d", a.Status)
	}
	if v, _ := s.Current.Load().Purpose("newsletter"); v.Number != 1 {
		t.Errorf("got version %d", v.Number)
	}
	if a := one.Post(newsletterPath+"/drop", url.Values{"mark": {old.Get("mark")}}); a.Status != http.StatusConflict {
		t.Errorf("threw away another draft than was read: got %d", a.Status)
	}
	if a := two.Post(newsletterPath+"/drop", url.Values{"mark": {two.publication().Get("mark")}}); a.Location() != newsletterPath {
		t.Errorf("throw away: got %d", a.Status)
	}
	wantIn(t, "the page", two.Page(newsletterPath), "Nothing has changed for anybody")

	// What a file changed meanwhile is seen before it is overwritten.
	two.Post(newsletterPath, two.draft("Two"))
	seen := two.publication("reask", "goes-on")
	one.Post(newsletterPath, one.draft("Three"))
	one.Post(newsletterPath+"/publish", one.publication("reask", "goes-on"))
	if a := two.Post(newsletterPath+"/publish", seen); a.Status != http.StatusConflict {
		t.Errorf("published on what was not seen: got %d", a.Status)
	}
}

// TestPurpose_words_refused: a text that people of a brand read first is not
// left out, a purpose of another brand is not there, and one without a choice
// asks nobody again.
func TestPurpose_words_refused(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	w := writer{desk(t, s, authz.DPO), t}
	form := w.draft("Letters")
	form.Set("why.ja", " ")
	a := w.Post(newsletterPath, form)
	wantIn(t, "the form", a.Body, `id="f-why.ja-wrong"`, ">Letters</textarea>")
	if a.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason in the first language: got %d", a.Status)
	}
	for name, text := range map[string]string{"why.en": "<script>alert(1)</script>", "why.ja": "[読む](javascript:alert(1))", "sentence.en": "We \u202edeliver"} {
		form := w.draft("Letters")
		form.Set(name, text)
		a := w.Post(newsletterPath, form)
		wantIn(t, name, a.Body, `id="f-`+name+`-wrong"`)
		wantOut(t, name, a.Body, "<script>alert")
		if a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d", name, a.Status)
		}
	}
	if a := w.Post("/console/purposes/none", form); a.Status != http.StatusNotFound {
		t.Errorf("of no purpose: got %d", a.Status)
	}
	manager := desk(t, s, authz.BrandManager, "kawara")
	if a := manager.Get("/console/purposes/training-suggestions"); a.Status != http.StatusNotFound {
		t.Errorf("of another brand: got %d", a.Status)
	}
	const orders = "/console/purposes/orders"
	page := w.Page(orders)
	base := hiddenOf(page, `action="`+orders+`"`, "base")
	wantIn(t, "the form of what leaves no choice", page, "Why there is no choice")
	wantOut(t, "the form of what leaves no choice", page, "What a no changes")
	w.Post(orders, url.Values{"base": {base}, "sentence.en": {"We bring it to you."}})
	page = w.Page(orders)
	wantIn(t, "the draft", page, "We bring it to you.", "this is version 2")
	wantOut(t, "the draft", page, "People are asked again")
	mark := hiddenOf(page, `action="`+orders+`/publish"`, "mark")
	if a := w.Post(orders+"/publish", url.Values{"mark": {mark}, "base": {base}}); a.Location() != orders {
		t.Errorf("publish: got %d", a.Status)
	}
	if v, _ := s.Current.Load().Purpose("orders"); v.Number != 2 || v.Words.Sentence["en"] != "We bring it to you." {
		t.Errorf("got version %d, %q", v.Number, v.Words.Sentence["en"])
	}
}
