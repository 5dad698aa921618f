package intake

import (
	"slices"
	"strings"

	"livingprofile/internal/consent"
)

type consentPlan struct {
	purpose consent.PurposeID
	cases   []consentCase
	// strict says that a word of no case costs the row.
	strict bool
	column string // for faults
	place  int
}

type consentCase struct {
	place     int
	words     []string // folded; none for any that is not empty
	later     *moment  // nil for any time
	stance    Stance
	at        moment
	confirmed bool
	proof     []proofCell
}

type proofCell struct {
	column string
	place  int
}

func (b *binder) consent(r *ConsentRule) consentPlan {
	p := consentPlan{purpose: r.Purpose, strict: r.Column != "", column: r.Column, place: b.place(r.Column)}
	for word, stance := range r.Values {
		p.cases = append(p.cases, consentCase{
			place: p.place, words: []string{word}, stance: stance, at: b.moment(r.At), proof: b.proof(r.Proof),
		})
	}
	for i := range r.Cases {
		c := &r.Cases[i]
		p.cases = append(p.cases, consentCase{
			place: b.place(c.If), words: slices.Clone(c.Is), stance: c.Says,
			at: b.moment(c.At), confirmed: c.Confirmed, proof: b.proof(c.Proof),
		})
		if c.After != "" {
			later := b.later(c.If, c.After)
			p.cases[len(p.cases)-1].later = &later
		}
	}
	for i := range p.cases {
		for j, word := range p.cases[i].words {
			p.cases[i].words[j] = foldWord(word)
		}
	}
	return p
}

func (b *binder) proof(columns []string) []proofCell {
	var cells []proofCell
	for _, name := range columns {
		if i := b.place(name); i >= 0 {
			cells = append(cells, proofCell{column: name, place: i})
		}
	}
	return cells
}

// read adds what the row says about the purpose to the item. A fault costs the
// row: what cannot be read might have been a no.
func (p *consentPlan) read(r *rowReader) *Fault {
	for i := range p.cases {
		c := &p.cases[i]
		if !c.fits(r.row.Cells) {
			continue
		}
		if c.later != nil {
			at, fault := r.moment(c.later)
			if fault != nil {
				return fault
			}
			if at.IsZero() {
				continue
			}
		}
		if c.stance == Silent {
			return nil
		}
		at, fault := r.moment(&c.at)
		if fault != nil {
			return fault
		}
		r.item.Consents = append(r.item.Consents, Consent{
			Purpose: p.purpose, Stance: c.stance, At: at, Confirmed: c.confirmed, Proof: c.shown(r.row.Cells),
		})
		return nil
	}
	if p.strict && p.place >= 0 && strings.TrimSpace(r.row.Cells[p.place]) != "" {
		return &Fault{Column: p.column, Reason: "intake.not_a_choice"}
	}
	return nil
}

func (c *consentCase) fits(cells []string) bool {
	if c.place < 0 {
		return false
	}
	text := strings.TrimSpace(cells[c.place])
	if text == "" {
		return false
	}
	return len(c.words) == 0 || slices.Contains(c.words, foldWord(text))
}

// maxProof is more than an address and a time need, in bytes.
const maxProof = 500

// shown returns the cells that prove the decision, with their columns' names.
func (c *consentCase) shown(cells []string) string {
	var b strings.Builder
	for _, p := range c.proof {
		text := strings.TrimSpace(cells[p.place])
		if text == "" || b.Len()+len(p.column)+len(text) > maxProof {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.column + " " + text)
	}
	return b.String()
}

func foldWord(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
