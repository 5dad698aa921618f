package outbound_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"livingprofile/internal/outbound"
)

// A trap counts the connections that reach a listener.
func trap(t *testing.T, address string) (port string, reached *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Skipf("cannot listen on %s: %v", address, err)
	}
	t.Cleanup(func() { l.Close() })
	reached = new(atomic.Int64)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			reached.Add(1)
			c.Close()
		}
	}()
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, reached
}

// spellings are ways to write an address of this machine, of its network, or of
// the machines that hand out secrets in a cloud.
func spellings() []string {
	hosts := []string{
		"127.0.0.1", "127.1", "127.0.1", "127.0.0.1.", "127.255.255.254", "0", "0.0.0.0", "0.0.0.0.", "00.0.0.0",
		"2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "0x7f.1", "127.0x0.0.1",
		"localhost", "LOCALHOST", "localhost.", "LocalHost", "localhost.localdomain", "ip6-localhost",
		"[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]",
		"[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:7f00:1::1]",
		"[2001:0:7f00:1::]", "[fe80::1]", "[fe80::1%25lo]", "[::1%25lo]", "[fc00::1]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]",
		"[100::1]", "[2001:db8::1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[::ffff:0:127.0.0.1]",
		"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255", "100.64.0.1", "100.127.255.255",
		"169.254.0.1", "169.254.169.254", "169.254.170.2", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376",
		"192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"192.88.99.1", "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1",
	}
	var all []string
	for _, h := range hosts {
		all = append(all, "http://"+h+":PORT/", "https://"+h+":PORT/")
	}
	return append(all,
		"HTTP://127.0.0.1:PORT/", "hTTps://127.0.0.1:PORT/", "http://a@127.0.0.1:PORT/", "http://crm.example.com@127.0.0.1:PORT/",
		"http://127.0.0.1:PORT#@crm.example.com/", "http://127.0.0.1:PORT?@crm.example.com/", "http://127.0.0.1:PORT\\@crm.example.com/",
		"http:127.0.0.1:PORT/", "//127.0.0.1:PORT/", "127.0.0.1:PORT", "http:///127.0.0.1:PORT/", "http://127.0.0.1:PORT:80/",
		"http://127.0.0.1%00.example.com:PORT/", "http://127.0.0.1%2e:PORT/", "http://%31%32%37.0.0.1:PORT/", " http://127.0.0.1:PORT/",
		"http://127.0.0.1:PORT\r\nHost: x/", "ftp://127.0.0.1:PORT/", "file:///etc/passwd", "gopher://127.0.0.1:PORT/_x",
		"unix:///run/x.sock", "data:text/plain,x", "javascript:alert(1)", "",
	)
}

// No spelling gets a connection to where nothing may be sent, but where the
// configuration lists it.
func TestDoor_refuses_what_is_private(t *testing.T) {
	port, reached := trap(t, "127.0.0.1:0")
	_, six := trap6(t, port)
	d, err := outbound.New(outbound.Options{Timeout: 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	all := spellings()
	if len(all) < 120 {
		t.Fatalf("got %d spellings, want 120", len(all))
	}
	t.Run("spellings", func(t *testing.T) {
		for _, s := range all {
			t.Run(s, func(t *testing.T) {
				t.Parallel()
				l := outbound.Letter{URL: strings.ReplaceAll(s, "PORT", port)}
				if _, err := d.Post(t.Context(), l); err == nil {
					t.Error("it was answered")
				}
				if _, err := d.Get(t.Context(), l); err == nil {
					t.Error("a question was answered")
				}
			})
		}
	})
	if got := reached.Load() + six.Load(); got != 0 {
		t.Errorf("got %d connections, want none", got)
	}
}

func trap6(t *testing.T, port string) (string, *atomic.Int64) {
	t.Helper()
	if l, err := net.Listen("tcp", "[::1]:"+port); err == nil {
		l.Close()
		return trap(t, "[::1]:"+port)
	}
	return "", new(atomic.Int64)
}

// Only what is listed is let through: this port of this address, and no other.
func TestDoor_allows_what_is_listed(t *testing.T) {
	wanted := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer wanted.Close()
	other, reached := trap(t, "127.0.0.1:0")
	u, err := url.Parse(wanted.URL)
	if err != nil {
		t.Fatal(err)
	}
	for allow, want := range map[string]bool{
		u.Host: true, "127.0.0.1": true, "127.0.0.0/8": true, "::ffff:127.0.0.1": true,
		"127.0.0.1:" + other: false, "127.0.0.2": false, "10.0.0.0/8": false, "::1": false,
	} {
		d, err := outbound.New(outbound.Options{Allow: []string{allow}, Timeout: 3 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		a, err := d.Post(t.Context(), outbound.Letter{URL: wanted.URL})
		if got := err == nil && a.Status == http.StatusNoContent; got != want {
			t.Errorf("allowed %s: got %t, want %t (%v)", allow, got, want, err)
		}
		if !want && !errors.Is(err, outbound.ErrRefused) {
			t.Errorf("allowed %s: got %v, want %v", allow, err, outbound.ErrRefused)
		}
	}
	if reached.Load() != 0 {
		t.Error("the other listener was reached")
	}
	for _, bad := range []string{"", "crm.example.com", "10.0.0.0/33", "10.0.0", "*"} {
		if _, err := outbound.New(outbound.Options{Allow: []string{bad}}); err == nil {
			t.Errorf("%q is taken for a destination", bad)
		}
	}
}

// A receiver that is allowed cannot send us on to one that is not.
func TestDoor_follows_no_redirect(t *testing.T) {
	port, reached := trap(t, "127.0.0.1:0")
	for _, status := range []int{301, 302, 303, 307, 308, 300, 304} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://127.0.0.1:"+port+"/")
			w.WriteHeader(status)
		}))
		d, err := outbound.New(outbound.Options{Allow: []string{"127.0.0.0/8"}})
		if err != nil {
			t.Fatal(err)
		}
		a, err := d.Post(t.Context(), outbound.Letter{URL: s.URL, Body: []byte("{}")})
		if err != nil || a.Status != status {
			t.Errorf("got %d, %v, want %d", a.Status, err, status)
		}
		s.Close()
	}
	if got := reached.Load(); got != 0 {
		t.Errorf("got %d connections, want none", got)
	}
}

// A proxy that the environment names would connect in our place, unchecked.
func TestDoor_uses_no_proxy(t *testing.T) {
	port, reached := trap(t, "127.0.0.1:0")
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"} {
		t.Setenv(name, "http://127.0.0.1:"+port)
	}
	d, err := outbound.New(outbound.Options{Allow: []string{"127.0.0.0/8"}, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, _ = d.Post(ctx, outbound.Letter{URL: fmt.Sprintf("http://198.51.100.7:%s/", port)})
	if got := reached.Load(); got != 0 {
		t.Errorf("got %d connections to the proxy, want none", got)
	}
}
