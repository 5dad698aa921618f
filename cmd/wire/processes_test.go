package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/demo"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/mail/mailbox"
	"livingprofile/internal/organisation"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

const thomas = "thomas.weber@example.org"

// pair is one installation on PostgreSQL that two processes serve. Mail of both
// goes to the box of the first.
func pair(t *testing.T) (first, second *testkit.Site, checkpoints [2]string) {
	t.Helper()
	var shared wire.Settings
	first = testkit.NewSite(t, testkit.SiteOptions{Engine: testkit.OnPostgres, Set: func(s *wire.Settings) { shared = *s }})
	second = testkit.NewSite(t, testkit.SiteOptions{Engine: testkit.OnPostgres, Set: func(s *wire.Settings) {
		own := s.BaseURL
		*s = shared
		s.BaseURL, s.Checkpoints = own, filepath.Join(t.TempDir(), "checkpoints.txt")
		checkpoints = [2]string{shared.CheckpointPath(), s.CheckpointPath()}
	}})
	return first, second, checkpoints
}

// TestTwoProcesses: any process answers any request, for everything that counts
// is in the database.
func TestTwoProcesses(t *testing.T) {
	first, second, checkpoints := pair(t)
	// visit takes what a browser keeps from one process to the other.
	visit := func(from *testkit.Client, to *testkit.Site) *testkit.Client {
		c := to.Client(t)
		for _, name := range []string{"session", "asking", "flash", "lang"} {
			if v := from.Cookie(name); v != "" {
				c.SetCookie(name, v)
			}
		}
		c.CSRF = from.CSRF
		return c
	}
	t.Run("a_link_asked_for_at_one_works_at_the_other", func(t *testing.T) {
		a := first.Client(t)
		a.Send("/hibiki/sign-in", url.Values{"address": {thomas}})
		link := elsewhere(t, first.Box, second)
		b := visit(a, second)
		if got := b.Press(link, ""); got.Status != http.StatusSeeOther {
			t.Fatalf("got %d", got.Status)
		}
		a = visit(b, first)
		a.Page("/hibiki/data")
		if got := a.Post("/hibiki/data/event-city", url.Values{"value": {"Osaka"}}); got.Status != http.StatusSeeOther {
			t.Fatalf("a form from the other: got %d", got.Status)
		}
		if page := visit(a, second).Page("/hibiki/data/event-city"); !strings.Contains(page, "Osaka") {
			t.Error("the other does not know it")
		}
		visit(a, second).Post("/hibiki/sign-out", nil)
		if got := a.Get("/hibiki"); got.Status != http.StatusSeeOther {
			t.Errorf("signed out at the other: got %d", got.Status)
		}
	})
	t.Run("tries_are_counted_over_both", func(t *testing.T) {
		a := first.Client(t)
		a.Send("/hibiki/sign-in", url.Values{"address": {thomas}})
		link := elsewhere(t, first.Box, second)
		for i := range login.CodeTries {
			site := []*testkit.Site{first, second}[i%2]
			site.Client(t).Send("/hibiki/link", url.Values{"token": {link[strings.LastIndex(link, "/")+1:]}, "code": {fmt.Sprintf("0000000%d", i)}})
		}
		got := second.Client(t).Press(link, "12345678")
		if !strings.Contains(got.Body, "too often") {
			t.Errorf("the sixth: got %d", got.Status)
		}
	})
	t.Run("a_job_is_done_once", func(t *testing.T) { doneOnce(t, first, second) })
	t.Run("what_is_declared_at_one_is_soon_known_to_the_other", func(t *testing.T) {
		text := strings.Replace(string(demo.File()), "Hibiki Instruments", "Hibiki Renamed", 1)
		draft, err := organisation.Parse(demo.FileName, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		_, err = first.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []*testkit.Site{first, second} {
			c := s.Client(t)
			testkit.Eventually(t, "the new name", func() (bool, bool) {
				return true, strings.Contains(c.Page("/hibiki/sign-in"), "Hibiki Renamed")
			})
		}
	})
	t.Run("who_is_erased_at_one_is_soon_nobody_at_the_other", func(t *testing.T) { erasedElsewhere(t, first, second) })
	t.Run("each_has_every_checkpoint_in_its_file", func(t *testing.T) {
		before, err := first.DB.CheckpointsAfter(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		c := first.Client(t)
		c.Enter("hibiki", thomas, false)
		c.Post("/hibiki/data/event-city", url.Values{"value": {"Kobe"}}) // all before it may be sealed
		if err := first.Stop(t.Context()); err != nil {                  // which makes one, before the other finds one due
			t.Fatal(err)
		}
		sameCheckpoints(t, first.DB, checkpoints)
		if after, err := first.DB.CheckpointsAfter(t.Context(), 0); err != nil || len(after) == len(before) {
			t.Errorf("got %d checkpoints, %v, want one more", len(after), err)
		}
	})
}

// erasedElsewhere erases somebody at one process whom the other knows by heart:
// what it remembers for decisions, a session that it has read, a key that it has
// believed.
func erasedElsewhere(t *testing.T, first, second *testkit.Site) {
	const who = "layla.haddad@example.net"
	subject, err := first.Identity.ByEmail(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	_, key, err := second.Keys().Make(t.Context(), authz.APIKey{
		Name: "test", System: demo.CRM, Brand: authz.AllBrands, Scopes: authz.Scopes(), Fields: []string{authz.AllFields},
		ExpiresAt: second.Clock.Now().Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	them, system := second.Client(t), second.Client(t)
	them.Enter("hibiki", who, false)
	ask := func(path, body string) *testkit.Answer {
		return system.Do(system.Request(http.MethodPost, path, strings.NewReader(body), "Authorization", "Bearer "+key, "Content-Type", "application/json"))
	}
	const lookup = `{"identifiers":[{"kind":"email","value":"` + who + `"}]}`
	var found struct{ Subject string }
	if err := json.Unmarshal([]byte(ask("/api/v1/subjects/lookup", lookup).Body), &found); err != nil || found.Subject == "" {
		t.Fatalf("no subject: %v", err)
	}
	read := func() int {
		return system.Do(system.Request(http.MethodGet, "/api/v1/subjects/"+found.Subject, nil, "Authorization", "Bearer "+key)).Status
	}
	decided := func() string {
		return ask("/api/v1/decisions?brand=hibiki", `{"purpose":"reviews","subjects":["`+found.Subject+`"]}`).Body
	}
	if at := them.Get("/hibiki/data"); at.Status != http.StatusOK || read() != http.StatusOK || strings.Contains(decided(), `"erased"`) {
		t.Fatalf("before: got %d, %d and %s", at.Status, read(), decided())
	}
	circle, err := first.DB.Circle(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range circle {
		_, err := first.DB.Commit(t.Context(), ledger.Change{
			Subject: one, Base: ledger.AnyVersion, At: first.Clock.Now(), Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"},
			Entries: []ledger.Draft{{Kind: rights.SubjectErased}},
			Rows:    []any{rights.Erased{Certificate: id.New(), Number: "R-TEST-" + string(one), Plan: rights.PlanErasure(rights.Holding{})}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	testkit.Eventually(t, "the erasure at the other", func() (bool, bool) {
		return true, strings.Contains(decided(), `"erased"`)
	})
	t.Logf("the other decides by it after %v", time.Since(began))
	if got := read(); got != http.StatusNotFound {
		t.Errorf("read by the API: got %d, want 404", got)
	}
	if a := them.Get("/hibiki/data"); !strings.HasPrefix(a.Location(), "/hibiki/sign-in") {
		t.Errorf("their session: got %d to %q", a.Status, a.Location())
	}
	if a := ask("/api/v1/subjects/lookup", lookup); a.Status != http.StatusNotFound {
		t.Errorf("found by their address: got %d %s", a.Status, a.Body)
	}
}

// sameCheckpoints waits until each process has a file with every checkpoint,
// whoever made it.
func sameCheckpoints(t *testing.T, db *store.DB, files [2]string) {
	t.Helper()
	testkit.Eventually(t, "the checkpoints in both files", func() (bool, bool) {
		signed, err := db.CheckpointsAfter(t.Context(), 0)
		if err != nil || len(signed) == 0 {
			return false, false
		}
		for _, path := range files {
			text, err := os.ReadFile(path)
			if err != nil {
				return false, false
			}
			for _, cp := range signed {
				if !bytes.Contains(text, bytes.TrimRight(cp, "\n")) {
					return false, false
				}
			}
		}
		return true, true
	})
}

// elsewhere returns the mailed link, as an address of another process.
func elsewhere(t *testing.T, box *mailbox.Server, s *testkit.Site) string {
	t.Helper()
	m, err := box.Wait(t.Context(), thomas)
	if err != nil {
		t.Fatal(err)
	}
	_, path, ok := strings.Cut(m.Text, "/hibiki/link/")
	if !ok {
		t.Fatal("no link in the mail")
	}
	return s.URL + "/hibiki/link/" + path[:43]
}

// doneOnce asks both for many mails at once, and counts them.
func doneOnce(t *testing.T, first, second *testkit.Site) {
	first.Box.Clear()
	const n = 60
	var all sync.WaitGroup
	for i := range n {
		c := []*testkit.Site{first, second}[i%2].Client(t)
		form := url.Values{"address": {fmt.Sprintf("somebody.%d@mail.example.com", i)}}
		r := c.Request(http.MethodPost, "/hibiki/sign-in", strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
		all.Go(func() {
			if a, err := c.Try(r); err != nil || a.Status != http.StatusSeeOther {
				t.Errorf("got %+v, %v", a, err)
			}
		})
	}
	all.Wait()
	testkit.Eventually(t, "all mails", func() (bool, bool) { return true, len(first.Box.Messages()) >= n })
	// Nothing is left to do, so nothing can come twice.
	testkit.Eventually(t, "the end of the work", func() (bool, bool) {
		oldest, err := first.DB.Oldest(t.Context(), first.Clock.Now())
		return true, err == nil && oldest.IsZero()
	})
	to := map[string]int{}
	for _, m := range first.Box.Messages() {
		to[m.To[0]]++
	}
	if len(to) != n || len(first.Box.Messages()) != n {
		t.Errorf("got %d mails to %d people, want %d", len(first.Box.Messages()), len(to), n)
	}
}
