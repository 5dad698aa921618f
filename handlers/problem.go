package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/api"
	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
)

// A problemBody is how a program is told what went wrong (RFC 9457).
type problemBody struct {
	Type     string         `json:"type"`
	Title    string         `json:"title"`
	Status   int            `json:"status"`
	Detail   string         `json:"detail,omitempty"`
	Instance string         `json:"instance,omitempty"`
	Errors   []problemField `json:"errors,omitempty"`
}

type problemField struct {
	Path   string `json:"path"`
	Code   string `json:"code"` // stable; Detail is for people
	Detail string `json:"detail"`
}

// problem answers a program.
func (s *Server) problem(c echo.Context, status int, err error) error {
	body := problemBody{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: reason(c, err), Instance: "urn:request:" + web.Of(c).ID,
	}
	if name := api.ProblemName(status); name != "" && isAPI(c) {
		body.Type = s.deps.BaseURL.String() + api.DocsPath + "#problem-" + name
	}
	var e *errs.Error
	if errors.As(err, &e) {
		if e.ID == "error.invalid" && len(e.Fields) > 0 && isAPI(c) { // whose words are for forms
			body.Detail = i18n.T(web.Context(c), "error.invalid_request")
		}
		for _, f := range e.Fields {
			body.Errors = append(body.Errors, problemField{
				Path: f.Path, Code: strings.TrimPrefix(f.ID, "error."), Detail: i18n.Message(web.Context(c), f.ID, f.Args),
			})
		}
	}
	c.Response().Header().Set(echo.HeaderContentType, "application/problem+json")
	c.Response().WriteHeader(status)
	return c.Echo().JSONSerializer.Serialize(c, body, "")
}

// isAPI tells whether a request is a system's.
func isAPI(c echo.Context) bool {
	path := c.Request().URL.Path
	return strings.HasPrefix(path, "/access/") || strings.HasPrefix(path, "/api/") && path != api.DocsPath
}
