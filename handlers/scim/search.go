package scim

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/scim"
)

const (
	// pageSize is how many users a page has when nobody says, and maxPage the
	// most.
	pageSize, maxPage = 100, 200
	// maxLooked is how many users are looked through for a filter that cannot
	// be looked up.
	maxLooked = 1000
)

// A search is what a caller looks for (RFC 7644, 3.4.3).
type search struct {
	Schemas            []string `json:"schemas"`
	Filter             string   `json:"filter"`
	StartIndex         *int     `json:"startIndex"`
	Count              *int     `json:"count"`
	Attributes         []string `json:"attributes"`
	ExcludedAttributes []string `json:"excludedAttributes"`
}

// Search looks for users by POST, where what is looked for stands in no
// address.
func (s *SCIM) Search(c echo.Context) error {
	var in search
	if err := decode(c, &in); err != nil {
		return err
	}
	if err := speaks(in.Schemas, scim.SearchMessage); err != nil {
		return err
	}
	on := s.begin(c)
	f, err := on.form.Filter(in.Filter)
	if err != nil {
		return err
	}
	return on.list(c, f, in)
}

// List looks for users by GET.
func (s *SCIM) List(c echo.Context) error {
	var in search
	var err error
	if in.Attributes, in.ExcludedAttributes, err = wanted(c); err != nil {
		return err
	}
	for name, into := range map[string]**int{"startIndex": &in.StartIndex, "count": &in.Count} {
		if text := c.QueryParam(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				return scim.Refuse(errs.Invalid, scim.InvalidValue, "error.scim_wrong_type", "attribute", name)
			}
			*into = &n
		}
	}
	on := s.begin(c)
	f, err := on.form.Filter(c.QueryParam("filter"))
	if err != nil {
		return err
	}
	if f.Names() && !on.who.System.SCIM.Open {
		return scim.Refuse(errs.Forbidden, scim.Sensitive, "error.scim_sensitive")
	}
	return on.list(c, f, in)
}

// list answers with a page.
func (s *session) list(c echo.Context, f scim.Filter, in search) error {
	start, count := 1, pageSize
	if in.StartIndex != nil {
		start = max(*in.StartIndex, 1) // RFC 7644, 3.4.2.4
	}
	if in.Count != nil {
		count = min(max(*in.Count, 0), maxPage)
	}
	found, total, err := s.find(f, start, count)
	if err != nil {
		return err
	}
	resources := make([]any, len(found))
	for i, u := range found {
		if err := s.API.Note(s.ctx, s.who, u.subject); err != nil {
			return err
		}
		resources[i] = scim.Project(s.body(u), in.Attributes, in.ExcludedAttributes)
	}
	return write(c, http.StatusOK, map[string]any{
		"schemas": []string{scim.ListMessage}, "totalResults": total, "startIndex": start, "itemsPerPage": len(resources),
		"Resources": resources,
	})
}

// find returns a page of those whom the filter means, and how many those are.
func (s *session) find(f scim.Filter, start, count int) ([]*resource, int, error) {
	if f.All() {
		subjects, total, err := s.Store.Enrolled(s.ctx, s.who.System.Name, start-1, count)
		if err != nil {
			return nil, 0, err
		}
		found, err := s.resources(subjects, f)
		return found, total, err
	}
	subjects, err := s.candidates(f)
	if err != nil {
		return nil, 0, err
	}
	found, err := s.resources(subjects, f)
	if err != nil {
		return nil, 0, err
	}
	total := len(found)
	found = found[min(start-1, total):]
	return found[:min(count, len(found))], total, nil
}

// resources are those of subjects whom the filter means.
func (s *session) resources(subjects []id.Subject, f scim.Filter) ([]*resource, error) {
	var all []*resource
	for _, subject := range subjects {
		u, err := s.resource(subject)
		if errors.Is(err, errs.NotFound) {
			continue // ended meanwhile, or of another brand
		}
		if err != nil {
			return nil, err
		}
		if f.All() || f.Match(s.body(u)) {
			all = append(all, u)
		}
	}
	return all, nil
}

// candidates are those among whom everybody is whom the filter means.
func (s *session) candidates(f scim.Filter) ([]id.Subject, error) {
	l, ok := f.Lookup()
	if !ok {
		all, total, err := s.Store.Enrolled(s.ctx, s.who.System.Name, 0, maxLooked)
		if err == nil && total > maxLooked {
			err = scim.Refuse(errs.Invalid, scim.TooMany, "error.scim_too_many")
		}
		return all, err
	}
	switch l.By {
	case "id":
		one, err := s.Names.Paired(s.who.System.Name, l.Text)
		return some(one, err)
	case "userName":
		one, err := s.Store.EnrolledAs(s.ctx, s.who.System.Name, l.Text)
		return some(one, err)
	}
	i := identity.Identifier{Kind: identity.Email}
	switch l.By {
	case "phoneNumbers":
		i.Kind = identity.Phone
	case "externalId":
		i.Kind, i.Scope = identity.Customer, s.who.System.Name
	}
	value, err := identity.Normalise(i.Kind, l.Text, "")
	if err != nil {
		return nil, nil // nobody can be called that
	}
	holders, err := s.Store.Holders(s.ctx, i.Kind, i.Scope, value)
	var all []id.Subject
	for _, h := range holders {
		if !slices.Contains(all, h.Subject) {
			all = append(all, h.Subject)
		}
	}
	return all, err
}

// some is a list of one, or of nobody.
func some(one id.Subject, err error) ([]id.Subject, error) {
	if errors.Is(err, errs.NotFound) || errors.Is(err, errs.Invalid) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []id.Subject{one}, nil
}
