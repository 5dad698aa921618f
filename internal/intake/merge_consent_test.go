package intake_test

import (
	"testing"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/identity"
	"livingprofile/internal/intake"
	"livingprofile/internal/testkit"
)

func TestMergeConsents(t *testing.T) {
	const proof = "OPTIN_IP 192.0.2.1"
	before, after := testkit.Start.Add(-time.Hour), testkit.Start.Add(time.Hour)
	tests := []struct {
		name    string
		purpose consent.PurposeID
		answer  consent.Answer // of the person at Start; "" for none
		said    part           // read two hours later
		want    consent.Status
	}{
		{"a yes where nothing stands", "ideas", "", decided("ideas", intake.Given, before, ""), consent.Given},
		{"a yes without a time where nothing stands", "ideas", "", decided("ideas", intake.Given, time.Time{}, ""), consent.Given},
		{"a no where nothing stands", "ideas", "", decided("ideas", intake.Refused, before, ""), consent.Refused},
		{"the end of a yes that nobody gave", "ideas", "", decided("ideas", intake.Ended, time.Time{}, ""), ""},
		{"silence", "ideas", "", decided("ideas", intake.Silent, before, ""), ""},
		{"a yes to a double opt-in without the second", "digest", "", decided("digest", intake.Given, before, proof), ""},
		{"a yes to a double opt-in with the second", "digest", "", confirmed("digest", before), consent.Given},
		{"a purpose without a choice", "orders", "", decided("orders", intake.Refused, before, ""), ""},

		{"an older yes against the person's no", "ideas", consent.No, decided("ideas", intake.Given, before, proof), consent.Refused},
		{"a yes without a time against the person's no", "ideas", consent.No, decided("ideas", intake.Given, time.Time{}, proof), consent.Refused},
		{"a newer yes without proof against the person's no", "ideas", consent.No, decided("ideas", intake.Given, after, ""), consent.Refused},
		{"a newer yes with proof against the person's no", "ideas", consent.No, decided("ideas", intake.Given, after, proof), consent.Given},
		{"a yes from the future against the person's no", "ideas", consent.No, decided("ideas", intake.Given, after.Add(24*time.Hour), proof), consent.Refused},
		{"a newer yes without the second against the person's no to a double opt-in", "digest", consent.No, decided("digest", intake.Given, after, proof), consent.Refused},

		{"an older no against the person's yes", "ideas", consent.Yes, decided("ideas", intake.Refused, before, ""), consent.Given},
		{"a no without a time against the person's yes", "ideas", consent.Yes, decided("ideas", intake.Refused, time.Time{}, ""), consent.Given},
		{"a newer no against the person's yes", "ideas", consent.Yes, decided("ideas", intake.Refused, after, ""), consent.Withdrawn},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := onSQLite(t)
			m.merge("shop", row("shop", number("1")))
			subject := m.bearer(identity.Customer, "shop", "1")
			if tt.answer != "" {
				m.answer(subject, tt.purpose, tt.answer)
			}
			m.clock.Advance(2 * time.Hour)
			m.merge("shop", row("shop", number("1"), tt.said))
			if got := m.facts(subject).Consents[consent.Key{Purpose: tt.purpose}].Status; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			before := m.entries()
			if again := m.merge("shop", row("shop", number("1"), tt.said)); again[0].Result != intake.Unchanged || m.entries() != before {
				t.Errorf("the same again: %+v, %d entries", again[0], m.entries()-before)
			}
		})
	}
}

// A record from a file says where it comes from, and no words of ours.
func TestMergeConsentRecord(t *testing.T) {
	m := onSQLite(t)
	m.merge("newsletter", row("newsletter", number("1"), confirmed("digest", then)))
	subject := m.bearer(identity.Customer, "newsletter", "1")
	records, err := m.db.Records(t.Context(), subject, "digest")
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != 1 {
		t.Fatalf("got %d records, want 1", len(records))
	}
	r := records[0]
	want := consent.Proof{Kind: consent.ByImport, Ref: "CONFIRM_IP 192.0.2.1"}
	if r.Proof != want || !r.At.Equal(then) || r.Channel != "import" || r.Notice != "" {
		t.Errorf("got %+v", r)
	}
}

// Of contradicting rows without a time the most cautious counts, whichever
// comes first.
func TestMergeContradictingConsents(t *testing.T) {
	yes := row("shop", number("1"), decided("ideas", intake.Given, time.Time{}, ""))
	no := row("shop", number("1"), decided("ideas", intake.Refused, time.Time{}, ""))
	old := row("shop", number("1"), decided("ideas", intake.Refused, then, ""))
	for name, tt := range map[string]struct {
		items []intake.Item
		want  consent.Status
	}{
		"yes and no":                     {[]intake.Item{yes, no}, consent.Refused},
		"no and yes":                     {[]intake.Item{no, yes}, consent.Refused},
		"a no with a time and a yes":     {[]intake.Item{yes, old}, consent.Refused},
		"the same, the other way around": {[]intake.Item{old, yes}, consent.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			m := onSQLite(t)
			m.merge("shop", tt.items...)
			subject := m.bearer(identity.Customer, "shop", "1")
			if got := m.facts(subject).Consents.Of("ideas", "").Status; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
