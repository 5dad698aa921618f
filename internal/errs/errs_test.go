package errs_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
)

var kinds = [...]errs.Kind{
	errs.Invalid, errs.Unauthenticated, errs.Stale, errs.Forbidden, errs.NotFound,
	errs.Conflict, errs.Gone, errs.TooMany, errs.Unavailable,
}

// A kind is found through any wrapping, and no other with it.
func TestKind(t *testing.T) {
	t.Parallel()
	for _, k := range kinds {
		for name, err := range map[string]error{
			"itself":       k,
			"new":          errs.New(k, "error.some"),
			"wrap":         errs.Wrap(k, "error.some", io.EOF),
			"wrapped":      fmt.Errorf("load: %w", errs.New(k, "error.some")),
			"wrapped_bare": fmt.Errorf("load: %w", k),
			"joined":       errors.Join(io.ErrUnexpectedEOF, fmt.Errorf("load: %w", k)),
		} {
			for _, other := range kinds {
				if got := errors.Is(err, other); got != (other == k) {
					t.Errorf("%s of %q is %q: got %v", name, k, other, got)
				}
			}
			if got := errs.KindOf(err); got != k {
				t.Errorf("%s: kind is %q, want %q", name, got, k)
			}
		}
	}
	for _, err := range []error{nil, io.EOF, fmt.Errorf("load: %w", io.EOF)} {
		if got := errs.KindOf(err); got != "" {
			t.Errorf("kind of %v: got %q, want none", err, got)
		}
	}
}

// The outer kind is the answer: whoever wrapped knew more.
func TestKindOf_prefers_the_outer(t *testing.T) {
	t.Parallel()
	err := errs.Wrap(errs.Unavailable, "error.try_again", errs.New(errs.NotFound, "error.none"))
	if got := errs.KindOf(err); got != errs.Unavailable {
		t.Errorf("got %q, want %q", got, errs.Unavailable)
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	err := errs.Wrap(errs.Conflict, "error.conflict", io.EOF)
	if !errors.Is(err, io.EOF) {
		t.Error("the cause is lost")
	}
	if got, want := err.Error(), "conflict (error.conflict): EOF"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := errs.Wrap(errs.Conflict, "error.conflict", nil); err != nil {
		t.Errorf("of nothing: got %v, want nil", err)
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	err := errs.New(errs.Invalid, "error.too_long", "max", 254, "least", 1)
	if d := cmp.Diff(err.Args, map[string]any{"max": 254, "least": 1}); d != "" {
		t.Errorf("arguments (-got +want):\n%s", d)
	}
	if got, want := err.Error(), "invalid (error.too_long)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if bare := errs.New(errs.Gone, ""); bare.Args != nil || bare.Error() != "gone" {
		t.Errorf("bare: got %+v, %q", bare, bare.Error())
	}
	var e *errs.Error
	if !errors.As(fmt.Errorf("load: %w", err), &e) || e.ID != "error.too_long" {
		t.Errorf("through wrapping: got %+v", e)
	}
}

func TestInvalidFields(t *testing.T) {
	t.Parallel()
	if err := errs.InvalidFields(); err != nil {
		t.Errorf("of nothing: got %v, want nil", err)
	}
	err := errs.InvalidFields(errs.At("name", "error.required"), errs.At("born", "error.too_late", "max", "2026"))
	if !errors.Is(err, errs.Invalid) {
		t.Errorf("got %v, want %v", err, errs.Invalid)
	}
	if got, want := err.Error(), "invalid (error.invalid); name error.required; born error.too_late"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	var e *errs.Error
	if !errors.As(err, &e) || len(e.Fields) != 2 || e.Fields[1].Args["max"] != "2026" || e.Fields[0].Args != nil {
		t.Errorf("fields: got %+v", e)
	}
}
