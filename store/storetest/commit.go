package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
)

func writtenWhole(t *testing.T, f Fixture) {
	subject := f.subject(t)
	c := f.change(subject, 1, consent.Preferences{Language: "ja"})
	c.Brand, c.Cause, c.Actor = "hibiki", "import 9", ledger.Self(subject)
	c.Entries = []ledger.Draft{
		{Kind: "test.first", Payload: map[string]string{"word": "言葉"}, ID: id.New()},
		{Kind: "test.second", Evidence: ledger.Hash{1, 2, 3}},
	}
	written := f.commit(t, c)

	history := f.history(t, subject)
	if len(history) != 3 || len(written) != 2 {
		t.Fatalf("got %d entries in the history and %d written, want 3 and 2", len(history), len(written))
	}
	first, second := history[1], history[0]
	if got, want := string(first.Payload), `{"word":"言葉"}`; got != want {
		t.Errorf("payload of the first: got %s, want %s", got, want)
	}
	if second.Payload != nil {
		t.Errorf("payload of the second: got %s, want none", second.Payload)
	}
	for i, h := range []ledger.Happening{first, second} {
		e := h.Entry
		if e.Sum() != e.Hash {
			t.Errorf("entry %d: the hash that was stored is not its hash", i)
		}
		want := ledger.Entry{
			Lane: subject.Lane(64), Seq: e.Seq, ID: written[i].EntryID, Subject: subject, Version: int64(i) + 2,
			Kind: c.Entries[i].Kind, Actor: c.Actor, Brand: c.Brand, Cause: c.Cause, At: c.At,
			Payload: e.Payload, Evidence: c.Entries[i].Evidence, Prev: e.Prev, Hash: written[i].Hash,
		}
		if d := cmp.Diff(e, want); d != "" {
			t.Errorf("entry %d (-got +want):\n%s", i, d)
		}
		place := ledger.Written{EntryID: e.ID, Kind: e.Kind, Lane: e.Lane, Seq: e.Seq, Version: e.Version, Hash: e.Hash}
		if d := cmp.Diff(written[i], place); d != "" {
			t.Errorf("written %d (-got +want):\n%s", i, d)
		}
	}
	if first.ID != c.Entries[0].ID || second.Prev != first.Hash || second.Seq != first.Seq+1 {
		t.Error("the entries of one change do not follow each other")
	}
	if got := f.version(t, subject); got != 3 {
		t.Errorf("version: got %d, want 3", got)
	}
}

// nothingWritten commits changes each of which holds rows that could be
// written before the one that cannot.
func nothingWritten(t *testing.T, f Fixture) {
	taken := address()
	f.subject(t, email(taken, f.now()))
	other := f.subject(t)
	mine := email(taken, f.now())
	mine.ID = id.New()

	tests := map[string]struct {
		row  any
		kind errs.Kind
	}{
		"row_that_meets_nothing":     {identity.Verified{Identifier: "nobody's"}, errs.NotFound},
		"removal_of_what_is_not":     {identity.Removed{Identifier: "nobody's"}, errs.NotFound},
		"main_of_what_is_not":        {identity.MadeMain{Identifier: "nobody's"}, errs.NotFound},
		"identifier_of_another":      {mine, errs.Conflict},
		"unknown_row":                {struct{ Name string }{"x"}, ""},
		"pointer_to_a_row":           {&consent.Preferences{}, ""},
		"record_of_another_subject":  {f.record(other, "news", consent.Given, f.now()), ""},
		"job_about_another_subject":  {job.Job{ID: "j", Kind: "k", Subject: other}, ""},
		"job_that_is_there_already":  {f.enqueued(t), errs.Conflict},
		"payload_that_is_not_JSON":   {ledger.Draft{Kind: "test.odd", Payload: func() {}}, ""},
		"no_row":                     {nil, ""},
		"subject_row_without_person": {consent.State{}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			subject := f.subject(t, email(address(), f.now()))
			c := f.change(subject, 2, consent.Preferences{Language: "ja"}, tt.row)
			if d, ok := tt.row.(ledger.Draft); ok {
				c.Entries, c.Rows = append(c.Entries, d), c.Rows[:1]
			}
			if name == "subject_row_without_person" {
				c.Subject, c.Base = "", 0
			}
			before := f.trace(t, subject)
			_, err := f.DB.Commit(t.Context(), c)
			if err == nil || errs.KindOf(err) != tt.kind {
				t.Errorf("got %v, want an error of kind %q", err, tt.kind)
			}
			if d := cmp.Diff(f.trace(t, subject), before); d != "" {
				t.Errorf("the refused change left something (-got +want):\n%s", d)
			}
		})
	}
	t.Run("cancelled_before", func(t *testing.T) {
		subject := f.subject(t)
		before := f.trace(t, subject)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := f.DB.Commit(ctx, f.change(subject, 1, consent.Preferences{Language: "ja"})); err == nil {
			t.Error("a cancelled change is answered with success")
		}
		if d := cmp.Diff(f.trace(t, subject), before); d != "" {
			t.Errorf("the cancelled change left something (-got +want):\n%s", d)
		}
	})
}

// enqueued is a job that the store has already.
func (f Fixture) enqueued(t *testing.T) job.Job {
	t.Helper()
	j, err := job.New("test."+id.New(), "", "x", f.now())
	must(t, "job", err)
	must(t, "enqueue", f.DB.Enqueue(t.Context(), j))
	return j
}

// A trace is all that could differ when a change had been written.
type trace struct {
	Version     int64
	Preferences consent.Preferences
	Identifiers []identity.Identifier
	Kinds       []ledger.Kind
}

