package receipt

import (
	"slices"
	"strings"
	"time"

	"livingprofile/internal/consent"
)

// A Kantara is a Consent Receipt of the Kantara Initiative, version 1.1.0. Its
// members are those of the specification, chapter 5; all but PublicKey,
// Language, Purpose, PrimaryPurpose and ThirdPartyName are required.
type Kantara struct {
	Version          string       `json:"version"`
	Jurisdiction     string       `json:"jurisdiction"`
	ConsentTimestamp int64        `json:"consentTimestamp"` // in seconds
	CollectionMethod string       `json:"collectionMethod"`
	ConsentReceiptID string       `json:"consentReceiptID"`
	PublicKey        string       `json:"publicKey,omitempty"`
	Language         string       `json:"language,omitempty"`
	PIIPrincipalID   string       `json:"piiPrincipalId"`
	PIIControllers   []Controller `json:"piiControllers"`
	PolicyURL        string       `json:"policyUrl"`
	Services         []Service    `json:"services"`
	Sensitive        bool         `json:"sensitive"`
	SPICat           []string     `json:"spiCat"` // required even when it is empty
}

// A Controller is who answers for what is done. Phone is required by the form,
// and empty: people write to us.
type Controller struct {
	PIIController string  `json:"piiController"`
	Contact       string  `json:"contact"`
	Address       Address `json:"address"`
	Email         string  `json:"email"`
	Phone         string  `json:"phone"`
}

// An Address is a postal address in the words of schema.org.
type Address struct {
	StreetAddress  string `json:"streetAddress"`
	AddressCountry string `json:"addressCountry,omitempty"`
}

// A Service is what the purposes belong to.
type Service struct {
	Service  string    `json:"service"`
	Purposes []Purpose `json:"purposes"`
}

// A Purpose is what was consented to.
type Purpose struct {
	Purpose              string   `json:"purpose"`
	PurposeCategory      []string `json:"purposeCategory"`
	ConsentType          string   `json:"consentType"`
	PIICategory          []string `json:"piiCategory"`
	PrimaryPurpose       bool     `json:"primaryPurpose"`
	Termination          string   `json:"termination"`
	ThirdPartyDisclosure bool     `json:"thirdPartyDisclosure"`
	ThirdPartyName       string   `json:"thirdPartyName,omitempty"`
}

// kantaraVersion stands in every receipt of the form.
const kantaraVersion = "KI-CR-v1.1.0"

// NewKantara returns r in the form of the Kantara Initiative. The form knows
// the yes to a consent and nothing else: for another basis, and for a no, it
// returns false rather than a receipt that would be read as a yes.
func NewKantara(r *consent.Receipt, s Setting) (Kantara, bool) {
	if !r.Decision.Status.Valid() || r.Purpose.Basis != consent.Consent {
		return Kantara{}, false
	}
	k := Kantara{
		Version: kantaraVersion, Jurisdiction: s.Country, ConsentTimestamp: r.Decision.At.Unix(),
		CollectionMethod: r.Decision.Channel + ", " + string(r.Decision.Proof),
		ConsentReceiptID: string(r.ID), PublicKey: s.PublicKey, PIIPrincipalID: string(r.Subject),
		PIIControllers: []Controller{{
			PIIController: r.Controller.Name, Contact: r.Controller.Contact, Email: r.Controller.Contact,
			Address: Address{StreetAddress: oneLine(r.Controller.Address), AddressCountry: s.Country},
		}},
		PolicyURL: s.Policy,
		SPICat:    []string{},
	}
	for _, l := range r.Purpose.Data {
		if slices.Contains(s.Sensitive, l.Name) {
			k.Sensitive, k.SPICat = true, append(k.SPICat, l.Label)
		}
	}
	if r.Notice != nil {
		k.Language = r.Notice.Locale
	}
	p := Purpose{
		Purpose: r.Purpose.Title, PurposeCategory: []string{category(r, s)}, ConsentType: "EXPLICIT",
		PIICategory: labels(r.Purpose.Data), Termination: r.Purpose.Retention,
		ThirdPartyDisclosure: len(r.Purpose.Recipients) > 0,
		ThirdPartyName:       strings.Join(labels(r.Purpose.Recipients), ", "),
	}
	if until := r.Decision.Until; !until.IsZero() {
		p.Termination = strings.TrimSpace(until.UTC().Format(time.DateOnly) + "; " + p.Termination)
	}
	k.Services = []Service{{Service: s.Service, Purposes: []Purpose{p}}}
	return k, true
}

// category is the purpose's among those that the specification lists, or its
// own name: the list is open.
func category(r *consent.Receipt, s Setting) string {
	if s.Marketing {
		return "6 - Marketing"
	}
	return string(r.Purpose.Name)
}

func labels(list []consent.Label) []string {
	words := make([]string, 0, len(list))
	for _, l := range list {
		words = append(words, l.Label)
	}
	return words
}
