package wire_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/cmd/wire"
	"livingprofile/internal/activity"
	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/pull"
	"livingprofile/internal/review"
	"livingprofile/internal/testkit"
)

// contacts is a feed of a system of somebody else: pages of changed contacts.
type contacts struct {
	rows    []string
	asked   int
	same    int // requests for what was read already
	refused int // requests without the key
}

const perPage = 2

func (f *contacts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.asked++
	if r.Header.Get("Authorization") != "Bearer let-me-in" {
		f.refused++
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("from"))
	until := min(from+perPage, len(f.rows))
	tag := fmt.Sprintf("%q", fmt.Sprint(from, until))
	if r.Header.Get("If-None-Match") == tag {
		f.same++
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("ETag", tag)
	if until < len(f.rows) {
		w.Header().Set("Link", fmt.Sprintf(`</contacts?from=%d>; rel="next"`, until))
	}
	_, _ = io.WriteString(w, `{"contacts":[`+strings.Join(f.rows[from:until], ",")+`]}`)
}

func contactsMap() pull.Map {
	return pull.Map{
		ID: "event", Email: "mail.main", At: "changed", Sequence: "n", Fields: map[string]string{"name-reading": "town"},
		Consents: map[string]pull.Stance{"reviews": {From: "asks", Yes: []string{"yes"}, No: []string{"no", "false"}}},
	}
}

// pulling is a site with a puller, and what a feed says of Thomas.
func pulling(t *testing.T, e testkit.Engine, h http.Handler) (*testkit.Site, *pull.Puller, pull.Feed) {
	t.Helper()
	outside := httptest.NewServer(h)
	t.Cleanup(outside.Close)
	var folder string
	s := testkit.NewSite(t, testkit.SiteOptions{Engine: e, Set: func(s *wire.Settings) { folder = s.Folder }})
	if err := os.MkdirAll(filepath.Join(folder, "secrets"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "secrets", "crm-feed"), []byte("let-me-in\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := s.Puller([]string{strings.TrimPrefix(outside.URL, "http://")})
	if err != nil {
		t.Fatal(err)
	}
	return s, p, pull.Feed{URL: outside.URL + "/contacts?from=0", Every: time.Minute, Secret: "crm-feed", Items: "contacts", Map: contactsMap()}
}

func contact(n int, town string) string {
	return fmt.Sprintf(`{"event":"c%d","n":%d,"changed":"2026-01-01T00:00:%02dZ","mail":{"main":%q},"town":%q}`, n, n, n%60, thomas, town)
}

// said is what the customer desk says of a field of Thomas, and how often his
// data changed.
func said(t *testing.T, s *testkit.Site, field string) (profile.Claim, int64) {
	t.Helper()
	subject, err := s.Identity.ByEmail(t.Context(), thomas)
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.DB.Facts(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := f.Profile.Of(field, "crm")
	return c, f.Version
}

func TestPull(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			feed := &contacts{}
			for i := range 5 {
				feed.rows = append(feed.rows, contact(i+1, fmt.Sprint("Town ", i+1)))
			}
			feed.rows = append(feed.rows, `{"event":"x","mail":{"main":"nobody@example.org"},"town":"Y"}`, `7`)
			s, p, f := pulling(t, e, feed)
			read := func() pull.Position {
				t.Helper()
				if err := p.Read(t.Context(), "crm", &f); err != nil {
					t.Fatal(err)
				}
				at, err := s.DB.PullPosition(t.Context(), "crm")
				if err != nil {
					t.Fatal(err)
				}
				return at
			}
			at := read()
			c, version := said(t, s, "name-reading")
			if at.Cause != "" || c.Value != "Town 5" || c.Seq != 5 || at.Refused != 2 || at.Taken != 5 {
				t.Fatalf("got %+v and %+v", c, at)
			}
			asked := feed.asked
			if read(); feed.asked != asked+1 || feed.same != 1 {
				t.Errorf("at the end it asks %d times, %d of them with the tag of what it has", feed.asked-asked, feed.same)
			}
			feed.rows = append(feed.rows, `{"event":"z","mail":{"main":"`+thomas+`"},"asks":false}`, contact(8, "Town 8"), contact(2, "Town 2"))
			read()
			c, now := said(t, s, "name-reading")
			if c.Value != "Town 8" || now != version+2 {
				t.Errorf("got %q after %d entries", c.Value, now-version)
			}
			if feed.refused > 0 {
				t.Error("it asks without the key")
			}
		})
	}
}

// TestPull_activity: a feed in the schema of changes brings what people did, as
// far as it is declared that its system tells of it.
func TestPull_activity(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			at := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
			did := func(id, kind string) string {
				return fmt.Sprintf(`{"id":%q,"identifiers":[{"kind":"email","value":%q}],"activity":{"event":"call-7","kind":%q,"at":%q}}`, id, thomas, kind, at)
			}
			s, p, f := pulling(t, e, &contacts{rows: []string{did("1", "support-call"), did("2", "support-call"), did("3", "training-session")}})
			f.Map = pull.Map{}
			_, before := said(t, s, "name-reading")
			for range 2 {
				if err := p.Read(t.Context(), "crm", &f); err != nil {
					t.Fatal(err)
				}
			}
			subject, err := s.Identity.ByEmail(t.Context(), thomas)
			if err != nil {
				t.Fatal(err)
			}
			list, err := s.DB.Activities(t.Context(), subject, activity.Page{Now: s.Clock.Now(), Since: s.Clock.Now().Add(-2 * time.Hour), Limit: 10})
			if err != nil || len(list) != 1 || list[0].Kind != "support-call" || list[0].Source != "crm" {
				t.Errorf("got %+v, %v, want the call once", list, err)
			}
			if _, now := said(t, s, "name-reading"); now != before+1 {
				t.Errorf("%d entries came of it, want one", now-before)
			}
			if place, err := s.DB.PullPosition(t.Context(), "crm"); err != nil || place.Taken != 1 || place.Refused != 1 {
				t.Errorf("got %+v, %v", place, err)
			}
		})
	}
}

