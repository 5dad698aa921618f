// Package scim answers systems that speak SCIM 2.0 (RFC 7644) under /scim/v2,
// with the API's keys.
//
// The users of a system are those whom it made, and nobody else: another
// system's, and those whom nobody brought, answer as what is not there. What a
// system reads is what it may have at that moment, and what it writes goes
// through the one door (package inbound), as its word. No filter that names
// somebody stands in an address, unless the organisation lets that system.
package scim

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/api"
	"livingprofile/handlers/web"
	"livingprofile/internal/clock"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/profile"
	"livingprofile/internal/scim"
)

// Path is where everything here is.
const Path = "/scim/v2"

// media is the type of every answer.
const media = "application/scim+json"

// A Store is what is read here.
type Store interface {
	inbound.Returns
	// Enrolment returns that a system deals with a subject; errs.NotFound when
	// it does not, errs.Gone for a subject that is erased.
	Enrolment(ctx context.Context, system string, subject id.Subject) (scim.Enrolment, error)
	// EnrolledAs returns whom a system calls by name; errs.NotFound for nobody.
	EnrolledAs(ctx context.Context, system, name string) (id.Subject, error)
	// Enrolled returns some of those whom a system deals with, oldest first, and
	// how many there are.
	Enrolled(ctx context.Context, system string, offset, limit int) (all []id.Subject, total int, err error)
	// Identifiers returns a subject's identifiers, oldest first.
	Identifiers(ctx context.Context, subject id.Subject) ([]identity.Identifier, error)
	// Holders returns the active subjects that bear a normalised identifier.
	Holders(ctx context.Context, kind identity.Kind, scope, value string) ([]identity.Holder, error)
}

// Names are by which a system knows people. They are a part of keyring.Keyring.
type Names interface {
	Pairwise(system string, s id.Subject) (string, error)
	Paired(system, name string) (id.Subject, error)
}

// Deps is what SCIM stands on.
type Deps struct {
	API   *api.API
	Store Store
	Names Names
	Door  *inbound.Service
	// Forget files a request for erasure that a system made by deleting its
	// user. Staff decide on it.
	Forget func(ctx context.Context, system, brand string, subject id.Subject) error
	Clock  clock.Clock
	Base   *url.URL // of the installation
}

// SCIM answers. It is safe for concurrent use.
type SCIM struct {
	Deps
	base string
}

// New returns the handlers.
func New(d Deps) *SCIM { return &SCIM{d, d.Base.JoinPath(Path).String()} }

// A session is one request: who asks, and the form in which they are answered.
type session struct {
	*SCIM
	ctx  context.Context
	who  *api.Caller
	form *scim.Form
}

func (s *SCIM) begin(c echo.Context) *session {
	who := api.CallerOf(c)
	return &session{s, web.Context(c), who, scim.NewForm(who.Fields)}
}

// A resource is a person as the system that asks may see them.
type resource struct {
	subject   id.Subject
	facts     decision.Facts
	enrolment scim.Enrolment
	document  scim.Document // without id and meta
	version   string        // ETag
	name      string        // id
}

// noResource is the one answer for whoever is not there for the system.
func noResource() error { return errs.New(errs.NotFound, "error.scim_no_user") }

// named returns the user of an id.
func (s *session) named(name string) (*resource, error) {
	subject, err := s.Names.Paired(s.who.System.Name, name)
	if err != nil {
		return nil, noResource()
	}
	return s.resource(subject)
}

// resource reads a person whom the system deals with.
func (s *session) resource(subject id.Subject) (*resource, error) {
	e, err := s.Store.Enrolment(s.ctx, s.who.System.Name, subject)
	if errors.Is(err, errs.NotFound) || errors.Is(err, errs.Gone) {
		return nil, noResource()
	}
	if err != nil {
		return nil, err
	}
	return s.see(subject, e)
}

// see reads what the system may have of a person now.
func (s *session) see(subject id.Subject, e scim.Enrolment) (*resource, error) {
	facts, err := s.API.Know(s.ctx, s.who, subject)
	if errors.Is(err, errs.NotFound) {
		return nil, noResource()
	}
	if err != nil {
		return nil, err
	}
	identifiers, err := s.Store.Identifiers(s.ctx, subject)
	if err != nil {
		return nil, err
	}
	u := &resource{subject: subject, facts: facts, enrolment: e, document: scim.Document{"userName": e.Name, "active": e.Active}}
	if u.name, err = s.Names.Pairwise(s.who.System.Name, subject); err != nil {
		return nil, err
	}
	for _, i := range identifiers {
		if i.Kind == identity.Customer && i.Scope == s.who.System.Name {
			u.document["externalId"] = i.Value // the latest
		}
	}
	s.form.Put(u.document, s.values(u))
	return u, u.seal()
}

