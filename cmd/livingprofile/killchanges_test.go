package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"livingprofile/internal/testkit"
)

const (
	toldPeople = 25
	toldAtOnce = 10 // changes in a batch
)

// toldKinds are the entries that the changes about one person lead to.
func toldKinds() []string {
	return []string{"attribute.imported", "consent.refused", "identifier.added", "activity.recorded"}
}

// A teller sends the changes of a shop to a program that is killed, and repeats
// what it had no answer to.
type teller struct {
	*victim
	changes []string
	keys    []string // each for three lives of the program

	mu    sync.Mutex
	lives int
	fresh map[string]int // how often a change was answered as done just then
	done  int            // batches that were answered
	lost  int            // and those that were not
}

func newTeller(t *testing.T, e testkit.Engine, kills int) *teller {
	t.Helper()
	s := &teller{victim: newVictim(t, e, "--api-per-minute", "1000000"), fresh: map[string]int{}}
	s.kill() // two processes do not write to one SQLite
	var people bytes.Buffer
	people.WriteString("id,email,given_name,family_name\n")
	at := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	for n := range toldPeople {
		fmt.Fprintf(&people, "%d,p%d@example.com,Given,Family\n", n, n)
		s.changes = append(s.changes,
			toldAbout(n, "value", fmt.Sprintf(`"attributes":{"company":{"value":"Company %d","at":%q}}`, n, at)),
			toldAbout(n, "no", `"consent":{"purpose":"reviews","status":"refused"}`),
			toldAbout(n, "number", fmt.Sprintf(`"identifier":{"kind":"customer","value":"X-%d"}`, n)),
			toldAbout(n, "order", fmt.Sprintf(`"activity":{"event":"%d","kind":"order","at":%q,"values":{"items":"1","amount":"100"}}`, n, at)))
	}
	s.put(s.file, people.Bytes())
	s.report()
	// What a process has taken of a key's requests for the minute is lost with it.
	for n := 0; n < kills; n += 3 {
		key, err := s.command("apikey", "create", fmt.Sprint("changes ", n), "--system", "shop", "--brand", "*", "--scopes", "change:write,profile:write,consent:write,activity:write").Output()
		if err != nil {
			t.Fatalf("make a key: %v", err)
		}
		s.keys = append(s.keys, strings.TrimSpace(string(key)))
	}
	s.serve()
	return s
}

func toldAbout(person int, event, rest string) string {
	return fmt.Sprintf(`{"id":"%d %s","identifiers":[{"kind":"customer","value":"%d"}],%s}`, person, event, person, rest)
}

// A toldResult is what became of a batch.
type toldResult struct {
	Counts  map[string]int
	Results []struct {
		ID, Result, Reason string
		Repeated           bool
	}
}

func (s *teller) tell(ctx context.Context, changes []string) (got toldResult, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.address+"/api/v1/changes", strings.NewReader(`{"changes":[`+strings.Join(changes, ",")+`]}`))
	if err != nil {
		return got, err
	}
	s.mu.Lock()
	r.Header.Set("Authorization", "Bearer "+s.keys[min(s.lives/3, len(s.keys)-1)])
	s.mu.Unlock()
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return got, err
	}
	defer res.Body.Close() //nolint:errcheck // read only
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("got %d %s", res.StatusCode, text)
	}
	return got, errors.Join(err, json.Unmarshal(text, &got))
}

// batch is one of a number of them: what is told for the first time, and what
// was before. There is something new until three quarters of them were told, so
// that each kill finds some of it.
func (s *teller) batch(n, of int) (batch []string) {
	known := func(n int) int { return min(len(s.changes), 1+len(s.changes)*n*4/(3*of)) }
	for i := known(n - 1); n > 0 && i < known(n); i++ {
		batch = append(batch, s.changes[i])
	}
	for _, i := range rand.Perm(known(n)) {
		if len(batch) < toldAtOnce && !slices.Contains(batch, s.changes[i]) {
			batch = append(batch, s.changes[i])
		}
	}
	return batch
}

