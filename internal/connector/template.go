package connector

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// A placeholder is a value in braces, with what is made of it: {email|sha256}.
type placeholder struct {
	name    string
	filters []string
}

var braces = regexp.MustCompile(`\{([a-z]+(?:\|[a-z0-9]+)*)\}`)

func placeholders(text string) []placeholder {
	var all []placeholder
	for _, m := range braces.FindAllStringSubmatch(text, -1) {
		all = append(all, readPlaceholder(m[1]))
	}
	return all
}

func readPlaceholder(s string) placeholder {
	parts := strings.Split(s, "|")
	return placeholder{parts[0], parts[1:]}
}

// filters make a value another one.
var filters = map[string]func(any) any{
	"sha256": func(v any) any {
		sum := sha256.Sum256([]byte(word(v)))
		return hex.EncodeToString(sum[:])
	},
	"lower": func(v any) any { return strings.ToLower(word(v)) },
	"number": func(v any) any {
		if n, err := strconv.ParseInt(word(v), 10, 64); err == nil {
			return n
		}
		return v
	},
}

// vars are the values of placeholders; what has none is not there.
type vars map[string]any

// with returns v and one more.
func (v vars) with(name string, value any) vars {
	next := make(vars, len(v)+1)
	for k, x := range v {
		next[k] = x
	}
	next[name] = value
	return next
}

func (v vars) value(p placeholder) (any, bool) {
	value, ok := v[p.name]
	for _, name := range p.filters {
		if ok && filters[name] != nil {
			value = filters[name](value)
		}
	}
	return value, ok
}

// word returns a value as it stands in text.
func word(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case nil:
		return ""
	case json.Number, bool, int, int64:
		return fmt.Sprint(v)
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// address fills a path; every value is escaped, so that it stays one part of it.
func (v vars) address(text string) string {
	path, query, has := strings.Cut(text, "?")
	path = v.fill(path, url.PathEscape)
	if !has {
		return path
	}
	return path + "?" + escaped(v.fill(query, url.QueryEscape))
}

func plain(s string) string { return s }

func (v vars) fill(text string, escape func(string) string) string {
	return braces.ReplaceAllStringFunc(text, func(m string) string {
		value, _ := v.value(readPlaceholder(m[1 : len(m)-1]))
		return escape(word(value))
	})
}

// body fills a body. A text that is one placeholder becomes its value as it is,
// a number or a list too; a member whose value is not there is left out. The
// members of the value of "+" are put beside the others.
func (v vars) body(t any) (any, bool) {
	switch t := t.(type) {
	case string:
		if m := braces.FindStringSubmatch(t); m != nil && m[0] == t {
			return v.value(readPlaceholder(m[1]))
		}
		return v.fill(t, plain), true
	case map[string]any:
		all := make(map[string]any, len(t))
		for name, part := range t {
			name = v.fill(name, plain)
			value, ok := v.body(part)
			if !ok {
				continue
			}
			if name != "+" {
				all[name] = value
				continue
			}
			if more, is := value.(map[string]any); is {
				for k, x := range more {
					if _, own := t[k]; !own {
						all[k] = x
					}
				}
			}
		}
		return all, true
	case []any:
		all := make([]any, 0, len(t))
		for _, part := range t {
			value, ok := v.body(part)
			if many, is := value.([]string); is { // a list in the place of one of its elements
				for _, one := range many {
					all = append(all, one)
				}
			} else if ok {
				all = append(all, value)
			}
		}
		return all, true
	}
	return t, true
}

// text is all of a request that may have placeholders.
func (r *Request) text() string {
	b, _ := json.Marshal(r.Body)
	text := r.Request + "\n" + string(b)
	for _, h := range r.Headers {
		text += "\n" + h
	}
	return text
}
