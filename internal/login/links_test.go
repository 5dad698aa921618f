package login_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/job"
	"livingprofile/internal/login"
	"livingprofile/internal/login/logintest"
	"livingprofile/internal/secret"
)

func TestSignIn(t *testing.T) {
	t.Run("the_browser_that_asked_needs_no_code", func(t *testing.T) {
		k := newKit(t, login.Settings{})
		subject := k.directory.Add(known, "ja")
		asked, token := k.link("  Hana@EXAMPLE.com ")
		view, err := k.links.Open(t.Context(), token, asked.Binding)
		check(t, "open", err)
		want := login.View{
			Purpose: login.SignIn, Brand: brandName, SameBrowser: true,
			TriesLeft: login.CodeTries, ExpiresAt: morning.Add(10 * time.Minute),
		}
		if d := cmp.Diff(view, want); d != "" {
			t.Errorf("view (-got +want):\n%s", d)
		}
		p, err := k.redeem(login.Answer{Token: token, Binding: asked.Binding})
		check(t, "redeem", err)
		if p.Subject != subject || p.Registered || p.Address != known {
			t.Errorf("proved %q for %q, registered %v", p.Address, p.Subject, p.Registered)
		}
		s, err := k.sessions.Check(t.Context(), p.Cookie)
		check(t, "check", err)
		if s.Subject != subject || s.Assurance != login.Mailbox || s.Method != login.ByLink {
			t.Errorf("session of %q by %s with assurance %d", s.Subject, s.Method, s.Assurance)
		}
		if s.Fresh(k.clock.Now()) {
			t.Error("a sign-in by link passes for a fresh proof")
		}
		if k.woken != 1 {
			t.Errorf("woken %d times, want once", k.woken)
		}
	})
	t.Run("another_browser_needs_the_code", func(t *testing.T) {
		k := newKit(t, login.Settings{})
		k.directory.Add(known, "")
		asked, token := k.link(known)
		view, err := k.links.Open(t.Context(), token, "")
		check(t, "open", err)
		if view.SameBrowser {
			t.Error("taken for the browser that asked")
		}
		_, err = k.redeem(login.Answer{Token: token, Code: asked.Code})
		check(t, "redeem", err)
	})
}

func TestSignInOfAStranger(t *testing.T) {
	t.Run("is_a_registration", func(t *testing.T) {
		k := newKit(t, login.Settings{})
		p := k.signIn(unknown)
		if !p.Registered || p.Subject == "" {
			t.Errorf("registered %v as %q", p.Registered, p.Subject)
		}
		if again := k.signIn(unknown); again.Registered || again.Subject != p.Subject {
			t.Errorf("second time registered %v as %q, want %q", again.Registered, again.Subject, p.Subject)
		}
	})
	t.Run("a_brand_without_registration_refuses_and_spends_nothing", func(t *testing.T) {
		k := newKit(t, login.Settings{})
		asked, token := k.link(unknown)
		k.directory.CloseBrand(brandName)
		_, err := k.redeem(login.Answer{Token: token, Binding: asked.Binding})
		wantKind(t, "redeem", err, errs.Forbidden)
		k.directory.Add(unknown, "")
		_, err = k.redeem(login.Answer{Token: token, Binding: asked.Binding})
		check(t, "redeem once there is a profile", err)
	})
}

func TestBinding(t *testing.T) {
	t.Run("is_shared_by_two_tabs", func(t *testing.T) {
		k := newKit(t, login.Settings{})
		first, one := k.link(known)
		second, two := k.link(known, func(q *login.Question) { q.Binding = first.Binding })
		if second.Binding != first.Binding {
			t.Fatal("the second tab has a binding of its own")
		}
		for _, token := range []string{one, two} {
			_, err := k.redeem(login.Answer{Token: token, Binding: first.Binding})
			check(t, "redeem", err)
		}
	})
	t.Run("is_replaced_when_forged", func(t *testing.T) {
		k := newKit(t, login.Settings{})
		asked, err := k.ask(known, func(q *login.Question) { q.Binding = "1" })
		check(t, "ask", err)
		if !login.ValidToken(asked.Binding) {
			t.Errorf("binding %q", asked.Binding)
		}
	})
}

