package scim

import (
	"slices"
	"strings"
)

// Project returns the part of a user that is asked for (RFC 7644, 3.9). What
// every answer has stays.
func Project(d Document, include, exclude []string) Document {
	if len(include) == 0 && len(exclude) == 0 {
		return d
	}
	out := Document{}
	for name, value := range d {
		always := name == "id" || name == "schemas"
		switch {
		case always:
			out[name] = value
		case len(include) > 0:
			if kept := chosen(name, value, include, true); kept != nil {
				out[name] = kept
			}
		default:
			if kept := chosen(name, value, exclude, false); kept != nil {
				out[name] = kept
			}
		}
	}
	return out
}

// chosen returns what of an attribute is in a list or, if in is false, what is
// not; nil for nothing.
func chosen(name string, value any, list []string, in bool) any {
	whole := func(name string) bool {
		return slices.ContainsFunc(list, func(p string) bool { return strings.EqualFold(bare(p), name) })
	}
	if whole(name) {
		if in {
			return value
		}
		return nil
	}
	separator := "."
	if strings.Contains(name, ":") {
		separator = ":"
	}
	trim := func(d Document) Document {
		kept := Document{}
		for part, inner := range d {
			if whole(name+separator+part) == in {
				kept[part] = inner
			}
		}
		return kept
	}
	switch v := value.(type) {
	case Document:
		if kept := trim(v); len(kept) > 0 {
			return kept
		}
		return nil
	case []any:
		var all []any
		for _, one := range v {
			if d, ok := one.(Document); ok {
				if kept := trim(d); len(kept) > 0 {
					all = append(all, kept)
				}
			} else if !in {
				all = append(all, one)
			}
		}
		if len(all) > 0 {
			return all
		}
		return nil
	}
	if in {
		return nil
	}
	return value
}

// bare is the path of an attribute without the name of the user's schema.
func bare(path string) string {
	path = strings.TrimSpace(path)
	if len(path) > len(CoreSchema) && strings.EqualFold(path[:len(CoreSchema)+1], CoreSchema+":") {
		return path[len(CoreSchema)+1:]
	}
	return path
}
