package login_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/login"
)

// freshProof asks for a fresh proof in the session of p.
func (k *kit) freshProof(p login.Proof) (login.Asked, string) {
	k.t.Helper()
	return k.link(p.Address, func(q *login.Question) {
		q.Purpose, q.Subject, q.Session = login.FreshProof, p.Subject, p.Session.ID
	})
}

func TestFreshProof(t *testing.T) {
	t.Run("carries_the_session_on_under_a_new_id", func(t *testing.T) {
		k := newKit(t, login.Settings{})
		k.directory.Add(known, "")
		p := k.signIn(known)
		k.clock.Advance(20 * time.Minute)
		asked, token := k.freshProof(p)
		proved, err := k.redeem(login.Answer{Token: token, Binding: asked.Binding, Session: p.Cookie})
		check(t, "redeem", err)
		_, err = k.sessions.Check(t.Context(), p.Cookie)
		wantKind(t, "the old id", err, errs.Unauthenticated)
		s, err := k.sessions.Check(t.Context(), proved.Cookie)
		check(t, "the new id", err)
		if s.Previous != p.Session.ID || !s.AbsoluteUntil.Equal(p.Session.AbsoluteUntil) || !s.CreatedAt.Equal(morning) {
			t.Errorf("session %+v does not carry %+v on", s, p.Session)
		}
		fresh := func(want bool) {
			t.Helper()
			if got := s.Fresh(k.clock.Now()); got != want {
				t.Errorf("fresh %v, want %v", got, want)
			}
		}
		fresh(true)
		k.clock.Advance(10*time.Minute - time.Microsecond)
		fresh(true)
		k.clock.Advance(time.Microsecond)
		fresh(false)
		kinds := make([]string, 0, 2)
		for _, j := range k.store.Journal() {
			kinds = append(kinds, j.Kind)
		}
		if d := cmp.Diff(kinds, []string{login.SessionStarted, login.SessionProved}); d != "" {
			t.Errorf("journal (-got +want):\n%s", d)
		}
	})
	t.Run("in_another_browser_starts_a_fresh_session_there", func(t *testing.T) {
		k := newKit(t, login.Settings{})
		k.directory.Add(known, "")
		p := k.signIn(known)
		asked, token := k.freshProof(p)
		proved, err := k.redeem(login.Answer{Token: token, Code: asked.Code})
		check(t, "redeem", err)
		if !proved.Session.Fresh(k.clock.Now()) || proved.Session.Previous != "" {
			t.Errorf("session %+v, want a fresh one of its own", proved.Session)
		}
		s, err := k.sessions.Check(t.Context(), p.Cookie)
		check(t, "the session that asked", err)
		if s.Fresh(k.clock.Now()) {
			t.Error("the session that asked became fresh elsewhere")
		}
	})
}

func TestFreshProofOfSomebodyElse(t *testing.T) {
	t.Run("does_not_carry_their_session_on", func(t *testing.T) {
		k := newKit(t, login.Settings{})
		k.directory.Add(known, "")
		k.directory.Add(unknown, "")
		p, other := k.signIn(known), k.signIn(unknown)
		asked, token := k.freshProof(p)
		proved, err := k.redeem(login.Answer{Token: token, Binding: asked.Binding, Session: other.Cookie})
		check(t, "redeem", err)
		if proved.Session.Subject != p.Subject || proved.Session.Previous != "" {
			t.Errorf("session %+v", proved.Session)
		}
		_, err = k.sessions.Check(t.Context(), other.Cookie)
		wantKind(t, "the replaced session", err, errs.Unauthenticated)
	})
	t.Run("fails_when_the_address_is_no_longer_theirs", func(t *testing.T) {
		k := newKit(t, login.Settings{})
		k.directory.Add(known, "")
		p := k.signIn(known)
		asked, token := k.freshProof(p)
		k.directory.Drop(known)
		k.directory.Add(known, "")
		_, err := k.redeem(login.Answer{Token: token, Binding: asked.Binding, Session: p.Cookie})
		wantKind(t, "redeem", err, errs.Forbidden)
	})
	t.Run("is_not_mailed_to_an_address_of_somebody_else", func(t *testing.T) {
		k := newKit(t, login.Settings{})
		k.directory.Add(known, "")
		k.directory.Add(unknown, "")
		p := k.signIn(known)
		sent := len(k.letters)
		_, err := k.ask(unknown, func(q *login.Question) {
			q.Purpose, q.Subject, q.Session = login.FreshProof, p.Subject, p.Session.ID
		})
		check(t, "ask", err)
		jobs := k.store.Jobs()
		work := login.Work(k.directory, k, func(_, token string) string { return token })
		wantKind(t, "mail", work.Do(t.Context(), jobs[len(jobs)-1]), errs.Forbidden)
		if len(k.letters) != sent {
			t.Error("a letter left")
		}
	})
	t.Run("of_a_session_that_ended_meanwhile_starts_anew", func(t *testing.T) {
		k := newKit(t, login.Settings{})
		k.directory.Add(known, "")
		p := k.signIn(known)
		asked, token := k.freshProof(p)
		check(t, "sign out", k.sessions.End(t.Context(), p.Cookie))
		proved, err := k.redeem(login.Answer{Token: token, Binding: asked.Binding, Session: p.Cookie})
		check(t, "redeem", err)
		if proved.Session.Previous != "" || !proved.Session.CreatedAt.Equal(k.clock.Now()) {
			t.Errorf("session %+v carries on one that ended", proved.Session)
		}
	})
}

