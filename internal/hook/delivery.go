package hook

import (
	"encoding/json"
	"time"

	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// A Delivery is one event on its way to one endpoint.
type Delivery struct {
	Endpoint string // ID of the target
	Lane     int
	Seq      int64 // of the entry in its lane
	Entry    string
	Subject  id.Subject
	Version  int64
	Kind     ledger.Kind
	At       time.Time // of the entry

	State   State
	Attempt int       // grows with each claim: only the latest may settle
	Tries   int       // failed attempts that count for the schedule
	Probe   bool      // claimed before its time, to see whether the endpoint works again
	Due     time.Time // when it is tried next; zero when it is over
	Tried   time.Time // when it was last tried; zero before the first time
	Over    time.Time // when it was settled
	Told    int64     // version of the subject that the last body said
	Cause   string    // why it is not applied, a code

	// Acknowledged is when the receiver signed what it said of it later than in its
	// answer; zero for nothing.
	Acknowledged time.Time

	Attempts []Attempt // the latest, oldest first
	Fields   []string  // names of those whose values were sent last
	Said     []string  // topics that a system without versions was told yes of by now
}

// New returns the delivery of e to t, due at once.
func New(t *Target, e *Event, now time.Time) Delivery {
	return Delivery{
		Endpoint: t.ID, Lane: e.Lane, Seq: e.Seq, Entry: e.Entry, Subject: e.Subject,
		Version: e.Version, Kind: e.Kind, At: e.At, State: Waiting, Due: now,
	}
}

// A State is how far a delivery is.
type State string

// The states.
const (
	Waiting  State = "waiting"  // to be tried, for the first time or again
	Received State = "received" // the receiver has it
	Applied  State = "applied"  // the receiver says that it follows it
	Refused  State = "refused"  // the receiver says that it does not follow it
	NotHeld  State = "not_held" // the receiver knows nobody of that name
	Failed   State = "failed"   // every attempt failed
	Withheld State = "withheld" // nothing to be told when its turn came
)

// NamesGone is the cause of a farewell that failed for good: it came so late that
// nobody knows any more by what the system knew the person.
const NamesGone = "names_gone"

// NoAddress is the cause of a refusal of a connector: there is nothing to make a
// record with.
const NoAddress = "no_address"

// NotFoundYet is the cause why a delivery waits that met nobody, although a yes was
// followed there before.
const NotFoundYet = "not_found_yet"

// unnamed tells whether a farewell at a time told a system of somebody whom it can
// only find by what it knows them by, without that.
func (d *Delivery) unnamed(t *Target, at time.Time) bool {
	return d.Kind == Erased && t.Body == Full && at.Sub(d.At) >= NamesKept
}

// Over tells whether nothing more happens by itself.
func (s State) Over() bool { return s != Waiting }

// Reached tells whether the receiver has it.
func (s State) Reached() bool {
	return s == Received || s == Applied || s == Refused || s == NotHeld
}

// A Reply is what an exchange came to.
type Reply struct {
	Status     int    // of the answer; 0 when there was none
	RetryAfter string // as it was sent
	Type       string
	Body       []byte
	Cause      string   // a code; why there was no answer
	Said       []string // topics that the system has been told yes of by now
}

// An Outcome is what a reply means: for the delivery, and for the endpoint.
type Outcome struct {
	Delivery
	Worked bool          // the endpoint did its part
	Gone   bool          // the endpoint wants nothing more, ever
	Slow   time.Duration // the endpoint wants to be left alone; 0 for no wish
	Unread bool          // nothing was sent, which is no fault of the endpoint
}

// Judge returns what reply to the latest attempt at d means. luck is from 0 to
// 1 and spreads the next attempts.
//
// Every 2xx is a success, and nothing else: a redirect is not followed, for it
// would send a person's data to where nobody declared. 410 ends the endpoint;
// 429, 502 and 504 slow it down (Standard Webhooks 1.0, "Response status").
func Judge(d Delivery, reply Reply, now time.Time, luck float64) Outcome {
	d.Tried = now
	o := Outcome{}
	switch {
	case reply.Status >= 200 && reply.Status < 300:
		o.Worked = true
		d.State, d.Cause = acknowledged(reply)
		d.Due, d.Over = time.Time{}, now
	case reply.Status == 410:
		o.Gone = true
		d.again(now, 0, luck, "gone")
	default:
		wait := time.Duration(0)
		if reply.Status == 429 || reply.Status >= 500 {
			wait = retryAfter(reply.RetryAfter, now)
		}
		switch reply.Status {
		case 429, 502, 504:
			o.Slow = max(wait, slowFor)
		case 503:
			o.Slow = wait
		}
		d.again(now, wait, luck, cause(reply))
	}
	o.Delivery = d
	return o
}

// again makes d due once more, or gives it up.
func (d *Delivery) again(now time.Time, least time.Duration, luck float64, cause string) {
	d.Cause = cause
	if d.Probe { // it keeps the time and the attempts that it had
		return
	}
	d.Tries++
	next, more := Next(d.Tries, now, luck)
	if !more {
		d.State, d.Due, d.Over = Failed, time.Time{}, now
		return
	}
	d.Due = next
	if soonest := now.Add(least); d.Due.Before(soonest) {
		d.Due = soonest
	}
}

func cause(r Reply) string {
	switch {
	case r.Cause != "":
		return r.Cause
	case r.Status >= 300 && r.Status < 400:
		return "redirect"
	case r.Status >= 500:
		return "server_error"
	case r.Status == 429:
		return "too_many"
	}
	return "not_accepted"
}

// acknowledged reads the answer to an accepted delivery. Without words of ours
// in it, it says that the receiver has the body and no more.
func acknowledged(r Reply) (State, string) {
	var a struct{ Status, Reason string }
	if r.Type != "application/json" || json.Unmarshal(r.Body, &a) != nil {
		return Received, ""
	}
	if s := State(a.Status); s.acknowledged() {
		return s, code(a.Reason)
	}
	return Received, ""
}

// code returns a reason when it is a code, and "" when it is words: those could
// be about a person.
func code(s string) string {
	const most = 40
	if len(s) > most {
		return ""
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '-' {
			return ""
		}
	}
	return s
}
