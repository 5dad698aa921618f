package consent

import (
	"maps"
	"strings"
	"time"
)

// A Key is what a state is kept for: a purpose, for all brands or one.
type Key struct {
	Purpose PurposeID
	Scope   string // brand, or "" for all
}

// A Standing is the last thing recorded under a Key.
type Standing struct {
	Record  RecordID
	Version int
	Status  Status
	At      time.Time
	Until   time.Time // zero for never
	ProofBy ProofKind
	Brand   string
	Via     PurposeID
	// Teller is the system that told by its word alone when a yes was said; ""
	// for any other yes.
	Teller string
}

// decided tells whether more than somebody's word stands.
func (st Standing) decided() bool {
	return st.Status != "" && st.Status != Unknown && st.ProofBy != ByWord
}

// outranks tells whether a counts before b. A yes by word alone gives way to
// whatever else is known, however old that is: who brings a yes without proof
// cannot know what the person said elsewhere. Else the later counts, and of two
// at the same instant the one with the later id.
func (st Standing) outranks(b Standing) bool {
	if word := st.ProofBy == ByWord; word != (b.ProofBy == ByWord) {
		return !word
	}
	if !st.At.Equal(b.At) {
		return st.At.After(b.At)
	}
	return st.Record > b.Record
}

// Against returns what a yes at a scope is weighed against: what counts there,
// or a no for all brands that was said since.
func (s State) Against(purpose PurposeID, scope string) Standing {
	st := s.Of(purpose, scope)
	if all, ok := s[Key{purpose, ""}]; ok && !all.Status.Valid() && all.outranks(st) {
		return all
	}
	return st
}

// A State is what a subject's records add up to. The zero State has none.
type State map[Key]Standing

// Fold returns what records add up to. Their order and how they were batched
// make no difference: the one that outranks the others counts.
func Fold(records []Record) State {
	s := State{}
	for i := range records {
		s.apply(&records[i])
	}
	return s
}

// With returns s after one more record. s is not changed.
func (s State) With(r Record) State {
	next := maps.Clone(s)
	if next == nil {
		next = State{}
	}
	next.apply(&r)
	return next
}

func (s State) apply(r *Record) {
	k := Key{r.Purpose, r.Scope}
	st := Standing{
		Record: r.ID, Version: r.Version, Status: r.Status, At: r.At, Until: r.Until,
		ProofBy: r.Proof.Kind, Brand: r.Brand, Via: r.Via,
	}
	if st.ProofBy == ByWord && !strings.Contains(r.Proof.Ref, ": ") {
		st.Teller = r.Proof.Ref
	}
	if old, had := s[k]; !had || !old.outranks(st) {
		s[k] = st
	}
}

// Of returns the standing that counts for purpose on brand: the brand's own
// where there is one, else the one for all brands. The zero Standing has
// status "" and is returned as Unknown.
func (s State) Of(purpose PurposeID, brand string) Standing {
	if brand != "" {
		if st, ok := s[Key{purpose, brand}]; ok {
			return st
		}
	}
	if st, ok := s[Key{purpose, ""}]; ok {
		return st
	}
	return Standing{Status: Unknown}
}

// ScopeOf returns the scope of the standing that Of returns: brand where the
// brand has its own, else "".
func (s State) ScopeOf(purpose PurposeID, brand string) string {
	if _, own := s[Key{purpose, brand}]; own {
		return brand
	}
	return ""
}

// ValidAt tells whether processing may rest on the standing at now. An expired
// yes does not count even before its expiry is recorded.
func (st Standing) ValidAt(now time.Time) bool {
	return st.Status.Valid() && (st.Until.IsZero() || now.Before(st.Until))
}
