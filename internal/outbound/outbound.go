// Package outbound is the one door out: whatever the product fetches from or
// sends to an address that somebody typed goes through it.
//
// A name is looked up and the address it leads to is checked at the moment of
// connecting, on every attempt, so that neither a spelling nor a name that
// changes its address gets past (server-side request forgery). Loopback,
// private, link-local and other special ranges are refused unless the
// operator's configuration lists them. A redirect is an answer like any other
// and never followed. What comes back is bounded in size and time, for the
// receiver may be hostile.
package outbound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// The bounds of one exchange.
const (
	// Timeout is how long an exchange may take, from the look-up of the name to
	// the last byte of the answer.
	Timeout = 15 * time.Second
	// MaxAnswer is how much of an answer is read.
	MaxAnswer = 20 << 10
	// maxHeader is how long the head of an answer may be.
	maxHeader = 16 << 10
	// idle is how many connections to one host are kept for the next exchange.
	idle = 16
)

// ErrRefused is the error of an address that may not be connected to.
var ErrRefused = errors.New("address refused")

// A Door makes outbound connections. It is safe for concurrent use.
type Door struct {
	allowed   []allowance
	guard     *ssrf.Guardian
	transport *http.Transport
	timeout   time.Duration
}

// Options choose what a Door lets pass.
type Options struct {
	// Allow lists what may be connected to although it is private: networks as
	// 10.1.0.0/16, addresses as 10.1.2.3, or one port of one as
	// 127.0.0.1:9000.
	Allow []string
	// Timeout of one exchange; 0 for Timeout.
	Timeout time.Duration
	// Resolver looks names up; nil for that of the machine.
	Resolver *net.Resolver
}

// An allowance is a network with one port of it, or all when port is 0.
type allowance struct {
	network netip.Prefix
	port    uint16
}

// New returns a Door. It fails on an entry of Allow that cannot be read.
func New(o Options) (*Door, error) {
	d := &Door{guard: ssrf.New(ssrf.WithAnyPort()), timeout: o.Timeout}
	if d.timeout <= 0 {
		d.timeout = Timeout
	}
	for _, entry := range o.Allow {
		a, err := parseAllowance(entry)
		if err != nil {
			return nil, fmt.Errorf("allowed destination %q: want a network, an address, or an address with a port", entry)
		}
		d.allowed = append(d.allowed, a)
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: d.control, Resolver: o.Resolver}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	d.transport = &http.Transport{
		// No Proxy: one from the environment would make the connection in our
		// place, unchecked.
		DialContext: dialer.DialContext, Protocols: protocols,
		TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: d.timeout,
		MaxResponseHeaderBytes: maxHeader, MaxIdleConnsPerHost: idle, MaxIdleConns: 16 * idle,
		IdleConnTimeout: 30 * time.Second,
		// A compressed answer could be small on the way and huge here.
		DisableCompression: true,
	}
	return d, nil
}

func parseAllowance(entry string) (allowance, error) {
	if at, err := netip.ParseAddrPort(entry); err == nil {
		ip := at.Addr().Unmap()
		return allowance{netip.PrefixFrom(ip, ip.BitLen()), at.Port()}, nil
	}
	if ip, err := netip.ParseAddr(entry); err == nil && ip.Zone() == "" {
		ip = ip.Unmap()
		return allowance{netip.PrefixFrom(ip, ip.BitLen()), 0}, nil
	}
	network, err := netip.ParsePrefix(entry)
	return allowance{network.Masked(), 0}, err
}

// control is asked with the address that is about to be connected to.
func (d *Door) control(network, address string, c syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if at.Addr().Zone() == "" {
		for _, a := range d.allowed {
			if a.network.Contains(at.Addr().Unmap()) && (a.port == 0 || a.port == at.Port()) {
				return nil
			}
		}
	}
	if err := d.guard.Safe(network, address, c); err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return nil
}

// A Letter is what is sent.
type Letter struct {
	Method  string // "" for POST
	URL     string
	Headers map[string]string
	Body    []byte
	Most    int // how much of the answer is read; 0 for MaxAnswer
}

// request returns what a letter says, after checking that its address is one of
// the web.
func (l *Letter) request(ctx context.Context) (*http.Request, error) {
	target, err := url.Parse(l.URL)
	if err != nil || target.Host == "" || target.User != nil || target.Scheme != "https" && target.Scheme != "http" {
		return nil, fmt.Errorf("%w: not an address of the web", ErrRefused)
	}
	method := l.Method
	if method == "" {
		method = http.MethodPost
	}
	var body io.Reader
	if l.Body != nil || method == http.MethodPost {
		body = bytes.NewReader(l.Body)
	}
	req, err := http.NewRequestWithContext(ctx, method, l.URL, body)
	if err != nil {
		return nil, fmt.Errorf("%w: not an address of the web", ErrRefused)
	}
	for name, value := range l.Headers {
		req.Header.Set(name, value)
	}
	return req, nil
}

// An Answer is what came back: as much as was asked for, and no more.
type Answer struct {
	Status     int
	RetryAfter string // the header, as it was sent
	Type       string // media type of Body, in lower case
	Body       []byte // at most as much as the letter says
	Header     http.Header
}

// Post sends a letter and returns the answer, whatever its status. The error
// wraps ErrRefused when the address may not be connected to; nothing was sent
// then. Errors name no header and no body.
func (d *Door) Post(ctx context.Context, l Letter) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	req, err := l.request(ctx)
	if err != nil {
		return Answer{}, err
	}
	// RoundTrip and not a client: no redirects, no cookies.
	res, err := d.transport.RoundTrip(req)
	if err != nil {
		return Answer{}, err
	}
	defer res.Body.Close()
	media, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	a := Answer{
		Status: res.StatusCode, RetryAfter: res.Header.Get("Retry-After"),
		Type: strings.ToLower(strings.TrimSpace(media)), Header: res.Header,
	}
	if a.Status == http.StatusSwitchingProtocols {
		return a, nil // its body is the bare connection, which no timeout ends
	}
	most := l.Most
	if most <= 0 {
		most = MaxAnswer
	}
	a.Body, err = io.ReadAll(io.LimitReader(res.Body, int64(most)))
	if err != nil {
		return Answer{}, fmt.Errorf("read answer: %w", err)
	}
	return a, nil
}

// Close drops the connections that are kept for later.
func (d *Door) Close() { d.transport.CloseIdleConnections() }
