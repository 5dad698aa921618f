package organisation

import "slices"

// MaxRank is the highest rank of a system.
const MaxRank = 1000

// maxName bounds a name: it stands in paths and in slots of preferences.
const maxName = 40

// Reserved are the names that no brand may have, since a path of the product
// or of a proxy before it begins with them.
var Reserved = [...]string{
	".well-known", "about", "access", "account", "admin", "api", "apple-touch-icon", "assets",
	"auth", "callback", "console", "cookies", "debug", "demo", "docs", "embed", "erasures",
	"error", "favicon", "health", "healthz", "help", "hooks", "language", "legal", "livez",
	"login", "logout", "mail", "mailbox", "manifest", "metrics", "oauth", "oidc", "one-click",
	"openapi", "opendsr", "pprof", "privacy", "readyz", "receipts", "robots", "saml", "schemas", "scim",
	"security", "sign-in", "sign-out", "sitemap", "staff", "static", "status", "system", "theme",
	"transfers", "transparency", "u", "unsubscribe", "verify", "version", "webhooks", "www",
}

// reservedSystems are the sources of values that are no system.
var reservedSystems = [...]string{"import", "program", "rule", "signal", "staff", "subject"}

// IsReserved tells whether no brand may be called name.
func IsReserved(name string) bool { return slices.Contains(Reserved[:], name) }

// isName tells whether s is a name: lower-case letters, digits and single
// hyphens, a letter first, no hyphen last.
func isName(s string) bool {
	if s == "" || len(s) > maxName || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		case c == '-' && i+1 < len(s) && s[i-1] != '-':
		default:
			return false
		}
	}
	return true
}

// isValue tells whether s can be the value of a choice: as a name, and a digit
// may stand first.
func isValue(s string) bool {
	return s != "" && s[0] != '-' && len(s) < maxName && isName("v"+s)
}
