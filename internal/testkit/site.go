package testkit

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/clock"
	"livingprofile/internal/mail"
	"livingprofile/internal/mail/mailbox"
)

// A Site is the whole product on a temporary database, with the demo's people
// and a real mail receiver, served on loopback.
type Site struct {
	*wire.Service
	URL string
	Box *mailbox.Server

	address string // listened on, whatever the URL says
}

// SiteOptions choose what a Site stands on.
type SiteOptions struct {
	Engine Engine      // OnSQLite by default
	Clock  clock.Clock // the machine's by default
	People int         // 6 by default
	Log    io.Writer   // nothing by default
	Idle   bool        // nothing is done in the background
	// Set changes the settings before the site opens; nil leaves them.
	Set func(*wire.Settings)
}

// NewSite starts a Site that ends with the test.
func NewSite(tb testing.TB, o SiteOptions) *Site {
	tb.Helper()
	if o.Engine == "" {
		o.Engine = OnSQLite
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.People == 0 {
		o.People = 6
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	box, err := mailbox.Listen(mailbox.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { box.Close() })
	s := wire.Settings{BaseURL: "http://" + l.Addr().String()}
	s.Database, s.Folder = seeded(tb, o)
	s.Mail.Config = mail.Config{Host: box.Host(), Port: box.Port(), TLS: mail.NoTLS}
	s.Mail.From = "privacy@example.com"
	s.Sign.AsksPerAddress, s.Sign.AsksPerNetwork = 1000, 10000
	if o.Set != nil {
		o.Set(&s)
	}
	return startSite(tb, s, o, l, box)
}

func startSite(tb testing.TB, s wire.Settings, o SiteOptions, l net.Listener, box *mailbox.Server) *Site {
	tb.Helper()
	a, err := wire.Open(tb.Context(), s, o.Clock, slog.New(slog.NewJSONHandler(o.Log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		tb.Fatal(err)
	}
	service, err := wire.NewService(tb.Context(), a, wire.Options{Version: "test", Mailbox: box})
	if err != nil {
		tb.Fatal(err)
	}
	if !o.Idle {
		service.Start()
	}
	go func() { _ = service.HTTP.Serve(l) }()
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = service.HTTP.Shutdown(ctx)
		if err := service.Stop(ctx); err != nil {
			tb.Errorf("stop: %v", err)
		}
		if err := a.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return &Site{Service: service, URL: s.BaseURL, Box: box, address: l.Addr().String()}
}

var linkIn = regexp.MustCompile(`https?://\S+/link/[A-Za-z0-9_-]{43}`)

// Link waits for the next letter with a link to address and returns the link.
func (s *Site) Link(tb testing.TB, address string) string {
	tb.Helper()
	return linkIn.FindString(s.Letter(tb, address))
}

// Letter waits for the next mail to address that has a link and returns its
// text. Letters that only tell something are passed over.
func (s *Site) Letter(tb testing.TB, address string) string {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 20*time.Second)
	defer cancel()
	for {
		m, err := s.Box.Wait(ctx, address)
		if err != nil {
			tb.Fatalf("no mail to the address: %v", err)
		}
		if linkIn.MatchString(m.Text) {
			return m.Text
		}
	}
}

// Get returns the status and body of a path, without following redirects.
func (s *Site) Get(tb testing.TB, path string) (int, string) {
	tb.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(s.URL + path)
	if err != nil {
		tb.Fatal(err)
	}
	defer res.Body.Close()
	body := new(strings.Builder)
	if _, err := io.Copy(body, res.Body); err != nil {
		tb.Fatal(err)
	}
	return res.StatusCode, body.String()
}
