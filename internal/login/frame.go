package login

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/secret"
)

// A Frame is what a session is limited to that began inside a page of the
// brand's own site. It opens nothing that it does not name, and no proof makes
// it fresh: grave acts are done in a window of their own.
type Frame struct {
	Origin   string   // of the page around, as browsers write it
	Sections []string // FrameSections of the portal that it shows
	Acts     []string // FrameActs that it lets the person do
}

// Shows tells whether the frame shows a section.
func (f *Frame) Shows(section string) bool { return slices.Contains(f.Sections, section) }

// Lets tells whether the person may do an act in the frame; "" is looking.
func (f *Frame) Lets(act string) bool { return act == "" || slices.Contains(f.Acts, act) }

// The acts that a frame may let a person do.
const (
	ActDecide  = "decide"  // say yes and no to purposes
	ActReceive = "receive" // choose what they get, how and when
	ActCorrect = "correct" // put a value right that is no way to reach them
)

// FrameActs are all acts, in the order of their sections.
func FrameActs() []string { return []string{ActCorrect, ActDecide, ActReceive} }

// FrameSections are the sections that a frame may show, in the order in which
// the portal has them. Requests and sign-in are not among them.
func FrameSections() []string {
	return []string{"home", "data", "allow", "get", "who", "history", "notices"}
}

const (
	// FrameLinkLife is how long a link into a frame may lie about: a page that
	// the person is looking at asks for it and uses it.
	FrameLinkLife = 2 * time.Minute
	// FrameFor is how long a session in a frame lasts at most. The brand may
	// ask for another at any time.
	FrameFor = time.Hour

	frameDomain = "login.frame"
)

// A FrameLink opens a frame once, for somebody of whom the brand says who they
// are.
type FrameLink struct {
	Token     []byte // digest of what the address holds; unique
	Subject   id.Subject
	Brand     string
	Frame     Frame
	CreatedAt time.Time
	ExpiresAt time.Time
	Spent     bool
}

// Usable returns nil while the link may be spent, and errs.Gone after. A link
// made further ahead than clocks differ was made under another clock.
func (l FrameLink) Usable(now time.Time) error {
	switch {
	case l.Spent:
		return errs.New(errs.Gone, "error.link_used")
	case !now.Before(l.ExpiresAt), l.CreatedAt.After(now.Add(clockSkew)):
		return errs.New(errs.Gone, "error.link_expired")
	}
	return nil
}

// FrameStore keeps links into frames. Each method is one transaction; all are
// safe for concurrent use. logintest.Run is the contract, and LinkStore.Sweep
// deletes links that expired.
type FrameStore interface {
	// SaveFrameLink writes a new link.
	SaveFrameLink(ctx context.Context, l FrameLink) error

	// FrameLink returns the link with the digest, spent or not; errs.NotFound
	// if there is none.
	FrameLink(ctx context.Context, token []byte) (FrameLink, error)

	// RedeemFrame spends the link, in one step on the condition that it is
	// Usable at now (else errs.Gone), and starts the session as
	// SessionStore.StartSession does. On any error nothing is written. Of any
	// number of calls for one link at most one succeeds.
	RedeemFrame(ctx context.Context, token []byte, now time.Time, start Start) error
}

// Frames makes and opens links into frames. It is safe for concurrent use.
type Frames struct {
	store FrameStore
	keys  Keys
	clock clock.Clock
	set   Settings
}

// NewFrames returns the service over store.
func NewFrames(store FrameStore, keys Keys, c clock.Clock, set Settings) *Frames {
	return &Frames{store: store, keys: keys, clock: c, set: set.withDefaults()}
}

// Link makes a link for the subject at a brand, and returns what its address
// holds and when it ends. That the origin is one of the brand's is settled by
// the caller.
func (f *Frames) Link(ctx context.Context, subject id.Subject, brand string, frame Frame) (string, time.Time, error) {
	token, now := secret.Token(), f.clock.Now()
	l := FrameLink{
		Token: f.digest(token), Subject: subject, Brand: brand, Frame: frame,
		CreatedAt: now, ExpiresAt: now.Add(FrameLinkLife),
	}
	if err := f.store.SaveFrameLink(ctx, l); err != nil {
		return "", time.Time{}, fmt.Errorf("save frame link: %w", err)
	}
	return token, l.ExpiresAt, nil
}

// Peek returns the link without spending it; errs.Gone when there is none that
// may be used.
func (f *Frames) Peek(ctx context.Context, token string) (FrameLink, error) {
	if !ValidToken(token) {
		return FrameLink{}, errs.New(errs.Gone, "error.link_expired")
	}
	l, err := f.store.FrameLink(ctx, f.digest(token))
	if errors.Is(err, errs.NotFound) {
		return FrameLink{}, errs.New(errs.Gone, "error.link_expired")
	}
	if err != nil {
		return FrameLink{}, fmt.Errorf("find frame link: %w", err)
	}
	return l, l.Usable(f.clock.Now())
}

// Open spends the link at its brand and returns the session that it begins,
// with what stands for it: the value of a cookie, and the bearer of a page.
func (f *Frames) Open(ctx context.Context, token, brand, userAgent, network string) (Session, string, error) {
	l, err := f.Peek(ctx, token)
	if err != nil {
		return Session{}, "", err
	}
	if l.Brand != brand {
		return Session{}, "", errs.New(errs.Gone, "error.link_expired")
	}
	now := f.clock.Now()
	session, bearer := begin(f.keys, f.set, SignedIn{
		Subject: l.Subject, Brand: l.Brand, Method: ByBrandLink, Assurance: Asserted,
		UserAgent: userAgent, Network: network, Frame: &l.Frame,
	}, now)
	err = f.store.RedeemFrame(ctx, l.Token, now, Start{Session: session, Journal: started(session, now)})
	if errors.Is(err, errs.NotFound) {
		err = errs.Wrap(errs.Gone, "error.link_expired", err) // erased since
	}
	if err != nil {
		return Session{}, "", err
	}
	return session, bearer, nil
}

func (f *Frames) digest(token string) []byte { return f.keys.Digest(frameDomain, []byte(token)) }
