package wire_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"livingprofile/internal/consent"
	"livingprofile/internal/demo"
	"livingprofile/internal/hook"
	"livingprofile/internal/testkit"
)

// raw listens for what no HTTP server would do.
func raw(t *testing.T, do func(net.Conn)) string {
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
				_ = c.SetDeadline(time.Now().Add(patience))
				do(c)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// mean are receivers that never do their part, by name. poured is the most that
// one of them was rid of in one answer, held how many exchanges they have not
// let go of.
func mean(t *testing.T, poured, held *atomic.Int64) map[string]string {
	t.Helper()
	all := map[string]string{}
	answers := func(name string, h http.HandlerFunc) {
		s := httptest.NewServer(h)
		t.Cleanup(func() {
			s.CloseClientConnections()
			s.Close()
		})
		all[name] = s.URL
	}
	for _, status := range []int{301, 307, 400, 401, 404, 429, 500, 502, 503, 504} {
		answers(fmt.Sprint("status-", status), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "never")
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(status)
		})
	}
	endless := func(w http.ResponseWriter, r *http.Request) {
		for n := int64(0); r.Context().Err() == nil; n += 64 << 10 {
			if _, err := io.WriteString(w, strings.Repeat("x", 64<<10)); err != nil {
				return
			}
			poured.Store(max(poured.Load(), n))
		}
	}
	answers("endless-refusal", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		endless(w, r)
	})
	answers("abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	writes := func(name, begin, again string) {
		all[name] = raw(t, func(c net.Conn) {
			_, _ = io.ReadFull(c, make([]byte, 16))
			_, err := io.WriteString(c, begin)
			for err == nil && again != "" {
				_, err = io.WriteString(c, again)
			}
		})
	}
	holds := func(name, begin string) {
		all[name] = raw(t, func(c net.Conn) {
			held.Add(1)
			defer held.Add(-1)
			_, _ = io.ReadFull(c, make([]byte, 16))
			_, _ = io.WriteString(c, begin)
			_, _ = io.Copy(io.Discard, c)
		})
	}
	holds("silence", "")
	holds("half-a-head", "HTTP/1.1 2")
	holds("half-a-body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
	writes("not-http", "220 mail ESMTP\r\n", "")
	writes("endless-head", "HTTP/1.1 200 OK\r\n", "X-A: "+strings.Repeat("b", 1000)+"\r\n")
	writes("endless-interim", "", "HTTP/1.1 103 Early Hints\r\n\r\n")
	writes("short-body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "")
	writes("bad-chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "")
	writes("switching", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "")
	writes("tls", "\x15\x03\x01\x00\x02\x02\x16", "")
	all["nobody"] = "http://127.0.0.1:1"
	all["refused"] = "http://10.0.0.1"
	all["no-such-name"] = "http://nobody.invalid"
	all["bad-certificate"] = strings.Replace(raw(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }), "http", "https", 1)
	return all
}

// The bounds of R13 of security.md.
const (
	mostPoured = 16 << 20 // of one endless answer: buffers on the way to who reads 20 KB
	mostGrown  = 50 << 20
	// patience with one exchange is longer than the test: who answers nothing
	// holds it until the end.
	patience = time.Minute
	// leastHeld is more than one queue has on its way: in a queue shared with
	// those who hold as many, the good ones would never be told.
	leastHeld = 2 * 16
)

// TestHooks_beside_the_hostile: twenty-five kinds of bad receiver cost good ones
// nothing, and us little.
func TestHooks_beside_the_hostile(t *testing.T) {
	secret := hook.NewSecret()
	good := newSystem(t, secret)
	o := newOffice(t, testkit.OnSQLite, 12, map[string]hook.Endpoint{demo.Newsletter: {Name: "main", URL: good.server.URL}})
	target := o.target(demo.Newsletter + "/main")
	o.secret(target.ID, secret)
	add := func(name, url string) string {
		one := target
		one.ID, one.URL = demo.Newsletter+"/"+name, url
		o.secret(one.ID, secret)
		o.also = append(o.also, one)
		return one.ID
	}
	var poured, held atomic.Int64
	var bad []string
	for name, url := range mean(t, &poured, &held) {
		bad = append(bad, add(name, url))
	}
	if len(bad) < 25 {
		t.Fatalf("got %d kinds, want 25", len(bad))
	}
	fine := []string{target.ID, add("second", good.server.URL), add("third", good.server.URL)}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	goroutines := runtime.NumGoroutine()

	w := o.worker(patience)
	broken, cancel := context.WithCancel(t.Context())
	cancel()
	t.Cleanup(func() { _ = w.Stop(broken) })
	w.Start()
	for i, answer := range []consent.Answer{consent.Yes, consent.No, consent.Yes} {
		for _, p := range o.people {
			o.decide(p, "newsletter", answer)
		}
		if i == 0 { // what follows is told while they hold on
			testkit.Eventually(t, "the bad ones to hold on", func() (int64, bool) { return held.Load(), held.Load() >= leastHeld })
		}
		testkit.Eventually(t, "the good ones to be told", func() (bool, bool) { return true, !o.waiting(fine...) })
	}
	if n := held.Load(); n < leastHeld {
		t.Errorf("the bad ones let go of all but %d: nothing is shown", n)
	}
	if n := runtime.NumGoroutine() - goroutines; n > 16*4*(len(fine)+len(bad)) {
		t.Errorf("%d goroutines more", n)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grew := int64(after.HeapAlloc) - int64(before.HeapAlloc); grew > mostGrown {
		t.Errorf("the heap grew by %d MB", grew>>20)
	}
	_ = w.Stop(broken)
	if n := poured.Load(); n > mostPoured {
		t.Errorf("%d MB of an endless answer were taken", n>>20)
	}
	if diff := cmp.Diff(o.wants(target), good.latest, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("what the good ones know: (-want +got)\n%s", diff)
	}
	for _, endpoint := range bad {
		counts, err := o.db.Counts(t.Context(), endpoint)
		if err != nil {
			t.Fatal(err)
		}
		if counts[hook.Applied]+counts[hook.Received] > 0 || counts[hook.Waiting] == 0 {
			t.Errorf("%s: got %v, want everything to wait", endpoint, counts)
		}
	}
}
