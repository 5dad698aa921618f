package main

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/demo"
	"livingprofile/internal/intake"
	"livingprofile/internal/testkit"
	"livingprofile/internal/workbook"
)

// An importer is a folder in which a file is imported by the program.
type importer struct {
	t        *testing.T
	dir      string
	file     string
	database string
	eye      *sql.DB // the data past the program
}

const killedRows = 2000

func newImporter(t *testing.T, e testkit.Engine) *importer {
	t.Helper()
	i := &importer{t: t, dir: t.TempDir(), file: "people.csv", database: "./data"}
	driver, source := "sqlite", "file:"+filepath.Join(i.dir, "data", "profile.db")+"?_pragma=busy_timeout(10000)"
	if e == testkit.OnPostgres {
		i.database = testkit.Postgres(t)
		driver, source = "pgx", i.database
	}
	i.put("organisation.yaml", demo.File())
	i.put(i.file, killedFile(t, "csv"))
	if out, err := i.command("apply", "organisation.yaml").CombinedOutput(); err != nil {
		t.Fatalf("apply: %v\n%s", err, out)
	}
	var err error
	if i.eye, err = sql.Open(driver, source); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = i.eye.Close() })
	return i
}

// killedFile is a file of the same people in one of the formats, of whom one in
// forty is refused.
func killedFile(t *testing.T, format string) []byte {
	t.Helper()
	columns := []string{"id", "email", "given_name", "family_name", "country", "updated_at", "newsletter"}
	var text, lines bytes.Buffer
	table, records := csv.NewWriter(&text), json.NewEncoder(&lines)
	sheet := make([][]any, 0, 1+killedRows)
	for n := -1; n < killedRows; n++ {
		row := columns
		if n >= 0 {
			row = []string{strconv.Itoa(n), fmt.Sprintf("p%d@example.com", n), fmt.Sprint("Given", n), "Family", "GB", "2024-01-02T03:04:05Z", ""}
		}
		if n%40 == 39 {
			row[6] = "perhaps"
		}
		record, cells := map[string]string{}, make([]any, len(row))
		for i, cell := range row {
			record[columns[i]], cells[i] = cell, cell
		}
		sheet = append(sheet, cells)
		if n >= 0 {
			_ = records.Encode(record) // to memory
		}
		_ = table.Write(row)
	}
	table.Flush()
	switch format {
	case "jsonl":
		return lines.Bytes()
	case "xlsx":
		text.Reset()
		if err := workbook.Write(&text, sheet); err != nil {
			t.Fatal(err)
		}
	}
	return text.Bytes()
}

func (i *importer) put(name string, data []byte) {
	if err := os.WriteFile(filepath.Join(i.dir, name), data, 0o600); err != nil {
		i.t.Fatal(err)
	}
}

func (i *importer) command(args ...string) *exec.Cmd {
	c := exec.CommandContext(i.t.Context(), "livingprofile", append([]string{"--database", i.database}, args...)...)
	c.Dir = i.dir
	return c
}

func (i *importer) start() *exec.Cmd {
	return i.command("import", i.file, "--source", "shop", "--map", "generic", "--rejects", "bad.csv")
}

// report imports to the end, and returns what is said of it without the time
// that it took.
func (i *importer) report() string {
	i.t.Helper()
	out, err := i.start().Output()
	var status *exec.ExitError
	if err != nil && (!errors.As(err, &status) || status.ExitCode() != 1) {
		i.t.Fatalf("import: %v", err)
	}
	rows, rest, _ := strings.Cut(string(out), " rows in ")
	_, rest, _ = strings.Cut(rest, ":")
	return rows + rest
}

// position is how far an import is, 0 for none that has begun.
func (i *importer) position() int {
	var text string
	var p intake.Position
	if err := i.eye.QueryRowContext(i.t.Context(), "select position from import_positions").Scan(&text); err != nil {
		return 0
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		i.t.Fatal(err)
	}
	return p.Rows
}

