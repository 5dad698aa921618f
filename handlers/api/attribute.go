package api

import (
	"slices"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/inbound"
	"livingprofile/internal/profile"
)

// PatchAttributes takes values of the caller's system.
func (a *API) PatchAttributes(c echo.Context) error { return a.serve(a.patchAttributes)(c) }

func (a *API) patchAttributes(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	var in struct {
		Attributes map[string]inbound.ClaimBody `json:"attributes"`
	}
	if err := decode(c, &in); err != nil {
		return answer{}, err
	}
	p, err := a.person(c, who)
	if err != nil {
		return answer{}, err
	}
	claims, err := who.author().Claims(in.Attributes)
	if err != nil {
		return answer{}, err
	}
	o, err := a.take(web.Context(c), who, inbound.Item{Subject: p.id, Attributes: claims})
	if err != nil {
		return answer{}, err
	}
	return ok(p.id, map[string]any{"subject": p.name, "attributes": told(who, claims, &o)}), nil
}

// A toldBody says what became of one claim.
type toldBody struct {
	Recorded bool `json:"recorded"` // false when it was known already, or is older than what was
	Counts   bool `json:"counts"`   // whether the system's value is the one that counts
	// Because says why the value did not enter the profile; "" when it did.
	Because profile.Refusal `json:"not_taken_because,omitempty"`
}

func told(who *caller, claims map[string]profile.Claim, became *inbound.Outcome) map[string]toldBody {
	all := map[string]toldBody{}
	for name := range claims {
		f, _ := who.org.Field(name)
		w, _, _ := profile.Winner(f, became.After.Profile.Claims[name], who.org.Rank)
		all[name] = toldBody{
			Recorded: slices.ContainsFunc(became.Steps, func(s profile.Step) bool { return s.Field == name }),
			Counts:   w.Source == who.system.Name,
			Because:  became.Withheld[name],
		}
	}
	return all
}
