package intake_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"livingprofile/internal/intake"
	"livingprofile/internal/profile"
)

// FuzzRun looks for a file that stops an import, or an item that a sink could
// not rely on.
func FuzzRun(f *testing.F) {
	f.Add(contactsHeader + "1,a@example.com,Sato Aiko,14.02.1990,\"1.234,50\",Taxable,y,2024-01-01,2024-01-02T00:00:00Z\n")
	f.Add("id,email\n1,\n")
	file, err := os.ReadFile(filepath.Join("testdata", "shopify.csv"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(file))
	m, err := intake.ParseMap("test.yaml", []byte(contacts))
	if err != nil {
		f.Fatal(err)
	}
	org := newOrganisation()
	f.Fuzz(func(t *testing.T, file string) {
		sink, o := &recorder{}, options("shop")
		o.Organisation = org
		report, err := intake.Run(t.Context(), strings.NewReader(file), m, sink, o)
		if err != nil {
			if report.Rows != 0 {
				t.Fatalf("Run() error = %v after %d rows", err, report.Rows)
			}
			return
		}
		if got := report.Created + report.Unchanged + report.Refused; got != report.Rows {
			t.Fatalf("%d outcomes for %d rows", got, report.Rows)
		}
		for _, item := range sink.items {
			if len(item.Identifiers) == 0 {
				t.Fatalf("line %d has no identifier", item.Line)
			}
			for name, c := range item.Claims {
				field, _ := org.Field(name)
				if again, err := profile.Canonical(field, c.Value, ""); err != nil || again != c.Value {
					t.Fatalf("line %d: %s %q is not canonical: %q, %v", item.Line, name, c.Value, again, err)
				}
			}
		}
	})
}

// BenchmarkRun reads rows of a customer desk: what an import costs beside the
// sink.
func BenchmarkRun(b *testing.B) {
	const row = "10023,aiko.sato@example.com,Sato Aiko,14.02.1990,\"1.234,50\",Taxable,Y,2024-01-01,2024-01-02T00:00:00Z\n"
	const rows = 2000
	file := contactsHeader + strings.Repeat(row, rows)
	m, err := intake.ParseMap("test.yaml", []byte(contacts))
	if err != nil {
		b.Fatal(err)
	}
	o := options("shop")
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := intake.Run(b.Context(), strings.NewReader(file), m, &counter{}, o); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
}
