package console_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/demo"
	"livingprofile/internal/hook"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/testkit"
)

// A receiver is somebody else's system, which answers what it is told to.
type receiver struct {
	*httptest.Server
	status atomic.Int32
	got    atomic.Int32
}

func receive(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.status.Store(http.StatusOK)
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		r.got.Add(1)
		w.WriteHeader(int(r.status.Load()))
	}))
	t.Cleanup(r.Close)
	return r
}

// connected is a site whose newsletter tool is at a receiver.
func connected(t *testing.T, r *receiver) *testkit.Site {
	t.Helper()
	return connectedAt(t, r, nil)
}

// connectedAt is the same at a time of its own; nil for that of the machine.
func connectedAt(t *testing.T, r *receiver, c clock.Clock) *testkit.Site {
	t.Helper()
	s := testkit.NewSite(t, testkit.SiteOptions{Clock: c, Set: func(set *wire.Settings) {
		set.Outbound = []string{strings.TrimPrefix(r.URL, "http://")}
	}})
	if _, err := s.Connect(t.Context(), r.URL+"/hooks"); err != nil {
		t.Fatal(err)
	}
	return s
}

const (
	endpoint = demo.Newsletter + "/" + demo.Endpoint
	tool     = "/console/systems/" + demo.Newsletter + "/endpoints/" + demo.Endpoint
)

var deliveryIn = regexp.MustCompile(tool + `/deliveries/([0-9a-v]{26})"`)