// TestPull_killed: what dies between reading a page and keeping the place
// leaves neither; the page is read again and has its effect once.
func TestPull_killed(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			feed := &contacts{rows: []string{contact(1, "A"), contact(2, "B"), contact(3, "C")}}
			s, p, f := pulling(t, e, feed)
			_, before := said(t, s, "name-reading")
			take, died := p.Take, errors.New("died")
			p.Take = func(context.Context, string, []json.RawMessage, pull.Position) (pull.Position, map[int]string, error) {
				return pull.Position{}, nil, died
			}
			if err := p.Read(t.Context(), "crm", &f); !errors.Is(err, died) {
				t.Fatalf("got %v", err)
			}
			at, err := s.DB.PullPosition(t.Context(), "crm")
			if _, now := said(t, s, "name-reading"); err != nil || at.Turn != 0 || now != before {
				t.Fatalf("something is left: %+v, %d entries, %v", at, now-before, err)
			}
			// Another process keeps a place while this one takes the same page in:
			// neither half of the transaction may stay.
			p.Take = func(ctx context.Context, system string, c []json.RawMessage, to pull.Position) (pull.Position, map[int]string, error) {
				other := to
				if err := s.DB.KeepPull(ctx, other); err != nil {
					return to, nil, err
				}
				return take(ctx, system, c, to)
			}
			if err := p.Read(t.Context(), "crm", &f); err != nil {
				t.Fatal(err)
			}
			if _, now := said(t, s, "name-reading"); now != before {
				t.Errorf("a page was taken without its place: %d entries", now-before)
			}
		})
	}
}

