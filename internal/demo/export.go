package demo

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
)

// A SourceFile is the export of one system.
type SourceFile struct {
	System string
	Map    string // of internal/intake, that reads it
	Path   string
	Rows   int // all of them, the bad ones and repeats too
	Bad    int // rows with which something is wrong on purpose
}

// Files writes what each system would export of people into dir, which must
// exist, and returns the files in the order of Sources. In each file some rows
// are bad on purpose, and in those of shop and support somebody stands twice.
// The same people give the same bytes.
func Files(people []Person, dir string) ([]SourceFile, error) {
	files := make([]SourceFile, 0, len(Sources))
	for _, system := range Sources {
		f := SourceFile{System: system, Map: MapOf(system), Path: filepath.Join(dir, fileName(system))}
		rows := rowsOf(system, people)
		f.Bad = len(badRows(system))
		f.Rows = len(rows)
		if err := write(f.Path, append([][]string{Columns(system)}, rows...)); err != nil {
			return nil, fmt.Errorf("export of %s: %w", system, err)
		}
		files = append(files, f)
	}
	return files, nil
}

// fileName is the name that the system gives its export.
func fileName(system string) string {
	switch system {
	case Shop:
		return "customers_export.csv"
	case Newsletter:
		return "subscribed_email_audience_export.csv"
	default:
		return system + ".csv"
	}
}

func write(path string, rows [][]string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	if err := w.WriteAll(rows); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// rowsOf returns the rows of one export, with the bad ones spread among the
// good.
func rowsOf(system string, people []Person) [][]string {
	var rows [][]string
	for i := range people {
		if row := rowOf(system, &people[i]); row != nil {
			rows = append(rows, row)
		}
	}
	if again := repeat(system, people); again != nil {
		rows = append(rows, again)
	}
	bad := badRows(system)
	mixed := make([][]string, 0, len(rows)+len(bad))
	for i, row := range rows {
		for b := range bad {
			if i == (b+1)*len(rows)/(len(bad)+1) {
				mixed = append(mixed, bad[b])
			}
		}
		mixed = append(mixed, row)
	}
	if len(rows) == 0 {
		mixed = bad
	}
	return mixed
}

// repeat returns a row about somebody who stands in the export already, as
// people who came twice do: with capitals in the address or another number.
func repeat(system string, people []Person) []string {
	for i := range people {
		p := people[i]
		switch {
		case system == Support && p.Support != nil:
			again := *p.Support
			again.Number = "S" + fmt.Sprintf("%05d", 90_000+p.Index)
			again.Last = again.Last.AddDate(-1, 0, 0)
			again.Topic = "account"
			again.Note = ""
			p.Support = &again
			row := rowOf(system, &p)
			row[2] = capitals(row[2])
			return row
		case system == Shop && p.Shop != nil:
			return rowOf(system, &p)
		}
	}
	return nil
}

// capitals writes the first letter large, as telephones do at the start of a
// field.
func capitals(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
