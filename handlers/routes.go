package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/authz"
)

// A Route is one way into the product: the whole surface is the list of them.
type Route struct {
	Method     string           `json:"method"`
	Path       string           `json:"path"`
	Permission authz.Permission `json:"permission"`
	// Roles are the staff roles that have the permission; none for routes that
	// are not the console's.
	Roles   []authz.Role     `json:"roles,omitempty"`
	Handler echo.HandlerFunc `json:"-"`
}

// Routes returns the whole surface. A route without a permission does not
// start the server. The ways of the demo's mailbox are there only with one.
func (s *Server) Routes() []Route {
	const (
		get  = http.MethodGet
		post = http.MethodPost
	)
	routes := []Route{
		{get, "/healthz", authz.Public, nil, s.health.Alive},
		{get, "/readyz", authz.Public, nil, s.health.Ready},
		{get, "/static/*", authz.Public, nil, s.static},
		{get, "/theme/:sheet", authz.Public, nil, s.sheets.serve},
		{get, "/favicon.ico", authz.Public, nil, s.favicon},

		{get, "/", authz.Public, nil, s.portal.Brands},
		{get, "/receipts", authz.Public, nil, s.receipt.Form},
		{post, "/receipts", authz.Public, nil, s.receipt.Check},
		{get, "/receipts/:receipt", authz.Public, nil, s.receipt.Show},

		{post, "/:brand/language", authz.Public, nil, s.portal.Language},
		{get, "/:brand/sign-in", authz.Public, nil, s.signin.Form},
		{post, "/:brand/sign-in", authz.Public, nil, s.signin.Ask},
		{post, "/:brand/sign-in/again", authz.Public, nil, s.signin.Again},
		{get, "/:brand/sign-in/sent", authz.Public, nil, s.signin.Sent},
		{get, "/:brand/sign-in/out", authz.Public, nil, s.signin.Out},
		{get, "/:brand/link/:token", authz.Public, nil, s.signin.Link},
		{post, "/:brand/link", authz.Public, nil, s.signin.Redeem},
		{get, "/:brand/confirmed", authz.Public, nil, s.signin.Confirmed},
		{post, "/:brand/sign-out", authz.SignedIn, nil, s.signin.SignOut},
		{get, "/:brand/proof", authz.SignedIn, nil, s.signin.ProofForm},
		{post, "/:brand/proof", authz.SignedIn, nil, s.signin.AskProof},

		{get, "/:brand", authz.SignedIn, nil, s.portal.Home},
		{get, "/:brand/data", authz.SignedIn, nil, s.portal.Data},
		{get, "/:brand/data/:field", authz.SignedIn, nil, s.portal.Value},
		{get, "/:brand/data/:field/edit", authz.SignedIn, nil, s.portal.EditValue},
		{post, "/:brand/data/:field", authz.SignedIn, nil, s.portal.SaveValue},
		{post, "/:brand/data/:field/undo", authz.SignedIn, nil, s.portal.UndoValue},
		{get, "/:brand/allow", authz.SignedIn, nil, s.portal.Allow},
		{get, "/:brand/allow/:purpose", authz.SignedIn, nil, s.portal.Purpose},
		{post, "/:brand/allow/:purpose", authz.SignedIn, nil, s.portal.Answer},
		{get, "/:brand/get", authz.SignedIn, nil, s.portal.Get},
		{post, "/:brand/get/topics", authz.SignedIn, nil, s.portal.SaveTopics},
		{post, "/:brand/get/topics/:topic", authz.SignedIn, nil, s.portal.SaveTopic},
		{post, "/:brand/get/delivery", authz.SignedIn, nil, s.portal.SaveDelivery},
		{post, "/:brand/get/pause", authz.SignedIn, nil, s.portal.Pause},
		{post, "/:brand/get/resume", authz.SignedIn, nil, s.portal.Resume},
		{get, "/:brand/get/stop", authz.SignedIn, nil, s.portal.StopPreview},
		{post, "/:brand/get/stop", authz.SignedIn, nil, s.portal.Stop},
		{get, "/:brand/get/stopped", authz.SignedIn, nil, s.portal.Stopped},
		{post, "/:brand/get/back/:purpose", authz.SignedIn, nil, s.portal.TakeBack},
		{get, "/:brand/who", authz.SignedIn, nil, s.portal.Who},
		{get, "/:brand/history", authz.SignedIn, nil, s.portal.History},
		{get, "/:brand/notices", authz.SignedIn, nil, s.portal.Notices},
		{get, "/:brand/notices/:purpose", authz.SignedIn, nil, s.portal.Notice},
		{get, "/:brand/receipts/:receipt", authz.SignedIn, nil, s.portal.Receipt},
		{get, "/:brand/safety", authz.SignedIn, nil, s.portal.Safety},
		{post, "/:brand/safety/addresses", authz.Fresh, nil, s.portal.AddAddress},
		{post, "/:brand/safety/addresses/:address/verify", authz.Fresh, nil, s.portal.VerifyAddress},
		{post, "/:brand/safety/addresses/:address/main", authz.Fresh, nil, s.portal.MakeMain},
		{post, "/:brand/safety/addresses/:address/remove", authz.Fresh, nil, s.portal.RemoveAddress},
		{post, "/:brand/safety/sessions/:session/end", authz.SignedIn, nil, s.portal.EndSession},
		{post, "/:brand/safety/sessions/end", authz.SignedIn, nil, s.portal.EndSessions},
	}
	routes = append(routes, s.consoleRoutes()...)
	if s.mailbox != nil {
		routes = append(routes,
			Route{get, "/mailbox", authz.Public, nil, s.mailbox.List},
			Route{get, "/mailbox/:message", authz.Public, nil, s.mailbox.Message},
		)
	}
	for i := range routes {
		routes[i].Roles = authz.RolesWith(routes[i].Permission)
	}
	return routes
}

