package inbound

import (
	"slices"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

// A Conflict is two words about one thing between which no rule decides. There
// is one at a time of one system about one thing of one person; what the system
// says later takes the place of what it said before.
type Conflict struct {
	ID      string
	Subject id.Subject
	About   About
	Name    string // of the purpose or field
	Scope   string // brand it is limited to, "" for all
	System  string // that said Theirs
	Reason  string // a code
	Asks    Asked
	Ours    Side
	Theirs  Side
	Raised  time.Time
	Settled time.Time // zero while it waits
}

// An About is what a conflict is about.
type About string

// The things that conflicts are about.
const (
	AboutConsent About = "consent"
	AboutField   About = "field"
)

// An Asked is who has to decide.
type Asked string

// Those who decide: the person on their own choices, staff on the rest.
const (
	AsksSubject Asked = "subject"
	AsksStaff   Asked = "staff"
)

// A Side is one of the two words.
type Side struct {
	Source string    `json:"source"`
	Value  string    `json:"value"`
	At     time.Time `json:"at,omitzero"`
}

// The kinds of ledger entry about conflicts.
const (
	ConflictRaised  ledger.Kind = "conflict.raised"
	ConflictSettled ledger.Kind = "conflict.settled"
)

// A Trace is the sealed payload of an entry about a conflict.
type Trace struct {
	Conflict string `json:"conflict"`
	About    About  `json:"about"`
	Name     string `json:"name"`
	System   string `json:"system"`
	Took     Took   `json:"took,omitempty"`
	Note     string `json:"note,omitempty"` // why staff took it
}

// A Took is which side was taken.
type Took string

// The sides.
const (
	TookOurs   Took = "ours"
	TookTheirs Took = "theirs"
)

// of gives a conflict its person and moment.
func (c Conflict) of(subject id.Subject, now time.Time) Conflict {
	c.ID, c.Subject, c.Raised = id.New(), subject, now
	return c
}

func (c *Conflict) entry(kind ledger.Kind) ledger.Draft {
	return ledger.Draft{Kind: kind, Payload: Trace{Conflict: c.ID, About: c.About, Name: c.Name, System: c.System}}
}

// unproved is the conflict of a yes by a system's word alone with what stands,
// which is older. It asks the person: whether they said yes they alone know.
func unproved(purpose consent.PurposeID, scope string, st consent.Standing, system string, at time.Time) Conflict {
	ours := Side{Value: string(st.Status), At: st.At}
	if st.Own() {
		ours.Source = profile.SourceSubject
	}
	return Conflict{
		About: AboutConsent, Name: string(purpose), Scope: scope, System: system, Reason: Unproved, Asks: AsksSubject,
		Ours: ours, Theirs: Side{Source: system, Value: string(consent.Given), At: at},
	}
}

// between returns the conflict of a system's claim about f with the others: they
// say different things, and nothing but the alphabet tells which counts.
func between(f *profile.Field, claims []profile.Claim, system string, rank profile.Rank) (Conflict, bool) {
	winner, why, ok := profile.Winner(f, claims, rank)
	if !ok || why.Why != profile.WhyName {
		return Conflict{}, false
	}
	for i := range claims {
		c := &claims[i]
		loses := c.Source != winner.Source && c.Value != "" && c.Value != winner.Value && c.When().Equal(winner.When())
		if !loses || rank(c.Source) != rank(winner.Source) || c.Source != system && winner.Source != system {
			continue
		}
		ours, theirs := winner, *c
		if winner.Source == system {
			ours, theirs = *c, winner
		}
		return Conflict{
			About: AboutField, Name: f.Name, System: system, Reason: SameRank, Asks: AsksStaff,
			Ours:   Side{Source: ours.Source, Value: ours.Value, At: ours.When()},
			Theirs: Side{Source: theirs.Source, Value: theirs.Value, At: theirs.When()},
		}, true
	}
	return Conflict{}, false
}

// contradicts returns the conflict of a system's claim about f with the person's
// own, which counts: the system says something else, and of later than that. The
// person may have said so over there, so they are asked. before is what the
// system said until now; what it only says again asks nobody twice.
func contradicts(f *profile.Field, claims []profile.Claim, before *profile.Claim, system string, rank profile.Rank) (Conflict, bool) {
	ours, _, ok := profile.Winner(f, claims, rank)
	i := slices.IndexFunc(claims, func(c profile.Claim) bool { return c.Source == system })
	if !ok || !ours.Own() || f.Edit != profile.Free || i < 0 {
		return Conflict{}, false
	}
	theirs := claims[i]
	if theirs.Value == "" || theirs.Value == ours.Value || theirs.Value == before.Value || !theirs.When().After(ours.When()) {
		return Conflict{}, false
	}
	return Conflict{
		About: AboutField, Name: f.Name, System: system, Reason: Later, Asks: AsksSubject,
		Ours:   Side{Source: ours.Source, Value: ours.Value, At: ours.When()},
		Theirs: Side{Source: system, Value: theirs.Value, At: theirs.When()},
	}, true
}

// Stands tells whether the conflict is one still: what was said since may have
// decided it.
func (c *Conflict) Stands(f decision.Facts, field func(string) (*profile.Field, bool), rank profile.Rank) bool {
	if !c.Settled.IsZero() {
		return false
	}
	if c.About == AboutConsent {
		st := f.Consents.Against(consent.PurposeID(c.Name), c.Scope)
		return !st.Status.Valid() && st.At.Before(c.Theirs.At)
	}
	declared, ok := field(c.Name)
	if !ok || declared.Retired {
		return false
	}
	claims := f.Profile.Claims[c.Name]
	if c.Asks == AsksSubject {
		now, is := contradicts(declared, claims, &profile.Claim{}, c.System, rank)
		return is && now.Ours.Value == c.Ours.Value && now.Theirs.Value == c.Theirs.Value
	}
	_, is := between(declared, claims, c.System, rank)
	return is
}
