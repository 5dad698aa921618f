package web

import (
	"fmt"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/i18n"
	"livingprofile/internal/login"
	"livingprofile/views/layout"
)

// CheckPath is where anybody may check a receipt.
const CheckPath = "/receipts"

// FiguresPath is where everybody may read figures of requests, if declared.
const FiguresPath = "/transparency"

// Frame returns what is round a page of the current brand. The caller adds the
// person's name and what the last action did.
func Frame(c echo.Context, section, title string) layout.Frame {
	v := Of(c)
	f := layout.Frame{
		Base: v.Base(), Path: c.Request().URL.RequestURI(), Section: section, Title: title,
		CSRF: v.CSRF, Check: CheckPath, NoIndex: true, Style: v.Style,
		Signal: v.Signal != "",
	}
	if v.Organisation != nil && v.Organisation.Transparency.Known() {
		f.Figures = FiguresPath
	}
	if v.Brand != nil {
		f.BrandName = v.Brand.Label.In(v.Locale)
		f.BrandMark = v.Brand.Mark
		if f.Logo = v.Logo; f.Logo != "" {
			f.LogoWidth = v.Brand.Logo.WidthAt(32, 120)
		}
		f.Locales = v.Brand.Locales
		f.Contact = v.Brand.Contact
	}
	if v.Framed {
		inside(v, &f)
	}
	if v.Seen != "" {
		f.Seen, f.Locales, f.Scripts = ConsolePath+"/people/"+string(v.Subject()), nil, []string{}
	}
	return f
}

// inside leaves round a page in a frame what the frame may show. The page
// around says the language.
func inside(v *Visit, f *layout.Frame) {
	f.Embedded, f.Inside, f.Locales, f.Check = true, true, nil, ""
	f.Outside, f.Scripts = v.Hosted(""), []string{"htmx.js", "app.js", "frame.js"}
	if v.Session == nil || v.Session.Frame == nil {
		return
	}
	f.Sections = v.Session.Frame.Sections
	for section, act := range map[string]string{layout.Data: login.ActCorrect, layout.Allow: login.ActDecide, layout.Get: login.ActReceive} {
		if !v.Session.Frame.Lets(act) {
			f.Locked = append(f.Locked, section)
		}
	}
}

// Zone names the zone that the page's times are told in.
func Zone(c echo.Context) string { return i18n.Zone(Context(c)) }

// Path joins the brand's base with the parts of an address.
func Path(c echo.Context, format string, args ...any) string {
	return Of(c).Base() + fmt.Sprintf(format, args...)
}
