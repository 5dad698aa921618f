package handlers_test

import (
	"testing"

	"livingprofile/internal/testkit"
)

func TestRoutes(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			testkit.ExerciseRoutes(t, testkit.NewSite(t, testkit.SiteOptions{Engine: e}))
		})
	}
}
