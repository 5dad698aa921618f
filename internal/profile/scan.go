package profile

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A scanner reads the JSON that State.MarshalJSON writes, and no other: at
// anything else it stops being ok, and the caller has to read the text with
// encoding/json. Values are parts of the text, so that a state of forty fields
// costs one string.
type scanner struct {
	text string
	at   int
	ok   bool
}

func scanState(text string) (State, bool) {
	s := State{Claims: map[string][]Claim{}, Proposals: map[string]Proposal{}, Undos: map[string]Memory{}}
	r := &scanner{text: text, ok: true}
	r.object(func(key string) {
		switch key {
		case "c":
			r.object(func(field string) { s.Claims[field] = r.claims() })
		case "p":
			r.object(func(field string) { s.Proposals[field] = r.proposal() })
		case "u":
			r.object(func(field string) { s.Undos[field] = r.memory() })
		default:
			r.ok = false
		}
	})
	return s, r.ok && r.at == len(r.text)
}

func (r *scanner) claims() []Claim {
	claims := make([]Claim, 0, 1)
	r.expect('[')
	for !r.next(']') && r.ok {
		if len(claims) > 0 {
			r.expect(',')
		}
		claims = append(claims, r.claim())
	}
	return claims
}

func (r *scanner) claim() Claim {
	c := Claim{Origin: Provided}
	r.object(func(key string) {
		switch key {
		case "v":
			c.Value = r.string()
		case "s":
			c.Source = r.string()
		case "o":
			c.Origin = Origin(r.string()).long()
		case "t":
			c.At = moment(r.int())
		case "r":
			c.Recorded = moment(r.int())
		case "e":
			c.Entry = r.string()
		case "p":
			c.Proved = r.word("true")
		case "h":
			c.How = r.string()
		default:
			r.ok = false
		}
	})
	return c
}

func (r *scanner) proposal() Proposal {
	var p Proposal
	r.object(func(key string) {
		switch key {
		case "e":
			p.ID = r.string()
		case "v":
			p.Value = r.string()
		case "t":
			p.At = moment(r.int())
		default:
			r.ok = false
		}
	})
	return p
}

func (r *scanner) memory() Memory {
	var m Memory
	r.object(func(key string) {
		switch key {
		case "b":
			before := r.claim()
			r.ok = r.ok && m.Before == nil
			m.Before = &before
		case "t":
			m.At = moment(r.int())
		default:
			r.ok = false
		}
	})
	return m
}

// object reads an object; member is called behind each key and reads its value.
func (r *scanner) object(member func(key string)) {
	r.expect('{')
	for first := true; !r.next('}') && r.ok; first = false {
		if !first {
			r.expect(',')
		}
		key := r.string()
		r.expect(':')
		if r.ok {
			member(key)
		}
	}
}

// next tells whether c comes next, and then reads it.
func (r *scanner) next(c byte) bool {
	if r.at < len(r.text) && r.text[r.at] == c {
		r.at++
		return true
	}
	return false
}

func (r *scanner) expect(c byte) {
	if !r.next(c) {
		r.ok = false
	}
}

func (r *scanner) word(w string) bool {
	if !strings.HasPrefix(r.text[r.at:], w) {
		r.ok = false
		return false
	}
	r.at += len(w)
	return true
}

func (r *scanner) string() string {
	start := r.at
	r.expect('"')
	for r.ok && r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == '"':
			r.at++
			return r.text[start+1 : r.at-1]
		case c == '\\':
			return r.escaped(start)
		case c < ' ' || c >= utf8.RuneSelf && !r.rune():
			r.ok = false
		case c < utf8.RuneSelf:
			r.at++
		}
	}
	r.ok = false
	return ""
}

// rune skips a character of several bytes.
func (r *scanner) rune() bool {
	c, n := utf8.DecodeRuneInString(r.text[r.at:])
	r.at += n
	return c != utf8.RuneError
}

// escaped reads a string that begins at start and has an escape.
func (r *scanner) escaped(start int) string {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case '\\':
			r.at += 2
		case '"':
			r.at++
			var s string
			if json.Unmarshal([]byte(r.text[start:r.at]), &s) != nil {
				r.ok = false
			}
			return s
		default:
			r.at++
		}
	}
	r.ok = false
	return ""
}

func (r *scanner) int() int64 {
	start := r.at
	r.next('-')
	for r.at < len(r.text) && r.text[r.at] >= '0' && r.text[r.at] <= '9' {
		r.at++
	}
	n, err := strconv.ParseInt(r.text[start:r.at], 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != r.text[start:r.at] {
		r.ok = false
	}
	return n
}
