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
				_ = c.SetDeadline(time.Now().Add(outbound.Timeout))
				do(c)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// mean are receivers that never do their part, by name.
// poured is the most that one of them was rid of in one answer.
func mean(t *testing.T, poured *atomic.Int64) map[string]string {
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

// The bounds of R13 of security.md, as far as they hold on a machine that has
// other things to do. Good receivers are told within mostLate, and within
// mostSlower times what their share of the work takes without the bad ones;
// behind those, they would wait for as long as one answers nothing.
const (
	mostLate   = 2 * time.Second
	mostSlower = 2
	mostPoured = 16 << 20 // of one endless answer: buffers on the way to who reads 20 KB
	mostGrown  = 50 << 20
)

// TestHooks_beside_the_hostile: twenty-five kinds of bad receiver cost good ones
// nothing, and us little.
func TestHooks_beside_the_hostile(t *testing.T) {
	secret := hook.NewSecret()
	good := newSystem(t, secret)
	o := newOffice(t, testkit.OnSQLite, 12, map[string]hook.Endpoint{demo.Newsletter: {Name: "main", URL: good.server.URL}})
	target := o.target(demo.Newsletter + "/main")
	add := func(all []hook.Target, name, url string) []hook.Target {
		one := target
		one.ID, one.URL = demo.Newsletter+"/"+name, url
		o.secret(one.ID, secret)
		return append(all, one)
	}
	var fine, bad []hook.Target
	var names []string
	for _, name := range []string{"main", "second", "third"} {
		fine = add(fine, name, good.server.URL)
		names = append(names, demo.Newsletter+"/"+name)
	}
	var poured atomic.Int64
	for name, url := range mean(t, &poured) {
		bad = add(bad, name, url)
	}
	if len(bad) < 25 {
		t.Fatalf("got %d kinds, want 25", len(bad))
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	goroutines := runtime.NumGoroutine()

	alone := o.tellAll(fine, good, names)
	beside := o.tellAll(append(bad, fine...), good, names, func() {
		if n := runtime.NumGoroutine() - goroutines; n > 16*4*(len(fine)+len(bad)) {
			t.Errorf("%d goroutines more", n)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if grew := int64(after.HeapAlloc) - int64(before.HeapAlloc); grew > mostGrown {
			t.Errorf("the heap grew by %d MB", grew>>20)
		}
	})
	share := time.Duration((len(fine) + len(bad)) / len(fine))
	if most := mostLate + mostSlower*share*alone; beside > most {
		t.Errorf("the good ones were told within %s, and within %s beside the bad ones; want %s at most", alone, beside, most)
	}
	if n := poured.Load(); n > mostPoured {
		t.Errorf("%d MB of an endless answer were taken", n>>20)
	}
	if diff := cmp.Diff(o.wants(target), good.latest, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("what the good ones know: (-want +got)\n%s", diff)
	}
	for i := range bad {
		counts, err := o.db.Counts(t.Context(), bad[i].ID)
		if err != nil {
			t.Fatal(err)
		}
		if counts[hook.Applied]+counts[hook.Received] > 0 || counts[hook.Waiting] == 0 {
			t.Errorf("%s: got %v, want everything to wait", bad[i].ID, counts)
		}
	}
}

// tellAll changes something about everybody, several times, and returns how long
// it takes at most until all of those with names were told. Then it calls while,
// and breaks off what is still under way.
func (o *office) tellAll(targets []hook.Target, good *system, names []string, while ...func()) time.Duration {
	o.t.Helper()
	door, err := outbound.New(outbound.Options{Allow: []string{"127.0.0.1"}})
	if err != nil {
		o.t.Fatal(err)
	}
	w := hook.NewWorker(hook.Deps{
		Feed: o.db, Queue: o.db, People: o.db, Door: door, Clock: o.clock, Source: "https://privacy.example.com",
		Catalogue: func() (hook.Catalogue, int64) { return crowded{o.org, targets}, o.org.Revision }, Alias: o.db.Ring().Pairwise,
	}, hook.Options{Poll: 5 * time.Millisecond})
	broken, cancel := context.WithCancel(o.t.Context())
	cancel()
	o.t.Cleanup(func() { _ = w.Stop(broken) })
	w.Start()
	var most time.Duration
	for _, answer := range []consent.Answer{consent.Yes, consent.No, consent.Yes} {
		began := time.Now()
		for _, p := range o.people {
			o.decide(p, "newsletter", answer)
		}
		calls, idle := 0, 0
		testkit.Eventually(o.t, "the good ones to be told", func() (bool, bool) {
			// On a busy machine a good one may be late once, and is tried again.
			if now := good.calls(); now != calls {
				calls, idle = now, 0
			} else if idle++; idle > 300 {
				o.clock.Advance(10 * time.Second)
				idle = 0
			}
			return true, !o.waiting(names...)
		})
		most = max(most, time.Since(began))
	}
	for _, do := range while {
		do()
	}
	_ = w.Stop(broken)
	return most
}
