package organisation

import (
	"testing"

	"livingprofile/internal/automated"
	"livingprofile/internal/rights"
)

// What an amendment of a brand does not name stands as it did: duties and kinds
// of automated decisions are not retired by a change of colour.
func TestDeclared_has_duties_and_automated_decisions(t *testing.T) {
	t.Parallel()
	d := New(Organisation{
		Duties:    []rights.Duty{{Name: "invoices"}, {Name: "gone", Retired: true}},
		Automated: []automated.Kind{{Name: "plan"}, {Name: "gone", Retired: true}},
	}).declared()
	if len(d.Duties) != 1 || len(d.Automated) != 1 {
		t.Errorf("got %d duties and %d kinds, want 1 and 1", len(d.Duties), len(d.Automated))
	}
}
