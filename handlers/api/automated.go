package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/automated"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/inbound"
)

// A registeredBody answers a decision that a system registered.
type registeredBody struct {
	Subject  string `json:"subject"`
	Decision string `json:"decision"`
	Result   string `json:"result"` // "recorded", or "known" for a repeat
	// HumanWanted says that the person had asked for a human for such decisions.
	HumanWanted bool `json:"human_wanted,omitempty"`
}

// RegisterDecision takes a decision that a system made by itself.
func (a *API) RegisterDecision(c echo.Context) error { return a.serve(a.registerDecision)(c) }

func (a *API) registerDecision(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	var in struct {
		Subject string    `json:"subject"`
		Event   string    `json:"event"`
		Kind    string    `json:"kind"`
		At      *string   `json:"at"`
		Outcome i18n.Text `json:"outcome"`
		Logic   i18n.Text `json:"logic"`
		Effect  i18n.Text `json:"effect"`
		Fields  []string  `json:"fields"`
	}
	if err := decode(c, &in); err != nil {
		return answer{}, err
	}
	at, wrong := inbound.Moment(in.At, "at")
	if wrong != nil {
		return answer{}, errs.InvalidFields(*wrong)
	}
	p, err := a.named(web.Context(c), who, in.Subject)
	if err != nil {
		return answer{}, err
	}
	d, known, err := a.Automated.Register(web.Context(c), automated.Telling{
		Subject: p.id, System: who.system.Name, Brand: who.brand, Event: in.Event, Kind: in.Kind, At: at,
		Outcome: in.Outcome, Logic: in.Logic, Effect: in.Effect, Fields: in.Fields,
	})
	if err != nil {
		return answer{}, err
	}
	body := registeredBody{Subject: p.name, Decision: d.ID, Result: "recorded", HumanWanted: d.Against}
	if known {
		body.Result = "known"
		return ok(p.id, body), nil
	}
	return answer{status: http.StatusCreated, subject: p.id, body: body}, nil
}

// A decidedBody is an automated decision as its system reads it.
type decidedBody struct {
	Decision string    `json:"decision"`
	Event    string    `json:"event"`
	Kind     string    `json:"kind"`
	At       time.Time `json:"at"`
	Until    time.Time `json:"until"` // when it is deleted
	Outcome  i18n.Text `json:"outcome,omitempty"`
	Said     string    `json:"statement,omitempty"` // the person's own view
	Review   *reviewed `json:"review,omitempty"`
	Frozen   bool      `json:"restricted,omitempty"`
}

// A reviewed is what a human decided instead.
type reviewed struct {
	Outcome string    `json:"outcome"`
	Reasons string    `json:"reasons"`
	At      time.Time `json:"at"`
}

// mostDecided is how many decisions are read at once, the newest.
const mostDecided = 100

// AutomatedDecisions answers with what the caller's own system decided, what
// the person says of it, and what a human decided instead.
func (a *API) AutomatedDecisions(c echo.Context) error { return a.serve(a.automatedDecisions)(c) }

func (a *API) automatedDecisions(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	p, err := a.person(c, who)
	if err != nil {
		return answer{}, err
	}
	list, err := a.Store.AutomatedDecisions(web.Context(c), p.id, automated.Page{
		System: who.system.Name, Now: a.Clock.Now(), Limit: mostDecided,
	})
	if err != nil {
		return answer{}, err
	}
	body := struct {
		Subject   string        `json:"subject"`
		Decisions []decidedBody `json:"decisions"`
		// HumanWanted are the kinds that the person wants decided by a human.
		HumanWanted []string `json:"human_wanted"`
	}{p.name, []decidedBody{}, []string{}}
	for i := range who.org.Automated {
		if k := &who.org.Automated[i]; k.System == who.system.Name && p.facts.Humans.Wanted(k.Name) {
			body.HumanWanted = append(body.HumanWanted, k.Name)
		}
	}
	for i := range list {
		d := &list[i]
		if who.brand != "" && d.Brand != "" && d.Brand != who.brand {
			continue
		}
		one := decidedBody{Decision: d.ID, Event: d.Event, Kind: d.Kind, At: d.At, Until: d.Expires}
		if one.Frozen = who.frozen(p, d); !one.Frozen {
			one.Outcome, one.Said = d.Outcome, d.Statement.Text
			if d.Review.Done() {
				one.Review = &reviewed{d.Review.Outcome, d.Review.Reasons, d.Review.At}
			}
		}
		body.Decisions = append(body.Decisions, one)
	}
	return ok(p.id, body), nil
}

// frozen tells whether a decision may be stored and nothing else: the person is
// frozen, the purpose is, or a field that it was made from.
func (w *caller) frozen(p *person, d *automated.Decision) bool {
	if k, ok := w.org.AutomatedKind(d.Kind); ok {
		if _, is := p.facts.Freezes.Purpose(k.Purpose); is {
			return true
		}
	}
	if _, is := p.facts.Freezes.Field("", ""); is {
		return true
	}
	for _, f := range w.org.FieldsOf(d.Fields) {
		if _, is := p.facts.Freezes.Field(f.Name, f.Category); is {
			return true
		}
	}
	return false
}

// machine adds to a question which kind of decision a system is about to make
// by itself; a kind of another system is as one that is not declared.
func (ask *asking) machine(name string) error {
	if name == "" {
		return nil
	}
	k, found := ask.who.org.AutomatedKind(name)
	if !found || k.System != ask.who.system.Name || !k.On(ask.Brand) || ask.Purpose != nil && string(ask.Purpose.Purpose) != k.Purpose {
		return errs.InvalidFields(errs.At("automated", "error.not_a_choice"))
	}
	ask.Automated, ask.Uses = k, ask.who.org.FieldsOf(k.Fields)
	return nil
}
