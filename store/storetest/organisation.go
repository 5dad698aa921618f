package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
)

// checkpoints begins on a store without entries.
func checkpoints(t *testing.T, f Fixture) {
	ctx := t.Context()
	signer, verifier, err := f.DB.Ring().CheckpointKeys("test")
	must(t, "keys", err)
	_, _, err = f.DB.LastCheckpoint(ctx)
	wantKind(t, "before the first", err, errs.NotFound)
	f.unsealed(t, 0, f.now())

	notary, err := ledger.NewNotary(ctx, f.DB, signer, verifier, f.Clock, "")
	must(t, "notary", err)
	open := func(signed []byte) (*ledger.Checkpoint, error) { return ledger.OpenCheckpoint(signed, verifier) }

	// Each entry is about something of last year, as those of an import are.
	const sealed = 40
	var places []ledger.Written
	subject := f.subject(t)
	made := f.now()
	for range sealed {
		c := f.change(subject, ledger.AnyVersion)
		c.At = made.AddDate(-1, 0, 0)
		places = append(places, f.commit(t, c)...)
		f.Clock.Advance(ledger.MaxAge)
		must(t, "seal", notary.Seal(ctx))
	}
	for i, w := range places {
		cp, err := f.DB.SealedBy(ctx, w.Lane, w.Seq, open)
		if err != nil || cp.Number != int64(i)+1 {
			t.Errorf("entry %d is sealed by %+v (%v), want checkpoint %d", w.Seq, cp, err, i+1)
		}
	}
	f.unsealed(t, 0, f.now())

	signed, at, err := f.DB.LastCheckpoint(ctx)
	must(t, "last", err)
	if last, err := open(signed); err != nil || last.Number != sealed || !last.At.Equal(f.now()) || !at.Equal(f.now()) {
		t.Errorf("last: got %+v of %v (%v), want number %d of now", last, at, err, sealed)
	}
	after, err := f.DB.CheckpointsAfter(ctx, sealed-2)
	must(t, "after", err)
	if len(after) != 2 || string(after[1]) != string(signed) {
		t.Errorf("got %d checkpoints, want the last two, ascending", len(after))
	}

	old := f.change(subject, ledger.AnyVersion)
	old.At = made.AddDate(-1, 0, 0)
	f.commit(t, old)
	f.unsealed(t, 1, at)
	f.Clock.Advance(time.Hour) // in which nothing was to be sealed
	last, first := f.commit(t, f.change(subject, ledger.AnyVersion))[0], f.now()
	f.Clock.Advance(time.Minute)
	f.commit(t, f.change(subject, ledger.AnyVersion))
	f.unsealed(t, 3, first)
	_, err = f.DB.SealedBy(ctx, last.Lane, last.Seq, open)
	wantKind(t, "not sealed yet", err, errs.NotFound)

	f.takenNumber(t, sealed, signer)
	f.brokenCheckpoint(t, places, open)
}

func (f Fixture) unsealed(t *testing.T, want int64, since time.Time) {
	t.Helper()
	n, at, err := f.DB.Unsealed(t.Context())
	if err != nil || n != want || !at.Equal(since) {
		t.Errorf("unsealed: got %d since %v (%v), want %d since %v", n, at, err, want, since)
	}
}

func (f Fixture) takenNumber(t *testing.T, number int64, signer note.Signer) {
	t.Helper()
	again := &ledger.Checkpoint{Number: number, At: f.now()}
	signed, err := again.Sign(signer)
	must(t, "sign", err)
	wantKind(t, "a number that is taken", f.DB.AddCheckpoint(t.Context(), again, signed), errs.Conflict)
}

// brokenCheckpoint takes one away, which must not look like "not sealed yet".
func (f Fixture) brokenCheckpoint(t *testing.T, places []ledger.Written, open func([]byte) (*ledger.Checkpoint, error)) {
	t.Helper()
	_, err := f.SQL.ExecContext(t.Context(), "delete from checkpoints where number between 1 and 39")
	must(t, "delete by hand", err)
	_, err = f.DB.SealedBy(t.Context(), places[0].Lane, places[0].Seq, open)
	if err == nil || errors.Is(err, errs.NotFound) {
		t.Errorf("a missing checkpoint: got %v, want an error of no kind", err)
	}
}

// declarations begins on a store without a declaration.
func declarations(t *testing.T, f Fixture) {
	ctx := t.Context()
	_, err := f.DB.Organisation(ctx)
	wantKind(t, "before the first", err, errs.NotFound)
	if n, err := f.DB.Revision(ctx); err != nil || n != 0 {
		t.Errorf("revision before the first: got %d (%v), want 0", n, err)
	}

	change := ledger.Change{At: f.now(), Actor: test, Entries: []ledger.Draft{{Kind: "organisation.declared", Payload: "p"}}}
	for revision := int64(1); revision <= 2; revision++ {
		o := declared(revision)
		must(t, "declare", f.DB.Declare(ctx, o, change))
		got, err := f.DB.Organisation(ctx)
		must(t, "organisation", err)
		if got.Revision != revision || got.Label["en"] != o.Label["en"] {
			t.Errorf("got revision %d %q, want %d %q", got.Revision, got.Label["en"], revision, o.Label["en"])
		}
	}
	wantKind(t, "a revision that is taken", f.DB.Declare(ctx, declared(2), change), errs.Conflict)
	if n, err := f.DB.Revision(ctx); err != nil || n != 2 {
		t.Errorf("revision: got %d (%v), want 2", n, err)
	}

	for revision := int64(1); revision <= 2; revision++ {
		want := organisation.Notices(declared(revision))[0]
		got, err := f.DB.Notice(ctx, want.Hash)
		if d := cmp.Diff(got.Body, want.Body); err != nil || d != "" {
			t.Errorf("notice of revision %d (%v; -got +want):\n%s", revision, err, d)
		}
	}
	heads, err := f.DB.Heads(ctx)
	must(t, "heads", err)
	if len(heads) != 64 || heads[0].Seq != 2 {
		t.Errorf("got %d heads, the first at %d; want 64, at 2", len(heads), heads[0].Seq)
	}
}

func declared(revision int64) *organisation.Organisation {
	words := i18n.Text{"en": fmt.Sprintf("May we write to you (%d)?", revision)}
	return organisation.New(organisation.Organisation{
		Revision: revision, Label: i18n.Text{"en": fmt.Sprintf("House %d", revision)},
		Purposes: []consent.PurposeVersion{{
			Purpose: "news", Number: int(revision), Basis: consent.Consent, Words: consent.PurposeWords{Question: words},
		}},
	})
}
