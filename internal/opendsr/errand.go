package opendsr

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/outbound"
	"livingprofile/internal/rights"
)

// A Peer is a processor of ours that speaks OpenDSR, as it is declared.
type Peer struct {
	URL    string // without what comes behind it, as https://dsr.example.com/opendsr/v2
	Domain string // that signs
	Secret string // name of the file with the key; "" for none
	// Requests is the path of its requests behind URL, as platforms have their
	// own; "" for "requests".
	Requests string `json:",omitempty"`
}

// An Errand is a request of a person that we passed on to a processor.
type Errand struct {
	ID      string // a UUID of version 4, by which the processor knows it
	System  string
	Request rights.RequestID
	Subject id.Subject
	Type    Type
	// Regulation is that of the law pack of the request.
	Regulation Regulation
	Names      []Identity // while it is Waiting: personal
	Submitted  time.Time  // when the person asked
	State      ErrandState
	Expected   time.Time // by the processor's word; zero for none
	ChangedAt  time.Time
	DueAt      time.Time // when it is sent or asked about next; zero when it is over
	Tries      int       // that failed since ChangedAt
	Cause      string    // of the last that failed, a code
}

// An ErrandState is how far an errand is: Waiting, a Status of the processor's,
// or an end without one.
type ErrandState string

// The states beyond those of a Status.
const (
	Waiting ErrandState = "waiting" // not taken yet
	Refused ErrandState = "refused" // the processor does not take it, or said no to it
	Failed  ErrandState = "failed"  // it could not be sent
)

// Over tells whether nothing more happens by itself.
func (s ErrandState) Over() bool { return s == Refused || s == Failed || Status(s).Over() }

// An ErrandStore keeps errands.
type ErrandStore interface {
	// KeepErrand writes a new one, unless the request went to the system before.
	KeepErrand(ctx context.Context, e Errand) error
	// MoveErrand writes what became of one, if nobody else has moved it since
	// from; errs.Conflict if somebody has.
	MoveErrand(ctx context.Context, e Errand, from ErrandState) error
	// Errand returns one; errs.NotFound for none.
	Errand(ctx context.Context, errand string) (Errand, error)
	// DueErrands returns those that are due.
	DueErrands(ctx context.Context, now time.Time, limit int) ([]Errand, error)
	// ForgetNames destroys the keys of the names of those that wait no more.
	ForgetNames(ctx context.Context) error
}

// An Outlet sends and fetches; outbound.Door is one.
type Outlet interface {
	Post(ctx context.Context, l outbound.Letter) (outbound.Answer, error)
	Get(ctx context.Context, l outbound.Letter) (outbound.Page, error)
}

// A Controller passes requests on to processors. It is safe for concurrent use.
type Controller struct {
	Store  ErrandStore
	Door   Outlet
	Clock  clock.Clock
	Peers  func() map[string]Peer // by system
	Secret func(name string) (string, error)
	// Names returns by what a system knows a person.
	Names func(ctx context.Context, system string, subject id.Subject) ([]Identity, error)
	// Unheard counts a callback of a system that is not taken, for staff to see.
	Unheard func(ctx context.Context, system, reason string) error
	Roots   *x509.CertPool // whom to trust; nil for those of the machine
	Base    *url.URL

	mu           sync.Mutex
	certificates map[string]published // by address of the peer
}

// A published certificate was fetched from its owner.
type published struct {
	chain []*x509.Certificate
	at    time.Time
}

// typeOf is the type of a right; false for one that processors are not asked.
func typeOf(k rights.Kind) (Type, bool) {
	switch k {
	case rights.Access:
		return Access, true
	case rights.Portability:
		return Portability, true
	case rights.Erasure:
		return Erasure, true
	}
	return "", false
}

// regulationOf is the regulation of the edition of a law pack. The standard knows
// two: what is no law of the United States is most like the GDPR.
func regulationOf(pack string) Regulation {
	if code, _, _ := strings.Cut(pack, "/"); code == "US" || strings.HasPrefix(code, "US-") {
		return CCPA
	}
	return GDPR
}

