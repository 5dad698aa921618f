package login_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/login"
	"livingprofile/internal/secret"
)

func (k *kit) start(in login.SignedIn, replaces string) (login.Session, string) {
	k.t.Helper()
	s, cookie, err := k.sessions.Start(k.t.Context(), in, replaces)
	check(k.t, "start", err)
	return s, cookie
}

func byPasskey(subject id.Subject) login.SignedIn {
	return login.SignedIn{
		Subject: subject, Brand: brandName, Method: login.ByPasskey, Assurance: login.Strong,
		Fresh: true, UserAgent: "Browser/1", Network: "192.0.2.0/24",
	}
}

func TestSessionEnds(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  login.Settings
		uses []time.Duration // after the start
		end  time.Duration
	}{
		{"idle_after_half_an_hour", login.Settings{}, nil, 30 * time.Minute},
		{"later_when_used", login.Settings{}, []time.Duration{20 * time.Minute, 40 * time.Minute}, 70 * time.Minute},
		{"idle_as_set", login.Settings{IdleFor: time.Hour}, nil, time.Hour},
		{
			"after_twelve_hours_in_any_case",
			login.Settings{IdleFor: 7 * time.Hour},
			[]time.Duration{6 * time.Hour, 11 * time.Hour},
			12 * time.Hour,
		},
		{"absolutely_as_set", login.Settings{AbsoluteFor: 5 * time.Minute}, nil, 5 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := newKit(t, tt.set)
			_, cookie := k.start(byPasskey("s"), "")
			at := func(d time.Duration) error {
				k.clock.Advance(morning.Add(d).Sub(k.clock.Now()))
				_, err := k.sessions.Check(t.Context(), cookie)
				return err
			}
			for _, d := range tt.uses {
				check(t, "use", at(d))
			}
			check(t, "just before the end", k.peek(cookie, tt.end-time.Microsecond))
			wantKind(t, "at the end", at(tt.end), errs.Unauthenticated)
			// Expiry that was noticed is kept, whatever the clock says after.
			wantKind(t, "with the clock set back", at(tt.end-2*time.Minute), errs.Unauthenticated)
			journal := k.store.Journal()
			if last := journal[len(journal)-1]; last.Kind != login.SessionEnded || last.Why != login.WhyExpired {
				t.Errorf("journal ends with %+v", last)
			}
		})
	}
}

// peek tells whether the session would be alive at d, without using it.
func (k *kit) peek(cookie string, d time.Duration) error {
	s, err := k.store.Session(k.t.Context(), sessionDigest(cookie))
	if err != nil {
		return err
	}
	if s.IdleUntil.After(s.AbsoluteUntil) {
		k.t.Errorf("kept until %v, and %v in any case", s.IdleUntil, s.AbsoluteUntil)
	}
	return s.Alive(morning.Add(d))
}

// S02: replay after sign-out never works.
func TestSignOut(t *testing.T) {
	k := newKit(t, login.Settings{})
	for range 1000 {
		_, cookie := k.start(byPasskey("s"), "")
		check(t, "end", k.sessions.End(t.Context(), cookie))
		if _, err := k.sessions.Check(t.Context(), cookie); err == nil {
			t.Fatal("a session lives on after sign-out")
		}
		check(t, "end again", k.sessions.End(t.Context(), cookie))
	}
	check(t, "end of nothing", k.sessions.End(t.Context(), ""))
	check(t, "end of something unknown", k.sessions.End(t.Context(), secret.Token()))
}

func TestCheckRefuses(t *testing.T) {
	k := newKit(t, login.Settings{})
	s, cookie := k.start(byPasskey("s"), "")
	for name, value := range map[string]string{
		"nothing":        "",
		"another token":  secret.Token(),
		"the id":         string(s.ID),
		"the digest":     string(s.Digest),
		"a changed case": strings.ToLower(cookie),
		"a space after":  cookie + " ",
	} {
		_, err := k.sessions.Check(t.Context(), value)
		wantKind(t, name, err, errs.Unauthenticated)
	}
	k.clock.Advance(-time.Hour)
	_, err := k.sessions.Check(t.Context(), cookie)
	wantKind(t, "with the clock set back", err, errs.Unauthenticated)
	k.clock.Advance(time.Hour)
	_, err = k.sessions.Check(t.Context(), cookie)
	check(t, "with the clock right again", err)
}

func TestTouchIsRare(t *testing.T) {
	k := newKit(t, login.Settings{})
	_, cookie := k.start(byPasskey("s"), "")
	seen := func() time.Time {
		s, err := k.store.Session(t.Context(), sessionDigest(cookie))
		check(t, "read", err)
		return s.LastSeen
	}
	k.clock.Advance(time.Minute - time.Microsecond)
	_, err := k.sessions.Check(t.Context(), cookie)
	check(t, "check", err)
	if got := seen(); !got.Equal(morning) {
		t.Errorf("written within a minute: %v", got)
	}
	k.clock.Advance(time.Microsecond)
	s, err := k.sessions.Check(t.Context(), cookie)
	check(t, "check", err)
	if got := seen(); !got.Equal(k.clock.Now()) || !s.LastSeen.Equal(got) {
		t.Errorf("kept %v, returned %v, want %v", got, s.LastSeen, k.clock.Now())
	}
}

