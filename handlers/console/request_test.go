package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/demo"
	"livingprofile/internal/figures"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	rows "livingprofile/internal/intake"
	"livingprofile/internal/ledger"
	"livingprofile/internal/mail"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
	"livingprofile/internal/testkit"
)

const aiko = "aiko.tanaka@example.com"

var requestIn = regexp.MustCompile(`/hibiki/requests/([0-9a-v]{26})`)

// ask has a person make a request, and returns its page in the console.
func ask(t *testing.T, s *testkit.Site, address string, kind rights.Kind, form url.Values) string {
	t.Helper()
	c := s.Client(t)
	c.Enter("hibiki", address, kind.Grave())
	a := c.Post("/hibiki/rights/"+string(kind), form)
	m := requestIn.FindStringSubmatch(a.Location())
	if m == nil {
		t.Fatalf("%s: got %d to %q", kind, a.Status, a.Location())
	}
	return "/console/requests/" + m[1]
}

// act opens a request and sends the form of its page.
func act(t *testing.T, c *testkit.Client, path string, form url.Values) *testkit.Answer {
	t.Helper()
	c.Post(path, nil)
	form.Set("seen", testkit.Field(c.Page(path), "seen"))
	form.Set("do", "act")
	return c.Post(path+"/acts", form)
}

func wantState(t *testing.T, s *testkit.Site, path string, want rights.State) {
	t.Helper()
	row, err := s.DB.RequestRow(t.Context(), rights.RequestID(path[strings.LastIndex(path, "/")+1:]))
	if err != nil {
		t.Fatal(err)
	}
	if row.State != want {
		t.Errorf("%s: got %s, want %s", row.Number, row.State, want)
	}
}

// TestRequest_is_opened_and_refused goes from the queue to the letter: what a
// member must open to see, what they send, and what the person reads.
func TestRequest_is_opened_and_refused(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e})
			path := ask(t, s, thomas, rights.Complaint, url.Values{"text": {"Nobody wrote back."}})
			c := desk(t, s, authz.DPO)
			wantIn(t, "the queue", c.Page("/console/requests"), path, "Complaint", "To decide", "left")
			wantOut(t, "the queue", c.Page("/console/requests"), "Weber", "Nobody wrote")
			shut := c.Page(path)
			wantIn(t, "the page before it is opened", shut, "Record and open", "Act on the Protection")
			wantOut(t, "the page before it is opened", shut, "Weber", "Nobody wrote")
			if a := c.Post(path+"/acts", url.Values{"move": {"fulfil"}, "seen": {"2"}}); a.Location() != path {
				t.Errorf("an act on what was not opened: got %d to %q", a.Status, a.Location())
			}
			if a := c.Post(path, nil); a.Location() != path {
				t.Fatalf("open: got %d", a.Status)
			}
			wantIn(t, "the page", c.Page(path), "Thomas Weber", "Nobody wrote back.", "Refuse")
			wantIn(t, "the data", c.Page(path+"?tab=data"), "Weber", thomas)

			seen := testkit.Field(c.Page(path), "seen")
			for _, bad := range []url.Values{
				{"seen": {seen}, "do": {"act"}},
				{"seen": {seen}, "do": {"act"}, "move": {"reject"}, "note": {"no"}},
				{"seen": {seen}, "do": {"act"}, "move": {"assign"}},
				{"seen": {seen}, "do": {"preview"}, "move": {"ask"}},
				{"seen": {"x"}, "do": {"act"}, "move": {"fulfil"}},
			} {
				if a := c.Post(path+"/acts", bad); a.Status != http.StatusUnprocessableEntity {
					t.Errorf("%v: got %d, want 422", bad, a.Status)
				}
			}
			no := url.Values{"seen": {seen}, "do": {"preview"}, "move": {"reject"}, "ground": {"identity"}, "note": {"We did, on Monday."}}
			wantIn(t, "the letter", c.Post(path+"/acts", no).Body, "could not make sure", "We did, on Monday.", "you can complain to")
			wantState(t, s, path, rights.Acknowledged)
			s.Box.Clear()
			no.Set("do", "act")
			if a := c.Post(path+"/acts", no); a.Location() != path {
				t.Fatalf("refuse: got %d", a.Status)
			}
			wantState(t, s, path, rights.Rejected)
			asked, err := s.DB.Handled(t.Context(), figures.Period{From: testkit.Start.AddDate(-1, 0, 0), Until: s.Clock.Now().AddDate(0, 0, 1)})
			if err != nil || !slices.ContainsFunc(asked, func(h figures.Handled) bool { return h.State == rights.Rejected && h.Ground == "identity" }) {
				t.Errorf("on which ground it is refused is not counted: %+v, %v", asked, err)
			}
			letter, err := s.Box.Wait(t.Context(), thomas)
			if err != nil {
				t.Fatal(err)
			}
			wantIn(t, "the mail", letter.Text, "could not make sure", "We did, on Monday.")
			wantOut(t, "the mail about what is over", letter.Text, "cancel it")

			them := s.Client(t)
			them.Enter("hibiki", thomas, false)
			wantIn(t, "the history", them.Page("/hibiki/history"), "because of a request of yours", "Refused the request: Complaint")
			wantIn(t, "the person's page", them.Page(strings.Replace(path, "/console", "/hibiki", 1)), "We did, on Monday.")
		})
	}
}

