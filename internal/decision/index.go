package decision

import (
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

// A Book is where what an Index holds is kept.
type Book interface {
	// Facts returns all that is held of a subject; errs.NotFound or errs.Gone
	// when there is none any more.
	Facts(ctx context.Context, subject id.Subject) (Facts, error)
	// Identifiers returns a subject's identifiers.
	Identifiers(ctx context.Context, subject id.Subject) ([]identity.Identifier, error)
	// Moved returns whose data changed since the given ends of the lanes, and
	// the ends now. all says that they are too many to name. Without ends it
	// names nobody.
	Moved(ctx context.Context, since Ends) (subjects []id.Subject, all bool, now Ends, err error)
}

// Ends are the numbers of the last entries of the lanes of the ledger, by lane.
type Ends []int64

const (
	// fresh is how long an Index answers without asking what other processes
	// changed.
	fresh = 20 * time.Millisecond
	// shards keep those who ask apart.
	shards = 64
	// DefaultMost is how many subjects an Index holds when nothing is said: some
	// 40 MB with four decisions each.
	DefaultMost = 100_000
)

// An Index answers from memory what may be done, for the subjects that were
// asked about last; the database is behind it. It holds decisions, wishes and
// freezes, and no value of a profile.
//
// It is never older than a change of this process, which calls Forget before
// that is answered, and older than one of another by no more than fresh: then
// it looks at the ledger before it answers. Nothing runs in the background. It
// is safe for concurrent use.
type Index struct {
	book  Book
	parts [shards]part
	seed  maphash.Seed
	most  int // subjects in each part

	sync sync.Mutex // held by who looks what others changed
	ends Ends
	seen time.Time // when that was looked at last, by the monotonic clock
}

type part struct {
	mu    sync.RWMutex
	held  map[id.Subject]*held
	moves uint64 // grows when anybody of the part is forgotten
}

// NewIndex returns an empty Index for most subjects; DefaultMost for 0.
func NewIndex(b Book, most int) *Index {
	if most <= 0 {
		most = DefaultMost
	}
	x := &Index{book: b, seed: maphash.MakeSeed(), most: max(most/shards, 1)}
	for i := range x.parts {
		x.parts[i].held = map[id.Subject]*held{}
	}
	return x
}

// held is what is known of one subject. It is not changed, but for concerns.
type held struct {
	shared    bool  // it may change without a change of version, and is not kept
	gone      error // errs.NotFound or errs.Gone; then nothing else is known
	version   int64
	standings []standing
	rest      *Facts // wishes, freezes and contacts; nil for none

	// The slice is not changed either, but replaced by a longer one: each
	// question of a key for one brand looks at it.
	concerns atomic.Pointer[[]concern]
}

// A standing is a consent.Standing in less room: there are millions.
type standing struct {
	purpose consent.PurposeID
	scope   string
	consent.Standing
}

// A concern is a question that Concerns answers, with the answer.
type concern struct {
	of concerned
	is bool
}

type concerned struct {
	brand, system string
	revision      int64
}

// mostConcerns bounds what is remembered of one subject.
const mostConcerns = 32

// Forget makes the next question about a subject look into the database.
func (x *Index) Forget(subject id.Subject) {
	p := x.part(subject)
	p.mu.Lock()
	delete(p.held, subject)
	p.moves++
	p.mu.Unlock()
}

func (x *Index) part(subject id.Subject) *part {
	return &x.parts[maphash.String(x.seed, string(subject))%shards]
}

// Refresh takes in what other processes changed. Whoever asks about many
// subjects calls it once, and Ask for each.
func (x *Index) Refresh(ctx context.Context) error {
	x.sync.Lock()
	defer x.sync.Unlock()
	if x.ends != nil && time.Since(x.seen) < fresh {
		return nil
	}
	now := time.Now()
	moved, all, ends, err := x.book.Moved(ctx, x.ends)
	if err != nil {
		return err
	}
	if all {
		for i := range x.parts {
			p := &x.parts[i]
			p.mu.Lock()
			clear(p.held)
			p.moves++
			p.mu.Unlock()
		}
	}
	for _, s := range moved {
		x.Forget(s)
	}
	x.ends, x.seen = ends, now
	return nil
}

// A Known is what an Index knows of a subject.
type Known struct {
	Version int64
	held    *held
	index   *Index
	subject id.Subject
}

// Look returns what is known of a subject; errs.NotFound or errs.Gone when
// there is none any more.
func (x *Index) Look(ctx context.Context, subject id.Subject) (Known, error) {
	p := x.part(subject)
	p.mu.RLock()
	h, moves := p.held[subject], p.moves
	p.mu.RUnlock()
	if h == nil {
		var err error
		if h, err = x.load(ctx, subject); err != nil {
			return Known{}, err
		}
		p.mu.Lock()
		// What was read before somebody was forgotten may be that which was to
		// be forgotten.
		if p.moves == moves && !h.shared {
			if len(p.held) >= x.most {
				for old := range p.held {
					delete(p.held, old)
					break
				}
			}
			p.held[subject] = h
		}
		p.mu.Unlock()
	}
	return Known{h.version, h, x, subject}, h.gone
}

func (x *Index) load(ctx context.Context, subject id.Subject) (*held, error) {
	f, err := x.book.Facts(ctx, subject)
	switch {
	case errors.Is(err, errs.Gone), errors.Is(err, errs.NotFound):
		return &held{gone: err}, nil
	case err != nil:
		return nil, err
	}
	h := &held{version: f.Version, shared: f.Shared, standings: make([]standing, 0, len(f.Consents))}
	for key, st := range f.Consents {
		h.standings = append(h.standings, standing{key.Purpose, key.Scope, st})
	}
	if f.Preferences.Limits() || len(f.Freezes) > 0 || len(f.Contacts) > 0 || len(f.Humans) > 0 {
		f.Profile, f.Consents = profile.State{}, nil
		h.rest = &f
	}
	return h, nil
}

// May is the function May for the subject, with the version of the purpose that
// the verdict's record is about; 0 for none.
func (k Known) May(q *Question) (v Verdict, version int) {
	st, rest := k.held.of(q.Purpose.Purpose, q.Brand), k.held.rest
	if st == nil {
		st = &consent.Standing{Status: consent.Unknown}
	}
	if rest == nil {
		rest = &Facts{}
	}
	v = weigh(rest, st, q)
	if v.Record != "" {
		version = st.Version
	}
	return v, version
}

// of is consent.State.Of, nil for nothing recorded. The caller does not change
// the result.
func (h *held) of(purpose consent.PurposeID, brand string) (st *consent.Standing) {
	for i := range h.standings {
		s := &h.standings[i]
		switch {
		case s.purpose != purpose:
		case s.scope == brand:
			return &s.Standing
		case s.scope == "":
			st = &s.Standing
		}
	}
	return st
}

// Concerns is the function Concerns for the subject. It is answered from the
// database once for each version of the subject and revision of the
// declaration.
func (k Known) Concerns(ctx context.Context, brand, system string, revision int64, field func(string) (*profile.Field, bool)) (bool, error) {
	of := concerned{brand, system, revision}
	var known []concern
	if list := k.held.concerns.Load(); list != nil {
		known = *list
	}
	for i := range known {
		if known[i].of == of {
			return known[i].is, nil
		}
	}
	f, err := k.index.book.Facts(ctx, k.subject)
	if err != nil {
		return false, err
	}
	ids, err := k.index.book.Identifiers(ctx, k.subject)
	if err != nil {
		return false, err
	}
	is := Concerns(f, ids, brand, system, field)
	if len(known) >= mostConcerns {
		known = nil
	}
	next := append(slices.Clone(known), concern{of, is})
	k.held.concerns.Store(&next) // of two at once the other is asked again
	return is, nil
}
