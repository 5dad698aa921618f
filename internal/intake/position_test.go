package intake_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"livingprofile/internal/errs"
	"livingprofile/internal/intake"
)

// positions are in memory.
type positions map[[32]byte][]byte

func (p positions) Position(_ context.Context, d [32]byte) ([]byte, error) {
	if body, ok := p[d]; ok {
		return body, nil
	}
	return nil, errs.NotFound
}

func (p positions) KeepPosition(_ context.Context, d [32]byte, body []byte) error {
	p[d] = body
	return nil
}

func (p positions) DropPosition(_ context.Context, d [32]byte) error {
	delete(p, d)
	return nil
}

// A mortal sink fails after so many batches.
type mortal struct {
	recorder
	batches int
}

var errKilled = errors.New("killed")

func (m *mortal) Apply(ctx context.Context, items []intake.Item) ([]intake.Outcome, error) {
	if m.batches--; m.batches < 0 {
		return nil, errKilled
	}
	return m.recorder.Apply(ctx, items)
}

// An attempt is one import of a file, which ends after so many batches.
type attempt struct {
	t       *testing.T
	file    string
	format  intake.Format
	kept    positions
	rejects string
	digest  [32]byte
}

func (a *attempt) run(batches int) (keys []string, report *intake.Report, err error) {
	a.t.Helper()
	rejects, err := os.OpenFile(a.rejects, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		a.t.Fatal(err)
	}
	defer rejects.Close() //nolint:errcheck // what was written was synced
	sink, o := &mortal{batches: batches}, options("shop")
	o.Batch, o.Format, o.Positions, o.Digest, o.Rejects = 10, a.format, a.kept, a.digest, rejects
	var file io.Reader = strings.NewReader(a.file)
	report, err = intake.Run(a.t.Context(), file, parse(a.t, contacts), sink, o)
	for _, item := range sink.items {
		keys = append(keys, item.Key)
	}
	return keys, report, err
}

func (a *attempt) refused() string {
	a.t.Helper()
	b, err := os.ReadFile(a.rejects)
	if err != nil {
		a.t.Fatal(err)
	}
	return string(b)
}