// traces are the entries of a kind about the endpoint.
func traces(t *testing.T, s *testkit.Site, kind ledger.Kind) []hook.Trace {
	t.Helper()
	found, err := s.DB.Search(t.Context(), ledger.Search{Kind: string(kind), Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	var all []hook.Trace
	for i := range found {
		var one hook.Trace
		if err := json.Unmarshal(found[i].Payload, &one); err != nil {
			t.Fatal(err)
		}
		if one.Endpoint == endpoint {
			all = append(all, one)
		}
	}
	return all
}

// A delivery shows that its receiver said later what became of it.
func TestDelivery_acknowledged_later(t *testing.T) {
	s := connected(t, receive(t))
	them := s.Client(t)
	them.Enter("hibiki", thomas, false)
	them.Answer("hibiki", "newsletter", "yes")
	d := testkit.Eventually(t, "the delivery", func() (hook.Delivery, bool) {
		all, err := s.DB.DeliveryPage(t.Context(), hook.Page{Endpoint: endpoint, State: hook.Received, Limit: 1})
		return append(all, hook.Delivery{})[0], err == nil && len(all) > 0
	})
	now := s.Clock.Now()
	said := []hook.Acknowledgement{{Entry: d.Entry, Version: d.Told, State: hook.Applied}}
	heard, err := s.DB.Acknowledge(t.Context(), &hook.Target{ID: endpoint}, said, now, login.Counter{Key: []byte("once"), Limit: 1, Window: time.Hour}, now)
	if err != nil || heard[0] != hook.Taken {
		t.Fatalf("%v, %v", heard, err)
	}
	page := desk(t, s, authz.Administrator).Page(tool + "/deliveries/" + d.Entry)
	wantIn(t, "the delivery", page, "Applied", "The system said later what became of it")
}

// An endpoint shows what it asked for, and that it is told more.
func TestEndpoint_asks_for_single_kinds(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	draft, err := demo.Connected(demo.Neighbours{Newsletter: "https://letters.example.com/hooks"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range draft.Declared.Systems {
		for e := range draft.Declared.Systems[i].Endpoints {
			draft.Declared.Systems[i].Endpoints[e].Events = []string{"preference", "consent.given"}
		}
	}
	if _, err := s.Declare(t.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"}}); err != nil {
		t.Fatal(err)
	}
	page := desk(t, s, authz.Administrator).Page(tool)
	wantIn(t, "the endpoint", page, "wishes, consent.given and always what ends a yes")
}

// TestSystems_behind: what waits for a system, and for how long, is noted every
// minute and drawn.
func TestSystems_behind(t *testing.T) {
	now := testkit.NewClock()
	s := connectedAt(t, receive(t), now)
	c := desk(t, s, authz.Administrator)
	wantIn(t, "the list", c.Page("/console/systems"), "Nothing was waiting")
	c.Post(tool+"/pause", url.Values{"reason": {"They are moving house"}})
	them := s.Client(t)
	them.Enter("hibiki", thomas, false)
	them.Answer("hibiki", "newsletter", "yes")
	testkit.Eventually(t, "something to wait", func() (hook.Backlog, bool) {
		b, err := s.DB.Backlog(t.Context(), endpoint)
		return b, err == nil && b.Waiting > 0
	})
	now.Advance(2 * time.Minute)
	if err := s.NoteBacklogs(t.Context(), now.Now()); err != nil {
		t.Fatal(err)
	}
	hours, err := s.DB.Hours(t.Context(), endpoint, now.Now().Add(-time.Hour))
	if err != nil || len(hours) == 0 {
		t.Fatalf("got %+v, %v", hours, err)
	}
	most := strconv.FormatInt(hours[len(hours)-1].Waiting, 10)
	for _, path := range []string{"/console/systems", tool} {
		wantIn(t, path, c.Page(path), "The most that waited: "+most+".", `<td class="n">`+most+`</td>`, "The longest wait: ")
	}
}

// TestSystems: staff see how a system does, stop it, turn its secret, try it and
// tell it again; each act is in the ledger and nothing names anybody.
func TestSystems(t *testing.T) {
	r := receive(t)
	s := connected(t, r)
	c := desk(t, s, authz.Administrator)
	them := s.Client(t)
	them.Enter("hibiki", thomas, false)

	t.Run("a_failing_system_shows", func(t *testing.T) {
		r.status.Store(http.StatusInternalServerError)
		them.Answer("hibiki", "newsletter", "yes")
		failed := testkit.Eventually(t, "a failed attempt", func() (hook.Delivery, bool) {
			all, err := s.DB.DeliveryPage(t.Context(), hook.Page{Endpoint: endpoint, State: hook.Waiting, Limit: 10})
			at := slices.IndexFunc(all, func(d hook.Delivery) bool { return len(d.Attempts) > 0 })
			if err != nil || at < 0 {
				return hook.Delivery{}, false
			}
			return all[at], true
		})
		wantIn(t, "the list", c.Page("/console/systems"), "Newsletter tool", "Fails since", "Customer desk", "Is told nothing", "<title id=\"attempts-title\">")
		page := c.Page(tool)
		wantIn(t, "the endpoint", page, "An error of theirs", "consent.", "Waiting", r.URL, "&#34;subject&#34;")
		wantIn(t, "a delivery", c.Page(tool+"/deliveries/"+failed.Entry),
			"Answered 500", "An error of theirs", "&#34;allow&#34;: &#34;•••&#34;", "Tell this one again")
		if got := c.Page(tool + "?state=failed"); strings.Contains(got, "deliveries/") {
			t.Error("what waits is shown among what was given up")
		}
	})
	t.Run("pause_and_resume_with_a_reason", func(t *testing.T) {
		if a := c.Post(tool+"/pause", nil); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("without a reason: got %d, want 422", a.Status)
		}
		c.Post(tool+"/pause", url.Values{"reason": {"They are moving house"}})
		page := c.Page(tool)
		wantIn(t, "the page", page, "Paused by staff", "They are moving house", "Resume")
		if a := c.Post(tool+"/pause", url.Values{"reason": {"Again"}}); a.Status != http.StatusConflict {
			t.Errorf("a stale form: got %d, want 409", a.Status)
		}
		r.status.Store(http.StatusOK)
		c.Post(tool+"/resume", url.Values{"reason": {"They have moved"}})
		testkit.Eventually(t, "what waited to arrive", func() (bool, bool) { return true, strings.Contains(c.Page(tool), ">Works<") })
		for kind, want := range map[ledger.Kind]string{hook.EndpointPaused: "They are moving house", hook.EndpointResumed: "They have moved"} {
			if got := traces(t, s, kind); len(got) != 1 || got[0].Note != want {
				t.Errorf("%s: got %+v, want %q", kind, got, want)
			}
		}
	})
	t.Run("a_secret_is_turned", func(t *testing.T) {
		if a := c.Post(tool+"/secret/end", nil); a.Status != http.StatusConflict {
			t.Errorf("end without an older one: got %d, want 409", a.Status)
		}
		if a := c.Post(tool+"/secret", url.Values{"overlap": {"10000h"}}); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("too long: got %d, want 422", a.Status)
		}
		made := c.Post(tool+"/secret", url.Values{"overlap": {"24h"}})
		wantIn(t, "the answer", made.Body, "whsec_", "An older one")
		wantOut(t, "the page after it", c.Page(tool), "whsec_")
		c.Post(tool+"/secret/end", nil)
		wantOut(t, "the page at the end", c.Page(tool), "An older one")
		if a := c.Post(tool+"/secret", url.Values{"kind": {"none"}, "overlap": {"24h"}}); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("a secret of no kind: got %d, want 422", a.Status)
		}
		c.Post(tool+"/secret", url.Values{"kind": {"pair"}, "overlap": {"24h"}})
		for range 2 {
			wantIn(t, "the page with a public key", c.Page(tool), "<code>whpk_", "An older one")
		}
		c.Post(tool+"/secret", url.Values{"overlap": {"0s"}})
		wantOut(t, "the page after the pair", c.Page(tool), "whpk_")
		if got := len(traces(t, s, hook.SecretEnded)); got != 1 {
			t.Errorf("got %d entries of the end, want 1", got)
		}
	})
	t.Run("it_is_tried_and_told_again", func(t *testing.T) {
		before := r.got.Load()
		c.Post(tool+"/ping", nil)
		wantIn(t, "the page", c.Page(tool), "It answered 200.")
		if got := traces(t, s, hook.EndpointPinged); r.got.Load() <= before || len(got) != 1 || got[0].Answer != 200 {
			t.Errorf("got %d hooks and %+v", r.got.Load()-before, got)
		}
		for what, form := range map[string]url.Values{
			"nothing chosen": {}, "no days": {"what": {"span"}}, "no id": {"what": {"subject"}, "subject": {thomas}},
			"days in the wrong order": {"what": {"span"}, "from": {"2026-03-12"}, "until": {"2026-03-01"}},
		} {
			if a := c.Post(tool+"/replay", form); a.Status != http.StatusUnprocessableEntity || strings.Contains(a.Body, "⟦") {
				t.Errorf("%s: got %d, want 422 with words", what, a.Status)
			}
		}
		subject, err := s.Identity.ByEmail(t.Context(), thomas)
		if err != nil {
			t.Fatal(err)
		}
		c.Post(tool+"/replay", url.Values{"what": {"subject"}, "subject": {string(subject)}})
		wantIn(t, "the page", c.Page(tool), "Deliveries to be told again: ")
		if got := traces(t, s, hook.EndpointReplayed); len(got) != 1 || got[0].Count < 1 || got[0].Span.Subject != subject {
			t.Errorf("got %+v", got)
		}
		// One alone, and two days with the last moment of the second.
		one, today := deliveryIn.FindStringSubmatch(c.Page(tool))[1], s.Clock.Now().UTC().Truncate(24*time.Hour)
		for _, tt := range []struct {
			form url.Values
			want hook.Span
		}{
			{url.Values{"delivery": {one}}, hook.Span{Entry: one}},
			{
				url.Values{"what": {"span"}, "from": {today.AddDate(0, 0, -1).Format(time.DateOnly)}, "until": {today.Format(time.DateOnly)}},
				hook.Span{From: today.AddDate(0, 0, -1), To: today.AddDate(0, 0, 1)},
			},
		} {
			// What was told again a moment ago is not told a third time.
			testkit.Eventually(t, fmt.Sprint(tt.form), func() ([]hook.Trace, bool) {
				c.Post(tool+"/replay", tt.form)
				all := traces(t, s, hook.EndpointReplayed)
				return all, slices.ContainsFunc(all, func(one hook.Trace) bool { return one.Count > 0 && cmp.Equal(one.Span, &tt.want) })
			})
		}
	})
	t.Run("nobody_is_named", func(t *testing.T) {
		subject, _ := s.Identity.ByEmail(t.Context(), thomas)
		alias, _ := s.DB.Ring().Pairwise(demo.Newsletter, subject)
		for _, path := range []string{"/console/systems", "/console/systems/newsletter", tool, tool + "/deliveries/" + deliveryIn.FindStringSubmatch(c.Page(tool))[1]} {
			wantOut(t, path, c.Page(path), "Weber", thomas, string(subject), alias)
		}
	})
	t.Run("who_operates_makes_no_secrets", func(t *testing.T) {
		dpo := desk(t, s, authz.DPO)
		wantOut(t, "the DPO's page", dpo.Page(tool), "Make a new secret")
		wantOut(t, "the auditor's page", desk(t, s, authz.Auditor).Page(tool), "Make a new secret", tool+"/replay", tool+"/pause")
		for _, path := range []string{"/console/systems/nobody", tool + "x", tool + "?state=odd", tool + "?before=odd", tool + "/deliveries/odd"} {
			if a := dpo.Get(path); a.Status != http.StatusNotFound {
				t.Errorf("%s: got %d, want 404", path, a.Status)
			}
		}
	})
	t.Run("in_Japanese", func(t *testing.T) {
		c.Post("/console/language", url.Values{"locale": {"ja"}, "back": {tool}})
		page := c.Page(tool)
		wantIn(t, "the page", page, "送信の記録", "もう一度伝える", "署名の鍵")
		wantOut(t, "the page", page, "⟦")
	})
}
