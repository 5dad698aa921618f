package rights

import (
	"strings"
	"unicode/utf8"
)

// contactCard is the person's own entry for an address book: vCard 4.0 (RFC
// 6350). It has what counts now; what a field is on it, the organisation
// declares.
func (d *Document) contactCard() []byte {
	parts := map[string]string{}
	for _, s := range d.Given {
		for _, v := range s.Values {
			if v.Counts && v.Card != "" && parts[v.Card] == "" {
				parts[v.Card] = v.Value
			}
		}
	}
	var c vcard
	c.line("BEGIN", "VCARD")
	c.line("VERSION", "4.0")
	given, family := parts["given-name"], parts["family-name"]
	name := strings.TrimSpace(given + " " + family)
	if d.Locale == "ja" {
		name = strings.TrimSpace(family + " " + given)
	}
	c.line("FN", escape(name)) // which may be empty, and must be there (6.2.1)
	if name != "" {
		c.line("N", escape(family)+";"+escape(given)+";;;")
	}
	c.some("EMAIL", parts["email"])
	if phone := parts["phone"]; phone != "" {
		c.line("TEL;VALUE=uri", "tel:"+phone) // E.164 is a global number (RFC 3966)
	}
	if day := strings.ReplaceAll(parts["birthday"], "-", ""); day != "" {
		c.line("BDAY", day)
	}
	c.some("ORG", parts["company"])
	address := []string{"", "", parts["street"], parts["city"], "", parts["postcode"], parts["country"]}
	if strings.Join(address, "") != "" {
		for i := range address {
			address[i] = escape(address[i])
		}
		c.line("ADR", strings.Join(address, ";"))
	}
	c.line("REV", d.MadeAt.UTC().Format("20060102T150405Z"))
	c.line("END", "VCARD")
	return []byte(c.text.String())
}

// A vcard is the text of a card under way.
type vcard struct{ text strings.Builder }

// some writes a property that has a value.
func (c *vcard) some(name, value string) {
	if value != "" {
		c.line(name, escape(value))
	}
}

// longest is how many bytes a line may have (RFC 6350, 3.2).
const longest = 75

// line writes a property, folded between letters.
func (c *vcard) line(name, value string) {
	room := longest
	for _, r := range name + ":" + value {
		if n := utf8.RuneLen(r); n > room {
			c.text.WriteString("\r\n ")
			room = longest - 1 - n
		} else {
			room -= n
		}
		c.text.WriteRune(r)
	}
	c.text.WriteString("\r\n")
}

// escape writes a value so that no part of it is taken for structure (RFC 6350,
// 3.4). Other control characters have no place in a card.
func escape(value string) string {
	value = strings.NewReplacer(`\`, `\\`, ",", `\,`, ";", `\;`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(value)
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == utf8.RuneError || r == 0x7f {
			return -1
		}
		return r
	}, value)
}
