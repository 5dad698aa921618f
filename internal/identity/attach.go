package identity

import (
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// Attach returns i as a subject bears it by the word of a system, beside what
// the subject bears already and whoever else bears the same; false when it is
// there already.
//
// A number of the system's own is proved by the system's word. An address or
// phone number proves nothing until the person proves it: nobody is signed in
// or joined by what a system says of it. It is errs.Invalid for a number that
// the system gave to somebody else.
func Attach(subject id.Subject, all []Identifier, others []Holder, system string, i Identifier, at time.Time) (Identifier, bool, error) {
	for _, held := range all {
		if held.Kind == i.Kind && held.Scope == i.Scope && held.Value == i.Value {
			return held, false, nil
		}
	}
	for _, h := range others {
		if i.Scope != "" && h.Subject != subject {
			return i, false, errs.InvalidFields(errs.At("value", "error.identifier_taken"))
		}
	}
	i.ID, i.Subject, i.CreatedAt, i.Source, i.VerifiedAt = id.New(), subject, at, system, time.Time{}
	if i.Scope == system {
		i.VerifiedAt = at
	}
	return i, true, nil
}
