package testkit_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"livingprofile/internal/testkit"
)

func TestMain(m *testing.M) {
	code := testkit.Main(m)
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// built is the program, made once for all tests that run it.
var built struct {
	once sync.Once
	dir  string
	err  error
}

// program returns where the program is, and builds it first.
func program() (string, error) {
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "livingprofile-docs-"); built.err != nil {
			return
		}
		build := exec.Command("go", "build", "-o", built.dir+string(filepath.Separator), "./cmd/livingprofile")
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("go build: %w: %s", err, out)
		}
	})
	return filepath.Join(built.dir, "livingprofile"), built.err
}

// build makes the program, which may take longer than any command of it.
func build(t *testing.T) string {
	t.Helper()
	file, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// command returns the program with args, to be run in dir, with nothing of the
// tester's own settings.
func command(ctx context.Context, t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	file := build(t)
	c := exec.CommandContext(ctx, file, args...)
	c.Dir = dir
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir(), "COLUMNS=1000"}
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = patience
	return c
}

const patience = 30 * time.Second

// run runs the program to its end and returns what it printed and its status.
func run(t *testing.T, dir string, args ...string) (stdout string, status int) {
	t.Helper()
	build(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c := command(ctx, t, dir, args...)
	var out, diagnostics bytes.Buffer
	c.Stdout, c.Stderr = &out, &diagnostics
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("livingprofile %s: %v", strings.Join(args, " "), err)
	}
	if diagnostics.Len() > 0 {
		t.Logf("%s", diagnostics.Bytes())
	}
	return out.String(), c.ProcessState.ExitCode()
}

var address = regexp.MustCompile(`"address":"([^"]+)"|(http://[\d.:]+)/`)

// serve runs the program until it says where it listens, calls visit with that
// address, and ends the program as an operator does.
func serve(t *testing.T, dir string, args []string, visit func(base string)) {
	t.Helper()
	build(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	c := command(ctx, t, dir, append(args, "--listen", "127.0.0.1:0")...)
	r, w := io.Pipe()
	c.Stdout, c.Stderr = w, w
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		err := c.Wait()
		_ = w.Close()
		ended <- err
	}()
	lines := bufio.NewScanner(r)
	base := ""
	for base == "" && lines.Scan() {
		t.Log(lines.Text())
		if m := address.FindStringSubmatch(lines.Text()); m != nil {
			base = m[2]
			if m[1] != "" {
				base = "http://" + m[1]
			}
		}
	}
	go func() { _, _ = io.Copy(io.Discard, r) }()
	if base == "" {
		t.Fatalf("it ended and never said where it listens: %v", <-ended)
	}
	visit(base)
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("it did not end well: %v", err)
	}
}

// get returns the status and body of an address.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	client := http.Client{Timeout: patience}
	res, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// lines returns the commands of the shell blocks of a document.
func lines(text string) []string {
	var all []string
	for _, block := range blocks(text, "sh") {
		for line := range strings.Lines(block) {
			if line = strings.TrimSpace(line); line != "" {
				all = append(all, line)
			}
		}
	}
	return all
}

// own returns the words that are given to the program in a command line, and
// whether it runs the program at all.
func own(line string) (args []string, ok bool) {
	for _, prefix := range []string{"go run ./cmd/livingprofile", "./livingprofile", "livingprofile"} {
		if rest, found := strings.CutPrefix(line, prefix); found && (rest == "" || rest[0] == ' ') {
			return strings.Fields(rest), true
		}
	}
	return nil, false
}

// Every command of the README does what it says, one after the other.
func TestReadmeCommandsRun(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "organisation.yaml", example(t, "docs/organisation.md", "yaml"))
	put(t, dir, "customers_export.csv", "First Name,Last Name,Email,Accepts Email Marketing\nAda,Lovelace,ada@example.com,yes\n")
	all := lines(read(t, "README.md"))
	if len(all) < 8 {
		t.Fatalf("got %d commands, want 8 or more", len(all))
	}
	for _, line := range all {
		t.Run(line, func(t *testing.T) {
			args, ok := own(line)
			switch {
			case line == "go build ./cmd/livingprofile":
				build(t)
			case strings.HasPrefix(line, "make "):
				target(t, line)
			case !ok:
				t.Error("no test runs it")
			default:
				runAsWritten(t, dir, args)
			}
		})
	}
}

// runAsWritten runs one command with what it needs on this machine: a free
// port, a database that is there, few people.
func runAsWritten(t *testing.T, dir string, args []string) {
	t.Helper()
	for i, arg := range args {
		if strings.HasPrefix(arg, "postgres://") {
			args[i], dir = testkit.Postgres(t), t.TempDir()
		}
	}
	line := strings.Join(args, " ")
	switch {
	case strings.HasSuffix(line, "demo"):
		serve(t, dir, append(args, "--people", "6"), func(base string) {
			ready(t, base)
			for path, words := range map[string]string{"/hibiki": "/hibiki/sign-in", "/mailbox": "<main"} {
				if status, body := get(t, base+path); status != http.StatusOK || !strings.Contains(body, words) {
					t.Errorf("%s: got %d, want 200 and %q", path, status, words)
				}
			}
		})
	case strings.Contains(line, "serve"):
		serve(t, dir, args, func(base string) { ready(t, base) })
	default:
		out, status := run(t, dir, args...)
		if status != 0 || out == "" {
			t.Errorf("got status %d and %q, want 0 and a report", status, out)
		}
	}
}

func ready(t *testing.T, base string) {
	t.Helper()
	status, body := get(t, base+"/readyz")
	var answer struct{ Status string }
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	if status != http.StatusOK || answer.Status != "ready" {
		t.Errorf("got %d and %s, want 200 and ready", status, body)
	}
}

// target looks whether make knows what a line asks for, without doing it.
func target(t *testing.T, line string) {
	t.Helper()
	c := exec.Command("make", append([]string{"-n"}, strings.Fields(line)[1:]...)...)
	c.Dir = root
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%s: %v: %s", line, err, out)
	}
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// example returns the first block of a language in a document.
func example(t *testing.T, name, language string) string {
	t.Helper()
	all := blocks(read(t, name), language)
	if len(all) == 0 {
		t.Fatalf("%s has no example in %s", name, language)
	}
	return all[0]
}
