package intake

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/transform"
)

// The character sets that are recognised, by the names of the WHATWG Encoding
// Standard. Its others can be named.
const (
	utf8Set  = "utf-8"
	utf16LE  = "utf-16le"
	utf16BE  = "utf-16be"
	shiftJIS = "shift_jis"
	western  = "windows-1252"
)

// charsetOf returns a character set by one of the names that the WHATWG
// Encoding Standard has for it, and the name that counts.
func charsetOf(label string) (encoding.Encoding, string, error) {
	e, err := htmlindex.Get(label)
	if err != nil {
		return nil, "", errors.New("is not the name of a character set")
	}
	name, err := htmlindex.Name(e)
	if err != nil || name == "replacement" || name == "x-user-defined" {
		return nil, "", errors.New("is not a character set of files")
	}
	return e, name, nil
}

// byteOrderMark returns the character set that a file says it is in, and the
// length of the mark.
func byteOrderMark(head []byte) (charset string, n int) {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return utf8Set, 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return utf16LE, 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return utf16BE, 2
	}
	return "", 0
}

// recognise returns the character set of a file that does not say it, by its
// beginning; "" when it may be more than one, or none of ours. A wrong guess
// would spoil names and nobody would see it, so doubt is no answer.
func recognise(head []byte) string {
	if charset := recognise16(head); charset != "" {
		return charset
	}
	if _, ok := mostly(head); ok {
		return utf8Set
	}
	switch japanese, latin := looksShiftJIS(head), looksWestern(head); {
	case japanese && !latin:
		return shiftJIS
	case latin && !japanese:
		return western
	}
	return ""
}

// recognise16 knows UTF-16 by the zeros in what is ASCII: each second byte.
func recognise16(head []byte) string {
	var zeros [2]int
	head = head[:min(len(head), 4<<10)]
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch few, many := len(head)/64, max(2, len(head)/8); {
	case zeros[1] >= many && zeros[0] <= few:
		return utf16LE
	case zeros[0] >= many && zeros[1] <= few:
		return utf16BE
	}
	return ""
}

// mostly tells whether the beginning of a text is UTF-8: its first line, and
// the better part of what is not ASCII. Single bad rows are for later. line is
// where it first is not.
func mostly(head []byte) (line int, ok bool) {
	at, good, bad := 1, 0, 0
	for len(head) > 0 && utf8.FullRune(head) {
		r, n := utf8.DecodeRune(head)
		switch {
		case r == utf8.RuneError && n == 1 || r == 0 && at == 1:
			if bad++; bad == 1 {
				line = at
			}
		case n > 1:
			good++
		case r == '\n':
			at++
		}
		head = head[n:]
	}
	return line, line != 1 && bad <= good
}

// looksShiftJIS tells whether all of a text can be read as Shift_JIS and most
// of it is what Japanese is written with: characters of two bytes, seldom
// alone, which mostly begin below A0 (in Western text, dashes and quotation
// marks).
func looksShiftJIS(head []byte) bool {
	e, _, err := charsetOf(shiftJIS)
	if err != nil {
		return false
	}
	text, _, err := transform.Bytes(transform.Chain(e.NewDecoder(), marker{}), whole(head))
	if err != nil || !utf8.Valid(text) {
		return false
	}
	usual, others, together, last := 0, 0, 0, -2
	for i := 0; i < len(head); i++ {
		b := head[i]
		switch {
		case b < 0x80:
			continue
		case b < 0xa0:
			usual++
		default:
			others++
		}
		if i == last+1 {
			together++
		}
		if b < 0xa0 || b >= 0xe0 {
			i++ // half-width kana have one byte
		}
		last = i
	}
	return usual > others && together > 0
}

// looksWestern tells whether a text is like one of western Europe: single
// letters with an accent between others. Languages with letters of their own
// have more than two of them in a row.
func looksWestern(head []byte) bool {
	letters, rare, marks, row := 0, 0, 0, 0
	for _, b := range head {
		if b < 0x80 {
			row = 0
			continue
		}
		if row++; row > 2 {
			return false
		}
		switch {
		case b == 0x81, b == 0x8d, b == 0x8f, b == 0x90, b == 0x9d:
			return false // no character has them
		case b >= 0xc0 && b != 0xd7 && b != 0xf7:
			letters++
		case b == 0x8a, b == 0x8c, b == 0x8e, b == 0x9a, b == 0x9c, b == 0x9e, b == 0x9f:
			rare++
		default:
			marks++
		}
	}
	return letters > 2*rare && letters > 2*marks
}

// whole returns text up to its last whole line, for the end of what was peeked
// at may be half a character.
func whole(text []byte) []byte {
	if i := bytes.LastIndexByte(text, '\n'); i >= 0 {
		return text[:i+1]
	}
	return text
}

// A marker comes behind a decoder: where bytes stood that are no character of
// the set, it leaves a byte that is not UTF-8, so that the row is refused for
// it. Decoders write the replacement character there; those of Windows sets a
// control character that nobody types.
type marker struct{ transform.NopResetter }

// noCharacter is the byte.
const noCharacter = 0xff

// Transform implements transform.Transformer.
func (marker) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if !atEOF && !utf8.FullRune(src[nSrc:]) {
			return nDst, nSrc, transform.ErrShortSrc
		}
		r, n := utf8.DecodeRune(src[nSrc:])
		if len(dst)-nDst < n {
			return nDst, nSrc, transform.ErrShortDst
		}
		if r == utf8.RuneError || r >= 0x80 && r < 0xa0 {
			dst[nDst] = noCharacter
			nDst++
		} else {
			nDst += copy(dst[nDst:], src[nSrc:nSrc+n])
		}
		nSrc += n
	}
	return nDst, nSrc, nil
}
