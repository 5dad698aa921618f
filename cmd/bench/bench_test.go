package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/testkit"
)

// roleEnv makes the test program a child of a bench.
const (
	roleEnv   = "LIVINGPROFILE_BENCH_ROLE"
	folderEnv = "LIVINGPROFILE_BENCH_FOLDER"
)

func TestMain(m *testing.M) {
	role := Role(os.Getenv(roleEnv))
	if role == "" {
		os.Exit(testkit.Main(m))
	}
	if err := Play(context.Background(), role, os.Getenv(folderEnv), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// self is this test program in a role.
func self(tb testing.TB) func(context.Context, Role, string) *exec.Cmd {
	tb.Helper()
	program, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	return func(ctx context.Context, role Role, folder string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, program)
		cmd.Env = append(os.Environ(), roleEnv+"="+string(role), folderEnv+"="+folder)
		cmd.Stderr = os.Stderr
		return cmd
	}
}

func TestRun(t *testing.T) {
	if _, err := use(); errors.Is(err, errors.ErrUnsupported) {
		t.Skip("SKIPPED: the bench measures on Linux only")
	}
	profiles, more := t.TempDir(), leastSubjects+1
	figures := slices.DeleteFunc(Numbers(), func(n string) bool { return n == telling || n == crowding })
	report, err := Run(t.Context(), Options{
		Rounds: 1, During: 40 * time.Millisecond, Subjects: []int{leastSubjects, more},
		Folder: t.TempDir(), Profiles: profiles, Child: self(t), visitors: 8, Figures: figures,
	})
	if err != nil {
		t.Fatal(err)
	}
	if failed := report.Failed(); len(failed) > 0 {
		t.Errorf("errors: %s", strings.Join(failed, "\n"))
	}
	if report.Sync.Rate <= 0 || len(report.Sizes) != 2 {
		t.Fatalf("got %+v", report)
	}
	for _, size := range report.Sizes {
		var numbers []string
		for _, l := range size.Lines {
			numbers = append(numbers, l.Figure)
			if l.Value <= 0 || l.Floor <= 0 && !l.Limit.Absolute || l.Ratio <= 0 && !l.Limit.Absolute {
				t.Errorf("%d subjects, %s %s: nothing was measured: %+v", size.Subjects, l.Figure, l.What, l)
			}
		}
		if got, want := slices.Compact(numbers), figures; !slices.Equal(got, want) {
			t.Errorf("figures: got %v, want %v", got, want)
		}
	}
	if got, want := len(report.Growths()), 8; got != want {
		t.Errorf("growths: got %d, want %d", got, want)
	}
	if text := report.String(); !strings.Contains(text, fmt.Sprint(leastSubjects, " subjects")) || !strings.Contains(text, showPage) {
		t.Errorf("got %s", text)
	}
	for _, name := range []string{fmt.Sprintf("7-cpu-%d.pprof", leastSubjects), fmt.Sprintf("4b-allocs-%d.pprof", more)} {
		if info, err := os.Stat(filepath.Join(profiles, name)); err != nil || info.Size() == 0 {
			t.Errorf("profile %s: %v", name, err)
		}
	}
}

// TestRun_told are the figures about hooks, which have installations of their own.
func TestRun_told(t *testing.T) {
	if _, err := use(); errors.Is(err, errors.ErrUnsupported) {
		t.Skip("SKIPPED: the bench measures on Linux only")
	}
	report, err := Run(t.Context(), Options{
		Rounds: 1, During: 20 * time.Millisecond, Subjects: []int{leastSubjects}, Folder: t.TempDir(), Child: self(t), visitors: 1,
		Figures: []string{telling, crowding}, crowd: 30,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(report.Sizes[0].Lines); got != 8 || len(report.Failed()) > 0 {
		t.Fatalf("got %d lines, %v", got, report.Failed())
	}
	for _, l := range report.Sizes[0].Lines {
		if l.Value <= 0 && l.Unit != "MB" || l.Floor <= 0 && !l.Limit.Absolute {
			t.Errorf("%s: nothing was measured: %+v", l.What, l)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	for name, o := range map[string]Options{
		"a figure that there is not": {Figures: []string{"4a", "99"}},
		"too few subjects":           {Subjects: []int{1000, leastSubjects - 1}},
		"a folder that is not there": {Folder: filepath.Join(t.TempDir(), "missing")},
	} {
		o.Child = self(t)
		if report, err := Run(t.Context(), o); err == nil {
			t.Errorf("%s: got %+v and no error", name, report)
		}
	}
}

// A child that cannot serve must be an error, and not a bench that waits.
func TestChildThatFails(t *testing.T) {
	if _, err := start(t.Context(), self(t)(t.Context(), "nobody", t.TempDir()), "/"); err == nil {
		t.Error("got no error")
	}
}

func TestRequests(t *testing.T) {
	s := newStand(t, 20, 3)
	ours, floors := s.targets(&child{}, &child{})
	t.Run("change_something", func(t *testing.T) { s.change(t, ours[recordConsent]) })
	t.Run("are_answered", func(t *testing.T) { s.answers(t, ours, floors) })
}

// change proves that every request is a change of its own, or answers are
// counted for which nothing was written.
func (s *stand) change(t *testing.T, record *target) {
	all := int64(len(s.subjects))
	for _, n := range []int64{0, 1, all - 1, all, all + 1, 2 * all} {
		s.answer(t, s.product, record.request(n), record.want)
	}
	if got := s.ask(t, s.product, record.request(2*all)).Code; got == record.want {
		t.Errorf("the same answer again: got status %d, as if it had changed something", got)
	}
	seen := map[string]bool{}
	for n := range all {
		subject, _ := s.subject(n)
		seen[string(subject)] = true
	}
	if len(seen) != len(s.subjects) {
		t.Errorf("a walk visits %d of %d subjects", len(seen), len(s.subjects))
	}
}

// answers proves that both sides answer each request as the load wants it, and
// with as much.
func (s *stand) answers(t *testing.T, ours, floors map[string]*target) {
	// Of subject 2: the others have decided already.
	const n = 2
	for name := range ours {
		s.answer(t, s.product, ours[name].request(n), ours[name].want)
		s.answer(t, s.floor, floors[name].request(n), floors[name].want)
	}
	page := s.answer(t, s.product, ours[showPage].request(n), ours[showPage].want).Body.String()
	if got := strings.Count(page, "<article"); got != purposes {
		t.Errorf("purposes on the page: got %d, want %d", got, purposes)
	}
	if got := strings.Count(s.answer(t, s.floor, floors[showPage].request(n), 200).Body.String(), "<article"); got != purposes {
		t.Errorf("rows on the floor's page: got %d, want %d", got, purposes)
	}
	profile := s.answer(t, s.product, ours[readProfile].request(n), 200).Body.String()
	if got := strings.Count(profile, `"field"`); got != len(fields) {
		t.Errorf("values of a profile: got %d, want %d", got, len(fields))
	}
}

func TestOrganisationIsSound(t *testing.T) {
	warnings, err := draft().Check()
	if err != nil || len(warnings) > 0 {
		t.Errorf("got %v and warnings %v", err, warnings)
	}
}
