package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/decision"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/profile"
)

// A heldBody is an identifier that a subject bears.
type heldBody struct {
	Kind     identity.Kind `json:"kind"`
	Value    string        `json:"value"`
	Verified bool          `json:"verified"`
	Since    time.Time     `json:"since"`
}

func heldOf(i *identity.Identifier) heldBody {
	return heldBody{i.Kind, i.Value, i.Verified(), i.CreatedAt}
}

// Identifiers answers with the names of a subject that the caller may have: its
// own numbers, and addresses where it may have the field that they are.
func (a *API) Identifiers(c echo.Context) error { return a.serve(a.identifiers)(c) }

func (a *API) identifiers(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c, "cursor", "limit"); err != nil {
		return answer{}, err
	}
	p, err := a.person(c, who)
	if err != nil {
		return answer{}, err
	}
	all, err := a.Store.Identifiers(web.Context(c), p.id)
	if err != nil {
		return answer{}, err
	}
	may, frozen := a.mayKinds(p, who)
	all = slices.DeleteFunc(all, func(i identity.Identifier) bool { return !may[i.Kind] && i.Scope != who.system.Name })
	page, next, err := paged(a, c, all, func(i identity.Identifier) string { return i.ID })
	body := struct {
		Subject     string     `json:"subject"`
		Identifiers []heldBody `json:"identifiers"`
		// Restricted are kinds of address that are frozen (Art. 18 GDPR), whether
		// any is borne or not.
		Restricted []identity.Kind `json:"restricted,omitempty"`
	}{p.name, []heldBody{}, frozen}
	for i := range page {
		body.Identifiers = append(body.Identifiers, heldOf(&page[i]))
	}
	return answer{status: http.StatusOK, subject: p.id, header: next, body: body}, err
}

// mayKinds are the kinds of address that the caller may have now: those of a
// field that it may have. Frozen are those that it would have, were they not.
func (a *API) mayKinds(p *person, who *caller) (may map[identity.Kind]bool, frozen []identity.Kind) {
	may = map[identity.Kind]bool{}
	now, recipient := a.Clock.Now(), who.recipient()
	for _, f := range who.fields() {
		kind := map[profile.Type]identity.Kind{profile.TypeEmail: identity.Email, profile.TypePhone: identity.Phone}[f.Type]
		if kind == "" {
			continue
		}
		verdict := decision.Disclose(p.facts, f, recipient, now)
		may[kind] = may[kind] || verdict.Allow
		if verdict.Reasons[0] == decision.Restricted && !slices.Contains(frozen, kind) {
			frozen = append(frozen, kind)
		}
	}
	return may, slices.DeleteFunc(frozen, func(kind identity.Kind) bool { return may[kind] })
}

// AddIdentifier adds a name by which the caller's system knows a subject.
func (a *API) AddIdentifier(c echo.Context) error { return a.serve(a.addIdentifier)(c) }

func (a *API) addIdentifier(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	var in inbound.IdentifierBody
	if err := decode(c, &in); err != nil {
		return answer{}, err
	}
	i, err := who.author().Identifier(in, "")
	if err != nil {
		return answer{}, err
	}
	p, err := a.person(c, who)
	if err != nil {
		return answer{}, err
	}
	o, err := a.take(web.Context(c), who, inbound.Item{Subject: p.id, Identifier: &i})
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusCreated, subject: p.id, body: heldOf(o.Identifier)}, nil
}
