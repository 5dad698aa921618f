package inbound

import (
	"encoding/json"
	"maps"
	"slices"

	"livingprofile/internal/errs"
)

// A Glance is what a change would be taken as, without what it says of anybody.
type Glance struct {
	Fields  []string // whose values it tells
	Purpose string   // that it tells a decision on; "" for none
	Status  string   // of that decision
	Kind    string   // of activity that it tells of; "" for none
	Names   []string // kinds of identifiers by which it names somebody
	Wrong   []errs.Field
}

// Glance reads a change as the author could tell it. Nobody is looked for.
func (a *Author) Glance(raw json.RawMessage) Glance {
	var body struct {
		Subject     string                     `json:"subject"`
		Identifiers []IdentifierBody           `json:"identifiers"`
		Attributes  map[string]json.RawMessage `json:"attributes"`
		Consent     struct {
			Purpose string `json:"purpose"`
			Status  string `json:"status"`
		} `json:"consent"`
		Activity struct {
			Kind string `json:"kind"`
		} `json:"activity"`
	}
	g := Glance{}
	if json.Unmarshal(raw, &body) == nil {
		g.Fields = slices.Sorted(maps.Keys(body.Attributes))
		g.Purpose, g.Status, g.Kind = body.Consent.Purpose, body.Consent.Status, body.Activity.Kind
		if body.Subject != "" {
			g.Names = append(g.Names, "subject")
		}
		for _, i := range body.Identifiers {
			if !slices.Contains(g.Names, string(i.Kind)) {
				g.Names = append(g.Names, string(i.Kind))
			}
		}
	}
	if _, err := a.Read(raw); err != nil {
		g.Wrong = errs.FieldsOf(err)
		if len(g.Wrong) == 0 {
			g.Wrong = []errs.Field{errs.At("", "error.not_a_change")}
		}
	}
	return g
}
