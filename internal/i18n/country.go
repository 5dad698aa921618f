package i18n

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country is the name of an ISO 3166-1 country in a language; the code
// where there is none.
func Country(locale, code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	names := display.Regions(language.Make(locale))
	if names == nil {
		return code
	}
	if name := names.Name(region); name != "" {
		return name
	}
	return code
}
