package console_test

import (
	"testing"

	"livingprofile/internal/testkit"
)

func TestAccess(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			testkit.ExerciseConsole(t, testkit.NewSite(t, testkit.SiteOptions{Engine: e}))
		})
	}
}
