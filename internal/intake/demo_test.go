package intake_test

import (
	"os"
	"testing"

	"livingprofile/internal/clock"
	"livingprofile/internal/demo"
	"livingprofile/internal/intake"
	"livingprofile/internal/organisation"
)

// Each export of the demo fits its map, and only what is bad on purpose is set
// aside or warned of.
func TestDemoFiles(t *testing.T) {
	draft, err := demo.Draft()
	if err != nil {
		t.Fatal(err)
	}
	org := organisation.Diff(nil, draft, now).Next
	files, err := demo.Files(demo.People(1, 300, now), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(file.System, func(t *testing.T) {
			f, err := os.Open(file.Path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close() //nolint:errcheck // read only
			o := intake.Options{Organisation: org, Source: file.System, Clock: clock.NewFake(now)}
			sink := &recorder{}
			report, err := intake.Run(t.Context(), f, mustMap(t, file.Map), sink, o)
			if err != nil {
				t.Fatal(err)
			}
			if report.Rows != file.Rows || len(report.Unread) > 0 {
				t.Errorf("read %d of %d rows, left unread %q", report.Rows, file.Rows, report.Unread)
			}
			named := map[int]bool{}
			for _, r := range append(report.Rejects, report.Notes...) {
				named[r.Line] = true
			}
			if len(named) == 0 || len(named) > file.Bad {
				t.Errorf("rows that are named: %v; want some, and no more than the %d that are bad", named, file.Bad)
				for _, r := range append(report.Rejects, report.Notes...) {
					t.Logf("line %d: %s %s", r.Line, r.Column, r.Reason)
				}
			}
			if len(sink.items) < file.Rows/2 || len(sink.items[0].Claims) < 3 {
				t.Errorf("took %d of %d rows, the first with %d claims", len(sink.items), file.Rows, len(sink.items[0].Claims))
			}
		})
	}
}
