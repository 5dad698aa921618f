package login_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/login"
)

func TestCodeTries(t *testing.T) {
	k := newKit(t, login.Settings{})
	k.directory.Add(known, "")
	asked, token := k.link(known)
	wrong := "00000000"
	if asked.Code == wrong {
		wrong = "00000001"
	}
	for i := range login.CodeTries {
		_, err := k.redeem(login.Answer{Token: token, Code: wrong})
		wantKind(t, "wrong code", err, errs.Invalid)
		var e *errs.Error
		if errors.As(err, &e); len(e.Fields) != 1 || e.Fields[0].Args["left"] != login.CodeTries-i-1 {
			t.Errorf("try %d: %+v", i+1, e)
		}
	}
	_, err := k.redeem(login.Answer{Token: token, Code: asked.Code})
	wantKind(t, "right code after the last try", err, errs.TooMany)
	view, err := k.links.Open(t.Context(), token, "")
	check(t, "open", err)
	if view.TriesLeft != 0 {
		t.Errorf("%d tries left, want 0", view.TriesLeft)
	}
	_, err = k.redeem(login.Answer{Token: token, Binding: asked.Binding})
	check(t, "the browser that asked", err)
}

// S12: over all links, forms of the address and networks there are DayTries a
// day, also in parallel.
func TestGuessing(t *testing.T) {
	const flows = 40
	k := newKit(t, login.Settings{AsksPerAddress: flows})
	k.directory.Add(known, "")
	forms := []string{known, "HANA@Example.com", "hana+a@example.com", "hana+b@example.com"}
	tokens := make([]string, flows)
	codes := make([]string, flows)
	for i := range flows {
		asked, token := k.link(forms[i%len(forms)], func(q *login.Question) { q.Network = network(i) })
		tokens[i], codes[i] = token, asked.Code
	}
	ctx := context.WithoutCancel(t.Context())
	guess := func() (looked int64) {
		var n atomic.Int64
		var wg sync.WaitGroup
		for i, token := range tokens {
			for range 2 * login.CodeTries {
				wg.Go(func() {
					wrong := "12345678"
					if codes[i] == wrong {
						wrong = "87654321"
					}
					_, err := k.links.Redeem(ctx, login.Answer{Token: token, Code: wrong})
					if errors.Is(err, errs.Invalid) {
						n.Add(1)
					} else if !errors.Is(err, errs.TooMany) {
						t.Errorf("got %v, want too many", err)
					}
				})
			}
		}
		wg.Wait()
		return n.Load()
	}
	// Of the tries of a day some may fall on a link that has none left.
	if got := guess(); got > login.DayTries || got < 2*login.CodeTries {
		t.Errorf("%d codes were looked at in a day, want %d to %d", got, 2*login.CodeTries, login.DayTries)
	}
	_, err := k.redeem(login.Answer{Token: tokens[flows-1], Code: codes[flows-1]})
	wantKind(t, "right code over the limit", err, errs.TooMany)
	_, err = k.redeem(login.Answer{Token: tokens[0], Code: codes[0]})
	wantKind(t, "right code over the limit", err, errs.TooMany)

	k.clock.Advance(day)
	asked, token := k.link(known)
	_, err = k.redeem(login.Answer{Token: token, Code: asked.Code})
	check(t, "right code the next day", err)
}

// A subject with two addresses has no more tries than one with a single one.
func TestGuessingBySubject(t *testing.T) {
	k := newKit(t, login.Settings{AsksPerAddress: 100, AsksPerNetwork: 100})
	subject := k.directory.Add(known, "")
	session := k.signIn(known)
	looked := 0
	for i := range 10 {
		address := string(rune('a'+i)) + "@example.com"
		asked, token := k.link(address, func(q *login.Question) {
			q.Purpose, q.Subject, q.Session, q.Reference = login.ConfirmAddress, subject, session.Session.ID, "change"
		})
		wrong := "12345678"
		if asked.Code == wrong {
			wrong = "87654321"
		}
		for range login.CodeTries {
			if _, err := k.redeem(login.Answer{Token: token, Code: wrong}); errors.Is(err, errs.Invalid) {
				looked++
			}
		}
	}
	if looked != login.DayTries {
		t.Errorf("%d codes were looked at, want %d", looked, login.DayTries)
	}
}

func TestAskLimits(t *testing.T) {
	t.Run("of_an_address_in_all_its_forms", func(t *testing.T) {
		k := newKit(t, login.Settings{})
		for i, form := range []string{known, "Hana@example.com", "hana+1@example.com", "HANA+2@EXAMPLE.COM", known} {
			_, err := k.ask(form, func(q *login.Question) { q.Network = network(i) })
			check(t, form, err)
		}
		k.clock.Advance(20 * time.Minute)
		_, err := k.ask("hana+3@example.com", func(q *login.Question) { q.Network = network(9) })
		wantKind(t, "the sixth", err, errs.TooMany)
		var e *errs.Error
		if errors.As(err, &e); e.Args["until"] != morning.Add(time.Hour) || e.Args["minutes"] != 40 {
			t.Errorf("arguments %v, want when it opens again", e.Args)
		}
		k.clock.Advance(40 * time.Minute)
		_, err = k.ask(known)
		check(t, "an hour later", err)
	})
	t.Run("of_a_network", func(t *testing.T) {
		k := newKit(t, login.Settings{})
		for i := range 30 {
			_, err := k.ask(string(rune('a'+i%26)) + string(rune('a'+i/26)) + "@example.com")
			check(t, "ask", err)
		}
		_, err := k.ask(known)
		wantKind(t, "the thirty-first", err, errs.TooMany)
		for range 4 {
			_, _ = k.ask(known)
		}
		for range 5 {
			_, err = k.ask(known, func(q *login.Question) { q.Network = network(1) })
			check(t, "the person, from elsewhere, whose asks were not used up", err)
		}
	})
	t.Run("leave_nothing_behind", func(t *testing.T) {
		k := newKit(t, login.Settings{AsksPerAddress: 1})
		_, err := k.ask(known)
		check(t, "ask", err)
		_, err = k.ask(known)
		wantKind(t, "second", err, errs.TooMany)
		if got := len(k.store.Jobs()); got != 1 {
			t.Errorf("%d mails enqueued, want 1", got)
		}
	})
}
