package consent

import (
	"encoding/json"
	"fmt"
	"sort"
	"time"
)

// standing is the stored form of one line of a State.
type standing struct {
	Purpose PurposeID `json:"p"`
	Scope   string    `json:"b,omitempty"`
	Record  RecordID  `json:"r"`
	Version int       `json:"v"`
	Status  Status    `json:"s"`
	At      int64     `json:"a"`
	Until   int64     `json:"u,omitempty"`
	ProofBy ProofKind `json:"f"`
	Brand   string    `json:"o,omitempty"`
	Via     PurposeID `json:"w,omitempty"`
}

// MarshalJSON writes s as a list in a fixed order, so that equal states have
// equal bytes.
func (s State) MarshalJSON() ([]byte, error) {
	list := make([]standing, 0, len(s))
	for k, st := range s {
		list = append(list, standing{
			k.Purpose, k.Scope, st.Record, st.Version, st.Status,
			micros(st.At), micros(st.Until), st.ProofBy, st.Brand, st.Via,
		})
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := &list[i], &list[j]
		return a.Purpose < b.Purpose || a.Purpose == b.Purpose && a.Scope < b.Scope
	})
	return json.Marshal(list)
}

// UnmarshalJSON reads what MarshalJSON wrote, and any JSON of that form.
func (s *State) UnmarshalJSON(b []byte) error {
	// Each page and each decision opens a state: the usual form is worth a
	// reader of its own.
	if fast, ok := scanState(string(b)); ok {
		*s = fast
		return nil
	}
	return s.unmarshal(b)
}

func (s *State) unmarshal(b []byte) error {
	var list []standing
	if err := json.Unmarshal(b, &list); err != nil {
		return fmt.Errorf("consent state: %w", err)
	}
	*s = make(State, len(list))
	for i := range list {
		list[i].addTo(*s)
	}
	return nil
}

func (l *standing) addTo(s State) {
	s[Key{l.Purpose, l.Scope}] = Standing{
		Record: l.Record, Version: l.Version, Status: l.Status,
		At: fromMicros(l.At), Until: fromMicros(l.Until), ProofBy: l.ProofBy, Brand: l.Brand, Via: l.Via,
	}
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
