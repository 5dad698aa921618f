package store_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"livingprofile/internal/testkit"
)

// TestAnswersComeAfterTheSync looks at the system calls of the program
// (security.md, R03). Killing it cannot tell whether it synced, for the
// system's cache outlives a program; a power cut can.
func TestAnswersComeAfterTheSync(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		testkit.Missing(t, "Linux", errors.New("system calls are read with strace"))
	}
	if _, err := exec.LookPath("strace"); err != nil {
		testkit.Missing(t, "strace", err)
	}
	for _, clients := range []int{1, 8} {
		t.Run(fmt.Sprintf("%d_clients", clients), func(t *testing.T) {
			_, w := newWork(t, testkit.OnSQLite, 4, clients)
			w.Limit = 120
			log := filepath.Join(t.TempDir(), "calls")
			c := w.command(t, "strace", "-f", "-y", "-o", log, "-s", "5000", "-e", "trace=write,pwrite64,fsync,fdatasync")
			out, err := c.Output()
			if err != nil {
				if calls, _ := os.ReadFile(log); len(calls) == 0 {
					testkit.Missing(t, "strace that may look", err)
				}
				t.Fatal(err)
			}
			f, err := os.Open(log)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			said := strings.Fields(string(out))[1:] // after "ready"
			answers, early, err := earlyAnswers(f, said[1][:4])
			if err != nil {
				t.Fatal(err)
			}
			if answers != len(said)/3 || answers < 20 {
				t.Errorf("saw %d answers of %d", answers, len(said)/3)
			}
			for _, line := range early {
				t.Errorf("answered before it was on disk: %s", line)
			}
		})
	}
}

// A call is one line of strace -f -y: the thread, and a system call that may
// begin on one line and end on another.
var (
	callLine    = regexp.MustCompile(`^(\d+) +(\w+)\((\d+)<([^>]*)>(.*)$`)
	resumedLine = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)$`)
)

// earlyAnswers reads the calls in their order. An answer names a record, whose
// id is written to the log in clear; between the first write of that id and the
// answer there must be a sync of the log that began after the one and ended
// before the other. epoch is how the ids of these days begin.
func earlyAnswers(calls io.Reader, epoch string) (answers int, early []string, err error) {
	anID := regexp.MustCompile(epoch + "[0-9a-v]{22}")
	underWay := map[string]int{} // by thread, where a sync began
	var synced []int             // where each that has ended began
	written := map[string]int{}  // by id, where it was first written
	lines := bufio.NewScanner(calls)
	lines.Buffer(nil, 1<<20)
	for n := 0; lines.Scan(); n++ {
		if m := resumedLine.FindStringSubmatch(lines.Text()); m != nil {
			if began, ok := underWay[m[1]]; ok && strings.HasSuffix(m[3], "= 0") {
				synced = append(synced, began)
			}
			delete(underWay, m[1])
			continue
		}
		m := callLine.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		thread, name, file, path, rest := m[1], m[2], m[3], m[4], m[5]
		log := strings.HasSuffix(path, "/profile.db-wal")
		switch {
		case log && strings.HasSuffix(name, "sync"):
			if strings.Contains(rest, "unfinished") {
				underWay[thread] = n
			} else if strings.HasSuffix(rest, "= 0") {
				synced = append(synced, n)
			}
		case log:
			for _, id := range anID.FindAllString(rest, -1) {
				if _, ok := written[id]; !ok {
					written[id] = n
				}
			}
		case name == "write" && file == "1" && anID.MatchString(rest):
			answers++
			first, ok := written[anID.FindAllString(rest, 2)[1]] // after the subject's
			if !ok || !slices.ContainsFunc(synced, func(began int) bool { return began > first }) {
				early = append(early, strings.TrimSpace(rest))
			}
		}
	}
	return answers, early, lines.Err()
}

// The test above rests on this reading.
func TestEarlyAnswers(t *testing.T) {
	t.Parallel()
	const a, b = "06h0aaaaaaaaaaaaaaaaaaaaaa", "06h0bbbbbbbbbbbbbbbbbbbbbb"
	write := func(id string) string {
		return `7 pwrite64(9</x/profile.db-wal>, "\\301` + id + `\\0", 4096, 32) = 4096`
	}
	answer := func(id string) string {
		return `8  write(1<pipe:[5]>, "06h0subjectsubjectsubjects ` + id + ` given\\n", 60) = 60`
	}
	const (
		sync      = `7 fdatasync(9</x/profile.db-wal>) = 0`
		begin     = `7 fdatasync(9</x/profile.db-wal> <unfinished ...>`
		end       = `7 <... fdatasync resumed>) = 0`
		failed    = `7 fdatasync(9</x/profile.db-wal>) = -1 EIO (Input/output error)`
		elsewhere = `7 fdatasync(9</x/keys.db-wal>) = 0`
	)
	for name, tt := range map[string]struct {
		calls []string
		early int
	}{
		"in_order":                    {[]string{write(a), sync, answer(a)}, 0},
		"before_the_sync":             {[]string{write(a), answer(a), sync}, 1},
		"before_the_end_of_the_sync":  {[]string{write(a), begin, answer(a), end}, 1},
		"after_the_end_of_the_sync":   {[]string{write(a), begin, end, answer(a)}, 0},
		"sync_that_began_too_early":   {[]string{begin, write(a), end, answer(a)}, 1},
		"sync_of_what_was_before":     {[]string{write(a), sync, answer(a), write(b), answer(b)}, 1},
		"other_writes_after_the_sync": {[]string{write(a), sync, write(b), answer(a), sync, answer(b)}, 0},
		"sync_that_failed":            {[]string{write(a), failed, answer(a)}, 1},
		"sync_of_another_file":        {[]string{write(a), elsewhere, answer(a)}, 1},
		"never_written":               {[]string{sync, answer(a)}, 1},
	} {
		answers, early, err := earlyAnswers(strings.NewReader(strings.Join(tt.calls, "\n")), "06h0")
		if err != nil || answers == 0 || len(early) != tt.early {
			t.Errorf("%s: got %d early of %d (%v), want %d", name, len(early), answers, err, tt.early)
		}
	}
}
