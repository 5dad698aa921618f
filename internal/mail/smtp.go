package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
)

// A TLSMode says how the way to the mail server is protected. There is no mode
// that falls back to plain text by itself.
type TLSMode string

// The modes.
const (
	StartTLS TLSMode = "starttls" // required; also the meaning of ""
	Implicit TLSMode = "implicit" // TLS from the first byte (RFC 8314)
	NoTLS    TLSMode = "none"     // only to a loopback address
)

// Config says how mail leaves.
type Config struct {
	Host string
	Port int // 0 means 587, or 465 with Implicit
	TLS  TLSMode
	// Username and Password are for authentication; none when both are empty.
	Username, Password string
	// Domain is the host of the base URL. It stands in the Message-ID and in
	// the greeting.
	Domain string
	// Timeout is the most that one message may take; 0 means 30 s.
	Timeout time.Duration
	// RootCAs are the authorities to trust; nil means those of the machine.
	RootCAs *x509.CertPool
	// Dial opens the connection; nil means an ordinary dialer. It is where the
	// product's one door out is put in.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// SMTP is the Sender that speaks to a mail server, one connection a message.
type SMTP struct {
	cfg   Config
	clock clock.Clock
}

// NewSMTP returns a Sender, or an error that says which setting is wrong. It
// opens no connection.
func NewSMTP(cfg Config, c clock.Clock) (*SMTP, error) {
	switch cfg.TLS {
	case "":
		cfg.TLS = StartTLS
	case StartTLS, Implicit, NoTLS:
	default:
		return nil, fmt.Errorf("mail: no such tls mode %q", cfg.TLS)
	}
	if cfg.Host == "" || !validID(cfg.Domain) {
		return nil, errors.New("mail: host and domain are needed")
	}
	if (cfg.Username == "") != (cfg.Password == "") {
		return nil, errors.New("mail: a user name and a password are needed, or neither")
	}
	if cfg.TLS == NoTLS && cfg.Username != "" {
		return nil, errors.New("mail: a password is never sent without tls")
	}
	if cfg.Port == 0 {
		cfg.Port = 587
		if cfg.TLS == Implicit {
			cfg.Port = 465
		}
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.Dial == nil {
		cfg.Dial = new(net.Dialer).DialContext
	}
	return &SMTP{cfg: cfg, clock: c}, nil
}

// Send is Sender.Send.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	m, err := m.Clean()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	client, err := gomail.NewClient(s.cfg.Host, s.options(ctx)...)
	if err != nil {
		return fmt.Errorf("set up mail client: %w", err)
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return unavailable("connect", err)
	}
	// The answer to QUIT changes nothing: by then the message is taken or not.
	defer func() { _ = client.CloseWithSMTPClient(conn) }()
	return classify(client.SendWithSMTPClient(conn, s.compose(m)))
}

func (s *SMTP) options(ctx context.Context) []gomail.Option {
	opts := []gomail.Option{
		gomail.WithPort(s.cfg.Port),
		gomail.WithHELO(s.cfg.Domain),
		gomail.WithTimeout(s.cfg.Timeout),
		gomail.WithTLSConfig(s.tls()),
		gomail.WithoutNoop(),
		gomail.WithDialContextFunc(func(_ context.Context, network, addr string) (net.Conn, error) {
			return s.dial(ctx, network, addr)
		}),
	}
	if s.cfg.TLS == StartTLS {
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	} else {
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.cfg.Username != "" {
		opts = append(opts, gomail.WithUsername(s.cfg.Username), gomail.WithPassword(s.cfg.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return opts
}

func (s *SMTP) tls() *tls.Config {
	return &tls.Config{ServerName: s.cfg.Host, RootCAs: s.cfg.RootCAs, MinVersion: tls.VersionTLS12}
}

// dial opens a connection that is cut when ctx ends. The library itself looks
// at the context only until it is connected.
func (s *SMTP) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := s.cfg.Dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	if s.cfg.TLS == NoTLS && !loopback(conn) {
		_ = conn.Close()
		return nil, errors.New("mail without tls to a machine other than this one")
	}
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	if s.cfg.TLS != Implicit {
		return conn, nil
	}
	secure := tls.Client(conn, s.tls())
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("tls: %w", err)
	}
	return secure, nil
}

func loopback(conn net.Conn) bool {
	host, _, err := net.SplitHostPort(conn.RemoteAddr().String())
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}

// compose makes the library's message of ours, with none of its own marks.
func (s *SMTP) compose(m Message) *gomail.Msg {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&mail.Address{Name: m.From.Name, Address: m.From.Email})
	msg.ToMailAddress(&mail.Address{Name: m.To.Name, Address: m.To.Email})
	if !m.ReplyTo.IsZero() {
		msg.ReplyToMailAddress(&mail.Address{Name: m.ReplyTo.Name, Address: m.ReplyTo.Email})
	}
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(m.ID + "@" + s.cfg.Domain)
	msg.SetDateWithValue(s.clock.Now())
	// RFC 3834, 5: so that nobody's holiday note answers us.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	for name, value := range m.Headers {
		msg.SetGenHeader(gomail.Header(name), value)
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg
}

// classify turns the library's error into ours. Its text is dropped, since it
// quotes the recipient and the server's words. Only a lasting refusal of the
// recipient or of the content is final: whatever else a server refuses, an
// operator can mend.
func classify(err error) error {
	var refused *gomail.SendError
	if err == nil || errors.As(err, &refused) && refused.Reason == gomail.ErrSMTPReset {
		return nil // the reset comes after the message was taken
	}
	if refused == nil {
		return unavailable("send", err)
	}
	cause := fmt.Errorf("%s: reply %d %s", refused.Reason, refused.ErrorCode(), refused.EnhancedStatusCode())
	final := refused.ErrorCode() >= 500
	switch refused.Reason {
	case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
		if final {
			return errs.Wrap(errs.Invalid, "error.mail_refused", cause)
		}
	}
	return errs.Wrap(errs.Unavailable, "error.mail_unavailable", cause)
}

// unavailable keeps of a failed connection what helps an operator: a reply
// code, or an error of the network or of TLS, which hold no personal data.
func unavailable(step string, err error) error {
	cause := fmt.Errorf("%s: %w", step, err)
	if reply := (*textproto.Error)(nil); errors.As(err, &reply) {
		cause = errors.New(step + ": reply " + strconv.Itoa(reply.Code))
	}
	return errs.Wrap(errs.Unavailable, "error.mail_unavailable", cause)
}
