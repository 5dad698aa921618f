package handlers_test

import (
	"context"
	"crypto/ed25519"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/i18n"
	"livingprofile/internal/identity"
	"livingprofile/internal/organisation"
	"livingprofile/internal/outbound"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
	"livingprofile/internal/transfer"
)

var offerIn = regexp.MustCompile(`/hibiki/offers/[0-9a-v]{26}`)

// TestOffer has a site send what people take along to itself, and they pick from
// it what they have changed meanwhile.
func TestOffer(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(set *wire.Settings) {
		set.Outbound = []string{strings.TrimPrefix(set.BaseURL, "http://")}
	}})
	key, err := s.TransferKey()
	if err != nil {
		t.Fatal(err)
	}
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	club := transfer.Key(private.Public().(ed25519.PublicKey))
	redeclare(t, s, func(o *organisation.Organisation) {
		o.Controllers = []transfer.Controller{
			{Name: "choir", Label: i18n.Text{"en": "the town choir"}, URL: s.URL + transfer.TakePath, Key: key.Public()},
			{Name: "club", Label: i18n.Text{"en": "the club"}, Key: club.Public()},
		}
	})
	// send has somebody send what they have, and returns where it waits.
	send := func(t *testing.T, address string) (*testkit.Client, string) {
		t.Helper()
		c := s.Client(t)
		c.Enter("hibiki", address, true)
		to := url.Values{"scope": {"controller-choir"}, "text": {"member 42"}}
		await(t, c, fileRequest(t, c, "portability", to), "It is done")
		at := offerIn.FindString(c.Page("/hibiki"))
		if at == "" {
			t.Fatal("the first page says nothing of what came")
		}
		return c, at
	}

	t.Run("is_picked_from", func(t *testing.T) {
		before := s.Client(t)
		before.Enter("hibiki", aiko, true)
		before.Post("/hibiki/data/delivery-city", url.Values{"value": {"Kusatsu"}})
		c, at := send(t, aiko)
		c.Post("/hibiki/data/delivery-city", url.Values{"value": {"Otsu"}})
		page := c.Page(at)
		if !strings.Contains(page, "Otsu") || !strings.Contains(page, "Kusatsu") || !strings.Contains(page, "the town choir") {
			t.Errorf("the page lacks what is here, what was sent, or by whom")
		}
		if strings.Contains(page, " checked") {
			t.Error("something is ticked before the person did it")
		}
		for what, form := range map[string]url.Values{
			"nothing": {"act": {"take"}}, "another act": {"act": {"keep"}, "take": {"delivery-city"}}, "a locked field": {"act": {"take"}, "take": {"delivery-city", "email"}},
		} {
			if a := c.Post(at, form); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s: got %d, want 422", what, a.Status)
			}
		}
		if !strings.Contains(c.Page("/hibiki/data"), "Otsu") {
			t.Error("what was refused has changed something")
		}
		if a := c.Post(at, url.Values{"act": {"take"}, "take": {"delivery-city"}}); a.Status != http.StatusSeeOther {
			t.Fatalf("take: got %d", a.Status)
		}
		if page := c.Page("/hibiki/data/delivery-city"); !strings.Contains(page, "you, brought from the town choir") || !strings.Contains(page, "Kusatsu") {
			t.Error("the value does not say where it is from")
		}
		if page := c.Page("/hibiki/history"); !strings.Contains(page, "Took over what the town choir sent") {
			t.Error("the history does not say it")
		}
		if a := c.Get(at); a.Status != http.StatusNotFound {
			t.Errorf("once it was picked from: got %d, want 404", a.Status)
		}
	})
	t.Run("shows_to_nobody_else", func(t *testing.T) {
		c, at := send(t, thomas)
		other := s.Client(t)
		other.Enter("hibiki", aiko, true)
		if offerIn.MatchString(other.Page("/hibiki")) {
			t.Error("the first page of somebody else leads to it")
		}
		if a := other.Get(at); a.Status != http.StatusNotFound {
			t.Errorf("opened by another: got %d, want 404", a.Status)
		}
		if a := other.Post(at, url.Values{"act": {"throw"}}); a.Status != http.StatusNotFound {
			t.Errorf("thrown away by another: got %d, want 404", a.Status)
		}
		if a := c.Post(at, url.Values{"act": {"throw"}}); a.Location() != "/hibiki" || offerIn.MatchString(c.Page("/hibiki")) {
			t.Errorf("throw away: got %d to %q, or it is still there", a.Status, a.Location())
		}
	})
	t.Run("answers_alike_whoever_is_meant", func(t *testing.T) { offersToStrangers(t, s, private) })
}

// offersToStrangers posts packages for people whom we know and do not know: the
// answers are the same to the byte, also to what came before and to what is
// not signed.
func offersToStrangers(t *testing.T, s *testkit.Site, private ed25519.PrivateKey) {
	door, err := outbound.New(outbound.Options{Allow: []string{strings.TrimPrefix(s.URL, "http://")}})
	if err != nil {
		t.Fatal(err)
	}
	var said [][3]outbound.Answer
	for i, name := range []string{aiko, "stranger@mail.example.com"} {
		d := rights.Document{Kind: rights.Portability, MadeAt: s.Clock.Now(), Identifiers: []rights.NamedValue{
			{Kind: string(identity.Email), Value: name, Verified: s.Clock.Now()},
		}}
		body, err := d.Zip(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		heard := &hearing{Door: door}
		sender := &transfer.Sender{
			Door: heard, Clock: s.Clock, Base: &url.URL{Scheme: "https", Host: "club.example"},
			Key:  transfer.Key(private.Public().(ed25519.PublicKey)),
			Sign: func(text []byte) ([]byte, error) { return ed25519.Sign(private, text), nil },
		}
		p := transfer.Package{Nonce: strconv.Itoa(i), Body: body}
		for range 2 {
			if got, err := sender.Send(t.Context(), s.URL+transfer.TakePath, p); got != transfer.Taken {
				t.Fatalf("got %v, %v", got, err)
			}
		}
		sender.Sign = func([]byte) ([]byte, error) { return make([]byte, ed25519.SignatureSize), nil }
		if got, err := sender.Send(t.Context(), s.URL+transfer.TakePath, p); got != transfer.Refused {
			t.Errorf("not signed: got %v, %v", got, err)
		}
		said = append(said, [3]outbound.Answer(heard.answers))
	}
	for i, want := range []int{http.StatusAccepted, http.StatusConflict, http.StatusForbidden} {
		known, unknown := said[0][i], said[1][i]
		if known.Status != want || unknown.Status != want || masked(known) != masked(unknown) {
			t.Errorf("got %d %s, and of a stranger %d %s; want %d", known.Status, known.Body, unknown.Status, unknown.Body, want)
		}
	}
}

// masked is an answer without what names the one request.
func masked(a outbound.Answer) string {
	return regexp.MustCompile(`urn:request:[a-z0-9]+`).ReplaceAllString(a.Type+string(a.Body), "")
}

// A hearing remembers what a door was answered.
type hearing struct {
	*outbound.Door
	answers []outbound.Answer
}

func (h *hearing) Post(ctx context.Context, l outbound.Letter) (outbound.Answer, error) {
	a, err := h.Door.Post(ctx, l)
	h.answers = append(h.answers, a)
	return a, err
}
