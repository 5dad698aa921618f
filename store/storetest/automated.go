package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/automated"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
)

func (f Fixture) decided(subject id.Subject, event string, at time.Time) automated.Decision {
	at = at.UTC().Truncate(time.Microsecond)
	return automated.Decision{
		ID: id.New(), Subject: subject, Kind: "pay-later", System: "payments", Event: event, Brand: "hibiki",
		At: at, Recorded: f.now(), Expires: at.Add(1000 * time.Hour),
		Outcome: i18n.Text{"en": "no"}, Logic: i18n.Text{"en": "by a rule"}, Effect: i18n.Text{"en": "pay now"},
		Fields: []string{"orders"}, Against: true,
	}
}

func automatedRoundTrip(t *testing.T, f Fixture) {
	subject, other, now := f.subject(t), f.subject(t), f.now()
	old, fresh := f.decided(subject, "e1", now.Add(-time.Hour)), f.decided(subject, "e2", now)
	f.commit(t, f.change(subject, 1, old))
	f.commit(t, f.change(subject, 2, fresh, automated.Humans{"pay-later": now}))
	read := func(s id.Subject, p automated.Page) []automated.Decision {
		t.Helper()
		if p.Now.IsZero() {
			p.Now = now
		}
		p.Limit = 10
		list, err := f.DB.AutomatedDecisions(t.Context(), s, p)
		must(t, "decisions", err)
		return list
	}
	if diff := cmp.Diff(read(subject, automated.Page{}), []automated.Decision{fresh, old}); diff != "" {
		t.Errorf("decisions, the newest first (-got +want):\n%s", diff)
	}
	if got := read(subject, automated.Page{System: "payments", Event: "e1"}); len(got) != 1 || got[0].ID != old.ID {
		t.Errorf("by its event: got %+v", got)
	}
	if got := read(other, automated.Page{ID: old.ID}); len(got) != 0 {
		t.Errorf("another reads %+v", got)
	}
	humans, version, err := f.DB.Humans(t.Context(), subject)
	if must(t, "humans", err); !humans.Wanted("pay-later") || version != 3 {
		t.Errorf("humans: got %v at %d", humans, version)
	}
	facts, err := f.DB.Facts(t.Context(), subject)
	if must(t, "facts", err); !facts.Humans.Wanted("pay-later") {
		t.Error("the facts do not say that a human is wanted")
	}

	old.Statement, old.Review = automated.Statement{Text: "wrong", At: now}, automated.Review{Outcome: "yes", Reasons: "we looked", Member: "m", At: now}
	f.commit(t, f.change(subject, 3, automated.Settled{Decision: old}))
	if diff := cmp.Diff(read(subject, automated.Page{ID: old.ID}), []automated.Decision{old}); diff != "" {
		t.Errorf("after a review (-got +want):\n%s", diff)
	}
	_, err = f.DB.Commit(t.Context(), f.change(other, 1, automated.Settled{Decision: automated.Decision{ID: old.ID, Subject: other}}))
	wantKind(t, "a review of another's decision", err, errs.NotFound)
	if got := read(subject, automated.Page{Now: now.Add(999*time.Hour + time.Minute)}); len(got) != 1 {
		t.Errorf("after the time of one: got %d", len(got))
	}
	// The same event twice is refused by the database, whoever looked first.
	if _, err := f.DB.Commit(t.Context(), f.change(subject, 4, f.decided(subject, "e1", now))); err == nil {
		t.Error("an event was registered twice")
	}
}

// automatedExpire sweeps what is over; it has a database to itself.
func automatedExpire(t *testing.T, f Fixture) {
	subject := f.subject(t)
	f.commit(t, f.change(subject, 1, f.decided(subject, "e1", f.now())))
	for _, tt := range []struct {
		after time.Duration
		want  int
	}{{time.Hour, 0}, {1001 * time.Hour, 1}} {
		n, err := f.DB.SweepAutomated(t.Context(), f.now().Add(tt.after))
		if must(t, "sweep", err); n != tt.want {
			t.Errorf("after %v: swept %d, want %d", tt.after, n, tt.want)
		}
	}
}