// TestRequest_overtaken: of two who decide at the same time the second is told
// what the first did, and keeps what they wrote.
func TestRequest_overtaken(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	path := ask(t, s, thomas, rights.Complaint, url.Values{"text": {"Nobody wrote back."}})
	first, second := desk(t, s, authz.DPO), desk(t, s, authz.Reviewer)
	second.Post(path, nil)
	form := url.Values{"seen": {testkit.Field(second.Page(path), "seen")}, "do": {"act"}, "move": {"fulfil"}, "note": {"Sorry, and done."}}
	if a := act(t, first, path, url.Values{"move": {"ask"}, "note": {"When was that?"}}); a.Location() != path {
		t.Fatalf("the first: got %d", a.Status)
	}
	a := second.Post(path+"/acts", form)
	if a.Status != http.StatusConflict {
		t.Errorf("the second: got %d, want 409", a.Status)
	}
	wantIn(t, "the page of the second", a.Body, "Somebody did something", "Asked the person", "Mika Mori", "Sorry, and done.")
	wantState(t, s, path, rights.RequiresAction)
}

// TestRequest_erasure_by_hand takes two members, neither of them the person.
func TestRequest_erasure_by_hand(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	one, two := desk(t, s, authz.DPO), desk(t, s, authz.Reviewer)
	path := intake(t, s, one, thomas, url.Values{"kind": {"erasure"}, "days": {"0"}, "proof": {"phone"}})
	wantState(t, s, path, rights.Acknowledged)
	if a := act(t, one, path, url.Values{"move": {"accept"}, "note": {"n"}}); a.Status != http.StatusConflict {
		t.Errorf("accepted alone: got %d, want 409", a.Status)
	}
	if a := act(t, one, path, url.Values{"move": {"propose"}, "note": {"Called back on the number we knew."}}); a.Location() != path {
		t.Fatalf("propose: got %d", a.Status)
	}
	if a := act(t, one, path, url.Values{"move": {"accept"}}); a.Status != http.StatusForbidden {
		t.Errorf("their own proposal: got %d, want 403", a.Status)
	}
	act(t, two, path, url.Values{"move": {"hold"}, "note": {"The court asked for the invoices."}})
	if a := act(t, two, path, url.Values{"move": {"accept"}}); a.Location() != path {
		t.Fatalf("accept: got %d", a.Status)
	}
	subject, err := s.Identity.ByEmail(t.Context(), thomas)
	if err != nil {
		t.Fatalf("erased while it is held: %v", err)
	}
	act(t, one, path, url.Values{"move": {"release"}, "note": {"The case is over."}})
	testkit.Eventually(t, "the erasure", func() (bool, bool) {
		_, err := s.DB.Docket(t.Context(), subject)
		return true, err != nil
	})
	page := one.Page(path)
	wantIn(t, "the page afterwards", page, "The person is deleted", "Done")
	wantOut(t, "the page afterwards", page, "Weber", "court")
}

