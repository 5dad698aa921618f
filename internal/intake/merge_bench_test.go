package intake_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/demo"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/intake"
	"livingprofile/internal/organisation"
	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// BenchmarkImport reads the export of the demo's customer desk, file to disk,
// first with people whom nobody knows, then the same again, and then that of
// another system, which knows many of them.
func BenchmarkImport(b *testing.B) {
	draft, err := demo.Draft()
	if err != nil {
		b.Fatal(err)
	}
	org := organisation.Diff(nil, draft, now).Next
	for _, people := range []int{1000} {
		files, err := demo.Files(demo.People(1, people, time.Now()), b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		for _, file := range []string{"first", "again", "another"} {
			b.Run(fmt.Sprintf("people=%d/file=%s", people, file), func(b *testing.B) {
				read := files[0]
				if file == "another" {
					read = files[1]
				}
				rows := 0
				for range b.N {
					b.StopTimer()
					db := testkit.OpenStore(b, testkit.OnSQLite, clock.System{}, nil)
					if file != "first" {
						importFile(b, db, org, files[0])
					}
					b.StartTimer()
					rows += importFile(b, db, org, read)
				}
				b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}

func importFile(b *testing.B, db *store.DB, org *organisation.Organisation, f demo.SourceFile) int {
	b.Helper()
	file, err := os.Open(f.Path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	m, err := intake.LoadMap(f.Map)
	if err != nil {
		b.Fatal(err)
	}
	merger := intake.NewMerger(alone{db}, org, clock.System{}, f.System, id.New())
	merger.Introduce(identity.NewJoiner(db, clock.System{}).Introduce)
	merger.Prepare(func(ctx context.Context, fresh ...id.Subject) error {
		_, err := db.Ring().Create(ctx, fresh...)
		return err
	})
	report, err := intake.Run(b.Context(), file, m, merger, intake.Options{Organisation: org, Source: f.System, Clock: clock.System{}})
	if err != nil {
		b.Fatal(err)
	}
	return report.Rows
}
