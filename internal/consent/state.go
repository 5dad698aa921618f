package consent

import (
	"maps"
	"sort"
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
	// Said is the last that the person said themselves, where the record is of
	// somebody else; zero where they said nothing, or the record is theirs.
	Said Said
}

// A Said is what a person said themselves.
type Said struct {
	At     time.Time
	Record RecordID
	No     bool
}

// said is the last that the person said themselves.
func (st Standing) said() Said {
	if st.own() {
		return Said{st.At, st.Record, st.Status.No()}
	}
	return st.Said
}

// before tells whether the other was said later.
func (s Said) before(o Said) bool {
	return s.At.Before(o.At) || s.At.Equal(o.At) && s.Record < o.Record
}

// Guarded tells whether a yes takes proof at a scope: the person said no
// themselves, and has not said yes themselves since. What systems said in
// between makes no difference to that.
func (s State) Guarded(purpose PurposeID, scope string) bool {
	last := s[Key{purpose, scope}].said()
	if all := s[Key{purpose, ""}].said(); last.before(all) {
		last = all
	}
	return last.No
}

// A State is what a subject's records add up to. The zero State has none.
type State map[Key]Standing

// Fold returns what records add up to. Their order and how they were batched
// make no difference: the latest decision counts, and of two at the same
// instant the one with the later id.
func Fold(records []Record) State {
	sorted := append([]Record(nil), records...)
	sort.Slice(sorted, func(i, j int) bool { return later(&sorted[j], &sorted[i]) })
	s := State{}
	for i := range sorted {
		s.apply(&sorted[i])
	}
	return s
}

// later tells whether a comes after b.
func later(a, b *Record) bool {
	if !a.At.Equal(b.At) {
		return a.At.After(b.At)
	}
	return a.ID > b.ID
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
	old, had := s[k]
	said := st.said()
	if before := old.said(); said.before(before) {
		said = before
	}
	if had && (old.At.After(r.At) || old.At.Equal(r.At) && old.Record > r.ID) {
		st = old
	}
	if st.Said = said; st.own() {
		st.Said = Said{}
	}
	s[k] = st
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
