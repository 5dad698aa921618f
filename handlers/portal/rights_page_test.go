package portal

import "testing"

// A plain article is said as the language says it; any other is left alone.
func TestArticle(t *testing.T) {
	org := declared(t)
	for locale, want := range map[string]map[string]string{
		"en": {"Art. 33": "Art. 33", "Art. 33(2)": "Art. 33(2)", "Art. 35-2": "Art. 35-2", "1798.105": "1798.105"},
		"ja": {"Art. 33": "第33条", "Art. 33(2)": "第33条第2項", "Art. 35-2": "第35条の2", "Art. 18 § 1": "Art. 18 § 1"},
		"ar": {"Art. 33": "المادة 33"},
	} {
		s := newSight(t, org, "hibiki", locale, nil)
		for text, said := range want {
			if got := s.article(text); got != said {
				t.Errorf("%s in %s: got %q, want %q", text, locale, got, said)
			}
		}
	}
}