func (f Fixture) trace(t *testing.T, subject id.Subject) trace {
	t.Helper()
	facts, err := f.DB.Facts(t.Context(), subject)
	must(t, "facts", err)
	tr := trace{Version: facts.Version, Preferences: facts.Preferences}
	tr.Identifiers, err = f.DB.Identifiers(t.Context(), subject)
	must(t, "identifiers", err)
	for _, h := range f.history(t, subject) {
		tr.Kinds = append(tr.Kinds, h.Kind)
	}
	return tr
}

func staleBase(t *testing.T, f Fixture) {
	subject := f.subject(t)
	f.commit(t, f.change(subject, 1, consent.Preferences{Language: "ja"}))
	for _, base := range []int64{1, 3} {
		_, err := f.DB.Commit(t.Context(), f.change(subject, base, consent.Preferences{Language: "en"}))
		wantKind(t, "stale change", err, errs.Conflict)
	}
	facts, err := f.DB.Facts(t.Context(), subject)
	must(t, "facts", err)
	if facts.Preferences.Language != "ja" || facts.Version != 2 {
		t.Errorf("got %q at version %d, want the first change alone", facts.Preferences.Language, facts.Version)
	}
}

func anyVersion(t *testing.T, f Fixture) {
	subject := f.subject(t)
	for range 3 {
		f.commit(t, f.change(subject, ledger.AnyVersion))
	}
	if got := f.version(t, subject); got != 4 {
		t.Errorf("version: got %d, want 4", got)
	}
}

func madeOnce(t *testing.T, f Fixture) {
	c := identity.New([]identity.Identifier{email(address(), f.now())}, ledger.Actor{Kind: ledger.BySubject}, f.now())
	f.commit(t, c)
	s, err := f.DB.Subject(t.Context(), c.Subject)
	must(t, "subject", err)
	want := identity.Subject{ID: c.Subject, Version: 2, State: identity.Active, CreatedAt: c.At}
	if d := cmp.Diff(s, want); d != "" {
		t.Errorf("subject (-got +want):\n%s", d)
	}
	c.Rows = nil
	_, err = f.DB.Commit(t.Context(), c)
	wantKind(t, "the same subject again", err, errs.Conflict)
	if got := len(f.history(t, c.Subject)); got != 2 {
		t.Errorf("got %d entries, want the 2 of the first time", got)
	}
}

func erasedGone(t *testing.T, f Fixture) {
	who := address()
	subject := f.subject(t, email(who, f.now()))
	_, err := f.SQL.ExecContext(t.Context(), "update subjects set state = 'erased' where id = $1", subject)
	must(t, "erase by hand", err)

	for _, base := range []int64{2, 7, ledger.AnyVersion} {
		_, err = f.DB.Commit(t.Context(), f.change(subject, base))
		wantKind(t, "change of the erased", err, errs.Gone)
	}
	_, err = f.DB.Facts(t.Context(), subject)
	wantKind(t, "facts of the erased", err, errs.Gone)
	if s, err := f.DB.Subject(t.Context(), subject); err != nil || s.State != identity.Erased {
		t.Errorf("subject: got %v and %v, want the erased", s.State, err)
	}
	holders, err := f.DB.Holders(t.Context(), identity.Email, "", who)
	if err != nil || len(holders) != 0 {
		t.Errorf("holders: got %v and %v, want none", holders, err)
	}

	must(t, "destroy key", f.DB.Ring().Destroy(t.Context(), subject))
	_, err = f.DB.Commit(t.Context(), f.change(subject, 2))
	wantKind(t, "change without key", err, errs.Gone)
	_, err = f.DB.Commit(t.Context(), f.change(subject, 0))
	wantKind(t, "made anew", err, errs.Gone)
	_, err = f.DB.History(t.Context(), subject, ledger.HistoryPage{Limit: 9})
	wantKind(t, "history without key", err, errs.Gone)
}

func unknownSubject(t *testing.T, f Fixture) {
	nobody := id.Subject(id.New())
	_, err := f.DB.Commit(t.Context(), f.change(nobody, 1))
	wantKind(t, "change", err, errs.NotFound)
	_, err = f.DB.Facts(t.Context(), nobody)
	wantKind(t, "facts", err, errs.NotFound)
	_, err = f.DB.Subject(t.Context(), nobody)
	wantKind(t, "subject", err, errs.NotFound)
	_, err = f.DB.ProvedRecord(t.Context(), "none")
	wantKind(t, "record", err, errs.NotFound)
	_, err = f.DB.Entry(t.Context(), nobody, 1)
	wantKind(t, "entry", err, errs.NotFound)
	_, err = f.DB.Notice(t.Context(), "none")
	wantKind(t, "notice", err, errs.NotFound)
}

func contiguousVersions(t *testing.T, f Fixture) {
	subject := f.subject(t)
	want := int64(1)
	for n := 1; n <= 4; n++ {
		c := f.change(subject, want)
		for len(c.Entries) < n {
			c.Entries = append(c.Entries, ledger.Draft{Kind: "test.more"})
		}
		for _, w := range f.commit(t, c) {
			if want++; w.Version != want {
				t.Errorf("version: got %d, want %d", w.Version, want)
			}
		}
	}
	if got := f.version(t, subject); got != want {
		t.Errorf("version of the subject: got %d, want %d", got, want)
	}
}

func workWithChange(t *testing.T, f Fixture) {
	subject := f.subject(t)
	kind := "test." + id.New()
	j, err := job.New(kind, subject, map[string]string{"to": "言葉"}, f.now())
	must(t, "job", err)
	f.commit(t, f.change(subject, 1, j))
	got, err := f.DB.Claim(t.Context(), []string{kind}, f.now(), time.Minute, 10)
	must(t, "claim", err)
	if len(got) != 1 || got[0].ID != j.ID || string(got[0].Payload) != string(j.Payload) {
		t.Errorf("got %v, want the job of the change", got)
	}
}
