package intake

import (
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

// A mark is an identifier, as a key.
type mark struct {
	kind         identity.Kind
	scope, value string
}

func markOf(i *identity.Identifier) mark { return mark{i.Kind, i.Scope, i.Value} }

// Evidence is why an item is of a known record, or will be joined with one.
type Evidence string

// The sorts of evidence, as Merger has them. The first two are of one record, the
// others of two.
const (
	ByNumber Evidence = "number"
	ByRecord Evidence = "record"
	ByProof  Evidence = "proof"
	ByName   Evidence = "name"
)

// strength is higher for stronger evidence.
func (e Evidence) strength() int {
	switch e {
	case ByNumber:
		return 4
	case ByProof:
		return 3
	case ByName:
		return 2
	case ByRecord:
		return 1
	}
	return 0
}

// own tells whether an identifier of kind was given to one person by a system.
func own(kind identity.Kind) bool {
	return kind == identity.Customer || kind == identity.Device || kind == identity.External
}

// recordOf returns the address by which a source tells the record of item from
// its others: the e-mail address, else the phone number. It is false for one
// with a number.
func recordOf(item *Item) (address mark, ok bool) {
	for i := range item.Identifiers {
		ident := &item.Identifiers[i]
		switch {
		case own(ident.Kind):
			return mark{}, false
		case !ok || ident.Kind == identity.Email && address.kind != identity.Email:
			address, ok = markOf(ident), true
		}
	}
	return address, ok
}

func nameOf(item *Item) string {
	return profile.JoinName(item.Claims[profile.GivenName].Value, item.Claims[profile.FamilyName].Value)
}
