package intake

import (
	"context"
	"slices"

	"livingprofile/internal/authz"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/organisation"
)

// Limits are those of the key that a file was sent with, as they were then. A
// key brings in by a file what it could tell of one person after the other, and
// nothing else. Nil has none: the file came from staff or the operator.
type Limits struct {
	Brand  string             `json:"brand,omitempty"` // that the file is for; "" for all
	Key    string             `json:"key"`             // brand of the key, or authz.AllBrands
	Scopes []authz.Permission `json:"scopes"`
	Fields []string           `json:"fields"`
}

// LimitsOf are those of a key that is used for a brand, "" for all.
func LimitsOf(key *authz.APIKey, brand string) *Limits {
	return &Limits{Brand: brand, Key: key.Brand, Scopes: key.Scopes, Fields: key.Fields}
}

// For is the brand that a file is for, "" for all.
func (l *Limits) For() string {
	if l == nil {
		return ""
	}
	return l.Brand
}

// allow tells whether m brings in nothing beyond the limits. A rule that is left
// out because of what is declared brings in nothing. The error is Forbidden,
// with a field for each rule.
func (l *Limits) allow(m *Map, org *organisation.Organisation, source string) error {
	s, ok := org.System(source)
	if l == nil || !ok {
		return nil
	}
	a := inbound.ByKey(org, s, l.Brand, &authz.APIKey{Scopes: l.Scopes, Fields: l.Fields})
	var beyond []errs.Field
	for _, refused := range [][]errs.Field{
		allowIdentifiers(m, a), allowFields(m, a), allowConsents(m, a), allowActivities(m, a),
	} {
		beyond = append(beyond, refused...)
	}
	if len(beyond) == 0 {
		return nil
	}
	return &errs.Error{Kind: errs.Forbidden, ID: "error.map_beyond_key", Fields: beyond[:min(len(beyond), mostProblems)]}
}

func lacks(path string, scope authz.Permission) errs.Field {
	return errs.At("map."+path, "error.scope_missing", "scope", string(scope))
}

func beyondKey(path, name string) errs.Field {
	return errs.At("map."+path, "error.beyond_key", "name", name)
}

// allowIdentifiers refuses numbers of other systems and of sign-in providers: by
// one of those a row would be about whomever they know, or who signs in there.
func allowIdentifiers(m *Map, a *inbound.Author) []errs.Field {
	if !a.MayProfile {
		return []errs.Field{lacks("identifiers", authz.ProfileWrite)}
	}
	var beyond []errs.Field
	for i := range m.Identifiers {
		r := &m.Identifiers[i]
		switch {
		case r.Kind == identity.External:
			beyond = append(beyond, beyondKey(at("identifiers", i)+".kind", string(r.Kind)))
		case r.Scope != "" && r.Scope != a.System.Name:
			beyond = append(beyond, beyondKey(at("identifiers", i)+".scope", r.Scope))
		}
	}
	return beyond
}

func allowFields(m *Map, a *inbound.Author) []errs.Field {
	var beyond []errs.Field
	may := a.Fields()
	for i := range m.Fields {
		name := m.Fields[i].Field
		if fieldUnfit(a.Organisation, a.System, name) != "" {
			continue
		}
		if f, _ := a.Organisation.Field(name); !slices.Contains(may, f) {
			beyond = append(beyond, beyondKey(at("fields", i)+".field", name))
		}
	}
	return beyond
}

func allowConsents(m *Map, a *inbound.Author) []errs.Field {
	var beyond []errs.Field
	for i := range m.Consents {
		name := m.Consents[i].Purpose
		if purposeUnfit(a.Organisation, name) != "" {
			continue
		}
		if !a.MayConsent {
			return []errs.Field{lacks("consents", authz.ConsentWrite)}
		}
		if _, ok := a.Purpose(name); !ok {
			beyond = append(beyond, beyondKey(at("consents", i)+".purpose", string(name)))
		}
	}
	return beyond
}

// allowActivities refuses a rule by which a file may tell of a kind that the key
// does not reach, also where a cell names it.
func allowActivities(m *Map, a *inbound.Author) []errs.Field {
	var beyond []errs.Field
	for i := range m.Activities {
		r := &m.Activities[i]
		for _, k := range toldKinds(a.Organisation, a.System) {
			switch {
			case r.Kind != "" && r.Kind != k.Name:
				continue
			case !a.MayActivity:
				return []errs.Field{lacks("activities", authz.ActivityWrite)}
			case !a.MayKind(k):
				beyond = append(beyond, beyondKey(at("activities", i)+".kind", k.Name))
			}
		}
	}
	return beyond
}

// knows tells whether the key may know of somebody who is held: of others a row
// makes a record of its own, as everywhere that a key for one brand is used.
func (r *resolver) knows(ctx context.Context, subject id.Subject) (bool, error) {
	if r.limits == nil || r.limits.Key == authz.AllBrands {
		return true, nil // most files: nothing more is read for them
	}
	f, err := r.facts(ctx, subject)
	if err != nil || f == nil {
		return false, err
	}
	all, err := r.store.Identifiers(ctx, subject)
	return err == nil && decision.Concerns(*f, all, r.limits.Brand, r.source, r.organisation.Field), err
}
