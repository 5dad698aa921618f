// Package mailbox is a mail server that keeps what it is sent, in memory, for
// the demo and for tests. It listens on loopback only and delivers nothing.
package mailbox

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// maxBytes is the largest mail taken.
const maxBytes = 1 << 20

// Options are the settings of a Server; the zero value is usable.
type Options struct {
	Addr string // to listen on; "" means a free port of 127.0.0.1
	Keep int    // how many mails to keep, the oldest go first; 0 means 200
	// TLS turns STARTTLS on.
	TLS *tls.Config
	// Username and Password are what clients must present, over TLS; no
	// authentication when they are empty.
	Username, Password string
	// Refuse, unless nil, is asked for each recipient. The error is what the
	// client gets, best a *smtp.SMTPError.
	Refuse func(recipient string) error
}

// A Server takes mail from anybody on this machine. It is safe for concurrent
// use.
type Server struct {
	opts Options
	smtp *smtp.Server
	addr *net.TCPAddr

	mu      sync.Mutex
	mails   []Message
	changed chan struct{} // closed and replaced at every change
}

// Listen starts a server. It refuses an address that is not loopback.
func Listen(opts Options) (*Server, error) {
	if opts.Addr == "" {
		opts.Addr = "127.0.0.1:0"
	}
	if opts.Keep <= 0 {
		opts.Keep = 200
	}
	tcp, err := net.ResolveTCPAddr("tcp", opts.Addr)
	if err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	if !tcp.IP.IsLoopback() {
		return nil, fmt.Errorf("mailbox: %s is not a loopback address", opts.Addr)
	}
	l, err := net.ListenTCP("tcp", tcp)
	if err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	s := &Server{opts: opts, addr: l.Addr().(*net.TCPAddr), changed: make(chan struct{})}
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{server: s}, nil
	}))
	s.smtp.Domain = "localhost"
	s.smtp.MaxMessageBytes = maxBytes
	s.smtp.MaxRecipients = 10
	s.smtp.ReadTimeout = 10 * time.Second
	s.smtp.WriteTimeout = 10 * time.Second
	s.smtp.EnableSMTPUTF8 = true
	s.smtp.TLSConfig = opts.TLS
	s.smtp.ErrorLog = quiet{}
	go func() { _ = s.smtp.Serve(l) }()
	return s, nil
}

// Host and Port are where the server listens.
func (s *Server) Host() string { return s.addr.IP.String() }

// Port is the port at Host.
func (s *Server) Port() int { return s.addr.Port }

// Close stops the server; the mails stay readable.
func (s *Server) Close() error { return s.smtp.Close() }

// Messages returns what is kept, the oldest first.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// Clear drops what is kept.
func (s *Server) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = nil
}

// Wait returns the oldest kept mail to the address, at once or as soon as there
// is one, and takes it out, so that the next call waits for the next mail. It
// fails when ctx ends.
func (s *Server) Wait(ctx context.Context, to string) (Message, error) {
	for {
		s.mu.Lock()
		changed := s.changed
		i := slices.IndexFunc(s.mails, func(m Message) bool {
			return slices.ContainsFunc(m.To, func(r string) bool { return strings.EqualFold(r, to) })
		})
		if i >= 0 {
			m := s.mails[i]
			s.mails = slices.Delete(s.mails, i, i+1)
			s.mu.Unlock()
			return m, nil
		}
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return Message{}, fmt.Errorf("wait for mail: %w", ctx.Err())
		}
	}
}

func (s *Server) keep(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
	if over := len(s.mails) - s.opts.Keep; over > 0 {
		s.mails = slices.Delete(s.mails, 0, over)
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// quiet drops what the library would write to standard error.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// session is one connection.
type session struct {
	server *Server
	signed bool
	from   string
	to     []string
}

func (s *session) Reset()        { s.from, s.to = "", nil }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.opts.Username != "" && !s.signed {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.server.opts.Refuse != nil {
		if err := s.server.opts.Refuse(to); err != nil {
			return err
		}
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(io.LimitReader(r, maxBytes))
	if err != nil {
		return err
	}
	m, err := parse(raw)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "unreadable message"}
	}
	m.From, m.To = s.from, slices.Clone(s.to)
	s.server.keep(m)
	return nil
}
