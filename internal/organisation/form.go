package organisation

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/language"

	"livingprofile/internal/brand"
)

// localeProblem says what is wrong with tag as a language, or "". A language
// is written in one way only, the canonical one of BCP 47, for it is compared
// by its letters.
func localeProblem(tag string) string {
	parsed, err := language.Parse(tag)
	switch {
	case err != nil || parsed == language.Und || len(tag) > maxName:
		return quoted(tag) + " is no language, as in en, ja or pt-BR (BCP 47)"
	case parsed.String() != tag:
		return "write " + parsed.String() + " for the language " + quoted(tag)
	}
	return ""
}

// markup is what nobody reads as it is meant: words are plain text on every page,
// in every mail and file.
var markup = regexp.MustCompile(`(?i)<[a-z/!]|\]\(`)

// Unfit says why words are nothing to show people: "control" characters, those
// that turn the "direction" of what stands around them (Unicode UAX 9, 2.1 to
// 2.4), or "markup"; "" for words that are fit.
func Unfit(s string) string {
	switch {
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' }):
		return "control"
	case strings.ContainsFunc(s, func(r rune) bool { return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 }):
		return "direction"
	case markup.MatchString(s):
		return "markup"
	}
	return ""
}

var unfit = map[string]string{
	"control":   "has a control character",
	"direction": "has a character that turns the direction of writing",
	"markup":    "has markup, which would be shown as it is; write plain words",
}

// isColour tells whether s is #rrggbb in lower case.
func isColour(s string) bool {
	return len(s) == 7 && s[0] == '#' && strings.Trim(s[1:], "0123456789abcdef") == ""
}

// isCountry tells whether s is a country of ISO 3166-1 in two capitals. What is
// another name of one (UK) or was one (DD) is refused.
func isCountry(s string) bool {
	region, err := language.ParseRegion(s)
	return err == nil && len(s) == 2 && region.IsCountry() && region.Canonicalize().String() == s
}

// partOfCountry is what ISO 3166-2 has behind the country.
var partOfCountry = regexp.MustCompile(`^[A-Z0-9]{1,3}$`)

// isZone tells whether s is the IANA name of a time zone. "Local" is none: it
// would depend on the machine.
func isZone(s string) bool {
	if s == "" || s == "Local" {
		return false
	}
	_, err := time.LoadLocation(s)
	return err == nil
}

// isPage tells whether s is the address of a page that a link may lead to.
func isPage(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// originProblem says what is wrong with s as the origin of a site, or "". An
// origin is written as browsers send it, for it is compared by its letters.
func originProblem(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return quoted(s) + " is no origin, as in https://www.example.com"
	}
	plain := u.Scheme + "://" + strings.ToLower(u.Host)
	standard := u.Scheme == "https" && u.Port() == "443" || u.Scheme == "http" && u.Port() == "80"
	switch {
	case u.Scheme == "http" && !onThisMachine(u.Hostname()):
		return quoted(s) + " should be https: anybody on the way could put a page of theirs around the portal"
	case u.Scheme != "https" && u.Scheme != "http", !isHost(u.Hostname()) && !onThisMachine(u.Hostname()):
		return quoted(s) + " is no origin, as in https://www.example.com"
	case standard:
		return "write " + strings.TrimSuffix(plain, ":"+u.Port()) + " for " + quoted(s)
	case s != plain:
		return "write " + plain + " for " + quoted(s)
	}
	return ""
}

// onThisMachine tells whether a name means this machine everywhere (RFC 6761,
// 6.3).
func onThisMachine(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || strings.HasSuffix(host, ".localhost")
}

// isHost tells whether s is the name of a host with a domain, as in
// privacy.example.com; what is not ASCII is written in its ASCII form.
func isHost(s string) bool {
	const most = 253 // RFC 1035
	labels := strings.Split(strings.ToLower(s), ".")
	if len(s) > most || len(labels) < 2 {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.Trim(l, "-") != l || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}

// isFont tells whether s can be the name of a font in a stylesheet.
func isFont(s string) bool {
	return s != "" && len(s) <= maxName && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != ' ' && r != '-'
	})
}

// Presentable returns b without those parts of its look that a declaration
// would be refused for.
func Presentable(b brand.Brand) brand.Brand {
	if !isColour(b.Accent) {
		b.Accent = ""
	}
	if !isColour(b.Ground) {
		b.Ground = ""
	}
	if !slices.Contains(brand.AllCorners[:], b.Corners) {
		b.Corners = ""
	}
	var fonts []string
	for _, name := range b.Fonts {
		if isFont(name) {
			fonts = append(fonts, name)
		}
	}
	b.Fonts = fonts
	return b
}
