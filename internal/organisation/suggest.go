package organisation

import (
	"slices"
	"strings"
)

// maxKnown is how many names suggest compares and shows at most.
const maxKnown = 200

// suggest says what might have been meant by got: the one name that is nearly
// the same, else all of them.
func suggest(got string, known []string) string {
	if len(known) == 0 {
		return "nothing is declared"
	}
	if len(known) > maxKnown {
		return "see what is declared"
	}
	all := slices.Sorted(slices.Values(known))
	best, nearest := "", 3
	for _, k := range all {
		if d := distance(got, k); d < nearest && d < len(k) {
			best, nearest = k, d
		}
	}
	if best != "" {
		return "is it " + best + "?"
	}
	const most = 30
	if len(all) > most {
		all = append(all[:most:most], "…")
	}
	return "known are " + strings.Join(all, ", ")
}

// distance counts the letters to add, drop or change to make b of a
// (Levenshtein). What is very long is far from everything.
func distance(a, b string) int {
	if len(a) > 2*maxName || len(b) > 2*maxName {
		return len(a) + len(b)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(row[j+1]+1, row[j]+1, corner+cost)
			corner, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
