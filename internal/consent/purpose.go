package consent

import (
	"slices"
	"time"

	"livingprofile/internal/i18n"
)

// A PurposeID names a purpose for ever, as in "newsletter".
type PurposeID string

// A Basis is the legal basis of a purpose (Art. 6(1) GDPR).
type Basis string

// The legal bases.
const (
	Consent            Basis = "consent"
	Contract           Basis = "contract"
	LegalObligation    Basis = "legal_obligation"
	VitalInterest      Basis = "vital_interest"
	PublicInterest     Basis = "public_interest"
	LegitimateInterest Basis = "legitimate_interest"
)

// Bases lists the legal bases in the order of Art. 6(1) GDPR.
var Bases = [...]Basis{Consent, Contract, LegalObligation, VitalInterest, PublicInterest, LegitimateInterest}

// A PurposeVersion is what a purpose says from one day on. Other words, basis,
// data or recipients make another version; a version is never changed.
type PurposeVersion struct {
	Purpose PurposeID
	Number  int       // 1, 2, 3 …
	From    time.Time // when it was published

	Parent     PurposeID // "" at the top of the tree
	Basis      Basis
	Required   bool // without it the service cannot be given; shown locked
	Marketing  bool // direct marketing in the sense of Art. 21(2) GDPR
	Brands     []string
	Channels   []string // channels it uses, as names of preference channels
	Categories []string // data categories, as names of field categories
	Recipients []string // systems that receive data for it
	// Signal is the browser's signal that stands against the purpose: it is
	// sale, sharing or advertising by profile. "" for none.
	Signal  Signal        `json:",omitempty"`
	Expires time.Duration // how long a yes holds; 0 for as long as it is not taken back
	// DoubleOptIn asks for a second yes by mail before the first one counts.
	DoubleOptIn bool
	// ReaskBy is how long a yes to an older version still holds; the zero time
	// lets it hold on (the change was not material).
	ReaskBy time.Time
	// ConsentMode are the types of Google's Consent Mode that stand for the
	// purpose on the brand's own site. Nobody reads them, so they change in
	// place.
	ConsentMode []string `json:",omitempty"`
	Retired     bool     // no longer asked; what was recorded stays

	Words PurposeWords

	// Ages say who may consent to it alone; nil where nobody's birth is asked
	// for. It is not declared: it follows from the laws that the program reads.
	Ages *Ages `json:"-"`
}

// PurposeWords are what a person reads about a purpose version, per locale.
type PurposeWords struct {
	Question  i18n.Text // the label of the choice: "Tell me about instruments like mine"
	Sentence  i18n.Text // one plain sentence under it
	Why       i18n.Text // why the organisation wants it
	Retention i18n.Text // how long the data is kept for it
	IfNo      i18n.Text // what a no changes; "" for "no difference to your service"
	Locked    i18n.Text // for a required purpose: why there is no choice
	Source    i18n.Text // where the data comes from
}

// Asks tells whether the person has a choice: consent is asked, and to a
// legitimate interest a person may object (Art. 21 GDPR).
func (v *PurposeVersion) Asks() bool {
	return !v.Required && !v.Retired && (v.Basis == Consent || v.Basis == LegitimateInterest)
}

// On tells whether brand uses the purpose; a purpose without brands is used by
// all.
func (v *PurposeVersion) On(brand string) bool {
	return len(v.Brands) == 0 || slices.Contains(v.Brands, brand)
}

// Objectable tells whether a person may object to the purpose: to what rests
// on a legitimate or a public interest (Art. 21(1) GDPR), and to direct
// marketing whatever it rests on (21(2)).
func (v *PurposeVersion) Objectable() bool {
	return !v.Retired && (v.Basis == LegitimateInterest || v.Basis == PublicInterest || v.Marketing)
}
