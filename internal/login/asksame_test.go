package login_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/clock"
	"livingprofile/internal/job"
	"livingprofile/internal/login"
	"livingprofile/internal/login/logintest"
)

// A tally is a store that notes what is done and can do nothing else: whatever
// else was asked of it, or of a directory, would end the test.
type tally struct {
	login.Store
	did []string
}

func (s *tally) Spend(_ context.Context, counters []login.Counter, _ time.Time) (time.Time, error) {
	s.did = append(s.did, fmt.Sprintf("count %d", len(counters)))
	return time.Time{}, nil
}

func (s *tally) SaveAttempt(_ context.Context, a login.Attempt, mail job.Job) error {
	s.did = append(s.did, fmt.Sprintf("save for %q, a mail of %d bytes", a.Subject, len(mail.Payload)))
	return nil
}

// TestAsk_does_the_same_for_everybody counts what is done before the answer,
// since a clock says little on a busy machine: whether anybody has an address
// is looked up after it, so that no time can tell.
func TestAsk_does_the_same_for_everybody(t *testing.T) {
	work := func(address string) []string {
		s := &tally{}
		links := login.NewLinks(s, logintest.Keys{}, nil, clock.NewFake(morning), login.Settings{}, func() { s.did = append(s.did, "wake") })
		_, err := links.Ask(t.Context(), login.Question{Purpose: login.SignIn, Brand: brandName, Address: address, Locale: "en", Network: network(0)})
		if err != nil {
			t.Fatal(err)
		}
		return s.did
	}
	held := work(known)
	if diff := cmp.Diff(work("nobo@example.com"), held); diff != "" || len(held) != 3 {
		t.Errorf("for nobody (-got +want):\n%s", diff)
	}
}