// S13: of any number of parallel uses of a link one succeeds.
func TestRedeemOnce(t *testing.T) {
	const links, uses = 100, 100
	k := newKit(t, login.Settings{AsksPerNetwork: links, AsksPerAddress: links})
	k.directory.Add(known, "")
	ctx := context.WithoutCancel(t.Context())
	for range links {
		asked, token := k.link(known)
		var won atomic.Int64
		var wg sync.WaitGroup
		for range uses {
			wg.Go(func() {
				_, err := k.links.Redeem(ctx, login.Answer{Token: token, Binding: asked.Binding})
				if err == nil {
					won.Add(1)
				} else if !errors.Is(err, errs.Gone) {
					t.Errorf("got %v, want gone", err)
				}
			})
		}
		wg.Wait()
		if got := won.Load(); got != 1 {
			t.Fatalf("%d of %d uses succeeded, want 1", got, uses)
		}
	}
}

// S14: a scanner that opens the link and presses every button harms nothing.
func TestScanner(t *testing.T) {
	k := newKit(t, login.Settings{})
	k.directory.Add(known, "")
	asked, token := k.link(known)
	before := k.store.Attempts()
	for range 20 {
		_, err := k.links.Open(t.Context(), token, "")
		check(t, "open", err)
		for _, in := range []login.Answer{
			{Token: token},
			{Token: token, Binding: secret.Token()},
			{Token: token, Code: "on"},
			{Token: token, Code: "       "},
		} {
			_, err := k.redeem(in)
			if !errors.Is(err, errs.Forbidden) && !errors.Is(err, errs.Invalid) {
				t.Fatalf("%+v: got %v, want a refusal", in, err)
			}
		}
	}
	if d := cmp.Diff(k.store.Attempts(), before); d != "" {
		t.Errorf("the attempt changed (-got +want):\n%s", d)
	}
	if got := k.store.Journal(); len(got) != 0 {
		t.Errorf("journal has %v", got)
	}
	_, err := k.redeem(login.Answer{Token: token, Binding: asked.Binding})
	check(t, "redeem by the person", err)
}

func TestGone(t *testing.T) {
	k := newKit(t, login.Settings{LinkLife: time.Hour})
	k.directory.Add(known, "")
	asked, token := k.link(known)
	answer := login.Answer{Token: token, Binding: asked.Binding}
	refused := func(what, id string) {
		t.Helper()
		_, err := k.links.Open(t.Context(), token, asked.Binding)
		wantKind(t, "open "+what, err, errs.Gone)
		if got := messageID(err); got != id {
			t.Errorf("open %s: %s, want %s", what, got, id)
		}
		_, err = k.redeem(answer)
		wantKind(t, "redeem "+what, err, errs.Gone)
	}
	// Whatever the setting says, ten minutes is the end (ASVS 6.5.5).
	k.clock.Advance(10 * time.Minute)
	refused("at the end", "error.link_expired")
	k.clock.Advance(-5 * time.Minute)
	refused("with the clock set back", "error.link_expired")

	k.clock.Advance(day)
	asked, token = k.link(known)
	answer = login.Answer{Token: token, Binding: asked.Binding}
	_, err := k.redeem(answer)
	check(t, "redeem", err)
	refused("when spent", "error.link_used")
	k.clock.Advance(-time.Minute)
	refused("when spent, with the clock set back", "error.link_used")

	_, err = k.redeem(login.Answer{Token: secret.Token(), Binding: asked.Binding})
	wantKind(t, "unknown token", err, errs.Gone)
	_, err = k.redeem(login.Answer{Token: "' or 1=1", Binding: asked.Binding})
	wantKind(t, "no token", err, errs.Gone)
}

// A clock that was set back far must not revive a link nobody tried to use
// while it was over.
func TestClockSetBack(t *testing.T) {
	k := newKit(t, login.Settings{})
	asked, token := k.link(known)
	k.clock.Advance(-time.Hour)
	_, err := k.redeem(login.Answer{Token: token, Binding: asked.Binding})
	wantKind(t, "before it was made", err, errs.Gone)

	k.clock.Advance(time.Hour + 11*time.Minute)
	check(t, "sweep", login.Sweep(k.store).Do(t.Context(), k.clock.Now()))
	k.clock.Advance(-5 * time.Minute)
	_, err = k.redeem(login.Answer{Token: token, Binding: asked.Binding})
	wantKind(t, "swept", err, errs.Gone)
}

