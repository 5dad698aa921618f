package pull

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Decode reads JSON so that numbers stay what they are; nil for what is none.
func Decode(text []byte) any {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

// Member returns the value of a path; false for none. Members within members are
// named with dots; of a list, [0] is the first and [id=3] the first whose member
// id is 3. The path "." is the value itself.
func Member(v any, path string) (any, bool) {
	if path == "" {
		return nil, false
	}
	if path == "." {
		return v, true
	}
	for step := range strings.SplitSeq(path, ".") {
		name, places, _ := strings.Cut(step, "[")
		if name != "" {
			m, ok := v.(map[string]any)
			if !ok {
				return nil, false
			}
			if v, ok = m[name]; !ok {
				return nil, false
			}
		}
		for place := range strings.SplitSeq(places, "[") {
			if place == "" {
				continue
			}
			var ok bool
			if v, ok = element(v, strings.TrimSuffix(place, "]")); !ok {
				return nil, false
			}
		}
	}
	return v, true
}

// element returns one element of a list, by its place or by a member.
func element(v any, place string) (any, bool) {
	list, ok := v.([]any)
	if m, keyed := v.(map[string]any); keyed { // by their ids
		list, ok = values(m), true
	}
	if !ok {
		return nil, false
	}
	name, want, by := strings.Cut(place, "=")
	if !by {
		n, err := strconv.Atoi(place)
		if err != nil || n < 0 || n >= len(list) {
			return nil, false
		}
		return list[n], true
	}
	for _, one := range list {
		m, _ := one.(map[string]any)
		if text, is := word(m, name); is && text == want {
			return one, true
		}
	}
	return nil, false
}

// values are the members of v in the order of their names.
func values(v map[string]any) []any {
	all := make([]any, 0, len(v))
	for _, name := range slices.Sorted(maps.Keys(v)) {
		all = append(all, v[name])
	}
	return all
}