// intake takes a request down, and returns its page.
func intake(t *testing.T, s *testkit.Site, c *testkit.Client, address string, form url.Values) string {
	t.Helper()
	subject, err := s.Identity.ByEmail(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	full := url.Values{"brand": {"hibiki"}, "locale": {"en"}, "received": {s.Clock.Now().Format(time.DateOnly)}}
	for k, v := range form {
		full[k] = v
	}
	a := c.Post("/console/intake/"+string(subject), full)
	if a.Status != http.StatusSeeOther {
		t.Fatalf("intake: got %d", a.Status)
	}
	return a.Location()
}

// TestIntake: a letter counts from its day, under the law of its sender, and
// nothing is released by having it taken down.
func TestIntake(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := desk(t, s, authz.Support)
	a := c.Post("/console/intake", url.Values{"identifier": {thomas}})
	wantIn(t, "the search", a.Body, "/console/intake/", "Found")
	path := intake(t, s, c, thomas, url.Values{
		"kind": {"access"}, "law": {"EU"}, "proof": {"letter"}, "received": {s.Clock.Now().AddDate(0, 0, -3).Format(time.DateOnly)},
	})
	row, err := s.DB.RequestRow(t.Context(), rights.RequestID(path[strings.LastIndex(path, "/")+1:]))
	if err != nil {
		t.Fatal(err)
	}
	if row.Law() != "EU" || row.State != rights.Acknowledged || s.Clock.Now().Sub(row.ReceivedAt) < 48*time.Hour {
		t.Errorf("got %+v", row)
	}
	subject, _ := s.Identity.ByEmail(t.Context(), thomas)
	for _, bad := range []url.Values{
		{"kind": {"withdrawal"}},
		{"kind": {"erasure"}},
		{"kind": {"erasure"}, "days": {"31"}},
		{"kind": {"erasure"}, "days": {"0"}, "about": {"field.phone"}},
		{"kind": {"access"}, "about": {"category.contact"}},
		{"kind": {"access"}, "proved": {"2031-01-01"}},
		{"kind": {"access"}, "received": {"2031-01-01"}},
		{"kind": {"objection"}},
		{"kind": {"access"}, "brand": {"none"}},
		{"kind": {"access"}, "proof": {"passport"}},
		{"kind": {"access"}, "law": {"XX"}},
		{"kind": {"rectification"}, "about": {"field.none"}},
		{"kind": {"access"}, "agent": {"Noriko Sato"}},
		{"kind": {"access"}, "mandate": {"May see my data."}},
	} {
		full := url.Values{"brand": {"hibiki"}, "locale": {"en"}, "proof": {"phone"}, "received": {s.Clock.Now().Format(time.DateOnly)}}
		for k, v := range bad {
			full[k] = v
		}
		if a := c.Post("/console/intake/"+string(subject), full); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%v: got %d, want 422", bad, a.Status)
		}
	}
	// What an agent asks for is ended by the person, and staff read that it was.
	path = intake(t, s, c, aiko, url.Values{"kind": {"portability"}, "proof": {"letter"}, "agent": {"Noriko Sato"}, "mandate": {"May take my data."}})
	them := s.Client(t)
	them.Enter("hibiki", aiko, false)
	wantIn(t, "the person's page", them.Page("/hibiki/mandates"), "Noriko Sato", "May take my data.")
	if a := them.Post("/hibiki/mandates/"+path[strings.LastIndex(path, "/")+1:]+"/revoke", nil); a.Status != http.StatusSeeOther {
		t.Fatalf("revoke: got %d", a.Status)
	}
	wantState(t, s, path, rights.Cancelled)
	c.Post(path, nil)
	wantIn(t, "the request", c.Page(path), "Noriko Sato", "Mandate ended", "The person ended the mandate")

	// What was taken down stood among the messages as words of the member.
	path = intake(t, s, c, thomas, url.Values{"kind": {"complaint"}, "proof": {"phone"}, "text": {"Nobody wrote back."}})
	officer := desk(t, s, authz.DPO)
	officer.Post(path, nil)
	said := officer.Page(path + "?tab=messages")
	wantIn(t, "the messages", said[strings.Index(said, `id="said"`):], "Nobody wrote back.", "<b>the person</b>")
}