// insist tells a batch until it is answered.
func (s *teller) insist(ctx context.Context, batch []string) error {
	for {
		got, err := s.tell(ctx, batch)
		s.mu.Lock()
		if err != nil {
			s.lost++
		} else {
			s.done++
		}
		for _, r := range got.Results {
			if err == nil && !r.Repeated {
				s.fresh[r.ID]++
			}
			if err == nil && r.Result != "applied" {
				err = fmt.Errorf("%s: got %s %s", r.ID, r.Result, r.Reason)
				s.mu.Unlock()
				return err
			}
		}
		s.mu.Unlock()
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		<-time.After(20 * time.Millisecond)
	}
}

func (s *teller) answered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done
}

// tally counts the entries that systems made, by person and kind.
func (s *teller) tally() map[string]int {
	s.t.Helper()
	rows, err := s.eye.QueryContext(s.t.Context(), "select subject, kind, count(*) from ledger_entries where actor_kind = 'system' group by subject, kind")
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // read only
	all := map[string]int{}
	for rows.Next() {
		var subject, kind string
		var n int
		if err := rows.Scan(&subject, &kind, &n); err != nil {
			s.t.Fatal(err)
		}
		all[subject+" "+kind] = n
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return all
}

// TestChangesSurviveKills: changes of every kind are told in parallel and again
// and again to a program that is killed in the middle of it. Each has its effect
// once, what was answered before a kill is there after it, and every answer is
// the same (security.md, R15).
func TestChangesSurviveKills(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			batches, kills := testkit.Size(100, 1000), testkit.Size(3, 30)
			s := newTeller(t, e, kills)
			before := s.tally()
			var all errgroup.Group
			all.SetLimit(8)
			ended := make(chan error, 1)
			go func() {
				for b := range batches {
					batch := s.batch(b, batches)
					all.Go(func() error { return s.insist(t.Context(), batch) })
				}
				ended <- all.Wait()
			}()
			for k := range kills {
				testkit.Eventually(t, "more to be answered", func() (int, bool) {
					n := s.answered()
					return n, n > k*batches/kills
				})
				<-time.After(rand.N(5 * time.Millisecond)) //nolint:gosec // a test
				s.kill()
				s.mu.Lock()
				s.lives++
				s.mu.Unlock()
				s.serve()
			}
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
			for id, n := range s.fresh {
				if n > 1 { // what was done before a kill was not there after it
					t.Errorf("%s was answered as done %d times", id, n)
				}
			}
			s.otherwise()
			s.kill()
			s.once(before)
			t.Logf("%d kills; %d batches were answered, %d were not; %d of %d changes were answered when they were done",
				kills, s.done, s.lost, len(s.fresh), len(s.changes))
		})
	}
}

// otherwise: each is known, and another body under its id is refused.
func (s *teller) otherwise() {
	s.t.Helper()
	again, err := s.tell(s.t.Context(), s.changes)
	if err != nil || again.Counts["applied"] != len(s.changes) {
		s.t.Errorf("told again: got %v, %v", again.Counts, err)
	}
	for _, r := range again.Results {
		if !r.Repeated {
			s.t.Errorf("told again, %s is done anew", r.ID)
		}
	}
	var others []string
	for _, c := range s.changes {
		id, _, _ := strings.Cut(strings.TrimPrefix(c, `{"id":"`), `"`)
		person, event, _ := strings.Cut(id, " ")
		n, _ := strconv.Atoi(person)
		others = append(others, toldAbout(n, event, `"attributes":{"company":{"value":"Another"}}`))
	}
	other, err := s.tell(s.t.Context(), others)
	if err != nil || other.Counts["refused"] != len(others) || other.Results[0].Reason != "id_reused" {
		s.t.Errorf("other bodies: got %v, %v", other.Counts, err)
	}
}

// once: every person has one entry more of each kind, and the ledger holds.
func (s *teller) once(before map[string]int) {
	s.t.Helper()
	got, want := map[string]int{}, map[string]int{}
	for key, n := range s.tally() {
		subject, _, _ := strings.Cut(key, " ")
		if more := n - before[key]; more != 0 {
			got[key] = more
			for _, k := range toldKinds() {
				want[subject+" "+k] = 1
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got) != toldPeople*len(toldKinds()) {
		s.t.Errorf("%d entries: (-want +got)\n%s", len(got), diff)
	}
	if out, err := s.command("verify").CombinedOutput(); err != nil {
		s.t.Errorf("verify: %v\n%s", err, out)
	}
}
