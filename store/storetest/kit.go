package storetest

import (
	"errors"
	"testing"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

// test is the actor of what these tests write.
var test = ledger.Actor{Kind: ledger.ByProgram, ID: "storetest"}

func (f Fixture) now() time.Time { return f.Clock.Now() }

// commit writes c and fails the test when it cannot.
func (f Fixture) commit(t *testing.T, c ledger.Change) []ledger.Written {
	t.Helper()
	written, err := f.DB.Commit(t.Context(), c)
	if err != nil {
		t.Fatalf("commit: %v", err)
	}
	return written
}

// subject makes a subject at version 1 who bears identifiers.
func (f Fixture) subject(t *testing.T, identifiers ...identity.Identifier) id.Subject {
	t.Helper()
	c := identity.New(identifiers, test, f.now())
	f.commit(t, c)
	return c.Subject
}

// change is a change of subject with one entry.
func (f Fixture) change(subject id.Subject, base int64, rows ...any) ledger.Change {
	return ledger.Change{
		Subject: subject, Base: base, At: f.now(), Actor: test,
		Entries: []ledger.Draft{{Kind: "test.done"}}, Rows: rows,
	}
}

// recorded is a change that writes records with their entries and the state
// that they lead to.
func (f Fixture) recorded(subject id.Subject, base int64, state consent.State, records ...consent.Record) ledger.Change {
	c := ledger.Change{Subject: subject, Base: base, At: f.now(), Actor: test}
	for _, r := range records {
		state = state.With(r)
		c.Entries = append(c.Entries, r.Entry())
		c.Rows = append(c.Rows, r)
	}
	c.Rows = append(c.Rows, state)
	return c
}

func (f Fixture) record(subject id.Subject, purpose consent.PurposeID, status consent.Status, at time.Time) consent.Record {
	return consent.Record{
		ID: consent.RecordID(id.New()), Subject: subject, Purpose: purpose, Version: 3, Scope: "hibiki",
		Notice: "words", Locale: "ja", Status: status, At: at, Until: at.Add(time.Hour),
		Proof: consent.Proof{Kind: consent.BySession, Ref: "session 17"}, Brand: "hibiki", Channel: "portal", Via: "marketing",
	}
}

func (f Fixture) version(t *testing.T, subject id.Subject) int64 {
	t.Helper()
	s, err := f.DB.Subject(t.Context(), subject)
	if err != nil {
		t.Fatalf("subject: %v", err)
	}
	return s.Version
}

func (f Fixture) history(t *testing.T, subject id.Subject) []ledger.Happening {
	t.Helper()
	all, err := f.DB.History(t.Context(), subject, ledger.HistoryPage{Limit: 1000})
	if err != nil {
		t.Fatalf("history: %v", err)
	}
	return all
}

func email(value string, verified time.Time) identity.Identifier {
	return identity.Identifier{Kind: identity.Email, Value: value, VerifiedAt: verified, Source: "shop"}
}

// address is one that no other test has.
func address() string { return id.New() + "@example.jp" }

func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func wantKind(t *testing.T, what string, err error, kind errs.Kind) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: got %v, want %v", what, err, kind)
	}
}
