// Package transfers answers other controllers that send what a person takes
// along from them. Who may, and what becomes of it, is decided in package
// transfer of the rules.
package transfers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/transfer"
)

// Transfers answers. It is safe for concurrent use.
type Transfers struct{ receiver *transfer.Receiver }

// New returns the handler.
func New(r *transfer.Receiver) *Transfers { return &Transfers{r} }

// Take takes in a package. The answer says that it came, and nothing of whether
// we know for whom.
func (t *Transfers) Take(c echo.Context) error {
	r := c.Request()
	if err := t.receiver.Take(web.Context(c), r.Header.Get, r.Body); err != nil {
		return err
	}
	return c.NoContent(http.StatusAccepted)
}
