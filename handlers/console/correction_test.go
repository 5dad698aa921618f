package console_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// propose changes a value that staff decide about, with files that show it, and
// returns the page of the request in the console.
func propose(t *testing.T, s *testkit.Site, them *testkit.Client, value string, files ...sent) string {
	t.Helper()
	wantIn(t, "the form", them.Page("/hibiki/data/birthday/edit"), `enctype="multipart/form-data"`, `type="file"`)
	a := sendFiles(t, them, "/hibiki/data/birthday", them.CSRF, url.Values{"value": {value}}, files...)
	if a.Status != http.StatusSeeOther {
		t.Fatalf("propose: got %d", a.Status)
	}
	m := requestIn.FindStringSubmatch(them.Page("/hibiki/data/birthday"))
	if m == nil {
		t.Fatal("the value does not lead to a request")
	}
	return "/console/requests/" + m[1]
}

func birthday(t *testing.T, s *testkit.Site, address string) (value string, waits bool) {
	t.Helper()
	f, err := s.DB.Facts(t.Context(), subjectOf(t, s, address))
	if err != nil {
		t.Fatal(err)
	}
	field, _ := s.Current.Load().Field("birthday")
	_, waits = f.Profile.Proposals["birthday"]
	return f.Profile.Value(field, s.Current.Load().Rank), waits
}

func subjectOf(t *testing.T, s *testkit.Site, address string) id.Subject {
	t.Helper()
	subject, err := s.Identity.ByEmail(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	return subject
}

func wantBirthday(t *testing.T, s *testkit.Site, want string, waits bool) {
	t.Helper()
	if got, is := birthday(t, s, thomas); got != want || is != waits {
		t.Errorf("got %q, waiting: %v; want %q, %v", got, is, want, waits)
	}
}

// TestCorrection_from_the_value goes from the person's click to the result: a value that staff
// decide about waited for nobody, for no request was filed.
func TestCorrection_from_the_value(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e})
			them, c := s.Client(t), desk(t, s, authz.DPO)
			them.Enter("hibiki", thomas, false)
			was, _ := birthday(t, s, thomas)

			path := propose(t, s, them, "1980-05-06", sent{"card.png", pixel(t)})
			wantIn(t, "the queue", c.Page("/console/requests"), path, "Correction")
			if again := propose(t, s, them, "1980-05-07", sent{"letter.txt", "the 7th"}); again != path {
				t.Errorf("a later correction files another request: %s beside %s", again, path)
			}
			showNothing(t, them)
			c.Post(path, nil)
			wantIn(t, "the page", c.Page(path), "7 May 1980", "Birthday as it is", `value="1980-05-07"`, "2 files")
			files := c.Page(path + "?tab=messages")
			wantIn(t, "the messages", files, "card.png", "letter.txt")
			if a := c.Post(path+"/file", url.Values{"file": filesOn(files)[:1]}); a.Body != pixel(t) {
				t.Errorf("take: got %d and %d bytes", a.Status, len(a.Body))
			}
			wantBirthday(t, s, was, true)

			own := strings.Replace(path, "/console", "/hibiki", 1)
			wantIn(t, "the person's page", them.Page(own), "Birthday", "7 May 1980", "card.png", "letter.txt")
			act(t, c, path, url.Values{"move": {"reject"}, "ground": {"accurate"}, "note": {"Your card says otherwise."}})
			wantState(t, s, path, rights.Rejected)
			wantBirthday(t, s, was, false)
			wantIn(t, "the person's page", them.Page(own), "Your card says otherwise.")
			wantIn(t, "the value", them.Page("/hibiki/data/birthday"), "Not accepted: “7 May 1980”", "Refused")

			next := propose(t, s, them, "1980-05-08")
			if next == path {
				t.Fatal("what was refused is not asked for again")
			}
			act(t, c, next, url.Values{"move": {"fulfil"}, "value": {"1980-05-08"}})
			wantState(t, s, next, rights.Fulfilled)
			wantBirthday(t, s, "1980-05-08", false)
			wantIn(t, "the value", them.Page("/hibiki/data/birthday"), "8 May 1980", "Asked for and accepted", "Done")
			told(t, s, next)

			last := propose(t, s, them, "1980-05-09")
			them.Post(strings.Replace(last, "/console", "/hibiki", 1)+"/cancel", nil)
			wantState(t, s, last, rights.Cancelled)
			wantBirthday(t, s, "1980-05-08", false)
			last = propose(t, s, them, "1980-05-09")
			them.Post("/hibiki/data/birthday/undo", nil)
			wantState(t, s, last, rights.Cancelled)
			wantBirthday(t, s, "1980-05-08", false)

			last = propose(t, s, them, "1980-05-09")
			them.Post("/hibiki/data/birthday", url.Values{"empty": {"1"}})
			wantIn(t, "the page", c.Page(last), "to be emptied")
			act(t, c, last, url.Values{"move": {"fulfil"}, "value": {""}})
			wantState(t, s, last, rights.Fulfilled)
			wantBirthday(t, s, "", false)
		})
	}
}

