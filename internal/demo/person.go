package demo

import (
	"time"
)

// A Person is somebody who does not exist, with what each system holds about
// them; a nil part means that the system does not know them. The parts may
// disagree with the person and with one another, as they do in life.
type Person struct {
	Index  int
	Locale string // that they read: ja, ar or en

	Given, Family           string // as they write it
	Reading                 string // of Japanese names, family name first
	LatinGiven, LatinFamily string
	Birthday                time.Time
	Email                   string
	Phone                   string // E.164
	Country                 string // ISO 3166
	Home                    Address
	Instrument              string // a choice of main-instrument
	Interests               []string
	City                    string // for events

	CRM        *DeskCard
	Shop       *Purchases
	Newsletter *Subscriber
	Machines   *Member
	Support    *Questions
	Media      *Reader
}

// An Address is where things are sent.
type Address struct {
	Street, Rest   string
	City, Province string
	Postcode       string
}

// A DeskCard is what the shops' customer desk holds.
type DeskCard struct {
	Number     string
	Phone      string
	Skill      string
	Newsletter string // Y, N or empty
	Ideas      string // Y, N or empty
	Updated    time.Time
}

// Purchases are what the web shop holds.
type Purchases struct {
	Latin      bool // the name was given in Latin letters
	Company    string
	Phone      string
	Orders     int
	Spent      int // in yen
	TakesMails bool
	TakesTexts bool
	Note       string
	TaxExempt  bool
	Tags       string
}

// A Subscriber is what the newsletter tool holds.
type Subscriber struct {
	Rating    int
	OptIn     time.Time
	Confirmed time.Time // zero before the second yes
	Changed   time.Time
	Birthday  bool
	Notes     string
	Tags      string
}

// A Member is what the club's machines report.
type Member struct {
	Number      string
	Membership  string
	Goal        string
	Emergency   string
	Sessions    int
	LastVisit   time.Time
	Machine     string
	HeartRate   int    // 0 when it was never measured
	Suggestions string // yes, no or empty
	Exported    time.Time
}

// Questions are what the support desk holds.
type Questions struct {
	Number  string
	Name    string
	Phone   string
	Address string // an older one
	Last    time.Time
	Topic   string
	Note    string
}

// A Reader is what the subscription platform holds.
type Reader struct {
	Number  string
	Display string
	Plan    string
	Read    int
	Minutes int
	Section string
	Digest  string // 1, 0 or empty
	Joined  time.Time
	Seen    time.Time
}

// Systems returns the names of the systems that know p, in the order of
// Sources.
func (p *Person) Systems() []string {
	known := map[string]bool{
		CRM: p.CRM != nil, Shop: p.Shop != nil, Newsletter: p.Newsletter != nil,
		Machines: p.Machines != nil, Support: p.Support != nil, Media: p.Media != nil,
	}
	var systems []string
	for _, s := range Sources {
		if known[s] {
			systems = append(systems, s)
		}
	}
	return systems
}

// Brands returns the brands that p has to do with; at least one.
func (p *Person) Brands() []string {
	var brands []string
	if p.CRM != nil || p.Shop != nil {
		brands = append(brands, "hibiki")
	}
	if p.Machines != nil {
		brands = append(brands, "tsubame")
	}
	if p.Media != nil || len(brands) == 0 {
		brands = append(brands, "kawara")
	}
	return brands
}
