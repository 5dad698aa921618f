// Package brand says on whose site a person is: the name, the look and the
// languages of the pages, and what is allowed there.
package brand

import "livingprofile/internal/i18n"

// A Brand is a face of the organisation with a portal of its own.
type Brand struct {
	Name      string // in paths: "hibiki"
	Label     i18n.Text
	Mark      string    // one or two characters shown as a logo
	Voice     i18n.Text // one sentence on the home page, in the brand's own words
	Accent    string    // colour as #rrggbb; corrected where contrast fails
	Contact   string    // e-mail address for questions
	Locales   []string  // offered, the first is the default
	Register  bool      // people may make a profile themselves
	LegalName string    // the controller of the brand
	Country   string    // ISO 3166: how phone numbers without prefix are read
	Zone      string    // IANA name of the zone that times are shown in
	// Origins are the sites whose pages may show the portal in a frame, and
	// read what is said of the brand to everybody: "https://www.example.com".
	Origins []string `json:",omitempty"`
	Retired bool
}

// Speaks tells whether the brand offers locale.
func (b *Brand) Speaks(locale string) bool {
	for _, l := range b.Locales {
		if l == locale {
			return true
		}
	}
	return false
}