// values are those that the system may have; what it may not is listed.
func (s *session) values(u *resource) map[string]string {
	values, now := map[string]string{}, s.Clock.Now()
	var withheld, restricted []any
	for _, f := range s.who.Fields {
		if verdict := decision.Disclose(u.facts, f, s.who.Recipient, now); !verdict.Allow {
			withheld = append(withheld, f.Name)
			if verdict.Reasons[0] == decision.Restricted {
				restricted = append(restricted, f.Name)
			}
			continue
		}
		if w, _, held := profile.Winner(f, u.facts.Profile.Claims[f.Name], s.who.Organisation.Rank); held {
			values[f.Name] = w.Value
		}
	}
	own := scim.Document{}
	if len(withheld) > 0 {
		own["withheld"] = withheld
	}
	if len(restricted) > 0 {
		own["restricted"] = restricted
	}
	if len(own) > 0 {
		u.document[scim.ProfileSchema] = own
	}
	return values
}

// seal works out the version: another one whenever the system would read
// something else.
func (u *resource) seal() error {
	text, err := json.Marshal(u.document) // names in the order of the alphabet
	sum := sha256.Sum256(text)
	u.version = `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	return err
}

// body is the user as it is answered.
func (s *session) body(u *resource) scim.Document {
	d := scim.Clone(u.document)
	d["schemas"], d["id"] = scim.URNs(d), u.name
	d["meta"] = scim.Document{
		"resourceType": "User", "location": s.location(u), "version": u.version,
		"created": moment(u.enrolment.CreatedAt), "lastModified": moment(u.enrolment.ChangedAt),
	}
	return d
}

func (s *session) location(u *resource) string { return s.base + "/Users/" + u.name }

// answer writes a user.
func (s *session) answer(c echo.Context, status int, u *resource) error {
	h := c.Response().Header()
	h.Set("ETag", u.version)
	h.Set(echo.HeaderLocation, s.location(u))
	include, exclude, err := wanted(c)
	if err != nil {
		return err
	}
	if err := s.API.Note(s.ctx, s.who, u.subject); err != nil {
		return err
	}
	return write(c, status, scim.Project(s.body(u), include, exclude))
}

// write answers with JSON.
func write(c echo.Context, status int, body any) error {
	c.Response().Header().Set(echo.HeaderContentType, media)
	c.Response().WriteHeader(status)
	return c.Echo().JSONSerializer.Serialize(c, body, "")
}

// wanted are the attributes that the query asks for, and those that it does
// not want.
func wanted(c echo.Context) (include, exclude []string, err error) {
	if text := c.QueryParam("attributes"); text != "" {
		include = strings.Split(text, ",")
	}
	if text := c.QueryParam("excludedAttributes"); text != "" {
		exclude = strings.Split(text, ",")
	}
	if include != nil && exclude != nil {
		return nil, nil, scim.Refuse(errs.Invalid, scim.InvalidValue, "error.scim_both_lists")
	}
	return include, exclude, nil
}

// IsPath tells whether a request is one to SCIM.
func IsPath(path string) bool { return path == Path || strings.HasPrefix(path, Path+"/") }

// Fault is an error in the form of the standard (RFC 7644, 3.12).
func Fault(status int, err error, detail string) (int, any) {
	kind := scim.TypeOf(err)
	switch status {
	case http.StatusUnprocessableEntity:
		status = http.StatusBadRequest
	case http.StatusGone:
		status = http.StatusNotFound
	case http.StatusConflict:
		if kind == "" {
			kind = scim.Uniqueness
		}
	}
	if status != http.StatusBadRequest && status != http.StatusConflict && status != http.StatusForbidden {
		kind = ""
	}
	body := map[string]any{"schemas": []string{scim.ErrorMessage}, "status": statusText(status)}
	if kind != "" {
		body["scimType"] = kind
	}
	if detail != "" {
		body["detail"] = detail
	}
	return status, body
}
