package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/cmd/wire"
	"livingprofile/internal/consent"
	"livingprofile/internal/demo"
	"livingprofile/internal/hook"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
)

// A queued endpoint answers that it has what it is told, and says later what
// became of it.
type queued struct {
	*kit
	url    string
	status atomic.Int64 // of its answers
	named  int          // messages of its own so far
}

// newQueued has the newsletter tool told, and returns the secret of that.
func newQueued(t *testing.T, e testkit.Engine) (*queued, hook.Secret) {
	t.Helper()
	q := &queued{}
	q.status.Store(http.StatusOK)
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(int(q.status.Load()))
		fmt.Fprint(w, `{"status":"received"}`)
	}))
	t.Cleanup(outside.Close)
	q.kit = newKit(t, e, func(s *wire.Settings) { s.Outbound = []string{strings.TrimPrefix(outside.URL, "http://")} })
	q.url = outside.URL + "/hooks"
	secret, err := q.Connect(t.Context(), q.url)
	if err != nil {
		t.Fatal(err)
	}
	return q, secret
}

// told decides for somebody and returns the delivery of that, in a state.
func (q *queued) told(a consent.Answer, s hook.State) hook.Delivery {
	q.t.Helper()
	q.say(thomas, "newsletter", a)
	return testkit.Eventually(q.t, "the delivery", func() (hook.Delivery, bool) {
		d := q.last()
		return d, d.State == s && (s != hook.Waiting || d.Tries > 0)
	})
}

// last is what the newsletter tool was told last about a decision of thomas.
func (q *queued) last() hook.Delivery {
	q.t.Helper()
	all, err := q.DB.Deliveries(q.t.Context(), q.subject(thomas), 20)
	if err != nil {
		q.t.Fatal(err)
	}
	for _, d := range all {
		if d.Endpoint == demo.Newsletter+"/main" && strings.HasPrefix(string(d.Kind), "consent.") {
			return d
		}
	}
	return hook.Delivery{}
}

// message returns what the newsletter tool says of a delivery, and its path.
func message(d *hook.Delivery, status string) (path, body string) {
	return "/api/v1/endpoints/newsletter/main/acknowledgements",
		fmt.Sprintf(`{"acknowledgements":[{"id":%q,"version":%d,"status":%q,"reason":"no_licence"}]}`, d.Entry, d.Told, status)
}

// signed sends a body under an id that was not used yet.
func (q *queued) signed(path, body string, at time.Time, secrets ...hook.Secret) *testkit.Answer {
	q.t.Helper()
	q.named++
	return q.post(path, body, hook.Headers(secrets, fmt.Sprint("m", q.named), at, "application/json", []byte(body)))
}

func (q *queued) post(path, body string, header map[string]string) *testkit.Answer {
	q.t.Helper()
	var all []string
	for name, value := range header {
		all = append(all, name, value)
	}
	return q.ask("", http.MethodPost, path, body, all...)
}

// becomes checks what became of what was said, and of the delivery.
func (q *queued) becomes(a *testkit.Answer, what hook.Heard, s hook.State) {
	q.t.Helper()
	if a.Status != http.StatusOK || !strings.Contains(a.Body, `"result":"`+string(what)+`"`) {
		q.t.Errorf("got %d %s, want %s", a.Status, a.Body, what)
	}
	if got := q.last().State; got != s {
		q.t.Errorf("the delivery is %s, want %s", got, s)
	}
}

