package mail

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// measure is the longest line of a plain text, in columns (RFC 5322, 2.1.1
// asks for fewer than 78, and replies put marks in front).
const measure = 72

// The characters that may not begin a line and not end one in Japanese
// (JIS X 4051, the part that readers notice).
const (
	noStart = "、。，．・：；？！」』）】〕〉》〟’”ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々％"
	noEnd   = "「『（【〔〈《〝‘“"
)

// wrap breaks s into lines of at most columns: at spaces, and between wide
// characters. A word without a place to break, such as an address, stays whole.
func wrap(s string, columns int) string {
	var lines []string
	line, wide := "", 0
	for _, u := range units(s) {
		w := columnsOf(strings.TrimRight(u, " "))
		if line != "" && wide+w > columns {
			lines = append(lines, strings.TrimRight(line, " "))
			line, wide = "", 0
		}
		line += u
		wide += columnsOf(u)
	}
	return strings.Join(append(lines, strings.TrimRight(line, " ")), "\n")
}

// units cuts s wherever a line may end. Spaces stay with what they follow.
func units(s string) []string {
	var out []string
	var last rune
	from := 0
	for i, r := range s {
		if i > from && mayBreak(last, r) {
			out = append(out, s[from:i])
			from = i
		}
		if !unicode.Is(unicode.Cf, r) {
			last = r
		}
	}
	return append(out, s[from:])
}

func mayBreak(last, next rune) bool {
	switch {
	case next == ' ':
		return false
	case last == ' ':
		return true
	case unicode.In(next, unicode.Cf, unicode.Mn):
		return false
	case strings.ContainsRune(noStart, next), strings.ContainsRune(noEnd, last):
		return false
	}
	return isWide(last) || isWide(next)
}

func isWide(r rune) bool {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return true
	}
	return false
}

// columnsOf counts the columns of a screen with letters of one width.
func columnsOf(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Cf, unicode.Mn):
		case isWide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}
