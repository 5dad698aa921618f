package staff_test

import (
	"errors"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/staff"
	"livingprofile/internal/staff/stafftest"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

const origin = "https://console.example.com"

// A kit is the service on a real store.
type kit struct {
	*staff.Service
	t     *testing.T
	db    *store.DB
	clock *clock.Fake
}

// onEngines runs a test on the service over each engine.
func onEngines(t *testing.T, test func(k *kit)) {
	testkit.OnEngines(t, func(t *testing.T, db *store.DB, c *clock.Fake) {
		s, err := staff.NewService(staff.Deps{
			Store: db, Entrance: db, Keys: db.Ring(), Clock: c, Origin: origin,
			Brand: func(name string) bool { return name == "hibiki" || name == "kawara" },
		})
		if err != nil {
			t.Fatal(err)
		}
		test(&kit{s, t, db, c})
	})
}

// invite makes a member of a role and returns the token of their invitation.
func (k *kit) invite(r authz.Role, brands ...string) (staff.Member, string) {
	k.t.Helper()
	m, token, err := k.Invite(k.t.Context(), staff.By{}, staff.Member{Name: "Mika Mori", Email: "mori@example.com", Role: r, Brands: brands})
	if err != nil {
		k.t.Fatal(err)
	}
	return m, token
}

var here = netip.MustParseAddr("203.0.113.7")

// begin is what a page of an invitation is given.
func (k *kit) begin(token string) []byte {
	k.t.Helper()
	asked, err := k.BeginJoin(k.t.Context(), token, here)
	if err != nil {
		k.t.Fatal(err)
	}
	return asked
}

func (k *kit) ask() []byte {
	k.t.Helper()
	asked, err := k.BeginSignIn(k.t.Context(), here)
	if err != nil {
		k.t.Fatal(err)
	}
	return asked
}

// join takes an invitation up with a new device.
func (k *kit) join(r authz.Role, brands ...string) (staff.Member, *stafftest.Device, string) {
	k.t.Helper()
	m, token := k.invite(r, brands...)
	d := stafftest.NewDevice(k.t, origin)
	_, cookie, err := k.Join(k.t.Context(), token, d.Make(k.begin(token)))
	if err != nil {
		k.t.Fatal(err)
	}
	return m, d, cookie
}

func wantKind(t *testing.T, what string, err error, kind errs.Kind) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: got %v, want %s", what, err, kind)
	}
}

func TestJoinAndSignIn(t *testing.T) {
	onEngines(t, func(k *kit) {
		m, d, cookie := k.join(authz.DPO)
		ctx := k.t.Context()
		session, err := k.Check(ctx, cookie)
		if err != nil || session.Member.ID != m.ID || session.Member.Role != authz.DPO {
			k.t.Fatalf("got %+v, %v", session, err)
		}
		if err := k.SignOut(ctx, session); err != nil {
			k.t.Fatal(err)
		}
		_, err = k.Check(ctx, cookie)
		wantKind(k.t, "after signing out", err, errs.Unauthenticated)

		_, again, err := k.SignIn(ctx, d.Use(k.ask()))
		if err != nil {
			k.t.Fatal(err)
		}
		if session, err = k.Check(ctx, again); err != nil || session.Member.ID != m.ID {
			k.t.Errorf("got %+v, %v", session, err)
		}
		k.clock.Advance(staff.IdleFor)
		_, err = k.Check(ctx, again)
		wantKind(k.t, "after a while without use", err, errs.Unauthenticated)
	})
}

// TestSessionEnds: use keeps a session alive, and not for ever.
func TestSessionEnds(t *testing.T) {
	onEngines(t, func(k *kit) {
		_, _, cookie := k.join(authz.DPO)
		var used time.Duration
		for used < staff.AbsoluteFor-10*time.Minute {
			k.clock.Advance(10 * time.Minute)
			used += 10 * time.Minute
			if _, err := k.Check(k.t.Context(), cookie); err != nil {
				k.t.Fatalf("after %v: %v", used, err)
			}
		}
		k.clock.Advance(10 * time.Minute)
		_, err := k.Check(k.t.Context(), cookie)
		wantKind(k.t, "after the longest life", err, errs.Unauthenticated)
	})
}