// people are 95 rows, of which each seventh is refused and each ninth warned of.
func people(t *testing.T, f intake.Format) string {
	var text strings.Builder
	text.WriteString("id,email\n")
	rows := [][]any{{"id", "email"}}
	if f == intake.JSONL {
		text.Reset()
	}
	for i := range 95 {
		key, address := fmt.Sprint(i), fmt.Sprintf("p%d@example.com", i)
		switch {
		case i%7 == 0:
			key, address = "", "nobody"
		case i%9 == 0:
			address = "no address"
		}
		rows = append(rows, []any{key, address})
		if f == intake.JSONL {
			fmt.Fprintf(&text, "{\"id\":%q,\"email\":%q}\n", key, address)
		} else {
			fmt.Fprintf(&text, "%s,%s\n", key, address)
		}
	}
	if f == intake.XLSX {
		b, err := io.ReadAll(book(t, rows...))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	return text.String()
}

// However often an import is cut off, each row is read to its end once, and the
// report and the refused rows are those of an import that was not.
func TestAnImportGoesOnWhereItWasCutOff(t *testing.T) {
	for _, format := range []intake.Format{intake.CSV, intake.JSONL, intake.XLSX} {
		t.Run(string(format), func(t *testing.T) {
			file := people(t, format)
			whole := &attempt{t, file, format, positions{}, filepath.Join(t.TempDir(), "bad.csv"), [32]byte{1}}
			wantKeys, want, err := whole.run(100)
			if err != nil || want.Rows != 95 || want.Refused != 14 || want.Warnings == 0 {
				t.Fatalf("report = %+v, %v", want, err)
			}
			cut := &attempt{t, file, format, positions{}, filepath.Join(t.TempDir(), "bad.csv"), [32]byte{1}}
			var gotKeys []string
			for _, batches := range []int{3, 0, 1} {
				keys, report, err := cut.run(batches)
				if !errors.Is(err, errKilled) {
					t.Fatal(err)
				}
				gotKeys = append(gotKeys, keys...)
				if len(gotKeys) > 0 && report.Rows == 0 {
					t.Errorf("an import that was cut off tells of no rows")
				}
			}
			// What was written after the last batch was never acknowledged.
			spoil, err := os.OpenFile(cut.rejects, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := spoil.WriteString("half a ro"); err != nil {
				t.Fatal(err)
			}
			if err := spoil.Close(); err != nil {
				t.Fatal(err)
			}
			keys, got, err := cut.run(100)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(append(gotKeys, keys...), wantKeys); diff != "" {
				t.Errorf("rows that were taken are different (-got +want):\n%s", diff)
			}
			if got.Resumed != 40 {
				t.Errorf("gone on after row %d, want 40", got.Resumed)
			}
			if diff := cmp.Diff(got, want, cmpopts.IgnoreFields(intake.Report{}, "Resumed"), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("report is different (-got +want):\n%s", diff)
			}
			if diff := cmp.Diff(cut.refused(), whole.refused()); diff != "" {
				t.Errorf("refused rows are different (-got +want):\n%s", diff)
			}
			if len(cut.kept) > 0 {
				t.Error("the position of an import that has ended is kept")
			}
		})
	}
}

func TestAnImportBeginsAnew(t *testing.T) {
	tests := []struct {
		name   string
		change func(*testing.T, *attempt)
	}{
		{"when it is another", func(_ *testing.T, a *attempt) { a.digest = [32]byte{2} }},
		{"when the refused rows were taken away", func(t *testing.T, a *attempt) {
			if err := os.Truncate(a.rejects, 10); err != nil {
				t.Fatal(err)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := &attempt{t, people(t, intake.CSV), intake.CSV, positions{}, filepath.Join(t.TempDir(), "bad.csv"), [32]byte{1}}
			if _, _, err := a.run(3); !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			tt.change(t, a)
			keys, report, err := a.run(100)
			if err != nil || report.Resumed != 0 || report.Rows != 95 || len(keys) != 95-14 {
				t.Errorf("report = %+v, %v; want all of 95 rows", report, err)
			}
			if got := strings.Count(a.refused(), "\n"); got != 15 {
				t.Errorf("%d lines of refused rows, want 14 and the header", got)
			}
		})
	}
}

// Everything by which a row could mean something else makes another import.
func TestDigest(t *testing.T) {
	m, other := parse(t, contacts), parse(t, contacts+"ignore: [shoe]\n")
	digest := func(file string, m *intake.Map, parts ...string) [32]byte {
		d, err := intake.Digest(strings.NewReader(file), m, parts...)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	all := [][32]byte{
		digest("a", m, "shop", "1"), digest("b", m, "shop", "1"), digest("a", other, "shop", "1"),
		digest("a", m, "shop", "2"), digest("a", m, "sho", "p1"), digest("1a", m, "shop", ""), digest("a", m, "shop"),
	}
	if all[0] != digest("a", m, "shop", "1") {
		t.Error("the same import has two digests")
	}
	for i, d := range all {
		for j := range i {
			if d == all[j] {
				t.Errorf("imports %d and %d have one digest", j, i)
			}
		}
	}
	if _, err := intake.Digest(failing{errKilled}, m); !errors.Is(err, errKilled) {
		t.Errorf("error = %v, want that of reading", err)
	}
}

func TestPreview(t *testing.T) {
	samples, report, err := intake.Preview(t.Context(), strings.NewReader(contactsHeader+
		"1,a@example.com,Sato Aiko,,,,Y,,\n2,,,,abc,,,,\n3,nobody,,,,,,,\n4,,,,,,,,\n"), parse(t, contacts), 3, options("shop"))
	if err != nil || len(samples) != 3 || report.Rows != 0 {
		t.Fatalf("Preview() = %d samples, %+v, %v", len(samples), report, err)
	}
	if s := samples[0]; s.Line != 2 || s.Fault != nil || s.Item.Claims["given-name"].Value != "Aiko" || len(s.Item.Consents) != 1 {
		t.Errorf("first = %+v", s)
	}
	if s := samples[1]; s.Fault == nil || s.Fault.Column != "spent" {
		t.Errorf("second = %+v", s)
	}
	if s := samples[2]; len(s.Notes) != 1 || s.Notes[0].Column != "email" {
		t.Errorf("third = %+v", s)
	}
	if _, _, err := intake.Preview(t.Context(), strings.NewReader("x\n"), parse(t, contacts), 3, options("shop")); !errors.Is(err, errs.Invalid) {
		t.Errorf("error = %v, want Invalid", err)
	}
}