// showNothing sends files with what proposes nothing, and files that are refused:
// neither they nor the value are taken.
func showNothing(t *testing.T, them *testkit.Client) {
	t.Helper()
	wantOut(t, "the form of what is changed at once", them.Page("/hibiki/data/event-city/edit"), `type="file"`)
	one := sent{"a.txt", "a"}
	for name, tt := range map[string]struct {
		field, value, token string
		files               []sent
		status              int
		says                string
	}{
		"the same again":              {"birthday", "1980-05-07", them.CSRF, []sent{one}, http.StatusUnprocessableEntity, "Nothing new is proposed"},
		"what is changed at once":     {"event-city", "Nara", them.CSRF, []sent{one}, http.StatusUnprocessableEntity, ""},
		"a program":                   {"birthday", "1980-05-08", them.CSRF, []sent{{"a.pdf", "MZ\x00\x01"}}, http.StatusUnprocessableEntity, "do not take"},
		"too many":                    {"birthday", "1980-05-08", them.CSRF, []sent{one, one, one, one}, http.StatusUnprocessableEntity, "no more than 3"},
		"no token":                    {"birthday", "1980-05-08", "", []sent{one}, http.StatusForbidden, ""},
		"a value that is none at all": {"birthday", "soon", them.CSRF, []sent{one}, http.StatusUnprocessableEntity, `value="soon"`},
	} {
		a := sendFiles(t, them, "/hibiki/data/"+tt.field, tt.token, url.Values{"value": {tt.value}}, tt.files...)
		if a.Status != tt.status {
			t.Errorf("%s: got %d, want %d", name, a.Status, tt.status)
		}
		wantIn(t, name, a.Body, tt.says)
	}
	wantOut(t, "the value", them.Page("/hibiki/data/event-city"), "Nara")
	wantOut(t, "the value", them.Page("/hibiki/data/birthday"), "8 May 1980")
}