func TestProve(t *testing.T) {
	k := newKit(t, login.Settings{})
	in := byPasskey("s")
	in.Method, in.Assurance, in.Fresh = login.ByBrandLink, login.Asserted, false
	old, cookie := k.start(in, "")
	_, _, err := k.sessions.Prove(t.Context(), cookie, byPasskey("other"))
	wantKind(t, "with another's passkey", err, errs.Forbidden)
	s, fresh, err := k.sessions.Prove(t.Context(), cookie, byPasskey("s"))
	check(t, "prove", err)
	if !s.Fresh(k.clock.Now()) || s.Assurance != login.Strong || s.Previous != old.ID {
		t.Errorf("session %+v", s)
	}
	_, _, err = k.sessions.Prove(t.Context(), cookie, byPasskey("s"))
	wantKind(t, "with the old id", err, errs.Unauthenticated)
	_, err = k.sessions.Check(t.Context(), fresh)
	check(t, "the new id", err)

	weak := in
	weak.Subject = "s"
	s, _, err = k.sessions.Prove(t.Context(), fresh, weak)
	check(t, "prove with less", err)
	if s.Assurance != login.Strong {
		t.Errorf("a weaker proof took assurance away: %d", s.Assurance)
	}
}

func TestEndElsewhere(t *testing.T) {
	k := newKit(t, login.Settings{})
	ctx := t.Context()
	own, cookie := k.start(byPasskey("s"), "")
	second, _ := k.start(byPasskey("s"), "")
	k.start(byPasskey("s"), "")
	foreign, theirs := k.start(byPasskey("t"), "")

	wantKind(t, "another's session", k.sessions.EndOne(ctx, "s", foreign.ID), errs.NotFound)
	wantKind(t, "no session", k.sessions.EndOne(ctx, "s", ""), errs.NotFound)
	check(t, "end one", k.sessions.EndOne(ctx, "s", second.ID))
	wantKind(t, "again", k.sessions.EndOne(ctx, "s", second.ID), errs.NotFound)
	n, err := k.sessions.EndOthers(ctx, own)
	if n != 1 || err != nil {
		t.Errorf("ended %d others, %v; want 1", n, err)
	}
	list, err := k.sessions.List(ctx, "s")
	if err != nil || len(list) != 1 || list[0].ID != own.ID {
		t.Errorf("list %v, %v; want the own session", list, err)
	}
	if n, err = k.sessions.EndAll(ctx, "s", login.WhyErased); n != 1 || err != nil {
		t.Errorf("ended %d, %v; want 1", n, err)
	}
	_, err = k.sessions.Check(ctx, cookie)
	wantKind(t, "after the end of all", err, errs.Unauthenticated)
	_, err = k.sessions.Check(ctx, theirs)
	check(t, "another subject's", err)
}

func TestStartRefuses(t *testing.T) {
	k := newKit(t, login.Settings{})
	for name, change := range map[string]func(*login.SignedIn){
		"no subject":   func(in *login.SignedIn) { in.Subject = "" },
		"no method":    func(in *login.SignedIn) { in.Method = "" },
		"no assurance": func(in *login.SignedIn) { in.Assurance = 0 },
	} {
		in := byPasskey("s")
		change(&in)
		if _, _, err := k.sessions.Start(t.Context(), in, ""); err == nil {
			t.Errorf("%s: a session began", name)
		}
	}
	in := byPasskey("s")
	in.UserAgent = strings.Repeat("日", 200) + "\r\n\x00"
	s, _ := k.start(in, "")
	if len(s.UserAgent) > 300 || strings.ContainsAny(s.UserAgent, "\r\n\x00\ufffd") {
		t.Errorf("kept %d bytes: %q", len(s.UserAgent), s.UserAgent)
	}
}

func TestIdsAreUnique(t *testing.T) {
	k := newKit(t, login.Settings{})
	seen := make(map[string]bool)
	for range 2000 {
		s, cookie := k.start(byPasskey("s"), "")
		if seen[cookie] || seen[string(s.ID)] {
			t.Fatal("an id came twice")
		}
		seen[cookie], seen[string(s.ID)] = true, true
	}
}

// Whatever is done in whatever order, a session never lives past the absolute
// end of the first sign-in, is never idle for longer than allowed, and once
// refused stays refused.
func TestSessionProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		k := newKit(t, login.Settings{})
		_, cookie := k.start(byPasskey("s"), "")
		dead := make(map[string]bool)
		lastUse := morning
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			k.clock.Advance(time.Duration(rapid.IntRange(-3, 40).Draw(rt, "minutes")) * time.Minute)
			now := k.clock.Now()
			switch rapid.SampledFrom([]string{"use", "use", "use", "prove", "end"}).Draw(rt, "step") {
			case "use":
				s, err := k.sessions.Check(t.Context(), cookie)
				if messageID(err) == "error.session_expired" {
					dead[cookie] = true
				}
				if err != nil {
					break
				}
				if !now.Before(morning.Add(12*time.Hour)) || now.Sub(lastUse) >= 30*time.Minute+time.Minute {
					rt.Fatalf("alive at %v, last used at %v", now, lastUse)
				}
				if s.IdleUntil.After(s.AbsoluteUntil) || s.FreshUntil.After(s.AbsoluteUntil) {
					rt.Fatalf("ends after its end: %+v", s)
				}
				if now.After(lastUse) {
					lastUse = now
				}
			case "prove":
				_, fresh, err := k.sessions.Prove(t.Context(), cookie, byPasskey("s"))
				if err == nil {
					dead[cookie] = true
					cookie, lastUse = fresh, now
				}
			case "end":
				if err := k.sessions.End(t.Context(), cookie); err != nil {
					rt.Fatal(err)
				}
				dead[cookie] = true
			}
			for d := range dead {
				if _, err := k.sessions.Check(t.Context(), d); err == nil {
					rt.Fatal("a dead session lives again")
				}
			}
		}
	})
}
