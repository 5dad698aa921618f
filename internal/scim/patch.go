package scim

import (
	"maps"
	"slices"
	"strings"

	filter "github.com/scim2/filter-parser/v2"
)

// An Operation is one step of a PATCH (RFC 7644, 3.5.2).
type Operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// MaxOperations is how many steps one PATCH may have.
const MaxOperations = 100

// Patch returns d after operations, all of them or, with an error, none: d is
// not changed.
func (f *Form) Patch(d Document, operations []Operation) (Document, error) {
	if len(operations) == 0 || len(operations) > MaxOperations {
		return nil, wrong(InvalidSyntax, "error.scim_operations", "Operations")
	}
	d = Clone(d)
	for _, o := range operations {
		o.Op = strings.ToLower(o.Op) // as RFC 7644 has it, and as some clients do not
		if err := f.apply(d, o); err != nil {
			return nil, err
		}
	}
	return d, f.whole(d)
}

func (f *Form) apply(d Document, o Operation) error {
	switch o.Op {
	case "add", "replace", "remove":
	default:
		return wrong(InvalidSyntax, "error.scim_operation", "op")
	}
	if o.Path != "" {
		t, err := f.path(o.Path)
		if err != nil {
			return err
		}
		return t.apply(d, o)
	}
	all, ok := o.Value.(Document)
	switch {
	case o.Op == "remove":
		return wrong(NoTarget, "error.scim_no_target", "path")
	case !ok:
		return wrong(InvalidValue, "error.scim_wrong_type", "value")
	}
	// Names may be paths, as some clients send them.
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if strings.EqualFold(name, "schemas") {
			continue
		}
		if err := f.apply(d, Operation{Op: o.Op, Path: name, Value: all[name]}); err != nil {
			return err
		}
	}
	return nil
}

// A target is where a path leads.
type target struct {
	form      *Form
	extension string     // name of the schema that it is in; "" for the user's
	attribute *Attribute // nil for a whole extension
	part      *Attribute // of a complex attribute; nil for all of it
	chosen    filter.Expression
	path      string
}

// target finds what a path without a filter leads to.
func (f *Form) target(p filter.AttributePath) (target, bool) {
	t := target{form: f, path: p.String()}
	s, name := &f.Schemas[0], p.AttributeName
	if p.URIPrefix != nil {
		prefix := strings.TrimSuffix(*p.URIPrefix, ":")
		if whole := f.schema(prefix + ":" + name); whole != nil && p.SubAttribute == nil && whole.URN != CoreSchema {
			t.extension = whole.URN
			return t, true
		}
		if s = f.schema(prefix); s == nil {
			return t, false
		}
	}
	if s.URN != CoreSchema {
		t.extension = s.URN
	}
	if t.attribute = find(s.Attributes, name); t.attribute == nil {
		return t, false
	}
	if p.SubAttribute != nil {
		// What is idle has parts that nobody lists here.
		if t.part = find(t.attribute.Sub, *p.SubAttribute); t.part == nil && !t.attribute.Idle {
			return t, false
		}
	}
	return t, true
}

// path reads the path of an operation.
func (f *Form) path(text string) (target, error) {
	if len(text) > MaxFilter || strings.Count(text, "(")+strings.Count(text, "[") > maxDepth {
		return target{}, unknown("path")
	}
	p, err := filter.ParsePath([]byte(text))
	if err != nil {
		return target{}, unknown("path")
	}
	t, ok := f.target(p.AttributePath)
	if !ok {
		return target{}, unknown(text)
	}
	if t.path = text; p.ValueExpression == nil {
		return t, nil
	}
	terms := 0
	if t.attribute == nil || !t.attribute.Multi || t.part != nil || !t.attribute.Idle && !f.sound(p.ValueExpression, t.attribute, &terms) {
		return target{}, unknown(text)
	}
	if t.chosen = p.ValueExpression; p.SubAttribute != nil && !t.attribute.Idle {
		if t.part = find(t.attribute.Sub, *p.SubAttribute); t.part == nil {
			return target{}, unknown(text)
		}
	}
	return t, nil
}

// holder is the object that the attribute is a member of; nil when it is not
// there.
func (t *target) holder(d Document) Document {
	if t.extension == "" {
		return d
	}
	inner, _ := d[t.extension].(Document)
	return inner
}

