package scim

import (
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/scim"
)

// Create makes a user: somebody new or, by the system's own number, somebody
// whom we know.
func (s *SCIM) Create(c echo.Context) error {
	on := s.begin(c)
	var raw scim.Document
	if err := decode(c, &raw); err != nil {
		return err
	}
	d, err := on.form.Read(raw)
	if err != nil {
		return err
	}
	name, _ := d["userName"].(string)
	if _, err := s.Store.EnrolledAs(on.ctx, on.who.System.Name, name); !errors.Is(err, errs.NotFound) {
		return taken(err)
	}
	bears, err := on.identifiers(d, nil)
	if err != nil {
		return err
	}
	subject, err := on.bearer(bears)
	if errors.Is(err, errs.NotFound) {
		subject, err = on.introduce(d, bears)
	} else if err == nil {
		err = on.enrol(subject, d)
	}
	if err != nil {
		return err
	}
	u, err := on.resource(subject)
	if err != nil {
		return err
	}
	return on.answer(c, http.StatusCreated, u)
}

// taken is the answer to a name or number that somebody has.
func taken(err error) error {
	if err != nil && !errors.Is(err, errs.Conflict) {
		return err
	}
	return scim.Refuse(errs.Conflict, scim.Uniqueness, "error.scim_taken")
}

