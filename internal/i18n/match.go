package i18n

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// maxAcceptLanguage bounds what is read of a header that anybody can send.
const maxAcceptLanguage = 500

// Match returns the one of offered that acceptLanguage (RFC 9110, 12.5.4)
// likes best, by lookup (RFC 4647, 3.4): ja-JP finds ja. Where nothing matches,
// or nothing can be read, it is the first offered, and English when nothing is
// offered.
func (b *Bundle) Match(acceptLanguage string, offered []string) string {
	if len(offered) == 0 {
		return Source
	}
	for _, want := range preferences(acceptLanguage) {
		for t := want; t != language.Und; t = t.Parent() {
			if i := slices.Index(offered, t.String()); i >= 0 {
				return offered[i]
			}
		}
		for _, o := range offered {
			if sameBase(want, o) {
				return o
			}
		}
	}
	return offered[0]
}

// preferences returns the languages of the header, the dearest first. What is
// broken off by the bound is left out.
func preferences(header string) []language.Tag {
	if len(header) > maxAcceptLanguage {
		header = header[:maxAcceptLanguage]
		header = header[:strings.LastIndexByte(header, ',')+1]
	}
	tags, _, err := language.ParseAcceptLanguage(strings.TrimRight(header, ", "))
	if err != nil {
		return nil
	}
	return tags
}

func sameBase(want language.Tag, offered string) bool {
	o, err := language.Parse(offered)
	if err != nil || want == language.Und {
		return false
	}
	wantBase, _ := want.Base()
	base, _ := o.Base()
	// Chinese in the other script is another written language to its reader.
	wantScript, _ := want.Script()
	script, _ := o.Script()
	return wantBase == base && wantScript == script
}