// consoleRoutes are the ways of staff members. Signing in is the only one that
// does not ask who they are.
func (s *Server) consoleRoutes() []Route {
	const (
		get  = http.MethodGet
		post = http.MethodPost
	)
	return []Route{
		{get, "/console/sign-in", authz.Public, nil, s.console.SignInForm},
		{post, "/console/sign-in/begin", authz.Public, nil, s.console.BeginSignIn},
		{post, "/console/sign-in", authz.Public, nil, s.console.SignIn},
		{get, "/console/invite/:token", authz.Public, nil, s.console.Invited},
		{post, "/console/invite/begin", authz.Public, nil, s.console.BeginJoin},
		{post, "/console/invite", authz.Public, nil, s.console.Join},
		{post, "/console/language", authz.Public, nil, s.console.Language},
		{post, "/console/sign-out", authz.ConsoleUse, nil, s.console.SignOut},

		{get, "/console", authz.FigureRead, nil, s.console.Today},
		{get, "/console/people", authz.PersonRead, nil, s.console.FindPeople},
		{post, "/console/people", authz.PersonRead, nil, s.console.SearchPeople},
		{get, "/console/people/:subject", authz.PersonRead, nil, s.console.ShowPerson},
		{post, "/console/people/:subject", authz.PersonRead, nil, s.console.OpenPerson},
		{get, "/console/purposes", authz.PurposeRead, nil, s.console.Purposes},
		{get, "/console/audit", authz.LedgerRead, nil, s.console.Audit},
		{post, "/console/audit", authz.LedgerRead, nil, s.console.FilterAudit},
		{post, "/console/audit/export", authz.LedgerExport, nil, s.console.ExportAudit},
		{get, "/console/staff", authz.StaffRead, nil, s.console.StaffList},
		{post, "/console/staff", authz.StaffManage, nil, s.console.Invite},
		{post, "/console/staff/:member", authz.StaffManage, nil, s.console.Place},
		{post, "/console/staff/:member/invite", authz.StaffManage, nil, s.console.InviteAgain},
		{post, "/console/staff/:member/disable", authz.StaffManage, nil, s.console.Disable},
		{get, "/console/keys", authz.KeyRead, nil, s.console.APIKeys},
		{post, "/console/keys", authz.KeyManage, nil, s.console.MakeKey},
		{post, "/console/keys/:key/revoke", authz.KeyManage, nil, s.console.RevokeKey},
	}
}
