package folder_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/folder"
)

func now() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// open opens a new folder of the system "shop", and returns where it is.
func open(t *testing.T) (*folder.Folder, string) {
	t.Helper()
	root := t.TempDir()
	f, err := folder.Root(root).Open("shop")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, filepath.Join(root, "shop")
}

// put leaves a file there, as a system would, written a minute ago.
func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, now().Add(-time.Minute), now().Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, path string) []string {
	t.Helper()
	all, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

// TestPut: a row is a file of its own, which a spreadsheet runs nothing of, and
// takes the place of what waits about the same person.
func TestPut(t *testing.T) {
	t.Parallel()
	f, path := open(t)
	for _, r := range []folder.Row{
		{About: "aiko", Version: 8, Columns: []string{"subject", "phone"}, Cells: []string{"aiko", "+81 3"}},
		{About: "ben", Version: 3, Columns: []string{"subject", "phone"}, Cells: []string{"ben", ""}},
		{About: "aiko", Version: 11, Columns: []string{"subject", "phone"}, Cells: []string{"aiko", "=1+1"}},
		{About: "aiko", Version: 9, Columns: []string{"subject", "phone"}, Cells: []string{"aiko", "late"}},
	} {
		if err := f.Put(&r); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(path, folder.Out)
	if diff := cmp.Diff(list(t, out), []string{"aiko-000000000011.csv", "ben-000000000003.csv"}); diff != "" {
		t.Error(diff)
	}
	got, err := os.ReadFile(filepath.Join(out, "aiko-000000000011.csv"))
	if err != nil || string(got) != "subject,phone\r\naiko,'=1+1\r\n" {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestPut_at_once: a row that two lay down at once is there whole from the first
// moment on.
func TestPut_at_once(t *testing.T) {
	t.Parallel()
	f, path := open(t)
	row := folder.Row{About: "aiko", Version: 8, Columns: []string{"subject"}, Cells: []string{"aiko"}}
	file := filepath.Join(path, folder.Out, "aiko-000000000008.csv")
	var putting sync.WaitGroup
	for range 4 {
		putting.Go(func() {
			for range 25 {
				if err := f.Put(&row); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { putting.Wait(); close(done) }()
	for {
		if got, err := os.ReadFile(file); err == nil && string(got) != "subject\r\naiko\r\n" {
			t.Errorf("got %q", got)
		}
		select {
		case <-done:
			if left := list(t, filepath.Dir(file)); len(left) != 1 {
				t.Errorf("left: %v", left)
			}
			return
		default:
		}
	}
}

// TestSweep_parts: what a process that died was writing goes, what is being
// written stays.
func TestSweep_parts(t *testing.T) {
	t.Parallel()
	f, path := open(t)
	out := filepath.Join(path, folder.Out)
	put(t, filepath.Join(out, ".x.part"), "subj")
	put(t, filepath.Join(out, "aiko-000000000008.csv"), "subject\n")
	for _, at := range []struct {
		now  time.Time
		left int
	}{{now(), 2}, {now().Add(2 * time.Hour), 1}} {
		if err := f.Sweep(at.now); err != nil {
			t.Fatal(err)
		}
		if left := list(t, out); len(left) != at.left {
			t.Errorf("left: %v, want %d", left, at.left)
		}
	}
}

// TestArrived: what is being written, on its way, or no file of its own is left
// alone.
func TestArrived(t *testing.T) {
	t.Parallel()
	f, path := open(t)
	in, outside := filepath.Join(path, folder.In), filepath.Join(t.TempDir(), "secret.csv")
	put(t, outside, "subject\nx\n")
	for _, name := range []string{"b.csv", "a.CSV", ".c.csv", "d.csv.part", "e.csv"} {
		put(t, filepath.Join(in, name), "subject\nx\n")
	}
	if err := os.Chtimes(filepath.Join(in, "e.csv"), now(), now()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Symlink(outside, filepath.Join(in, "f.csv")), os.Mkdir(filepath.Join(in, "g.csv"), 0o700)); err != nil {
		t.Fatal(err)
	}
	got, err := f.Arrived(now())
	if diff := cmp.Diff(got, []string{"a.CSV", "b.csv"}); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := f.Read("f.csv"); err == nil {
		t.Error("a link out of the folder was followed")
	}
}

// TestOpen_leads_nowhere_else: neither the name of a system nor a link in the
// place of its folder leads out of the root.
func TestOpen_leads_nowhere_else(t *testing.T) {
	t.Parallel()
	root, elsewhere := t.TempDir(), t.TempDir()
	if err := os.Symlink(elsewhere, filepath.Join(root, "crm")); err != nil {
		t.Fatal(err)
	}
	for _, system := range []string{"crm", "..", "a/b", ".", ""} {
		if f, err := folder.Root(root).Open(system); err == nil {
			_ = f.Close()
			t.Errorf("%q was opened", system)
		}
	}
	if left := list(t, elsewhere); len(left) > 0 {
		t.Errorf("got %v outside", left)
	}
}

// TestRead: what no rows can be read of is refused as a whole.
func TestRead(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text string
		want error
	}{
		"rows":            {"\ufeffsubject, phone\naiko,\"1\n2\"\n", nil},
		"nothing":         {"", folder.NoColumns},
		"a column twice":  {"a,a\n1,2\n", folder.NoColumns},
		"a nameless one":  {"a,\n1,2\n", folder.NoColumns},
		"another length":  {"a,b\n1\n", folder.NotCSV},
		"broken quotes":   {"a,b\n\"1,2\n", folder.NotCSV},
		"no UTF-8":        {"a\n\xff\n", folder.NotText},
		"a zero":          {"a\n\x00\n", folder.NotText},
		"too many":        {"a\n" + strings.Repeat("1\n", 20_001), folder.TooMany},
		"too wide":        {strings.Join(slices.Repeat([]string{"a"}, 201), ",") + "\n", folder.TooMany},
		"larger than all": {"a\n" + strings.Repeat(strings.Repeat("1", 1<<20)+"\n", 17), folder.TooLong},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, path := open(t)
			put(t, filepath.Join(path, folder.In, "x.csv"), tt.text)
			s, err := f.Read("x.csv")
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if err == nil && !cmp.Equal(s.Rows, [][]string{{"aiko", "1\n2"}}) {
				t.Errorf("got %q", s.Rows)
			}
		})
	}
}

// TestTake: what was taken is put away, what was refused of it can be mended,
// and both are deleted in time.
func TestTake(t *testing.T) {
	t.Parallel()
	f, path := open(t)
	put(t, filepath.Join(path, folder.In, "x.csv"), "subject\na\nb\n")
	put(t, filepath.Join(path, folder.In, "y.csv"), "subject\n\"\n")
	s, err := f.Read("x.csv")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Take(s, map[int]string{1: "no_subject"}, now()); err != nil {
		t.Fatal(err)
	}
	if err := f.Refuse("y.csv", folder.NotCSV, now()); err != nil {
		t.Fatal(err)
	}
	got := [][]string{list(t, filepath.Join(path, folder.In)), list(t, filepath.Join(path, folder.Done)), list(t, filepath.Join(path, folder.Refused))}
	want := [][]string{nil, {"20261122T120000Z-x.csv"}, {"20261122T120000Z-x.csv", "20261122T120000Z-y.csv", "20261122T120000Z-y.csv.txt"}}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Error(diff)
	}
	refused, err := os.ReadFile(filepath.Join(path, folder.Refused, "20261122T120000Z-x.csv"))
	if err != nil || string(refused) != "subject,refused_because\r\nb,no_subject\r\n" {
		t.Errorf("got %q, %v", refused, err)
	}
	for _, at := range []struct {
		now  time.Time
		left int
	}{{now().Add(folder.Keep - time.Second), 4}, {now().Add(folder.Keep), 0}} {
		if err := f.Sweep(at.now); err != nil {
			t.Fatal(err)
		}
		if n := len(list(t, filepath.Join(path, folder.Done))) + len(list(t, filepath.Join(path, folder.Refused))); n != at.left {
			t.Errorf("%d are left, want %d", n, at.left)
		}
	}
}
