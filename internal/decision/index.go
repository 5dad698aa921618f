package decision

import (
	"context"
	"errors"
	"sync"
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
// freezes, and of the profile nothing but the day of birth.
//
// It is never older than a change of this process, which calls Forget before
// that is answered, and older than one of another by no more than fresh: then
// it looks at the ledger before it answers. Nothing runs in the background. It
// is safe for concurrent use.
type Index struct {
	book  Book
	parts [shards]part
	most  int // subjects in each part

	// What is known of a record hangs on those that are joined with it. Whoever
	// locks parts too locks this first.
	joined  sync.RWMutex
	circles map[[16]byte][][16]byte // of those held, by each of their members
	forgot  uint64                  // grows when anybody is forgotten

	sync sync.Mutex // held by who looks what others changed
	ends Ends
	seen time.Time // when that was looked at last, by the monotonic clock
}

type part struct {
	mu    sync.RWMutex
	held  map[[16]byte]*held // by the bytes of their ids, so that looking needs no other memory
	moves uint64             // grows when anybody of the part is forgotten
}

// NewIndex returns an empty Index for most subjects; DefaultMost for 0.
func NewIndex(b Book, most int) *Index {
	if most <= 0 {
		most = DefaultMost
	}
	x := &Index{book: b, most: max(most/shards, 1), circles: map[[16]byte][][16]byte{}}
	for i := range x.parts {
		x.parts[i].held = map[[16]byte]*held{}
	}
	return x
}

// Forget makes the next question about a subject look into the database, and
// about those that are joined with it.
func (x *Index) Forget(subject id.Subject) {
	b, _ := id.Bytes(string(subject)) // a text that is no id is nobody's, and so are these bytes
	x.joined.Lock()
	x.forgot++
	circle := x.circles[b]
	for _, member := range circle {
		delete(x.circles, member)
	}
	x.joined.Unlock()
	x.drop(b)
	for _, member := range circle {
		x.drop(member)
	}
}

func (x *Index) drop(subject [16]byte) {
	p := x.part(subject)
	p.mu.Lock()
	delete(p.held, subject)
	p.moves++
	p.mu.Unlock()
}

// clear forgets everybody; joined is locked.
func (x *Index) clear() {
	x.forgot++
	clear(x.circles)
	for i := range x.parts {
		p := &x.parts[i]
		p.mu.Lock()
		clear(p.held)
		p.moves++
		p.mu.Unlock()
	}
}

// part returns that of an id; its last bits are random.
func (x *Index) part(subject [16]byte) *part { return &x.parts[subject[15]%shards] }

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
		x.joined.Lock()
		x.clear()
		x.joined.Unlock()
	}
	for _, s := range moved {
		x.Forget(s)
	}
	x.ends, x.seen = ends, now
	return nil
}

// Look returns what is known of a subject, by the bytes of its id, for who asks
// a; errs.NotFound or errs.Gone when there is none any more.
func (x *Index) Look(ctx context.Context, subject [16]byte, a *Asking) (Known, error) {
	p := x.part(subject)
	p.mu.RLock()
	h, moves := p.held[subject], p.moves
	p.mu.RUnlock()
	if ages := a.Purpose.Ages; h == nil || ages != nil && ages != h.ages { // each declaration has its own
		x.joined.RLock()
		forgot := x.forgot
		x.joined.RUnlock()
		var circle [][16]byte
		var err error
		if h, circle, err = x.load(ctx, id.Subject(id.Of(subject)), ages); err != nil {
			return Known{}, err
		}
		x.keep(subject, h, circle, moves, forgot)
	}
	return Known{h.version, h, x, subject}, h.gone
}

// keep holds what was read of a subject, unless somebody on whom it hangs was
// forgotten since: what was read may be that which was to be forgotten.
func (x *Index) keep(subject [16]byte, h *held, circle [][16]byte, moves, forgot uint64) {
	if circle != nil {
		x.joined.Lock()
		defer x.joined.Unlock()
		if x.forgot != forgot {
			return
		}
		if len(x.circles) >= x.most*shards { // most of them of nobody who is held
			x.clear()
			return
		}
		for _, member := range circle {
			x.circles[member] = circle
		}
	}
	p := x.part(subject)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.moves != moves {
		return
	}
	if len(p.held) >= x.most {
		for old := range p.held {
			delete(p.held, old)
			break
		}
	}
	p.held[subject] = h
}

// load reads what is held of a subject, and the ids of the records that are read
// as one with it, itself among them; nil for a record alone.
func (x *Index) load(ctx context.Context, subject id.Subject, ages *consent.Ages) (h *held, circle [][16]byte, err error) {
	f, err := x.book.Facts(ctx, subject)
	switch {
	case errors.Is(err, errs.Gone), errors.Is(err, errs.NotFound):
		return &held{gone: err, ages: ages}, nil, nil
	case err != nil:
		return nil, nil, err
	}
	for _, member := range f.Members {
		b, _ := id.Bytes(string(member))
		circle = append(circle, b)
	}
	h = &held{version: f.Version, standings: make([]standing, 0, len(f.Consents)), ages: ages, born: unknownBirth}
	if ages != nil {
		if h.born = f.born(ages); h.born != unknownBirth {
			h.grown = ages.From(h.born.date(), "").UnixMicro()
		}
	}
	for key, st := range f.Consents {
		h.standings = append(h.standings, newStanding(key, &st))
	}
	if f.Preferences.Limits() || len(f.Freezes) > 0 || len(f.Contacts) > 0 || len(f.Humans) > 0 {
		f.Profile, f.Consents = profile.State{}, nil
		h.rest = &f
	}
	return h, circle, nil
}
