package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"livingprofile/internal/testkit"
)

// TestChanges_once: the same changes in parallel, by senders of which
// every other hangs up before it is answered, have each effect once, and each
// has the same answer whenever it is repeated (security.md, R15).
func TestChanges_once(t *testing.T) {
	senders := testkit.Size(10, 100)
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			each := 100
			if e == testkit.OnPostgres {
				each = testkit.Size(20, 100)
			}
			k := newKit(t, e)
			key := k.key(forBrand("hibiki"))
			batch := func(value string) string {
				var all []string
				for i := range each {
					at := k.clock.Now().Add(-time.Duration(each-i) * time.Minute).Format(time.RFC3339)
					all = append(all, about(fmt.Sprint("p", i), thomas, fmt.Sprintf(`"attributes":{"name-reading":{"value":"%s %d","at":%q}}`, value, i, at)))
				}
				return `{"changes":[` + strings.Join(all, ",") + `]}`
			}
			same, before := batch("City"), k.version(thomas)
			c := k.Client(t)
			send := func(ctx context.Context, body string) (results, error) {
				r := c.Request("POST", "/api/v1/changes", strings.NewReader(body)).WithContext(ctx)
				r.Header.Set("Authorization", "Bearer "+key)
				r.Header.Set("Content-Type", "application/json")
				a, err := c.Try(r)
				if err != nil {
					return results{}, err
				}
				var got results
				if err := json.Unmarshal([]byte(a.Body), &got); err != nil || a.Status != http.StatusOK {
					return got, fmt.Errorf("got %d %s", a.Status, a.Body)
				}
				return got, nil
			}
			var answered atomic.Int64
			var all errgroup.Group
			all.SetLimit(10)
			for s := range senders {
				all.Go(func() error {
					ctx, hangUp := context.WithCancel(t.Context())
					defer hangUp()
					if s%2 > 0 {
						wait := time.AfterFunc(rand.N(300*time.Millisecond), hangUp) //nolint:gosec // a test
						defer wait.Stop()
					}
					got, err := send(ctx, same)
					if ctx.Err() != nil {
						return nil
					}
					for _, r := range got.Results {
						if r.Result != "applied" {
							t.Errorf("%s: got %s %s", r.ID, r.Result, r.Reason)
						}
					}
					answered.Add(1)
					return err
				})
			}
			if err := all.Wait(); err != nil {
				t.Fatal(err)
			}
			again, err := send(t.Context(), same)
			if err != nil || again.Counts["applied"] != each {
				t.Errorf("got %+v, %v", again.Counts, err)
			}
			other, err := send(t.Context(), batch("Town"))
			if err != nil || other.Counts["refused"] != each || other.Results[0].Reason != "id_reused" {
				t.Errorf("other bodies: got %+v, %v", other.Counts, err)
			}
			if now := k.version(thomas); now != before+int64(each) {
				t.Errorf("%d entries came of it, want %d", now-before, each)
			}
			t.Logf("%d of %d senders were answered", answered.Load(), senders)
		})
	}
}
