package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
)

// A requestBody is a request of a person as the system that took it reads it.
// It holds none of their words.
type requestBody struct {
	Request  string       `json:"request"`
	Number   string       `json:"number"`
	Kind     rights.Kind  `json:"kind"`
	State    rights.State `json:"state"`
	Received time.Time    `json:"received_at"`
	Due      time.Time    `json:"due_at"`
	Closed   time.Time    `json:"closed_at,omitzero"`
}

func stateOf(r *rights.Request) requestBody {
	return requestBody{string(r.ID), r.Number, r.Kind, r.State, r.ReceivedAt, r.DueAt, r.ClosedAt}
}

// A takenRequest is a request as a system hands it in.
type takenRequest struct {
	Subject  string  `json:"subject"`
	Kind     string  `json:"kind"`
	About    string  `json:"about"` // field, category or purpose, as the kind has it
	Ground   string  `json:"ground"`
	Days     int     `json:"days"`
	Text     string  `json:"text"`
	Locale   string  `json:"locale"`
	Proof    string  `json:"proof"`
	Received *string `json:"received_at"`
	Agent    *struct {
		Name    string `json:"name"`
		Mandate string `json:"mandate"`
	} `json:"agent"`
}

// FileRequest takes a request that a person made to a connected system, or that
// an agent made for them. Nothing that releases or destroys begins by it: staff
// have to accept it.
func (a *API) FileRequest(c echo.Context) error { return a.serve(a.fileRequest)(c) }

func (a *API) fileRequest(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	var in takenRequest
	if err := decode(c, &in); err != nil {
		return answer{}, err
	}
	f, err := a.filing(who, &in)
	if err != nil {
		return answer{}, err
	}
	ctx := web.Context(c)
	p, err := a.named(ctx, who, in.Subject)
	if err != nil {
		return answer{}, err
	}
	f.Subject = p.id
	if f.Locale == "" {
		f.Locale = p.facts.Preferences.Language
	}
	if b, _ := who.org.Brand(who.brand); !slices.Contains(b.Locales, f.Locale) {
		f.Locale = b.Locales[0]
	}
	r, known, err := a.Rights.File(ctx, f)
	if err != nil {
		return answer{}, err
	}
	if known {
		return ok(p.id, stateOf(&r)), nil
	}
	return answer{status: http.StatusCreated, subject: p.id, body: stateOf(&r)}, nil
}

// proofs are how a system may know who asks; none is "not yet".
var proofs = [...]string{"session", "phone", "letter", "person", "none"}

// filing reads a request, apart from whose it is.
func (a *API) filing(who *caller, in *takenRequest) (rights.Filing, error) {
	var bad []errs.Field
	b, ok := who.org.Brand(who.brand)
	if !ok {
		return rights.Filing{}, errs.InvalidFields(errs.At("brand", "error.required"))
	}
	kind := rights.Kind(in.Kind)
	if !kind.Filed() {
		bad = append(bad, errs.At("kind", "error.not_a_choice"))
	}
	if !slices.Contains(proofs[:], in.Proof) {
		bad = append(bad, errs.At("proof", "error.not_a_choice"))
	}
	received, wrong := inbound.Moment(in.Received, "received_at")
	if wrong != nil {
		bad = append(bad, *wrong)
	}
	now := a.Clock.Now()
	f := rights.Filing{
		Kind: kind, Brand: b.Name, Locale: in.Locale, Zone: who.org.Zone(b.Name), Pack: a.Laws.For(b.Place(), now), Received: received,
		Actor:  ledger.Actor{Kind: ledger.BySystem, ID: who.system.Name},
		Proof:  rights.Proof{Method: in.Proof, At: now, System: who.system.Name},
		Matter: rights.Matter{Text: strings.TrimSpace(in.Text), Days: in.Days, Ground: rights.Ground(in.Ground)},
	}
	if in.Agent != nil {
		f.Proof.Agent, f.Proof.Mandate = strings.TrimSpace(in.Agent.Name), strings.TrimSpace(in.Agent.Mandate)
		if f.Proof.Agent == "" {
			bad = append(bad, errs.At("agent.name", "error.required"))
		}
		if f.Proof.Mandate == "" {
			bad = append(bad, errs.At("agent.mandate", "error.required"))
		}
	}
	if !who.about(&f.Matter, kind, in.About) {
		bad = append(bad, errs.At("about", "error.not_a_choice"))
	}
	return f, errs.InvalidFields(bad...)
}

// about reads what a request is about: what it names has to be there.
func (w *caller) about(m *rights.Matter, kind rights.Kind, name string) bool {
	switch {
	case kind == rights.Rectification:
		m.Scope, m.Name = rights.FieldScope, name
		_, ok := w.org.Field(name)
		return ok
	case kind == rights.Objection:
		m.Scope, m.Name = rights.PurposeScope, name
		v, ok := w.org.Purpose(consent.PurposeID(name))
		return ok && v.On(w.brand) && v.Objectable()
	case kind == rights.Restriction && name != "":
		m.Scope, m.Name = rights.CategoryScope, name
		if _, ok := w.org.Category(name); ok {
			return true
		}
		m.Scope = rights.FieldScope
		_, ok := w.org.Field(name)
		return ok
	}
	return name == ""
}

// Requests answers with the requests that the caller's system has handed in,
// the newest first.
func (a *API) Requests(c echo.Context) error { return a.serve(a.requests)(c) }

func (a *API) requests(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	p, err := a.person(c, who)
	if err != nil {
		return answer{}, err
	}
	docket, err := a.Rights.Docket(web.Context(c), p.id)
	if err != nil {
		return answer{}, err
	}
	list := []requestBody{}
	for i := range docket.Requests {
		r := &docket.Requests[i]
		if r.Proof.System == who.system.Name && (who.brand == "" || r.Brand == who.brand) {
			list = append(list, stateOf(r))
		}
	}
	return ok(p.id, map[string]any{"subject": p.name, "requests": list}), nil
}
