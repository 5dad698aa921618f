// Package brand says on whose site a person is: the name, the look and the
// languages of the pages, and what is allowed there.
package brand

import (
	"net/url"
	"time"

	"livingprofile/internal/i18n"
)

// A Brand is a face of the organisation with a portal of its own.
type Brand struct {
	Name      string // in paths: "hibiki"
	Label     i18n.Text
	Mark      string    // one or two characters shown as a logo
	Voice     i18n.Text // one sentence on the home page, in the brand's own words
	Accent    string    // colour as #rrggbb; corrected where contrast fails
	Logo      *Logo     `json:",omitempty"` // instead of Mark; nil for none
	Ground    string    `json:",omitempty"` // colour of the page in light, as Accent; "" for the neutral one
	Corners   Corners   `json:",omitempty"`
	Fonts     []string  `json:",omitempty"` // of the person's machine, before the usual ones
	Contact   string    // e-mail address for questions
	Locales   []string  // offered, the first is the default
	Register  bool      // people may make a profile themselves
	LegalName string    // the controller of the brand
	Country   string    // ISO 3166: how phone numbers without prefix are read
	Region    string    `json:",omitempty"` // the part of it with a law of its own (ISO 3166-2), as CA; "" for none
	Zone      string    // IANA name of the zone that times are shown in
	// Origins are the sites whose pages may show the portal in a frame, and
	// read what is said of the brand to everybody: "https://www.example.com".
	Origins []string `json:",omitempty"`
	// Host is the brand's own host name, as "privacy.example.com"; "" for a
	// path on the common one alone.
	Host string `json:",omitempty"`
	// AskEvery is how long it waits after an answer before it asks for another
	// field that it can do without; 0 for a month.
	AskEvery time.Duration `json:",omitempty"`
	Retired  bool
}

// A Logo is a picture in PNG or JPEG.
type Logo struct {
	Type          string // media type
	Width, Height int    // in pixels
	Data          []byte
}

// WidthAt returns how wide the picture is at a height, at least 1 and at most
// most.
func (l *Logo) WidthAt(height, most int) int {
	return min(most, max(1, l.Width*height/l.Height))
}

// Place is whose law applies: the country, or "US-CA" for a part of one.
func (b *Brand) Place() string {
	if b.Region == "" {
		return b.Country
	}
	return b.Country + "-" + b.Region
}

// Site returns the address under which the brand's paths are, where base is the
// common one: scheme and port are the same on every host.
func (b *Brand) Site(base *url.URL) *url.URL {
	if b.Host == "" {
		return base
	}
	own := *base
	own.Host = b.Host
	if port := base.Port(); port != "" {
		own.Host += ":" + port
	}
	return &own
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
