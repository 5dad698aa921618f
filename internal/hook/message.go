package hook

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"livingprofile/internal/automated"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

// A Catalogue is what the organisation declares, as hooks need it.
type Catalogue interface {
	Targets() []Target
	Purpose(consent.PurposeID) (*consent.PurposeVersion, bool)
	Field(name string) (*profile.Field, bool)
	Rank(system string) int
	BrandNames() []string
	AutomatedKind(name string) (*automated.Kind, bool)
}

// A Message is the body of a delivery: what holds now.
type Message struct {
	Type      string    `json:"type"`      // kind of the event
	Timestamp time.Time `json:"timestamp"` // of the event
	Data      Content   `json:"data"`
}

// A Content is what a message says about a subject.
type Content struct {
	Subject string `json:"subject"` // its name for this system alone
	// Version is that of the subject at the moment of reading. A receiver drops
	// what is older than the newest it has seen of the subject.
	Version     int64        `json:"version"`
	Brand       string       `json:"brand,omitempty"`
	Erased      bool         `json:"erased,omitempty"` // nothing may be kept
	Permissions []Permission `json:"permissions"`
	// Audiences are those that were sent to the endpoint and that the subject
	// was in.
	Audiences []Membership `json:"audiences,omitempty"`
	// HumanWanted are the kinds of automated decisions of this system that the
	// person wants made by a human.
	HumanWanted []string `json:"human_wanted,omitempty"`
	// KnownAs are the customer numbers that the system itself gave; full only.
	KnownAs []string `json:"known_as,omitempty"`
	// Fields are the values that the system may have; full only. A field that is
	// missing may not be had, or has no value.
	Fields map[string]string `json:"fields,omitempty"`
}

// A Permission says whether the system may do something for a brand.
type Permission struct {
	Purpose string          `json:"purpose"`
	Brand   string          `json:"brand"`
	Allow   bool            `json:"allow"`
	Reason  decision.Reason `json:"reason"`
	Until   time.Time       `json:"until,omitzero"` // when it may change by itself
}

// A Snapshot is what is known about a subject at one moment.
type Snapshot struct {
	Alias       string
	Facts       decision.Facts
	Identifiers []identity.Identifier // for a full body
	Groups      []Group               // of the subject at the endpoint
	At          time.Time
}

// Compose returns what t is told of a delivery. It is false when there is
// nothing that t may be told: a value changed, and t may have none.
func Compose(c Catalogue, t *Target, d *Delivery, s Snapshot) (Message, bool) {
	m := Message{Type: string(d.Kind), Timestamp: d.At, Data: Content{
		Subject: s.Alias, Version: max(s.Facts.Version, d.Version), Permissions: []Permission{},
	}}
	allowed, brands, young := map[string]bool{}, c.BrandNames(), false
	for _, name := range t.Purposes {
		v, ok := c.Purpose(consent.PurposeID(name))
		if !ok {
			continue
		}
		for _, brand := range brands {
			if !v.On(brand) || !t.For(brand) {
				continue
			}
			verdict := decision.May(s.Facts, decision.Question{Purpose: v, Brand: brand, At: s.At})
			allowed[name] = allowed[name] || verdict.Allow
			young = young || verdict.Reasons[0] == decision.Minor
			m.Data.Permissions = append(m.Data.Permissions, Permission{
				Purpose: name, Brand: brand, Allow: verdict.Allow, Reason: verdict.Reasons[0], Until: verdict.Until,
			})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Facts.Humans)) {
		if k, ok := c.AutomatedKind(name); ok && k.System == t.System {
			m.Data.HumanWanted = append(m.Data.HumanWanted, name)
		}
	}
	any := slices.ContainsFunc(t.Purposes, func(p string) bool { return allowed[p] })
	if told(d.Kind) == "attribute" && !any && !young {
		return Message{}, false // a date of birth that makes somebody a child ends what was allowed
	}
	var in bool
	if m.Data.Audiences, in = memberships(c, t, &s); d.Kind == GroupJoined && !in {
		return Message{}, false // they have left again, which is told by what they said
	}
	if t.Body == Full {
		m.Data.KnownAs = knownAs(t.System, s.Identifiers)
		m.Data.Fields = values(c, t, s, allowed)
	}
	return m, true
}

