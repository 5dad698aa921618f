package organisation

import (
	"testing"

	"livingprofile/internal/automated"
	"livingprofile/internal/rights"
	"livingprofile/internal/transfer"
)

// What an amendment of a brand does not name stands as it did: duties, kinds
// of automated decisions and controllers are not retired by a change of colour.
func TestDeclared_has_duties_and_automated_decisions(t *testing.T) {
	t.Parallel()
	d := New(Organisation{
		Duties:      []rights.Duty{{Name: "invoices"}, {Name: "gone", Retired: true}},
		Controllers: []transfer.Controller{{Name: "choir"}, {Name: "gone", Retired: true}},
		Automated:   []automated.Kind{{Name: "plan"}, {Name: "gone", Retired: true}},
	}).declared()
	if len(d.Duties) != 1 || len(d.Automated) != 1 || len(d.Controllers) != 1 {
		t.Errorf("got %d duties, %d kinds and %d controllers, want 1 of each", len(d.Duties), len(d.Automated), len(d.Controllers))
	}
}
