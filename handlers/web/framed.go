package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/login"
)

// What a page inside a brand's own site sends with each request.
const (
	// FrameBearer stands for the session where the browser keeps no cookie.
	FrameBearer = "Frame-Session"
	// FrameLocale is the language of the page.
	FrameLocale = "Frame-Locale"
	// FrameBegins is sent with the first request alone.
	FrameBegins = "Frame-Begins"

	boosted = "HX-Boosted" // a whole page is wanted, and no row
)

// FrameCookie is the name of the cookie of a session in a frame. Browsers keep
// it for this host inside that one site (CHIPS), and many keep none at all.
const FrameCookie = "__Host-frame"

// SetFrameCookie gives the browser what stands for a session in a frame. A
// cookie of a frame is Secure or is none.
func SetFrameCookie(c echo.Context, token string) {
	c.SetCookie(&http.Cookie{
		Name: FrameCookie, Value: token, Path: "/", MaxAge: int(login.FrameFor.Seconds()),
		HttpOnly: true, Secure: true, SameSite: http.SameSiteNoneMode, Partitioned: true,
	})
}

// FrameBy lets origins show the answer in a frame, and says nobody where the
// person came from.
func FrameBy(c echo.Context, origins ...string) {
	h := c.Response().Header()
	h.Set("Referrer-Policy", "no-referrer")
	if len(origins) > 0 {
		h.Set("Content-Security-Policy", strings.Replace(h.Get("Content-Security-Policy"),
			"frame-ancestors 'none'", "frame-ancestors "+strings.Join(origins, " "), 1))
	}
}

// FramePath is where the portal of a brand is inside a page of its own site.
func FramePath(brand string) string { return "/embed/" + brand + "/in" }

// Hosted returns the page in a window of its own that is the same as path
// inside a frame, and the portal's first page for what is none.
func (v *Visit) Hosted(path string) string {
	if v.Brand == nil {
		return "/"
	}
	rest, _ := strings.CutPrefix(path, FramePath(v.Brand.Name))
	return Local("/"+v.Brand.Name+rest, "/"+v.Brand.Name)
}

// Again has the page loaded once more, from path where that is not what the
// browser shows in its address: in a frame, whose cookie it may not keep.
func Again(c echo.Context, path string) error {
	if Of(c).Framed {
		return lead(c, withSaid(c, path))
	}
	c.Response().Header().Set("HX-Refresh", "true")
	return c.NoContent(http.StatusNoContent)
}

// lead has a page that swaps in place go to path. In a frame it stays the same
// page, for it alone holds the bearer.
func lead(c echo.Context, path string) error {
	if !Of(c).Framed {
		c.Response().Header().Set("HX-Redirect", path)
		return c.NoContent(http.StatusNoContent)
	}
	to, err := json.Marshal(map[string]any{"path": path, "target": "body", "headers": map[string]string{boosted: "true"}})
	if err != nil {
		return err
	}
	c.Response().Header().Set("HX-Location", string(to))
	return c.NoContent(http.StatusNoContent)
}

// Said is the part of an address that carries a sealed sentence to the next
// page of a frame, whose address nobody sees or keeps.
const Said = "said"

const saidKey = "said"

// Carry leaves a sealed sentence for the address that this answer leads to.
// Only middleware calls it.
func Carry(c echo.Context, sealed string) { c.Set(saidKey, sealed) }

func withSaid(c echo.Context, path string) string {
	sealed, ok := c.Get(saidKey).(string)
	u, err := url.Parse(path)
	if !ok || err != nil {
		return path
	}
	q := u.Query()
	q.Set(Said, sealed)
	u.RawQuery = q.Encode()
	return u.String()
}
