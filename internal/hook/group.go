package hook

import (
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/ledger"
)

// The kinds of ledger entry by which an endpoint is told that somebody is in an
// audience which was sent to it, and is not any more.
const (
	GroupJoined ledger.Kind = "audience.joined"
	GroupLeft   ledger.Kind = "audience.left"
)

// A Group is an audience that was sent to an endpoint, as it concerns one
// subject.
type Group struct {
	Audience string
	Purpose  consent.PurposeID
	Brand    string
	Member   bool // when it was sent last
}

// A GroupTrace is the sealed payload of an entry about a Group.
type GroupTrace struct {
	Audience string            `json:"audience"`
	Endpoint string            `json:"endpoint"`
	Purpose  consent.PurposeID `json:"purpose"`
}

// A Membership says in a message whether a subject is in an audience.
type Membership struct {
	Audience string `json:"audience"`
	Purpose  string `json:"purpose"`
	Brand    string `json:"brand,omitempty"`
	Member   bool   `json:"member"`
}

// memberships are the audiences of a subject as they hold now: whoever may not be
// addressed for the purpose any more has left, whatever was sent before.
func memberships(c Catalogue, t *Target, s *Snapshot) (all []Membership, in bool) {
	for _, g := range s.Groups {
		member := g.Member && t.follows(g) && mayBeIn(c, g, s.Facts, s.At)
		in = in || member
		all = append(all, Membership{g.Audience, string(g.Purpose), g.Brand, member})
	}
	return all, in
}

func mayBeIn(c Catalogue, g Group, f decision.Facts, at time.Time) bool {
	v, ok := c.Purpose(g.Purpose)
	return ok && !v.Retired && decision.May(f, decision.Question{Purpose: v, Brand: g.Brand, At: at}).Allow
}

// follows tells whether the target is still about what a group is for.
func (t *Target) follows(g Group) bool { return t.about(string(g.Purpose), g.Brand) }
