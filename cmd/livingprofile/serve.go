package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/mail"
)

type serveCmd struct {
	Listen  string        `help:"Address to listen on." default:"127.0.0.1:8080" env:"LIVINGPROFILE_LISTEN"`
	BaseURL string        `help:"Address under which people reach the product, as https://privacy.example.com." env:"LIVINGPROFILE_BASE_URL" placeholder:"URL"`
	Metrics string        `help:"Address to serve metrics for Prometheus on; none by default." env:"LIVINGPROFILE_METRICS" placeholder:"ADDRESS"`
	Proxies []string      `help:"Networks of proxies whose X-Forwarded-For is believed." env:"LIVINGPROFILE_TRUSTED_PROXIES" name:"trusted-proxies" placeholder:"CIDR"`
	Console consoleFlags  `embed:"" prefix:"console-"`
	Drain   time.Duration `help:"How long running requests may take when the program is told to stop." default:"20s" env:"LIVINGPROFILE_DRAIN"`

	WarnDays int `help:"How many days before a request is due it is in the mails to staff about what waits; 7 by default, -1 for no such mails." env:"LIVINGPROFILE_WARN_DAYS" name:"warn-days" placeholder:"N"`

	APIPerMinute int `help:"How many requests an API key may make in a minute; 600 by default." env:"LIVINGPROFILE_API_PER_MINUTE" name:"api-per-minute" placeholder:"N"`

	Mail mailFlags `embed:"" prefix:"smtp-"`
	outboundFlags
}

// outboundFlags say where connections may lead.
type outboundFlags struct {
	Outbound []string `name:"outbound-allow" help:"Private networks, addresses or address:port that may be connected to, as those of your own systems." env:"LIVINGPROFILE_OUTBOUND_ALLOW" placeholder:"CIDR"`
}

// consoleFlags say where staff members reach the console.
type consoleFlags struct {
	Listen string `help:"Address of its own to serve the console on; by default it is served with everything else." env:"LIVINGPROFILE_CONSOLE_LISTEN" placeholder:"ADDRESS"`
	URL    string `name:"url" help:"Address under which staff reach the console; by default the base URL, or that of its own listener." env:"LIVINGPROFILE_CONSOLE_URL" placeholder:"URL"`
}

// mailFlags say how mail leaves.
type mailFlags struct {
	Host         string `help:"Mail server; without one, mail waits." env:"LIVINGPROFILE_SMTP_HOST"`
	Port         int    `help:"Port of the mail server; by default 587, or 465 with implicit TLS." env:"LIVINGPROFILE_SMTP_PORT"`
	TLS          string `help:"starttls, implicit, or none (only on this machine)." default:"starttls" enum:"starttls,implicit,none" env:"LIVINGPROFILE_SMTP_TLS"`
	Username     string `help:"Name to sign in with at the mail server." env:"LIVINGPROFILE_SMTP_USERNAME"`
	PasswordFile string `help:"File with the password." env:"LIVINGPROFILE_SMTP_PASSWORD_FILE" placeholder:"FILE"`
	From         string `help:"Address that mail comes from; by default no-reply@ the host of the base URL." env:"LIVINGPROFILE_SMTP_FROM"`
}

func (m *mailFlags) settings() (wire.MailSettings, error) {
	s := wire.MailSettings{
		Config: mail.Config{Host: m.Host, Port: m.Port, TLS: mail.TLSMode(m.TLS), Username: m.Username},
		From:   m.From,
	}
	if m.PasswordFile == "" {
		return s, nil
	}
	secret, err := readSecret(m.PasswordFile)
	if err != nil {
		return s, fmt.Errorf("password of the mail server: %w", err)
	}
	s.Password = secret
	return s, nil
}

func (*serveCmd) Help() string {
	return `Examples:
  livingprofile serve
  livingprofile serve --listen :8443 --base-url https://privacy.example.com --trusted-proxies 10.0.0.0/8
  livingprofile --database postgres://app@db/profile serve`
}

