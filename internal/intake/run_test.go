package intake_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/intake"
	"livingprofile/internal/organisation"
)

func TestBatchesKeepTheOrderOfTheFile(t *testing.T) {
	var file strings.Builder
	file.WriteString("id,email\n")
	var want []string
	for i := range 1234 {
		key := "k" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + time.Duration(i).String()
		want = append(want, key)
		file.WriteString(key + ",\n")
	}
	sink := &recorder{}
	o := options("shop")
	o.Batch = 100
	o.Size = int64(file.Len())
	var last intake.Progress
	o.Progress = func(p intake.Progress) {
		if p.Rows <= last.Rows || p.Bytes < last.Bytes || p.Total != o.Size {
			t.Errorf("progress went from %+v to %+v", last, p)
		}
		last = p
	}
	report, err := intake.Run(t.Context(), strings.NewReader(file.String()), parse(t, contacts), sink, o)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, item := range sink.items {
		got = append(got, item.Key)
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("order is different (-got +want):\n%s", diff)
	}
	if slices.Max(sink.batches) > 100 || len(sink.batches) != 13 {
		t.Errorf("batches = %v, want 12 of 100 and the rest", sink.batches)
	}
	if last.Rows != 1234 || last.Bytes != o.Size || report.Bytes != o.Size {
		t.Errorf("last progress = %+v, want all of %d rows and %d bytes", last, 1234, o.Size)
	}
}

func TestRejectFile(t *testing.T) {
	const file = contactsHeader +
		"1,a@example.com,\"Sato, Aiko\",,,,,,\n" +
		",,\"=1+1\nMori\",,,,,,\n" +
		"2,\"b,,,,,,,\n" +
		"3,,,,,,,,\n"
	var rejects bytes.Buffer
	sink := &recorder{refuse: map[string]string{"1": "error.erased"}}
	o := options("shop")
	o.Rejects = &rejects
	o.Explain = func(r intake.Reject) string { return strings.TrimPrefix(r.Reason, "error.") }
	report, err := intake.Run(t.Context(), strings.NewReader(file), parse(t, contacts), sink, o)
	if err != nil {
		t.Fatal(err)
	}
	const want = "\ufeffid,email,name,born,spent,exempt,news,news_at,updated,rejected_line,rejected_because,rejected_row\n" +
		"1,a@example.com,\"Sato, Aiko\",,,,,,,2,erased,\n" +
		",,\"=1+1\nMori\",,,,,,,3,intake.nobody,\n" +
		",,,,,,,,,5,broken_quotes,\"2,\"\"b,,,,,,,\"\n"
	if diff := cmp.Diff(rejects.String(), want); diff != "" {
		t.Errorf("rejected rows are different (-got +want):\n%s", diff)
	}
	if report.Refused != 3 || report.Created != 1 || report.Rows != 4 {
		t.Errorf("report = %+v, want 3 of 4 rows refused", report)
	}
}

func TestNothingRejectedWritesNothing(t *testing.T) {
	var rejects bytes.Buffer
	o := options("shop")
	o.Rejects = &rejects
	if _, err := intake.Run(t.Context(), strings.NewReader("id,email\n1,\n"), parse(t, contacts), &recorder{}, o); err != nil {
		t.Fatal(err)
	}
	if rejects.Len() != 0 {
		t.Errorf("rejected rows = %q, want nothing", rejects.String())
	}
}

func TestRunStops(t *testing.T) {
	file := "id,email\n" + strings.Repeat("1,\n", 5000)
	boom := errors.New("boom")
	t.Run("when the sink fails", func(t *testing.T) {
		report, err := intake.Run(t.Context(), strings.NewReader(file), parse(t, contacts), &recorder{fail: boom}, options("shop"))
		if !errors.Is(err, boom) || report.Rows != 0 {
			t.Errorf("Run() = %+v, %v; want no rows and the sink's error", report, err)
		}
	})
	t.Run("when the context ends", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		o := options("shop")
		o.Progress = func(intake.Progress) { cancel() }
		report, err := intake.Run(ctx, strings.NewReader(file), parse(t, contacts), &recorder{}, o)
		if !errors.Is(err, context.Canceled) || report.Rows == 0 || report.Rows == 5000 {
			t.Errorf("Run() = %d rows, %v; want some, and context.Canceled", report.Rows, err)
		}
	})
	t.Run("when rejects cannot be written", func(t *testing.T) {
		o := options("shop")
		o.Rejects = failing{boom}
		_, err := intake.Run(t.Context(), strings.NewReader("id,email\n"+strings.Repeat(",a\n", 5000)), parse(t, contacts), &recorder{}, o)
		if !errors.Is(err, boom) {
			t.Errorf("Run() error = %v, want that of the writer", err)
		}
	})
	t.Run("when the map does not fit the organisation", func(t *testing.T) {
		_, err := intake.Run(t.Context(), strings.NewReader(file), parse(t, contacts), &recorder{}, options("delivery"))
		var problems organisation.Problems
		if !errors.As(err, &problems) {
			t.Errorf("Run() error = %v, want problems", err)
		}
	})
	t.Run("when the file cannot be read", func(t *testing.T) {
		_, err := intake.Run(t.Context(), failing{boom}, parse(t, contacts), &recorder{}, options("shop"))
		if !errors.Is(err, boom) {
			t.Errorf("Run() error = %v, want that of the reader", err)
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }

// Cells are personal data: a report names where something is wrong and never
// what stands there.
func TestReportsHoldNoCells(t *testing.T) {
	const secret = "SECRET"
	file := contactsHeader + strings.Join([]string{
		"SECRET\x07,,,,,,,,", "1,SECRET,,,,,,,", "1,,,SECRET,,,,,", "1,,,,SECRET,,,,", "1,,,,,SECRET,,,",
		"1,,,,,,SECRET,,", "1,,,,,,Y,SECRET,", "1,,,,,,,,SECRET", "1,\"SECRET", "SECRET",
	}, "\n")
	report, err := intake.Run(t.Context(), strings.NewReader(file), parse(t, contacts), &recorder{}, options("shop"))
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Rejects) < 6 || len(report.Notes) < 3 {
		t.Fatalf("report = %+v, want rejects and notes", report)
	}
	for _, r := range append(report.Rejects, report.Notes...) {
		if strings.Contains(cmp.Diff(r, intake.Reject{}), secret) {
			t.Errorf("report has a cell: %+v", r)
		}
	}
}

// Memory must not grow with the file, nor with the length of its rows.
func TestMemoryStaysWithinBounds(t *testing.T) {
	row := "1," + strings.Repeat("x", 500<<10) + "\n"
	const rows = 200
	readers := []io.Reader{strings.NewReader("id,email\n")}
	for range rows {
		readers = append(readers, strings.NewReader(row))
	}
	held := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := held()
	sink := &counter{onApply: func() {
		if now := held(); now > before+16<<20 {
			t.Errorf("%d MiB are held while reading", (now-before)>>20)
		}
	}}
	report, err := intake.Run(t.Context(), io.MultiReader(readers...), parse(t, contacts), sink, options("shop"))
	if err != nil || report.Rows != rows || report.Warnings != rows {
		t.Errorf("Run() = %d rows, %d warnings, %v; want %d of each", report.Rows, report.Warnings, err, rows)
	}
}