// TestRequest_own: a member cannot answer, take down or hold what is their own.
func TestRequest_own(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	path := ask(t, s, thomas, rights.Complaint, url.Values{"text": {"Nobody wrote back."}})
	m, _, err := s.Staff.Invite(t.Context(), staff.By{}, staff.Member{Name: "Thomas Weber", Email: thomas, Role: authz.DPO})
	if err != nil {
		t.Fatal(err)
	}
	c := s.Client(t)
	c.Work(m)
	if a := act(t, c, path, url.Values{"move": {"fulfil"}, "note": {"n"}}); a.Status != http.StatusForbidden {
		t.Errorf("their own request: got %d, want 403", a.Status)
	}
	if a := c.Post("/console/requests", url.Values{"id": {path[len("/console/requests/"):]}, "to": {string(m.ID)}}); a.Status != http.StatusSeeOther {
		t.Errorf("assign: got %d", a.Status)
	}
	wantState(t, s, path, rights.Acknowledged)
	subject, _ := s.Identity.ByEmail(t.Context(), thomas)
	form := url.Values{"kind": {"complaint"}, "text": {"x"}, "brand": {"hibiki"}, "locale": {"en"}, "proof": {"phone"}, "received": {s.Clock.Now().Format(time.DateOnly)}}
	if a := c.Post("/console/intake/"+string(subject), form); a.Status != http.StatusForbidden {
		t.Errorf("taken down by themselves: got %d, want 403", a.Status)
	}
	person := "/console/people/" + string(subject)
	c.Post(person, url.Values{"reason": {"question"}})
	if a := c.Post(person+"/hold", url.Values{"reason": {"x"}}); a.Status != http.StatusForbidden {
		t.Errorf("a hold on themselves: got %d, want 403", a.Status)
	}
}

// TestRequest_of_another_brand answers as one that is not there (S01).
func TestRequest_of_another_brand(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	path := ask(t, s, thomas, rights.Complaint, url.Values{"text": {"Nobody wrote back."}})
	c := desk(t, s, authz.Reviewer, "kawara")
	wantOut(t, "the queue", c.Page("/console/requests"), path)
	if a := c.Get("/console/requests?brand=hibiki"); a.Status != http.StatusNotFound {
		t.Errorf("the queue of another brand: got %d", a.Status)
	}
	missing := "/console/requests/" + id.New()
	form := url.Values{"move": {"fulfil"}, "seen": {"2"}}
	for _, use := range []func(path string) *testkit.Answer{
		func(p string) *testkit.Answer { return c.Get(p) },
		func(p string) *testkit.Answer { return c.Post(p, nil) },
		func(p string) *testkit.Answer { return c.Post(p+"/acts", form) },
	} {
		foreign, none := use(path), use(missing)
		if foreign.Status != http.StatusNotFound || foreign.Masked(path) != none.Masked(missing) {
			t.Errorf("of another brand: got %d, and none %d", foreign.Status, none.Status)
		}
	}
	wantState(t, s, path, rights.Acknowledged)
}

