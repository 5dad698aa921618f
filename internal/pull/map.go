package pull

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Map says which members of a system's record mean what. The zero Map is for
// a feed that speaks the schema of our own changes. Members within members are
// named with dots.
type Map struct {
	ID       string            // of the change, or of the record with its version; required. Several, apart by blanks, are joined
	Subject  string            // the name that we gave
	Customer string            // the system's own number
	Learn    bool              `json:",omitempty"` // the number of who was found otherwise is kept
	Email    string            // address
	Phone    string            // number
	At       string            // when it was changed
	Sequence string            // a number that grows
	Fields   map[string]string // member by field
	Consents map[string]Stance // by purpose
}

// A Stance reads a decision from one member. When a record was changed says
// nothing about when a yes in it was said: without At or Confirmed a yes has no
// time, and loosens nothing that was decided.
type Stance struct {
	From      string
	At        string   `json:",omitempty"` // when it was decided; "" for a no when the record was changed
	Confirmed string   `json:",omitempty"` // when the person confirmed a yes by mail, which proves it
	Proof     string   `json:",omitempty"` // what else proves a yes
	Yes       []string // words that mean yes
	No        []string // words that mean no
}

// Zero tells whether there is nothing to map.
func (m *Map) Zero() bool { return m.ID == "" && len(m.Fields) == 0 && len(m.Consents) == 0 }

// Changes returns what a record says, in the schema of the API: its values as
// one change, and each decision as one of its own, with ids that are the same
// whenever the record comes. A member that is missing says nothing; one that is
// null says that the system holds nothing any more.
func (m *Map) Changes(record json.RawMessage) ([]json.RawMessage, error) {
	if m.Zero() {
		return []json.RawMessage{record}, nil
	}
	all, ok := Decode(record).(map[string]any)
	if !ok {
		return nil, errors.New("no record")
	}
	about := map[string]any{}
	var names []any
	for kind, from := range map[string]string{"customer": m.Customer, "email": m.Email, "phone": m.Phone} {
		if text, ok := word(all, from); ok && text != "" {
			names = append(names, map[string]string{"kind": kind, "value": text})
		}
	}
	if name, ok := word(all, m.Subject); ok && name != "" {
		about["subject"] = name
	} else {
		about["identifiers"] = names
	}
	if at, ok := when(all, m.At); ok {
		about["at"] = at
	}
	if seq, ok := member(all, m.Sequence); ok {
		about["sequence"] = seq
	}
	var ids []string
	for path := range strings.FieldsSeq(m.ID) {
		if text, ok := word(all, path); ok {
			ids = append(ids, text)
		}
	}
	return m.write(all, about, strings.Join(ids, "@"))
}

func (m *Map) write(all, about map[string]any, id string) (changes []json.RawMessage, err error) {
	one := func(id string, about map[string]any, member string, value any) {
		c := maps.Clone(about)
		c["id"], c[member] = id, value
		b, bad := json.Marshal(c)
		if bad != nil {
			err = bad
		}
		changes = append(changes, b)
	}
	if number, ok := word(all, m.Customer); ok && m.Learn && number != "" {
		one("number/"+number, about, "identifier", map[string]any{"kind": "customer", "value": number})
	}
	values := map[string]any{}
	for field, from := range m.Fields {
		v, there := member(all, from)
		if text, ok := word(all, from); ok {
			values[field] = map[string]any{"value": text}
		} else if there && v == nil {
			values[field] = map[string]any{"value": nil}
		}
	}
	if len(values) > 0 {
		one(id, about, "attributes", values)
	}
	for _, purpose := range slices.Sorted(maps.Keys(m.Consents)) {
		s := m.Consents[purpose]
		text, ok := word(all, s.From)
		status := ""
		switch {
		case !ok:
		case slices.ContainsFunc(s.Yes, func(w string) bool { return strings.EqualFold(w, text) }):
			status = "given"
		case slices.ContainsFunc(s.No, func(w string) bool { return strings.EqualFold(w, text) }):
			status = "refused"
		}
		if status == "" {
			continue
		}
		decision, at := s.decision(all, purpose, status)
		of, about := id+"/"+purpose, about
		if at != "" {
			of += "@" + at
		} else if status == "given" {
			about = maps.Clone(about)
			delete(about, "at")
		}
		one(of, about, "consent", decision)
	}
	return changes, err
}

// decision is what a record says about a purpose, and when it was decided; "" for
// what has no time of its own.
func (s *Stance) decision(all map[string]any, purpose, status string) (said map[string]any, at string) {
	said = map[string]any{"purpose": purpose, "status": status, "channel": "pull"}
	at, _ = when(all, s.At)
	if status == "given" {
		if second, ok := when(all, s.Confirmed); ok {
			at, said["confirmed"], said["proof"] = second, true, "confirmed by mail "+second
		}
		if proof, ok := word(all, s.Proof); ok && proof != "" {
			said["proof"] = proof
		}
	}
	if at != "" {
		said["at"] = at
	}
	return said, at
}

func member(all map[string]any, path string) (any, bool) { return Member(all, path) }

// when returns a member that is a time, as the API writes it.
func when(all map[string]any, path string) (string, bool) {
	s, ok := word(all, path)
	if t, is := moment(s); is {
		s = t.UTC().Format(time.RFC3339Nano)
	}
	return s, ok && s != ""
}

// word returns a member as a word; false when it is not one.
func word(all map[string]any, path string) (string, bool) { return text(all, path) }

func text(of any, path string) (string, bool) {
	v, _ := Member(of, path)
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return fmt.Sprint(v), true
	}
	return "", false
}
