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
			{Name: "mailer", Purposes: []string{"news"}, Country: "US"},
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
	doc, err := json.Marshal(register.Describe(o, register.Of(o, func(string) bool { return true }), "https://works.example/register.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"@id":"https://works.example/register.json"`, `"dct:hasVersion":7`, `"@id":"eu-gdpr:A6-1-b"`, `"dpv:DirectMarketing"`,
		`"@type":"dpv:SensitivePersonalData","dct:identifier":"allergy"`, `"@id":"loc:US"`, `"@language":"en","@value":"Works"`,
	} {
		if !strings.Contains(string(doc), want) {
			t.Errorf("the document lacks %s:\n%s", want, doc)
		}
	}
	if strings.Contains(string(doc), "null") {
		t.Errorf("an empty list is null:\n%s", doc)
	}
}
