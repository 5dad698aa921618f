package consent

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"livingprofile/internal/scan"
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
	Teller  string    `json:"t,omitempty"`
}

// MarshalJSON writes s as a list in a fixed order, so that equal states have
// equal bytes.
func (s State) MarshalJSON() ([]byte, error) {
	keys := slices.SortedFunc(maps.Keys(s), func(a, b Key) int {
		return cmp.Or(cmp.Compare(a.Purpose, b.Purpose), cmp.Compare(a.Scope, b.Scope))
	})
	// Each decision writes the whole state: it is worth a writer of its own.
	b := append(make([]byte, 0, len(s)*standingSize), '[')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = s[k].append(b, k)
	}
	return append(b, ']'), nil
}

// standingSize is more than what one line mostly takes.
const standingSize = 192

// append appends the line of st under k, as encoding/json writes a standing.
func (st Standing) append(b []byte, k Key) []byte {
	text := func(key, value string) {
		b = append(b, key...)
		b = scan.AppendText(b, value)
	}
	option := func(key, value string) {
		if value != "" {
			text(key, value)
		}
	}
	text(`{"p":`, string(k.Purpose))
	option(`,"b":`, k.Scope)
	text(`,"r":`, string(st.Record))
	b = strconv.AppendInt(append(b, `,"v":`...), int64(st.Version), 10)
	text(`,"s":`, string(st.Status))
	b = strconv.AppendInt(append(b, `,"a":`...), micros(st.At), 10)
	if until := micros(st.Until); until != 0 {
		b = strconv.AppendInt(append(b, `,"u":`...), until, 10)
	}
	text(`,"f":`, string(st.ProofBy))
	option(`,"o":`, st.Brand)
	option(`,"w":`, string(st.Via))
	option(`,"t":`, st.Teller)
	return append(b, '}')
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
		Teller: l.Teller,
	}
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
