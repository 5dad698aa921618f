package intake_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"livingprofile/internal/identity"
	"livingprofile/internal/intake"
	"livingprofile/internal/profile"
)

func claim(source, value string, at time.Time) profile.Claim {
	return profile.Claim{Value: value, Source: source, Origin: profile.Provided, At: at, Recorded: now}
}

func observed(source, value string) profile.Claim {
	c := claim(source, value, time.Time{})
	c.Origin = profile.Observed
	return c
}

func TestShopify(t *testing.T) {
	items, report := runFile(t, "shopify.csv", "shopify", "shop")
	shop := func(value string) profile.Claim { return claim("shop", value, time.Time{}) }
	want := []intake.Item{
		{
			Line: 2, Key: "6201", Country: "GB",
			Identifiers: []identity.Identifier{
				{Kind: identity.Customer, Scope: "shop", Value: "6201", VerifiedAt: now, Source: "shop"},
				{Kind: identity.Email, Value: "ana.diaz@example.com", Source: "shop"},
				{Kind: identity.Phone, Value: "+447700900123", Source: "shop"},
			},
			Claims: map[string]profile.Claim{
				"given-name": shop("Ana"), "family-name": shop("Diaz"), "email": shop("ana.diaz@example.com"),
				"phone": shop("+447700900123"), "delivery-address": shop("12 Hill Road\nFlat 3"), "delivery-city": shop("Leeds"),
				"delivery-postcode": shop("LS1 4AP"), "country": shop("GB"), "orders-placed": observed("shop", "3"),
				"total-spent": observed("shop", "120.5"), "tax-exempt": observed("shop", "no"),
			},
			Consents: []intake.Consent{{Purpose: "newsletter", Stance: intake.Given}},
		},
		{
			Line: 3, Key: "6202", Country: "JP",
			Identifiers: []identity.Identifier{
				{Kind: identity.Customer, Scope: "shop", Value: "6202", VerifiedAt: now, Source: "shop"},
				{Kind: identity.Email, Value: "aiko@example.com", Source: "shop"},
				{Kind: identity.Phone, Value: "+819012345678", Source: "shop"},
			},
			Claims: map[string]profile.Claim{
				"given-name": shop("愛子"), "family-name": shop("佐藤"), "email": shop("aiko@example.com"),
				"phone": shop("+819012345678"), "company": shop("ひびき, Inc."), "delivery-address": shop("神宮前1-2-3"),
				"delivery-city": shop("渋谷区"), "delivery-region": shop("JP-13"), "delivery-postcode": shop("150-0001"),
				"country": shop("JP"), "orders-placed": observed("shop", "12"), "total-spent": observed("shop", "98000"),
				"shop-note": observed("shop", "Prefers \"late\" delivery.\nRings twice."), "tax-exempt": observed("shop", "yes"),
			},
			Consents: []intake.Consent{{Purpose: "newsletter", Stance: intake.Ended}},
		},
	}
	if diff := cmp.Diff(items[:2], want, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("items are different (-got +want):\n%s", diff)
	}
	// A formula is a name like any other.
	if got := items[2].Claims["given-name"].Value; got != `=HYPERLINK("x")` {
		t.Errorf("formula was read as %q", got)
	}
	wantReport := &intake.Report{
		Map: "shopify", Charset: "utf-8", Rows: 5, Created: 5, Warnings: 2,
		Notes: []intake.Reject{
			{Line: 7, Fault: intake.Fault{Column: "Email", Reason: "error.not_an_email"}},
			{Line: 7, Fault: intake.Fault{Column: "Phone", Reason: "error.not_a_phone"}},
		},
	}
	if diff := cmp.Diff(report, wantReport, cmpopts.IgnoreFields(intake.Report{}, "Bytes")); diff != "" {
		t.Errorf("report is different (-got +want):\n%s", diff)
	}
}

