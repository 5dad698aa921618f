package web

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/views/ui"
)

func TestDiff(t *testing.T) {
	same, added, removed := ui.Same, ui.Added, ui.Removed
	for _, test := range []struct {
		name, was, is string
		want          []ui.Edit
	}{
		{"nothing_changed", "We look.", "We look.", []ui.Edit{{Kind: same, Text: "We look."}}},
		{"a_word_more", "We look at it.", "We look hard at it.", []ui.Edit{
			{Kind: same, Text: "We look "}, {Kind: added, Text: "hard "}, {Kind: same, Text: "at it."},
		}},
		{"what_goes_stands_before_what_comes", "once a month", "twice a month", []ui.Edit{
			{Kind: removed, Text: "once "}, {Kind: added, Text: "twice "}, {Kind: same, Text: "a month"},
		}},
		{"Japanese_is_compared_by_character", "月に1回", "月に2回まで", []ui.Edit{
			{Kind: same, Text: "月に"}, {Kind: removed, Text: "1"}, {Kind: added, Text: "2"}, {Kind: same, Text: "回"}, {Kind: added, Text: "まで"},
		}},
		{"all_is_new", "", "now", []ui.Edit{{Kind: added, Text: "now"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(Diff(test.was, test.is), test.want); diff != "" {
				t.Errorf("got other than wanted:\n%s", diff)
			}
		})
	}
}

// What is kept and taken out is the old text, and what is kept and added the
// new one, whatever the two are.
func TestDiff_loses_nothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("ab 月に、\n")), 0, 60, -1)
		was, is := text.Draw(t, "was"), text.Draw(t, "is")
		var before, after strings.Builder
		for _, e := range Diff(was, is) {
			if e.Kind != ui.Added {
				before.WriteString(e.Text)
			}
			if e.Kind != ui.Removed {
				after.WriteString(e.Text)
			}
		}
		if before.String() != was || after.String() != is {
			t.Fatalf("got %q and %q, want %q and %q", before.String(), after.String(), was, is)
		}
	})
	long := strings.Repeat("word ", maxPieces+1)
	if got := Diff(long, long+"more"); len(got) != 2 {
		t.Errorf("got %d edits of what is too long to compare, want the two wholes", len(got))
	}
}
