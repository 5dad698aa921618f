package mailbox

import (
	"context"
	"errors"
	"fmt"
	"net/smtp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func listen(t *testing.T, opts Options) *Server {
	t.Helper()
	s, err := Listen(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// send uses the standard library's client, so that not only ours is understood.
func send(t *testing.T, s *Server, to, subject string) {
	t.Helper()
	body := "Subject: " + subject + "\r\nDate: Thu, 12 Mar 2026 12:00:00 +0000\r\n\r\nHello.\r\n"
	if err := smtp.SendMail(fmt.Sprintf("%s:%d", s.Host(), s.Port()), nil, "a@b.example", []string{to}, []byte(body)); err != nil {
		t.Fatal(err)
	}
}

func subjects(messages []Message) []string {
	var all []string
	for _, m := range messages {
		all = append(all, m.Subject)
	}
	return all
}

func TestKeepsTheLast(t *testing.T) {
	s := listen(t, Options{Keep: 2})
	for i := range 4 {
		send(t, s, "hana@example.com", fmt.Sprint(i))
	}
	if d := cmp.Diff(subjects(s.Messages()), []string{"2", "3"}); d != "" {
		t.Errorf("kept (-got +want):\n%s", d)
	}
	s.Clear()
	if got := len(s.Messages()); got != 0 {
		t.Errorf("%d left", got)
	}
}

func TestWait(t *testing.T) {
	s := listen(t, Options{})
	send(t, s, "hana@example.com", "1")
	send(t, s, "ken@example.com", "2")
	send(t, s, "hana@example.com", "3")
	for _, want := range []string{"1", "3"} {
		m, err := s.Wait(t.Context(), "hana@example.com")
		if err != nil || m.Subject != want {
			t.Errorf("got %q, %v; want %q", m.Subject, err, want)
		}
	}
	got := make(chan string)
	go func() {
		m, err := s.Wait(context.WithoutCancel(t.Context()), "hana@example.com")
		got <- fmt.Sprint(m.Subject, err)
	}()
	send(t, s, "ken@example.com", "4")
	send(t, s, "hana@example.com", "5")
	if s := <-got; s != "5<nil>" {
		t.Errorf("got %s, want the mail that came later", s)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Wait(ctx, "hana@example.com"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestLoopbackOnly(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "nonsense"} {
		if s, err := Listen(Options{Addr: addr}); err == nil {
			_ = s.Close()
			t.Errorf("%s: listens", addr)
		}
	}
}

func TestUnreadableIsRefused(t *testing.T) {
	s := listen(t, Options{})
	err := smtp.SendMail(fmt.Sprintf("%s:%d", s.Host(), s.Port()), nil, "a@b.example",
		[]string{"hana@example.com"}, []byte("no header at all\r\n"))
	if err == nil || !strings.HasPrefix(err.Error(), "554") || len(s.Messages()) != 0 {
		t.Errorf("got %v with %d kept", err, len(s.Messages()))
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("Subject: =?utf-8?q?a?=\r\nDate: Thu, 12 Mar 2026 12:00:00 +0000\r\n\r\nx"))
	f.Add([]byte("Date: Thu, 12 Mar 2026 12:00:00 +0000\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+\r\n--b--\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := parse(raw)
		if err == nil && len(m.Text)+len(m.HTML) > len(raw) {
			t.Errorf("%d bytes became %d", len(raw), len(m.Text)+len(m.HTML))
		}
	})
}
