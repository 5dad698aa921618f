package handlers_test

import (
	"slices"
	"strings"
	"testing"

	"livingprofile/internal/organisation"
	"livingprofile/internal/testkit"
)

func TestRoutes(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			testkit.ExerciseRoutes(t, testkit.NewSite(t, testkit.SiteOptions{Engine: e}))
		})
	}
}

// A brand's pages are under its name, so none may be called as a path of the
// product begins.
func TestPathsAreReserved(t *testing.T) {
	s := testkit.NewSite(t, testkit.SiteOptions{Engine: testkit.OnSQLite})
	for _, r := range s.Server.Routes() {
		name, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), "/")
		name, _, _ = strings.Cut(name, ".")
		if name != "" && !strings.HasPrefix(name, ":") && !slices.Contains(organisation.Reserved[:], name) {
			t.Errorf("%s: a brand may be called %q", r.Path, name)
		}
	}
}
