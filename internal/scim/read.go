package scim

import (
	"slices"
	"strings"

	"livingprofile/internal/errs"
)

// Read makes a document of what a system sent: names as the standard writes
// them, values of the right types, one value where one is kept. What is
// read-only and what is kept nowhere is left out (RFC 7644, 3.3).
func (f *Form) Read(raw Document) (Document, error) {
	if err := f.urns(raw); err != nil {
		return nil, err
	}
	d := Document{}
	for name, value := range raw {
		switch schema := f.schema(name); {
		case strings.EqualFold(name, "schemas"):
			continue
		case schema != nil:
			inner, ok := value.(Document)
			if !ok {
				return nil, wrong(InvalidValue, "error.scim_wrong_type", name)
			}
			read, err := object(schema.Attributes, inner, "", true)
			if err != nil {
				return nil, err
			}
			if len(read) > 0 {
				d[schema.URN] = read
			}
			continue
		}
		read, err := object(f.Schemas[0].Attributes, Document{name: value}, "", true)
		if err != nil {
			return nil, err
		}
		for name, value := range read {
			if _, twice := d[name]; twice {
				return nil, wrong(InvalidSyntax, "error.scim_twice", name)
			}
			d[name] = value
		}
	}
	return d, f.whole(d)
}

// schema returns the extension of a name, nil for none.
func (f *Form) schema(name string) *Schema {
	for i := range f.Schemas {
		if strings.EqualFold(f.Schemas[i].URN, name) {
			return &f.Schemas[i]
		}
	}
	if other := enterprise(); strings.EqualFold(name, other.URN) {
		return &other
	}
	return nil
}

// urns refuses a document that names no user, or a schema that nobody knows.
func (f *Form) urns(raw Document) error {
	list, _ := raw["schemas"].([]any)
	named := false
	for _, one := range list {
		name, _ := one.(string)
		s := f.schema(name)
		if s == nil {
			return wrong(InvalidSyntax, "error.scim_schema", "schemas")
		}
		named = named || s.URN == CoreSchema
	}
	if !named {
		return wrong(InvalidSyntax, "error.scim_schema", "schemas")
	}
	return nil
}

// whole refuses a document that lacks what is required.
func (f *Form) whole(d Document) error {
	if name, _ := d["userName"].(string); strings.TrimSpace(name) == "" {
		return wrong(InvalidValue, "error.scim_required", "userName")
	}
	return nil
}

// maxText is more than any value that a field may have.
const maxText = 8 << 10

// object reads the attributes of an object. outside says that what is read-only
// is left out, as in a whole document, and not refused.
func object(all []Attribute, raw Document, path string, outside bool) (Document, error) {
	d := Document{}
	seen := map[string]bool{}
	for name, value := range raw {
		at := path + name
		a := find(all, name)
		if a == nil {
			return nil, wrong(InvalidSyntax, "error.scim_attribute", at)
		}
		if seen[a.Name] {
			return nil, wrong(InvalidSyntax, "error.scim_twice", at)
		}
		seen[a.Name] = true
		if a.Idle || a.ReadOnly && outside {
			continue
		}
		if a.ReadOnly {
			return nil, wrong(Mutability, "error.scim_read_only", at)
		}
		read, err := valueOf(a, value, at)
		if err != nil {
			return nil, err
		}
		if read != nil {
			d[a.Name] = read
		}
	}
	return d, nil
}

// valueOf reads the value of an attribute, nil for one that is unassigned: null
// and an empty list are that (RFC 7643, 2.5).
func valueOf(a *Attribute, raw any, at string) (any, error) {
	if raw == nil {
		return nil, nil
	}
	if !a.Multi {
		return single(a, raw, at)
	}
	list, ok := raw.([]any)
	if !ok {
		list = []any{raw} // as some clients send a list of one
	}
	var all []any
	for _, one := range list {
		read, err := single(a, one, at)
		if err != nil {
			return nil, err
		}
		if read != nil && !contains(all, read) {
			all = append(all, read)
		}
	}
	if all = keep(a, all); len(all) == 0 {
		return nil, nil
	}
	return all, nil
}

// single reads one value.
func single(a *Attribute, raw any, at string) (any, error) {
	bad := wrong(InvalidValue, "error.scim_wrong_type", at)
	switch v := raw.(type) {
	case nil:
		return nil, nil
	case string:
		if a.Type == Boolean && (strings.EqualFold(v, "true") || strings.EqualFold(v, "false")) {
			return strings.EqualFold(v, "true"), nil // as some clients send it
		}
		if a.Type != String || len(v) > maxText {
			return nil, bad
		}
		if v == "" {
			return nil, nil
		}
		return v, nil
	case bool:
		if a.Type != Boolean {
			return nil, bad
		}
		return v, nil
	case Document:
		if a.Type != Complex {
			return nil, bad
		}
		read, err := object(a.Sub, v, at+".", false)
		if err != nil || len(read) == 0 {
			return nil, err
		}
		return read, nil
	}
	return nil, bad
}

// keep returns the values that are kept: where that is one, the primary or else
// the first. It stands as the primary and of type work, for there is no other.
func keep(a *Attribute, all []any) []any {
	if !a.One || len(all) == 0 {
		return all
	}
	chosen := all[0]
	for _, one := range all {
		if d, ok := one.(Document); ok && d["primary"] == true {
			chosen = one
		}
	}
	d, ok := chosen.(Document)
	if !ok {
		return all[:1]
	}
	d = Clone(d)
	d["type"], d["primary"] = "work", true
	if len(d) == 2 {
		return nil // says nothing
	}
	return []any{d}
}

func contains(all []any, one any) bool {
	return slices.ContainsFunc(all, func(other any) bool { return same(one, other) })
}

// same tells whether two values are equal.
func same(a, b any) bool {
	switch a := a.(type) {
	case Document:
		b, ok := b.(Document)
		if !ok || len(a) != len(b) {
			return false
		}
		for name, value := range a {
			if other, has := b[name]; !has || !same(value, other) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, same)
	case string, bool, nil:
		return a == b
	}
	return false
}

// unknown refuses what leads nowhere.
func unknown(path string) error {
	return Refuse(errs.Invalid, InvalidPath, "error.scim_path", "attribute", path)
}
