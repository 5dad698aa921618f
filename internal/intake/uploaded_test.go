package intake_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/id"
	"livingprofile/internal/intake"
	"livingprofile/internal/ledger"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

const trialRows = 100

// trial sends a file of a hundred people to be tried.
func trial(t *testing.T, db *store.DB, c *clock.Fake) (intake.Upload, *intake.Map, intake.Options) {
	t.Helper()
	var file strings.Builder
	file.WriteString("email,given_name,family_name\n")
	for n := range trialRows {
		fmt.Fprintf(&file, "p%d@example.net,Ada,Lovelace\n", n)
	}
	desk := intake.NewDesk(db, c, func(sum []byte) []byte { return sum })
	u, _, err := desk.Receive(t.Context(), intake.Upload{
		Source: "shop", Map: "generic", Format: intake.CSV, DryRun: true, Actor: ledger.Actor{Kind: ledger.BySystem, ID: "shop"},
	}, strings.NewReader(file.String()))
	if err != nil {
		t.Fatal(err)
	}
	return u, mustMap(t, "generic"), intake.Options{Organisation: newOrganisation(), Clock: c, Batch: 10}
}

func uploaded(t *testing.T, db *store.DB, u intake.Upload) intake.Upload {
	t.Helper()
	u, err := db.Upload(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// A trial stood at nothing until its end. It shows how far it is, and still
// begins anew when it was cut off: what it decided was in memory.
func TestRunUpload_a_trial_shows_how_far_it_is(t *testing.T) {
	testkit.OnEngines(t, func(t *testing.T, db *store.DB, c *clock.Fake) {
		u, m, o := trial(t, db, c)
		half, cut := context.WithCancel(t.Context())
		sink := &counter{}
		sink.onApply = func() {
			c.Advance(2 * time.Second)
			if sink.n == trialRows/2 {
				cut()
			}
		}
		if err := intake.RunUpload(half, db, u, m, sink, o); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want that it was cut off", err)
		}
		before := uploaded(t, db, u)
		rows, left, ok := before.Pace(c.Now())
		if before.State != intake.Running || before.So().Rows < 20 || before.Bytes == 0 || !ok || rows != 5 || left <= 0 {
			t.Errorf("half way: %s, %d rows, %d bytes, %d a second, %s left", before.State, before.So().Rows, before.Bytes, rows, left)
		}
		again := &counter{}
		if err := intake.RunUpload(t.Context(), db, before, m, again, o); err != nil {
			t.Fatal(err)
		}
		if got := uploaded(t, db, u); got.State != intake.Done || got.So().Rows != trialRows || again.n != trialRows {
			t.Errorf("%s, %d rows, of which %d the second time", got.State, got.So().Rows, again.n)
		}
	})
}

// A trial that cannot be gone on with failed, and said nothing of what it had
// tried.
func TestRunUpload_a_trial_ends_early(t *testing.T) {
	db, c := testkit.OpenStore(t, testkit.OnSQLite, clock.NewFake(now), nil), clock.NewFake(now)
	for name, try := range map[string]func(u intake.Upload, m *intake.Map, o intake.Options) error{
		"of_too_many_people": func(u intake.Upload, m *intake.Map, o intake.Options) error {
			rehearsal := intake.NewRehearsal(db)
			rehearsal.Bound(trialRows / 2)
			return intake.RunUpload(t.Context(), db, u, m, intake.NewMerger(rehearsal, newOrganisation(), c, "shop", id.New()), o)
		},
		"after_its_time": func(u intake.Upload, m *intake.Map, o intake.Options) error {
			ctx, end := context.WithCancelCause(t.Context())
			defer end(nil)
			sink := &counter{}
			sink.onApply = func() {
				if sink.n == trialRows/2 {
					end(intake.ErrEnough)
				}
			}
			return intake.RunUpload(ctx, db, u, m, sink, o)
		},
	} {
		t.Run(name, func(t *testing.T) {
			u, m, o := trial(t, db, c)
			if err := try(u, m, o); err != nil {
				t.Fatal(err)
			}
			got := uploaded(t, db, u)
			if got.State != intake.Done || got.Problem == nil || got.Problem.ID != "error.trial_cut_short" || !got.Waits(c.Now()) {
				t.Fatalf("got %s, %+v", got.State, got.Problem)
			}
			if r := got.So(); r.Rows < 40 || r.Rows >= trialRows || r.Created != r.Rows {
				t.Errorf("the report is of %d rows, %d people", r.Rows, r.Created)
			}
		})
	}
}
