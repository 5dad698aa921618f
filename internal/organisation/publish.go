package organisation

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
)

// A PurposeDraft is the words that a purpose is to have, written in the console
// and read by nobody else yet. There is one of a purpose at most.
type PurposeDraft struct {
	Purpose consent.PurposeID
	// Base is the PurposeFingerprint that the words were written on.
	Base   string
	Words  consent.PurposeWords
	Author string    // id of the staff member who saved it
	At     time.Time // when; it tells one state of a draft from another
}

// A DraftPublished is the row that ends a draft with the declaration that has
// its words. It is refused with errs.Conflict when the draft is another by then.
type DraftPublished struct {
	Purpose consent.PurposeID
	At      time.Time
}

// Publish returns what the words of a draft would do, by the rules of a file:
// the same Check and the same comparison. reaskBy is how long a yes to what
// stands still holds, see consent.PurposeVersion. The error is errs.NotFound for
// a purpose that is not asked, errs.Conflict when it has changed since
// d.Base, and of type Problems when a file with these words would be refused.
func Publish(current *Organisation, d *PurposeDraft, reaskBy, at time.Time) (*Plan, error) {
	v, ok := current.Purpose(d.Purpose)
	if !ok || v.Retired {
		return nil, errs.NotFound
	}
	if current.PurposeFingerprint(d.Purpose) != d.Base {
		return nil, errs.New(errs.Conflict, "error.purpose_changed")
	}
	next := &Draft{File: "console", Declared: current.declared()}
	next.Declared.Purposes = slices.Clone(next.Declared.Purposes)
	i := slices.IndexFunc(next.Declared.Purposes, func(v consent.PurposeVersion) bool { return v.Purpose == d.Purpose })
	next.Declared.Purposes[i].Words, next.Declared.Purposes[i].ReaskBy = d.Words, reaskBy
	if err := next.worse(&Draft{File: next.File, Declared: current.declared()}); err != nil {
		return nil, err
	}
	p := compare(current, next, at)
	if !p.Empty() {
		p.Next.Edits = edited(current.Edits, p.Steps, at)
	}
	return p, nil
}

// Renews tells whether p makes another version of a purpose, which people are
// told of, rather than adding languages to the one that stands.
func (p *Plan) Renews(purpose consent.PurposeID) bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Action == Renew && s.What == "purpose" && s.Name == string(purpose) })
}

// PurposeFingerprint changes with everything that a draft of the purpose could
// change, and with what its words are about.
func (o *Organisation) PurposeFingerprint(purpose consent.PurposeID) string {
	h := sha256.New()
	if v, ok := o.Purpose(purpose); ok {
		for _, t := range allOfPurpose(v) {
			fmt.Fprintf(h, "%q=%q\n", t.name, t.value)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
