package console_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/id"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// TestHoldPerson: a "Delete now" ran before anything could be held. What is on
// hold before survives it, and a hold on everything lets it wait.
func TestHoldPerson(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			now := clock.NewFake(testkit.Start)
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e, Clock: now})
			t.Run("fields_survive", func(t *testing.T) { holdFields(t, s) })
			t.Run("everything_waits", func(t *testing.T) { holdAll(t, s) })
			t.Run("everything_waits_until_a_day", func(t *testing.T) { holdUntil(t, s, now) })
			t.Run("placed_after_the_request", func(t *testing.T) { holdAfter(t, s, now) })
		})
	}
}

// hold opens a person and sends the form for a hold.
func hold(t *testing.T, s *testkit.Site, address string, form url.Values) (c *testkit.Client, at string, subject id.Subject) {
	t.Helper()
	subject, err := s.Identity.ByEmail(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	c, at = desk(t, s, authz.DPO), "/console/people/"+string(subject)
	if a := c.Post(at+"/hold", form); a.Location() != at {
		t.Errorf("before the person is opened: got %d to %q", a.Status, a.Location())
	}
	c.Post(at, url.Values{"reason": {"question"}})
	for _, wrong := range []url.Values{{"reason": {" "}}, {"reason": {"x"}, "until": {"2020-01-01"}}, {"reason": {"x"}, "until": {"soon"}}} {
		if a := c.Post(at+"/hold", wrong); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%v: got %d, want 422", wrong, a.Status)
		}
	}
	if a := c.Post(at+"/hold", form); a.Location() != at {
		t.Fatalf("hold: got %d: %s", a.Status, a.Body)
	}
	if a := c.Post(at+"/hold", form); a.Status != http.StatusConflict {
		t.Errorf("a second hold: got %d, want 409", a.Status)
	}
	wantIn(t, "the page", c.Page(at), "There is a quarrel.", "End the hold")
	return c, at, subject
}

// wantTold waits for the letter about an erasure that has some words.
func wantTold(t *testing.T, s *testkit.Site, address, which string, want ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		m, err := s.Box.Wait(ctx, address)
		if err != nil {
			t.Fatalf("no letter about the erasure: %v", err)
		}
		if text := strings.Join(strings.Fields(strings.ReplaceAll(m.Text, "\n>", "")), " "); strings.Contains(text, which) {
			wantIn(t, "the letter", text, want...)
			return
		}
	}
}

// carried carries an erasure out, as far as it may be.
func carried(t *testing.T, s *testkit.Site, path string, subject id.Subject) {
	t.Helper()
	if err := s.Rights.Carry(t.Context(), subject, rights.RequestID(path[strings.LastIndex(path, "/")+1:])); err != nil {
		t.Fatal(err)
	}
}

func holdFields(t *testing.T, s *testkit.Site) {
	limited := desk(t, s, authz.Reviewer, "hibiki")
	_, at, subject := hold(t, s, thomas, url.Values{
		"fields": {"main-instrument"}, "reason": {"There is a quarrel."}, "until": {testkit.Start.AddDate(1, 0, 0).Format(time.DateOnly)},
	})
	limited.Post(at, url.Values{"reason": {"question"}})
	wantOut(t, "the page of who works for one brand", limited.Page(at), "There is a quarrel.")
	if a := limited.Post(at+"/hold", url.Values{"do": {"end"}}); a.Status != http.StatusForbidden {
		t.Errorf("ended by who works for one brand: got %d, want 403", a.Status)
	}
	them := s.Client(t)
	them.Enter("hibiki", thomas, true)
	wantIn(t, "the preview", them.Page("/hibiki/rights/erasure"), "A law wants it kept", "There is a quarrel.", "A hold")
	wantIn(t, "the history", them.Page("/hibiki/history"), "it is not erased for now", "There is a quarrel.")
	path := ask(t, s, thomas, rights.Erasure, url.Values{"days": {"0"}})
	wantTold(t, s, thomas, "has your request", "A law wants some of your data kept", "everything else is deleted", " (until ", "): There is a quarrel.")
	carried(t, s, path, subject)
	wantState(t, s, path, rights.Fulfilled)
	page := desk(t, s, authz.DPO).Page("/console/retention")
	held := 0
	// Each record of the person has a certificate.
	for _, m := range certificateIn.FindAllStringSubmatch(page, -1) {
		kept, err := s.DB.KeptOf(t.Context(), m[1])
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range kept {
			if k.Duty != rights.OnHold {
				continue
			}
			held++
			if k.Field != "main-instrument" || k.Until.Before(testkit.Start.AddDate(1, 0, 0)) {
				t.Errorf("kept: %s until %v", k.Field, k.Until)
			}
			wantIn(t, "the certificate", s.Client(t).Page("/erasures/"+m[1]), "A hold", "until")
		}
	}
	if held != 1 {
		t.Errorf("%d values are on hold, want 1", held)
	}
}