// TestPull_lies: feeds that loop, lead elsewhere, never end, are too large or
// are none stop the turn with a reason, and keep what was taken.
func TestPull_lies(t *testing.T) {
	page := func(link, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if link != "" {
				w.Header().Set("Link", "<"+strings.ReplaceAll(link, "RANDOM", id.New())+`>; rel="next"`)
			}
			_, _ = io.WriteString(w, body)
		}
	}
	one := `{"contacts":[` + contact(1, "A") + `]}`
	many := `[` + strings.Repeat(`{"event":"1"},`, 2500) + `{}]`
	for want, h := range map[string]http.HandlerFunc{
		"loops":              page("/contacts?from=0", one),
		"leads_elsewhere":    page("https://elsewhere.example/contacts", one),
		"not_understood":     page("", `{"contacts":{}}`),
		"too_many":           page("", many),
		"too_long":           page("", strings.Repeat(" ", 5<<20)),
		"redirect":           func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Location", "/"); w.WriteHeader(302) },
		"not_let_in":         func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) },
		"gone":               func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(410) },
		"too_many_questions": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) },
		"server_error":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"too_long_without_a_length": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat(" ", 64<<10)); err != nil {
					return
				}
			}
		},
	} {
		t.Run(want, func(t *testing.T) {
			s, p, f := pulling(t, testkit.OnSQLite, h)
			if err := p.Read(t.Context(), "crm", &f); err != nil {
				t.Fatal(err)
			}
			at, err := s.DB.PullPosition(t.Context(), "crm")
			if err != nil || at.Cause != strings.TrimSuffix(want, "_without_a_length") || at.Failures != 1 || !at.Due.After(s.Clock.Now()) {
				t.Errorf("got %+v, %v", at, err)
			}
		})
	}
	t.Run("no_secret", func(t *testing.T) {
		s, p, f := pulling(t, testkit.OnSQLite, page("", one))
		f.Secret = "../master.json"
		if err := p.Read(t.Context(), "crm", &f); err != nil {
			t.Fatal(err)
		}
		if at, _ := s.DB.PullPosition(t.Context(), "crm"); at.Cause != "no_secret" {
			t.Errorf("got %+v", at)
		}
	})
	t.Run("address_refused", func(t *testing.T) {
		s, p, f := pulling(t, testkit.OnSQLite, page("", one))
		f.URL = "http://10.0.0.1/contacts"
		if err := p.Read(t.Context(), "crm", &f); err != nil {
			t.Fatal(err)
		}
		if at, _ := s.DB.PullPosition(t.Context(), "crm"); at.Cause != "address_refused" {
			t.Errorf("got %+v", at)
		}
	})
}

// TestKeepPull_in_turn: of two processes that read a feed one keeps its place.
func TestKeepPull_in_turn(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e})
			first := pull.Position{System: "crm", Next: "a", Turn: 1}
			if err := s.DB.KeepPull(t.Context(), first); err != nil {
				t.Fatal(err)
			}
			if err := s.DB.KeepPull(t.Context(), first); !errors.Is(err, errs.Conflict) {
				t.Errorf("got %v", err)
			}
			_, err := s.DB.Commit(t.Context(), ledger.Change{
				At: s.Clock.Now(), Actor: ledger.Actor{Kind: ledger.BySystem, ID: "crm"}, Rows: []any{pull.Position{System: "crm", Next: "b", Turn: 3}},
			})
			if !errors.Is(err, errs.Conflict) {
				t.Errorf("a place that skips one: got %v", err)
			}
		})
	}
}

