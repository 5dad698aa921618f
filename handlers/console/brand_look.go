package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/brand"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/static"
	view "livingprofile/views/console"
	"livingprofile/views/ui"
)

// typedLook is the brand as the form of its look has it; nil for another part.
func typedLook(b *brand.Brand, part string, form url.Values) *brand.Brand {
	if part != partLook {
		return nil
	}
	typed := lookFrom(b, form)
	return &typed
}

// PreviewBrand shows the look that the form has, and saves nothing.
func (s *Console) PreviewBrand(c echo.Context) error {
	b, err := brandOf(c)
	if err != nil {
		return err
	}
	form, err := web.Form(c, brandFields(partLook)...)
	if err != nil {
		return err
	}
	f := brandForm{part: partLook, base: form.Get("base"), values: form, look: typedLook(b, partLook, form)}
	_, err = organisation.Amend(web.Of(c).Organisation, organisation.Amendment{
		Brand: b.Name, Base: web.Of(c).Organisation.Fingerprint(b.Name), At: s.Clock.Now(),
		Change: onBrand(b.Name, func(b *brand.Brand) { *b = lookFrom(b, form) }),
	})
	if err != nil {
		f.wrong, _ = brandWrong(c, b, form, err)
	}
	return s.showBrand(c, b, f)
}

// lookOf is the preview of a look, and what its colours come to. What is no
// value of a look is left out of it.
func lookOf(c echo.Context, b, typed *brand.Brand) *view.Look {
	ctx, v := web.Context(c), web.Of(c)
	if typed == nil {
		typed = b
	}
	shown := organisation.Presentable(*typed)
	query := url.Values{"accent": {shown.Accent}, "ground": {shown.Ground}, "corners": {string(shown.Corners)}, "fonts": {strings.Join(shown.Fonts, ",")}}
	look := &view.Look{
		Sheet: BrandsPath + ".css?" + query.Encode(), Label: b.Label.In(v.Locale), Mark: b.Mark, Voice: b.Voice.In(v.Locale),
		LogoAction: BrandsPath + "/" + b.Name + "/logo",
	}
	if b.Logo != nil {
		look.Logo, look.LogoWidth = look.LogoAction, b.Logo.WidthAt(32, 120)
	}
	for _, r := range shown.Readings() {
		line := view.Reading{
			What: i18n.T(ctx, "brands.reading."+r.Key+"_"+string(r.On)), Declared: r.Declared, Shown: r.Shown,
			Ratio: ratio(r.Ratio), Reached: ratio(r.Reached), Needed: ratio(r.Needed),
			State: ui.Given, Verdict: i18n.T(ctx, "brands.reading.fine"),
		}
		if r.Corrected() {
			line.State, line.Verdict = ui.Waiting, i18n.T(ctx, "brands.reading.corrected", "colour", r.Shown, "ratio", line.Reached)
		}
		look.Readings = append(look.Readings, line)
	}
	return look
}

// ratio is a contrast as WCAG writes it.
func ratio(r float64) string { return strconv.FormatFloat(r, 'f', 1, 64) + ":1" }

// LookSheet is the stylesheet of a preview. It holds what the address says and
// nothing of a brand.
func (s *Console) LookSheet(c echo.Context) error {
	look := organisation.Presentable(lookFrom(&brand.Brand{}, c.QueryParams()))
	light, dark := look.Tokens()
	return c.Blob(http.StatusOK, "text/css; charset=utf-8", static.Preview(light, dark))
}

// BrandLogo is the picture of a brand.
func (s *Console) BrandLogo(c echo.Context) error {
	b, err := brandOf(c)
	if err != nil {
		return err
	}
	if b.Logo == nil {
		return errs.NotFound
	}
	return c.Blob(http.StatusOK, b.Logo.Type, b.Logo.Data)
}

// SaveLogo takes a picture, or removes the one there is.
func (s *Console) SaveLogo(c echo.Context) error {
	b, err := brandOf(c)
	if err != nil {
		return err
	}
	data, err := web.File(c, "logo", organisation.MaxLogo)
	if err != nil {
		return err
	}
	var logo *brand.Logo
	if form := c.Request().PostForm; form.Get("act") != "remove" {
		if logo, err = organisation.ReadLogo(data); err != nil {
			wrong, _ := web.Wrong(c, err)
			return s.showBrand(c, b, brandForm{part: partLook, values: valuesOf(web.Of(c).Organisation, b, partLook), wrong: wrong})
		}
	}
	_, err = s.Amend(web.Context(c), me(c).Actor(), organisation.Amendment{
		Brand: b.Name, Base: c.Request().PostForm.Get("base"), Change: onBrand(b.Name, func(b *brand.Brand) { b.Logo = logo }),
	})
	if err != nil {
		f := brandForm{part: partLook, values: valuesOf(web.Of(c).Organisation, b, partLook)}
		if f.wrong, f.late = brandWrong(c, b, url.Values{}, err); f.wrong == nil && !f.late {
			return err
		}
		return s.showBrand(c, b, f)
	}
	web.SetFlash(c, web.Flash{ID: "brands.saved"})
	return web.SeeOther(c, BrandsPath+"/"+b.Name+"/"+partLook)
}
