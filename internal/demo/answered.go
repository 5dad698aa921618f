package demo

import (
	"time"

	"livingprofile/internal/figures"
	"livingprofile/internal/rights"
)

// Answered makes up what became of the requests of a period that is over, for
// the figures that everybody may read.
func Answered(p figures.Period) []figures.Handled {
	const day = 24 * time.Hour
	grounds := [...]string{"legal-duty", "identity", "legal-duty", "unfounded", "legal-duty"}
	var all []figures.Handled
	for _, m := range []struct {
		kind                rights.Kind
		done, refused, late int
		days                time.Duration
	}{
		{rights.Access, 41, 2, 0, 3},
		{rights.Erasure, 28, 14, 1, 9},
		{rights.Objection, 19, 7, 5, 6},
		{rights.Rectification, 12, 1, 0, 4},
		{rights.Portability, 7, 0, 0, 1},
		{rights.Complaint, 3, 1, 1, 20},
	} {
		for i := range m.done + m.refused {
			h := figures.Handled{Kind: m.kind, State: rights.Fulfilled, Received: p.From.Add(time.Duration(i) * day)}
			if i < m.refused {
				h.State, h.Ground = rights.Rejected, grounds[i%len(grounds)]
			}
			h.Closed = h.Received.Add(m.days * day)
			if h.Due = h.Closed; i < m.late {
				h.Due = h.Due.Add(-day)
			}
			all = append(all, h)
		}
	}
	return all
}
