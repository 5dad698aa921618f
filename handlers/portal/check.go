package portal

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/login"
	view "livingprofile/views/portal"
)

// CheckFrame tells whoever builds a brand's site what keeps the portal from
// being shown there, and how to mend it. It knows nobody. Inside the page it
// also sees what only a browser can: whether cookies are kept.
func (p *Portal) CheckFrame(c echo.Context) error {
	v := web.Of(c)
	if v.Brand == nil || v.BrandName() != c.Param("brand") {
		return errs.New(errs.NotFound, "error.no_brand")
	}
	web.FrameBy(c, v.Brand.Origins...)
	c.SetCookie(&http.Cookie{
		Name: checkCookie, Value: "kept", Path: "/", MaxAge: 60,
		HttpOnly: true, Secure: true, SameSite: http.SameSiteNoneMode, Partitioned: true,
	})
	origin := c.QueryParam("origin")
	page := view.CheckPage{
		Cookie: c.Request().URL.Path + "/cookie", Now: p.Clock.Now(),
		Site: v.Brand.Site(p.Base).Scheme + "://" + v.Brand.Site(p.Base).Host, Origins: v.Brand.Origins,
	}
	if origin != "" {
		page.Findings = append(page.Findings, originFinding(v.Brand.Origins, origin), httpsFinding(origin))
	}
	link, err := p.linkFinding(c, origin)
	if err != nil {
		return err
	}
	if link.ID != "" {
		page.Findings = append(page.Findings, link)
	}
	f := web.Frame(c, "", i18n.T(web.Context(c), "framecheck.title"))
	f.Embedded, f.Locales, f.Scripts = true, nil, []string{"frame.js", "check.js"}
	return web.Render(c, http.StatusOK, view.Check(f, page))
}

// checkCookie is set to see whether it comes back.
const checkCookie = "__Host-frame-check"

// CheckCookie tells a page in a frame whether the browser has kept its cookie.
func (p *Portal) CheckCookie(c echo.Context) error {
	_, err := c.Cookie(checkCookie)
	return web.JSON(c, http.StatusOK, map[string]bool{"kept": err == nil})
}

func originFinding(origins []string, origin string) view.Finding {
	if slices.Contains(origins, origin) {
		return view.Finding{ID: "origin_ok", OK: true}
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || origin != u.Scheme+"://"+u.Host {
		return view.Finding{ID: "origin_form"}
	}
	return view.Finding{ID: "origin_missing", Code: "origins: [" + origin + "]"}
}

func httpsFinding(origin string) view.Finding {
	u, err := url.Parse(origin)
	if err == nil && u.Scheme == "https" {
		return view.Finding{ID: "https_ok", OK: true}
	}
	return view.Finding{ID: "https_missing"}
}

// linkFinding looks at what the site's own server answered. It spends nothing.
func (p *Portal) linkFinding(c echo.Context, origin string) (view.Finding, error) {
	switch failed, token := c.QueryParam("failed"), c.QueryParam("link"); {
	case failed == "403":
		return view.Finding{ID: "link_scope", Code: "--scopes link:create,frame:create --brand " + web.Of(c).BrandName()}, nil
	case failed != "":
		return view.Finding{ID: "link_failed"}, nil
	case token != "":
		l, err := p.Frames.Peek(web.Context(c), token)
		return linkState(l, err, web.Of(c).BrandName(), origin)
	}
	return view.Finding{}, nil
}

func linkState(l login.FrameLink, err error, brand, origin string) (view.Finding, error) {
	switch {
	case errs.KindOf(err) == errs.Gone:
		return view.Finding{ID: "link_over"}, nil
	case err != nil:
		return view.Finding{}, err
	case l.Brand != brand:
		return view.Finding{ID: "link_brand"}, nil
	case l.Frame.Origin != origin:
		return view.Finding{ID: "link_origin"}, nil
	}
	return view.Finding{ID: "link_ok", OK: true}, nil
}
