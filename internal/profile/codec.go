package profile

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// The forms of a State in JSON. Keys are short because a State is sealed,
// stored and opened as one piece; times are microseconds since 1970, the
// precision that both engines keep. A key that is not known is left out, so
// that an older program can read a newer state during an upgrade.
type (
	wireState struct {
		Claims    map[string][]wireClaim  `json:"c,omitempty"`
		Proposals map[string]wireProposal `json:"p,omitempty"`
		Undos     map[string]wireMemory   `json:"u,omitempty"`
		Notices   []wireNotice            `json:"n,omitempty"`
		Sharings  map[string]wireSharing  `json:"g,omitempty"`
	}
	wireNotice struct {
		Field  string  `json:"f"`
		Source string  `json:"s"`
		Why    Refusal `json:"w"`
		At     int64   `json:"t"`
	}
	wireSharing struct {
		Given bool  `json:"y,omitempty"`
		At    int64 `json:"t"`
		Until int64 `json:"u,omitempty"`
	}
	wireClaim struct {
		Value    string `json:"v,omitempty"`
		Source   string `json:"s"`
		Origin   Origin `json:"o,omitempty"`
		At       int64  `json:"t,omitempty"`
		Recorded int64  `json:"r,omitempty"`
		Entry    string `json:"e,omitempty"`
		Proved   bool   `json:"p,omitempty"`
		How      string `json:"h,omitempty"`
		Seq      int64  `json:"q,omitempty"`
		Via      string `json:"w,omitempty"`
	}
	wireProposal struct {
		ID    string `json:"e"`
		Value string `json:"v,omitempty"`
		At    int64  `json:"t"`
		Via   string `json:"w,omitempty"`
	}
	wireMemory struct {
		Before *wireClaim `json:"b,omitempty"`
		At     int64      `json:"t"`
	}
)

// MarshalJSON writes s in a form that is the same for equal states.
func (s State) MarshalJSON() ([]byte, error) {
	w := wireState{Claims: make(map[string][]wireClaim, len(s.Claims))}
	for field, claims := range s.Claims {
		list := make([]wireClaim, len(claims))
		for i := range claims {
			list[i] = claims[i].wire()
		}
		slices.SortFunc(list, func(a, b wireClaim) int { return strings.Compare(a.Source, b.Source) })
		w.Claims[field] = list
	}
	if len(s.Proposals) > 0 {
		w.Proposals = make(map[string]wireProposal, len(s.Proposals))
	}
	for field, p := range s.Proposals {
		w.Proposals[field] = wireProposal{ID: p.ID, Value: p.Value, At: micros(p.At), Via: p.Via}
	}
	if len(s.Undos) > 0 {
		w.Undos = make(map[string]wireMemory, len(s.Undos))
	}
	for field, m := range s.Undos {
		wm := wireMemory{At: micros(m.At)}
		if m.Before != nil {
			before := m.Before.wire()
			wm.Before = &before
		}
		w.Undos[field] = wm
	}
	for _, field := range slices.Sorted(maps.Keys(s.Notices)) {
		for _, source := range slices.Sorted(maps.Keys(s.Notices[field])) {
			n := s.Notices[field][source]
			w.Notices = append(w.Notices, wireNotice{field, source, n.Why, micros(n.At)})
		}
	}
	if len(s.Sharings) > 0 {
		w.Sharings = make(map[string]wireSharing, len(s.Sharings))
	}
	for key, g := range s.Sharings {
		w.Sharings[key] = wireSharing{Given: g.Given, At: micros(g.At), Until: micros(g.Until)}
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON wrote, and any JSON of that form.
func (s *State) UnmarshalJSON(b []byte) error {
	// Each page opens a state: the usual form is worth a reader of its own.
	if fast, ok := scanState(string(b)); ok {
		*s = fast
		return nil
	}
	return s.unmarshal(b)
}

func (s *State) unmarshal(b []byte) error {
	var w wireState
	if err := json.Unmarshal(b, &w); err != nil {
		return fmt.Errorf("decode profile state: %w", err)
	}
	*s = State{
		Claims:    make(map[string][]Claim, len(w.Claims)),
		Proposals: make(map[string]Proposal, len(w.Proposals)),
		Undos:     make(map[string]Memory, len(w.Undos)),
	}
	for key, g := range w.Sharings {
		if s.Sharings == nil {
			s.Sharings = make(map[string]Sharing, len(w.Sharings))
		}
		s.Sharings[key] = Sharing{Given: g.Given, At: moment(g.At), Until: moment(g.Until)}
	}
	for field, list := range w.Claims {
		claims := make([]Claim, len(list))
		for i := range list {
			claims[i] = list[i].claim()
		}
		s.Claims[field] = claims
	}
	for field, p := range w.Proposals {
		s.Proposals[field] = Proposal{ID: p.ID, Value: p.Value, At: moment(p.At), Via: p.Via}
	}
	for field, wm := range w.Undos {
		m := Memory{At: moment(wm.At)}
		if wm.Before != nil {
			before := wm.Before.claim()
			m.Before = &before
		}
		s.Undos[field] = m
	}
	for _, n := range w.Notices {
		if s.Notices == nil {
			s.Notices = map[string]map[string]Notice{}
		}
		if s.Notices[n.Field] == nil {
			s.Notices[n.Field] = map[string]Notice{}
		}
		s.Notices[n.Field][n.Source] = Notice{n.Why, moment(n.At)}
	}
	return nil
}

func (c *Claim) wire() wireClaim {
	return wireClaim{
		Value: c.Value, Source: c.Source, Origin: c.Origin.short(), At: micros(c.At),
		Recorded: micros(c.Recorded), Entry: c.Entry, Proved: c.Proved, How: c.How, Seq: c.Seq, Via: c.Via,
	}
}

func (w *wireClaim) claim() Claim {
	return Claim{
		Value: w.Value, Source: w.Source, Origin: w.Origin.long(), At: moment(w.At),
		Recorded: moment(w.Recorded), Entry: w.Entry, Proved: w.Proved, How: w.How, Seq: w.Seq, Via: w.Via,
	}
}

// short leaves out the origin that most claims have.
func (o Origin) short() Origin {
	if o == Provided {
		return ""
	}
	return o
}

func (o Origin) long() Origin {
	if o == "" {
		return Provided
	}
	return o
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
