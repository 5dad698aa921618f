package i18n_test

import (
	"testing"

	"livingprofile/internal/i18n"
)

func TestTextIn(t *testing.T) {
	text := i18n.Text{"en": "News", "ja": "お知らせ"}
	for _, test := range []struct {
		text         i18n.Text
		locale, want string
	}{
		{text, "ja", "お知らせ"},
		{text, "ja-JP", "お知らせ"},
		{text, "ar", "News"},
		{i18n.Text{"ja": "お知らせ", "fr": "Nouvelles"}, "ar", "Nouvelles"},
		{nil, "en", ""},
	} {
		if got := test.text.In(test.locale); got != test.want {
			t.Errorf("In(%q) of %v: got %q, want %q", test.locale, test.text, got, test.want)
		}
	}
}
