package ledger

// A Chapter says which part of what happened to a person is read, of all their
// records.
type Chapter struct {
	From  string   // where the chapter before ended; "" for the newest
	Kinds []string // prefixes of kinds; nil for all
	Limit int
}

// Weave puts the histories of several records together, newest first, up to
// limit entries; more tells that there are others. What happened to one record
// stays in its order.
func Weave(records [][]Happening, limit int) (all []Happening, more bool) {
	next := make([]int, len(records))
	for {
		newest := -1
		for i, r := range records {
			if next[i] < len(r) && (newest < 0 || r[next[i]].At.After(records[newest][next[newest]].At)) {
				newest = i
			}
		}
		switch {
		case newest < 0:
			return all, false
		case len(all) == limit:
			return all, true
		}
		all = append(all, records[newest][next[newest]])
		next[newest]++
	}
}
