package storetest

import (
	"bytes"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/once"
)

// answers walks requests through their lives; the clock is its own.
func answers(t *testing.T, f Fixture) {
	ctx := t.Context()
	subject := f.subject(t)
	r := once.Request{Key: []byte("who and which"), Print: []byte("what")}
	other := once.Request{Key: r.Key, Print: []byte("something else")}
	want := once.Answer{Status: 201, Header: map[string]string{"ETag": `"1"`}, Body: []byte("marker-4711"), Subject: subject}
	begin := func(r once.Request, kind errs.Kind) *once.Answer {
		t.Helper()
		a, err := f.DB.Begin(ctx, r, f.now())
		if errs.KindOf(err) != kind {
			t.Fatalf("begin: got %v, want %q", err, kind)
		}
		return a
	}

	if a := begin(r, ""); a != nil {
		t.Errorf("before it was answered: got %+v", a)
	}
	begin(r, errs.Conflict)
	begin(other, errs.Invalid)
	f.Clock.Advance(once.Lease)
	if a := begin(r, ""); a != nil {
		t.Errorf("whoever began it is gone: got %+v", a)
	}
	must(t, "keep", f.DB.Keep(ctx, r, want))
	if diff := cmp.Diff(begin(r, ""), &want); diff != "" {
		t.Errorf("again (-got +want):\n%s", diff)
	}
	begin(other, errs.Invalid)
	late := want
	late.Body = []byte("another answer")
	must(t, "keep again", f.DB.Keep(ctx, r, late))
	must(t, "forget what was answered", f.DB.Forget(ctx, r))
	if a := begin(r, ""); a == nil || !bytes.Equal(a.Body, want.Body) {
		t.Errorf("an answer that was given became %+v", a)
	}
	f.Clock.Advance(once.Keep)
	if a := begin(other, ""); a != nil {
		t.Errorf("a day later: got %+v", a)
	}
	must(t, "forget", f.DB.Forget(ctx, other))
	if a := begin(r, ""); a != nil {
		t.Errorf("after it was forgotten: got %+v", a)
	}
	f.Clock.Advance(time.Hour)
	if n, err := f.DB.SweepAnswers(ctx, f.now()); n != 1 || err != nil {
		t.Errorf("sweep: got %d, %v; want 1", n, err)
	}
}

// beginsOnce has many begin the same request: one carries it out.
func beginsOnce(t *testing.T, f Fixture) {
	r := once.Request{Key: []byte("at once"), Print: []byte("what")}
	var begun atomic.Int32
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			switch a, err := f.DB.Begin(t.Context(), r, f.now()); {
			case err == nil && a == nil:
				begun.Add(1)
			case !errors.Is(err, errs.Conflict):
				t.Errorf("got %+v, %v", a, err)
			}
		})
	}
	wg.Wait()
	if begun.Load() != 1 {
		t.Errorf("%d carry it out, want 1", begun.Load())
	}
}

// sealedAnswer looks for what was answered in the rows as they lie.
func sealedAnswer(t *testing.T, f Fixture) {
	r := once.Request{Key: []byte("sealed"), Print: []byte("what")}
	_, err := f.DB.Begin(t.Context(), r, f.now())
	must(t, "begin", err)
	must(t, "keep", f.DB.Keep(t.Context(), r, once.Answer{Status: 200, Body: []byte("marker-4711"), Subject: f.subject(t)}))
	var body []byte
	must(t, "read", f.SQL.QueryRowContext(t.Context(), "select body from answers where status = 200").Scan(&body))
	if len(body) == 0 || bytes.Contains(body, []byte("marker")) {
		t.Errorf("the answer lies in clear: %q", body)
	}
}
