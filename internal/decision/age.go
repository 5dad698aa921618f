package decision

import (
	"math"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/profile"
)

// A birth is the day on which somebody was born, in days since 1970.
type birth int32

// unknownBirth stands for no date of birth: nothing is concluded from that.
const unknownBirth birth = math.MinInt32

const day = 24 * time.Hour

func (b birth) date() time.Time { return time.Unix(int64(b)*int64(day/time.Second), 0).UTC() }

// OfAge returns the moment from which the person may consent alone to what q
// asks; zero when they may at the time of q, when nobody knows when they were
// born, and when it is no consent that is asked for.
func OfAge(f Facts, q Question) time.Time {
	f = f.Whole()
	if from := ofAge(bornOn(&f, &q), &q); q.At.Before(from) {
		return from
	}
	return time.Time{}
}

// bornOn is the birth that counts for what q asks.
func bornOn(f *Facts, q *Question) birth {
	if q.Purpose.Ages == nil || q.Purpose.Basis != consent.Consent {
		return unknownBirth
	}
	return f.born(q.Purpose.Ages)
}

// born is the birth by what is held. While it is in doubt the latest day that
// anybody names counts: it was taken away, it is frozen, or a change of it waits
// for staff.
func (f *Facts) born(ages *consent.Ages) birth {
	claims := f.Profile.Claims[ages.Field]
	proposal, waits := f.Profile.Proposals[ages.Field]
	if len(claims) == 0 && !waits {
		return unknownBirth
	}
	_, frozen := f.Freezes.Field(ages.Field, ages.Category)
	if c, _, held := profile.Winner(nil, claims, ages.Rank); held && !waits && !frozen {
		return birthOf(c.Value)
	}
	latest := birthOf(proposal.Value)
	for i := range claims {
		latest = max(latest, birthOf(claims[i].Value))
	}
	return latest
}

func birthOf(value string) birth {
	at, err := time.Parse(time.DateOnly, value)
	if err != nil {
		return unknownBirth
	}
	return birth(at.Unix() / int64(day/time.Second))
}

// ofAge is the moment from which somebody may consent alone to what q asks; zero
// where that is not known or no law asks for an age.
func ofAge(b birth, q *Question) time.Time {
	if b == unknownBirth || q.Purpose.Ages == nil || q.Purpose.Basis != consent.Consent {
		return time.Time{}
	}
	return q.Purpose.Ages.From(b.date(), q.Brand)
}

// alone is verdict, which is about a consent, for somebody who may give it alone
// from a moment on. Before that no yes of theirs counts, and one from before it
// never does: it was none (Art. 8(1) GDPR). A no of a child is a no.
func alone(verdict Verdict, from time.Time, st *consent.Standing, at time.Time) Verdict {
	switch {
	case st.Status.No() || st.Status == consent.Invalidated:
		return verdict
	case at.Before(from) && !verdict.Allow:
		return Verdict{Reasons: append([]Reason{Minor}, verdict.Reasons...), Until: from}
	case at.Before(from):
		return Verdict{Reasons: []Reason{Minor}, Until: from}
	case verdict.Allow && st.At.Before(from):
		return deny(NotAsked)
	}
	return verdict
}
