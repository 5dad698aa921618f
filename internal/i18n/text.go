package i18n

// A Text is the same words in several languages, keyed by BCP 47 tag. It holds
// what an organisation writes (the names of its purposes and fields); the
// product's own words live in locales and are reached through T.
type Text map[string]string

// In returns the words in locale, else in its base language, else in English,
// else in the alphabetically first language there is; "" for an empty Text.
func (t Text) In(locale string) string {
	if s, ok := t[locale]; ok {
		return s
	}
	for i, r := range locale {
		if r == '-' {
			if s, ok := t[locale[:i]]; ok {
				return s
			}
			break
		}
	}
	if s, ok := t["en"]; ok {
		return s
	}
	first := ""
	for tag := range t {
		if first == "" || tag < first {
			first = tag
		}
	}
	return t[first]
}