// apply carries out one operation.
func (t *target) apply(d Document, o Operation) error {
	if t.extension == EnterpriseSchema || t.attribute != nil && t.attribute.Idle || t.part != nil && t.part.Idle {
		return nil // known, and kept nowhere
	}
	if t.attribute == nil {
		return t.whole(d, o)
	}
	if t.attribute.ReadOnly || t.part != nil && t.part.ReadOnly {
		return wrong(Mutability, "error.scim_read_only", t.path)
	}
	in := d
	if t.extension != "" {
		in = part(d, t.extension)
		defer func() {
			if len(in) == 0 {
				delete(d, t.extension)
			}
		}()
	}
	if t.part != nil || t.chosen != nil {
		return t.within(in, o)
	}
	return t.set(in, o)
}

// whole applies an operation to an extension.
func (t *target) whole(d Document, o Operation) error {
	if o.Op == "remove" {
		for name := range t.holder(d) {
			if a := find(t.form.schema(t.extension).Attributes, name); a != nil && !a.ReadOnly {
				delete(t.holder(d), name)
			}
		}
		if len(t.holder(d)) == 0 {
			delete(d, t.extension)
		}
		return nil
	}
	all, ok := o.Value.(Document)
	if !ok {
		return wrong(InvalidValue, "error.scim_wrong_type", t.path)
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if err := t.form.apply(d, Operation{o.Op, t.extension + ":" + name, all[name]}); err != nil {
			return err
		}
	}
	return nil
}

// set applies an operation to an attribute as a whole.
func (t *target) set(in Document, o Operation) error {
	a := t.attribute
	if o.Op == "remove" || o.Value == nil {
		if a.Required || a.Name == "externalId" {
			return wrong(Mutability, "error.scim_needed", t.path)
		}
		delete(in, a.Name)
		return nil
	}
	value, err := valueOf(a, o.Value, t.path)
	if err != nil {
		return err
	}
	switch {
	case a.Type == Complex && !a.Multi:
		// Parts that are not said stay as they are.
		raw, _ := o.Value.(Document)
		for _, name := range slices.Sorted(maps.Keys(raw)) {
			inner := *t
			if inner.part = find(a.Sub, name); inner.part.Idle {
				continue
			}
			if err := inner.within(in, Operation{o.Op, t.path, raw[name]}); err != nil {
				return err
			}
		}
	case value == nil && (a.Required || a.Name == "externalId"):
		return wrong(Mutability, "error.scim_needed", t.path)
	case value == nil:
		delete(in, a.Name)
	case a.Multi && !a.One && o.Op == "add":
		old, _ := in[a.Name].([]any)
		for _, one := range value.([]any) {
			if !contains(old, one) {
				old = append(old, one)
			}
		}
		in[a.Name] = old
	default:
		in[a.Name] = value
	}
	return nil
}

// within applies an operation to a part of an attribute, or to those of its
// values that a filter chooses.
func (t *target) within(in Document, o Operation) error {
	a := t.attribute
	if a.Type != Complex {
		return unknown(t.path)
	}
	if !a.Multi {
		inner := part(in, a.Name)
		err := t.change(inner, o)
		if len(inner) == 0 {
			delete(in, a.Name)
		}
		return err
	}
	list, _ := in[a.Name].([]any)
	found := false
	var kept []any
	for _, one := range list {
		d, ok := one.(Document)
		if ok && (t.chosen == nil || t.form.match(t.chosen, d, a)) {
			found = true
			if t.part == nil && o.Op == "remove" {
				continue
			}
			if err := t.change(d, o); err != nil {
				return err
			}
		}
		kept = append(kept, one)
	}
	if !found {
		switch {
		case o.Op == "replace" && t.chosen != nil:
			return wrong(NoTarget, "error.scim_no_target", t.path)
		case o.Op == "remove":
			return nil
		}
		d := Document{}
		if err := t.change(d, o); err != nil {
			return err
		}
		kept = []any{d}
	}
	if kept = keep(a, kept); len(kept) == 0 {
		delete(in, a.Name)
		return nil
	}
	in[a.Name] = kept
	return nil
}

// change applies an operation to one value of a complex attribute.
func (t *target) change(d Document, o Operation) error {
	if t.part == nil {
		value, err := single(t.attribute, o.Value, t.path)
		if err != nil {
			return err
		}
		inner, _ := value.(Document)
		maps.Copy(d, inner)
		return nil
	}
	value, err := valueOf(t.part, o.Value, t.path)
	if err != nil {
		return err
	}
	if o.Op == "remove" || value == nil {
		delete(d, t.part.Name)
		return nil
	}
	d[t.part.Name] = value
	return nil
}

// Changed returns the fields whose values differ between two documents, with
// what the second says.
func (f *Form) Changed(before, after Document) map[string]string {
	was, is := f.Values(before), f.Values(after)
	changed := map[string]string{}
	for name, value := range is {
		if was[name] != value {
			changed[name] = value
		}
	}
	return changed
}
