package mail_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/mail"
	"livingprofile/internal/mail/mailbox"
)

var noon = time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)

// certificate returns one for 127.0.0.1, and who to trust for it.
func certificate(t testing.TB) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
		MinVersion:   tls.VersionTLS12,
	}, pool
}

func listen(t testing.TB, opts mailbox.Options) *mailbox.Server {
	t.Helper()
	s, err := mailbox.Listen(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func sender(t testing.TB, box *mailbox.Server, change ...func(*mail.Config)) *mail.SMTP {
	t.Helper()
	cfg := mail.Config{Host: "127.0.0.1", TLS: mail.NoTLS, Domain: "profile.example", Timeout: 5 * time.Second}
	if box != nil {
		cfg.Host, cfg.Port = box.Host(), box.Port()
	}
	for _, f := range change {
		f(&cfg)
	}
	s, err := mail.NewSMTP(cfg, clock.NewFake(noon))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSend(t *testing.T) {
	box := listen(t, mailbox.Options{})
	m := message(func(m *mail.Message) {
		m.HTML = "<p>こんにちは。</p>\n"
		m.To.Name = `Hana "the" Müller, 花`
		m.ReplyTo = mail.Address{Email: "help@hibiki.example"}
		m.Headers = map[string]string{
			"List-Unsubscribe":      "<https://profile.example/u/" + strings.Repeat("x", 100) + ">",
			"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		}
	})
	if err := sender(t, box).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got, err := box.Wait(t.Context(), "HANA@example.com")
	if err != nil {
		t.Fatal(err)
	}
	if got.Subject != m.Subject || got.Text != m.Text || got.HTML != m.HTML {
		t.Errorf("got %q, %q, %q", got.Subject, got.Text, got.HTML)
	}
	if got.From != m.From.Email || !slices.Equal(got.To, []string{m.To.Email}) || !got.Date.Equal(noon) {
		t.Errorf("from %s to %s on %v", got.From, got.To, got.Date)
	}
	to, err := got.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Name != m.To.Name {
		t.Errorf("to %v, %v", to, err)
	}
	for name, want := range map[string]string{
		"Message-Id":            "<0123456789@profile.example>",
		"Auto-Submitted":        "auto-generated",
		"Reply-To":              "<help@hibiki.example>",
		"List-Unsubscribe":      m.Headers["List-Unsubscribe"],
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
	} {
		if got := got.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if raw := strings.ToLower(string(got.Raw)); strings.Contains(raw, "go-mail") || strings.Contains(raw, "user-agent") {
		t.Error("the mail names the library")
	}
}

// headerNames are what a mail of ours has and nothing else.
func headerNames() []string {
	return []string{
		"Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From",
		"Message-Id", "Mime-Version", "Received", "Subject", "To",
	}
}

// S08: whatever stands in a field, the mail has the headers and the recipient
// that it should have, or does not leave.
func TestSendCannotBeInjected(t *testing.T) {
	box := listen(t, mailbox.Options{})
	s := sender(t, box)
	nasty := rapid.StringOf(rapid.OneOf(
		rapid.Rune(),
		rapid.SampledFrom([]rune("\r\n\t\x00:,;<>\"()@\\.= \u2028\u202e\u0085\ufeff")),
	))
	rapid.Check(t, func(rt *rapid.T) {
		words := rapid.SampledFrom([]string{"\r\nBcc: eve@example.com", "\n\n<script>", "\r\n.\r\nMAIL FROM:<x@y.example>", ""})
		field := func(name string) string {
			return nasty.Draw(rt, name) + words.Draw(rt, name+" words") + nasty.Draw(rt, name+" rest")
		}
		m := message(func(m *mail.Message) {
			m.Subject, m.From.Name, m.To.Name = "x"+field("subject"), field("from"), field("to")
			m.Text = "x" + field("text")
			m.HTML = field("html")
			if rapid.Bool().Draw(rt, "address too") {
				m.To.Email = "hana" + field("address") + "@example.com"
			}
		})
		box.Clear()
		err := s.Send(t.Context(), m)
		if err != nil {
			if !errors.Is(err, errs.Invalid) || len(box.Messages()) != 0 {
				rt.Fatalf("refused with %v after %d left", err, len(box.Messages()))
			}
			return
		}
		all := box.Messages()
		if len(all) != 1 || len(all[0].To) != 1 || all[0].To[0] != m.To.Email {
			rt.Fatalf("%d mails left, to %v", len(all), all[0].To)
		}
		for name, values := range all[0].Header {
			if !slices.Contains(headerNames(), name) || len(values) != 1 {
				rt.Fatalf("header %s: %q", name, values)
			}
		}
	})
}

func TestTLS(t *testing.T) {
	config, pool := certificate(t)
	t.Run("starttls", func(t *testing.T) {
		box := listen(t, mailbox.Options{TLS: config})
		s := sender(t, box, func(c *mail.Config) { c.TLS, c.RootCAs = "", pool })
		if err := s.Send(t.Context(), message()); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("starttls_never_falls_back", func(t *testing.T) {
		box := listen(t, mailbox.Options{})
		s := sender(t, box, func(c *mail.Config) { c.TLS, c.RootCAs = mail.StartTLS, pool })
		if err := s.Send(t.Context(), message()); !errors.Is(err, errs.Unavailable) || len(box.Messages()) != 0 {
			t.Errorf("got %v with %d mails, want a refusal", err, len(box.Messages()))
		}
	})
	t.Run("a_certificate_of_nobody_is_refused", func(t *testing.T) {
		box := listen(t, mailbox.Options{TLS: config})
		s := sender(t, box, func(c *mail.Config) { c.TLS = mail.StartTLS })
		err := s.Send(t.Context(), message())
		if !errors.Is(err, errs.Unavailable) || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("got %v, want a refusal of the certificate", err)
		}
	})
	t.Run("implicit", func(t *testing.T) {
		box := listen(t, mailbox.Options{})
		front := tlsFront(t, config, box)
		s := sender(t, nil, func(c *mail.Config) { c.TLS, c.Port, c.RootCAs = mail.Implicit, front, pool })
		if err := s.Send(t.Context(), message()); err != nil {
			t.Fatal(err)
		}
		if got := len(box.Messages()); got != 1 {
			t.Errorf("%d mails, want 1", got)
		}
	})
	t.Run("none_only_to_this_machine", func(t *testing.T) {
		box := listen(t, mailbox.Options{})
		s := sender(t, box, func(c *mail.Config) {
			c.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
				conn, err := new(net.Dialer).DialContext(ctx, network, addr)
				return faraway{conn}, err
			}
		})
		if err := s.Send(t.Context(), message()); !errors.Is(err, errs.Unavailable) || len(box.Messages()) != 0 {
			t.Errorf("got %v with %d mails, want a refusal", err, len(box.Messages()))
		}
	})
}

// faraway is a connection to another machine, by its own account.
type faraway struct{ net.Conn }

func (faraway) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 25} }

// tlsFront speaks TLS in front of box, and returns its port.
func tlsFront(t *testing.T, config *tls.Config, box *mailbox.Server) int {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.DialTCP("tcp", nil, &net.TCPAddr{IP: net.ParseIP(box.Host()), Port: box.Port()})
			if err != nil {
				_ = in.Close()
				continue
			}
			go func() { _, _ = out.ReadFrom(in); _ = out.Close() }()
			go func() { _, _ = out.WriteTo(in); _ = in.Close() }()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func TestAuthentication(t *testing.T) {
	config, pool := certificate(t)
	box := listen(t, mailbox.Options{TLS: config, Username: "profile", Password: "correct horse"})
	with := func(password string) error {
		return sender(t, box, func(c *mail.Config) {
			c.TLS, c.RootCAs, c.Username, c.Password = mail.StartTLS, pool, "profile", password
		}).Send(t.Context(), message())
	}
	if err := with("correct horse"); err != nil {
		t.Fatal(err)
	}
	err := with("battery staple")
	if !errors.Is(err, errs.Unavailable) {
		t.Errorf("wrong password: got %v, want unavailable, for an operator can mend it", err)
	}
	if err != nil && strings.Contains(err.Error(), "battery") {
		t.Errorf("the error tells the password: %v", err)
	}
	if got := len(box.Messages()); got != 1 {
		t.Errorf("%d mails, want 1", got)
	}
}

func TestRefusals(t *testing.T) {
	var refusal error
	box := listen(t, mailbox.Options{Refuse: func(string) error { return refusal }})
	s := sender(t, box)
	for _, tt := range []struct {
		name string
		code int
		want errs.Kind
	}{
		{"a mailbox that is not there is final", 550, errs.Invalid},
		{"a refusal by policy is final", 571, errs.Invalid},
		{"a full mailbox may be empty later", 452, errs.Unavailable},
		{"greylisting passes", 450, errs.Unavailable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			refusal = &smtp.SMTPError{
				Code: tt.code, EnhancedCode: smtp.EnhancedCode{tt.code / 100, 1, 1},
				Message: "<hana@example.com> is not wanted",
			}
			err := s.Send(t.Context(), message())
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if strings.Contains(err.Error(), "hana") {
				t.Errorf("the error holds the address: %v", err)
			}
			if !strings.Contains(err.Error(), "reply") {
				t.Errorf("the error does not hold the reply: %v", err)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	at := func(c *mail.Config) { c.Port = port }

	t.Run("a_server_that_never_speaks", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		began := time.Now()
		err := sender(t, nil, at).Send(ctx, message())
		if !errors.Is(err, errs.Unavailable) || time.Since(began) > 2*time.Second {
			t.Errorf("got %v after %v", err, time.Since(began))
		}
	})
	t.Run("a_server_that_stops_listening_halfway", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("220 hello\r\n"))
			_, _ = conn.Read(make([]byte, 100))
			cancel()
		}()
		began := time.Now()
		err := sender(t, nil, at).Send(ctx, message())
		if !errors.Is(err, errs.Unavailable) || time.Since(began) > 2*time.Second {
			t.Errorf("got %v after %v", err, time.Since(began))
		}
	})
	_ = l.Close()
	t.Run("no_server", func(t *testing.T) {
		if err := sender(t, nil, at).Send(t.Context(), message()); !errors.Is(err, errs.Unavailable) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSettings(t *testing.T) {
	good := mail.Config{Host: "mail.example", Domain: "profile.example"}
	for name, change := range map[string]func(*mail.Config){
		"no host":              func(c *mail.Config) { c.Host = "" },
		"no domain":            func(c *mail.Config) { c.Domain = "" },
		"a domain with a path": func(c *mail.Config) { c.Domain = "profile.example/x" },
		"a mode of its own":    func(c *mail.Config) { c.TLS = "opportunistic" },
		"half a login":         func(c *mail.Config) { c.Username = "x" },
		"a password in clear":  func(c *mail.Config) { c.TLS, c.Username, c.Password = mail.NoTLS, "x", "y" },
	} {
		cfg := good
		change(&cfg)
		if _, err := mail.NewSMTP(cfg, clock.System{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := mail.NewSMTP(good, clock.System{}); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	if d := cmp.Diff(mail.HeaderNames(), slices.Sorted(slices.Values(mail.HeaderNames()))); d != "" {
		t.Errorf("header names unsorted:\n%s", d)
	}
}
