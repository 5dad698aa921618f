package console_test

import (
	"testing"

	"livingprofile/internal/testkit"
)

// Who may is decided before any store is asked, so one engine does; TestObjects
// asks about what is stored on both.
func TestAccess(t *testing.T) {
	testkit.ExerciseConsole(t, testkit.NewSite(t, testkit.SiteOptions{Engine: testkit.OnSQLite}))
}