// Run serves until the program is told to stop, then lets running requests end.
func (s *serveCmd) Run(ctx context.Context, env *environment, d *Data) error {
	settings := d.settings()
	var err error
	if settings.Mail, err = s.Mail.settings(); err != nil {
		return err
	}
	l, err := listen(s.Listen, "--listen")
	if err != nil {
		return err
	}
	defer l.Close() //nolint:errcheck // the server has closed it mostly
	settings.BaseURL, settings.Proxies, settings.Outbound = s.BaseURL, s.Proxies, s.Outbound
	settings.APIPerMinute = s.APIPerMinute
	settings.WarnDays = s.WarnDays
	if settings.BaseURL == "" {
		if settings.BaseURL, err = ownURL(l, "--base-url"); err != nil {
			return err
		}
	}
	own, err := s.Console.listen(&settings)
	if err != nil {
		return err
	}
	if own != nil {
		defer own.Close() //nolint:errcheck // the server has closed it mostly
	}
	a, err := d.openWith(ctx, env, settings)
	if err != nil {
		return err
	}
	return errors.Join(s.serve(ctx, env, a, l, own), a.Close())
}

// ownURL is under which address people reach the product when nobody says: on
// this machine alone.
func ownURL(l net.Listener, flag string) (string, error) {
	address, ok := l.Addr().(*net.TCPAddr)
	if !ok || !address.IP.IsLoopback() {
		return "", fmt.Errorf("it listens on %s for other machines: say with %s under which address people reach it", l.Addr(), flag)
	}
	return "http://" + address.String(), nil
}

func (s *serveCmd) serve(ctx context.Context, env *environment, a *wire.App, l, own net.Listener) error {
	service, err := wire.NewService(ctx, a, wire.Options{Version: version})
	if err != nil {
		return err
	}
	if len(a.Current.Load().Brands) == 0 {
		fmt.Fprintln(env.stderr, "No organisation is declared yet. Declare one: livingprofile apply organisation.yaml")
	}
	a.Log.Info("serving", "address", l.Addr().String(), "version", version)
	if s.Metrics != "" {
		stop, err := serveMetrics(s.Metrics, a)
		if err != nil {
			return err
		}
		defer stop()
	}
	return serveUntil(ctx, service, l, own, s.Drain)
}

// listen opens the console's own listener, where it has one, and tells the
// settings; nil where the console is served with everything else.
func (f *consoleFlags) listen(settings *wire.Settings) (net.Listener, error) {
	settings.Console = f.URL
	if f.Listen == "" {
		return nil, nil //nolint:nilnil // no listener is an answer
	}
	l, err := listen(f.Listen, "--console-listen")
	if err != nil {
		return nil, err
	}
	settings.Apart = true
	if f.URL == "" {
		if settings.Console, err = ownURL(l, "--console-url"); err != nil {
			return nil, errors.Join(err, l.Close())
		}
	}
	return l, nil
}

// serveUntil serves on l, and the console on own unless that is nil, until ctx
// ends. Then it stops taking requests, lets those that run finish within drain,
// and ends the work in the background.
func serveUntil(ctx context.Context, service *wire.Service, l, own net.Listener, drain time.Duration) error {
	service.Start()
	failed := make(chan error, 2)
	go func() { failed <- service.HTTP.Serve(l) }()
	servers := []*http.Server{service.HTTP}
	if own != nil {
		go func() { failed <- service.Console.Serve(own) }()
		servers = append(servers, service.Console)
	}
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	for _, server := range servers {
		if e := server.Shutdown(stopping); e != nil {
			err = errors.Join(err, e, server.Close())
		}
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, service.Stop(stopping))
}

func serveMetrics(address string, a *wire.App) (stop func(), err error) {
	l, err := listen(address, "--metrics")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.Metrics())
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = srv.Serve(l) }()
	return func() { _ = srv.Close() }, nil
}
