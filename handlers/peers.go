package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/scim"
	"livingprofile/internal/authz"
)

// peerRoutes are the ways of systems that speak a standard of their own.
func (s *Server) peerRoutes() []Route {
	const all, one = scim.Path + "/Users", scim.Path + "/Users/:user"
	p := s.deps.SCIM
	return []Route{
		{http.MethodGet, scim.Path + "/ServiceProviderConfig", authz.ProfileRead, p.Config},
		{http.MethodGet, scim.Path + "/ResourceTypes", authz.ProfileRead, p.Types},
		{http.MethodGet, scim.Path + "/ResourceTypes/:type", authz.ProfileRead, p.Type},
		{http.MethodGet, scim.Path + "/Schemas", authz.ProfileRead, p.Schemas},
		{http.MethodGet, scim.Path + "/Schemas/:schema", authz.ProfileRead, p.Schema},
		{http.MethodPost, scim.Path + "/.search", authz.ProfileRead, p.Search},
		{http.MethodPost, all + "/.search", authz.ProfileRead, p.Search},
		{http.MethodGet, all, authz.ProfileRead, p.List},
		{http.MethodPost, all, authz.ProfileWrite, p.Create},
		{http.MethodGet, one, authz.ProfileRead, p.Show},
		{http.MethodPut, one, authz.ProfileWrite, p.Replace},
		{http.MethodPatch, one, authz.ProfileWrite, p.Patch},
		{http.MethodDelete, one, authz.ProfileWrite, p.Delete},
	}
}

// peerFault answers a system in the form of the standard that it speaks; false
// for one that speaks none.
func (s *Server) peerFault(c echo.Context, status int, err error) (bool, error) {
	if !scim.IsPath(c.Request().URL.Path) {
		return false, nil
	}
	status, body := scim.Fault(status, err, reason(c, err))
	c.Response().Header().Set(echo.HeaderContentType, "application/scim+json")
	c.Response().WriteHeader(status)
	return true, c.Echo().JSONSerializer.Serialize(c, body, "")
}
