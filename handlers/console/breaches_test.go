package console_test

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/breach"
	"livingprofile/internal/clock"
	"livingprofile/internal/demo"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/testkit"
)

// TestBreach is a breach from the first word to the last: the clock, whom it
// touches, both decisions, a notice in each person's language, once, and the
// record of it.
func TestBreach(t *testing.T) {
	now := clock.NewFake(time.Now().UTC().Truncate(time.Hour))
	s := testkit.NewSite(t, testkit.SiteOptions{Clock: now})
	c := desk(t, s, authz.DPO)
	zone := s.Current.Load().Zone("hibiki")
	noticed := now.Now().Add(-60 * time.Hour).In(zone)
	form := url.Values{
		"title": {"A lost laptop"}, "brand": {"hibiki"}, "noticed.day": {noticed.Format(time.DateOnly)}, "noticed.time": {noticed.Format("15:04")},
		"what": {"A laptop was left in a train."},
	}
	wantIn(t, "before", c.Page("/console/breaches"), "No breaches")
	a := c.Post("/console/breaches", form)
	if wantIn(t, "the form", a.Body, "A laptop was left"); a.Status != http.StatusUnprocessableEntity {
		t.Fatalf("without kinds of data: got %d", a.Status)
	}
	form.Set("data", "contact")
	path := c.Post("/console/breaches", form).Location()
	if !strings.HasPrefix(path, "/console/breaches/") {
		t.Fatalf("opened: got %q", path)
	}
	do := func(move string, form url.Values) *testkit.Answer {
		t.Helper()
		if form == nil {
			form = url.Values{}
		}
		form.Set("do", move)
		form.Set("seen", testkit.Field(c.Page(path), "seen"))
		return c.Post(path, form)
	}
	moved := func(move string, form url.Values) {
		t.Helper()
		if a := do(move, form); a.Status != http.StatusSeeOther {
			t.Fatalf("%s: got %d: %s", move, a.Status, a.Body)
		}
	}
	wantIn(t, "the page", c.Page(path), "A lost laptop", "hours left", "Art. 33(3)")
	wantIn(t, "its log, in the zone of the brand", c.Page(path), now.Now().In(zone).Format("2 January 2006, 15:04")+"</time>")
	wantIn(t, "Today", c.Page("/console"), "is open: ")

	do("close", nil)
	wantIn(t, "too early", c.Page(path), "Decide on the authority")
	if a := do("decide-authority", url.Values{"tell.decide-authority": {"yes"}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: got %d", a.Status)
	}
	for _, who := range []string{"authority", "people"} {
		moved("decide-"+who, url.Values{"tell.decide-" + who: {"yes"}, "note.decide-" + who: {"The disk was not sealed."}})
	}
	when := now.Now().In(zone)
	moved("report", url.Values{"when.report.day": {when.Format(time.DateOnly)}, "when.report.time": {when.Format("15:04")}, "note.report": {"By their form, 4711."}})
	moved("name", url.Values{"people": {thomas + "\nnobody@mail.example.com"}, "file": {aiko + "\n" + thomas}})
	wantIn(t, "who was named", c.Page(path), "Nobody is known by 1 of the lines", "2 people")

	t.Run("notices", func(t *testing.T) {
		if a := do("tell", nil); a.Status != http.StatusSeeOther {
			t.Fatalf("got %d", a.Status)
		}
		wantIn(t, "without words", c.Page(path), "lacks words")
		moved("write", url.Values{"letter.en": {"Your address was on it."}, "letter.ja": {"ご住所が含まれていました。"}, "letter.ar": {"كان عنوانك فيه."}})
		wantIn(t, "the preview", c.Page(path), "Your address was on it.", "ご住所が含まれていました。", "Kinds of data")
		s.Box.Clear()
		moved("tell", nil)
		for range 2 { // a turn that finds all done tells nobody again
			if err := s.Breaches.Work(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		page := c.Page(path)
		wantIn(t, "told", page, "People told in all")
		wantOut(t, "told", page, thomas, aiko)
		them := s.Client(t)
		them.Enter("hibiki", thomas, false)
		wantIn(t, "their history", them.Page("/hibiki/history"), "in a breach, and mailed it", "Your address was on it.")
	})
	do("close", nil)
	wantIn(t, "before the final report", c.Page(path), "send the final report", "Final report by")
	final := func(day time.Time) url.Values {
		return url.Values{
			"when.report-final.day": {day.Format(time.DateOnly)}, "when.report-final.time": {day.Format("15:04")},
			"note.report-final": {"By their form, 4712."},
		}
	}
	if a := do("report-final", final(when.AddDate(0, 0, -1))); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("the final report before the first: got %d", a.Status)
	}
	moved("report-final", final(when))
	wantIn(t, "its log", c.Page(path), "By their form, 4712.", "Final report sent")
	moved("close", url.Values{"note.close": {"Disks are sealed now."}})
	wantIn(t, "closed", c.Page(path), "Disks are sealed now.", "Open again")
	found, err := s.DB.Search(t.Context(), ledger.Search{Kind: "breach.", Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, h := range found {
		if wantOut(t, string(h.Kind), string(h.Payload), thomas, aiko); h.Kind == breach.NoticeGiven {
			told++
		}
	}
	if told != 2 || len(found) != told+10 {
		t.Errorf("the ledger has %d entries, %d of them notices", len(found), told)
	}
	t.Run("who_may", func(t *testing.T) {
		admin, auditor := desk(t, s, authz.Administrator), desk(t, s, authz.Auditor)
		wantIn(t, "an administrator", admin.Page("/console/breaches"), "Write down a breach")
		wantOut(t, "an administrator's page", admin.Page(path), "Open again")
		wantOut(t, "an auditor's page", auditor.Page("/console/breaches"), "Write down a breach")
		if a := admin.Post(path, url.Values{"do": {"reopen"}}); a.Status != http.StatusForbidden {
			t.Errorf("an administrator: got %d", a.Status)
		}
	})
	t.Run("warned_once_of_each_stage", func(t *testing.T) { warnsOfBreach(t, s, now) })
}

// TestBreach_goal: a limit that the law does not name is shown, and warned of,
// as a goal.
func TestBreach_goal(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	draft, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	draft.Declared.Brands[0].Country = "CA"
	if _, err := s.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"}}); err != nil {
		t.Fatal(err)
	}
	c, now := desk(t, s, authz.DPO), s.Clock.Now()
	b, err := s.Breaches.Open(t.Context(), breach.Facts{
		Brand: draft.Declared.Brands[0].Name, Title: "t", What: "w", Data: []string{"contact"}, NoticedAt: now,
	}, s.Member(t, authz.DPO).Actor())
	if err != nil || !b.AuthorityDue.Equal(now.Add(72*time.Hour)) {
		t.Fatalf("got %v, %v", b.AuthorityDue, err)
	}
	const goal = "The law names no number; the limit is our own goal."
	if got := strings.Count(c.Page("/console/breaches/"+string(b.ID)), goal); got != 2 {
		t.Errorf("the page says %d times that a limit is a goal, want of both", got)
	}
	if err := s.WarnOfBreaches(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		m, err := s.Box.Wait(ctx, "staff@example.com")
		if err != nil {
			t.Fatalf("no mail of the goal: %v", err)
		}
		if strings.Contains(m.Text, goal) {
			return
		}
	}
}

// warnsOfBreach opens another by query, and lets its clock run out.
func warnsOfBreach(t *testing.T, s *testkit.Site, now *clock.Fake) {
	member := s.Member(t, authz.DPO).Actor()
	b, err := s.Breaches.Open(t.Context(), breach.Facts{
		Brand: "hibiki", Title: "t", What: "w", Data: []string{"contact"}, NoticedAt: now.Now(),
	}, member)
	if err != nil {
		t.Fatal(err)
	}
	warned := func() int {
		t.Helper()
		if err := s.WarnOfBreaches(t.Context(), now.Now()); err != nil {
			t.Fatal(err)
		}
		entries, err := s.DB.Search(t.Context(), ledger.Search{Kind: "staff.warned", From: now.Now(), Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	once := func(due time.Time, stages ...time.Duration) {
		t.Helper()
		for _, left := range stages {
			now.Advance(due.Sub(now.Now()) - left)
			n := warned()
			if again := warned(); n == 0 || again != n {
				t.Errorf("with %v left: warned %d times, then %d", left, n, again)
			}
		}
	}
	once(b.AuthorityDue, b.AuthorityDue.Sub(now.Now()), time.Hour, -time.Hour)
	move := func(a breach.Act) {
		t.Helper()
		a.Actor, a.Seen, a.Note = member, len(b.Steps), "because"
		if b, err = s.Breaches.Move(t.Context(), b.ID, a); err != nil {
			t.Fatal(err)
		}
	}
	move(breach.Act{Move: breach.DecideAuthority, Tell: true})
	move(breach.Act{Move: breach.Report, When: now.Now()})
	now.Advance(time.Second)
	if n := warned(); n > 0 {
		t.Errorf("warned %d times of a report that is due in weeks", n)
	}
	once(b.FinalDue, time.Hour, -time.Hour)
	move(breach.Act{Move: breach.Find})
	if err := s.Breaches.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, n, err := s.Breaches.Find(t.Context(), b.ID); err != nil || got.State != breach.Open || n.People < 10 || n.Waits != n.People {
		t.Errorf("everybody: got %s, %+v, %v", got.State, n, err)
	}
}

// TestBreach_found: a query finds those of whom it holds and nobody else, whether
// or not they agreed to anything.
func TestBreach_found(t *testing.T) {
	now := clock.NewFake(time.Now().UTC())
	s := testkit.NewSite(t, testkit.SiteOptions{Clock: now, Idle: true})
	c := desk(t, s, authz.DPO)
	b, err := s.Breaches.Open(t.Context(), breach.Facts{
		Brand: "hibiki", Title: "t", What: "w", Data: []string{"contact"}, NoticedAt: now.Now(),
	}, s.Member(t, authz.DPO).Actor())
	if err != nil {
		t.Fatal(err)
	}
	path := "/console/breaches/" + string(b.ID)
	form := url.Values{
		"do": {string(breach.Find)}, "seen": {testkit.Field(c.Page(path), "seen")}, "match": {"all"},
		"what.1": {"field:event-city"}, "compare.1": {"is"}, "value.1": {"Nemuro"},
	}
	half := maps.Clone(form)
	half.Del("value.1")
	if a := c.Post(path, half); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, `href="#f-value.1"`) {
		t.Errorf("half a condition: got %d", a.Status)
	}
	var there []string
	for _, email := range []string{thomas, aiko} {
		subject, err := s.Identity.ByEmail(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Profile.Correct(t.Context(), profile.Editor{Subject: subject, Actor: ledger.Self(subject), Brand: "hibiki"}, "event-city", "Nemuro"); err != nil {
			t.Fatal(err)
		}
		there = append(there, string(subject))
	}
	if a := c.Post(path, form); a.Status != http.StatusSeeOther {
		t.Fatalf("got %d: %s", a.Status, a.Body)
	}
	if err := s.Breaches.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, n, err := s.Breaches.Find(t.Context(), b.ID)
	if err != nil || got.State != breach.Open || n.People != len(there) {
		t.Errorf("got %s, %+v, %v; want %d people", got.State, n, err, len(there))
	}
	wantIn(t, "its page", c.Page(path), "2 people")
	list, err := s.DB.Untold(t.Context(), b.ID, 10)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, one := range list {
		found = append(found, string(one))
	}
	slices.Sort(there)
	slices.Sort(found)
	if !slices.Equal(found, there) {
		t.Errorf("got %v, want %v", found, there)
	}
}