func TestMailchimp(t *testing.T) {
	day := func(year int, month time.Month, d, h, m, s int) time.Time {
		return time.Date(year, month, d, h, m, s, 0, time.UTC)
	}
	tests := []struct {
		file string
		line int
		want intake.Item
	}{
		{"mailchimp_subscribed.csv", 0, intake.Item{
			Line: 2, Key: "a1b2c3d4e5", Country: "GB", At: day(2024, 1, 2, 3, 4, 5),
			Identifiers: []identity.Identifier{
				{Kind: identity.Customer, Scope: "newsletter", Value: "a1b2c3d4e5", VerifiedAt: day(2024, 1, 2, 3, 4, 5), Source: "newsletter"},
				{Kind: identity.Email, Value: "ana.diaz@example.com", VerifiedAt: day(2023, 5, 1, 8, 5, 30), Source: "newsletter"},
				{Kind: identity.Phone, Value: "+441134960000", Source: "newsletter"},
			},
			Consents: []intake.Consent{{
				Purpose: "newsletter", Stance: intake.Given, At: day(2023, 5, 1, 8, 5, 30), Confirmed: true,
				Proof: "CONFIRM_IP 192.0.2.10; OPTIN_TIME 2023-05-01 08:00:00; OPTIN_IP 192.0.2.10",
			}},
		}},
		{"mailchimp_subscribed.csv", 1, intake.Item{
			Line: 3, Key: "b1b2c3d4e5", Country: "JP", At: day(2023, 6, 1, 9, 0, 0),
			Identifiers: []identity.Identifier{
				{Kind: identity.Customer, Scope: "newsletter", Value: "b1b2c3d4e5", VerifiedAt: day(2023, 6, 1, 9, 0, 0), Source: "newsletter"},
				{Kind: identity.Email, Value: "keiko@example.com", Source: "newsletter"},
			},
			Consents: []intake.Consent{{Purpose: "newsletter", Stance: intake.Given, At: day(2023, 6, 1, 9, 0, 0)}},
		}},
		{"mailchimp_unsubscribed.csv", 0, intake.Item{
			Line: 2, Key: "c1b2c3d4e5", Country: "AE", At: day(2024, 2, 2, 10, 0, 0),
			Identifiers: []identity.Identifier{
				{Kind: identity.Customer, Scope: "newsletter", Value: "c1b2c3d4e5", VerifiedAt: day(2024, 2, 2, 10, 0, 0), Source: "newsletter"},
				{Kind: identity.Email, Value: "omar@example.com", VerifiedAt: day(2022, 5, 1, 8, 5, 30), Source: "newsletter"},
			},
			Consents: []intake.Consent{{Purpose: "newsletter", Stance: intake.Refused, At: day(2024, 2, 2, 9, 59, 0)}},
		}},
		{"mailchimp_cleaned.csv", 0, intake.Item{
			Line: 2, Key: "d1b2c3d4e5", Country: "GB", At: day(2024, 2, 2, 10, 0, 0),
			Identifiers: []identity.Identifier{
				{Kind: identity.Customer, Scope: "newsletter", Value: "d1b2c3d4e5", VerifiedAt: day(2024, 2, 2, 10, 0, 0), Source: "newsletter"},
				{Kind: identity.Email, Value: "gone@example.com", VerifiedAt: day(2022, 5, 1, 8, 5, 30), Source: "newsletter"},
			},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.want.Identifiers[1].Value, func(t *testing.T) {
			items, report := runFile(t, tt.file, "mailchimp", "newsletter")
			if report.Warnings+report.Refused > 0 || len(report.Unread) > 0 {
				t.Errorf("report has %+v, %+v, unread %q", report.Notes, report.Rejects, report.Unread)
			}
			if diff := cmp.Diff(items[tt.line], tt.want, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(intake.Item{}, "Claims")); diff != "" {
				t.Errorf("item is different (-got +want):\n%s", diff)
			}
		})
	}
	items, _ := runFile(t, "mailchimp_subscribed.csv", "mailchimp", "newsletter")
	if got := items[0].Claims["delivery-address"].Value; got != "12 Hill Road\nFlat 3\nLeeds LS1 4AP" {
		t.Errorf("address was read as %q", got)
	}
	if got := items[0].Claims["mail-interest"]; got.Origin != profile.Inferred || got.How == "" || !got.At.Equal(day(2024, 1, 2, 3, 4, 5)) {
		t.Errorf("rating was read as %+v", got)
	}
}

func TestTheSameFileTwiceSaysTheSame(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("testdata", "shopify.csv"))
	if err != nil {
		t.Fatal(err)
	}
	sink := &recorder{}
	for i, want := range []*intake.Report{{Created: 5}, {Unchanged: 5}} {
		report, err := intake.Run(t.Context(), bytes.NewReader(file), mustMap(t, "shopify"), sink, options("shop"))
		if err != nil {
			t.Fatal(err)
		}
		if report.Created != want.Created || report.Unchanged != want.Unchanged {
			t.Errorf("run %d: created %d, unchanged %d; want %d, %d", i, report.Created, report.Unchanged, want.Created, want.Unchanged)
		}
	}
}
