package api_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/decision"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// reads are the systems that read of a person, by the person's own history.
func (k *kit) reads(address string) []string {
	k.t.Helper()
	history, err := k.DB.History(k.t.Context(), k.subject(address), ledger.HistoryPage{Kinds: []string{string(decision.Read)}, Limit: 100})
	if err != nil {
		k.t.Fatal(err)
	}
	var by []string
	for _, h := range history {
		var r decision.Reader
		if err := json.Unmarshal(h.Payload, &r); err != nil || r.System != h.Actor.ID {
			k.t.Errorf("got %s, %v of %v", h.Payload, err, h.Actor)
		}
		by = append(by, r.System)
	}
	return by
}

// received returns how often a copy of somebody tells that a system received
// something by an event.
func (k *kit) received(address, system string, event ledger.Kind) int {
	k.t.Helper()
	copied, err := k.Copy(k.t.Context(), k.subject(address), "hibiki", "en")
	if err != nil {
		k.t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(copied), int64(len(copied)))
	if err != nil {
		k.t.Fatal(err)
	}
	b, err := fs.ReadFile(z, "recipients.json")
	if err != nil {
		k.t.Fatal(err)
	}
	var all []rights.Recipient
	if err := json.Unmarshal(b, &all); err != nil {
		k.t.Fatal(err)
	}
	n := 0
	for _, r := range all {
		for _, one := range r.Received {
			if r.Name == system && one.Event == string(event) {
				n++
			}
		}
	}
	return n
}

// Whoever reads of a person leaves a line in their history: one for each key and
// day, by whichever route. What tells nothing of them leaves none.
func TestReadsAreNoted(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			k := newKit(t, e)
			key := k.key()
			subject := k.lookup(key, thomas)
			quiet := []use{
				{"POST /api/v1/subjects/lookup", `{"identifiers":[{"kind":"email","value":"` + thomas + `"}]}`, 200},
				{"POST /api/v1/decisions", `{"purpose":"newsletter","identifiers":[{"kind":"email","value":"` + thomas + `"}]}`, 200},
				{"PATCH /api/v1/subjects/:subject/attributes", `{"attributes":{"event-city":{"value":"Kyoto"}}}`, 200},
			}
			for _, u := range quiet {
				k.use(u, key, subject, "")
			}
			if got := k.reads(thomas); len(got) != 0 {
				t.Fatalf("nothing was read: got %q", got)
			}
			routes := 0
			for u, p := range systemRoutes(t, k) {
				if !strings.HasPrefix(u.route, "GET /api/v1/subjects/:subject") {
					continue
				}
				routes++
				k.clock.Advance(24 * time.Hour)
				one := k.key(withScopes(p, authz.ProfileRead))
				var all sync.WaitGroup
				for range 4 {
					all.Go(func() {
						if a := k.use(u, one, subject, ""); a.Status != http.StatusOK {
							t.Errorf("%s: got %d %s", u.route, a.Status, a.Body)
						}
					})
				}
				all.Wait()
				if got := k.reads(thomas); len(got) != routes || got[0] != "crm" {
					t.Errorf("%s: got %q, want %d lines", u.route, got, routes)
				}
			}
			if got := k.received(thomas, "crm", decision.Read); got != routes {
				t.Errorf("their copy tells of %d readings, want %d", got, routes)
			}
			if got := k.reads(aiko); len(got) != 0 {
				t.Errorf("of somebody else: got %q", got)
			}
		})
	}
}
