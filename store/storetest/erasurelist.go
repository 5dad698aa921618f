package storetest

import (
	"bytes"
	"testing"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
)

// erasureListed reads an erasure as the erasure list takes it, and repeats one
// of somebody whose key is gone.
func erasureListed(t *testing.T, f Fixture) {
	ctx := t.Context()
	gone := f.full(t)
	h, err := f.DB.Holding(ctx, gone)
	must(t, "holding", err)
	row := rights.Erased{Certificate: id.New(), Number: "R-1", Plan: rights.PlanErasure(h)}
	f.commit(t, f.change(gone, f.version(t, gone), row))

	marks, err := f.DB.Marks(ctx, f.now(), nil)
	must(t, "marks", err)
	mark := markOf(marks, row.Certificate)
	if mark.Subject != gone || mark.Number != "R-1" || !mark.ErasedAt.Equal(f.now()) || len(mark.Tombstones) < len(h.Identifiers) {
		t.Errorf("got %+v of %d identifiers", mark, len(h.Identifiers))
	}
	later, err := f.DB.Marks(ctx, f.now().Add(time.Microsecond), nil)
	must(t, "later marks", err)
	if m := markOf(later, row.Certificate); m.Subject != "" {
		t.Errorf("later: got %+v", m)
	}

	kept := rights.Erased{Certificate: id.New(), Number: "R-4", Plan: rights.PlanErasure(rights.Holding{},
		rights.Kept{ID: id.New(), Duty: "books", Field: "given-name", Value: "Aiko", Until: f.now().Add(time.Hour)})}
	someone := f.full(t)
	f.commit(t, f.change(someone, f.version(t, someone), kept))
	for _, known := range []string{row.Certificate, kept.Certificate} {
		marks, err := f.DB.Marks(ctx, f.now(), func(certificate string) bool { return certificate == known })
		must(t, "unknown marks", err)
		if m := markOf(marks, known); m.Subject != "" {
			t.Errorf("known already: got %+v", m)
		}
		if m := markOf(marks, row.Certificate); len(m.Kept) != 0 {
			t.Errorf("got what is kept of somebody else: %+v", m)
		}
		if m := markOf(marks, kept.Certificate); m.Subject != "" && len(m.Kept) != 1 {
			t.Errorf("got %+v, want one kept value", m)
		}
	}

	never := rights.Mark{
		Subject: id.Subject(id.New()), Certificate: id.New(), Number: "R-2", ErasedAt: f.now(),
		Tombstones: [][]byte{bytes.Repeat([]byte(id.New()), 2)[:32]},
	}
	lost, err := f.DB.Lost(ctx, []rights.Mark{mark, never})
	must(t, "lost", err)
	if len(lost) != 1 || lost[0].Certificate != never.Certificate {
		t.Errorf("lost: got %+v", lost)
	}
	for range 2 {
		must(t, "keep", f.DB.KeepErasure(ctx, never))
	}
	c, err := f.DB.Certificate(ctx, never.Certificate)
	must(t, "certificate", err)
	if c.Number != "R-2" || !c.ErasedAt.Equal(f.now()) {
		t.Errorf("certificate: got %+v", c)
	}

	keyless := f.full(t)
	must(t, "destroy", f.DB.Ring().Destroy(ctx, keyless))
	again := rights.Erased{Certificate: id.New(), Number: "R-3", Plan: rights.PlanErasure(rights.Holding{})}
	_, err = f.DB.Commit(ctx, f.change(keyless, ledger.AnyVersion, again))
	wantKind(t, "a first erasure without a key", err, errs.Gone)
	again.Again = &rights.Mark{Subject: keyless, Certificate: again.Certificate, ErasedAt: f.now().Add(-time.Hour)}
	_, err = f.DB.Commit(ctx, ledger.Change{
		Subject: keyless, Base: ledger.AnyVersion, At: f.now(), Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"},
		Entries: []ledger.Draft{{Kind: rights.SubjectErased}}, Rows: []any{again},
	})
	must(t, "the same again", err)
	_, err = f.DB.Docket(ctx, keyless)
	wantKind(t, "docket of the erased", err, errs.Gone)
}

func markOf(marks []rights.Mark, certificate string) rights.Mark {
	for _, m := range marks {
		if m.Certificate == certificate {
			return m
		}
	}
	return rights.Mark{}
}
