package scim

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	filter "github.com/scim2/filter-parser/v2"

	"livingprofile/internal/errs"
)

// The bounds of a filter. Without them a short text could cost a long time.
const (
	MaxFilter = 2 << 10 // bytes
	maxDepth  = 16
	maxTerms  = 32
)

// A Filter says which users are meant (RFC 7644, 3.4.2.2). The zero Filter
// means all.
type Filter struct {
	form *Form
	e    filter.Expression
}

// Filter reads a filter. What is too long, too deep, or names an attribute that
// is not there, is refused.
func (f *Form) Filter(text string) (Filter, error) {
	if strings.TrimSpace(text) == "" {
		return Filter{}, nil
	}
	bad := Refuse(errs.Invalid, InvalidFilter, "error.scim_filter")
	if len(text) > MaxFilter || strings.Count(text, "(")+strings.Count(text, "[") > maxDepth {
		return Filter{}, bad
	}
	e, err := filter.ParseFilter([]byte(text))
	if err != nil {
		return Filter{}, bad
	}
	terms := 0
	if !f.sound(e, nil, &terms) {
		return Filter{}, bad
	}
	return Filter{f, e}, nil
}

// sound tells whether the attributes of e are there and can be compared so.
// within is the attribute whose parts are meant, nil for those of a user.
func (f *Form) sound(e filter.Expression, within *Attribute, terms *int) bool {
	if *terms++; *terms > maxTerms {
		return false
	}
	switch e := e.(type) {
	case *filter.LogicalExpression:
		return f.sound(e.Left, within, terms) && f.sound(e.Right, within, terms)
	case *filter.NotExpression:
		return f.sound(e.Expression, within, terms)
	case *filter.ValuePath:
		t, ok := f.target(e.AttributePath)
		return within == nil && ok && t.part == nil && t.attribute.Multi && f.sound(e.ValueFilter, t.attribute, terms)
	case *filter.AttributeExpression:
		a := f.leaf(e.AttributePath, within)
		if a == nil {
			return false
		}
		switch strings.ToLower(string(e.Operator)) {
		case "co", "sw", "ew":
			return a.Type == String
		case "gt", "ge", "lt", "le":
			return a.Type == String || a.Type == Moment
		}
		return true
	}
	return false
}

// leaf returns the attribute that a path compares, nil for none.
func (f *Form) leaf(p filter.AttributePath, within *Attribute) *Attribute {
	if within != nil {
		if p.URIPrefix != nil || p.SubAttribute != nil {
			return nil
		}
		return find(within.Sub, p.AttributeName)
	}
	t, ok := f.target(p)
	switch {
	case !ok || t.attribute == nil:
		return nil
	case t.part != nil:
		return t.part
	case t.attribute.Type == Complex && t.attribute.Multi:
		if t.attribute.Idle {
			return t.attribute // nothing stands there
		}
		return find(t.attribute.Sub, "value") // as in emails eq "…"
	}
	return t.attribute
}

// All tells whether the filter leaves nobody out.
func (f Filter) All() bool { return f.e == nil }

// Match tells whether a user is meant.
func (f Filter) Match(d Document) bool { return f.e == nil || f.form.match(f.e, d, nil) }

// match evaluates e on a user, or on one value of within.
func (f *Form) match(e filter.Expression, d Document, within *Attribute) bool {
	switch e := e.(type) {
	case *filter.LogicalExpression:
		if e.Operator == filter.OR {
			return f.match(e.Left, d, within) || f.match(e.Right, d, within)
		}
		return f.match(e.Left, d, within) && f.match(e.Right, d, within)
	case *filter.NotExpression:
		return !f.match(e.Expression, d, within)
	case *filter.ValuePath:
		t, _ := f.target(e.AttributePath)
		list, _ := t.holder(d)[t.attribute.Name].([]any)
		for _, one := range list {
			if inner, ok := one.(Document); ok && f.match(e.ValueFilter, inner, t.attribute) {
				return true
			}
		}
		return false
	case *filter.AttributeExpression:
		a := f.leaf(e.AttributePath, within)
		var all []any
		if within != nil {
			all = flat(d[a.Name])
		} else {
			t, _ := f.target(e.AttributePath)
			for _, one := range flat(t.holder(d)[t.attribute.Name]) {
				if inner, ok := one.(Document); ok && a != t.attribute {
					one = inner[a.Name]
				}
				all = append(all, flat(one)...)
			}
		}
		return compares(a, strings.ToLower(string(e.Operator)), all, e.CompareValue)
	}
	return false
}

