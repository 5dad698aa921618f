package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/decision"
)

// ConsentMode has what the visitor allows in the words of Google's Consent
// Mode, for the script of the frame: it tells the brand's own page around.
func (p *Portal) ConsentMode(c echo.Context) error {
	s, err := p.look(c)
	if err != nil {
		return err
	}
	q := decision.Question{Brand: s.brand.Name, At: s.now, Signal: s.signal}
	return web.JSON(c, http.StatusOK, decision.ConsentMode(s.facts, q, s.org.PurposesOn(s.brand.Name)))
}
