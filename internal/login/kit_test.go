package login_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/login"
	"livingprofile/internal/login/logintest"
	"livingprofile/internal/mail"
)

const (
	brandName = "hibiki"
	known     = "hana@example.com"
	unknown   = "nobody@example.com"
)

// kit is the whole of login on a store in memory.
type kit struct {
	t         *testing.T
	clock     *clock.Fake
	store     *logintest.Memory
	directory *logintest.Directory
	links     *login.Links
	sessions  *login.Sessions
	letters   []mail.Letter
	done      int // jobs done
	woken     int
}

func newKit(t *testing.T, set login.Settings) *kit {
	t.Helper()
	k := &kit{
		t: t, clock: clock.NewFake(morning), store: logintest.NewMemory(),
		directory: logintest.NewDirectory(),
	}
	k.links = login.NewLinks(k.store, logintest.Keys{}, k.directory, k.clock, set, func() { k.woken++ })
	k.sessions = login.NewSessions(k.store, logintest.Keys{}, k.clock, set)
	return k
}

// Deliver is login.Mailer.Deliver.
func (k *kit) Deliver(_ context.Context, _ string, l mail.Letter) error {
	k.letters = append(k.letters, l)
	return nil
}

// network is an address of a network of its own for each n.
func network(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(n >> 8), byte(n), 1}) //nolint:gosec // small numbers
}

func (k *kit) ask(address string, change ...func(*login.Question)) (login.Asked, error) {
	q := login.Question{
		Purpose: login.SignIn, Brand: brandName, Address: address, Locale: "en", Network: network(0),
	}
	for _, f := range change {
		f(&q)
	}
	return k.links.Ask(k.t.Context(), q)
}

// mail does the jobs that are waiting and returns the token of the last link.
func (k *kit) mail() string {
	k.t.Helper()
	work := login.Work(k.directory, k, func(brand, token string) string {
		return "https://profile.example/" + brand + "?t=" + token
	})
	for _, j := range k.store.Jobs()[k.done:] {
		k.done++
		if err := work.Do(k.t.Context(), j); err != nil {
			k.t.Fatalf("mail: %v", err)
		}
	}
	return k.token(k.letters[len(k.letters)-1])
}

func (k *kit) token(l mail.Letter) string {
	k.t.Helper()
	var data login.LinkMail
	if err := json.Unmarshal(l.Data, &data); err != nil {
		k.t.Fatal(err)
	}
	u, err := url.Parse(data.URL)
	if err != nil {
		k.t.Fatal(err)
	}
	return u.Query().Get("t")
}

// link asks for a link and reads it from the mail.
func (k *kit) link(address string, change ...func(*login.Question)) (login.Asked, string) {
	k.t.Helper()
	asked, err := k.ask(address, change...)
	if err != nil {
		k.t.Fatalf("ask: %v", err)
	}
	return asked, k.mail()
}

func (k *kit) redeem(in login.Answer) (login.Proof, error) {
	return k.links.Redeem(k.t.Context(), in)
}

// signIn goes the whole way and returns the session's cookie.
func (k *kit) signIn(address string) login.Proof {
	k.t.Helper()
	asked, token := k.link(address)
	p, err := k.redeem(login.Answer{Token: token, Binding: asked.Binding})
	if err != nil {
		k.t.Fatalf("redeem: %v", err)
	}
	return p
}

func wantKind(t *testing.T, what string, err error, kind errs.Kind) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: got %v, want %v", what, err, kind)
	}
}

// messageID is the public message of err, of its first field if it has any.
func messageID(err error) string {
	var e *errs.Error
	if !errors.As(err, &e) {
		return ""
	}
	if len(e.Fields) > 0 {
		return e.Fields[0].Path + " " + e.Fields[0].ID
	}
	return e.ID
}

func check(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// day is long enough for every limit to begin anew.
const day = 24 * time.Hour

func containsAny(s string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(s, p) })
}

// sessionDigest is the digest under which the session of a cookie is kept.
func sessionDigest(cookie string) []byte {
	return logintest.Keys{}.Digest("login.session", []byte(cookie))
}