func TestConfirm(t *testing.T) {
	k := newKit(t, login.Settings{})
	subject := k.directory.Add(known, "")
	session := k.signIn(known).Session
	lines := len(k.store.Journal())
	for _, tt := range []struct {
		name     string
		question login.Question
		template string
	}{
		{
			"address",
			login.Question{Purpose: login.ConfirmAddress, Subject: subject, Session: session.ID, Reference: "change-1"},
			login.ConfirmAddressMail,
		},
		{"consent", login.Question{Purpose: login.ConfirmConsent, Reference: "consent-1"}, login.ConfirmConsentMail},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked, token := k.link("new@example.com", func(q *login.Question) {
				q.Purpose, q.Subject = tt.question.Purpose, tt.question.Subject
				q.Session, q.Reference = tt.question.Session, tt.question.Reference
			})
			if got := k.letters[len(k.letters)-1].Template; got != tt.template {
				t.Errorf("template %s, want %s", got, tt.template)
			}
			_, err := k.redeem(login.Answer{Token: token})
			wantKind(t, "without cookie and code", err, errs.Forbidden)
			p, err := k.redeem(login.Answer{Token: token, Binding: asked.Binding})
			check(t, "redeem", err)
			want := login.Proof{
				Purpose: tt.question.Purpose, Brand: brandName, Address: "new@example.com",
				Subject: tt.question.Subject, Reference: tt.question.Reference, Locale: "en", At: morning,
			}
			if d := cmp.Diff(p, want); d != "" {
				t.Errorf("proof (-got +want):\n%s", d)
			}
			_, err = k.redeem(login.Answer{Token: token, Binding: asked.Binding})
			wantKind(t, "again", err, errs.Gone)
		})
	}
	if got := len(k.store.Journal()); got != lines {
		t.Errorf("%d sessions began or ended", got-lines)
	}
}

func TestMail(t *testing.T) {
	for _, tt := range []struct {
		name, address, template, locale string
		closed, link                    bool
	}{
		{"to_somebody_we_know_in_their_language", known, login.SignInMail, "ja", false, true},
		{"to_a_stranger_who_may_register", unknown, login.RegisterMail, "en", false, true},
		{"to_a_stranger_who_may_not_has_no_link", unknown, login.UnknownMail, "en", true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := newKit(t, login.Settings{})
			k.directory.Add(known, "ja")
			if tt.closed {
				k.directory.CloseBrand(brandName)
			}
			_, token := k.link(tt.address)
			l := k.letters[0]
			if l.Template != tt.template || l.Locale != tt.locale || l.To.Email != tt.address || l.Brand != brandName {
				t.Errorf("letter %+v", l)
			}
			if !l.ExpiresAt.Equal(morning.Add(10 * time.Minute)) {
				t.Errorf("of use until %v", l.ExpiresAt)
			}
			if got := token != ""; got != tt.link {
				t.Errorf("has a link: %v, want %v", got, tt.link)
			}
			var data login.LinkMail
			check(t, "decode", json.Unmarshal(l.Data, &data))
			if !data.AskedAt.Equal(morning) || !data.ExpiresAt.Equal(l.ExpiresAt) {
				t.Errorf("data %+v", data)
			}
		})
	}
}

func TestSignInReplacesTheBrowsersSession(t *testing.T) {
	k := newKit(t, login.Settings{})
	k.directory.Add(known, "")
	k.directory.Add(unknown, "")
	old := k.signIn(known)
	asked, token := k.link(unknown)
	p, err := k.redeem(login.Answer{Token: token, Binding: asked.Binding, Session: old.Cookie})
	check(t, "redeem", err)
	_, err = k.sessions.Check(t.Context(), old.Cookie)
	wantKind(t, "the old id", err, errs.Unauthenticated)
	_, err = k.sessions.Check(t.Context(), p.Cookie)
	check(t, "the new id", err)
	var ended []id.Subject
	for _, j := range k.store.Journal() {
		if j.Kind == login.SessionEnded && j.Why == login.WhyReplaced {
			ended = append(ended, j.Subject)
		}
	}
	if d := cmp.Diff(ended, []id.Subject{old.Subject}); d != "" {
		t.Errorf("ended (-got +want):\n%s", d)
	}
}