// Farewell is what everybody is told of a subject that was erased. numbers are
// those by which the system itself knew them; nil for a thin body.
func Farewell(d *Delivery, alias string, numbers []string) Message {
	return Message{Type: string(d.Kind), Timestamp: d.At, Data: Content{
		Subject: alias, Version: d.Version, Erased: true, Permissions: []Permission{}, KnownAs: numbers,
	}}
}

// Names returns those of the identifiers of somebody who is to be erased by
// which a system that is told would know them: numbers of its own, and where a
// connector looks for people by an address, that one. Nothing else of the person
// is needed to have them erased there.
func Names(c Catalogue, all []identity.Identifier) []identity.Identifier {
	var names []identity.Identifier
	address, has := mainAddress(all)
	for _, t := range c.Targets() {
		if t.Body != Full {
			continue
		}
		for i := range all {
			if all[i].Kind == identity.Customer && all[i].Scope == t.System {
				names = append(names, identity.Identifier{Kind: identity.Customer, Scope: t.System, Value: all[i].Value})
			}
		}
		if has && t.Speaks != "" && t.holds(c, profile.TypeEmail) {
			names, has = append(names, identity.Identifier{Kind: identity.Email, Value: address}), false
		}
	}
	return names
}

// holds tells whether the target may hold a value of a type, by the declaration.
func (t *Target) holds(c Catalogue, of profile.Type) bool {
	return slices.ContainsFunc(t.Fields, func(name string) bool {
		f, ok := c.Field(name)
		return ok && f.Type == of
	})
}

// values are those that the system may have for a purpose that is allowed now.
func values(c Catalogue, t *Target, s Snapshot, allowed map[string]bool) map[string]string {
	all := map[string]string{}
	for _, name := range t.Fields {
		f, ok := c.Field(name)
		if !ok || f.Retired || !slices.ContainsFunc(f.Purposes, func(p string) bool { return allowed[p] }) {
			continue
		}
		if _, is := s.Facts.Freezes.Field(f.Name, f.Category); is {
			continue
		}
		withheld := func(brand string) bool { return s.Facts.Profile.Withheld(f, brand, s.At) }
		if len(t.Brands) > 0 && !slices.ContainsFunc(t.Brands, func(b string) bool { return !withheld(b) }) {
			continue // each brand that it is for asked, and was not answered with yes
		}
		if claim, _, has := profile.Winner(f, s.Facts.Profile.Claims[name], c.Rank); has {
			all[name] = claim.Value
		}
	}
	return all
}

// knownAs are the numbers by which the system itself knows the subject.
func knownAs(system string, all []identity.Identifier) []string {
	var numbers []string
	for _, i := range all {
		if i.Kind == identity.Customer && i.Scope == system {
			numbers = append(numbers, i.Value)
		}
	}
	return numbers
}

// A cloudEvent is a message in the structured mode of CloudEvents 1.0.2.
type cloudEvent struct {
	SpecVersion string    `json:"specversion"`
	ID          string    `json:"id"`
	Source      string    `json:"source"`
	Type        string    `json:"type"`
	Subject     string    `json:"subject"`
	Time        time.Time `json:"time"`
	ContentType string    `json:"datacontenttype"`
	Data        Content   `json:"data"`
}

// Write returns the bytes of m in an envelope, and their media type. source is
// the address of this installation, id that of the delivery.
func (m *Message) Write(e Envelope, source, id string) (body []byte, media string, err error) {
	if e == CloudEvents {
		body, err = json.Marshal(cloudEvent{
			SpecVersion: "1.0", ID: id, Source: source, Type: m.Type, Subject: m.Data.Subject,
			Time: m.Timestamp, ContentType: "application/json", Data: m.Data,
		})
		return body, "application/cloudevents+json; charset=utf-8", err
	}
	body, err = json.Marshal(m)
	return body, "application/json; charset=utf-8", err
}
