package rights

import (
	"slices"
	"time"

	"livingprofile/internal/errs"
)

// A Mandate is what lets an agent ask in a person's name: the requests that
// came under the same words, and when the person ended it. One that is given
// anew in the same words is another.
type Mandate struct {
	Agent, Words string
	RevokedAt    time.Time // zero while it is in force
	Requests     []Request // newest first; never none
}

// Mandates returns the mandates behind requests, in their order.
func Mandates(all []Request) []Mandate {
	var mandates []Mandate
	for _, r := range all {
		if r.Proof.Agent == "" {
			continue
		}
		i := slices.IndexFunc(mandates, func(m Mandate) bool {
			return m.Agent == r.Proof.Agent && m.Words == r.Proof.Mandate && m.RevokedAt.IsZero() == r.Proof.RevokedAt.IsZero()
		})
		if i < 0 {
			i, mandates = len(mandates), append(mandates, Mandate{Agent: r.Proof.Agent, Words: r.Proof.Mandate})
		}
		m := &mandates[i]
		m.Requests = append(m.Requests, r)
		if r.Proof.RevokedAt.After(m.RevokedAt) {
			m.RevokedAt = r.Proof.RevokedAt
		}
	}
	return mandates
}

// has tells whether a request came under m.
func (m *Mandate) has(r RequestID) bool {
	return slices.ContainsFunc(m.Requests, func(o Request) bool { return o.ID == r })
}

// MandateOf returns the mandate that a request came under; errs.NotFound where
// nobody asked in the person's name.
func MandateOf(all []Request, r RequestID) (Mandate, error) {
	mandates := Mandates(all)
	i := slices.IndexFunc(mandates, func(m Mandate) bool { return m.has(r) })
	if i < 0 {
		return Mandate{}, errs.New(errs.NotFound, "rights.error.no_request")
	}
	return mandates[i], nil
}
