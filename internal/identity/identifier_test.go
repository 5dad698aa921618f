package identity_test

import (
	"errors"
	"strings"
	"testing"

	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
)

func TestNormalise(t *testing.T) {
	t.Parallel()
	const refused = ""
	long := strings.Repeat("a", 64)
	for name, tt := range map[string]struct {
		kind  identity.Kind
		value string
		want  string // refused, where it is no identifier
	}{
		"email_as_it_is":             {identity.Email, "hana@example.jp", "hana@example.jp"},
		"email_case":                 {identity.Email, "Hana.Yamada@Example.JP", "hana.yamada@example.jp"},
		"email_spaces_around":        {identity.Email, "　 hana@example.jp\n", "hana@example.jp"},
		"email_full_width":           {identity.Email, "ｈａｎａ＠ｅｘａｍｐｌｅ．ｊｐ", "hana@example.jp"},
		"email_ideographic_stop":     {identity.Email, "hana@example。jp", "hana@example.jp"},
		"email_dots_and_plus_stay":   {identity.Email, "ha.na+x@example.jp", "ha.na+x@example.jp"},
		"email_domain_of_letters":    {identity.Email, "hana@日本.jp", "hana@xn--wgv71a.jp"},
		"email_domain_encoded":       {identity.Email, "hana@XN--WGV71A.jp", "hana@xn--wgv71a.jp"},
		"email_local_of_letters":     {identity.Email, "花@example.jp", "花@example.jp"},
		"email_accent_in_two_parts":  {identity.Email, "Jo\u0308rg@example.de", "jörg@example.de"},
		"email_accent_small_only":    {identity.Email, "J\u030cx@example.de", "\u01f0x@example.de"},
		"email_longest_local":        {identity.Email, long + "@example.jp", long + "@example.jp"},
		"email_local_too_long":       {identity.Email, long + "a@example.jp", refused},
		"email_too_long":             {identity.Email, "a@" + strings.Repeat(strings.Repeat("b", 60)+".", 5) + "jp", refused},
		"email_too_long_when_folded": {identity.Email, "a@褞壅濔溰扨裔翑籉囨侠賦孁卾愀谓濅鼸颊.炝樴付窘予射滒蕧鸧慪焜淣頱蚈瓘絕腡澿.艹惷簫羯欒邚篖啉畾睦槧鹱恈笃唠偲噜短.捩镵膆惃耜箱蚋愞挖野蝂鸨痏哧漣傂槚呗.jp", refused},
		"email_without_at":           {identity.Email, "hana.example.jp", refused},
		"email_without_local":        {identity.Email, "@example.jp", refused},
		"email_without_domain":       {identity.Email, "hana@", refused},
		"email_domain_of_one_part":   {identity.Email, "hana@localhost", refused},
		"email_domain_with_last_dot": {identity.Email, "hana@example.jp.", refused},
		"email_with_a_name":          {identity.Email, "Hana <hana@example.jp>", refused},
		"email_in_brackets":          {identity.Email, "<hana@example.jp>", refused},
		"email_with_a_comment":       {identity.Email, "hana@example.jp (work)", refused},
		"email_two":                  {identity.Email, "a@example.jp, b@example.jp", refused},
		"email_with_a_space":         {identity.Email, "ha na@example.jp", refused},
		"email_with_a_line":          {identity.Email, "hana@example.jp\nBcc: x@example.jp", refused},
		"email_quoted":               {identity.Email, `"ha na"@example.jp`, refused},
		"email_at_an_address":        {identity.Email, "hana@[192.0.2.1]", refused},
		"email_empty":                {identity.Email, " \t", refused},

		"phone_of_the_country":   {identity.Phone, "03-1234-5678", "+81312345678"},
		"phone_mobile":           {identity.Phone, "090 1234 5678", "+819012345678"},
		"phone_full_width":       {identity.Phone, "０９０－１２３４－５６７８", "+819012345678"},
		"phone_of_another":       {identity.Phone, "+49 (30) 123456", "+4930123456"},
		"phone_as_it_is":         {identity.Phone, "+81312345678", "+81312345678"},
		"phone_too_short":        {identity.Phone, "12", refused},
		"phone_of_words":         {identity.Phone, "call me", refused},
		"phone_too_long_for_any": {identity.Phone, "+81" + strings.Repeat("1", 30), refused},

		"customer_is_kept":         {identity.Customer, " AbC 0017 ", "AbC 0017"},
		"customer_with_a_control":  {identity.Customer, "a\x00b", refused},
		"customer_in_two_parts":    {identity.Customer, "e\u0301", "é"},
		"customer_longest":         {identity.Customer, strings.Repeat("9", 254), strings.Repeat("9", 254)},
		"customer_too_long":        {identity.Customer, strings.Repeat("9", 255), refused},
		"device_is_kept":           {identity.Device, "3F-aa", "3F-aa"},
		"external_is_kept":         {identity.External, "auth0|17", "auth0|17"},
		"kind_that_is_none":        {"name", "Hana", refused},
		"kind_that_is_none_either": {"", "Hana", refused},
	} {
		got, err := identity.Normalise(tt.kind, tt.value, "jp")
		if got != tt.want {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, tt.want)
		}
		if tt.want == refused && !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: got %v, want %v", name, err, errs.Invalid)
		}
		if err != nil && len(tt.value) > 3 && strings.Contains(err.Error(), tt.value) {
			t.Errorf("%s: the error repeats what was typed: %v", name, err)
		}
	}
}

// What is stored is compared with what is typed later, so one identifier has
// one form, and normalising it again must not give another.
func FuzzNormalise(f *testing.F) {
	for _, value := range []string{
		"hana@example.jp", "ＨＡＮＡ＠日本.jp", "J\u030cx@example.de", "İ@example.tr", "ﬃ@example.de", "ẞ@faß.de",
		"+81 3-1234-5678", "０３ １２３４ ５６７８", "+39 06 1234 567", "1-800-FLOWERS", "00 49 30 1234",
		" e\u0301\u0323", "K\u212a\u2126", "a\u200db", "\u0345x@example.gr",
	} {
		for _, kind := range []string{"email", "phone", "customer"} {
			f.Add(kind, value, "JP")
		}
	}
	f.Fuzz(func(t *testing.T, kind, value, country string) {
		once, err := identity.Normalise(identity.Kind(kind), value, country)
		if err != nil {
			return
		}
		if once == "" || len(once) > identity.MaxLength || strings.TrimSpace(once) != once {
			t.Errorf("%q becomes %q", value, once)
		}
		twice, err := identity.Normalise(identity.Kind(kind), once, country)
		if err != nil || twice != once {
			t.Errorf("%q becomes %q, and that %q (%v)", value, once, twice, err)
		}
	})
}
