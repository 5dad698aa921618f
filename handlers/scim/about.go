package scim

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/errs"
	"livingprofile/internal/scim"
)

// Config answers with what is supported (RFC 7643, 5).
func (s *SCIM) Config(c echo.Context) error {
	no := map[string]any{"supported": false}
	return write(c, http.StatusOK, map[string]any{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"},
		"patch":   map[string]any{"supported": true},
		"bulk":    map[string]any{"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
		"filter":  map[string]any{"supported": true, "maxResults": maxPage},
		"etag":    map[string]any{"supported": true},
		"sort":    no, "changePassword": no,
		"authenticationSchemes": []any{map[string]any{
			"type": "oauthbearertoken", "name": "API key", "description": "a key of the installation as a bearer token", "primary": true,
		}},
		"meta": map[string]any{"resourceType": "ServiceProviderConfig", "location": s.base + "/ServiceProviderConfig"},
	})
}

func (s *SCIM) sort() map[string]any {
	return map[string]any{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:ResourceType"},
		"id":      "User", "name": "User", "endpoint": "/Users", "description": "a person",
		"schema":           scim.CoreSchema,
		"schemaExtensions": []any{map[string]any{"schema": scim.ProfileSchema, "required": false}},
		"meta":             map[string]any{"resourceType": "ResourceType", "location": s.base + "/ResourceTypes/User"},
	}
}

// list is a whole list in one answer.
func list(all ...any) map[string]any {
	return map[string]any{
		"schemas": []string{scim.ListMessage}, "totalResults": len(all), "startIndex": 1, "itemsPerPage": len(all), "Resources": all,
	}
}

// Types answers with the one sort of resource.
func (s *SCIM) Types(c echo.Context) error { return write(c, http.StatusOK, list(s.sort())) }

// Type answers with it alone.
func (s *SCIM) Type(c echo.Context) error {
	if !strings.EqualFold(c.Param("type"), "User") {
		return errs.New(errs.NotFound, "error.scim_no_user")
	}
	return write(c, http.StatusOK, s.sort())
}

// Schemas answers with the attributes that the caller may have.
func (s *SCIM) Schemas(c echo.Context) error {
	var all []any
	form := s.begin(c).form
	for i := range form.Schemas {
		all = append(all, form.Schemas[i].Describe(s.base))
	}
	return write(c, http.StatusOK, list(all...))
}

// Schema answers with one of them.
func (s *SCIM) Schema(c echo.Context) error {
	form := s.begin(c).form
	for i := range form.Schemas {
		if strings.EqualFold(form.Schemas[i].URN, c.Param("schema")) {
			return write(c, http.StatusOK, form.Schemas[i].Describe(s.base))
		}
	}
	return errs.New(errs.NotFound, "error.scim_no_user")
}
