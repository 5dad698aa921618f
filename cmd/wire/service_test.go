package wire_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/clock"
	"livingprofile/internal/mail/mailbox"
	"livingprofile/internal/testkit"
)

// TestStop: a request that runs when the program is told to stop is finished,
// and nothing new is begun.
func TestStop(t *testing.T) {
	var checkpoints string
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) { checkpoints = s.CheckpointPath() }})
	c := s.Client(t)
	c.Enter("hibiki", thomas, false)
	address := strings.TrimPrefix(s.URL, "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	form := url.Values{"csrf": {c.CSRF}, "value": {"Osaka"}}.Encode()
	fmt.Fprintf(conn, "POST /hibiki/data/event-city HTTP/1.1\r\nHost: %s\r\nCookie: session=%s\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
		"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", address, c.Cookie("session"), len(form))
	r := bufio.NewReader(conn)
	if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatalf("got %q, %v", line, err)
	}
	if _, err := r.ReadString('\n'); err != nil {
		t.Fatal(err)
	}

	stopped := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		stopped <- s.HTTP.Shutdown(ctx)
	}()
	testkit.Eventually(t, "the end of taking requests", func() (bool, bool) {
		late, err := net.Dial("tcp", address)
		if err == nil {
			late.Close()
		}
		return true, err != nil
	})
	select {
	case err := <-stopped:
		t.Fatalf("stopped under a request: %v", err)
	default:
	}
	fmt.Fprint(conn, form)
	res, err := http.ReadResponse(r, nil)
	if err != nil || res.StatusCode != http.StatusSeeOther {
		t.Fatalf("got %v, %v", res, err)
	}
	res.Body.Close()
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Run("seals_what_was_written_last", func(t *testing.T) {
		if n, _, err := s.DB.Unsealed(t.Context()); err != nil || n != 0 {
			t.Errorf("%d entries are unsealed, %v", n, err)
		}
		last, _, err := s.DB.LastCheckpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.OpenCheckpoint(last); err != nil {
			t.Errorf("the checkpoint: %v", err)
		}
		copied, err := os.ReadFile(checkpoints)
		if err != nil || !bytes.Contains(copied, bytes.TrimRight(last, "\n")) {
			t.Errorf("the file lacks the last checkpoint, %v", err)
		}
	})
}

// A buffer may be written by many and read meanwhile.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// TestMailServerDown: asking goes on while the mail server is away, and the
// mail leaves when it is back.
func TestMailServerDown(t *testing.T) {
	reserved, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := reserved.Addr().(*net.TCPAddr)
	reserved.Close()
	var log buffer
	fake := testkit.NewClock()
	s := testkit.NewSite(t, testkit.SiteOptions{Clock: fake, Log: &log, Set: func(s *wire.Settings) { s.Mail.Port = address.Port }})
	for _, to := range []string{thomas, "marker.nobody@mail.example.com"} {
		if a := s.Client(t).Send("/hibiki/sign-in", url.Values{"address": {to}}); a.Status != http.StatusSeeOther {
			t.Fatalf("got %d", a.Status)
		}
	}
	testkit.Eventually(t, "two failures", func() (bool, bool) {
		return true, strings.Count(log.String(), "job failed") >= 2
	})
	if strings.Contains(log.String(), "thomas.weber") || strings.Contains(log.String(), "marker") {
		t.Error("the log names who the mail is to")
	}
	box := testkit.Eventually(t, "the port of the mail server", func() (*mailbox.Server, bool) {
		box, err := mailbox.Listen(mailbox.Options{Addr: address.String()})
		return box, err == nil
	})
	defer box.Close()
	fake.Advance(time.Minute)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	m, err := box.Wait(ctx, thomas)
	if err != nil || !strings.Contains(m.Text, s.URL+"/hibiki/link/") {
		t.Fatalf("got %q, %v", m.Subject, err)
	}
}

// TestNoMailServer: without a mail server mail waits, and leaves when there is
// one.
func TestNoMailServer(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "kept")
	fake := testkit.NewClock()
	t.Run("it_waits", func(t *testing.T) {
		var log buffer
		s := testkit.NewSite(t, testkit.SiteOptions{Clock: fake, Log: &log, Set: func(s *wire.Settings) {
			if err := os.Rename(s.Folder, folder); err != nil {
				t.Fatal(err)
			}
			s.Mail.Host, s.Database, s.Folder = "", folder, folder
		}})
		if a := s.Client(t).Send("/hibiki/sign-in", url.Values{"address": {thomas}}); a.Status != http.StatusSeeOther {
			t.Fatalf("got %d", a.Status)
		}
		testkit.Eventually(t, "a failure", func() (bool, bool) { return true, strings.Contains(log.String(), "job failed") })
		if parked, err := s.DB.Parked(t.Context(), 10); err != nil || len(parked) > 0 {
			t.Errorf("got %d jobs that were given up, %v", len(parked), err)
		}
		fake.Advance(time.Minute)
	})
	t.Run("and_leaves", func(t *testing.T) {
		s := testkit.NewSite(t, testkit.SiteOptions{Clock: fake, Set: func(s *wire.Settings) { s.Database, s.Folder = folder, folder }})
		s.Link(t, thomas)
	})
}

// TestHealth: what nobody looks after makes an installation not ready.
func TestHealth(t *testing.T) {
	fake := testkit.NewClock()
	ctx := t.Context()
	a, err := wire.Open(ctx, wire.Settings{Database: t.TempDir(), BaseURL: "http://localhost"}, fake, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	service, err := wire.NewService(ctx, a, wire.Options{Version: "test"}) // and nothing is started
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		service.Server.Handler().ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil))
		return w
	}
	t.Run("with_nothing_declared", func(t *testing.T) {
		for path, want := range map[string]int{"/": 200, "/readyz": 200, "/healthz": 200, "/receipts": 200, "/hibiki": 404, "/mailbox": 404} {
			if w := get(path); w.Code != want {
				t.Errorf("%s: got %d, want %d", path, w.Code, want)
			}
		}
	})
	if err := a.Seed(ctx, t.TempDir(), 3); err != nil {
		t.Fatal(err)
	}
	if w := get("/readyz"); w.Code != http.StatusOK {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	fake.Advance(6 * time.Minute)
	w := get("/readyz")
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "entries unsealed") {
		t.Errorf("with entries that nobody seals: got %d %s", w.Code, w.Body)
	}
	if err := service.Stop(ctx); err != nil { // which seals
		t.Fatal(err)
	}
	if w := get("/readyz"); w.Code != http.StatusOK {
		t.Errorf("sealed: got %d %s", w.Code, w.Body)
	}
	form := strings.NewReader(url.Values{"address": {thomas}}.Encode())
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/hibiki/sign-in", form)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	service.Server.Handler().ServeHTTP(httptest.NewRecorder(), r)
	if w := get("/readyz"); w.Code != http.StatusOK {
		t.Errorf("with a job that is due: got %d %s", w.Code, w.Body)
	}
	fake.Advance(6 * time.Minute)
	if w := get("/readyz"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "oldest due") {
		t.Errorf("with a job that nobody does: got %d %s", w.Code, w.Body)
	}
}

// TestSettings: what is set wrong does not start.
func TestSettings(t *testing.T) {
	a, err := wire.Open(t.Context(), wire.Settings{Database: t.TempDir(), BaseURL: "http://privacy.example.com"}, clock.System{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := wire.NewService(t.Context(), a, wire.Options{}); err == nil {
		t.Error("http is served to everybody")
	}
}
