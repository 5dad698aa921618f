package wire_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/activity"
	"livingprofile/internal/consent"
	"livingprofile/internal/demo"
	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// TestAnswers: what a system answers to a hook enters by the same door as
// everything else: a no counts, a repeat has no second effect, what only follows
// our own event is dropped, and what it may not say is refused.
func TestAnswers(t *testing.T) {
	var about atomic.Value // the person's name for the system
	var answered atomic.Int64
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m struct {
			Type string
			Data struct{ Subject string }
		}
		_ = json.NewDecoder(r.Body).Decode(&m)
		if m.Type != "consent.given" || m.Data.Subject != about.Load() {
			return
		}
		answered.Add(1)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"status":"applied","changes":[
			{"id":"a","subject":%[1]q,"consent":{"purpose":"recommendations","status":"refused"}},
			{"id":"a","subject":%[1]q,"consent":{"purpose":"recommendations","status":"refused"}},
			{"id":"b","subject":%[1]q,"caused_by":%[2]q,"consent":{"purpose":"recommendations","status":"given","at":%[4]q,"proof":"form 7"}},
			{"id":"c","subject":%[1]q,"attributes":{"resting-heart-rate":{"value":"60"}}},
			{"id":"e","subject":%[1]q,"activity":{"event":"call-7","kind":"support-call","at":%[3]q}},
			{"id":"f","subject":%[1]q,"activity":{"event":"O-7","kind":"order","at":%[3]q}},
			{"id":"d","subject":"nobody","consent":{"purpose":"newsletter","status":"refused"}}]}`, m.Data.Subject, r.Header.Get("webhook-id"), time.Now().Add(-time.Hour).Format(time.RFC3339), time.Now().Format(time.RFC3339))
	}))
	defer outside.Close()
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) {
		s.Outbound = []string{strings.TrimPrefix(outside.URL, "http://")}
	}})
	declareStorm(t, s, outside.URL, "support-call")
	person := stormPeople(t, s)[0]
	alias, err := s.DB.Ring().Pairwise(demo.Newsletter, person)
	if err != nil {
		t.Fatal(err)
	}
	about.Store(alias)
	stormDecide(t, s, person, consent.Yes)
	if _, err := s.Connect(t.Context(), outside.URL); err != nil { // which makes the secret
		t.Fatal(err)
	}
	testkit.Eventually(t, "the answer to count", func() (consent.Status, bool) {
		facts, err := s.DB.Facts(t.Context(), person)
		if err != nil {
			t.Fatal(err)
		}
		counts, err := s.DB.Counts(t.Context(), demo.Newsletter+"/main")
		got := facts.Consents.Of("recommendations", "hibiki").Status
		return got, err == nil && got.No() && counts[hook.Applied] == 1 // and the hook is settled
	})
	if _, err := s.DB.Replay(t.Context(), demo.Newsletter+"/main", hook.Span{Subject: person}, ledger.Actor{Kind: ledger.ByProgram, ID: "test"}, s.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, "the second answer", func() (int64, bool) {
		counts, err := s.DB.Counts(t.Context(), demo.Newsletter+"/main")
		return answered.Load(), err == nil && answered.Load() > 1 && counts[hook.Applied] == 1
	})
	history, err := s.DB.History(t.Context(), person, ledger.HistoryPage{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, e := range history {
		if e.Actor.Kind == ledger.BySystem {
			told++
		}
	}
	if told != 2 {
		t.Errorf("the answers made %d entries, want one for the no and one for the call", told)
	}
	did, err := s.DB.Activities(t.Context(), person, activity.Page{Now: s.Clock.Now(), Limit: 10})
	if err != nil || len(did) != 1 || did[0].Kind != "support-call" || did[0].Source != demo.Newsletter {
		t.Errorf("got the activities %+v, %v, want the call: it is declared that the system tells of those", did, err)
	}
	facts, err := s.DB.Facts(t.Context(), person)
	if st := facts.Consents.Of("recommendations", "hibiki"); err != nil || !st.Status.No() {
		t.Errorf("got %+v, %v: our yes that came back undid the no", st, err)
	}
}

// A crowd is a store in which, for a while, somebody is always faster than what a
// system says.
type crowd struct {
	*store.DB
	about id.Subject
	left  atomic.Int64 // how often
}

func (c *crowd) Commit(ctx context.Context, change ledger.Change) ([]ledger.Written, error) {
	if change.Subject == c.about && c.left.Add(-1) >= 0 {
		return nil, errs.Conflict
	}
	return c.DB.Commit(ctx, change)
}

// TestAnswers_contested: the no in an answer counts, however often its person
// moved while it was taken in. The hook is not settled before.
func TestAnswers_contested(t *testing.T) {
	t.Parallel() // it waits for the second attempt
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m struct{ Data struct{ Subject string } }
		_ = json.NewDecoder(r.Body).Decode(&m)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"status":"applied","changes":[
			{"id":%q,"subject":%q,"consent":{"purpose":"recommendations","status":"refused"}}]}`, "n-"+r.Header.Get("webhook-id"), m.Data.Subject)
	}))
	defer outside.Close()
	s := testkit.NewSite(t, testkit.SiteOptions{Idle: true, Set: func(s *wire.Settings) {
		s.Outbound = []string{strings.TrimPrefix(outside.URL, "http://")}
	}})
	const endpoint = demo.Newsletter + "/main"
	declareStorm(t, s, outside.URL)
	person := stormPeople(t, s)[0]
	busy := &crowd{DB: s.DB, about: person}
	busy.left.Store(20)
	s.Door = inbound.NewService(busy, s.DB.Ring(), func() inbound.Catalogue { return s.Current.Load() }, s.Clock)
	stormDecide(t, s, person, consent.Yes)
	if _, err := s.Connect(t.Context(), outside.URL); err != nil { // which makes the secret
		t.Fatal(err)
	}
	s.Start()
	testkit.Eventually(t, "the no to count", func() (hook.State, bool) {
		told, err := s.DB.Deliveries(t.Context(), person, 10)
		if err != nil || len(told) == 0 {
			return "", false
		}
		facts, err := s.DB.Facts(t.Context(), person)
		if err != nil {
			t.Fatal(err)
		}
		state, no := told[len(told)-1].State, facts.Consents.Of("recommendations", "hibiki").Status.No()
		if state == hook.Applied && !no {
			t.Fatal("the hook is settled, and the no of its answer is lost")
		}
		return state, state == hook.Applied && no
	})
	refused, err := s.DB.Refusals(t.Context(), inbound.OfEndpoint(endpoint))
	if err != nil || len(refused) > 0 {
		t.Errorf("got %v, %v: what was told again and taken is not refused", refused, err)
	}
}
