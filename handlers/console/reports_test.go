package console_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
	"livingprofile/internal/workbook"
)

// TestReports counts a period, and takes it away in both forms.
func TestReports(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			s := testkit.NewSite(t, testkit.SiteOptions{Engine: e})
			ask(t, s, thomas, rights.Complaint, url.Values{"text": {"words"}})
			c := desk(t, s, authz.Auditor)
			wantIn(t, "the page", c.Page("/console/reports"), "Decisions about purposes", "Complain", "Spreadsheet", "Received",
				`value="`+s.Clock.Now().UTC().Format("2006")+`-01-01"`)
			wantIn(t, "another year", c.Page("/console/reports?from=1999-01-01&until=1999-12-31"), "Nothing happened")
			if a := c.Get("/console/reports?from=2026-02-01&until=2026-01-01"); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "before the first") {
				t.Errorf("a period that ends before it begins: got %d", a.Status)
			}
			table := c.Get("/console/reports/export?what=requests&format=csv")
			wantIn(t, "the table", table.Body, "Brand,Kind,Received", "Hibiki Instruments,")
			book := []byte(c.Get("/console/reports/export?what=consents&format=xlsx").Body)
			opened, err := workbook.Open(bytes.NewReader(book), int64(len(book)), workbook.Limits{Columns: 10, Row: 1 << 16, Texts: 100})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := opened.Next(); err != nil {
				t.Errorf("the workbook: %v", err)
			}
			for _, none := range []string{"what=people&format=csv", "what=requests&format=exe"} {
				if a := c.Get("/console/reports/export?" + none); a.Status != http.StatusNotFound {
					t.Errorf("%s: got %d", none, a.Status)
				}
			}
		})
	}
}
