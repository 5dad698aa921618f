package intake

import (
	"cmp"
	"slices"

	"livingprofile/internal/consent"
)

// A saying is what an item says about a purpose.
type saying struct {
	Consent
	place int // of the item
}

// sayings returns what items say about purposes in the order in which it is to
// be weighed, which does not depend on the order of items: what has a time by
// its time, then what has none. Of what has none only the most cautious word
// counts, since nobody can tell which came first.
func sayings(items []*Item) []saying {
	var all []saying
	for place, item := range items {
		for _, c := range item.Consents {
			all = append(all, saying{c, place})
		}
	}
	slices.SortStableFunc(all, func(a, b saying) int {
		if a.At.IsZero() != b.At.IsZero() {
			return trueFirst(b.At.IsZero(), a.At.IsZero())
		}
		return cmp.Or(
			cmp.Compare(a.Purpose, b.Purpose), a.At.Compare(b.At), a.caution()-b.caution(),
			trueFirst(a.Confirmed, b.Confirmed), cmp.Compare(b.Proof, a.Proof),
		)
	})
	undated := map[consent.PurposeID]bool{}
	return slices.DeleteFunc(all, func(s saying) bool {
		if !s.At.IsZero() {
			return false
		}
		later := undated[s.Purpose]
		undated[s.Purpose] = true
		return later
	})
}

// caution is lower for what takes more away.
func (c *Consent) caution() int {
	switch c.Stance {
	case Refused:
		return 0
	case Ended:
		return 1
	}
	return 2
}

func trueFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// consent records what an item says about a purpose, where that may stand.
func (w *weaving) consent(s saying) {
	purpose, ok := w.organisation.Purpose(s.Purpose)
	status := s.Stance.status()
	if !ok || status == "" {
		return
	}
	brand := w.limits.For()
	now := w.consents.Of(s.Purpose, brand)
	if s.Stance == Given {
		now = w.consents.Against(s.Purpose, brand)
	}
	proof := consent.Proof{Kind: consent.ByImport, Ref: s.Consent.Proof}
	if s.Stance == Given && (s.Proof == "" || s.At.IsZero()) {
		// A word in a file proves nothing (Art. 7(1) GDPR), and of one without a
		// time nobody can tell what it came after.
		proof = consent.Proof{Kind: consent.ByWord, Ref: "import: " + s.Consent.Proof}
	}
	in := consent.Inbound{
		Subject: w.person.subject, Purpose: purpose, Status: status, At: s.At, Confirmed: s.Confirmed,
		Scope: brand, Brand: brand, Proof: proof, Channel: "import", Now: w.at,
	}
	r, ok := consent.Accept(now, in)
	if !ok {
		return
	}
	w.changed[s.place] = true
	w.consents, w.moved.consents = w.consents.With(r), true
	w.rows = append(w.rows, r)
	w.entries = append(w.entries, r.Entry())
}

// status returns what a stance is as a consent status, "" for one that says
// nothing.
func (s Stance) status() consent.Status {
	switch s {
	case Given:
		return consent.Given
	case Refused:
		return consent.Refused
	case Ended:
		return consent.Revoked
	case Silent:
	}
	return ""
}
