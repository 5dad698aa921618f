package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/opendsr"
	"livingprofile/handlers/scim"
	"livingprofile/internal/authz"
)

// peerRoutes are the ways of systems that speak a standard of their own.
func (s *Server) peerRoutes() []Route {
	const all, one = scim.Path + "/Users", scim.Path + "/Users/:user"
	p := s.deps.SCIM
	routes := []Route{
		{http.MethodGet, scim.Path + "/ServiceProviderConfig", authz.ProfileRead, p.Config},
		{http.MethodGet, scim.Path + "/ResourceTypes", authz.ProfileRead, p.Types},
		{http.MethodGet, scim.Path + "/ResourceTypes/:type", authz.ProfileRead, p.Type},
		{http.MethodGet, scim.Path + "/Schemas", authz.ProfileRead, p.Schemas},
		{http.MethodGet, scim.Path + "/Schemas/:schema", authz.ProfileRead, p.Schema},
		{http.MethodPost, scim.Path + "/.search", authz.ProfileRead, p.Search},
		{http.MethodPost, all + "/.search", authz.ProfileRead, p.Search},
		{http.MethodGet, all, authz.ProfileRead, p.List},
		{http.MethodPost, all, authz.ProfileWrite, p.Noting(p.Create)},
		{http.MethodGet, one, authz.ProfileRead, p.Show},
		{http.MethodPut, one, authz.ProfileWrite, p.Noting(p.Replace)},
		{http.MethodPatch, one, authz.ProfileWrite, p.Noting(p.Patch)},
		{http.MethodDelete, one, authz.ProfileWrite, p.Noting(p.Delete)},
	}
	d := s.deps.OpenDSR
	routes = append(routes,
		Route{http.MethodGet, opendsr.Path + "/discovery", authz.Public, d.Discover},
		Route{http.MethodGet, opendsr.Path + "/certificate.pem", authz.Public, d.Certificate},
		Route{http.MethodGet, opendsr.Path + "/status/:request", authz.RequestSend, d.Show},
	)
	routes = append(routes, Route{http.MethodPost, opendsr.Path + "/callbacks/:errand", authz.Public, d.Called})
	// The second is the name that the standard had before (OpenDSR 2.0, 10.1), the
	// third one that platforms have.
	for _, name := range [...]string{"/requests", "/opengdpr_requests", "/opendsr_requests"} {
		routes = append(routes,
			Route{http.MethodPost, opendsr.Path + name, authz.RequestSend, d.Take},
			Route{http.MethodGet, opendsr.Path + name + "/:request", authz.RequestSend, d.Show},
			Route{http.MethodDelete, opendsr.Path + name + "/:request", authz.RequestSend, d.Cancel},
		)
	}
	return routes
}

// peer tells whether a request is of a system that speaks a standard of its own.
func peer(c echo.Context) bool {
	path := c.Request().URL.Path
	return scim.IsPath(path) || opendsr.IsPath(path)
}

// peerFault answers such a system in the form of its standard.
func (s *Server) peerFault(c echo.Context, status int, err error) error {
	var body any
	media := echo.MIMEApplicationJSON
	if opendsr.IsPath(c.Request().URL.Path) {
		status, body = opendsr.Fault(c, status, err, reason(c, err))
	} else {
		media = "application/scim+json"
		status, body = scim.Fault(status, err, reason(c, err))
	}
	c.Response().Header().Set(echo.HeaderContentType, media)
	c.Response().WriteHeader(status)
	return c.Echo().JSONSerializer.Serialize(c, body, "")
}