// Refer writes the errands of a request that is about to be carried out. By
// what the person is known is kept with them, sealed: an erasure takes it from
// everywhere else. It may be repeated.
func (c *Controller) Refer(ctx context.Context, r *rights.Request) error {
	kind, ok := typeOf(r.Kind)
	if !ok {
		return nil
	}
	for system := range c.Peers() {
		names, err := c.Names(ctx, system, r.Subject)
		if err != nil {
			return err
		}
		now := c.Clock.Now()
		err = c.Store.KeepErrand(ctx, Errand{
			ID: uuid.NewString(), System: system, Request: r.ID, Subject: r.Subject, Type: kind, Regulation: regulationOf(r.Pack), Names: names,
			Submitted: r.ReceivedAt, State: Waiting, ChangedAt: now, DueAt: now,
		})
		if err != nil {
			return fmt.Errorf("errand: %w", err)
		}
	}
	return nil
}

// askEvery is how often a processor that calls nobody is asked.
const askEvery = 6 * time.Hour

// Turn sends what waits, and asks about what is late.
func (c *Controller) Turn(ctx context.Context) error {
	all, err := c.Store.DueErrands(ctx, c.Clock.Now(), atOnce)
	if err != nil {
		return err
	}
	for i := range all {
		e := all[i]
		was := e.State
		c.step(ctx, &e)
		if err := c.Store.MoveErrand(ctx, e, was); err != nil && !errors.Is(err, errs.Conflict) {
			return err
		}
	}
	return c.Store.ForgetNames(ctx)
}

// step sends an errand, or asks about it.
func (c *Controller) step(ctx context.Context, e *Errand) {
	now := c.Clock.Now()
	peer, ok := c.Peers()[e.System]
	if !ok {
		e.end(Failed, "no_system", now)
		return
	}
	answer, err := c.exchange(ctx, e, &peer)
	switch {
	case err != nil:
		e.again("not_reached", now)
	case e.State == Waiting && answer.Status == 400:
		e.end(Refused, "not_accepted", now)
	case answer.Status/100 != 2:
		e.again("not_accepted", now)
	case c.signed(ctx, &peer, &answer) != nil:
		e.again("bad_signature", now)
	case e.State == Waiting:
		var r Receipt
		if json.Unmarshal(answer.Body, &r) != nil || r.ID != e.ID {
			e.again("not_understood", now)
			return
		}
		e.State, e.Expected, e.ChangedAt, e.Tries, e.Cause, e.DueAt = ErrandState(Pending), r.Expected, now, 0, "", now.Add(askEvery)
	default:
		r, err := ParseReport(answer.Body, e.ID, "")
		if err != nil {
			e.again("not_understood", now)
			return
		}
		e.DueAt, e.Tries, e.Cause = now.Add(askEvery), 0, ""
		e.follow(&r, peer.Domain, now)
	}
}

// signed tells whether a peer signed an answer.
func (c *Controller) signed(ctx context.Context, p *Peer, a *outbound.Answer) error {
	domain, signature := Signature(a.Header.Get)
	return c.check(ctx, p, a.Body, domain, signature)
}

// again makes an errand due once more, or gives it up.
func (e *Errand) again(cause string, now time.Time) {
	e.Tries++
	e.Cause = cause
	next, more := hook.Next(e.Tries, now, 0)
	switch {
	case more:
		e.DueAt = next
	case e.State == Waiting:
		e.end(Failed, cause, now)
	default:
		e.DueAt, e.Tries = now.Add(24*time.Hour), 0 // it was taken, and is asked about on
	}
}

func (e *Errand) end(s ErrandState, cause string, now time.Time) {
	e.State, e.Cause, e.ChangedAt, e.DueAt, e.Names = s, cause, now, time.Time{}, nil
}

// follow takes the word of the processor of a domain, unless a later one is known.
func (e *Errand) follow(r *Report, domain string, now time.Time) {
	if e.State == Refused || e.State != Waiting && !r.Status.Follows(Status(e.State)) {
		return
	}
	if !r.Expected.IsZero() {
		e.Expected = r.Expected
	}
	switch {
	case r.refused(domain):
		e.end(Refused, "said_no", now)
		return
	case r.Status.Over():
		e.end(ErrandState(r.Status), "", now)
		return
	}
	e.State, e.ChangedAt = ErrandState(r.Status), now
}

// callback is our address for an errand.
func (c *Controller) callback(errand string) string {
	return c.Base.JoinPath("opendsr", "v2", "callbacks", errand).String()
}

