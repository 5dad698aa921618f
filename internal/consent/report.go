package consent

import (
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// A Report is a decision that a connected system tells of while it happens or
// later, one at a time.
type Report struct {
	Subject   id.Subject
	System    string
	Purpose   PurposeID
	Status    Status // Given, Refused or Revoked
	At        time.Time
	Confirmed bool
	// Proof is how the system can show it, in its own words. Without it, a yes
	// changes nothing that was decided.
	Proof   string
	Scope   string // brand it is limited to, "" for all
	Brand   string
	Channel string

	live bool // a no that is said at this moment
}

// clockSkew is how far ahead of ours the clock of a system may go.
const clockSkew = time.Minute

// Records returns what r makes beside state, which may be nothing. whole is what
// stands for the person, in all records of theirs: what they said themselves at
// any of them is undone by proof alone.
//
// A no without a time is said now. A no for all brands ends what single brands
// were allowed as well, and a no to a parent what its switch had given: what a
// person takes back must not go on somewhere.
//
// The errors are NotFound for an unknown purpose, Gone for a retired one,
// Forbidden for one that leaves no choice, and Invalid for a yes said in the
// future.
func (r Report) Records(state, whole State, catalogue Catalogue, now time.Time) ([]Record, error) {
	purpose, ok := catalogue.Purpose(r.Purpose)
	switch {
	case !ok:
		return nil, errs.New(errs.NotFound, "error.no_purpose")
	case purpose.Retired:
		return nil, errs.New(errs.Gone, "error.purpose_retired")
	case !purpose.Asks():
		return nil, errs.New(errs.Forbidden, "error.purpose_locked")
	}
	if err := r.settle(now); err != nil {
		return nil, err
	}
	return r.accept(state, whole, purpose, catalogue.Children(r.Purpose), now), nil
}

// Contested tells whether r is a yes that would count with proof: it is said
// to be newer than a no, or than what ended a yes, and nothing but the system's
// word is there for it. Whether it is true the person alone can say. whole is
// what stands for the person, in all records of theirs.
func (r Report) Contested(whole State, now time.Time) bool {
	st := whole.Against(r.Purpose, r.Scope)
	return r.proof().Kind == ByWord && st.decided() && !st.Status.Valid() &&
		!r.At.IsZero() && r.At.After(st.At) && !r.At.After(now.Add(clockSkew))
}

// settle gives r the time that counts. A no counts whatever the system's clock
// says: losing it would be worse than dating it too early.
func (r *Report) settle(now time.Time) error {
	tightens := r.Status != Given
	switch {
	case tightens && (r.At.IsZero() || r.At.After(now)):
		r.At, r.live = now, true
	case r.At.After(now.Add(clockSkew)):
		return errs.InvalidFields(errs.At("at", "error.out_of_range"))
	case r.At.After(now):
		r.At = now
	}
	return nil
}

func (r *Report) accept(state, whole State, purpose *PurposeVersion, children []*PurposeVersion, now time.Time) []Record {
	in := Inbound{
		Subject: r.Subject, Purpose: purpose, Status: r.Status, At: r.At, Confirmed: r.Confirmed, Scope: r.Scope,
		Proof: r.proof(), Brand: r.Brand, Channel: r.Channel, Now: now,
	}
	if r.Status == Given {
		if Barred(whole.Against(r.Purpose, r.Scope), in) {
			return nil
		}
		return r.add(nil, in, state.Against(r.Purpose, r.Scope))
	}
	records := r.add(nil, in, state.Of(r.Purpose, r.Scope))
	for _, key := range state.keysToStop(r.Purpose, r.Scope) {
		if key.Scope != r.Scope && state[key].Status.Valid() {
			in.Scope = key.Scope
			records = r.add(records, in, state[key])
		}
	}
	for _, child := range children {
		for _, key := range state.keysToStop(child.Purpose, r.Scope) {
			st := state[key]
			if st.Via != r.Purpose || !st.Status.Valid() {
				continue
			}
			in.Purpose, in.Scope = child, key.Scope
			made := len(records)
			records = r.add(records, in, st)
			if len(records) > made {
				records[made].Via = r.Purpose
			}
		}
	}
	return records
}

// add appends the record that in makes beside now, if it makes one. What is
// said at this moment comes after what stands, even where another process
// wrote that by a clock that is ahead.
func (r *Report) add(records []Record, in Inbound, now Standing) []Record {
	if r.live {
		in.At = now.after(in.At)
		in.Now = in.At
	}
	if made, ok := Accept(now, in); ok {
		return append(records, made)
	}
	return records
}

// proof is how the decision is known. A yes without a time is a mere word,
// whatever proves it: nobody can tell what was said before it and what after.
func (r *Report) proof() Proof {
	p := Proof{BySystemSays, r.System}
	if r.Proof != "" {
		p.Ref = r.System + ": " + r.Proof
	}
	switch {
	case r.Status != Given:
	case r.At.IsZero():
		p = Proof{ByWord, r.System + ": " + r.Proof}
	case r.Proof == "":
		p.Kind = ByWord
	}
	return p
}
