package api

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/inbound"
	"livingprofile/internal/login"
)

// A frameRequest is what a link into a frame takes besides its kind.
type frameRequest struct {
	Identifiers []inbound.IdentifierBody `json:"identifiers"` // instead of a subject
	Origin      string                   `json:"origin"`
	Sections    []string                 `json:"sections"`
	Actions     []string                 `json:"actions"`
}

// stray are the members that a link of another kind does not take.
func (in *frameRequest) stray() []errs.Field {
	var bad []errs.Field
	for name, sent := range map[string]bool{
		"identifiers": in.Identifiers != nil, "origin": in.Origin != "", "sections": in.Sections != nil, "actions": in.Actions != nil,
	} {
		if sent {
			bad = append(bad, errs.At(name, "error.unknown_member"))
		}
	}
	return bad
}

// createFrame makes a link by which the brand's own site shows the portal to
// somebody whom it knows. It opens what a person sees of themselves, and so
// takes a scope of its own.
func (a *API) createFrame(c echo.Context, who *caller, in *linkRequest) (answer, error) {
	if err := who.key.Allows(authz.FrameCreate, who.brand, a.Clock.Now()); err != nil {
		return answer{}, err
	}
	frame, err := in.frame(who)
	if err != nil {
		return answer{}, err
	}
	p, err := a.meant(c, who, in)
	if err != nil {
		return answer{}, err
	}
	token, expires, err := a.Frames.Link(web.Context(c), p.id, who.brand, frame)
	if err != nil {
		return answer{}, err
	}
	brand, _ := who.org.Brand(who.brand)
	to := brand.Site(a.Base).JoinPath("embed", who.brand, "open", token)
	return answer{
		status: http.StatusCreated, subject: p.id,
		body: linkBody{Kind: in.Kind, URL: to.String(), Expires: expires},
	}, nil
}

// meant is whom the link is for.
func (a *API) meant(c echo.Context, who *caller, in *linkRequest) (*person, error) {
	switch {
	case in.Subject != "" && in.Identifiers != nil:
		return nil, errs.InvalidFields(errs.At("identifiers", "error.unknown_member"))
	case in.Subject != "":
		return a.named(web.Context(c), who, in.Subject)
	}
	return a.find(web.Context(c), who, in.Identifiers)
}

// frame reads what is to be shown where. What is not named is not opened.
func (in *linkRequest) frame(who *caller) (login.Frame, error) {
	f := login.Frame{Origin: in.Origin, Sections: in.Sections, Acts: in.Actions}
	var bad []errs.Field
	if b, ok := who.org.Brand(who.brand); !ok || !slices.Contains(b.Origins, f.Origin) {
		bad = append(bad, errs.At("origin", "error.frame_origin"))
	}
	if len(f.Sections) == 0 {
		bad = append(bad, errs.At("sections", "error.required"))
	}
	for name, list := range map[string]struct{ got, known []string }{
		"sections": {f.Sections, login.FrameSections()}, "actions": {f.Acts, login.FrameActs()},
	} {
		for i, one := range list.got {
			if !slices.Contains(list.known, one) {
				bad = append(bad, errs.At(fmt.Sprintf("%s.%d", name, i), "error.not_a_choice"))
			}
		}
	}
	for name, sent := range map[string]bool{"topic": in.Topic != "", "channel": in.Channel != "", "days": in.Days != nil} {
		if sent {
			bad = append(bad, errs.At(name, "error.unknown_member"))
		}
	}
	return f, errs.InvalidFields(bad...)
}
