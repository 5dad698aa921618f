package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// clientEnv names the variable that makes the test binary a program which
// commits decisions: the tests below kill it and look at its system calls.
const clientEnv = "LIVINGPROFILE_TEST_CLIENT"

func TestMain(m *testing.M) {
	if work := os.Getenv(clientEnv); work != "" {
		if err := decideAway(work); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(testkit.Main(m))
}

// Work is what the program is told to do.
type work struct {
	Database    string
	Master      string // file of the master key
	Checkpoints string // file, "" for none
	Subjects    []id.Subject
	Clients     int
	Limit       int64 // of decisions; 0 for no end
}

// command returns the program, ready to start.
func (w work) command(t *testing.T, before ...string) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	line := append(before, os.Args[0])
	c := exec.Command(line[0], line[1:]...)
	c.Env = append(os.Environ(), clientEnv+"="+string(text))
	c.Stderr = os.Stderr
	return c
}

// questions are what the program decides on.
var questions = [...]consent.PurposeID{"news", "ads"}

// decideAway says "ready", and then for each decision that was answered with
// success "subject record status", in one line each.
func decideAway(text string) error {
	var w work
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return err
	}
	ctx := context.Background()
	master, _, err := keyring.OpenMaster(w.Master)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, store.Options{Database: w.Database, Master: master})
	if err != nil {
		return err
	}
	o := organisation.Organisation{}
	for _, q := range questions {
		o.Purposes = append(o.Purposes, consent.PurposeVersion{Purpose: q, Number: 1, Basis: consent.Consent})
	}
	catalogue := organisation.New(o)
	service := consent.NewService(db, func() consent.Catalogue { return catalogue }, clock.System{})
	if _, err := fmt.Println("ready"); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	var n atomic.Int64
	for range w.Clients {
		group.Go(func() error {
			for w.Limit == 0 || n.Add(1) <= w.Limit {
				if err := decideOnce(ctx, service, w.Subjects[rand.IntN(len(w.Subjects))]); err != nil { //nolint:gosec // any will do
					return err
				}
			}
			return errDone
		})
	}
	if w.Checkpoints != "" {
		group.Go(func() error { return sealAway(ctx, db, w.Checkpoints) })
	}
	if err := group.Wait(); !errors.Is(err, errDone) {
		return err
	}
	return db.Close()
}

var errDone = errors.New("done")

func decideOnce(ctx context.Context, s *consent.Service, subject id.Subject) error {
	records, err := s.Decide(ctx, consent.Ask{
		Subject: subject, Actor: ledger.Self(subject), Purpose: questions[rand.IntN(len(questions))], //nolint:gosec // any will do
		Answer: []consent.Answer{consent.Yes, consent.No}[rand.IntN(2)], //nolint:gosec // any will do
		Proof:  consent.Proof{Kind: consent.BySession, Ref: "session"}, Channel: "portal",
	})
	for _, r := range records {
		line := fmt.Sprintf("%s %s %s\n", r.Subject, r.ID, r.Status)
		if _, err := os.Stdout.WriteString(line); err != nil {
			return err
		}
	}
	return err
}

func sealAway(ctx context.Context, db *store.DB, path string) error {
	signer, verifier, err := db.Ring().CheckpointKeys("test")
	if err != nil {
		return err
	}
	notary, err := ledger.NewNotary(ctx, db, signer, verifier, clock.System{}, path)
	if err != nil {
		return err
	}
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			if err := notary.Seal(ctx); err != nil {
				return err
			}
		}
	}
}

// newWork makes an installation with subjects for the program to work on.
func newWork(t *testing.T, e testkit.Engine, subjects, clients int) (*testkit.Installation, work) {
	t.Helper()
	folder := t.TempDir()
	w := work{Master: filepath.Join(folder, "master.json"), Clients: clients}
	master, _, err := keyring.OpenMaster(w.Master)
	if err != nil {
		t.Fatal(err)
	}
	i := testkit.Install(t, e)
	i.Master, w.Database = master, i.Address
	db, err := store.Open(t.Context(), i.Options())
	if err != nil {
		t.Fatal(err)
	}
	for range subjects {
		w.Subjects = append(w.Subjects, newSubject(t, db))
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return i, w
}
