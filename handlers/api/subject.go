package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/profile"
)

// A person is a subject whom the caller may know of.
type person struct {
	id    id.Subject
	name  string // by which the caller's system knows them
	facts decision.Facts
}

// noSubject is the one answer for a subject who is missing, erased, another
// system's name or another brand's.
func noSubject() error { return errs.New(errs.NotFound, "error.no_subject") }

// person returns the subject that the address names. Where they are read, their
// history says so.
func (a *API) person(c echo.Context, who *caller) (*person, error) {
	ctx := web.Context(c)
	p, err := a.named(ctx, who, c.Param("subject"))
	if err != nil || c.Request().Method != http.MethodGet {
		return p, err
	}
	anew, err := a.note(ctx, who, p.id)
	if err != nil || !anew {
		return p, err
	}
	return a.know(ctx, who, p.id) // in its new version
}

func (a *API) named(ctx context.Context, who *caller, name string) (*person, error) {
	subject, err := a.Secrets.Paired(who.system.Name, name)
	if err != nil {
		return nil, err
	}
	return a.know(ctx, who, subject)
}

// know reads what is held of a subject, if the caller's brand has to do with
// them.
func (a *API) know(ctx context.Context, who *caller, subject id.Subject) (*person, error) {
	facts, err := a.Store.Facts(ctx, subject)
	switch {
	case errors.Is(err, errs.NotFound), errors.Is(err, errs.Gone):
		return nil, noSubject()
	case err != nil:
		return nil, err
	}
	if who.key.Brand != authz.AllBrands {
		if _, err := a.near(ctx, who, subject); err != nil {
			return nil, err
		}
	}
	name, err := a.Secrets.Pairwise(who.system.Name, subject)
	return &person{subject, name, facts}, err
}

// near returns the first record of a person, subject before those that are joined
// with it, that itself has to do with the caller's brand.
func (a *API) near(ctx context.Context, who *caller, subject id.Subject) (id.Subject, error) {
	one, err := a.Identity.First(ctx, subject, func(s id.Subject, bears []identity.Identifier) (bool, error) {
		own, err := a.Store.Beside(ctx, s)
		return err == nil && decision.Concerns(own, bears, who.brand, who.system.Name, who.org.Field), err
	})
	if errors.Is(err, errs.NotFound) {
		return "", noSubject()
	}
	return one, err
}

// maxLookup is how many identifiers one lookup may have.
const maxLookup = 10

// Lookup finds the one subject that bears the identifiers.
func (a *API) Lookup(c echo.Context) error { return a.serve(a.lookup)(c) }

func (a *API) lookup(c echo.Context, who *caller) (answer, error) {
	var in struct {
		Identifiers []inbound.IdentifierBody `json:"identifiers"`
	}
	if err := decode(c, &in); err != nil {
		return answer{}, err
	}
	p, err := a.find(web.Context(c), who, in.Identifiers)
	if err != nil {
		return answer{}, err
	}
	return ok(p.id, map[string]string{"subject": p.name}), nil
}

// find returns the one person whom all the identifiers name.
func (a *API) find(ctx context.Context, who *caller, identifiers []inbound.IdentifierBody) (*person, error) {
	if n := len(identifiers); n == 0 || n > maxLookup {
		return nil, errs.InvalidFields(errs.At("identifiers", "error.out_of_range_number", "min", 1, "max", maxLookup))
	}
	var numbers, others []id.Subject
	known := map[id.Subject]*person{}
	for n, body := range identifiers {
		i, err := who.author().Identifier(body, fmt.Sprintf("identifiers.%d.", n))
		if err != nil {
			return nil, err
		}
		named, err := a.gather(ctx, who, i, known)
		if err != nil {
			return nil, err
		}
		if i.Scope != "" {
			numbers = append(numbers, named...)
		} else {
			others = append(others, named...)
		}
	}
	if len(known) == 0 {
		return nil, noSubject()
	}
	// A number of the system says which of joined records it knows.
	one, err := a.Identity.OneOf(ctx, append(numbers, others...))
	if errors.Is(err, errs.NotFound) {
		return nil, errs.New(errs.Conflict, "error.identifiers_disagree")
	}
	if err != nil || who.key.Brand == authz.AllBrands {
		return known[one], err
	}
	// The name that is told stays with the caller when the records are taken apart.
	if one, err = a.near(ctx, who, one); err != nil {
		return nil, err
	}
	return a.know(ctx, who, one)
}

// gather returns whom an identifier names of those whom the caller may know.
func (a *API) gather(ctx context.Context, who *caller, i identity.Identifier, known map[id.Subject]*person) ([]id.Subject, error) {
	holders, err := a.Store.Holders(ctx, i.Kind, i.Scope, i.Value)
	if err != nil {
		return nil, err
	}
	var named []id.Subject
	for _, subject := range identity.Named(holders) {
		if known[subject] == nil {
			p, err := a.know(ctx, who, subject)
			if errors.Is(err, errs.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			known[subject] = p
		}
		named = append(named, subject)
	}
	return named, nil
}

// An attributeBody is the value of a field that counts, with where it is from.
type attributeBody struct {
	Value  string         `json:"value"`
	Source string         `json:"source"`
	Origin profile.Origin `json:"origin"`
	At     time.Time      `json:"at"`
}

type subjectBody struct {
	Subject    string                   `json:"subject"`
	Version    int64                    `json:"version"`
	Attributes map[string]attributeBody `json:"attributes"`
	// Withheld are fields that no purpose allows the system now, whether
	// anything is held in them or not.
	Withheld []string `json:"withheld"`
	// Restricted are those of Withheld that are frozen (Art. 18 GDPR).
	Restricted []string `json:"restricted,omitempty"`
}

// Subject answers with what the caller may have of a subject.
func (a *API) Subject(c echo.Context) error { return a.serve(a.show)(c) }

func (a *API) show(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	p, err := a.person(c, who)
	if err != nil {
		return answer{}, err
	}
	body := subjectBody{Subject: p.name, Version: p.facts.Version, Attributes: map[string]attributeBody{}, Withheld: []string{}}
	now, recipient := a.Clock.Now(), who.recipient()
	for _, f := range who.fields() {
		if verdict := decision.Disclose(p.facts, f, recipient, now); !verdict.Allow {
			body.Withheld = append(body.Withheld, f.Name)
			if verdict.Reasons[0] == decision.Restricted {
				body.Restricted = append(body.Restricted, f.Name)
			}
			continue
		}
		if w, _, held := profile.Winner(f, p.facts.Profile.Claims[f.Name], who.org.Rank); held {
			body.Attributes[f.Name] = attributeBody{w.Value, w.Source, w.Origin, w.When()}
		}
	}
	return ok(p.id, body), nil
}

// fields are those that the key and its system may have where the request is
// for, in the order of the declaration.
func (w *caller) fields() []*profile.Field { return w.author().Fields() }