// TestAcknowledge: who queues says later that it follows, with the secret of its
// endpoint; the older secret does while it is valid.
func TestAcknowledge(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			q, own := newQueued(t, e)
			d := q.told(consent.No, hook.Received)
			path, body := message(&d, "refused")
			q.becomes(q.signed(path, body, q.clock.Now(), own), hook.Taken, hook.Refused)
			if got := q.last(); got.Cause != "no_licence" || got.Acknowledged.IsZero() {
				t.Errorf("got %+v, want the reason and when it was said", got)
			}
			q.becomes(q.signed(path, body, q.clock.Now(), own), hook.Taken, hook.Refused) // a repeat
			counted := httptest.NewRecorder()
			q.Metrics().ServeHTTP(counted, httptest.NewRequest(http.MethodGet, "/metrics", nil))
			if want := `livingprofile_acknowledgements_total{result="taken",status="refused"} 2`; !strings.Contains(counted.Body.String(), want) {
				t.Errorf("the metrics lack %s", want)
			}
			_, applied := message(&d, "applied")
			q.becomes(q.signed(path, applied, q.clock.Now().Add(-time.Minute), own), hook.Older, hook.Refused)
			q.becomes(q.signed(path, applied, q.clock.Now().Add(time.Second), own), hook.Taken, hook.Applied)
			_, received := message(&d, "received")
			q.becomes(q.signed(path, received, q.clock.Now().Add(time.Minute), own), hook.Older, hook.Applied)

			newer, actor := hook.NewSecret(), ledger.Actor{Kind: ledger.ByProgram, ID: "test"}
			if err := q.DB.AddSecret(t.Context(), d.Endpoint, newer, q.clock.Now().Add(time.Hour), actor, q.clock.Now()); err != nil {
				t.Fatal(err)
			}
			_, held := message(&d, "not_held")
			q.becomes(q.signed(path, held, q.clock.Now().Add(2*time.Minute), own), hook.Taken, hook.NotHeld)
			q.becomes(q.signed(path, applied, q.clock.Now().Add(3*time.Minute), newer, hook.NewSecret()), hook.Taken, hook.Applied)
			q.clock.Advance(2 * time.Hour)
			q.refused(q.signed(path, applied, q.clock.Now(), own), http.StatusUnauthorized, "unauthenticated")
			q.becomes(q.signed(path, applied, q.clock.Now(), newer), hook.Taken, hook.Applied)

			yes := q.told(consent.Yes, hook.Received)
			later := yes
			later.Told++
			_, future := message(&later, "applied")
			q.becomes(q.signed(path, future, q.clock.Now(), newer), hook.Unknown, hook.Received)
			later.Told -= 2
			_, past := message(&later, "applied")
			q.becomes(q.signed(path, past, q.clock.Now(), newer), hook.Older, hook.Received)
		})
	}
}

