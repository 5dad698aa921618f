package storetest

import (
	"testing"
	"time"

	"livingprofile/internal/errs"
)

// positions of imports are kept, replaced, dropped, and forgotten in time.
func positions(t *testing.T, f Fixture) {
	ctx := t.Context()
	first, second := [32]byte{1}, [32]byte{2}
	_, err := f.DB.Position(ctx, first)
	wantKind(t, "before the first", err, errs.NotFound)
	must(t, "drop nothing", f.DB.DropPosition(ctx, first))
	for _, text := range []string{`{"rows":1}`, `{"rows":2}`} {
		must(t, "keep", f.DB.KeepPosition(ctx, first, []byte(text)))
		got, err := f.DB.Position(ctx, first)
		if err != nil || string(got) != text {
			t.Errorf("got %q, %v, want %q", got, err, text)
		}
	}
	must(t, "keep another", f.DB.KeepPosition(ctx, second, []byte(`{}`)))
	must(t, "drop", f.DB.DropPosition(ctx, second))
	_, err = f.DB.Position(ctx, second)
	wantKind(t, "after its end", err, errs.NotFound)

	f.Clock.Advance(31 * 24 * time.Hour)
	must(t, "keep another, a month later", f.DB.KeepPosition(ctx, second, []byte(`{}`)))
	_, err = f.DB.Position(ctx, first)
	wantKind(t, "a month later", err, errs.NotFound)
}