// flat returns the values of an attribute, each alone.
func flat(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

// compares tells whether one of all stands so to want. Of an attribute without
// a value nothing is true but that it is not equal to something (RFC 7644,
// 3.4.2.2).
func compares(a *Attribute, operator string, all []any, want any) bool {
	switch operator {
	case "pr":
		return len(all) > 0
	case "ne":
		return !compares(a, "eq", all, want)
	case "eq":
		if want == nil {
			return len(all) == 0
		}
	}
	for _, one := range all {
		if stands(a, operator, one, want) {
			return true
		}
	}
	return false
}

// stands compares one value.
func stands(a *Attribute, operator string, one, want any) bool {
	if b, ok := one.(bool); ok {
		return operator == "eq" && b == want
	}
	has, wanted := fmt.Sprint(one), unescaped(fmt.Sprint(want))
	if _, ok := want.(string); !ok {
		return false
	}
	if a.Type == Moment {
		at, bad := time.Parse(time.RFC3339, has)
		than, worse := time.Parse(time.RFC3339, wanted)
		return bad == nil && worse == nil && ordered(operator, at.Compare(than))
	}
	if !a.Exact {
		has, wanted = strings.ToLower(has), strings.ToLower(wanted)
	}
	switch operator {
	case "co":
		return strings.Contains(has, wanted)
	case "sw":
		return strings.HasPrefix(has, wanted)
	case "ew":
		return strings.HasSuffix(has, wanted)
	}
	return ordered(operator, strings.Compare(has, wanted))
}

func ordered(operator string, n int) bool {
	switch operator {
	case "eq":
		return n == 0
	case "gt":
		return n > 0
	case "ge":
		return n >= 0
	case "lt":
		return n < 0
	case "le":
		return n <= 0
	}
	return false
}

// unescaped is a text as JSON writes it, read: the parser leaves it as it was.
func unescaped(text string) string {
	var plain string
	if json.Unmarshal([]byte(`"`+text+`"`), &plain) == nil {
		return plain
	}
	return text
}

// Names tells whether the filter compares something that may name a person.
// Such a filter does not belong in an address (RFC 7644, 7.5.2).
func (f Filter) Names() bool { return f.e != nil && names(f.e) }

func names(e filter.Expression) bool {
	switch e := e.(type) {
	case *filter.LogicalExpression:
		return names(e.Left) || names(e.Right)
	case *filter.NotExpression:
		return names(e.Expression)
	case *filter.AttributeExpression:
		switch strings.ToLower(e.AttributePath.AttributeName) {
		case "id", "active", "meta":
			return false
		}
		return e.Operator != filter.PR
	}
	return true
}

// A Lookup is an attribute by which people are found without looking through
// all.
type Lookup struct {
	By   string // id, userName, externalId, emails or phoneNumbers
	Text string
}

// Lookup returns what everybody whom the filter means has in common; false when
// all have to be looked through.
func (f Filter) Lookup() (Lookup, bool) {
	if f.e == nil {
		return Lookup{}, false
	}
	return f.form.lookup(f.e)
}

func (f *Form) lookup(e filter.Expression) (Lookup, bool) {
	switch e := e.(type) {
	case *filter.LogicalExpression:
		if e.Operator == filter.OR {
			return Lookup{}, false
		}
		if l, ok := f.lookup(e.Left); ok {
			return l, true
		}
		return f.lookup(e.Right)
	case *filter.AttributeExpression:
		text, is := e.CompareValue.(string)
		t, ok := f.target(e.AttributePath)
		if !is || !ok || strings.ToLower(string(e.Operator)) != "eq" || t.extension != "" || t.attribute == nil {
			return Lookup{}, false
		}
		value := t.part == nil || t.part.Name == "value"
		switch t.attribute.Name {
		case "id", "userName", "externalId", "emails", "phoneNumbers":
			return Lookup{t.attribute.Name, unescaped(text)}, value
		}
	}
	return Lookup{}, false
}
