package intake

import "livingprofile/internal/identity"

// A tie is a piece of evidence that items have in common.
type tie struct {
	evidence Evidence
	mark     mark
	name     string
}

// ties returns the evidence that item has in common with others of the same
// record.
func ties(item *Item) []tie {
	all := make([]tie, 0, len(item.Identifiers))
	for _, m := range numbersOf(item) {
		all = append(all, tie{ByNumber, m, ""})
	}
	if address, ok := recordOf(item); ok {
		all = append(all, tie{ByRecord, address, nameOf(item)})
	}
	return all
}

// nearTies returns the evidence on which the record of item is joined with
// others.
func nearTies(item *Item) []tie {
	var all []tie
	name := nameOf(item)
	for i := range item.Identifiers {
		ident := &item.Identifiers[i]
		if own(ident.Kind) {
			continue
		}
		if ident.Verified() {
			all = append(all, tie{ByProof, markOf(ident), ""})
		}
		if ident.Kind == identity.Email && name != "" {
			all = append(all, tie{ByName, markOf(ident), name})
		}
	}
	return all
}

// groups puts the places of items together that are tied, directly or through
// others. Groups and their members are in the order of items.
func groups(items []Item) [][]int {
	parent := make([]int, len(items))
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	first := map[tie]int{}
	for i := range items {
		parent[i] = i
		for _, t := range ties(&items[i]) {
			j, ok := first[t]
			if !ok {
				first[t] = i
				continue
			}
			// The smaller root stays, so that groups come in order.
			a, b := root(i), root(j)
			parent[max(a, b)] = min(a, b)
		}
	}
	var all [][]int
	at := map[int]int{}
	for i := range items {
		r := root(i)
		if _, ok := at[r]; !ok {
			at[r] = len(all)
			all = append(all, nil)
		}
		all[at[r]] = append(all[at[r]], i)
	}
	return all
}
