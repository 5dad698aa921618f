package intake_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/id"
	"livingprofile/internal/intake"
	"livingprofile/internal/organisation"
)

// Whoever mends a file looks for a column: a warning about a value that did not
// enter names the one it stands in, each value of a row on its own.
func TestNotTakenNamesTheColumn(t *testing.T) {
	m := onSQLite(t)
	for i := range m.org.Fields {
		if f := &m.org.Fields[i]; f.Name == "birthday" || f.Name == "tax-exempt" {
			f.Purposes = []string{"ideas"} // for which the shop does not work
		}
	}
	m.org = organisation.New(*m.org)
	o := options("shop")
	o.Organisation = m.org
	merger := intake.NewMerger(m.db, m.org, m.clock, "shop", id.New())
	file := contactsHeader + "1,a@example.com,Sato Aiko,14.02.1990,,Taxable,,,\n2,b@example.com,Sato Jo,,,,,,\n"
	report, err := intake.Run(t.Context(), strings.NewReader(file), parse(t, contacts), merger, o)
	if err != nil {
		t.Fatal(err)
	}
	want := []intake.Reject{
		{Line: 2, Fault: intake.Fault{Column: "born", Reason: "intake.not_taken_basis"}},
		{Line: 2, Fault: intake.Fault{Column: "exempt", Reason: "intake.not_taken_basis"}},
	}
	if d := cmp.Diff(report.Notes, want); d != "" || report.Warnings != 2 {
		t.Errorf("%d warnings (-got +want):\n%s", report.Warnings, d)
	}
}
