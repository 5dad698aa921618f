package scim

import (
	"slices"
	"strings"
)

// The names of schemas and messages.
const (
	CoreSchema       = "urn:ietf:params:scim:schemas:core:2.0:User"
	EnterpriseSchema = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	// ProfileSchema is ours: the fields that no attribute of the standard is.
	ProfileSchema = "urn:livingprofile:scim:2.0:Profile"

	ListMessage   = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	SearchMessage = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
	PatchMessage  = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	ErrorMessage  = "urn:ietf:params:scim:api:messages:2.0:Error"
)

// A Type is the form of an attribute's values (RFC 7643, 2.3).
type Type string

// The types.
const (
	String  Type = "string"
	Boolean Type = "boolean"
	Moment  Type = "dateTime"
	Complex Type = "complex"
)

// An Attribute is one line of a schema (RFC 7643, 7).
type Attribute struct {
	Name     string
	Type     Type
	Multi    bool
	Required bool
	ReadOnly bool
	Exact    bool // upper and lower case differ
	Unique   bool
	Idle     bool // known to the standard, and kept nowhere here
	One      bool // of several values one is kept
	Words    string
	Sub      []Attribute
}

// A Schema is the attributes under one name.
type Schema struct {
	URN        string
	Name       string
	Attributes []Attribute
}

// find returns the attribute of a name, whatever its case (RFC 7643, 2.1).
func find(all []Attribute, name string) *Attribute {
	i := slices.IndexFunc(all, func(a Attribute) bool { return strings.EqualFold(a.Name, name) })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// idle are attributes that are read and kept nowhere.
func idle(t Type, multi bool, names ...string) (all []Attribute) {
	for _, name := range names {
		all = append(all, Attribute{Name: name, Type: t, Multi: multi, Idle: true})
	}
	return all
}

// common are the attributes that every resource has (RFC 7643, 3.1).
func common() []Attribute {
	return []Attribute{
		{Name: "schemas", Type: String, Multi: true, ReadOnly: true, Exact: true},
		{Name: "id", Type: String, ReadOnly: true, Exact: true, Unique: true},
		{Name: "externalId", Type: String, Exact: true, Words: "the number by which the system itself knows the person"},
		{Name: "meta", Type: Complex, ReadOnly: true, Sub: []Attribute{
			{Name: "resourceType", Type: String, ReadOnly: true, Exact: true},
			{Name: "created", Type: Moment, ReadOnly: true},
			{Name: "lastModified", Type: Moment, ReadOnly: true},
			{Name: "location", Type: String, ReadOnly: true, Exact: true},
			{Name: "version", Type: String, ReadOnly: true, Exact: true},
		}},
	}
}

// described are the attributes that a caller may know of.
func described(all []Attribute) []map[string]any {
	list := []map[string]any{}
	for i := range all {
		a := &all[i]
		if a.Idle || a.Name == "schemas" || a.Name == "meta" {
			continue
		}
		mutability, unique := "readWrite", "none"
		if a.ReadOnly {
			mutability = "readOnly"
		}
		if a.Unique {
			unique = "server"
		}
		one := map[string]any{
			"name": a.Name, "type": a.Type, "multiValued": a.Multi, "description": a.Words, "required": a.Required,
			"caseExact": a.Exact, "mutability": mutability, "returned": "default", "uniqueness": unique,
		}
		if len(a.Sub) > 0 {
			one["subAttributes"] = described(a.Sub)
		}
		list = append(list, one)
	}
	return list
}

// Describe returns a schema as the standard writes it.
func (s *Schema) Describe(base string) map[string]any {
	return map[string]any{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Schema"},
		"id":      s.URN, "name": s.Name, "description": s.Name, "attributes": described(s.Attributes),
		"meta": map[string]any{"resourceType": "Schema", "location": base + "/Schemas/" + s.URN},
	}
}
