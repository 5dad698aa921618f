package profile

import (
	"strings"

	"livingprofile/internal/scan"
)

// scanState reads what State.MarshalJSON writes, and no other JSON.
func scanState(text string) (State, bool) {
	s := State{Claims: make(map[string][]Claim, strings.Count(text, ":[")), Proposals: map[string]Proposal{}, Undos: map[string]Memory{}}
	r := scan.New(text)
	r.Object(func(key string) {
		switch key {
		case "c":
			r.Object(func(field string) { s.Claims[field] = scanClaims(r) })
		case "p":
			r.Object(func(field string) { s.Proposals[field] = scanProposal(r) })
		case "u":
			r.Object(func(field string) { s.Undos[field] = scanMemory(r) })
		case "g":
			r.Object(func(key string) {
				if s.Sharings == nil {
					s.Sharings = map[string]Sharing{}
				}
				s.Sharings[key] = scanSharing(r)
			})
		default:
			r.Fail()
		}
	})
	return s, r.Done()
}

func scanSharing(r *scan.Scanner) Sharing {
	var g Sharing
	r.Object(func(key string) {
		switch key {
		case "y":
			g.Given = r.True()
		case "t":
			g.At = moment(r.Int())
		case "u":
			g.Until = moment(r.Int())
		default:
			r.Fail()
		}
	})
	return g
}

func scanClaims(r *scan.Scanner) []Claim {
	claims := make([]Claim, 0, 1)
	r.Array(func() { claims = append(claims, scanClaim(r)) })
	return claims
}

func scanClaim(r *scan.Scanner) Claim {
	c := Claim{Origin: Provided}
	r.Object(func(key string) {
		switch key {
		case "v":
			c.Value = r.Text()
		case "s":
			c.Source = r.Text()
		case "o":
			c.Origin = Origin(r.Text()).long()
		case "t":
			c.At = moment(r.Int())
		case "r":
			c.Recorded = moment(r.Int())
		case "e":
			c.Entry = r.Text()
		case "p":
			c.Proved = r.True()
		case "h":
			c.How = r.Text()
		case "q":
			c.Seq = r.Int()
		case "w":
			c.Via = r.Text()
		default:
			r.Fail()
		}
	})
	return c
}

func scanProposal(r *scan.Scanner) Proposal {
	var p Proposal
	r.Object(func(key string) {
		switch key {
		case "e":
			p.ID = r.Text()
		case "v":
			p.Value = r.Text()
		case "t":
			p.At = moment(r.Int())
		case "w":
			p.Via = r.Text()
		default:
			r.Fail()
		}
	})
	return p
}

func scanMemory(r *scan.Scanner) Memory {
	var m Memory
	r.Object(func(key string) {
		switch key {
		case "b":
			if m.Before != nil {
				r.Fail() // encoding/json would write one claim over the other
				return
			}
			before := scanClaim(r)
			m.Before = &before
		case "t":
			m.At = moment(r.Int())
		default:
			r.Fail()
		}
	})
	return m
}
