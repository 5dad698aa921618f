// Package scan reads JSON that this product has written itself, fast: the
// states of people, which every page and every decision opens. It takes the
// compact form that encoding/json writes and no other. At anything else it
// fails, and the caller reads the text with encoding/json; so it never has to
// be clever, and an older or newer form is still read. AppendText writes what
// states are mostly made of.
//
// What a schema allows, and what a key that comes twice means, is left to the
// caller.
package scan

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Scanner reads one JSON text from its beginning to its end. Values are parts
// of the text, so that a state of forty fields costs one string. After a
// failure its methods return zero values and call nobody.
type Scanner struct {
	text   string
	at     int
	failed bool
}

// New returns a Scanner at the beginning of text.
func New(text string) *Scanner { return &Scanner{text: text} }

// Done tells whether the whole text was read, and nothing failed.
func (s *Scanner) Done() bool { return !s.failed && s.at == len(s.text) }

// Fail gives up: what comes is valid, and not what the caller reads.
func (s *Scanner) Fail() { s.failed = true }

// Object reads an object; member is called behind each key and reads its value.
func (s *Scanner) Object(member func(key string)) {
	s.expect('{')
	for first := true; !s.next('}') && !s.failed; first = false {
		if !first {
			s.expect(',')
		}
		key := s.Text()
		s.expect(':')
		if !s.failed {
			member(key)
		}
	}
}

// Array reads an array; item is called before each item and reads it.
func (s *Scanner) Array(item func()) {
	s.expect('[')
	for first := true; !s.next(']') && !s.failed; first = false {
		if !first {
			s.expect(',')
		}
		if !s.failed {
			item()
		}
	}
}

// True reads the word true, which is the only one written.
func (s *Scanner) True() bool {
	const word = "true"
	if s.failed || !strings.HasPrefix(s.text[s.at:], word) {
		s.failed = true
		return false
	}
	s.at += len(word)
	return true
}

// Text reads a string.
func (s *Scanner) Text() string {
	start := s.at
	s.expect('"')
	if !s.failed {
		s.at += plain(s.text[s.at:])
	}
	for !s.failed && s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			return s.text[start+1 : s.at-1]
		case c == '\\':
			return s.escaped(start)
		case c < ' ' || c >= utf8.RuneSelf && !s.rune():
			s.failed = true
		case c < utf8.RuneSelf:
			s.at++
		}
	}
	s.failed = true
	return ""
}

// plain returns how many bytes at the beginning of text are ASCII that stands
// in a string as it is.
func plain(text string) int {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return i
		}
	}
	return len(text)
}

// Int reads a whole number.
func (s *Scanner) Int() int64 {
	if s.failed {
		return 0
	}
	start := s.at
	s.next('-')
	for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
		s.at++
	}
	digits := s.text[start:s.at]
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || padded(digits) {
		s.failed = true
		return 0
	}
	return n
}

// padded tells whether a number is written as JSON does not write it: with
// zeros in front, or as minus zero.
func padded(digits string) bool {
	digits, minus := strings.CutPrefix(digits, "-")
	return digits[0] == '0' && (len(digits) > 1 || minus)
}

// next tells whether c comes next, and then reads it.
func (s *Scanner) next(c byte) bool {
	if s.at < len(s.text) && s.text[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *Scanner) expect(c byte) {
	if !s.next(c) {
		s.failed = true
	}
}

// rune skips a character of several bytes.
func (s *Scanner) rune() bool {
	c, n := utf8.DecodeRuneInString(s.text[s.at:])
	s.at += n
	return c != utf8.RuneError
}

// escaped reads a string that begins at start and has an escape.
func (s *Scanner) escaped(start int) string {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case '\\':
			s.at += 2
		case '"':
			s.at++
			var text string
			if json.Unmarshal([]byte(s.text[start:s.at]), &text) != nil {
				s.failed = true
			}
			return text
		default:
			s.at++
		}
	}
	s.failed = true
	return ""
}
