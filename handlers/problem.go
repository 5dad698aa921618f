package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
)

// problems names the types of problem that systems are told apart by. The names
// are a promise: what a type means is said in the reference of the API.
var problems = map[int]string{
	http.StatusBadRequest:            "malformed",
	http.StatusUnauthorized:          "unauthenticated",
	http.StatusForbidden:             "forbidden",
	http.StatusNotFound:              "not-found",
	http.StatusMethodNotAllowed:      "method-not-allowed",
	http.StatusConflict:              "conflict",
	http.StatusGone:                  "gone",
	http.StatusPreconditionFailed:    "version-moved",
	http.StatusRequestEntityTooLarge: "too-large",
	http.StatusUnsupportedMediaType:  "not-json",
	http.StatusUnprocessableEntity:   "invalid",
	http.StatusPreconditionRequired:  "version-needed",
	http.StatusTooManyRequests:       "too-many",
	http.StatusInternalServerError:   "internal",
	http.StatusServiceUnavailable:    "unavailable",
}

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
	if name, ok := problems[status]; ok && isAPI(c) {
		body.Type = s.deps.BaseURL.JoinPath("api", "v1", "docs").String() + "#problem-" + name
	}
	var e *errs.Error
	if errors.As(err, &e) {
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
	return strings.HasPrefix(path, "/api/") && path != docsPath
}

// docsPath is the page that describes the API to people.
const docsPath = "/api/v1/docs"
