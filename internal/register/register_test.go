package register_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/activity"
	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
	"livingprofile/internal/register"
)

// declared is two brands of one controller and one of another.
func declared() *organisation.Organisation {
	en := func(s string) i18n.Text { return i18n.Text{"en": s} }
	return organisation.New(organisation.Organisation{
		Revision: 7, Label: en("Works"), Contact: "dpo@works.example",
		Brands: []brand.Brand{
			{Name: "piano", Label: en("Piano"), LegalName: "Works KK", Country: "JP"},
			{Name: "tea", Label: en("Tea"), LegalName: "Tea GmbH", Country: "DE"},
			{Name: "guitar", Label: en("Guitar"), LegalName: "Works KK", Country: "JP"},
			{Name: "old", Label: en("Old"), LegalName: "Old Ltd", Retired: true},
		},
		Categories: []profile.Category{{Name: "contact"}, {Name: "health"}, {Name: "orders"}},
		Fields: []profile.Field{
			{Name: "mail", Category: "contact", Purposes: []string{"news"}},
			{Name: "allergy", Category: "health", Purposes: []string{"service"}, Brands: []string{"tea"}, Sensitive: true},
			{Name: "fax", Category: "contact", Purposes: []string{"news"}, Retired: true},
			{Name: "size", Category: "contact"},
		},
		Activities: []activity.Kind{{Name: "order", Category: "orders", Purposes: []string{"service"}}},
		Systems: []organisation.System{
			{Name: "mailer", Purposes: []string{"news"}, Country: "US", Safeguard: en("Clauses of 2021")},
			{Name: "shop", Country: "JP"},
			{Name: "gone", Purposes: []string{"news"}, Retired: true},
		},
		Purposes: []consent.PurposeVersion{
			{Purpose: "news", Number: 2, Basis: consent.Consent, Marketing: true, Brands: []string{"piano", "tea"}, From: time.Unix(0, 0)},
			{Purpose: "service", Number: 1, Basis: consent.Contract, Brands: []string{"piano", "tea", "guitar"}, Recipients: []string{"shop"}},
			{Purpose: "past", Number: 1, Basis: consent.Consent, Brands: []string{"piano"}, Retired: true},
		},
	})
}

// written is a register in one word a line.
func written(all []register.Controller) (lines []string) {
	for _, c := range all {
		for _, l := range c.Lines {
			words := []string{c.Name, string(l.Purpose.Purpose)}
			for _, b := range l.Brands {
				words = append(words, b.Name)
			}
			for _, x := range l.Categories {
				words = append(words, "category:"+x.Name)
			}
			for _, f := range l.Fields {
				words = append(words, f.Name)
			}
			for _, k := range l.Activities {
				words = append(words, k.Name)
			}
			for _, s := range l.Recipients {
				words = append(words, "to:"+s.Name)
			}
			if l.Sensitive() {
				words = append(words, "sensitive")
			}
			lines = append(lines, strings.Join(words, " "))
		}
	}
	return lines
}

func TestOf(t *testing.T) {
	o := declared()
	everything := func(string) bool { return true }
	got := written(register.Of(o, everything))
	want := []string{
		"Works KK news piano category:contact mail to:mailer",
		"Works KK service piano guitar category:orders order to:shop",
		"Tea GmbH news tea category:contact mail to:mailer",
		"Tea GmbH service tea category:health category:orders allergy order to:shop sensitive",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("of all brands (-want +got):\n%s", diff)
	}
	got = written(register.Of(o, func(b string) bool { return b == "guitar" }))
	if diff := cmp.Diff([]string{"Works KK service guitar category:orders order to:shop"}, got); diff != "" {
		t.Errorf("of one brand (-want +got):\n%s", diff)
	}
}

func TestDescribe(t *testing.T) {
	o := declared()
	describe := func() string {
		t.Helper()
		all := register.Of(o, func(string) bool { return true })
		doc, err := json.Marshal(register.Describe(o, all, "https://works.example/register.json", i18n.Text{"en": "Sealed"}))
		if err != nil {
			t.Fatal(err)
		}
		return string(doc)
	}
	const measures = `"dpv:hasTechnicalOrganisationalMeasure":{"@type":"dpv:TechnicalOrganisationalMeasure","dct:description":[{"@language":"en","@value":`
	doc := describe()
	for _, want := range []string{
		`"@id":"https://works.example/register.json"`, `"dct:hasVersion":7`, `"@id":"eu-gdpr:A6-1-b"`, `"dpv:DirectMarketing"`,
		`"@type":"dpv:SensitivePersonalData","dct:identifier":"allergy"`, `"@id":"loc:US"`, `"@language":"en","@value":"Works"`,
		`"@type":"dpv:SafeguardForDataTransfer","dct:description":[{"@language":"en","@value":"Clauses of 2021"}]`, measures + `"Sealed"`,
	} {
		if !strings.Contains(doc, want) {
			t.Errorf("the document lacks %s:\n%s", want, doc)
		}
	}
	if strings.Contains(doc, "null") {
		t.Errorf("an empty list is null:\n%s", doc)
	}
	if n := strings.Count(doc, "dpv:SafeguardForDataTransfer"); n != 2 { // of the mailer, by each controller
		t.Errorf("safeguards: got %d, want 2", n)
	}
	o.Measures = i18n.Text{"en": "Locked rooms"}
	if doc := describe(); !strings.Contains(doc, measures+`"Locked rooms"`) || strings.Contains(doc, "Sealed") {
		t.Errorf("of own measures:\n%s", doc)
	}
}
