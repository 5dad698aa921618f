package console_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"livingprofile/internal/authz"
	"livingprofile/internal/testkit"
)

// TestRegister: the record of processing shows what the member's brands do, and
// leads to what everybody may read of it.
func TestRegister(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{})
	c := desk(t, s, authz.Auditor)
	page := c.Page("/console/register")
	wantIn(t, "the register", page, "Hibiki", "Kawara", "legitimate interest", "under another law", "/hibiki/register.json")

	rows, err := csv.NewReader(strings.NewReader(c.Page("/console/register/export"))).ReadAll()
	if err != nil || len(rows) < 10 || len(rows[0]) != 8 {
		t.Errorf("as CSV: got %d rows, %v", len(rows), err)
	}
	few := desk(t, s, authz.BrandManager, "kawara").Page("/console/register")
	wantIn(t, "of one brand", few, "/kawara/register.json")
	wantOut(t, "of one brand", few, "/hibiki/register.json")
}
