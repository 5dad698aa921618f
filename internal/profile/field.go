package profile

import (
	"time"

	"livingprofile/internal/i18n"
)

// A Field is one thing an organisation may hold about a person.
type Field struct {
	Name      string
	Category  string
	Type      Type
	Choices   []Choice // for Choice and Choices
	Edit      Edit
	Sensitive bool     // special category of Art. 9 GDPR, or otherwise delicate
	Purposes  []string // purposes that use it
	Brands    []string // brands that need it; empty for all
	Asks      []Ask    `json:",omitempty"` // brands that ask for it themselves
	Card      Card     // what it is on a contact card; "" for nothing
	// Keep is how long a value is kept after it was said; 0 for no end.
	Keep    time.Duration `json:",omitempty"`
	Retired bool

	Label     i18n.Text
	Help      i18n.Text
	Locked    i18n.Text // why the person cannot change it, and whom to ask
	Retention i18n.Text // how long it is kept
	How       i18n.Text // for inferred values: how they are worked out
}

// A Category groups fields on the page and in law: "contact", "training".
type Category struct {
	Name  string
	Label i18n.Text
}

// A Choice is one of the values of a field of choices.
type Choice struct {
	Value string
	Label i18n.Text
}

// A Type is the form of a field's values. Values are text in a canonical form:
// see Canonical.
type Type string

// The types.
const (
	TypeText    Type = "text"
	TypeLines   Type = "lines" // several lines, as an address
	TypeEmail   Type = "email"
	TypePhone   Type = "phone"
	TypeDate    Type = "date"    // 2006-01-02
	TypeNumber  Type = "number"  // decimal, full stop before the fraction
	TypeYesNo   Type = "yesno"   // yes, no
	TypeChoice  Type = "choice"  // one of Choices
	TypeChoices Type = "choices" // several of Choices, each on a line, sorted
	TypeCountry Type = "country" // ISO 3166-1 alpha-2
)

// Types lists the types.
var Types = [...]Type{TypeText, TypeLines, TypeEmail, TypePhone, TypeDate, TypeNumber, TypeYesNo, TypeChoice, TypeChoices, TypeCountry}

// A Card says what a field is on a contact card that the person takes along
// (vCard, RFC 6350).
type Card string

// The parts of a contact card.
const (
	CardGiven    Card = "given-name"
	CardFamily   Card = "family-name"
	CardEmail    Card = "email"
	CardPhone    Card = "phone"
	CardBirthday Card = "birthday"
	CardCompany  Card = "company"
	CardStreet   Card = "street"
	CardCity     Card = "city"
	CardPostcode Card = "postcode"
	CardCountry  Card = "country"
)

// Cards lists the parts.
var Cards = [...]Card{CardGiven, CardFamily, CardEmail, CardPhone, CardBirthday, CardCompany, CardStreet, CardCity, CardPostcode, CardCountry}

// An Edit says what the person may do with a field.
type Edit string

// The edits.
const (
	Free     Edit = "free"     // corrected at once
	Approval Edit = "approval" // proposed, and decided by staff
	Locked   Edit = "locked"   // only by asking
)
