package rights_test

import (
	"testing"
	"time"

	"livingprofile/internal/rights"
)

// TestBreachDue: hours run over a weekend, business days do not, and days end
// at midnight where the people are.
func TestBreachDue(t *testing.T) {
	packs, err := rights.EmbeddedPacks()
	if err != nil {
		t.Fatal(err)
	}
	friday := time.Date(2026, 11, 20, 22, 30, 0, 0, time.UTC)
	for country, want := range map[string]struct {
		authority, people, final string
		goal                     bool
		to                       string
	}{
		"DE":    {"2026-11-23T22:30:00Z", "", "", false, "Your national data protection authority"},
		"KR":    {"2026-11-23T22:30:00Z", "2026-11-23T22:30:00Z", "", false, "Personal Information Protection Commission"},
		"BR":    {"2026-11-25T23:59:59Z", "2026-11-25T23:59:59Z", "2026-12-18T23:59:59Z", false, "National Data Protection Authority (ANPD)"},
		"JP":    {"2026-11-25T23:59:59Z", "", "2026-12-20T23:59:59Z", false, "Personal Information Protection Commission"},
		"CA":    {"2026-11-23T22:30:00Z", "2026-11-23T22:30:00Z", "", true, "Office of the Privacy Commissioner of Canada"},
		"CH":    {"2026-11-23T22:30:00Z", "", "", true, "Federal Data Protection and Information Commissioner"},
		"US":    {"2026-12-20T23:59:59Z", "2026-12-20T23:59:59Z", "", false, "The Attorney General of your state"},
		"US-CA": {"2027-01-04T23:59:59Z", "2026-12-20T23:59:59Z", "", false, "Attorney General of California"},
	} {
		pack := packs.For(country, friday)
		authority, people, final := pack.BreachDue(friday, time.UTC)
		if got := pack.Breach.Goal; got != want.goal {
			t.Errorf("%s, a goal: got %t, want %t", country, got, want.goal)
		}
		if got := pack.Breach.To.Name.In("en"); got != want.to {
			t.Errorf("%s, told: got %s, want %s", country, got, want.to)
		}
		if got := text(authority); got != want.authority {
			t.Errorf("%s, authority: got %s, want %s", country, got, want.authority)
		}
		if got := text(people); got != want.people {
			t.Errorf("%s, people: got %s, want %s", country, got, want.people)
		}
		if got := text(final); got != want.final {
			t.Errorf("%s, the final report: got %s, want %s", country, got, want.final)
		}
	}
	tokyo := time.FixedZone("JST", 9*60*60)
	if due, _, _ := packs.For("JP", friday).BreachDue(friday, tokyo); text(due) != "2026-11-26T14:59:59Z" {
		t.Errorf("noticed on Saturday in Tokyo: got %v", due)
	}
}

func text(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Truncate(time.Second).Format(time.RFC3339)
}
