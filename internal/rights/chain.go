package rights

import "slices"

// A Bond says what a new request means for one that is open, and the other way
// round. Which bond holds is a rule for each pair of kinds.
type Bond string

// The bonds.
const (
	// Beside: neither minds the other.
	Beside Bond = "beside"
	// Same: the same thing asked again. The open request is shown, and no
	// second one is made, unless it is about another matter.
	Same Bond = "same"
	// After: the new request waits until the open one is done.
	After Bond = "after"
	// Before: the open request waits until the new one is done.
	Before Bond = "before"
	// Ends: the new request takes the place of the open one, which is closed;
	// by an erasure, when it runs, so that whoever cancels it has lost nothing.
	Ends Bond = "ends"
)

// filed are the kinds of requests, between which there are bonds.
var filed = [...]Kind{
	Access, Rectification, Portability, Restriction, Objection, Automated, Erasure, Complaint,
}

// bonds has one row for each new kind and one column for each open kind, both
// in the order of filed.
//
//   - A copy comes first: an open access or portability request finishes
//     before erasure starts, and one that is made while an erasure waits holds
//     the erasure back. What is erased cannot be copied any more.
//   - Erasure ends what would have changed or frozen the data that goes. A
//     complaint goes on without the data: it is about the controller.
//   - A freeze that is asked for while an erasure waits stands beside it: a
//     person may well want the data untouched until it is gone.
var bonds = [len(filed)][len(filed)]Bond{
	//                 access  rectif. portab. restr.  object. autom.  erasure compl.
	/* access      */ {Same, Beside, Beside, Beside, Beside, Beside, Before, Beside},
	/* rectif.     */ {Beside, Same, Beside, Beside, Beside, Beside, Beside, Beside},
	/* portability */ {Beside, Beside, Same, Beside, Beside, Beside, Before, Beside},
	/* restriction */ {Beside, Beside, Beside, Same, Beside, Beside, Beside, Beside},
	/* objection   */ {Beside, Beside, Beside, Beside, Same, Beside, Beside, Beside},
	/* automated   */ {Beside, Beside, Beside, Beside, Beside, Same, Beside, Beside},
	/* erasure     */ {After, Ends, After, Ends, Ends, Ends, Same, Beside},
	/* complaint   */ {Beside, Beside, Beside, Beside, Beside, Beside, Beside, Same},
}

// BondOf returns what a new request of one kind means for an open one of
// another.
func BondOf(fresh, open Kind) Bond { return bonds[fresh.place()][open.place()] }

func (k Kind) place() int {
	i := slices.Index(filed[:], k)
	if i < 0 {
		panic("rights: no request is a " + string(k))
	}
	return i
}

// A Chain is what a new request leads to among those that are open.
type Chain struct {
	Known  *Request  // the open request that it is; nil when it is new
	Waits  bool      // it waits for another
	Behind []Request // requests that now wait for it
}

// Link works out what fresh means for the requests that a subject has.
func Link(fresh *Request, all []Request) Chain {
	var c Chain
	for i := range all {
		open := &all[i]
		if !open.State.Open() || open.ID == fresh.ID {
			continue
		}
		switch BondOf(fresh.Kind, open.Kind) {
		case Same:
			if fresh.same(open) {
				c.Known = open
				return c
			}
		case After:
			c.Waits = true
		case Before:
			c.Behind = append(c.Behind, *open)
		}
	}
	return c
}

// Ended returns the open requests that an erasure closes when it runs, an erasure
// that was asked for at another record among them. Until then they go on, and
// what they freeze stays frozen.
func Ended(erasure *Request, all []Request) []Request {
	var ended []Request
	for i := range all {
		o := &all[i]
		bond := BondOf(erasure.Kind, o.Kind)
		if o.State.Open() && o.ID != erasure.ID && (bond == Ends || bond == Same) {
			ended = append(ended, *o)
		}
	}
	return ended
}

// Blocked tells whether an open request must be done before r may be carried
// out.
func Blocked(r *Request, all []Request) bool {
	for i := range all {
		o := &all[i]
		if o.ID != r.ID && o.State.Open() && (BondOf(r.Kind, o.Kind) == After || BondOf(o.Kind, r.Kind) == Before) {
			return true
		}
	}
	return false
}

// Stopped tells whether r may not be carried out yet: another request must be
// done first, or r is an erasure and everything of the person is on hold. all
// is what stands of all records of the person, or else a copy is lost that
// they asked for at another.
func Stopped(r *Request, all *Docket) bool {
	return Blocked(r, all.Requests) || r.Kind == Erasure && all.Held().All
}
