package workbook

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"livingprofile/internal/errs"
)

// readStrings reads the table of texts that cells refer to by number.
func (b *Book) readStrings(name string) error {
	if b.parts[name] == nil {
		return nil
	}
	f, err := b.parts[name].Open()
	if err != nil {
		return damaged(err)
	}
	defer f.Close() //nolint:errcheck // read only
	limited := &budget{r: f, total: maxStrings}
	limited.next()
	d := xml.NewDecoder(limited)
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		if start, ok := t.(xml.StartElement); ok && start.Name.Local == "si" {
			text, err := readText(d)
			if err != nil {
				return damaged(err)
			}
			if len(b.strings) == b.limits.Texts {
				return errs.New(errs.Invalid, "error.workbook_too_large")
			}
			b.strings = append(b.strings, text)
			limited.next()
		}
	}
}

// readText returns the text of the element that has just begun, without how it
// is to be spoken, and reads to its end.
func readText(d *xml.Decoder) (string, error) {
	var text strings.Builder
	for depth, wanted := 1, false; depth > 0; {
		t, err := d.Token()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if t.Name.Local == "rPh" {
				if err := d.Skip(); err != nil {
					return "", err
				}
				continue
			}
			wanted = t.Name.Local == "t"
			depth++
		case xml.EndElement:
			wanted = false
			depth--
		case xml.CharData:
			if wanted {
				text.Write(t)
			}
		}
	}
	return unescape(text.String()), nil
}

// escape is how a character that XML cannot have is written (ECMA-376-1,
// 22.9.2.19).
var escape = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

func unescape(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return escape.ReplaceAllStringFunc(text, func(s string) string {
		n, err := strconv.ParseUint(s[2:6], 16, 16)
		if err != nil {
			return s
		}
		return string(rune(n))
	})
}

// text returns the text with a number.
func (b *Book) text(number string) (string, error) {
	i, err := strconv.Atoi(number)
	if err != nil || i < 0 || i >= len(b.strings) {
		return "", errs.New(errs.Invalid, "error.workbook_damaged")
	}
	return b.strings[i], nil
}
