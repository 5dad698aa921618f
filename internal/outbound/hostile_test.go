package outbound_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/outbound"
)

// A receiver answers one connection, or does not.
type receiver func(c net.Conn)

// says reads the request's head and writes text.
func says(text string) receiver {
	return func(c net.Conn) {
		head(c)
		_, _ = io.WriteString(c, text)
	}
}

func head(c net.Conn) {
	var b [1]byte
	var seen []byte
	for !bytes.HasSuffix(seen, []byte("\r\n\r\n")) {
		if _, err := c.Read(b[:]); err != nil {
			return
		}
		seen = append(seen, b[0])
	}
}

// forever writes text again and again, first after begin.
func forever(begin, text string) receiver {
	return func(c net.Conn) {
		head(c)
		_, _ = io.WriteString(c, begin)
		for {
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
		}
	}
}

// slowly writes text a byte at a time.
func slowly(text string) receiver {
	return func(c net.Conn) {
		head(c)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for i := range len(text) {
			<-tick.C
			if _, err := io.WriteString(c, text[i:i+1]); err != nil {
				return
			}
		}
		_, _ = io.Copy(io.Discard, c)
	}
}

func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

func bomb() string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(make([]byte, 50<<20))
	_ = w.Close()
	return b.String()
}

const ok = "HTTP/1.1 200 OK\r\n"

// hostile are receivers that do what no receiver should. status is what is made
// of it, 0 for no answer.
func hostile() map[string]struct {
	receiver
	status int
} {
	silent := func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
	packed := bomb()
	return map[string]struct {
		receiver
		status int
	}{
		"no answer":               {silent, 0},
		"closed at once":          {func(net.Conn) {}, 0},
		"reset at once":           {reset, 0},
		"reset after the head":    {func(c net.Conn) { says(ok + "Content-Length: 100\r\n\r\nhalf")(c); reset(c) }, 0},
		"half a status line":      {says("HTTP/1.1 2"), 0},
		"slow head":               {slowly(ok + strings.Repeat("X-A: b\r\n", 1000)), 0},
		"slow body":               {slowly(ok + "Content-Length: 1000\r\n\r\n" + strings.Repeat("x", 1000)), 0},
		"endless head":            {forever(ok, "X-A: "+strings.Repeat("b", 1000)+"\r\n"), 0},
		"one endless header":      {forever(ok+"X-A: ", strings.Repeat("b", 1000)), 0},
		"endless body":            {forever(ok+"\r\n", strings.Repeat("x", 1000)), 200},
		"endless chunks":          {forever(ok+"Transfer-Encoding: chunked\r\n\r\n", "5\r\nxxxxx\r\n"), 200},
		"a body of 10 GB":         {forever(ok+"Content-Length: 10000000000\r\n\r\n", strings.Repeat("x", 1000)), 200},
		"body shorter than said":  {says(ok + "Content-Length: 100\r\n\r\nshort"), 0},
		"a negative length":       {says(ok + "Content-Length: -5\r\n\r\n"), 0},
		"two lengths":             {says(ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), 0},
		"bad chunks":              {says(ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"), 0},
		"compressed to nothing":   {says(ok + fmt.Sprintf("Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n", len(packed)) + packed), 200},
		"endless interim answers": {forever("", "HTTP/1.1 103 Early Hints\r\nLink: </"+strings.Repeat("x", 500)+">\r\n\r\n"), 0},
		"continue for ever":       {forever("", "HTTP/1.1 100 Continue\r\n\r\n"), 0},
		"switching protocols": {func(c net.Conn) {
			says("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")(c)
			silent(c)
		}, 101},
		"not HTTP":                  {says("220 mail.example.com ESMTP\r\n"), 0},
		"TLS where plain was asked": {says("\x15\x03\x01\x00\x02\x02\x16"), 0},
		"a status that is none":     {says("HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n"), 999},
		"a NUL in a header":         {says(ok + "X-A: \x00\r\n\r\n"), 0},
		"410":                       {says("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"), 410},
		"429 with an odd wait":      {says("HTTP/1.1 429 Slow\r\nRetry-After: never, ever\r\nContent-Length: 0\r\n\r\n"), 429},
	}
}

func listen(t *testing.T, r receiver) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(10 * time.Second))
				r(c)
			}()
		}
	}()
	return l.Addr().String()
}

// Whatever a receiver does, an exchange is over in its time, takes little
// memory, and is never taken for a success that it was not.
func TestDoor_survives_hostile_receivers(t *testing.T) {
	const limit = 700 * time.Millisecond
	d, err := outbound.New(outbound.Options{Allow: []string{"127.0.0.1"}, Timeout: limit})
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	t.Run("kinds", func(t *testing.T) {
		for name, tt := range hostile() {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				began := time.Now()
				a, err := d.Post(t.Context(), outbound.Letter{URL: "http://" + listen(t, tt.receiver) + "/", Body: []byte(`{"x":1}`)})
				if err != nil {
					a.Status = 0
				}
				if a.Status != tt.status {
					t.Errorf("got %d, %v, want %d", a.Status, err, tt.status)
				}
				if len(a.Body) > outbound.MaxAnswer {
					t.Errorf("read %d bytes, want %d at most", len(a.Body), outbound.MaxAnswer)
				}
				if took := time.Since(began); took > limit+3*time.Second {
					t.Errorf("took %s", took)
				}
			})
		}
	})
	runtime.GC() // the test's own garbage is much
	runtime.ReadMemStats(&after)
	if grew := int64(after.HeapAlloc) - int64(before.HeapAlloc); grew > 50<<20 {
		t.Errorf("the heap grew by %d MB", grew>>20)
	}
}

// Nobody is believed whose certificate nobody signed.
func TestDoor_refuses_a_bad_certificate(t *testing.T) {
	signedByItself := httptest.NewTLSServer(http.NotFoundHandler())
	signedByItself.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer signedByItself.Close()
	d, err := outbound.New(outbound.Options{Allow: []string{"127.0.0.1"}, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if a, err := d.Post(t.Context(), outbound.Letter{URL: signedByItself.URL}); err == nil {
		t.Errorf("its own: got %d", a.Status)
	}
	for name, r := range map[string]receiver{
		"garbage": func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n"); _, _ = io.Copy(io.Discard, c) },
		"silence": func(c net.Conn) { _, _ = io.Copy(io.Discard, c) },
	} {
		if a, err := d.Post(t.Context(), outbound.Letter{URL: "https://" + listen(t, r) + "/"}); err == nil {
			t.Errorf("%s: got %d", name, a.Status)
		}
	}
}