// identifiers are those by which a document names its person, beside what a
// former one named.
func (s *session) identifiers(d, before scim.Document) ([]identity.Identifier, error) {
	is, was := s.form.Values(d), s.form.Values(before)
	var all []identity.Identifier
	add := func(kind identity.Kind, value, place string) error {
		i, err := s.who.Author.Identifier(inbound.IdentifierBody{Kind: kind, Value: value}, place)
		if err == nil {
			all = append(all, i)
		}
		return err
	}
	if number, _ := d["externalId"].(string); number != "" && number != before["externalId"] {
		if err := add(identity.Customer, number, "externalId."); err != nil {
			return nil, err
		}
	}
	for _, f := range s.who.Fields {
		kind := map[profile.Card]identity.Kind{profile.CardEmail: identity.Email, profile.CardPhone: identity.Phone}[f.Card]
		if kind == "" || is[f.Name] == "" || is[f.Name] == was[f.Name] {
			continue
		}
		if err := add(kind, is[f.Name], s.form.Field(f.Name)+"."); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// bearer returns whom the system's own number names; errs.NotFound for nobody.
// An address alone names nobody: it may be a typing mistake, or a family's.
func (s *session) bearer(bears []identity.Identifier) (id.Subject, error) {
	for _, i := range bears {
		if i.Kind != identity.Customer {
			continue
		}
		holders, err := s.Store.Holders(s.ctx, i.Kind, i.Scope, i.Value)
		if err != nil {
			return "", err
		}
		if len(holders) > 0 {
			return holders[0].Subject, nil
		}
	}
	return "", errs.NotFound
}

// introduce makes a user of somebody whom nobody knows.
func (s *session) introduce(d scim.Document, bears []identity.Identifier) (id.Subject, error) {
	items, err := s.items(s.form.Changed(scim.Document{}, d))
	if err != nil {
		return "", err
	}
	subject, _, err := s.Door.Introduce(s.ctx, s.who.Author.Sender(""), s.Store, bears, func(one id.Subject) (inbound.Saying, error) {
		e := scim.Enrolment{System: s.who.System.Name, Subject: one}
		_, rows, entries := e.Set(d, s.Clock.Now())
		return inbound.Saying{Items: items, Rows: rows, Entries: entries}, nil
	})
	if errors.Is(err, errs.Conflict) {
		err = taken(nil)
	}
	return subject, err
}

// enrol makes a user of somebody whom the system knows already.
func (s *session) enrol(subject id.Subject, d scim.Document) error {
	_, err := s.Door.Say(s.ctx, s.who.Author.Sender(""), subject, func() (inbound.Saying, error) {
		_, err := s.Store.Enrolment(s.ctx, s.who.System.Name, subject)
		if !errors.Is(err, errs.NotFound) {
			return inbound.Saying{}, taken(err)
		}
		u, err := s.see(subject, scim.Enrolment{System: s.who.System.Name, Subject: subject})
		if err != nil {
			return inbound.Saying{}, err
		}
		return s.saying(u, d, false)
	})
	return err
}

// items are the values of fields as the system's word.
func (s *session) items(changed map[string]string) ([]inbound.Item, error) {
	if len(changed) == 0 {
		return nil, nil
	}
	said := map[string]inbound.ClaimBody{}
	for name, value := range changed {
		said[name] = inbound.ClaimBody{}
		if value != "" {
			said[name] = inbound.ClaimBody{Value: &value}
		}
	}
	claims, err := s.who.Author.Claims(said)
	if err != nil {
		return nil, s.placed(err)
	}
	return []inbound.Item{{Attributes: claims}}, nil
}

// placed is an error about fields with the first of them as the attribute that
// it is.
func (s *session) placed(err error) error {
	names := slices.Sorted(maps.Keys(s.form.Values(scim.Document{})))
	for _, f := range errs.FieldsOf(err) {
		for _, name := range names {
			if f.Path == "attributes."+name+".value" {
				return scim.Refuse(errs.Invalid, scim.InvalidValue, "error.scim_value", "attribute", s.form.Field(name))
			}
		}
	}
	return err
}

// saying is what a document says beyond what the system sees. clear says that
// what it leaves out is taken back.
func (s *session) saying(u *resource, d scim.Document, clear bool) (inbound.Saying, error) {
	changed := s.form.Changed(u.document, d)
	if !clear {
		maps.DeleteFunc(changed, func(_, value string) bool { return value == "" })
	}
	items, err := s.items(changed)
	if err != nil {
		return inbound.Saying{}, err
	}
	bears, err := s.identifiers(d, u.document)
	if err != nil {
		return inbound.Saying{}, err
	}
	for i := range bears {
		items = append(items, inbound.Item{Identifier: &bears[i]})
	}
	_, rows, entries := u.enrolment.Set(d, s.Clock.Now())
	return inbound.Saying{Items: items, Rows: rows, Entries: entries}, nil
}

// edit changes a user to what next makes of them.
func (s *SCIM) edit(c echo.Context, next func(*session, scim.Document) (scim.Document, error)) error {
	on := s.begin(c)
	u, err := on.named(c.Param("user"))
	if err != nil {
		return err
	}
	_, err = s.Door.Say(on.ctx, on.who.Author.Sender(""), u.subject, func() (inbound.Saying, error) {
		if u, err = on.resource(u.subject); err != nil {
			return inbound.Saying{}, err
		}
		if err := seen(c, u); err != nil {
			return inbound.Saying{}, err
		}
		d, err := next(on, u.document)
		if err != nil {
			return inbound.Saying{}, err
		}
		if other, err := s.Store.EnrolledAs(on.ctx, on.who.System.Name, d["userName"].(string)); err == nil && other != u.subject {
			return inbound.Saying{}, taken(nil)
		}
		return on.saying(u, d, true)
	})
	if err != nil {
		return err
	}
	if u, err = on.resource(u.subject); err != nil {
		return err
	}
	return on.answer(c, http.StatusOK, u)
}

// Replace puts a whole user in the place of the old one. What it leaves out is
// taken back as far as the system could see it.
func (s *SCIM) Replace(c echo.Context) error {
	var raw scim.Document
	if err := decode(c, &raw); err != nil {
		return err
	}
	return s.edit(c, func(on *session, before scim.Document) (scim.Document, error) {
		d, err := on.form.Read(raw)
		if err != nil {
			return nil, err
		}
		if _, said := d["externalId"]; !said && before["externalId"] != nil {
			d["externalId"] = before["externalId"]
		}
		return d, nil
	})
}

// Patch applies operations to a user.
func (s *SCIM) Patch(c echo.Context) error {
	var in struct {
		Schemas    []string         `json:"schemas"`
		Operations []scim.Operation `json:"Operations"`
	}
	if err := decode(c, &in); err != nil {
		return err
	}
	if err := speaks(in.Schemas, scim.PatchMessage); err != nil {
		return err
	}
	return s.edit(c, func(on *session, before scim.Document) (scim.Document, error) {
		return on.form.Patch(before, in.Operations)
	})
}

// Show answers with a user.
func (s *SCIM) Show(c echo.Context) error {
	on := s.begin(c)
	u, err := on.named(c.Param("user"))
	if err != nil {
		return err
	}
	if c.Request().Header.Get("If-None-Match") == u.version {
		c.Response().Header().Set("ETag", u.version)
		return c.NoContent(http.StatusNotModified)
	}
	return on.answer(c, http.StatusOK, u)
}

// Delete ends that the system deals with a user. It erases nobody: what it
// means beyond is for the organisation to have said.
func (s *SCIM) Delete(c echo.Context) error {
	on := s.begin(c)
	u, err := on.named(c.Param("user"))
	if err != nil {
		return err
	}
	system := on.who.System
	if system.SCIM.Leaving == scim.Request {
		if err := seen(c, u); err != nil {
			return err
		}
		// First: what fails behind it is asked for again, and this is known then.
		if err := s.Forget(on.ctx, system.Name, on.who.Author.Brand, u.subject); err != nil {
			return err
		}
	}
	_, err = s.Door.Say(on.ctx, on.who.Author.Sender(""), u.subject, func() (inbound.Saying, error) {
		if u, err = on.resource(u.subject); err != nil {
			return inbound.Saying{}, err
		}
		if err := seen(c, u); err != nil {
			return inbound.Saying{}, err
		}
		said := inbound.Saying{
			Rows: []any{scim.Ended{System: system.Name}}, Entries: []ledger.Draft{scim.Entry(scim.EnrolmentEnded, system.Name)},
		}
		if system.SCIM.Leaving == scim.Clear {
			said.Items, err = on.items(on.told(u))
		}
		return said, err
	})
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// told are the fields that the system itself says something of, as taken back.
func (s *session) told(u *resource) map[string]string {
	all := map[string]string{}
	for _, f := range s.who.Fields {
		if claim, has := u.facts.Profile.Of(f.Name, s.who.System.Name); has && claim.Value != "" {
			all[f.Name] = ""
		}
	}
	return all
}

// Noting is h, of which what is refused is counted with its reason at the key.
func (s *SCIM) Noting(h echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := h(c)
		reason := ""
		switch {
		case errors.Is(err, errs.Invalid):
			reason = "not_valid"
		case scim.TypeOf(err) == scim.Uniqueness:
			reason = "taken"
		case errors.Is(err, errs.Forbidden):
			reason = "not_yours"
		case errors.Is(err, errs.NotFound):
			reason = "no_subject"
		}
		if reason == "" {
			return err
		}
		on := s.begin(c)
		from := on.who.Author.Sender("")
		from.Way, from.Places = inbound.BySCIM, []string{inbound.OfKey(string(on.who.Key.ID))}
		if fault := s.Door.Refuse(on.ctx, from, reason, 1); fault != nil {
			return errors.Join(err, fault)
		}
		return err
	}
}
