package organisation

import (
	"livingprofile/internal/activity"
	"livingprofile/internal/automated"
	"livingprofile/internal/brand"
	"livingprofile/internal/connector"
	"livingprofile/internal/consent"
	"livingprofile/internal/figures"
	"livingprofile/internal/hook"
	"livingprofile/internal/i18n"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/profile"
	"livingprofile/internal/pull"
	"livingprofile/internal/rights"
	"livingprofile/internal/scim"
	"livingprofile/internal/transfer"
)

// An Organisation is everything declared, at one moment. It is not changed
// after it was made; a new declaration makes a new one. It may be read by many
// goroutines.
//
// New prepares the lookups. On an Organisation that was put together by hand
// they work as well, and each costs a walk over everything.
type Organisation struct {
	Revision int64 // grows with every apply that changed something

	Label   i18n.Text
	Contact string // data protection officer
	Address string
	// Security is whom to tell of a weakness, a mailbox or the address of a
	// page; "" for Contact.
	Security string    `json:",omitempty"`
	Privacy  i18n.Text // address of the full privacy statement, or ""
	// Measures are how data is protected (Art. 30(1)(g) GDPR); none for the words
	// of the product.
	Measures i18n.Text `json:",omitempty"`
	// Transparency is how often everybody may read figures of requests.
	Transparency figures.Cycle `json:",omitempty"`

	Brands     []brand.Brand
	Categories []profile.Category
	Fields     []profile.Field
	Systems    []System
	Channels   []consent.Channel
	Topics     []consent.Topic
	// Activities are what is taken in of what people do, and Rules what is
	// worked out from it.
	Activities []activity.Kind `json:",omitempty"`
	Rules      []activity.Rule `json:",omitempty"`
	// Duties are the laws that keep fields beyond an erasure.
	Duties []rights.Duty `json:",omitempty"`
	// Controllers are those that people may have their data sent to.
	Controllers []transfer.Controller `json:",omitempty"`
	// Automated are the kinds of decisions that systems make by themselves.
	Automated []automated.Kind `json:",omitempty"`
	// Purposes holds the newest version of each purpose, parents first.
	Purposes []consent.PurposeVersion
	// Older holds the earlier versions, newest first, by purpose.
	Older map[consent.PurposeID][]consent.PurposeVersion

	// Former holds what has no mark of its own for being retired: older
	// fields, purposes and wishes still name it, and pages its label.
	Former Former

	// Edits are what the console changed since a file was applied.
	Edits []Edit `json:",omitempty"`

	index *index
}

// Former are the categories and channels that are no longer declared.
type Former struct {
	Categories []profile.Category
	Channels   []consent.Channel
}

// A System is a connected system or recipient: where data comes from, or goes.
type System struct {
	Name     string
	Label    i18n.Text
	Human    i18n.Text // in human terms: "our newsletter tool"
	Rank     int       // whose value counts: lower wins
	Fields   []string  // it may hold
	Purposes []string  // it works for
	// Activities are the kinds that it may tell of and may have.
	Activities []string `json:",omitempty"`
	Country    string   // where it keeps data, ISO 3166
	// Safeguard is on what data may go to a country under another law (Art.
	// 30(1)(e), 46 GDPR).
	Safeguard i18n.Text `json:",omitempty"`
	Source    bool      // data comes from it
	Retired   bool
	// Endpoints are where it is told what changed.
	Endpoints []hook.Endpoint `json:",omitempty"`
	// Pull is the feed that it is asked for what changed; nil for none.
	Pull *pull.Feed `json:",omitempty"`
	// SCIM is what it may do as a client of ours.
	SCIM scim.Policy `json:",omitzero"`
	// OpenDSR is where it is told what people ask; nil for nowhere.
	OpenDSR *opendsr.Peer `json:",omitempty"`
	// Connector is by what it is spoken to in its own language; nil for nothing.
	Connector *connector.Link `json:",omitempty"`
}

// MayHold tells whether the system may have the field.
func (s *System) MayHold(field string) bool {
	for _, f := range s.Fields {
		if f == field {
			return true
		}
	}
	return false
}

// Connected tells whether the system is told by us what holds of people, and
// with it who was erased: in a connected system nobody knows what else it has.
func (s *System) Connected() bool {
	return len(s.Endpoints) > 0 || s.OpenDSR != nil || s.Connector != nil
}

// Works returns the purposes that a system works for; none for one that is not
// declared.
func (o *Organisation) Works(system string) []string {
	if s, ok := o.System(system); ok {
		return s.Purposes
	}
	return nil
}

// New returns o ready for use. The slices and maps of o belong to the result
// from then on.
func New(o Organisation) *Organisation {
	o.index = nil
	o.index = newIndex(&o)
	return &o
}
