package intake_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/identity"
	"livingprofile/internal/intake"
)

// brief returns an item as lines that can be compared at a glance.
func brief(item *intake.Item) []string {
	var lines []string
	for _, i := range item.Identifiers {
		proved := ""
		if i.Verified() {
			proved = " proved"
		}
		lines = append(lines, fmt.Sprintf("%s %s%s", i.Kind, i.Value, proved))
	}
	var claims []string
	for field, c := range item.Claims {
		claims = append(claims, fmt.Sprintf("%s=%s", field, strings.ReplaceAll(c.Value, "\n", "|")))
	}
	slices.Sort(claims)
	lines = append(lines, claims...)
	for _, c := range item.Consents {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", c.Purpose, c.Stance, since(c))))
	}
	return lines
}

func since(c intake.Consent) string {
	if c.At.IsZero() {
		return ""
	}
	return c.At.Format("2006-01-02")
}

// Each ready-made map reads a file with the columns of a real export.
func TestReadyMadeMaps(t *testing.T) {
	generic := [][]string{
		{
			"customer 1001 proved", "email ana.diaz@example.com", "phone +441134960000",
			"birthday=1984-02-14", "company=Hill & Co", "country=GB", "delivery-address=12 Hill Road|Flat 3", "delivery-city=Leeds",
			"delivery-postcode=LS1 4AP", "email=ana.diaz@example.com", "family-name=Diaz", "given-name=Ana María", "phone=+441134960000",
			"newsletter given 2023-05-01",
		},
		{"email omar@example.com", "email=omar@example.com", "family-name=Haddad", "given-name=Omar", "newsletter refused"},
	}
	tests := []struct {
		file, by string
		want     [][]string
		at       string   // when the first record changed
		refused  []string // line, column and reason
		unread   []string
	}{
		{"salesforce.csv", "salesforce", [][]string{
			{
				"customer 0035g00000AbCdEAAV proved", "email ana.diaz@example.com", "phone +447700900123", "phone +441134960000",
				"birthday=1984-02-14", "country=GB", "delivery-address=12 Hill Road|Flat 3", "delivery-city=Leeds", "delivery-postcode=LS1 4AP",
				"delivery-region=West Yorkshire", "email=ana.diaz@example.com", "family-name=Diaz", "given-name=Ana", "phone=+447700900123",
			},
			{
				"customer 0035g00000AbCdFAAV proved", "email omar@example.com", "phone +12065550142",
				"country=US", "email=omar@example.com", "family-name=Haddad", "given-name=Omar", "newsletter refused",
			},
		}, "2024-01-02T03:04:05Z", []string{"5 HasOptedOutOfEmail intake.not_a_choice"}, []string{"Loyalty_Tier__c"}},
		{"hubspot.csv", "hubspot", [][]string{
			{
				"customer 901 proved", "email ana.diaz@example.com", "phone +441134960000",
				"birthday=1984-02-14", "company=Hill & Co", "country=GB", "delivery-address=12 Hill Road", "delivery-city=Leeds",
				"delivery-postcode=LS1 4AP", "email=ana.diaz@example.com", "family-name=Diaz", "given-name=Ana", "phone=+441134960000",
			},
			{
				"customer 902 proved", "email omar@example.com", "phone +12065550142", "country=US", "delivery-city=Seattle",
				"delivery-postcode=98101", "delivery-region=WA", "email=omar@example.com", "family-name=Haddad", "given-name=Omar",
				"phone=+12065550142", "newsletter refused",
			},
			{"customer 903 proved", "email keiko@example.com", "email=keiko@example.com"},
		}, "2024-01-02T03:04:00Z", nil, nil},
		{"stripe.csv", "stripe", [][]string{
			{
				"customer cus_QaZ1xSw2EdC3rF proved", "email ana.diaz@example.com", "phone +441134960000",
				"country=GB", "delivery-address=12 Hill Road|Flat 3", "delivery-city=Leeds", "delivery-postcode=LS1 4AP",
				"email=ana.diaz@example.com", "orders-placed=3", "phone=+441134960000", "total-spent=120.5",
			},
			{"customer cus_QaZ1xSw2EdC3rG proved", "email omar@example.com", "email=omar@example.com", "orders-placed=0", "total-spent=0"},
		}, "0001-01-01T00:00:00Z", nil, []string{"shop_number (metadata)"}},
		{"generic.csv", "generic", generic, "2024-01-02T03:04:05Z", nil, nil},
		{"generic.jsonl", "generic", generic, "2024-01-02T03:04:05Z", nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			f, err := os.Open(filepath.Join("testdata", tt.file))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close() //nolint:errcheck // read only
			sink, o := &recorder{}, options("shop")
			o.Format = intake.FormatOf(tt.file)
			report, err := intake.Run(t.Context(), f, mustMap(t, tt.by), sink, o)
			if err != nil {
				t.Fatal(err)
			}
			var got [][]string
			for i := range sink.items {
				got = append(got, brief(&sink.items[i]))
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("items are different (-got +want):\n%s", diff)
			}
			if at := sink.items[0].At.Format("2006-01-02T15:04:05Z"); at != tt.at {
				t.Errorf("changed at %s, want %s", at, tt.at)
			}
			var refused []string
			for _, r := range report.Rejects {
				refused = append(refused, fmt.Sprintf("%d %s %s", r.Line, r.Column, r.Reason))
			}
			if diff := cmp.Diff(refused, tt.refused); diff != "" {
				t.Errorf("refused are different (-got +want):\n%s", diff)
			}
			if diff := cmp.Diff(report.Unread, tt.unread); diff != "" {
				t.Errorf("unread are different (-got +want):\n%s", diff)
			}
			if len(report.Notes) > 0 {
				t.Errorf("warnings: %+v", report.Notes)
			}
		})
	}
}

// Only a link that was followed after signing up proves an address. Mailchimp
// fills the time of confirmation for imported contacts too, and where no second
// yes was asked: those counted as proved, and people were joined by them.
func TestMailchimpProves(t *testing.T) {
	const header = "Email Address,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LAST_CHANGED,EUID\n"
	for name, tt := range map[string]struct {
		optIn, confirm string
		proved         bool
		since          string // of the yes
	}{
		"followed_the_link": {"2023-05-01 08:00:00", "2023-05-01 08:05:30", true, "2023-05-01"},
		"no_second_yes":     {"2023-05-01 08:00:00", "2023-05-01 08:00:00", false, "2023-05-01"},
		"not_confirmed_yet": {"2023-05-01 08:00:00", "", false, "2023-05-01"},
		"imported":          {"", "2023-05-01 08:05:30", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			file := header + "ana.diaz@example.com," + tt.optIn + ",," + tt.confirm + ",192.0.2.10,2024-01-02 03:04:05,a1\n"
			sink := &recorder{}
			if _, err := intake.Run(t.Context(), strings.NewReader(file), mustMap(t, "mailchimp"), sink, options("shop")); err != nil {
				t.Fatal(err)
			}
			item := &sink.items[0]
			for _, i := range item.Identifiers {
				if i.Kind == identity.Email && i.Verified() != tt.proved {
					t.Errorf("the address is proved: got %t, want %t", i.Verified(), tt.proved)
				}
			}
			if got := item.Claims["email"]; got.Value == "" || got.Proved != tt.proved {
				t.Errorf("the field: got %+v, want it proved: %t", got, tt.proved)
			}
			if c := item.Consents[0]; c.Stance != intake.Given || c.Confirmed != tt.proved || since(c) != tt.since {
				t.Errorf("the yes: got %+v", c)
			}
		})
	}
}