// TestQueue: filters, assignment and what the address may not say.
func TestQueue(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	complaint := ask(t, s, thomas, rights.Complaint, url.Values{"text": {"Nobody wrote back."}})
	human := ask(t, s, aiko, rights.Automated, url.Values{"text": {"Look again."}})
	m := s.Member(t, authz.DPO)
	c := s.Client(t)
	c.Work(m)
	a := c.Post("/console/requests", url.Values{"id": {complaint[len("/console/requests/"):]}, "to": {string(m.ID)}, "back": {"/console/requests?kind=complaint"}})
	if a.Location() != "/console/requests?kind=complaint" {
		t.Errorf("assign: got %d to %q", a.Status, a.Location())
	}
	for query, want := range map[string][2]bool{
		"":                      {true, true},
		"?kind=complaint":       {true, false},
		"?state=acknowledged":   {true, true},
		"?state=accepted":       {false, false},
		"?assignee=me":          {true, false},
		"?assignee=-":           {false, true},
		"?due=overdue":          {false, false},
		"?due=closed":           {false, false},
		"?law=JP":               {true, true},
		"?law=EU":               {false, false},
		"?brand=hibiki":         {true, true},
		"?kind=complaint&law=J": {false, false},
	} {
		page := c.Page("/console/requests" + query)
		if got := [2]bool{strings.Contains(page, complaint), strings.Contains(page, human)}; got != want {
			t.Errorf("%s: got %v, want %v", query, got, want)
		}
	}
	for _, query := range []string{"?kind=x", "?state=x", "?due=x", "?after=x", "?after=1-2"} {
		if a := c.Get("/console/requests" + query); a.Status != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", query, a.Status)
		}
	}
	found, err := s.DB.Search(t.Context(), ledger.Search{Kind: "request.assigned", Actor: m.Actor(), Limit: 5})
	if err != nil || len(found) != 1 {
		t.Errorf("the ledger has %d assignments, %v", len(found), err)
	}
	support := desk(t, s, authz.Support)
	wantOut(t, "the queue of support", support.Page("/console/requests"), `name="to"`)
}

// TestNext: from one request to the next that is the member's or nobody's, the
// most urgent first, and to none that is answered or somebody else's.
func TestNext(t *testing.T) {
	now := clock.NewFake(testkit.Start)
	s := testkit.NewSite(t, testkit.SiteOptions{Clock: now})
	first := ask(t, s, thomas, rights.Complaint, url.Values{"text": {"Nobody wrote back."}})
	now.Advance(48 * time.Hour)
	third := ask(t, s, "layla.haddad@example.net", rights.Complaint, url.Values{"text": {"Nor to me."}})
	second := ask(t, s, aiko, rights.Automated, url.Values{"text": {"Look again."}})
	me, other := s.Member(t, authz.DPO), s.Member(t, authz.Reviewer)
	d := s.Client(t)
	d.Work(me)
	assign := func(path string, to staff.Member) {
		d.Post("/console/requests", url.Values{"id": {path[len("/console/requests/"):]}, "to": {string(to.ID)}, "back": {"/console/requests"}})
	}
	assign(second, me)
	onward := func(path string) string {
		found := regexp.MustCompile(`href="([^"]*)" data-onward`).FindStringSubmatch(d.Page(path))
		if found == nil {
			return ""
		}
		return found[1]
	}
	if got := onward(second); got != first {
		t.Errorf("after the second: got %q, want %q", got, first)
	}
	if got := onward(third); got != first {
		t.Errorf("after the third: got %q, want the most urgent, %q", got, first)
	}
	d.Post(third, nil)
	act(t, d, third, url.Values{"move": {"fulfil"}, "note": {"Sorry."}})
	d.Post(first, nil)
	act(t, d, first, url.Values{"move": {"fulfil"}, "note": {"Sorry."}})
	if got := onward(second); got != "" {
		t.Errorf("after the second, when the first is answered: got %q", got)
	}
	assign(second, other)
	if got := onward(first); got != "" {
		t.Errorf("after the first, when the second is somebody else's: got %q", got)
	}
	if strings.Contains(desk(t, s, authz.Support).Page(first), "data-onward") {
		t.Error("who does not decide is led to a request to decide")
	}
}