func TestAskRefuses(t *testing.T) {
	k := newKit(t, login.Settings{})
	for _, tt := range []struct {
		name, address, want string
		change              func(*login.Question)
	}{
		{"no address", " ", "address error.required", nil},
		{"not an address", "hana", "address error.not_an_email", nil},
		{"two recipients", "a@example.com,b@example.com", "address error.not_an_email", nil},
		{"a header", "a@example.com\r\nBcc: b@example.com", "address error.not_an_email", nil},
		{"no purpose", known, "error.invalid", func(q *login.Question) { q.Purpose = "" }},
		{"sign-in for somebody", known, "error.invalid", func(q *login.Question) { q.Subject = "s" }},
		{"fresh proof of nobody", known, "error.invalid", func(q *login.Question) { q.Purpose = login.FreshProof }},
		{"confirmation of nothing", known, "error.invalid", func(q *login.Question) { q.Purpose = login.ConfirmConsent }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			change := tt.change
			if change == nil {
				change = func(*login.Question) {}
			}
			_, err := k.ask(tt.address, change)
			wantKind(t, "ask", err, errs.Invalid)
			if got := messageID(err); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if got := len(k.store.Attempts()); got != 0 {
		t.Errorf("%d attempts, want none", got)
	}
}

// spy notes which methods of the store are called.
type spy struct {
	*logintest.Memory
	calls []string
}

func (s *spy) Spend(ctx context.Context, c []login.Counter, now time.Time) (time.Time, error) {
	s.calls = append(s.calls, "Spend")
	return s.Memory.Spend(ctx, c, now)
}

func (s *spy) SaveAttempt(ctx context.Context, a login.Attempt, mail job.Job) error {
	s.calls = append(s.calls, "SaveAttempt "+mail.Kind)
	return s.Memory.SaveAttempt(ctx, a, mail)
}

// S11: asking does the same and answers the same whether the address is known
// or not. The directory is not even there to be asked.
func TestEnumeration(t *testing.T) {
	k := newKit(t, login.Settings{})
	k.directory.Add(known, "")
	s := &spy{Memory: k.store}
	links := login.NewLinks(s, logintest.Keys{}, nil, k.clock, login.Settings{}, nil)
	ask := func(address string) (login.Asked, []string, int) {
		s.calls = nil
		asked, err := links.Ask(t.Context(), login.Question{
			Purpose: login.SignIn, Brand: brandName, Address: address, Network: network(0),
		})
		check(t, "ask", err)
		jobs := k.store.Jobs()
		return asked, slices.Clone(s.calls), len(jobs[len(jobs)-1].Payload)
	}
	// Of one length, so that the payloads may be compared.
	a, first, size := ask("hana@example.com")
	b, second, other := ask("hena@example.com")
	if d := cmp.Diff(second, first); d != "" {
		t.Errorf("calls to the store (-unknown +known):\n%s", d)
	}
	if size != other {
		t.Errorf("payloads of %d and %d bytes", size, other)
	}
	if len(a.Code) != len(b.Code) || len(a.Binding) != len(b.Binding) || !a.ExpiresAt.Equal(b.ExpiresAt) {
		t.Errorf("answers %+v and %+v", a, b)
	}
}

func TestNothingSecretIsKept(t *testing.T) {
	k := newKit(t, login.Settings{})
	asked, token := k.link(known)
	a := k.store.Attempts()[0]
	for _, kept := range [][]byte{a.Token, a.Binding, a.Code, a.Index} {
		if len(kept) != 32 {
			t.Errorf("digest of %d bytes", len(kept))
		}
		for _, s := range []string{token, asked.Code, asked.Binding, known} {
			if string(kept) == s {
				t.Error("a secret is kept in clear")
			}
		}
	}
	for _, l := range k.letters {
		if got := string(l.Data); got == "" || containsAny(got, asked.Code, asked.Binding) {
			t.Errorf("the mail tells %s", got)
		}
	}
}
