package testkit_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	copying = regexp.MustCompile(`^sqlite3 (\S+) "(.*)"$`)
	into    = regexp.MustCompile(`'([^']+)'`)
)

// backUp runs the commands of "Back up" on the installation in dir, and returns
// the copies.
func backUp(t *testing.T, dir string) (copies []string) {
	t.Helper()
	doc := document{"docs/operations.md", read(t, "docs/operations.md")}
	for _, line := range lines(section(t, doc, "## Back up")) {
		m := copying.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("no test runs %q", line)
		}
		to := filepath.Join(dir, into.FindStringSubmatch(m[2])[1])
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("sqlite", filepath.Join(dir, m[1]))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(into.ReplaceAllLiteralString(m[2], "'"+to+"'")); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		copies = append(copies, to)
	}
	return copies
}

// What "Back up" copies can be restored as "Restore" says, beside what may go
// wrong with it: no master key, and data that is older than the checkpoints.
func TestBackupAndRestore(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	put(t, dir, "organisation.yaml", example(t, "docs/organisation.md", "yaml"))
	if _, status := run(t, dir, "apply", "organisation.yaml"); status != 0 {
		t.Fatalf("apply: got status %d", status)
	}
	copies := backUp(t, dir)
	// Stopping makes the first checkpoint, which the copy does not have.
	serve(t, dir, []string{"serve"}, func(base string) { ready(t, base) })

	restored := filepath.Join(other, "data")
	for _, file := range append(copies, filepath.Join(dir, "data", "checkpoints.txt")) {
		move(t, file, filepath.Join(restored, filepath.Base(file)))
	}
	if _, status := run(t, other, "verify"); status != 1 {
		t.Errorf("without its master key: got status %d, want 1", status)
	}
	move(t, filepath.Join(dir, "data", "master.json"), filepath.Join(restored, "master.json"))

	out, status := run(t, other, "verify")
	if status != 1 || !strings.Contains(out, "BAD checkpoints, against checkpoint 1") {
		t.Errorf("got status %d and %q, want the missing checkpoint named", status, out)
	}
	if _, status := run(t, other, "serve", "--listen", "127.0.0.1:0"); status != 1 {
		t.Errorf("older than its checkpoints: got status %d, want 1", status)
	}
	move(t, filepath.Join(restored, "checkpoints.txt"), filepath.Join(other, "aside.txt"))
	serve(t, other, []string{"serve"}, func(base string) { ready(t, base) })
	if out, status := run(t, other, "verify"); status != 0 {
		t.Errorf("restored: got status %d and %q, want 0", status, out)
	}
}

func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}