func holdAll(t *testing.T, s *testkit.Site) {
	c, at, subject := hold(t, s, aiko, url.Values{"reason": {"There is a quarrel."}})
	path := ask(t, s, aiko, rights.Erasure, url.Values{"days": {"0"}})
	wantTold(t, s, aiko, "has your request", "may not delete your data yet", "goes on by itself", "Everything (until staff end it): There is a quarrel.")
	carried(t, s, path, subject)
	wantState(t, s, path, rights.Accepted)
	them := s.Client(t)
	them.Enter("hibiki", aiko, false)
	wantIn(t, "the request", them.Page(strings.Replace(path, "/console", "/hibiki", 1)), "nothing is deleted yet", "Everything (until staff end it)")
	list := them.Page("/hibiki/requests")
	wantIn(t, "the list", list, "Kept for now", "goes on when the law allows it")
	wantOut(t, "the list", list, "begins on", "Being done")

	if a := c.Post(at+"/hold", url.Values{"do": {"end"}}); a.Location() != at {
		t.Fatalf("end: got %d", a.Status)
	}
	// It goes on at once, and by itself.
	testkit.Eventually(t, "the erasure", func() (rights.State, bool) {
		row, err := s.DB.RequestRow(t.Context(), rights.RequestID(path[strings.LastIndex(path, "/")+1:]))
		return row.State, err == nil && row.State == rights.Fulfilled
	})
}

// holdUntil lets everything wait until a day.
func holdUntil(t *testing.T, s *testkit.Site, now *clock.Fake) {
	const kept = "kept@mail.example.com"
	if _, err := s.Identity.Register(t.Context(), kept, "hibiki"); err != nil {
		t.Fatal(err)
	}
	_, _, subject := hold(t, s, kept, url.Values{"reason": {"There is a quarrel."}, "until": {now.Now().AddDate(0, 0, 2).Format(time.DateOnly)}})
	path := ask(t, s, kept, rights.Erasure, url.Values{"days": {"0"}})
	end := func() {
		t.Helper()
		over, err := s.DB.HoldsOver(t.Context(), now.Now())
		if err == nil {
			err = s.Rights.EndHolds(t.Context(), over)
		}
		if err != nil {
			t.Fatal(err)
		}
		carried(t, s, path, subject)
	}
	now.Advance(24 * time.Hour)
	end()
	wantState(t, s, path, rights.Accepted)
	now.Advance(3 * 24 * time.Hour)
	end()
	wantState(t, s, path, rights.Fulfilled)
}

// holdAfter places holds while an erasure waits for its day: nobody was told, and
// one that waited for a hold went on up to a day after its end.
func holdAfter(t *testing.T, s *testkit.Site, now *clock.Fake) {
	const layla = "layla.haddad@example.net"
	path := ask(t, s, layla, rights.Erasure, url.Values{"days": {"7"}})
	c, at, subject := hold(t, s, layla, url.Values{"fields": {"main-instrument"}, "reason": {"There is a quarrel."}})
	wantTold(t, s, layla, "may not delete this yet", "Your instrument", "Everything else is not held back", " (until staff end it): There is a quarrel.")
	them := s.Client(t)
	them.Enter("hibiki", layla, false)
	page := strings.Replace(path, "/console", "/hibiki", 1)
	wantIn(t, "the request", them.Page(page), "Nothing is deleted before", "There is a quarrel.")

	turn := func(form url.Values) {
		t.Helper()
		if a := c.Post(at+"/hold", form); a.Location() != at {
			t.Fatalf("%v: got %d: %s", form, a.Status, a.Body)
		}
	}
	turn(url.Values{"do": {"end"}})
	wantTold(t, s, layla, "Nothing keeps your data any more", "goes on")
	told := them.Page(page)
	wantIn(t, "the request", told, "Nothing is deleted before")
	wantOut(t, "the request", told, "There is a quarrel.")

	turn(url.Values{"reason": {"Another quarrel."}})
	wantTold(t, s, layla, "may not delete your data yet", "Everything (until staff end it): Another quarrel.")
	now.Advance(8 * 24 * time.Hour)
	carried(t, s, path, subject)
	wantState(t, s, path, rights.Accepted)
	them.Enter("hibiki", layla, false)
	wantIn(t, "the request", them.Page(page), "nothing is deleted yet", "Another quarrel.")
	c.Work(s.Member(t, authz.DPO))
	c.Post(at, url.Values{"reason": {"question"}})
	turn(url.Values{"do": {"end"}})
	testkit.Eventually(t, "the erasure goes on", func() (rights.State, bool) {
		docket, err := s.Rights.Docket(t.Context(), subject)
		if err != nil {
			return "erased", true
		}
		r, _ := docket.Find(rights.RequestID(path[strings.LastIndex(path, "/")+1:]))
		return r.State, false
	})
	wantState(t, s, path, rights.Fulfilled)
}