// TestPasskeys is S19: what no passkey of a member says is accepted by nobody.
func TestPasskeys(t *testing.T) {
	onEngines(t, func(k *kit) {
		ctx := k.t.Context()
		_, d, _ := k.join(authz.DPO)
		other, _, _ := k.join(authz.Administrator)
		signIn := func(d stafftest.Device) error {
			_, _, err := k.SignIn(ctx, d.Use(k.ask()))
			return err
		}
		elsewhere, framed, unproved, claims := *d, *d, *d, *d
		elsewhere.Origin = "https://console.example.com.evil.example"
		framed.Party = "evil.example"
		unproved.Unproved = true
		claims.Claim(string(other.ID))
		stranger := stafftest.NewDevice(k.t, origin)
		stranger.Claim(string(other.ID))
		for what, d := range map[string]stafftest.Device{
			"another origin": elsewhere, "another party": framed, "no check of the user": unproved,
			"another's passkey": claims, "a passkey that nobody made": *stranger,
		} {
			wantKind(k.t, what, signIn(d), errs.Forbidden)
		}
		answer := d.Use(k.ask())
		if _, _, err := k.SignIn(ctx, answer); err != nil {
			k.t.Fatal(err)
		}
		_, _, err := k.SignIn(ctx, answer)
		wantKind(k.t, "the same answer again", err, errs.Gone)

		late := d.Use(k.ask())
		k.clock.Advance(5 * time.Minute)
		_, _, err = k.SignIn(ctx, late)
		wantKind(k.t, "an answer that is late", err, errs.Gone)

		_, token := k.invite(authz.DPO)
		_, _, err = k.SignIn(ctx, d.Use(k.begin(token)))
		wantKind(k.t, "the challenge of an invitation", err, errs.Forbidden)
		for _, junk := range []string{"", "{}", "null", "[]", `{"id":"x"}`} {
			_, _, err = k.SignIn(ctx, []byte(junk))
			wantKind(k.t, junk, err, errs.Forbidden)
		}
	})
}

// TestClonedCounter: a device whose counter goes back is a copy.
func TestClonedCounter(t *testing.T) {
	onEngines(t, func(k *kit) {
		ctx := k.t.Context()
		_, d, _ := k.join(authz.DPO)
		for _, n := range []uint32{5, 6} {
			d.Counter = n
			if _, _, err := k.SignIn(ctx, d.Use(k.ask())); err != nil {
				k.t.Fatalf("use %d: %v", n, err)
			}
		}
		d.Counter = 6
		_, _, err := k.SignIn(ctx, d.Use(k.ask()))
		wantKind(k.t, "the counter stands", err, errs.Forbidden)
	})
}

// TestInviteOnce is S13: of any number of uses of an invitation at the same
// time one counts.
func TestInviteOnce(t *testing.T) {
	onEngines(t, func(k *kit) {
		ctx := k.t.Context()
		for range 5 {
			m, token := k.invite(authz.DPO)
			const uses = 50
			var answers [uses][]byte
			for i := range answers {
				answers[i] = stafftest.NewDevice(k.t, origin).Make(k.begin(token))
			}
			var mu sync.Mutex
			won := 0
			var all sync.WaitGroup
			for _, a := range answers {
				all.Go(func() {
					_, _, err := k.Join(ctx, token, a)
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil:
						won++
					case !errors.Is(err, errs.Gone):
						k.t.Errorf("got %v, want gone", err)
					}
				})
			}
			all.Wait()
			keys, err := k.db.StaffPasskeys(ctx, m.ID)
			if err != nil || won != 1 || len(keys) != 1 {
				k.t.Fatalf("%d of %d came in with %d passkeys, want 1: %v", won, uses, len(keys), err)
			}
		}
	})
}

func TestInvitations(t *testing.T) {
	onEngines(t, func(k *kit) {
		ctx := k.t.Context()
		m, token := k.invite(authz.DPO)
		for range 3 {
			if got, err := k.Invited(ctx, token); err != nil || got.ID != m.ID {
				k.t.Fatalf("opening it: got %+v, %v", got, err)
			}
		}
		_, next, err := k.InviteAgain(ctx, staff.By{}, m.ID)
		if err != nil {
			k.t.Fatal(err)
		}
		_, err = k.Invited(ctx, token)
		wantKind(k.t, "the one that another took the place of", err, errs.Gone)
		another, theirs := k.invite(authz.Support)
		_, _, err = k.Join(ctx, next, stafftest.NewDevice(k.t, origin).Make(k.begin(theirs)))
		wantKind(k.t, "the challenge of another invitation", err, errs.Forbidden)
		if err := k.Disable(ctx, staff.By{}, another.ID); err != nil {
			k.t.Fatal(err)
		}
		_, err = k.Invited(ctx, theirs)
		wantKind(k.t, "of somebody who was disabled", err, errs.Gone)
		k.clock.Advance(staff.InviteLife)
		_, err = k.Invited(ctx, next)
		wantKind(k.t, "after its time", err, errs.Gone)
		for _, junk := range []string{"", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
			_, err = k.Invited(ctx, junk)
			wantKind(k.t, junk, err, errs.Gone)
		}
	})
}
