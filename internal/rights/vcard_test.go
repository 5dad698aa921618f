package rights

import (
	"strings"
	"testing"
	"time"
)

func TestContactCard(t *testing.T) {
	long := strings.Repeat("長", 60)
	d := &Document{Locale: "ja", MadeAt: time.Date(2026, 3, 12, 10, 2, 0, 0, time.UTC), Given: []Section{{Values: []Value{
		{Card: "given-name", Value: "愛子", Counts: true},
		{Card: "given-name", Value: "Aiko"},
		{Card: "family-name", Value: "田中", Counts: true},
		{Card: "email", Value: "aiko@example.jp", Counts: true},
		{Card: "phone", Value: "+819012345678", Counts: true},
		{Card: "birthday", Value: "1990-02-28", Counts: true},
		{Card: "company", Value: "A, B; C\\D\r\nEND:VCARD\x00", Counts: true},
		{Card: "street", Value: long, Counts: true},
		{Card: "country", Value: "JP", Counts: true},
		{Value: "on no card", Counts: true},
	}}}}
	text := string(d.contactCard())
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n\x00") {
			t.Errorf("got a line of %d bytes: %q", len(line), line)
		}
	}
	got := strings.ReplaceAll(strings.ReplaceAll(text, "\r\n ", ""), "\r\n", "\n")
	want := `BEGIN:VCARD
VERSION:4.0
FN:田中 愛子
N:田中;愛子;;;
EMAIL:aiko@example.jp
TEL;VALUE=uri:tel:+819012345678
BDAY:19900228
ORG:A\, B\; C\\D\nEND:VCARD
ADR:;;` + long + `;;;;JP
REV:20260312T100200Z
END:VCARD
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
