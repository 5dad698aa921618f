package rights

import (
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// A RequestID identifies a request. It opens nothing.
type RequestID string

// A Request is a data subject exercising a right.
type Request struct {
	ID      RequestID
	Number  string // short, for people to say: "R-7K3Q-V2MD"
	Subject id.Subject
	Kind    Kind
	State   State
	Brand   string // where it was made
	Locale  string // of the person, for letters

	Pack       string // code of the law pack that applied, with its version
	ReceivedAt time.Time
	DueAt      time.Time // last instant at which an answer is in time
	ActAt      time.Time // when the product does it by itself; zero for not yet or not at all
	ClosedAt   time.Time
	Assignee   string // staff member who answers it; "" for nobody

	// What follows is personal, or may be, and sealed.

	Matter   Matter
	Proof    Proof
	Rule     Rule // frozen when the request was received
	Zone     string
	Extended bool
	Held     bool // a law wants the data kept: it is not erased until released
	// HeldFields are kept when the rest is erased, until they are released.
	HeldFields []string
	// ThawAt is when what was frozen until staff decided may be used again; zero
	// when that is not settled, or past.
	ThawAt time.Time
	Pauses []Pause
	Steps  []Step
}

// A Matter is what a request is about, beyond its kind.
type Matter struct {
	// Scope and Name narrow it to one category, field or purpose; "" is about
	// the whole person.
	Scope Scope  `json:"scope,omitempty"`
	Name  string `json:"name,omitempty"`
	// Ground is why data is to be frozen: a Ground constant.
	Ground Ground `json:"ground,omitempty"`
	// Days is how long the person wants to be able to change their mind before
	// an erasure, 0 to MaxCooling.
	Days int `json:"days,omitempty"`
	// Text is the person's own words; may be "".
	Text string `json:"text,omitempty"`
	// Proposed says that a value was proposed for the field, which Text is, and
	// the request filed by that. Taking the proposal back cancels it.
	Proposed bool `json:"proposed,omitempty"`
}

// A Proof is how it is known that the person asked, as it stands on the
// request for whoever reviews it.
type Proof struct {
	Method  string    `json:"method"` // of the session
	Session string    `json:"session,omitempty"`
	Fresh   bool      `json:"fresh,omitempty"` // proved for this request
	At      time.Time `json:"at,omitzero"`     // zero while it is not known who asks
	// Member took the request by hand; "" when the person made it themselves.
	Member string `json:"member,omitempty"`
	// System handed the request in; "" when none did.
	System string `json:"system,omitempty"`
	// Agent asked in the person's name, by Mandate as it was shown; "" for none.
	// What is released goes to the person all the same.
	Agent   string `json:"agent,omitempty"`
	Mandate string `json:"mandate,omitempty"`
	// RevokedAt is when the person ended the mandate; zero while it is in force.
	RevokedAt time.Time `json:"revoked_at,omitzero"`
}

// BySystem is the method of the proof of a request that a system passes on: it
// alone says who asks. The session of the proof is its name then.
const BySystem = "system"

// NoProof is the method of the proof of a request while it is not known who
// asks.
const NoProof = "none"

// ByHand lists how staff may know who asks.
var ByHand = [...]string{"phone", "letter", "person"}

// PassedOnBy tells whether r came by a system.
func (r *Request) PassedOnBy(system string) bool {
	return r.Proof.Method == BySystem && r.Proof.Session == system
}

// maxText bounds the person's own words, in bytes.
const maxText = 4000

// maxAgent bounds the name of an agent, in bytes.
const maxAgent = 200

// OnBehalf tells whether somebody else than the person handed the request in.
func (p *Proof) OnBehalf() bool { return p.Member != "" || p.System != "" }

// checkAgent refuses an agent without a mandate, which nobody could look at and
// end, and a mandate of nobody.
func (p *Proof) checkAgent() error {
	var wrong []errs.Field
	switch {
	case p.Agent == "" && p.Mandate != "":
		wrong = append(wrong, errs.At("agent", "error.required"))
	case p.Agent != "" && p.Mandate == "":
		wrong = append(wrong, errs.At("mandate", "error.required"))
	case len(p.Agent) > maxAgent:
		wrong = append(wrong, errs.At("agent", "error.too_long", "max", maxAgent))
	case len(p.Mandate) > maxText:
		wrong = append(wrong, errs.At("mandate", "error.too_long", "max", maxText))
	}
	return errs.InvalidFields(wrong...)
}

// checkProved refuses a time of proof that is still to come, or too long ago to
// be of this request.
func checkProved(proved, now time.Time) error {
	if proved.After(now) || now.Sub(proved) > maxBacklog {
		return errs.InvalidFields(errs.At("proved", "request.error.proved"))
	}
	return nil
}

// check refuses a matter that does not fit the kind.
func (m *Matter) check(k Kind) error {
	var wrong []errs.Field
	if len(m.Text) > maxText {
		wrong = append(wrong, errs.At("text", "error.too_long", "max", maxText))
	}
	switch {
	case k == Complaint: // also about another request
	case m.Name == "" && !k.Takes(WholePerson):
		wrong = append(wrong, errs.At("about", "error.required"))
	case !k.Takes(m.Scope), (m.Name == "") != (m.Scope == WholePerson):
		wrong = append(wrong, errs.At("about", "error.not_a_choice"))
	}
	switch k {
	case Rectification, Complaint, Automated:
		if strings.TrimSpace(m.Text) == "" {
			wrong = append(wrong, errs.At("text", "error.required"))
		}
	case Portability:
		// Who takes it has to know whose it is.
		if m.Scope == ControllerScope && strings.TrimSpace(m.Text) == "" {
			wrong = append(wrong, errs.At("text", "error.required"))
		}
	case Restriction:
		if !m.Ground.Known() {
			wrong = append(wrong, errs.At("ground", "error.not_a_choice"))
		}
	case Erasure:
		if m.Days < 0 || m.Days > MaxCooling {
			wrong = append(wrong, errs.At("days", "error.not_a_choice"))
		}
	}
	if len(wrong) > 0 {
		return errs.InvalidFields(wrong...)
	}
	return nil
}

// A Filing is a request as it comes in.
type Filing struct {
	Subject id.Subject
	Actor   ledger.Actor
	Kind    Kind
	Matter  Matter
	Proof   Proof
	Brand   string
	Locale  string
	Zone    *time.Location
	Pack    *Pack
	At      time.Time
	// Received is when it came in, if that was before it was filed: a letter
	// counts from the day on which it was delivered. Zero is At.
	Received time.Time
	// Files show what is wrong; of a rectification alone.
	Files []Attachment
}

// maxBacklog is how long a letter may have lain before somebody files it.
const maxBacklog = 366 * 24 * time.Hour

// New returns the request of f in its first state. It is Invalid when the
// matter does not fit the kind, and Forbidden when the law pack knows no such
// right.
func New(f Filing) (Request, error) {
	if !f.Kind.Filed() {
		return Request{}, errs.New(errs.NotFound, "rights.error.no_kind")
	}
	if err := f.Matter.check(f.Kind); err != nil {
		return Request{}, err
	}
	if err := f.Proof.checkAgent(); err != nil {
		return Request{}, err
	}
	if f.Proof.Method == NoProof {
		f.Proof.At = time.Time{}
	} else if byOther(f.Actor) && !f.Proof.At.IsZero() {
		if err := checkProved(f.Proof.At, f.At); err != nil {
			return Request{}, err
		}
	}
	rule, ok := f.Pack.Rule(f.Kind)
	if !ok {
		return Request{}, errs.New(errs.Forbidden, "rights.error.no_right")
	}
	if len(f.Files) > 0 && f.Kind != Rectification {
		return Request{}, errs.New(errs.Invalid, "error.bad_form")
	}
	received := f.Received
	if received.IsZero() {
		received = f.At
	}
	if received.After(f.At) || f.At.Sub(received) > maxBacklog {
		return Request{}, errs.InvalidFields(errs.At("received", "request.error.received"))
	}
	own := id.New()
	r := Request{
		ID: RequestID(own), Number: number(own), Subject: f.Subject, Kind: f.Kind, State: Initiated,
		Brand: f.Brand, Locale: f.Locale, Pack: f.Pack.Edition(), ReceivedAt: received,
		Matter: f.Matter, Proof: f.Proof, Rule: rule, Zone: f.Zone.String(),
		Steps: []Step{{At: f.At, Move: "initiate", State: Initiated, By: f.Actor.Kind, Note: f.Matter.Text, Files: len(f.Files)}},
	}
	if err := (&Request{}).mayAttach(f.Actor.Kind, len(f.Files)); err != nil {
		return Request{}, err
	}
	if f.Actor.Kind == ledger.ByStaff {
		r.Proof.Member, r.Steps[0].Member = f.Actor.ID, f.Actor.ID
	}
	r.DueAt = rule.Due(r.running())
	return r, nil
}

// number is the random end of an id, in a form that can be read out.
func number(own string) string {
	end := strings.ToUpper(own[len(own)-9:])
	return "R-" + end[:4] + "-" + end[4:8]
}

// Cooling tells whether the request waits for a day that the person picked.
func (r *Request) Cooling(now time.Time) bool {
	return r.Kind == Erasure && r.State == Accepted && now.Before(r.ActAt)
}

// Cancellable tells whether the person can still take the request back.
func (r *Request) Cancellable() bool { return r.State.Open() }

// Reopenable tells whether the person can ask for the same again.
func (r *Request) Reopenable() bool {
	t, _ := transition(Reopen)
	for _, s := range t.From {
		if s == r.State {
			return true
		}
	}
	return false
}

// Unproved tells whether r may not be granted yet, since it is not known who
// asks.
func (r *Request) Unproved() bool { return r.Kind.Proved() && r.Proof.Method == NoProof }

// Paused tells whether the clock of r stands still: the person is asked.
func (r *Request) Paused() bool {
	n := len(r.Pauses)
	return n > 0 && r.Pauses[n-1].To.IsZero()
}

// same tells whether two requests ask for the same thing.
func (r *Request) same(o *Request) bool {
	return r.Kind == o.Kind && r.Matter.Scope == o.Matter.Scope && r.Matter.Name == o.Matter.Name
}

// running is the state of the clock of r.
func (r *Request) running() Running {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		zone = time.UTC
	}
	return Running{Received: r.ReceivedAt, Proved: r.Proof.At, Zone: zone, Pauses: r.Pauses, Extended: r.Extended, Appealed: r.appeal() >= 0}
}

// A Trace is the sealed payload of an entry about a request.
type Trace struct {
	Request RequestID `json:"request"`
	Number  string    `json:"number"`
	Kind    Kind      `json:"kind"`
	Due     time.Time `json:"due,omitzero"`
	Matter  Matter    `json:"matter,omitzero"`
	Ground  string    `json:"ground,omitempty"`
	Note    string    `json:"note,omitempty"`
	Member  string    `json:"member,omitempty"` // whom it was assigned to
	Files   int       `json:"files,omitempty"`  // how many came with it
	Proof   Proof     `json:"proof,omitzero"`
}

// entry is the ledger's line about the last step of r.
func (r *Request) entry(kind ledger.Kind) ledger.Draft {
	last := r.Steps[len(r.Steps)-1]
	t := Trace{Request: r.ID, Number: r.Number, Kind: r.Kind, Due: r.DueAt, Ground: last.Ground, Note: last.Note}
	t.Member, t.Files = last.To, last.Files
	if kind == RequestInitiated {
		t.Matter, t.Proof, t.Note = r.Matter, r.Proof, ""
	}
	return ledger.Draft{Kind: kind, Payload: t}
}