// TestObjection_upheld: what staff find right stays stopped.
func TestObjection_upheld(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := s.Client(t)
	c.Enter("hibiki", thomas, false)
	about := regexp.MustCompile(`<option value="(fraud[a-z-]*)"`).FindStringSubmatch(c.Page("/hibiki/rights/objection"))
	if about == nil {
		t.Fatal("the demo has no purpose of legitimate interest to object to")
	}
	path := ask(t, s, thomas, rights.Objection, url.Values{"about": {about[1]}, "text": {"I am no thief."}})
	d := desk(t, s, authz.DPO)
	d.Post(path, nil)
	wantIn(t, "the form", d.Page(path), "The objection is right: stop it", "Ground, for a refusal")
	if a := act(t, d, path, url.Values{"move": {"fulfil"}, "note": {"You are right."}}); a.Location() != path {
		t.Fatalf("uphold: got %d", a.Status)
	}
	wantState(t, s, path, rights.Fulfilled)
	subject, _ := s.Identity.ByEmail(t.Context(), thomas)
	docket, err := s.DB.Docket(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	if _, frozen := docket.Freezes.Purpose(about[1]); !frozen {
		t.Error("the purpose is used again")
	}
}

// TestForewarned: a freeze ended in the same second in which its letter was
// written (Art. 18(3) GDPR).
func TestForewarned(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			now := clock.NewFake(testkit.Start)
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e, Clock: now})
			ctx := t.Context()
			decided := func(address string) (path string, subject id.Subject) {
				t.Helper()
				subject, err := s.Identity.ByEmail(ctx, address)
				if err != nil {
					t.Fatal(err)
				}
				path = ask(t, s, address, rights.Rectification, url.Values{"about": {"family-name"}, "text": {"It is spelt otherwise."}})
				act(t, desk(t, s, authz.DPO), path, url.Values{"move": {"fulfil"}, "value": {"Webber"}, "note": {"We corrected it."}})
				wantState(t, s, path, rights.Fulfilled)
				for {
					letter, err := s.Box.Wait(ctx, address)
					if err != nil {
						t.Fatal(err)
					}
					if strings.Contains(letter.Text, "We corrected it.") {
						wantIn(t, "the mail", strings.Join(strings.Fields(letter.Text), " "), "stays frozen at least until")
						testkit.Eventually(t, "the letters to be gone", func() (bool, bool) {
							n, err := s.DB.Waiting(ctx, mail.JobKind, subject)
							return true, err == nil && n == 0
						})
						return path, subject
					}
				}
			}
			path, subject := decided(thomas)
			carry := func() (frozen bool) {
				t.Helper()
				request := rights.RequestID(path[strings.LastIndex(path, "/")+1:])
				if err := s.Rights.Carry(ctx, subject, request); err != nil {
					t.Fatal(err)
				}
				docket, err := s.DB.Docket(ctx, subject)
				if err != nil {
					t.Fatal(err)
				}
				_, frozen = docket.Freezes.Field("family-name", "")
				return frozen
			}
			now.Advance(rights.Forewarning - time.Second)
			if !carry() {
				t.Error("the value is used before its person could read of it")
			}
			another, err := mail.NewJob(mail.Letter{Template: "none"}, subject, now.Now())
			if err != nil {
				t.Fatal(err)
			}
			if err := s.DB.Enqueue(ctx, another.Later(now.Now().Add(time.Hour))); err != nil {
				t.Fatal(err)
			}
			now.Advance(time.Second)
			if !carry() {
				t.Error("the value is used while a letter waits")
			}
			them := s.Client(t)
			them.Enter("hibiki", thomas, false)
			own := strings.Replace(path, "/console", "/hibiki", 1)
			wantIn(t, "the person's page", them.Page(own), "Stays frozen at least until", "End the freeze now")
			if a := them.Post(own+"/thaw", nil); a.Location() != own {
				t.Fatalf("end the freeze: got %d", a.Status)
			}
			if carry() {
				t.Error("the person ended the freeze, and it lasts")
			}

			path, subject = decided(aiko)
			now.Advance(rights.Forewarning)
			if carry() {
				t.Error("the value stays frozen when a day has passed")
			}
		})
	}
}

