package pdf

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// wrap breaks text into lines of at most width, in parts of the size. Breaks of
// the text itself stay.
func (s *setter) wrap(text string, width float64) []string {
	var lines []string
	for part := range strings.SplitSeq(text, "\n") {
		// Most fit, and are set as they stand: a call costs more than a word.
		if whole := strings.TrimRight(part, " "); s.fits(whole, width) {
			lines = append(lines, whole)
			continue
		}
		line, used := "", 0.0
		for _, p := range pieces(part) {
			word := strings.TrimRight(p, " ")
			_, bare := s.line(word)
			_, spaces := s.line(p[len(word):])
			wide := bare + spaces
			if line != "" && used+bare > width {
				lines, line, used = append(lines, strings.TrimRight(line, " ")), "", 0
			}
			for bare > width && utf8.RuneCountInString(p) > 1 {
				head := s.fitting(p, width)
				lines, p = append(lines, head), p[len(head):]
				_, wide = s.line(p)
				bare = wide
			}
			line, used = line+p, used+wide
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

func (s *setter) fits(text string, width float64) bool {
	_, wide := s.line(text)
	return wide <= width
}

// fitting is how much of the start of a word fits: at least one character.
func (s *setter) fitting(word string, width float64) string {
	end, used := 0, 0.0
	for i, r := range word {
		_, wide := s.line(string(r))
		if used += wide; used > width && i > 0 {
			break
		}
		end = i + utf8.RuneLen(r)
	}
	return word[:end]
}

// What must not begin a line, and what must not end one (JIS X 4051).
const (
	neverFirst = "、。，．・：；？！」』）】］〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.!?)"
	neverLast  = "「『（【［〈《("
)

// pieces cuts text where a line may end: after a space, and between ideographs
// and kana.
func pieces(text string) []string {
	var all []string
	start := 0
	var before rune
	for i, r := range text {
		open := before == ' ' && r != ' ' || wide(before) || wide(r)
		if i > 0 && open && !strings.ContainsRune(neverFirst+" ", r) && !strings.ContainsRune(neverLast, before) {
			all, start = append(all, text[start:i]), i
		}
		before = r
	}
	return append(all, text[start:])
}

func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || strings.ContainsRune(neverFirst[:len(neverFirst)-4], r)
}
