package pull

import (
	"net/url"
	"time"
)

// A Feed is what one system tells when it is asked. It is declared by the
// organisation.
type Feed struct {
	URL    string
	Every  time.Duration
	Secret string // name of the file with the key, which goes as a bearer token; "" for none
	Header string // that the key goes in instead, as it is; "" for Authorization
	Items  string // member of the answer that is the list; "" for "changes"
	Map    Map

	Method string `json:",omitempty"` // "" for GET
	Body   string `json:",omitempty"` // what is sent, JSON; "" for nothing
	Walk   *Walk  `json:",omitempty"` // nil where Link says what the next page is
	// Speaks is the connector that signs the questions in; "" for Secret.
	Speaks string `json:",omitempty"`
	// Folder says that the system leaves files in its folder and is asked nothing.
	Folder bool `json:",omitempty"`
}

// Least is the shortest time between two turns.
const Least = time.Second

// A Position is where a feed was left, and how it does.
type Position struct {
	System   string
	Next     string // address of the page to read next; "" for the first
	Tag      string // of that page as it was read last; "" for none
	Turn     int64  // grows with every change; a change that skips one is refused
	Due      time.Time
	Read     time.Time // last success
	Failures int       // in a row
	Cause    string    // of the last failure, a code; "" when it did well
	Taken    int64     // changes that had an effect, or waited
	Refused  int64

	Pages int    // of this walk, which ends where the feed does and not with a turn
	Mark  string // digest of one of them; "" for none
}

// mostWait is the longest that a feed which fails is left alone.
const mostWait = time.Hour

// done is the position after a page or a turn that did well.
func (p Position) done(next, tag string, due, now time.Time) Position {
	p.Next, p.Tag, p.Due, p.Read, p.Failures, p.Cause = next, tag, due, now, 0, ""
	p.Turn++
	return p
}

// passed is the position when a page of the walk was read, and tells whether it
// is the one that is marked. The mark moves on whenever as many pages again were
// read, so that a walk which goes round comes back to it, however long its round
// and wherever it begins (Brent, "An improved Monte Carlo factorization
// algorithm", 1980).
func (p Position) passed(page string) (Position, bool) {
	if p.Mark == page {
		return p, true
	}
	if p.Pages++; p.Pages&(p.Pages-1) == 0 {
		p.Mark = page
	}
	return p, false
}

// ended is the position at the end of a walk.
func (p Position) ended() Position {
	p.Pages, p.Mark = 0, ""
	return p
}

// failed is the position after a turn that did not.
func (p Position) failed(f *Feed, cause string, now time.Time) Position {
	if cause == loops {
		p = p.ended() // so that one that was mended is read on
	}
	wait := f.Every << min(p.Failures, 10)
	p.Turn, p.Failures, p.Cause = p.Turn+1, p.Failures+1, cause
	p.Due = now.Add(min(max(wait, f.Every), max(mostWait, f.Every)))
	return p
}

// follow returns the address that a page leads to; false when that is on another
// host than the feed's own: a key must not be sent to where nobody declared.
func (f *Feed) follow(from, next string) (string, bool) {
	base, err := url.Parse(from)
	if err != nil {
		return "", false
	}
	to, err := base.Parse(next)
	own, bad := url.Parse(f.URL)
	if err != nil || bad != nil || to.Scheme != own.Scheme || to.Host != own.Host || to.User != nil {
		return "", false
	}
	return to.String(), true
}
