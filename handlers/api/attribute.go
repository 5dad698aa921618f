package api

import (
	"maps"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/profile"
)

// A claimBody is what a system says about one field. A null value says that it
// holds nothing any more.
type claimBody struct {
	Value  *string        `json:"value"`
	Origin profile.Origin `json:"origin"` // provided when it is left out
	At     *string        `json:"at"`
	Proved bool           `json:"proved"` // the person gave it, and the system can show that
	How    string         `json:"how"`    // for an inferred value
}

// maxHow is how long the words about an inferred value may be, in bytes.
const maxHow = 500

// PatchAttributes takes values of the caller's system.
func (a *API) PatchAttributes(c echo.Context) error { return a.serve(a.patchAttributes)(c) }

func (a *API) patchAttributes(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	var in struct {
		Attributes map[string]claimBody `json:"attributes"`
	}
	if err := decode(c, &in); err != nil {
		return answer{}, err
	}
	p, err := a.person(c, who)
	if err != nil {
		return answer{}, err
	}
	claims, err := who.claims(in.Attributes)
	if err != nil {
		return answer{}, err
	}
	became, err := a.Profile.Tell(web.Context(c), profile.Telling{
		Subject: p.id, System: who.system.Name, Brand: who.brand, Claims: claims,
	})
	if err != nil {
		return answer{}, err
	}
	return ok(p.id, map[string]any{"subject": p.name, "attributes": told(who, claims, became)}), nil
}

// A toldBody says what became of one claim.
type toldBody struct {
	Recorded bool `json:"recorded"` // false when it was known already, or is older than what was
	Counts   bool `json:"counts"`   // whether the system's value is the one that counts
	// Because says why the value did not enter the profile; "" when it did.
	Because profile.Refusal `json:"not_taken_because,omitempty"`
}

func told(who *caller, claims map[string]profile.Claim, became profile.Told) map[string]toldBody {
	all := map[string]toldBody{}
	for name := range claims {
		f, _ := who.org.Field(name)
		w, _, _ := profile.Winner(f, became.After.Claims[name], who.org.Rank)
		all[name] = toldBody{
			Recorded: slices.ContainsFunc(became.Steps, func(s profile.Step) bool { return s.Field == name }),
			Counts:   w.Source == who.system.Name,
			Because:  because(became, claims, name),
		}
	}
	return all
}

// because leaves out what takes a value away: that always enters.
func because(t profile.Told, claims map[string]profile.Claim, name string) profile.Refusal {
	if claims[name].Value == "" {
		return ""
	}
	return t.Refused[name]
}

// claims reads what is said about fields. A field that the key may not have is
// refused as one that does not exist.
func (w *caller) claims(said map[string]claimBody) (map[string]profile.Claim, error) {
	if len(said) == 0 {
		return nil, errs.InvalidFields(errs.At("attributes", "error.required"))
	}
	var refused, bad []errs.Field
	claims := map[string]profile.Claim{}
	for _, name := range slices.Sorted(maps.Keys(said)) {
		path := "attributes." + name
		f, ok := w.org.Field(name)
		if !ok || f.Retired || !slices.Contains(w.fields(), f) {
			refused = append(refused, errs.At(path, "error.field_not_yours"))
			continue
		}
		claim, wrong := w.claim(f, said[name], path)
		claims[name], bad = claim, append(bad, wrong...)
	}
	if len(refused) > 0 {
		return nil, &errs.Error{Kind: errs.Forbidden, ID: "error.field_not_yours", Fields: refused}
	}
	return claims, errs.InvalidFields(bad...)
}

func (w *caller) claim(f *profile.Field, said claimBody, path string) (profile.Claim, []errs.Field) {
	var bad []errs.Field
	c := profile.Claim{Origin: said.Origin, Proved: said.Proved, How: said.How}
	if c.Origin == "" {
		c.Origin = profile.Provided
	}
	if !slices.Contains(profile.Origins[:], c.Origin) {
		bad = append(bad, errs.At(path+".origin", "error.not_a_choice"))
	}
	if c.Proved && c.Origin != profile.Provided {
		bad = append(bad, errs.At(path+".proved", "error.not_a_choice"))
	}
	if len(c.How) > maxHow {
		bad = append(bad, errs.At(path+".how", "error.too_long", "max", maxHow))
	}
	var wrong *errs.Field
	if c.At, wrong = moment(said.At, path+".at"); wrong != nil {
		bad = append(bad, *wrong)
	}
	if said.Value == nil {
		return c, bad
	}
	var err error
	if c.Value, err = profile.Canonical(f, *said.Value, w.country()); err != nil {
		bad = append(bad, fieldOf(path+".value", err))
	}
	return c, bad
}

// fieldOf ties an Invalid error to one place.
func fieldOf(path string, err error) errs.Field {
	if e, ok := err.(*errs.Error); ok { //nolint:errorlint // as it is made
		return errs.Field{Path: path, ID: e.ID, Args: e.Args}
	}
	return errs.At(path, "error.wrong_type")
}

// moment reads a time (RFC 3339); the zero time for none.
func moment(text *string, path string) (time.Time, *errs.Field) {
	if text == nil {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, *text)
	if err != nil || t.Year() < 1900 || t.Year() > 2200 {
		bad := errs.At(path, "error.not_a_moment")
		return time.Time{}, &bad
	}
	return t.UTC().Truncate(time.Microsecond), nil
}