// exchange sends an errand, or asks about one that was taken.
func (c *Controller) exchange(ctx context.Context, e *Errand, p *Peer) (outbound.Answer, error) {
	requests := strings.TrimSuffix(p.URL, "/") + "/" + cmp.Or(p.Requests, "requests")
	l := outbound.Letter{Method: "GET", URL: requests + "/" + e.ID, Headers: map[string]string{}}
	if p.Secret != "" {
		secret, err := c.Secret(p.Secret)
		if err != nil {
			return outbound.Answer{}, err
		}
		l.Headers["Authorization"] = "Bearer " + secret
	}
	if e.State == Waiting {
		body, err := Write(Request{
			Regulation: e.Regulation, ID: e.ID, Type: e.Type, Identities: e.Names, SubmittedAt: e.Submitted.UTC().Truncate(time.Second),
			Version: Version, Callbacks: []string{c.callback(e.ID)},
		})
		if err != nil {
			return outbound.Answer{}, err
		}
		l.Method, l.URL, l.Body = "POST", requests, body
		l.Headers["Content-Type"] = "application/json"
	}
	return c.Door.Post(ctx, l)
}

// certificateLife is how long a certificate is believed without being fetched
// again.
const certificateLife = time.Hour

// check tells whether a peer signed body: its domain first, then its
// certificate, then the signature. Nothing of the body is read before.
func (c *Controller) check(ctx context.Context, p *Peer, body []byte, domain, signature string) error {
	if domain != p.Domain {
		return errors.New("of another domain")
	}
	chain, err := c.chain(ctx, p)
	if err != nil {
		return err
	}
	return Check(body, signature, p.Domain, chain, c.Roots, c.Clock.Now())
}

// chain returns the certificates that a peer publishes on its own domain.
func (c *Controller) chain(ctx context.Context, p *Peer) ([]*x509.Certificate, error) {
	now := c.Clock.Now()
	c.mu.Lock()
	known, has := c.certificates[p.URL]
	c.mu.Unlock()
	if has && now.Sub(known.at) < certificateLife {
		return known.chain, nil
	}
	page, err := c.Door.Get(ctx, outbound.Letter{URL: strings.TrimSuffix(p.URL, "/") + "/discovery"})
	if err != nil {
		return nil, err
	}
	var d Discovery
	if page.Status != 200 || json.Unmarshal(page.Body, &d) != nil {
		return nil, errors.New("no discovery")
	}
	at, err := url.Parse(d.Certificate)
	if err != nil || at.Hostname() != p.Domain {
		return nil, errors.New("the certificate is not on the domain")
	}
	if page, err = c.Door.Get(ctx, outbound.Letter{URL: d.Certificate}); err != nil {
		return nil, err
	}
	chain, err := Certificates(page.Body)
	if page.Status != 200 || err != nil {
		return nil, errors.New("no certificate")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.certificates == nil {
		c.certificates = map[string]published{}
	}
	c.certificates[p.URL] = published{chain, now}
	return chain, nil
}

// Called takes a callback. What is not signed by the processor of the errand, or
// is about another, is errs.Forbidden; the same again, and what comes too late,
// changes nothing.
func (c *Controller) Called(ctx context.Context, errand, domain, signature string, body []byte) error {
	forbidden := errs.New(errs.Forbidden, "error.forbidden")
	e, err := c.Store.Errand(ctx, errand)
	if errors.Is(err, errs.NotFound) {
		return forbidden
	}
	if err != nil {
		return err
	}
	peer, ok := c.Peers()[e.System]
	if !ok {
		return forbidden
	}
	if c.check(ctx, &peer, body, domain, signature) != nil {
		return c.unheard(ctx, e.System, "bad_signer", forbidden)
	}
	r, err := ParseReport(body, e.ID, c.callback(e.ID))
	if err != nil {
		return c.unheard(ctx, e.System, "not_valid", forbidden)
	}
	was := e.State
	if e.follow(&r, peer.Domain, c.Clock.Now()); e.State == was {
		return nil
	}
	err = c.Store.MoveErrand(ctx, e, was)
	if errors.Is(err, errs.Conflict) {
		return nil // another word was first; it comes again, or we ask
	}
	return err
}

func (c *Controller) unheard(ctx context.Context, system, reason string, why error) error {
	if err := c.Unheard(ctx, system, reason); err != nil {
		return err
	}
	return why
}
