package decision

import (
	"context"
	"strings"
	"sync/atomic"
	"time"
	"unique"

	"livingprofile/internal/consent"
	"livingprofile/internal/id"
	"livingprofile/internal/profile"
)

// A Known is what an Index knows of a subject.
type Known struct {
	Version int64
	held    *held
	index   *Index
	subject [16]byte
}

// held is what is known of one subject. It is not changed, but for concerns.
type held struct {
	gone      error // errs.NotFound or errs.Gone; then nothing else is known
	version   int64
	standings []standing
	rest      *Facts // wishes, freezes and contacts; nil for none
	ages      *consent.Ages
	born      birth // by ages
	grown     int64 // from when they may consent alone at every brand, in microseconds
	concerns  atomic.Pointer[concern]
}

// A standing is what decides of a consent.Standing, in less room and without
// the text that it was read from: there are millions.
type standing struct {
	of        unique.Handle[consent.Key]
	manner    unique.Handle[manner]
	record    consent.RecordID
	version   int
	at, until int64 // microseconds; 0 for never
}

// A manner is what the standings of many have in common.
type manner struct {
	status  consent.Status
	proofBy consent.ProofKind
	via     consent.PurposeID
	brand   string
}

func newStanding(key consent.Key, st *consent.Standing) standing {
	s := standing{
		of: unique.Make(key), manner: unique.Make(manner{st.Status, st.ProofBy, st.Via, st.Brand}),
		record: consent.RecordID(strings.Clone(string(st.Record))), version: st.Version, at: st.At.UnixMicro(),
	}
	if !st.Until.IsZero() {
		s.until = st.Until.UnixMicro()
	}
	return s
}

// full is the standing as May weighs it.
func (s *standing) full() consent.Standing {
	m := s.manner.Value()
	st := consent.Standing{
		Record: s.record, Version: s.version, Status: m.status, ProofBy: m.proofBy, Via: m.via, Brand: m.brand, At: time.UnixMicro(s.at).UTC(),
	}
	if s.until != 0 {
		st.Until = time.UnixMicro(s.until).UTC()
	}
	return st
}

// A concern is a question that Concerns answers, with the answer, in front of
// those that were answered before.
type concern struct {
	of     unique.Handle[concerned]
	is     bool
	before *concern
	n      int // how many these are
}

type concerned struct {
	brand, system string
	revision      int64 // of the declaration
}

// mostConcerns bounds what is remembered of one subject.
const mostConcerns = 32

// An Asking is a question that one system has, prepared to be answered about
// many people: what is looked up of each is compared by address.
type Asking struct {
	Question
	system     string
	here       unique.Handle[consent.Key] // at the brand
	everywhere unique.Handle[consent.Key]
	concerned  unique.Handle[concerned]
}

// NewAsking prepares what a system asks, under a revision of the declaration.
func NewAsking(q Question, system string, revision int64) *Asking {
	return &Asking{
		Question: q, system: system,
		here:       unique.Make(consent.Key{Purpose: q.Purpose.Purpose, Scope: q.Brand}),
		everywhere: unique.Make(consent.Key{Purpose: q.Purpose.Purpose}),
		concerned:  unique.Make(concerned{q.Brand, system, revision}),
	}
}

// May is the function May for the subject, with the version of the purpose that
// the verdict's record is about; 0 for none.
func (k Known) May(a *Asking) (v Verdict, version int) {
	st, rest, born := consent.Standing{Status: consent.Unknown}, k.held.rest, k.held.born
	s := k.held.of(a)
	if s != nil {
		st = s.full()
	}
	if a.At.UnixMicro() >= k.held.grown && (s == nil || s.at >= k.held.grown) {
		born = unknownBirth // nearly everybody: it cannot make a difference
	}
	if rest == nil {
		rest = &Facts{}
	}
	v = weigh(rest, born, &st, &a.Question)
	if v.Record != "" {
		version = st.Version
	}
	return v, version
}

// of is consent.State.Of; nil for no decision.
func (h *held) of(a *Asking) (everywhere *standing) {
	for i := range h.standings {
		s := &h.standings[i]
		switch s.of {
		case a.here:
			return s
		case a.everywhere:
			everywhere = s
		}
	}
	return everywhere
}

// Concerns is the function Concerns for the subject, and for the brand and the
// system that ask. Who decided there on what is asked is known; for others it is
// answered from the database once for each version of the subject and revision
// of the declaration.
func (k Known) Concerns(ctx context.Context, a *Asking, field func(string) (*profile.Field, bool)) (bool, error) {
	if s := k.held.of(a); s != nil && (s.of == a.here || s.manner.Value().brand == a.Brand) {
		return true, nil
	}
	before := k.held.concerns.Load()
	for c := before; c != nil; c = c.before {
		if c.of == a.concerned {
			return c.is, nil
		}
	}
	subject := id.Subject(id.Of(k.subject))
	f, err := k.index.book.Facts(ctx, subject)
	if err != nil {
		return false, err
	}
	ids, err := k.index.book.Identifiers(ctx, subject)
	if err != nil {
		return false, err
	}
	c := &concern{of: a.concerned, is: Concerns(f, ids, a.Brand, a.system, field), n: 1}
	if before != nil && before.n < mostConcerns {
		c.before, c.n = before, before.n+1
	}
	k.held.concerns.Store(c) // of two at once the other is asked again
	return c.is, nil
}