// TestAcknowledge_refuses what is not signed now, by this endpoint, for the first
// time; and says nothing about what others were told.
func TestAcknowledge_refuses(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			q, _ := newQueued(t, e)
			d := q.told(consent.No, hook.Received)
			// The desk is connected afterwards: it was told nothing of this.
			secrets, err := q.ConnectAll(t.Context(), demo.Neighbours{Newsletter: q.url, CRM: q.url})
			if err != nil {
				t.Fatal(err)
			}
			own := secrets[demo.Newsletter]
			path, body := message(&d, "applied")
			now := q.clock.Now()
			good := hook.Headers([]hook.Secret{own}, "once", now, "application/json", []byte(body))
			with := func(name, value string) map[string]string {
				changed := map[string]string{}
				for k, v := range good {
					changed[k] = v
				}
				changed[name] = value
				return changed
			}
			for name, tt := range map[string]struct {
				path, body string
				header     map[string]string
			}{
				"unsigned":             {path, body, nil},
				"another_body":         {path, strings.Replace(body, "applied", "refused", 1), good},
				"another_id":           {path, body, with("Webhook-Id", "twice")},
				"no_id":                {path, body, hook.Headers([]hook.Secret{own}, "", now, "application/json", []byte(body))},
				"another_time":         {path, body, with("Webhook-Timestamp", fmt.Sprint(now.Unix()+1))},
				"no_time":              {path, body, with("Webhook-Timestamp", "now")},
				"an_old_time":          {path, body, hook.Headers([]hook.Secret{own}, "once", now.Add(-hook.Tolerance-time.Second), "application/json", []byte(body))},
				"a_time_to_come":       {path, body, hook.Headers([]hook.Secret{own}, "once", now.Add(hook.Tolerance+time.Second), "application/json", []byte(body))},
				"another_version":      {path, body, with("Webhook-Signature", strings.Replace(good["Webhook-Signature"], "v1,", "v2,", 1))},
				"a_stranger":           {path, body, hook.Headers([]hook.Secret{hook.NewSecret()}, "once", now, "application/json", []byte(body))},
				"another_endpoint":     {path, body, hook.Headers([]hook.Secret{secrets[demo.CRM]}, "once", now, "application/json", []byte(body))},
				"an_endpoint_of_other": {"/api/v1/endpoints/crm/main/acknowledgements", body, good},
				"no_such_endpoint":     {"/api/v1/endpoints/newsletter/other/acknowledgements", body, good},
				"no_such_system":       {"/api/v1/endpoints/nobody/main/acknowledgements", body, good},
			} {
				t.Run(name, func(t *testing.T) {
					a := q.post(tt.path, tt.body, tt.header)
					q.refused(a, http.StatusUnauthorized, "unauthenticated")
					if got := q.last().State; got != hook.Received {
						t.Errorf("the delivery is %s", got)
					}
				})
			}
			q.becomes(q.signed("/api/v1/endpoints/crm/main/acknowledgements", body, now, secrets[demo.CRM]), hook.Unknown, hook.Received)
			for what, body := range map[string]string{
				"nothing": `{"acknowledgements":[]}`, "too many": `{"acknowledgements":[` + strings.Repeat(`{},`, 100) + `{}]}`,
				"no status of ours": strings.Replace(body, "applied", "waiting", 1), "no version": strings.Replace(body, `"version":`, `"version":-`, 1),
				"an unknown name": strings.Replace(body, "reason", "words", 1),
			} {
				t.Log(what)
				q.refused(q.signed(path, body, now, own), http.StatusUnprocessableEntity, "invalid")
			}
			q.refused(q.signed(path, "no JSON", now, own), http.StatusBadRequest, "malformed")
			q.becomes(q.post(path, body, good), hook.Taken, hook.Applied)
			q.refused(q.post(path, body, good), http.StatusConflict, "conflict")
			want := map[string]map[string]int64{
				demo.Newsletter: {hook.BadSignature: 9, hook.BadTime: 2, "not_valid": 6, hook.SignedTwice: 1},
				demo.CRM:        {hook.BadSignature: 1, "no_delivery": 1},
			}
			if diff := cmp.Diff(want, map[string]map[string]int64{demo.Newsletter: q.unheard(demo.Newsletter), demo.CRM: q.unheard(demo.CRM)}); diff != "" {
				t.Errorf("what staff read: (-want +got)\n%s", diff)
			}
		})
	}
}

// unheard is how often something that the endpoint of a system said was not taken,
// by reason.
func (q *queued) unheard(system string) map[string]int64 {
	q.t.Helper()
	all, err := q.DB.Refusals(q.t.Context(), inbound.OfEndpoint(system+"/main"))
	if err != nil {
		q.t.Fatal(err)
	}
	n := map[string]int64{}
	for _, r := range all {
		n[r.Reason] = r.Count
	}
	return n
}

// TestAcknowledge_in_between: what is not settled yet is said again; what an
// attempt failed to hear the answer to has arrived all the same.
func TestAcknowledge_in_between(t *testing.T) {
	q, own := newQueued(t, testkit.OnSQLite)
	q.status.Store(http.StatusInternalServerError)
	d := q.told(consent.No, hook.Waiting)
	path, body := message(&d, "applied")
	early := d
	early.Told++
	_, next := message(&early, "applied")
	q.becomes(q.signed(path, next, q.clock.Now(), own), hook.Early, hook.Waiting)
	q.becomes(q.signed(path, body, q.clock.Now(), own), hook.Taken, hook.Applied)
	if got := q.last(); !got.Due.IsZero() || got.Over.IsZero() {
		t.Errorf("got %+v, want it over", got)
	}
}

// An endpoint has its limit, and so has a network that signs wrongly.
func TestAcknowledge_limited(t *testing.T) {
	q, own := newQueued(t, testkit.OnSQLite)
	d := q.told(consent.No, hook.Received)
	path, body := message(&d, "applied")
	last := 0
	for range 61 {
		last = q.signed(path, body, q.clock.Now(), hook.NewSecret()).Status
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("after 61 wrong signatures: got %d", last)
	}
	q.clock.Advance(time.Minute)
	for range 601 {
		last = q.signed(path, body, q.clock.Now(), own).Status
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("after 601 requests: got %d", last)
	}
}