// killAfter begins an import and kills it when it is further than a row.
func (i *importer) killAfter(row int) {
	i.t.Helper()
	c := i.start()
	c.Stdout, c.Stderr = io.Discard, io.Discard
	if err := c.Start(); err != nil {
		i.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for i.position() <= row {
		select {
		case err := <-ended:
			i.t.Fatalf("the import was at its end before it was killed: %v", err)
		case <-tick.C:
		}
	}
	if err := c.Process.Kill(); err != nil {
		i.t.Fatal(err)
	}
	<-ended
}

func (i *importer) count(table string) (n int) {
	i.t.Helper()
	if err := i.eye.QueryRowContext(i.t.Context(), "select count(*) from "+table).Scan(&n); err != nil {
		i.t.Fatal(err)
	}
	return n
}

func (i *importer) refused() []byte {
	i.t.Helper()
	b, err := os.ReadFile(filepath.Join(i.dir, "bad.csv"))
	if err != nil {
		i.t.Fatal(err)
	}
	return b
}

// An import that is killed goes on where it was. Nobody is there twice or
// missing, and each refused row is in the file once.
func TestAnImportSurvivesKills(t *testing.T) {
	for name, tt := range map[string]struct {
		engine testkit.Engine
		format string
	}{
		"sqlite/csv": {testkit.OnSQLite, "csv"}, "postgres/csv": {testkit.OnPostgres, "csv"},
		"sqlite/jsonl": {testkit.OnSQLite, "jsonl"}, "postgres/xlsx": {testkit.OnPostgres, "xlsx"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := newImporter(t, tt.engine)
			i.file = "people." + tt.format
			i.put(i.file, killedFile(t, tt.format))
			i.killAfter(0)
			first := i.position()
			if first == 0 || first >= killedRows {
				t.Fatalf("killed after row %d of %d", first, killedRows)
			}
			at := first
			if tt.format == "csv" { // once is enough to find the place in the others
				i.killAfter(first)
				if at = i.position(); at <= first {
					t.Errorf("killed again after row %d, and before after row %d", at, first)
				}
			}
			last := i.report()
			if want := fmt.Sprintf("gone on after row %d,", at); !strings.Contains(last, want) {
				t.Errorf("got %q, want %q", last, want)
			}
			const good = killedRows - killedRows/40
			// Rows of a batch in which it was killed are known when they are read
			// again.
			var rows, created, merged, changed, unchanged, refused int
			if _, err := fmt.Sscanf(last, "%d %d created, %d merged, %d changed, %d unchanged, %d refused", &rows, &created, &merged, &changed, &unchanged, &refused); err != nil {
				t.Fatalf("%v in %q", err, last)
			}
			if rows != killedRows || created+unchanged != good || merged+changed > 0 || refused != killedRows/40 {
				t.Errorf("got %q, want %d rows created or known, and %d refused", last, good, killedRows/40)
			}
			for table, want := range map[string]int{"subjects": good, "identifiers": 2 * good, "import_positions": 0} {
				if got := i.count(table); got != want {
					t.Errorf("%d rows in %s, want %d", got, table, want)
				}
			}
			bad, lines := i.refused(), 1+killedRows/40
			if got := bytes.Count(bad, []byte{'\n'}); got != lines {
				t.Errorf("%d lines of refused rows, want %d", got, lines)
			}
			if tt.format != "csv" {
				return
			}
			entries := i.count("ledger_entries")
			again := i.report()
			if want := fmt.Sprintf("%d 0 created, 0 merged, 0 changed, %d unchanged, %d refused", killedRows, good, killedRows/40); !strings.HasPrefix(again, want) {
				t.Errorf("again: got %q, want %q", again, want)
			}
			if got := i.count("ledger_entries"); got != entries || !bytes.Equal(i.refused(), bad) {
				t.Errorf("the second import wrote %d entries", got-entries)
			}
			if out, err := i.command("verify").CombinedOutput(); err != nil {
				t.Errorf("verify: %v\n%s", err, out)
			}
		})
	}
}
