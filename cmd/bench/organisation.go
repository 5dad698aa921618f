package bench

import (
	"fmt"
	"strings"

	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
)

// The names in the organisation that is measured.
const (
	brandName  = "sample"
	systemName = "shop"
)

// The purposes: groups of a parent with children below it, and some without a
// choice; forty in all.
const (
	groups   = 4
	children = 8
	needed   = 4
)

// fields are what is held of a person, in the order of the floor's columns.
var fields = [...]string{
	"given-name", "family-name", "email", "phone", "birthday", "street", "city", "postcode", "country",
	"instrument", "interests", "about",
}

// draft declares the organisation that is measured.
func draft() *organisation.Draft {
	return &organisation.Draft{File: "bench", Declared: organisation.Organisation{
		Label: text("Sample", "見本"), Contact: "privacy@sample.example", Address: "1 Sample Street",
		Brands: []brand.Brand{{
			Name: brandName, Label: text("Sample Instruments", "見本楽器"), Mark: "S", Accent: "#0b6a58",
			Contact: "hello@sample.example", Locales: []string{"en", "ja"}, LegalName: "Sample K.K.", Country: "JP",
			Zone: "Asia/Tokyo",
		}},
		Categories: []profile.Category{{Name: "person", Label: text("Who you are", "お名前など")}},
		Channels:   []consent.Channel{{Name: "email", Label: text("E-mail", "メール")}},
		Systems: []organisation.System{{
			Name: systemName, Label: text("Web shop", "オンラインショップ"), Human: text("our web shop", "通販のお店"),
			Rank: 10, Fields: fields[:], Purposes: purposeNames(), Country: "JP", Source: true,
		}},
		Fields:   declaredFields(),
		Purposes: declaredPurposes(),
	}}
}

func declaredFields() []profile.Field {
	var all []profile.Field
	for _, name := range fields {
		label := strings.ToUpper(name[:1]) + name[1:]
		all = append(all, profile.Field{
			Name: name, Category: "person", Type: profile.TypeText, Edit: profile.Free,
			Purposes: []string{string(purposeName(0))}, Label: text(label, label),
			Retention: text("As long as you have a profile with us.", "プロフィールがあるあいだ。"),
		})
	}
	return all
}

// purposeName names purpose number i. The children of a parent follow it.
func purposeName(i int) consent.PurposeID { return consent.PurposeID(fmt.Sprintf("purpose-%02d", i)) }

// purposes is how many there are, and asked how many leave a choice; those come
// first.
const (
	asked    = groups * (1 + children)
	purposes = asked + needed
)

func purposeNames() []string {
	var all []string
	for i := range purposes {
		all = append(all, string(purposeName(i)))
	}
	return all
}

func declaredPurposes() []consent.PurposeVersion {
	var all []consent.PurposeVersion
	for i := range purposes {
		v := consent.PurposeVersion{
			Purpose: purposeName(i), Basis: consent.Consent, Channels: []string{"email"},
			Categories: []string{"person"}, Recipients: []string{systemName}, Words: words(i),
		}
		if parent := i / (1 + children) * (1 + children); i < asked && i != parent {
			v.Parent = purposeName(parent)
		}
		if i >= asked {
			v.Basis, v.Required = consent.Contract, true
			v.Words.Locked = text("Needed for what you ordered.", "ご注文のために必要です。")
		}
		all = append(all, v)
	}
	return all
}

// words are as long as those of a real purpose.
func words(i int) consent.PurposeWords {
	return consent.PurposeWords{
		Question: text(fmt.Sprintf("Tell me about instruments like mine, %d", i), fmt.Sprintf("わたしの楽器についてのお知らせ %d", i)),
		Sentence: text(
			"We look at what you bought, wrote and read to choose what we show you, and at nothing else than that.",
			"お買い物や書きこみ、お読みになったものを見て、お見せするものを選びます。それ以外は見ません。"),
		Why:       text("So that you hear of what concerns you, and of little else.", "関係のあることだけをお届けするためです。"),
		Source:    text("From you, when you order or write to us.", "ご注文やお問い合わせのときに、ご本人から。"),
		Retention: text("Two years after your last order.", "最後のご注文から2年間。"),
		IfNo:      text("You see the same things as everybody.", "みなさまと同じものをご覧いただきます。"),
	}
}

func text(en, ja string) i18n.Text { return i18n.Text{"en": en, "ja": ja} }
