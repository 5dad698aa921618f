package profile

import (
	"cmp"
	"strings"
	"time"
)

// SourceSubject is the source of what the person said to us directly. No
// system may bear this name.
const SourceSubject = "subject"

// An Origin says how a source came to a value.
type Origin string

// The origins, the most trusted first.
const (
	Provided Origin = "provided" // the person gave it
	Observed Origin = "observed" // seen in what the person did
	Inferred Origin = "inferred" // worked out from other data
)

// Origins lists the origins, the most trusted first.
var Origins = [...]Origin{Provided, Observed, Inferred}

// A Claim is what one source says about one field of one person. An empty
// Value from the person means "taken away"; from a system, that it holds
// nothing.
type Claim struct {
	Value  string // canonical; see Canonical
	Source string // name of a system, or SourceSubject
	Origin Origin
	// At is when it was true or said. It is zero when the source does not say;
	// then Recorded counts.
	At       time.Time
	Recorded time.Time // when we learned it
	Entry    string    // id of the ledger entry that brought it
	Proved   bool      // the person gave it to the system, and the system can show that
	How      string    // for an inferred value, how it was worked out; in the source's words
	// Via is the other controller from which the person brought it along; ""
	// for what they said here themselves, and for what others say.
	Via string
	// Seq is the source's own number of what it says, which grows; 0 for none.
	// Of one source the higher number is the later word, whatever its clock says.
	Seq int64
}

// When returns the time by which claims are compared. A source whose clock
// runs ahead of ours gains nothing by it.
func (c *Claim) When() time.Time {
	if c.At.IsZero() || !c.Recorded.IsZero() && c.At.After(c.Recorded) {
		return c.Recorded
	}
	return c.At
}

// Own tells whether the person said it to us directly.
func (c *Claim) Own() bool { return c.Source == SourceSubject }

// personal tells whether the person stands behind the claim: here, or provably
// in a system.
func (c *Claim) personal() bool { return c.Own() || c.Proved }

// compare orders claims of one source about one field by its number, then time, and those of
// the same time by content, so that the one that stays does not depend on
// which arrived first. Recorded and Entry take no part but through When.
func (c *Claim) compare(d *Claim) int {
	if n := cmp.Compare(c.Seq, d.Seq); n != 0 {
		return n
	}
	if n := c.When().Compare(d.When()); n != 0 {
		return n
	}
	if c.Proved != d.Proved {
		return truth(c.Proved) - truth(d.Proved)
	}
	if n := d.Origin.order() - c.Origin.order(); n != 0 {
		return n
	}
	if n := strings.Compare(c.Value, d.Value); n != 0 {
		return n
	}
	return strings.Compare(c.How, d.How)
}

// alike tells whether c and d say the same in the same way, whenever they said
// it.
func (c *Claim) alike(d *Claim) bool {
	return c.Value == d.Value && c.Origin == d.Origin && c.Proved == d.Proved && c.How == d.How
}

// order returns the place of o among the origins; an unknown one is the last.
func (o Origin) order() int {
	for i, known := range Origins {
		if o == known {
			return i
		}
	}
	return len(Origins)
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}
