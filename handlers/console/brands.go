package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/brand"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// BrandsPath is where brands are seen and changed.
const BrandsPath = web.ConsolePath + "/brands"

// An Amender changes one brand by the rules of a declaration. The errors are
// those of organisation.Amend.
type Amender func(ctx context.Context, by ledger.Actor, m organisation.Amendment) (*organisation.Plan, error)

// The parts of a brand's page, as the address names them.
const (
	partBasics = "basics"
	partLook   = "look"
	partReach  = "reach"
	partAsked  = "asked"
	partEmbed  = "embed"
)

var brandParts = [...]string{partBasics, partLook, partReach, partAsked, partEmbed}

// Brands lists the brands of the member.
func (s *Console) Brands(c echo.Context) error {
	v := web.Of(c)
	var p view.BrandsPage
	for i := range v.Organisation.Brands {
		b := &v.Organisation.Brands[i]
		if b.Retired || !me(c).Sees(b.Name) {
			continue
		}
		p.Brands = append(p.Brands, view.Brand{
			Name: b.Name, Label: b.Label.In(v.Locale), Href: BrandsPath + "/" + b.Name, LegalName: b.LegalName,
			Locales: languages(c, b.Locales), Contact: b.Contact, Portal: s.portalOf(b), Edited: len(editsOf(v.Organisation, b.Name)),
		})
	}
	return web.Render(c, http.StatusOK, view.Brands(s.desk(c, "brands", title(c, "brands")), p))
}

// portalOf is the address of a brand's portal.
func (s *Console) portalOf(b *brand.Brand) string { return b.Site(s.Base).JoinPath(b.Name).String() }

func languages(c echo.Context, tags []string) string {
	var all []string
	for _, tag := range tags {
		all = append(all, i18n.Lang(tag))
	}
	return i18n.List(web.Context(c), all)
}

// editsOf are what the console changed of a brand since a file was applied.
func editsOf(o *organisation.Organisation, name string) []organisation.Edit {
	var all []organisation.Edit
	for _, e := range o.Edits {
		if e.What == "brand" && e.Name == name || strings.HasPrefix(e.Attribute, "asked-by."+name+".") || e.What == "topic" {
			all = append(all, e)
		}
	}
	return all
}

// brandOf is the brand of the path; errs.NotFound for one that is not the
// member's as for one that is not there.
func brandOf(c echo.Context) (*brand.Brand, error) {
	b, ok := web.Of(c).Organisation.Brand(c.Param("brand"))
	if !ok || b.Retired || !me(c).Sees(b.Name) {
		return nil, errs.NotFound
	}
	return b, nil
}

// ShowBrand shows one part of a brand.
func (s *Console) ShowBrand(c echo.Context) error {
	b, err := brandOf(c)
	if err != nil {
		return err
	}
	part := c.Param("part")
	if part == "" {
		part = partBasics
	}
	if !slices.Contains(brandParts[:], part) {
		return errs.NotFound
	}
	f := brandForm{part: part, values: valuesOf(web.Of(c).Organisation, b, part)}
	return s.showBrand(c, b, f)
}

// A brandForm is a part of a brand as its form has it.
type brandForm struct {
	part   string
	base   string // that the form was made from; "" for what stands
	values url.Values
	wrong  map[string]string
	look   *brand.Brand // shown in the preview; nil for the brand as it stands
	late   bool         // somebody changed the brand meanwhile
}

func (s *Console) showBrand(c echo.Context, b *brand.Brand, f brandForm) error {
	ctx, v := web.Context(c), web.Of(c)
	href := BrandsPath + "/" + b.Name
	p := view.BrandPage{
		Name: b.Name, Label: b.Label.In(v.Locale), Part: f.part, Action: href + "/" + f.part, List: BrandsPath,
		Base: or(f.base, v.Organisation.Fingerprint(b.Name)), Late: f.late, Portal: s.portalOf(b), Whole: f.wrong[""],
		Manage: me(c).Role.Has(authz.BrandManage), Inputs: brandInputs(c, s.Locale, b, f),
	}
	for _, part := range brandParts {
		p.Tabs = append(p.Tabs, view.View{Link: ui.Link{Href: href + "/" + part, Text: i18n.T(ctx, "brands.part."+part)}, Current: part == f.part})
	}
	for _, e := range editsOf(v.Organisation, b.Name) {
		p.Edits = append(p.Edits, e.String())
	}
	switch f.part {
	case partLook:
		p.Look = lookOf(c, b, f.look)
	case partAsked:
		p.Purposes = purposesOf(c, b.Name)
	case partEmbed:
		p.Embed = s.embedOf(c, b)
	}
	status := page(f.wrong)
	if f.late {
		status = http.StatusConflict
	}
	return web.Render(c, status, view.OneBrand(s.desk(c, "brands", p.Label), p))
}

// SaveBrand changes one part of a brand.
func (s *Console) SaveBrand(c echo.Context) error {
	b, err := brandOf(c)
	if err != nil {
		return err
	}
	part := c.Param("part")
	if !slices.Contains(brandParts[:], part) || part == partEmbed {
		return errs.NotFound
	}
	form, err := web.Form(c, brandFields(part)...)
	if err != nil {
		return err
	}
	change, err := readBrand(c, part, b, form)
	if err == nil {
		_, err = s.Amend(web.Context(c), me(c).Actor(), organisation.Amendment{Brand: b.Name, Base: form.Get("base"), Change: change})
	}
	if err == nil {
		web.SetFlash(c, web.Flash{ID: "brands.saved"})
		return web.SeeOther(c, BrandsPath+"/"+b.Name+"/"+part)
	}
	f := brandForm{part: part, base: form.Get("base"), values: form, look: typedLook(b, part, form)}
	switch f.wrong, f.late = brandWrong(c, b, form, err); {
	case f.late:
		f.base = "" // whoever sends it again has been told
	case f.wrong == nil:
		return err
	}
	return s.showBrand(c, b, f)
}

// brandWrong says what of a form was refused, by field; late is that the brand
// has changed since the form was made. Both are empty for an error that is not
// the form's to show.
func brandWrong(c echo.Context, b *brand.Brand, form url.Values, err error) (wrong map[string]string, late bool) {
	var problems organisation.Problems
	switch {
	case errors.Is(err, errs.Conflict):
		return nil, true
	case errors.As(err, &problems):
		return problemWords(c, b, form, problems), false
	}
	wrong, _ = web.Wrong(c, err)
	return wrong, false
}
