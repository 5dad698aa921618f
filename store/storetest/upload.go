package storetest

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/intake"
	"livingprofile/internal/ledger"
)

func (f Fixture) desk() *intake.Desk {
	return intake.NewDesk(f.DB, f.Clock, func(sum []byte) []byte { return sum })
}

// upload keeps a file that waits for a word.
func (f Fixture) upload(t *testing.T) intake.Upload {
	t.Helper()
	u, _, err := f.desk().Receive(t.Context(), intake.Upload{
		Source: "shop", Map: "generic", Format: intake.CSV, State: intake.Held, Actor: test,
	}, bytes.NewReader([]byte("email\na@example.net\n")))
	must(t, "receive", err)
	return u
}

func (f Fixture) reread(t *testing.T, u intake.Upload) intake.Upload {
	t.Helper()
	u, err := f.DB.Upload(t.Context(), u.ID)
	must(t, "upload", err)
	return u
}

func (f Fixture) pieces(t *testing.T, u intake.Upload) int {
	t.Helper()
	ats, err := f.DB.PartAts(t.Context(), u.ID, intake.FilePart)
	must(t, "pieces", err)
	return len(ats)
}

// uploadsMoveOnce: of all who say at the same time what becomes of a file, one
// is heard. Somebody who had read it before deleted a file whose import had
// just been released.
func uploadsMoveOnce(t *testing.T, f Fixture) {
	ctx, desk := t.Context(), f.desk()
	u := f.upload(t)
	must(t, "release", desk.Release(ctx, u, false, test))
	wantKind(t, "deleted by somebody who saw it before", desk.Discard(ctx, u, test), errs.Conflict)
	wantKind(t, "released again", desk.Release(ctx, u, true, test), errs.Conflict)
	if got := f.reread(t, u); got.State != intake.Queued || got.DryRun || f.pieces(t, u) != 1 {
		t.Errorf("got %s, dry %t, %d pieces", got.State, got.DryRun, f.pieces(t, u))
	}

	u = f.upload(t)
	heard := make([]error, 16)
	var all sync.WaitGroup
	for i := range heard {
		all.Go(func() {
			if i%2 == 0 {
				heard[i] = desk.Discard(ctx, u, test)
			} else {
				heard[i] = desk.Release(ctx, u, i%4 == 1, test)
			}
		})
	}
	all.Wait()
	won := 0
	for _, err := range heard {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, errs.Conflict):
			t.Errorf("got %v, want a conflict", err)
		}
	}
	discarded := f.reread(t, u).State == intake.Failed
	if want := map[bool]int{false: 1}[discarded]; won != 1 || f.pieces(t, u) != want {
		t.Errorf("%d were heard, %d pieces are left, discarded %t", won, f.pieces(t, u), discarded)
	}
	entries := 0
	for _, kind := range []ledger.Kind{intake.ImportReleased, intake.ImportEnded} {
		found, err := f.DB.Search(ctx, ledger.Search{Kind: string(kind), Limit: 20})
		must(t, "search", err)
		entries += len(found)
	}
	if entries != 2 {
		t.Errorf("%d entries about what became of two files", entries)
	}
	u.ID = id.New()
	wantKind(t, "a file that is none", desk.Release(ctx, u, false, test), errs.Conflict)
}

// uploadsAreKept: the file of a trial stays until it is imported, deleted, or
// nobody had a word for a day.
func uploadsAreKept(t *testing.T, f Fixture) {
	ctx, desk := t.Context(), f.desk()
	tried := func() intake.Upload {
		t.Helper()
		u := f.upload(t)
		must(t, "try", desk.Release(ctx, u, true, test))
		u, err := f.DB.NextUpload(ctx, true)
		must(t, "next", err)
		was := u.Stage()
		u.State, u.EndedAt, u.Report = intake.Done, f.now(), &intake.Report{Rows: 1}
		must(t, "end", f.DB.PutUpload(ctx, was, u, intake.ImportEnded))
		return f.reread(t, u)
	}
	left := func(what string, u intake.Upload, want int) {
		t.Helper()
		if got := f.pieces(t, u); got != want {
			t.Errorf("%s: %d pieces of the file, want %d", what, got, want)
		}
	}
	one := tried()
	left("after the trial", one, 1)
	wantKind(t, "tried again", desk.Release(ctx, one, true, test), errs.Conflict)
	must(t, "import", desk.Release(ctx, one, false, test))
	next, err := f.DB.NextUpload(ctx, false)
	must(t, "next import", err)
	if next.ID != one.ID || next.Report != nil || !next.EndedAt.IsZero() {
		t.Errorf("got %+v, want the file that was tried, as if it never was", next)
	}
	was := next.Stage()
	next.State, next.EndedAt = intake.Done, f.now()
	must(t, "end", f.DB.PutUpload(ctx, was, next, intake.ImportEnded))
	left("after the import", one, 0)
	wantKind(t, "deleted by somebody who saw the trial", desk.Discard(ctx, one, test), errs.Conflict)

	gone := tried()
	must(t, "discard", desk.Discard(ctx, gone, test))
	left("deleted", gone, 0)
	if got := f.reread(t, gone); got.Report == nil {
		t.Error("the report of the trial went with its file")
	}

	held, late := f.upload(t), tried()
	f.Clock.Advance(intake.FileLife)
	wantKind(t, "released after a day", desk.Release(ctx, held, false, test), errs.Conflict)
	wantKind(t, "imported a day after the trial", desk.Release(ctx, late, false, test), errs.Conflict)
	must(t, "sweep", f.DB.SweepUploads(ctx, f.now()))
	left("a day later", late, 1)
	f.Clock.Advance(time.Hour + time.Second)
	must(t, "sweep", f.DB.SweepUploads(ctx, f.now()))
	left("an hour after that", late, 0)
	left("what was never tried", held, 0)
	if got := f.reread(t, late); got.Report == nil {
		t.Error("the report of the trial went with its file")
	}
}