// TestCorrection: old and new stand side by side, and approving writes the new.
func TestCorrection(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	path := ask(t, s, thomas, rights.Rectification, url.Values{"about": {"family-name"}, "text": {"It is spelt Webber."}})
	c := desk(t, s, authz.DPO)
	c.Post(path, nil)
	wantIn(t, "the form", c.Page(path), "as it is", "Weber", "It is spelt Webber.")
	if a := act(t, c, path, url.Values{"move": {"fulfil"}, "note": {"n"}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a value: got %d, want 422", a.Status)
	}
	if a := act(t, c, path, url.Values{"move": {"fulfil"}, "value": {"Webber"}, "note": {"Corrected."}}); a.Location() != path {
		t.Fatalf("correct: got %d", a.Status)
	}
	wantState(t, s, path, rights.Fulfilled)
	wantIn(t, "the data", c.Page(path+"?tab=data"), "Webber")
}

// TestMessages go both ways, whenever either side likes.
func TestMessages(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	path := ask(t, s, thomas, rights.Complaint, url.Values{"text": {"Nobody wrote back."}})
	own := strings.Replace(path, "/console", "/hibiki", 1)
	c, them := desk(t, s, authz.DPO), s.Client(t)
	them.Enter("hibiki", thomas, false)
	if a := them.Post(own+"/reply", url.Values{"note": {"It was in May."}}); a.Location() != own {
		t.Fatalf("reply: got %d", a.Status)
	}
	c.Post(path, nil)
	wantIn(t, "the messages", c.Page(path+"?tab=messages"), "It was in May.", "Write to the person")
	if a := act(t, c, path, url.Values{"move": {"write"}, "note": {"We look into May."}}); a.Location() != path+"?tab=messages" {
		t.Fatalf("write: got %d to %q", a.Status, a.Location())
	}
	wantIn(t, "the person's page", them.Page(own), "We look into May.", "It was in May.")
	wantState(t, s, path, rights.Acknowledged)
}

// TestAppeal goes from the refusal to the appeal, which another member decides.
func TestAppeal(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e})
			ctx := t.Context()
			subject, err := s.Identity.ByEmail(ctx, thomas)
			if err != nil {
				t.Fatal(err)
			}
			law, ok := s.Laws.Named("US", "", s.Clock.Now())
			if !ok {
				t.Fatal("no law with an appeal")
			}
			r, _, err := s.Rights.File(ctx, rights.Filing{
				Subject: subject, Actor: ledger.Self(subject), Kind: rights.Rectification, Brand: "hibiki", Locale: "en", Zone: time.UTC, Pack: law,
				Matter: rights.Matter{Scope: rights.FieldScope, Name: "family-name", Text: "It is spelt otherwise."},
			})
			if err != nil {
				t.Fatal(err)
			}
			first, path := desk(t, s, authz.DPO), "/console/requests/"+string(r.ID)
			own := strings.Replace(path, "/console", "/hibiki", 1)
			s.Box.Clear()
			no := url.Values{"move": {"reject"}, "ground": {r.Rule.Grounds[0]}, "note": {"It stands so in the passport."}}
			if a := act(t, first, path, no); a.Location() != path {
				t.Fatalf("refuse: got %d: %s", a.Status, a.Body)
			}
			for told := false; !told; {
				letter, err := s.Box.Wait(ctx, thomas)
				if err != nil {
					t.Fatal(err)
				}
				told = strings.Contains(strings.Join(strings.Fields(letter.Text), " "), "You can appeal against this")
			}
			them := s.Client(t)
			them.Enter("hibiki", thomas, false)
			wantIn(t, "the person's page", them.Page(own), "Appeal against the refusal", "somebody else than before decides")
			if a := them.Post(own+"/appeal", url.Values{"note": {" "}}); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("without words: got %d, want 422", a.Status)
			}
			if a := them.Post(own+"/appeal", url.Values{"note": {"The passport is wrong."}}); a.Location() != own {
				t.Fatalf("appeal: got %d", a.Status)
			}
			wantState(t, s, path, rights.Acknowledged)
			if a := act(t, first, path, no); a.Status != http.StatusForbidden {
				t.Errorf("decided by who refused: got %d, want 403", a.Status)
			}
			second := desk(t, s, authz.DPO)
			wantIn(t, "the page of another", second.Post(path, nil).Body+second.Page(path), "The passport is wrong.")
			if a := act(t, second, path, no); a.Location() != path {
				t.Errorf("decided by another: got %d", a.Status)
			}
			wantOut(t, "the person's page", them.Page(own), "Appeal against the refusal")
		})
	}
}

