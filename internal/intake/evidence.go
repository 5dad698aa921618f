package intake

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

// A mark is an identifier, as a key.
type mark struct {
	kind         identity.Kind
	scope, value string
}

func markOf(i *identity.Identifier) mark { return mark{i.Kind, i.Scope, i.Value} }

// Evidence is why an item is about a known subject. It stands in the ledger
// beside each identifier that the item adds.
type Evidence string

// The sorts of evidence, as Merger has them.
const (
	ByNumber Evidence = "number"
	ByProof  Evidence = "proof"
	ByName   Evidence = "name"
	ByRecord Evidence = "record"
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

// The fields that make a name, by which people are told apart.
const (
	givenName  = "given-name"
	familyName = "family-name"
)

func nameOf(item *Item) string {
	return joinName(item.Claims[givenName].Value, item.Claims[familyName].Value)
}

// names returns the names that sources give a person.
func names(s profile.State) []string {
	var all []string
	for _, c := range s.Claims[givenName] {
		if name := nameBy(s, c.Source); name != "" {
			all = append(all, name)
		}
	}
	return all
}

func nameBy(s profile.State, source string) string {
	given, _ := s.Of(givenName, source)
	family, _ := s.Of(familyName, source)
	return joinName(given.Value, family.Value)
}

// joinName returns a name in the form in which it is compared, "" unless both
// of its parts are known.
func joinName(given, family string) string {
	given, family = fold(given), fold(family)
	if given == "" || family == "" {
		return ""
	}
	return given + "\n" + family
}

func fold(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(s))), " ")
}
