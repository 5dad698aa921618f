package logintest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/login"
)

// SaveFrameLink is login.FrameStore.SaveFrameLink.
func (m *Memory) SaveFrameLink(_ context.Context, l login.FrameLink) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.frames[string(l.Token)] = l
	return nil
}

// FrameLink is login.FrameStore.FrameLink.
func (m *Memory) FrameLink(_ context.Context, token []byte) (login.FrameLink, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, ok := m.frames[string(token)]
	if !ok {
		return login.FrameLink{}, errs.New(errs.NotFound, "")
	}
	return l, nil
}

// RedeemFrame is login.FrameStore.RedeemFrame.
func (m *Memory) RedeemFrame(_ context.Context, token []byte, now time.Time, start login.Start) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, ok := m.frames[string(token)]
	if !ok {
		return errs.New(errs.Gone, "error.link_expired")
	}
	if err := l.Usable(now); err != nil {
		return err
	}
	if err := m.start(start); err != nil {
		return err
	}
	l.Spent = true
	m.frames[string(token)] = l
	return nil
}

func newFrameLink(subject id.Subject) login.FrameLink {
	return login.FrameLink{
		Token: digest(), Subject: subject, Brand: "hibiki",
		Frame: login.Frame{
			Origin: "https://www.hibiki.example", Sections: []string{"allow", "get"}, Acts: []string{login.ActDecide},
		},
		CreatedAt: start, ExpiresAt: start.Add(login.FrameLinkLife),
	}
}

func framedStart(l login.FrameLink) login.Start {
	s := newSession(l.Subject)
	s.Method, s.Frame, s.FreshUntil = login.ByBrandLink, &l.Frame, time.Time{}
	return startOf(s)
}

func frameLinkRoundTrip(t *testing.T, b Backend) {
	ctx := t.Context()
	want := newFrameLink(b.Subject())
	must(t, "save", b.Store.SaveFrameLink(ctx, want))
	got, err := b.Store.FrameLink(ctx, want.Token)
	must(t, "read", err)
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("link (-got +want):\n%s", d)
	}
	_, err = b.Store.FrameLink(ctx, digest())
	wantKind(t, "unknown link", err, errs.NotFound)

	begun := framedStart(want)
	must(t, "redeem", b.Store.RedeemFrame(ctx, want.Token, start, begun))
	if d := cmp.Diff(read(t, b, begun.Session), begun.Session); d != "" {
		t.Errorf("its session (-got +want):\n%s", d)
	}
	if got, err = b.Store.FrameLink(ctx, want.Token); err != nil || !got.Spent {
		t.Errorf("got %+v, %v, want it spent", got, err)
	}
}

func frameLinkOnce(t *testing.T, b Backend) {
	l := newFrameLink(b.Subject())
	must(t, "save", b.Store.SaveFrameLink(t.Context(), l))
	starts := make([]login.Start, 20)
	for i := range starts {
		starts[i] = framedStart(l)
	}
	won := parallel(t, len(starts), errs.Gone, func(ctx context.Context, i int) error {
		return b.Store.RedeemFrame(ctx, l.Token, start, starts[i])
	})
	if won != 1 {
		t.Errorf("got %d who opened it, want 1", won)
	}
	if n := len(b.Journal(l.Subject)); n != 1 {
		t.Errorf("got %d lines of the journal, want 1", n)
	}
}

func frameLinkOver(t *testing.T, b Backend) {
	ctx := t.Context()
	l := newFrameLink(b.Subject())
	must(t, "save", b.Store.SaveFrameLink(ctx, l))
	for name, now := range map[string]time.Time{
		"at its end": l.ExpiresAt, "under an earlier clock": start.Add(-time.Hour),
	} {
		wantKind(t, name, b.Store.RedeemFrame(ctx, l.Token, now, framedStart(l)), errs.Gone)
	}
	wantKind(t, "of nothing", b.Store.RedeemFrame(ctx, digest(), start, framedStart(l)), errs.Gone)
	if n := len(b.Journal(l.Subject)); n != 0 {
		t.Errorf("got %d lines of the journal, want none", n)
	}
	_, err := b.Store.Sweep(ctx, l.ExpiresAt.Add(time.Second), time.Hour, time.Hour)
	must(t, "sweep", err)
	_, err = b.Store.FrameLink(ctx, l.Token)
	wantKind(t, "after the sweep", err, errs.NotFound)
}