// TestMute: a letter was written for nobody, and nothing said so.
func TestMute(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	ctx, number := t.Context(), id.New()
	m := rows.NewMerger(s.DB, s.Current.Load(), s.Clock, demo.CRM, id.New())
	told, err := m.Apply(ctx, []rows.Item{{Line: 2, At: s.Clock.Now(), Identifiers: []identity.Identifier{
		{Kind: identity.Customer, Scope: demo.CRM, Value: number, VerifiedAt: s.Clock.Now(), Source: demo.CRM},
	}}})
	if err != nil || told[0].Result != rows.Created {
		t.Fatalf("import: %v, %v", told, err)
	}
	holders, err := s.DB.Holders(ctx, identity.Customer, demo.CRM, number)
	if err != nil || len(holders) != 1 {
		t.Fatalf("holders: %v, %v", holders, err)
	}
	subject := holders[0].Subject
	r, _, err := s.Rights.File(ctx, rights.Filing{
		Subject: subject, Actor: ledger.Self(subject), Kind: rights.Complaint, Matter: rights.Matter{Text: "words"}, Brand: "hibiki",
		Locale: "en", Zone: time.UTC, Pack: s.Laws.For("JP", s.Clock.Now()),
	})
	if err != nil {
		t.Fatal(err)
	}
	c, path := desk(t, s, authz.DPO), "/console/requests/"+string(r.ID)
	c.Post(path, nil)
	wantIn(t, "the form", c.Page(path), "nobody gets this letter")
	wantIn(t, "the messages", c.Page(path+"?tab=messages"), "nobody gets this letter")
	path = ask(t, s, thomas, rights.Complaint, url.Values{"text": {"Nobody wrote back."}})
	c.Post(path, nil)
	wantOut(t, "the form of somebody with an address", c.Page(path), "nobody gets this letter")
}

// TestLaws shows what applies and where it was read.
func TestLaws(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	page := desk(t, s, authz.Auditor).Page("/console/laws")
	wantIn(t, "the page", page, "EU/1", "JP/1", "UK/1", "Regulation (EU) 2016/679", "Hibiki Instruments", "1 month", "45 days", "not reviewed",
		"72 hours", "The law names no number; the limit is our own goal", "The final report of a breach is due within", "20 working days", "16 years", "stands still", "when it is known who asks", "appealed against")
}

// TestToday_requests: what presses is counted now, for the member's brands, and
// leads to where it is.
func TestToday_requests(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	path := ask(t, s, thomas, rights.Complaint, url.Values{"text": {"Nobody wrote back."}})
	c := desk(t, s, authz.DPO)
	wantIn(t, "the page", calm(t, c), `aria-label="Nobody’s: 1"`, `aria-label="Overdue: 0"`)
	act(t, c, path, url.Values{"move": {"ask"}, "note": {"When was that?"}})
	wantIn(t, "the page", c.Page("/console"), `aria-label="Waiting for people: 1"`)
	wantOut(t, "the page of another brand", desk(t, s, authz.Reviewer, "kawara").Page("/console"), `aria-label="Waiting for people: 1"`)
	counted := testkit.Eventually(t, "the first count", func() (figures.Requests, bool) {
		f, err := s.DB.RequestFigures(t.Context())
		return f, err == nil
	})
	counted.Received = []figures.Received{{Brand: "hibiki", Week: 3, Requests: 7}}
	if err := s.DB.SaveRequestFigures(t.Context(), counted); err != nil {
		t.Fatal(err)
	}
	wantIn(t, "the charts", c.Page("/console"), "The busiest week had 7", "Days to an answer")
	wantOut(t, "the page of a brand without requests", desk(t, s, authz.Reviewer, "kawara").Page("/console"), "Requests a week")
	manager := desk(t, s, authz.BrandManager, "hibiki").Page("/console")
	wantIn(t, "the page of who may not open them", manager, "Waiting for people")
	wantOut(t, "the page of who may not open them", manager, "/console/requests")
}
