// Package pdf sets headings, paragraphs and tables as PDF 1.7 (ISO 32000-1), in
// Latin, Greek, Cyrillic, Arabic and Japanese, from right to left where the text
// wants it.
//
// Letters are shaped and fonts cut down to what is used by
// github.com/boxesandglue/textshape; what stands here breaks lines and pages.
// A character that no font has is shown as an empty box. The same document
// gives the same bytes.
package pdf
