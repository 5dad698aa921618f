package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/job"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
)

// A cell is one sealed value in the database.
type cell struct {
	table, column, where string
	args                 []any
}

// write puts value into the cell, and returns what was there.
func (f Fixture) write(t *testing.T, c cell, value []byte) (before []byte) {
	t.Helper()
	before = f.read(t, c)
	n := len(c.args) + 1
	res, err := f.SQL.ExecContext(t.Context(),
		fmt.Sprintf("update %s set %s = $%d where %s", c.table, c.column, n, c.where), append(c.args, value)...)
	must(t, "write by hand", err)
	if n, _ := res.RowsAffected(); n != 1 {
		t.Fatalf("wrote %d rows of %s, want 1", n, c.table)
	}
	return before
}

func (f Fixture) read(t *testing.T, c cell) (value []byte) {
	t.Helper()
	row := f.SQL.QueryRowContext(t.Context(), fmt.Sprintf("select %s from %s where %s", c.column, c.table, c.where), c.args...)
	must(t, "read by hand", row.Scan(&value))
	if len(value) == 0 {
		t.Fatalf("nothing is in %s.%s", c.table, c.column)
	}
	return value
}

// sealedInPlace moves every sealed value to where it does not belong: to
// another row of the same subject, to another column or part, and to another
// subject. Reading must fail rather than give it to the wrong place, and
// succeed again when it is back.
func sealedInPlace(t *testing.T, f Fixture) {
	ctx := t.Context()
	a, b := f.sealedOf(t), f.sealedOf(t)
	for _, move := range []struct {
		name     string
		from, to cell
		read     func(context.Context) error
	}{
		{"identifier_within_a_subject", a.identifier[1], a.identifier[0], a.identifiers},
		{"identifier_between_subjects", b.identifier[0], a.identifier[0], a.identifiers},
		{"part_within_a_subject", a.state["preferences"], a.state["profile"], a.facts},
		{"part_between_subjects", b.state["consent"], a.state["consent"], a.facts},
		{"proof_within_a_subject", a.proof[1], a.proof[0], a.records},
		{"proof_between_subjects", b.proof[0], a.proof[0], a.records},
		{"entry_within_a_subject", a.entry[1], a.entry[0], a.history},
		{"entry_between_subjects", b.entry[0], a.entry[0], a.history},
		{"column_of_a_session", a.session["network"], a.session["user_agent"], a.openSession},
		{"session_between_subjects", b.session["network"], a.session["network"], a.openSession},
		{"address_of_an_attempt", b.attempt, a.attempt, a.openAttempt},
	} {
		must(t, move.name+" before", move.read(ctx))
		before := f.write(t, move.to, f.read(t, move.from))
		if err := move.read(ctx); !errors.Is(err, keyring.ErrOpen) {
			t.Errorf("%s: got %v, want %v", move.name, err, keyring.ErrOpen)
		}
		bent := append([]byte(nil), before...)
		bent[len(bent)-1] ^= 1
		f.write(t, move.to, bent)
		if err := move.read(ctx); !errors.Is(err, keyring.ErrOpen) {
			t.Errorf("%s with one bit changed: got %v, want %v", move.name, err, keyring.ErrOpen)
		}
		f.write(t, move.to, before)
		must(t, move.name+" after", move.read(ctx))
	}
}

// A sealed is a subject who has something in every sealed column.
type sealed struct {
	f       Fixture
	subject id.Subject
	digest  []byte // of the session
	token   []byte // of the attempt

	identifier [2]cell
	state      map[string]cell
	proof      [2]cell
	entry      [2]cell
	session    map[string]cell
	attempt    cell
}