// told fails unless the entry about the new value has the request for its cause,
// and stands beside its end: who has the old value is told (Art. 19 GDPR).
func told(t *testing.T, s *testkit.Site, path string) {
	t.Helper()
	happened, err := s.DB.History(t.Context(), subjectOf(t, s, thomas), ledger.HistoryPage{Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	var approved, fulfilled ledger.Happening
	for _, h := range happened {
		switch h.Kind {
		case "attribute.approved":
			approved = h
		case "request.fulfilled":
			fulfilled = h
		}
	}
	if approved.ID == "" || !approved.At.Equal(fulfilled.At) || approved.Cause != path[strings.LastIndex(path, "/")+1:] {
		t.Errorf("the new value at %v because of %q, the end at %v", approved.At, approved.Cause, fulfilled.At)
	}
}

// TestCorrection_overtaken: a colleague's decision in between left the value
// changed and the request refused.
func TestCorrection_overtaken(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	them, first, second := s.Client(t), desk(t, s, authz.DPO), desk(t, s, authz.Reviewer)
	them.Enter("hibiki", thomas, false)
	was, _ := birthday(t, s, thomas)
	path := propose(t, s, them, "1980-05-06")
	second.Post(path, nil)
	seen := testkit.Field(second.Page(path), "seen")
	act(t, first, path, url.Values{"move": {"reject"}, "ground": {"accurate"}})
	form := url.Values{"seen": {seen}, "do": {"act"}, "move": {"fulfil"}, "value": {"1980-05-06"}}
	if a := second.Post(path+"/acts", form); a.Status != http.StatusConflict {
		t.Errorf("the second: got %d, want 409", a.Status)
	}
	wantState(t, s, path, rights.Rejected)
	wantBirthday(t, s, was, false)
}

// TestRequest_proof: two members could erase somebody of whom nobody knew
// whether they had asked.
func TestRequest_proof(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	one, two := desk(t, s, authz.DPO), desk(t, s, authz.Reviewer)
	subject := string(subjectOf(t, s, thomas))
	wantIn(t, "the kinds", one.Page("/console/intake/"+subject), "?kind=erasure", "?kind=access")
	wantIn(t, "the form", one.Page("/console/intake/"+subject+"?kind=erasure"), `name="days"`, `name="proved"`)
	wantOut(t, "the form", one.Page("/console/intake/"+subject+"?kind=erasure"), `name="about"`, `name="ground"`)
	path := intake(t, s, one, thomas, url.Values{"kind": {"erasure"}, "days": {"7"}, "proof": {"none"}})
	for _, move := range []string{"propose", "accept"} {
		a := act(t, two, path, url.Values{"move": {move}, "note": {"n"}})
		if a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s without a proof: got %d, want 422", move, a.Status)
		}
		wantIn(t, move, a.Body, "It is not known who asks.")
	}
	for _, bad := range []string{"2031-01-01", "soon", "2026-02-30"} {
		a := act(t, one, path, url.Values{"move": {"prove"}, "proof": {"phone"}, "proved": {bad}})
		if a.Status != http.StatusUnprocessableEntity {
			t.Errorf("known since %s: got %d, want 422", bad, a.Status)
		}
		wantIn(t, bad, a.Body, "Give a day that is not in the future")
	}
	day := s.Clock.Now().AddDate(0, 0, -1).Format(time.DateOnly)
	if a := act(t, one, path, url.Values{"move": {"prove"}, "proof": {"phone"}, "proved": {day}, "note": {"Called back."}}); a.Location() != path {
		t.Fatalf("prove: got %d", a.Status)
	}
	act(t, one, path, url.Values{"move": {"propose"}, "note": {"Called back."}})
	act(t, two, path, url.Values{"move": {"accept"}})
	wantState(t, s, path, rights.Accepted)
	row, err := s.DB.RequestRow(t.Context(), rights.RequestID(path[strings.LastIndex(path, "/")+1:]))
	if err != nil || row.ActAt.Sub(s.Clock.Now()) < 6*24*time.Hour {
		t.Errorf("the person wanted a week, it is due %v, %v", row.ActAt, err)
	}
}

// TestRequest_paused: while the person was asked under a law that stops the
// clock, the queue counted the request overdue.
func TestRequest_paused(t *testing.T) {
	now := clock.NewFake(testkit.Start)
	s := testkit.NewSite(t, testkit.SiteOptions{Clock: now})
	c := desk(t, s, authz.DPO)
	path := intake(t, s, c, thomas, url.Values{"kind": {"access"}, "law": {"UK"}, "proof": {"phone"}})
	act(t, c, path, url.Values{"move": {"ask"}, "note": {"Which account?"}})
	now.Advance(45 * 24 * time.Hour)
	c = desk(t, s, authz.DPO)
	wantOut(t, "what is overdue", c.Page("/console/requests?due=overdue"), path)
	wantIn(t, "the queue", c.Page("/console/requests"), path, "clock stopped")
	them := s.Client(t)
	them.Enter("hibiki", thomas, false)
	own := strings.Replace(path, "/console", "/hibiki", 1)
	wantIn(t, "the person's page", them.Page(own), "the clock stands still until you answer")
	if a := them.Post(own+"/answer", url.Values{"note": {"The one of the shop."}}); a.Status != http.StatusSeeOther {
		t.Fatalf("answer: got %d", a.Status)
	}
	row, err := s.DB.RequestRow(t.Context(), rights.RequestID(path[strings.LastIndex(path, "/")+1:]))
	if err != nil || row.Paused || !row.DueAt.After(now.Now()) {
		t.Errorf("after the answer: due %v, %v", row.DueAt, err)
	}
	wantIn(t, "the queue", c.Page("/console/requests"), path, "left")
}

// TestReopen_beside: what was cancelled could be opened again beside the same
// request that was open by then.
func TestReopen_beside(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	form := url.Values{"text": {"Nobody wrote back."}}
	path := strings.Replace(ask(t, s, thomas, rights.Complaint, form), "/console", "/hibiki", 1)
	them := s.Client(t)
	them.Enter("hibiki", thomas, false)
	them.Post(path+"/cancel", nil)
	them.Post("/hibiki/rights/complaint", form)
	if a := them.Post(path+"/reopen", nil); a.Status != http.StatusConflict {
		t.Errorf("got %d, want 409", a.Status)
	}
	// Taking a yes back needs no request, and one did nothing.
	if a := them.Post("/hibiki/rights/withdrawal", url.Values{"text": {"x"}}); a.Status != http.StatusNotFound {
		t.Errorf("a withdrawal: got %d, want 404", a.Status)
	}
	_, _, err := s.Rights.File(t.Context(), rights.Filing{Kind: rights.Withdrawal})
	if !errors.Is(err, errs.NotFound) {
		t.Errorf("got %v", err)
	}
}