// TestPull_one_id_for_several: a feed that uses one id for two people, or for
// everything, loses what is refused for it and nothing else; staff are told.
// The page was once tried again for ever: nothing of it was kept, and nothing
// showed it.
func TestPull_one_id_for_several(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			const row = `{"event":%q,"changed":"2026-01-01T00:00:00Z","mail":{"main":%q},"town":%q}`
			feed := &contacts{rows: []string{
				fmt.Sprintf(row, "same", thomas, "Kobe"), fmt.Sprintf(row, "same", "aiko.tanaka@example.com", "Nara"),
				fmt.Sprintf(row, "same", "nobody@example.org", "Nara"), contact(4, "Kyoto"),
			}}
			s, p, f := pulling(t, e, feed)
			if err := p.Read(t.Context(), "crm", &f); err != nil {
				t.Fatal(err)
			}
			at, err := s.DB.PullPosition(t.Context(), "crm")
			if err != nil || at.Cause != "" || at.Taken != 2 || at.Refused != 2 {
				t.Fatalf("got %+v, %v", at, err)
			}
			if c, _ := said(t, s, "name-reading"); c.Value != "Kyoto" {
				t.Errorf("what comes behind it: got %q", c.Value)
			}
			refused, err := s.DB.Refusals(t.Context(), inbound.OfFeed("crm"))
			got := map[string]int64{}
			for _, r := range refused {
				got[r.Reason] = r.Count
			}
			if diff := cmp.Diff(got, map[string]int64{inbound.Reused: 1, inbound.NoSubject: 1}); diff != "" || err != nil {
				t.Errorf("%v, %s", err, diff)
			}
			troubles, err := review.Troubles(t.Context(), s.DB, asked{f}, s.Clock.Now())
			if err != nil || len(troubles) != 1 || troubles[0].Cause != inbound.Reused {
				t.Errorf("got %+v, %v", troubles, err)
			}
			w := httptest.NewRecorder()
			s.Metrics().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
			if want := `livingprofile_changes_total{reason="id_reused",result="refused",way="feed"} 1`; !strings.Contains(w.Body.String(), want) {
				t.Errorf("the metrics have no %s", want)
			}
		})
	}
}

// An asked is a declaration with one feed, of the customer desk.
type asked struct{ feed pull.Feed }

func (asked) Targets() []hook.Target        { return nil }
func (a asked) Feeds() map[string]pull.Feed { return map[string]pull.Feed{"crm": a.feed} }

// TestPull_conflict: a page that cannot be taken although nobody else reads the
// feed is a failure, and shows.
func TestPull_conflict(t *testing.T) {
	s, p, f := pulling(t, testkit.OnSQLite, &contacts{rows: []string{contact(1, "A")}})
	p.Take = func(context.Context, string, []json.RawMessage, pull.Position) (pull.Position, map[int]string, error) {
		return pull.Position{}, nil, errs.Conflict
	}
	if err := p.Read(t.Context(), "crm", &f); err != nil {
		t.Fatal(err)
	}
	if at, err := s.DB.PullPosition(t.Context(), "crm"); err != nil || at.Cause != "contested" || at.Failures != 1 {
		t.Errorf("got %+v, %v", at, err)
	}
}

// A ring is a feed of one contact a page, whose last page may lead back.
type ring struct {
	pages, back int // back is where the last leads; -1 for nowhere
}

func (f *ring) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(r.URL.Query().Get("from"))
	next := n + 1
	if next == f.pages {
		next = f.back
	}
	if next >= 0 {
		w.Header().Set("Link", fmt.Sprintf(`</contacts?from=%d>; rel="next"`, next))
	}
	_, _ = io.WriteString(w, `{"contacts":[`+contact(n, fmt.Sprint("Town ", n))+`]}`)
}

// TestPull_long_rounds: pages that lead back to where they came from are found
// out however many turns a round takes, and a feed that is only long is not. A
// round of more pages than a turn has was once gone for ever.
func TestPull_long_rounds(t *testing.T) {
	const pages = 130
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			feed := &ring{pages: pages, back: 5}
			s, p, f := pulling(t, e, feed)
			cause := func(turns int) string {
				t.Helper()
				for range turns {
					if err := p.Read(t.Context(), "crm", &f); err != nil {
						t.Fatal(err)
					}
					at, err := s.DB.PullPosition(t.Context(), "crm")
					if err != nil {
						t.Fatal(err)
					}
					if at.Cause != "" {
						return at.Cause
					}
				}
				return ""
			}
			if got := cause(5); got != "loops" {
				t.Fatalf("after 500 pages of a round of %d: got %q", pages-5, got)
			}
			feed.back = -1
			if got := cause(2); got != "" {
				t.Errorf("mended: got %q", got)
			}
			if c, _ := said(t, s, "name-reading"); c.Value != fmt.Sprint("Town ", pages-1) {
				t.Errorf("mended: got %q", c.Value)
			}
			if got := cause(2); got != "" {
				t.Errorf("its end once more: got %q", got)
			}
		})
	}
}
