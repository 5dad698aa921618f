package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/login"
	view "livingprofile/views/portal"
)

// AddAddress mails a link to a new address. The address is kept when the link
// comes back, and not before.
func (p *Portal) AddAddress(c echo.Context) error {
	form, err := web.Form(c, "kind", "value")
	if err != nil {
		return err
	}
	typed := form.Get("value")
	all, err := p.Read.Identifiers(web.Context(c), web.Of(c).Subject())
	if err != nil {
		return err
	}
	if taken(all, typed) {
		err = errs.InvalidFields(errs.At("address", "error.taken"))
	} else {
		err = p.mailLink(c, typed, "new", "")
	}
	if wrong, ok := web.Wrong(c, err); ok {
		return p.showSafety(c, http.StatusUnprocessableEntity, view.AddressForm{
			Value: typed, Wrong: first(wrong["address"], wrong[""]),
		})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, web.Path(c, "/safety"))
}

// VerifyAddress mails a link to an address that is known and not proved.
func (p *Portal) VerifyAddress(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	all, err := p.Read.Identifiers(web.Context(c), web.Of(c).Subject())
	if err != nil {
		return err
	}
	for i := range all {
		if one := &all[i]; one.ID == c.Param("address") && one.Kind == identity.Email {
			if err := p.mailLink(c, one.Value, one.ID, one.ID); err != nil {
				return err
			}
			return web.SeeOther(c, web.Path(c, "/safety#a-%s", one.ID))
		}
	}
	return errs.New(errs.NotFound, "error.no_identifier")
}

// mailLink has a link mailed that proves an address, and says so in the row, or
// at the top of the page for "".
func (p *Portal) mailLink(c echo.Context, address, reference, row string) error {
	v := web.Of(c)
	asked, err := p.Links.Ask(web.Context(c), login.Question{
		Purpose: login.ConfirmAddress, Brand: v.BrandName(), Address: address, Locale: v.Locale,
		Binding: web.ReadAsking(c).Binding, Network: network(c),
		Subject: v.Subject(), Session: v.Session.ID, Reference: reference,
		Details: login.Details{Device: web.Device(c)},
	})
	if err != nil {
		return err
	}
	if err := web.SetAsking(c, web.Asking{Binding: asked.Binding, Until: asked.ExpiresAt}); err != nil {
		return err
	}
	web.SetFlash(c, web.Flash{
		ID: "page.said.address_sent", Row: row,
		Args: map[string]string{"address": address, "code": readable(asked.Code)},
	})
	return nil
}

// MakeMain makes an address the one that mail goes to, and tells the one that
// it was before.
func (p *Portal) MakeMain(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	v, ctx, chosen := web.Of(c), web.Context(c), c.Param("address")
	if err := p.Identity.MakeMain(ctx, v.Subject(), chosen, v.Where()); err != nil {
		return err
	}
	now, err := p.Identity.MainEmail(ctx, v.Subject())
	if err != nil {
		return err
	}
	return tell(c, web.Path(c, "/safety#a-%s", chosen), web.Flash{
		ID: "portal.said.address_main", Row: chosen, Args: map[string]string{"address": now},
	})
}

// RemoveAddress takes an address off the profile, and tells it so.
func (p *Portal) RemoveAddress(c echo.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	v, ctx := web.Of(c), web.Context(c)
	gone, err := p.Identity.Remove(ctx, v.Subject(), c.Param("address"), v.Where())
	if err != nil {
		return err
	}
	return tell(c, web.Path(c, "/safety"), web.Flash{
		ID: "portal.said.address_removed", Args: map[string]string{"address": gone.Value},
	})
}

// taken tells whether an address, as typed, is proved already.
func taken(all []identity.Identifier, typed string) bool {
	address, err := identity.Normalise(identity.Email, typed, "")
	if err != nil {
		return false
	}
	for i := range all {
		if all[i].Kind == identity.Email && all[i].Value == address && all[i].Verified() {
			return true
		}
	}
	return false
}
