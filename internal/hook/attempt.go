package hook

import "time"

// An Attempt is one try at a delivery, as staff may see it: nothing of what was
// sent is in it.
type Attempt struct {
	At     time.Time     `json:"at"`
	Status int           `json:"status,omitempty"` // 0 when there was no answer
	Cause  string        `json:"cause,omitempty"`  // why it was not a success, a code
	Took   time.Duration `json:"took,omitempty"`
}

// keptAttempts is how many attempts of a delivery are kept: all of its schedule,
// and as many again for what was tried beside it or told again.
const keptAttempts = 2 * Attempts

// attempted adds an attempt to what is kept; the oldest make way.
func (d *Delivery) attempted(a Attempt) {
	kept := make([]Attempt, 0, len(d.Attempts)+1)
	kept = append(append(kept, d.Attempts...), a)
	d.Attempts = kept[max(0, len(kept)-keptAttempts):]
}

// An Hour is what the attempts of one hour at one endpoint came to, and what
// waited in it as far as somebody looked.
type Hour struct {
	Endpoint        string
	At              time.Time
	Reached, Missed int64
	Took            time.Duration // altogether
	Waiting         int64         // the most at a time, up to CountedTo
	Lag             time.Duration // the longest that any of it had waited
}

// A Backlog is what waits for one endpoint.
type Backlog struct {
	Waiting int       // up to CountedTo
	Oldest  time.Time // when the oldest of it happened; zero for none
}

// CountedTo is how far what waits is counted.
const CountedTo = 10_000

// A Page selects deliveries of one endpoint, newest first.
type Page struct {
	Endpoint string
	State    State  // "" for all
	Before   string // entry of the last delivery on the page before; "" for the newest
	Limit    int
}

// A Held is what may be shown of a secret.
type Held struct {
	ID    string
	Since time.Time
	Until time.Time // zero for the newest
	// Public is the public half of a private key; "" for a shared secret.
	Public string
}

// States are all that a delivery may be in, in the order in which they are
// offered.
func States() []State {
	return []State{Waiting, Received, Applied, Refused, NotHeld, Failed, Withheld}
}
