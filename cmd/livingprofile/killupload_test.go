package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"livingprofile/internal/testkit"
)

// A victim is a program that serves, which is killed and started again.
type victim struct {
	*importer
	address, key string
	flags        []string // of its serving
	running      *exec.Cmd
}

func newVictim(t *testing.T, e testkit.Engine, flags ...string) *victim {
	t.Helper()
	h := &victim{importer: newImporter(t, e), flags: flags}
	out, err := h.command("apikey", "create", "files", "--system", "shop", "--brand", "*", "--scopes", "import:write,profile:write,consent:write").Output()
	if err != nil {
		t.Fatalf("make a key: %v", err)
	}
	h.key = strings.TrimSpace(string(out))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.address = l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.kill)
	h.serve()
	return h
}

// serve starts the program and waits until it answers.
func (h *victim) serve() {
	h.t.Helper()
	h.running = h.command(append([]string{"serve", "--listen", h.address}, h.flags...)...)
	h.running.Stdout, h.running.Stderr = io.Discard, io.Discard
	if err := h.running.Start(); err != nil {
		h.t.Fatal(err)
	}
	testkit.Eventually(h.t, "the program to serve", func() (string, bool) {
		res, err := http.Get("http://" + h.address + "/readyz")
		if err != nil {
			return err.Error(), false
		}
		_ = res.Body.Close()
		return res.Status, res.StatusCode == http.StatusOK
	})
}

// kill ends it as a power cut does. The turn that it held is over at once, and
// not after a minute.
func (h *victim) kill() {
	if h.running == nil {
		return
	}
	_ = h.running.Process.Kill()
	_ = h.running.Wait()
	h.running = nil
	if _, err := h.eye.Exec("update turns set lease_until = 0, due_at = 0 where task = 'import.run'"); err != nil {
		h.t.Error(err)
	}
}

func (h *victim) ask(method, path string, body io.Reader) (int, []byte, error) {
	r, err := http.NewRequestWithContext(h.t.Context(), method, "http://"+h.address+path, body)
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+h.key)
	r.Header.Set("Content-Type", "text/csv")
	r.Header.Set("Idempotency-Key", "one")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close() //nolint:errcheck // read only
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, text, err
}

func (h *victim) where(query string) (n int) {
	h.t.Helper()
	if err := h.eye.QueryRowContext(h.t.Context(), query).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// An uploadState is what the API says of an import.
type uploadState struct {
	Import, State string
	Report        struct{ Rows, Created, Unchanged, Refused int }
}

// TestAnUploadSurvivesKills: the program is killed while a file is sent to the
// API, and again while that is imported. Sent again it is taken, gone on with by
// the next start, and each row has had its effect once; the sealed file is gone.
func TestAnUploadSurvivesKills(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			h := newVictim(t, e)
			file, err := os.ReadFile(filepath.Join(h.dir, "people.csv"))
			if err != nil {
				t.Fatal(err)
			}
			// More than one sealed piece, so that it can be cut off behind the first.
			file = append(file, bytes.Repeat([]byte("\n"), 400<<10)...)

			half, send := io.Pipe()
			cut := make(chan error, 1)
			go func() {
				status, text, err := h.ask(http.MethodPost, "/api/v1/imports?map=generic", half)
				_ = half.CloseWithError(fmt.Errorf("answered too early: %d %s, %w", status, text, err))
				cut <- err
			}()
			if _, err := send.Write(file[:len(file)-1000]); err != nil {
				t.Fatal(err)
			}
			testkit.Eventually(t, "a piece of the file", func() (int, bool) {
				n := h.where("select count(*) from import_parts")
				return n, n > 0
			})
			h.kill()
			_ = send.CloseWithError(io.ErrUnexpectedEOF)
			if err := <-cut; err == nil {
				t.Error("a file that was cut off was answered with success")
			}
			h.serve()
			if n := h.count("subjects"); n > 0 {
				t.Errorf("of a file that was cut off there are %d people", n)
			}

			status, text, err := h.ask(http.MethodPost, "/api/v1/imports?map=generic", bytes.NewReader(file))
			var one uploadState
			if err != nil || status != http.StatusAccepted || json.Unmarshal(text, &one) != nil {
				t.Fatalf("sent again: got %d %s, %v", status, text, err)
			}
			for _, people := range []int{1, killedRows / 3} {
				testkit.Eventually(t, "the import to be under way", func() (int, bool) {
					n := h.count("subjects")
					return n, n >= people
				})
				h.kill()
				if n := h.count("subjects"); n >= killedRows-killedRows/40 {
					t.Logf("it was at its end before it was killed")
				}
				h.serve()
			}
			testkit.Eventually(t, "the end of the import", func() (string, bool) {
				_, text, err := h.ask(http.MethodGet, "/api/v1/imports/"+one.Import, nil)
				if err == nil {
					err = json.Unmarshal(text, &one)
				}
				return fmt.Sprint(one.State, err), one.State == "done"
			})
			const good = killedRows - killedRows/40
			if r := one.Report; r.Rows != killedRows || r.Created+r.Unchanged != good || r.Refused != killedRows/40 {
				t.Errorf("got %+v", r)
			}
			h.kill()
			for table, want := range map[string]int{"subjects": good, "identifiers": 2 * good, "imports": 1} {
				if got := h.count(table); got != want {
					t.Errorf("%d rows in %s, want %d", got, table, want)
				}
			}
			if n := h.where("select count(*) from import_parts where part = 'file'"); n > 0 {
				t.Errorf("%d pieces of the sealed file are left", n)
			}
			if out, err := h.command("verify").CombinedOutput(); err != nil {
				t.Errorf("verify: %v\n%s", err, out)
			}
		})
	}
}
