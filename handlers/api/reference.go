package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/i18n"
	view "livingprofile/views/reference"
)

// Where the API is described: to machines, and to people.
const (
	documentPath = "/api/v1/openapi.json"
	DocsPath     = "/api/v1/docs"
)

// Document answers with the OpenAPI document.
func (a *API) Document(c echo.Context) error {
	b, err := a.document()
	if err != nil {
		return err
	}
	return c.JSONBlob(http.StatusOK, b)
}

// Reference answers with the page for people.
func (a *API) Reference(c echo.Context) error {
	p, err := a.reference()
	if err != nil {
		return err
	}
	f := web.Frame(c, "", i18n.T(web.Context(c), "reference.title"))
	return web.Render(c, http.StatusOK, view.Show(f, p))
}
