package hook

import (
	"net/netip"
	"net/url"
	"slices"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/ledger"
)

// An Endpoint is one address of a connected system, with what it wants to be
// told. It is declared by the organisation.
type Endpoint struct {
	Name     string // within the system
	URL      string
	Events   []string // families and kinds; empty for all
	Brands   []string // empty for all
	Purposes []string // of those the system works for; empty for all of them
	Fields   []string // of those the system may hold; empty for all of them
	Envelope Envelope
	Body     Body
}

// An Envelope is the form of a body.
type Envelope string

// The envelopes.
const (
	Plain       Envelope = "plain"       // type, timestamp and data, as Standard Webhooks advises
	CloudEvents Envelope = "cloudevents" // structured mode, so that the signature covers all of it
)

// A Body says how much a body holds.
type Body string

// The bodies.
const (
	Thin Body = "thin" // what may be done, about whom by a name of its own; nothing personal
	Full Body = "full" // also the values that the system may have now
)

// A Target is an endpoint with its system: who is told, and the most that may
// ever be told there.
type Target struct {
	ID       string // "system/endpoint"
	System   string
	Endpoint // Purposes and Fields are filled in, Envelope and Body set
	// Birthday is the field of the date of birth, by which the law tells what a
	// yes is worth; "" for none. Whoever is told of decisions is told that it
	// changed.
	Birthday string
	// Speaks is the connector that speaks to the system in its own language; ""
	// for bodies of ours, which are signed.
	Speaks string
	// Unreadable is why that connector cannot be used, "" for one that can. What
	// there is to tell waits.
	Unreadable string
}

// NewTarget returns the target of an endpoint of system, which works for
// purposes and may hold fields.
func NewTarget(system string, e Endpoint, purposes, fields []string) Target {
	e.Purposes = within(e.Purposes, purposes)
	e.Fields = within(e.Fields, fields)
	if e.Envelope == "" {
		e.Envelope = Plain
	}
	if e.Body == "" {
		e.Body = Thin
	}
	return Target{ID: system + "/" + e.Name, System: system, Endpoint: e}
}

// within returns what some and all have in common; no some means all.
func within(some, all []string) []string {
	if len(some) == 0 {
		return all
	}
	var both []string
	for _, s := range some {
		if slices.Contains(all, s) {
			both = append(both, s)
		}
	}
	return both
}

// For tells whether the target is told about a brand.
func (t *Target) For(brand string) bool {
	return len(t.Brands) == 0 || slices.Contains(t.Brands, brand)
}

// Wants tells whether the target is told of e.
//
// Every body names all that may be done, so that whoever is told of anything is
// told of a yes: what ends one is told whatever the target asked for. What the
// system itself brought in about values is not told back to it. A decision is:
// what it said may not be what holds.
func (t *Target) Wants(e *Event) bool {
	f := told(e.Kind)
	switch {
	case f == "" || e.Subject == "":
		return false
	case e.Kind == Erased, family(e.Kind) == frozen:
		return true
	case len(t.Brands) > 0 && e.Brand != "" && !slices.Contains(t.Brands, e.Brand):
		return false
	}
	return t.concerned(f, e) && (e.Ends || t.ripens(e) || t.hears(f, e.Kind))
}

// concerned tells whether e, of a family, is about what the target works for.
func (t *Target) concerned(f string, e *Event) bool {
	switch f {
	case "audience":
		return e.Endpoint == t.ID && slices.Contains(t.Purposes, string(e.Purpose))
	case "consent":
		return slices.Contains(t.Purposes, string(e.Purpose))
	case automatic:
		return e.System == t.System
	case "attribute":
		if t.reads(e) {
			return e.Actor.Kind != ledger.BySystem || e.Actor.ID != t.System
		}
		return t.ripens(e)
	}
	return true
}

// hears tells whether the target asked for a kind, by its name or by that of its
// family.
func (t *Target) hears(f string, k ledger.Kind) bool {
	return len(t.Events) == 0 || slices.Contains(t.Events, f) || slices.Contains(t.Events, string(k))
}

// reads tells whether a value changed that the target may have.
func (t *Target) reads(e *Event) bool {
	return slices.ContainsFunc(e.Fields, func(f string) bool { return slices.Contains(t.Fields, f) })
}

// ripens tells whether another date of birth may make another answer of every
// yes.
func (t *Target) ripens(e *Event) bool {
	return t.Birthday != "" && slices.Contains(e.Fields, t.Birthday)
}

// about tells whether the target works for a purpose at a brand.
func (t *Target) about(purpose, brand string) bool {
	return slices.Contains(t.Purposes, purpose) && (len(t.Brands) == 0 || slices.Contains(t.Brands, brand))
}

// TakesGroups tells whether an audience for a purpose at a brand may be sent to
// the target: it has to be about both, and to be told who is in one. That
// whoever withdraws has left at once, everybody is told.
func (t *Target) TakesGroups(purpose consent.PurposeID, brand string) bool {
	return t.hears("audience", GroupJoined) && t.about(string(purpose), brand)
}

// A Mode is whether an endpoint is sent to.
type Mode string

// The modes.
const (
	Active   Mode = "active"
	Paused   Mode = "paused"   // by staff, or because it only failed for PauseAfter, until it answers
	Disabled Mode = "disabled" // it answered 410 Gone
)

// The kinds of ledger entry about endpoints.
const (
	EndpointPaused   ledger.Kind = "endpoint.paused"
	EndpointResumed  ledger.Kind = "endpoint.resumed"
	EndpointDisabled ledger.Kind = "endpoint.disabled"
	SecretMade       ledger.Kind = "endpoint.secret_made"
	SecretEnded      ledger.Kind = "endpoint.secret_ended"
	EndpointReplayed ledger.Kind = "endpoint.replayed"
	EndpointPinged   ledger.Kind = "endpoint.pinged"
)

// A Trace is the payload of an entry about an endpoint.
type Trace struct {
	Endpoint string    `json:"endpoint"`
	Cause    string    `json:"cause,omitempty"`
	Note     string    `json:"note,omitempty"` // what staff said
	Until    time.Time `json:"until,omitzero"` // of the older secrets
	Span     *Span     `json:"span,omitempty"` // what was told again
	Count    int       `json:"count,omitempty"`
	Answer   int       `json:"answer,omitempty"` // to a ping; 0 for none
}

// A Health is what is known of an endpoint from its answers.
type Health struct {
	Mode    Mode
	Cause   string // why it is not active, a code
	Note    string // what staff said when they paused it
	Since   time.Time
	Failing time.Time // first failure since the last success; zero while it works
	Slow    time.Time // nothing is sent before
	Worked  time.Time // last success
}

// ValidURL tells whether an address may be declared: https, or http on this
// machine. Whether it may be connected to is decided when that happens.
func ValidURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	switch u.Scheme {
	case "https":
		return true
	case "http":
		ip, err := netip.ParseAddr(u.Hostname())
		return u.Hostname() == "localhost" || err == nil && ip.Unmap().IsLoopback()
	}
	return false
}
