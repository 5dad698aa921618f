package wire_test

import (
	"os"
	"testing"
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/demo"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/testkit"
)

func TestMain(m *testing.M) {
	if os.Getenv(processEnv) != "" {
		os.Exit(process())
	}
	os.Exit(testkit.Main(m))
}

// Everybody in the demo can sign in with their address, and the three whom it
// names are one person each, however their systems write their names.
func TestSeedPeopleCanSignIn(t *testing.T) {
	const people = 150
	site := testkit.NewSite(t, testkit.SiteOptions{People: people})
	for i, p := range demo.People(2026, people, time.Now()) {
		subject, err := site.Identity.ByEmail(t.Context(), p.Email)
		if err != nil {
			t.Errorf("%s, known to %v, cannot sign in: %v", p.Email, p.Systems(), err)
			continue
		}
		if i > 2 {
			continue
		}
		holders, err := site.DB.Holders(t.Context(), identity.Email, "", p.Email)
		if err != nil {
			t.Fatal(err)
		}
		circle, err := site.DB.Circle(t.Context(), subject)
		if err != nil || len(circle) != len(holders) {
			t.Errorf("%s is the address of %d records, of which %d are joined, %v", p.Email, len(holders), len(circle), err)
		}
		if got := sources(t, site, subject); got != len(demo.Sources) {
			t.Errorf("%s: %d systems say something, want %d", p.Email, got, len(demo.Sources))
		}
	}
}

// sources counts the systems that claim something about a subject.
func sources(t *testing.T, site *testkit.Site, s id.Subject) int {
	t.Helper()
	f, err := site.DB.Facts(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, field := range f.Profile.Fields() {
		for _, c := range f.Profile.Claims[field] {
			if !c.Own() && c.Source != activity.SourceRule {
				all[c.Source] = true
			}
		}
	}
	return len(all)
}