func (f Fixture) sealedOf(t *testing.T) *sealed {
	t.Helper()
	s := &sealed{f: f, state: map[string]cell{}, session: map[string]cell{}, digest: []byte(id.New()), token: []byte(id.New())}
	names := [2]identity.Identifier{email(address(), f.now()), email(address(), time.Time{})}
	for i := range names {
		names[i].ID = id.New()
		s.identifier[i] = cell{"identifiers", "value", "id = $1", []any{names[i].ID}}
	}
	s.subject = f.subject(t, names[:]...)

	facts := f.facts(s.subject)
	c := f.recorded(s.subject, 3, nil,
		f.record(s.subject, "news", consent.Given, f.now()), f.record(s.subject, "ads", consent.Refused, f.now()))
	for i := range s.proof {
		r := c.Rows[i].(consent.Record)
		s.proof[i] = cell{"consent_records", "proof_ref", "id = $1", []any{r.ID}}
		s.entry[i] = cell{"ledger_entries", "payload", "id = $1", []any{r.ID}}
	}
	c.Rows = append(c.Rows, facts.Profile, facts.Preferences)
	f.commit(t, c)
	for _, part := range []string{"profile", "consent", "preferences"} {
		s.state[part] = cell{"subject_states", "body", "subject = $1 and part = $2", []any{s.subject, part}}
	}

	session := login.Session{
		ID: login.SessionID(id.New()), Digest: s.digest, Subject: s.subject, Method: login.ByLink, Assurance: login.Mailbox,
		UserAgent: "browser", Network: "192.0.2.0/24", CreatedAt: f.now(),
	}
	must(t, "session", f.DB.StartSession(t.Context(), login.Start{
		Session: session, Journal: login.Journal{Kind: login.SessionStarted, Subject: s.subject, Session: session.ID, At: f.now()},
	}))
	for _, column := range []string{"user_agent", "network"} {
		s.session[column] = cell{"sessions", column, "id = $1", []any{session.ID}}
	}

	attempt := login.Attempt{
		ID: login.AttemptID(id.New()), Token: s.token, Binding: []byte("b"), Code: []byte("c"), Purpose: login.SignIn,
		Address: address(), Index: []byte("i"), CreatedAt: f.now(), ExpiresAt: f.now().Add(time.Minute),
	}
	mail, err := job.New("test."+id.New(), "", "x", f.now())
	must(t, "job", err)
	must(t, "attempt", f.DB.SaveAttempt(t.Context(), attempt, mail))
	s.attempt = cell{"attempts", "address", "id = $1", []any{attempt.ID}}
	return s
}

func (s *sealed) identifiers(ctx context.Context) error {
	_, err := s.f.DB.Identifiers(ctx, s.subject)
	return err
}

func (s *sealed) facts(ctx context.Context) error {
	_, err := s.f.DB.Facts(ctx, s.subject)
	return err
}

func (s *sealed) records(ctx context.Context) error {
	_, err := s.f.DB.Records(ctx, s.subject, "")
	return err
}

func (s *sealed) history(ctx context.Context) error {
	_, err := s.f.DB.History(ctx, s.subject, ledger.HistoryPage{Limit: 100})
	return err
}

func (s *sealed) openSession(ctx context.Context) error {
	_, err := s.f.DB.Session(ctx, s.digest)
	return err
}

func (s *sealed) openAttempt(ctx context.Context) error {
	_, err := s.f.DB.Attempt(ctx, s.token)
	return err
}

// spoiltJob moves one job's payload to another. Neither may get what was not
// sealed for it, and a job that can be read is done all the same.
func spoiltJob(t *testing.T, f Fixture) {
	kind := "test." + id.New()
	var jobs [3]job.Job
	for i := range jobs {
		var err error
		jobs[i], err = job.New(kind, f.subject(t), fmt.Sprintf("payload %d", i), f.now())
		must(t, "job", err)
	}
	must(t, "enqueue", f.DB.Enqueue(t.Context(), jobs[:]...))
	at := func(i int) cell { return cell{"jobs", "payload", "id = $1", []any{jobs[i].ID}} }
	f.write(t, at(0), f.read(t, at(1)))

	claimed, err := f.DB.Claim(t.Context(), []string{kind}, f.now(), time.Minute, 10)
	must(t, "claim", err)
	if len(claimed) != 3 {
		t.Fatalf("claimed %d jobs, want 3", len(claimed))
	}
	for _, j := range claimed {
		var payload string
		err := j.Decode(&payload)
		switch j.ID {
		case jobs[0].ID:
			wantKind(t, "the payload of another job", err, errs.Invalid)
		case jobs[1].ID:
			if payload != "payload 1" {
				t.Errorf("payload: got %q, want its own", payload)
			}
		}
	}
}
