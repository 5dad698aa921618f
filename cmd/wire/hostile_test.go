package wire_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"livingprofile/internal/consent"
	"livingprofile/internal/demo"
	"livingprofile/internal/hook"
	"livingprofile/internal/outbound"
	"livingprofile/internal/testkit"
)

// crowded is the organisation with an endpoint for every hostile receiver.
type crowded struct {
	hook.Catalogue
	targets []hook.Target
}

func (c crowded) Targets() []hook.Target { return c.targets }

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
				_ = c.SetDeadline(time.Now().Add(5 * time.Second))
				do(c)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// mean are receivers that never do their part, by name.
func mean(t *testing.T) map[string]string {
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
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat("x", 64<<10)); err != nil {
				return
			}
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
			if begin+again == "" {
				_, _ = io.Copy(io.Discard, c)
			}
		})
	}
	writes("silence", "", "")
	writes("not-http", "220 mail ESMTP\r\n", "")
	writes("half-a-head", "HTTP/1.1 2", "")
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

// TestHooks_beside_the_hostile is R13 of security.md: twenty-five kinds of bad
// receiver cost a good one nothing, and us little.
func TestHooks_beside_the_hostile(t *testing.T) {
	secret := hook.NewSecret()
	good := newSystem(t, secret)
	o := newOffice(t, testkit.OnSQLite, 12, map[string]hook.Endpoint{demo.Newsletter: {Name: "main", URL: good.server.URL}})
	const endpoint = demo.Newsletter + "/main"
	target := o.target(endpoint)
	all := crowded{o.org, []hook.Target{target}}
	o.secret(endpoint, secret)
	receivers := mean(t)
	if len(receivers) < 25 {
		t.Fatalf("got %d kinds, want 25", len(receivers))
	}
	for name, url := range receivers {
		bad := target
		bad.ID, bad.URL = demo.Newsletter+"/"+name, url
		all.targets = append(all.targets, bad)
		o.secret(bad.ID, secret)
	}
	const timeout = time.Second
	door, err := outbound.New(outbound.Options{Allow: []string{"127.0.0.1"}, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	goroutines := runtime.NumGoroutine()
	w := hook.NewWorker(hook.Deps{
		Feed: o.db, Queue: o.db, People: o.db, Door: door, Clock: o.clock, Source: "https://privacy.example.com",
		Catalogue: func() (hook.Catalogue, int64) { return all, o.org.Revision }, Alias: o.db.Ring().Pairwise,
	}, hook.Options{Poll: 5 * time.Millisecond})
	w.Start()
	for _, p := range o.people {
		o.decide(p, "newsletter", consent.Yes)
	}
	began := time.Now()
	for _, p := range o.people {
		o.decide(p, "newsletter", consent.No)
	}
	calls, idle := 0, 0
	testkit.Eventually(t, "the good one to be told", func() (bool, bool) {
		// On a busy machine the good one may be late once, and is tried again.
		if now := good.calls(); now != calls {
			calls, idle = now, 0
		} else if idle++; idle > 20 {
			o.clock.Advance(10 * time.Second)
			idle = 0
		}
		w.Wake()
		return true, !o.waiting(endpoint)
	})
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("it took %s", took)
	}
	if n := runtime.NumGoroutine() - goroutines; n > 16*len(all.targets)*4 {
		t.Errorf("%d goroutines more", n)
	}
	if err := w.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grew := int64(after.HeapAlloc) - int64(before.HeapAlloc); grew > 50<<20 {
		t.Errorf("the heap grew by %d MB", grew>>20)
	}
	if diff := cmp.Diff(o.wants(target), good.latest, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("what the good one knows: (-want +got)\n%s", diff)
	}
	for name := range receivers {
		counts, err := o.db.Counts(t.Context(), demo.Newsletter+"/"+name)
		if err != nil {
			t.Fatal(err)
		}
		if counts[hook.Applied]+counts[hook.Received] > 0 || counts[hook.Waiting] == 0 {
			t.Errorf("%s: got %v, want everything to wait", name, counts)
		}
	}
}
