package decision_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

// TestTogether_never_loosens: what one record of a person forbids by a pause,
// quiet hours, a budget, a freeze or a signal, all of them forbid, whichever is
// asked and in whatever order they are read, and until it is over.
func TestTogether_never_loosens(t *testing.T) {
	t.Parallel()
	news := &consent.PurposeVersion{Purpose: "news", Number: 1, Basis: consent.Consent, Marketing: true, Signal: consent.GPC}
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawFacts(t, "a"), drawFacts(t, "b"), drawFacts(t, "c")
		q := decision.Question{
			Purpose: news, Brand: rapid.SampledFrom([]string{"", "hibiki"}).Draw(t, "brand"), Channel: rapid.SampledFrom([]string{"", "email"}).Draw(t, "channel"),
			At: noon.Add(time.Duration(rapid.IntRange(0, 47).Draw(t, "hour")) * time.Hour),
		}
		joined := noon.AddDate(0, 0, -1)
		got := decision.May(a.Together(joined, b, c), q)
		for name, other := range map[string]decision.Facts{
			"in another order": a.Together(joined, c, b), "read from another": c.Together(joined, a, b),
			"beside": {Version: a.Version, Consents: a.Consents, Preferences: a.Preferences, Freezes: a.Freezes, Contacts: a.Contacts, Others: []decision.Facts{b, c}, Joined: joined},
		} {
			if again := decision.May(other, q); again.Allow != got.Allow || !slices.Equal(again.Reasons, got.Reasons) || !again.Until.Equal(got.Until) {
				t.Fatalf("%s: got %+v, not %+v", name, again, got)
			}
		}
		for i, one := range []decision.Facts{a, b, c} {
			own := decision.May(one, q)
			if got.Allow && !own.Allow {
				t.Fatalf("record %d says %+v, and together they allow", i, own)
			}
			if own.Allow && got.Allow && !own.Until.IsZero() && (got.Until.IsZero() || own.Until.Before(got.Until)) {
				t.Fatalf("record %d allows until %v, and together they do until %v", i, own.Until, got.Until)
			}
		}
	})
}

// A budget counts the contacts of all records.
func TestTogether_counts_contacts(t *testing.T) {
	t.Parallel()
	news := &consent.PurposeVersion{Purpose: "news", Number: 1, Basis: consent.Contract, Marketing: true}
	limit := consent.Preferences{All: consent.Wishes{Budget: &consent.Budget{Count: 2, Per: "week"}}}
	a := decision.Facts{Preferences: limit, Contacts: decision.Contacts{{At: noon.AddDate(0, 0, -1)}}}
	b := decision.Facts{Preferences: limit, Contacts: decision.Contacts{{At: noon.AddDate(0, 0, -2)}}}
	q := decision.Question{Purpose: news, Channel: "email", At: noon}
	want := noon.AddDate(0, 0, 5)
	if v := decision.May(a.Together(noon, b), q); v.Allow || v.Reasons[0] != decision.BudgetUsed || !v.Until.Equal(want) {
		t.Errorf("got %+v, want the budget used until %v", v, want)
	}
	if len(a.Contacts) != 1 || !decision.May(a, q).Allow {
		t.Error("the record is not what it was")
	}
}

// A value that enters one record is asked of all of them.
func TestTake_asks_all_records(t *testing.T) {
	t.Parallel()
	ideas := []*consent.PurposeVersion{{Purpose: "ideas", Number: 1, Basis: consent.Consent}}
	field := &profile.Field{Name: "goal", Purposes: []string{"ideas"}}
	said := func(status consent.Status, ago time.Duration) decision.Facts {
		return decision.Facts{Consents: consent.State{{Purpose: "ideas"}: {Record: "r", Version: 1, Status: status, At: noon.Add(-ago)}}}
	}
	one := said(consent.Given, time.Minute)
	one.Others, one.Joined = []decision.Facts{said(consent.Withdrawn, time.Hour)}, noon
	if why := decision.Take(one, field, []string{"ideas"}, ideas, noon); why != profile.AllRefused {
		t.Errorf("got %q, want the no of the other record", why)
	}
	one.Joined = noon.AddDate(0, 0, -1)
	if why := decision.Take(one, field, []string{"ideas"}, ideas, noon); why != "" {
		t.Errorf("after a yes: got %q", why)
	}
}

func drawFacts(t *rapid.T, of string) decision.Facts {
	wishes := func(scope string) consent.Wishes {
		return consent.Wishes{
			Budget: rapid.SampledFrom([]*consent.Budget{nil, {Per: "month"}, {Count: 1, Per: "week"}, {Count: 2, Per: "month"}}).Draw(t, of+scope+" budget"),
			Quiet: rapid.SampledFrom([]*consent.Quiet{
				nil, {Zone: "UTC"}, {From: 22 * 60, To: 7 * 60, Zone: "Asia/Tokyo"}, {From: 12 * 60, To: 13 * 60, Zone: "UTC"},
			}).Draw(t, of+scope+" quiet"),
			Pause: rapid.SampledFrom([]time.Time{{}, noon.AddDate(0, 0, 1)}).Draw(t, of+scope+" pause"),
		}
	}
	f := decision.Facts{
		Version: 1, Preferences: consent.Preferences{All: wishes("")},
		Consents: consent.State{{Purpose: "news"}: {Record: consent.RecordID(of), Version: 1, Status: consent.Given, At: noon.AddDate(0, 0, -2)}},
	}
	if rapid.Bool().Draw(t, of+" at a brand") {
		f.Preferences = f.Preferences.With("hibiki", wishes("hibiki"))
	}
	if rapid.IntRange(0, 9).Draw(t, of+" frozen") == 0 {
		f.Freezes = rights.Freezes{{Request: rights.RequestID(of), Scope: rights.PurposeScope, Name: "news", Since: noon.AddDate(0, 0, -1)}}
	}
	if rapid.IntRange(0, 9).Draw(t, of+" heard") == 0 {
		f.Preferences.Heard = consent.Heard{consent.GPC: noon.AddDate(0, 0, -1)}
	}
	for range rapid.IntRange(0, 2).Draw(t, of+" contacts") {
		f.Contacts = f.Contacts.With(decision.Contact{At: noon.Add(-time.Duration(rapid.IntRange(1, 200).Draw(t, of+" ago")) * time.Hour), Brand: rapid.SampledFrom([]string{"", "hibiki", "otowa"}).Draw(t, of+" from")})
	}
	slices.SortFunc(f.Contacts, func(a, b decision.Contact) int { return a.At.Compare(b.At) })
	return f
}
