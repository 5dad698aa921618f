package web

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"livingprofile/views/ui"
)

// Diff tells how a text differs from what it was.
func Diff(was, is string) []ui.Edit { return edits(pieces(was), pieces(is)) }

// maxPieces bounds the work of a comparison, which grows with the product of
// both lengths. Words beyond it are compared as wholes.
const maxPieces = 1200

// edits returns the steps from was to is by a longest common subsequence, with
// neighbours of one kind joined. What is taken out stands before what takes its
// place.
func edits(was, is []string) []ui.Edit {
	var list []ui.Edit
	add := func(kind ui.EditKind, text string) {
		if n := len(list); n > 0 && list[n-1].Kind == kind {
			list[n-1].Text += text
			return
		}
		list = append(list, ui.Edit{Kind: kind, Text: text})
	}
	if len(was) > maxPieces || len(is) > maxPieces {
		was, is = []string{strings.Join(was, "")}, []string{strings.Join(is, "")}
	}
	common := lengths(was, is)
	i, j := 0, 0
	for i < len(was) || j < len(is) {
		switch {
		case i < len(was) && j < len(is) && was[i] == is[j]:
			add(ui.Same, is[j])
			i, j = i+1, j+1
		case i < len(was) && (j == len(is) || common[i+1][j] >= common[i][j+1]):
			add(ui.Removed, was[i])
			i++
		default:
			add(ui.Added, is[j])
			j++
		}
	}
	return list
}

// lengths[i][j] is the length of the longest common subsequence of a[i:] and
// b[j:].
func lengths(a, b []string) [][]int16 {
	table := make([][]int16, len(a)+1)
	cells := make([]int16, (len(a)+1)*(len(b)+1))
	for i := range table {
		table[i], cells = cells[:len(b)+1], cells[len(b)+1:]
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	return table
}

// pieces cuts a text where people see it cut: at spaces, with the space kept
// on the word before it, and between characters that are written without
// spaces.
func pieces(text string) []string {
	var list []string
	start := 0
	for i, r := range text {
		switch {
		case i == start:
		case unicode.IsSpace(r):
			continue
		case spaceless(r), endsPiece(text[start:i]):
			list = append(list, text[start:i])
			start = i
		}
	}
	if start < len(text) {
		list = append(list, text[start:])
	}
	return list
}

// endsPiece tells whether what follows piece begins another.
func endsPiece(piece string) bool {
	last, _ := utf8.DecodeLastRuneInString(piece)
	return unicode.IsSpace(last) || spaceless(last)
}

// spaceless tells whether r belongs to a script, or is a mark, that is written
// without spaces between words.
func spaceless(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) ||
		r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff65
}
