package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/api"
	"livingprofile/handlers/console"
	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/transfer"
)

// A Route is one way into the product: the whole surface is the list of them.
type Route struct {
	Method     string           `json:"method"`
	Path       string           `json:"path"`
	Permission authz.Permission `json:"permission"`
	Handler    echo.HandlerFunc `json:"-"`
}

// Routes returns the whole surface. A route without a permission does not
// start the server. The ways of the demo's mailbox are there only with one.
func (s *Server) Routes() []Route {
	const (
		get   = http.MethodGet
		post  = http.MethodPost
		put   = http.MethodPut
		patch = http.MethodPatch
	)
	routes := []Route{
		{get, "/healthz", authz.Public, s.health.Alive},
		{get, "/readyz", authz.Public, s.health.Ready},
		{get, "/static/*", authz.Public, s.static},
		{get, "/theme/:sheet", authz.Public, s.sheets.serve},
		{get, "/favicon.ico", authz.Public, s.favicon},

		{get, "/.well-known/security.txt", authz.Public, s.wellknown.Security},
		{get, "/.well-known/change-password", authz.Public, s.wellknown.ChangePassword},
		{get, "/.well-known/gpc.json", authz.Public, s.wellknown.GPC},
		{get, transfer.KeysPath, authz.Public, s.wellknown.Keys},
		{get, "/schemas/copy.json", authz.Public, s.wellknown.CopySchema},
		{post, transfer.TakePath, authz.Public, s.deps.Transfers.Take},
		{get, "/:brand/consent-mode.json", authz.Public, s.wellknown.ConsentMode},
		{get, "/:brand/register.json", authz.Public, s.wellknown.Register},

		{get, "/embed/widget.js", authz.Public, s.portal.Widget},
		{get, "/embed/:brand", authz.Public, s.portal.Framed},
		{get, "/embed/:brand/check", authz.Public, s.portal.CheckFrame},
		{get, "/embed/:brand/check/cookie", authz.Public, s.portal.CheckCookie},
		{get, "/embed/:brand/open/:token", authz.Public, s.portal.OpenFrame},
		{post, "/embed/:brand/open", authz.Public, s.portal.ExchangeFrame},

		{get, "/", authz.Public, s.portal.Brands},
		{get, web.FiguresPath, authz.Public, s.transparency.Page},
		{get, web.FiguresPath + ".json", authz.Public, s.transparency.Data},
		{get, "/receipts", authz.Public, s.receipt.Form},
		{post, "/receipts", authz.Public, s.receipt.Check},
		{get, "/receipts/:receipt", authz.Public, s.receipt.Show},

		{get, "/api/v1/openapi.json", authz.Public, s.api.Document},
		{get, api.DocsPath, authz.Public, s.api.Reference},
		// By a signature, not by a key.
		{post, api.AcknowledgementsPath, authz.Public, s.api.Acknowledge},
		{get, footerPath, authz.Public, s.footer.Show},
		{post, footerPath, authz.Public, s.footer.Take},
		{get, "/erasures/:certificate", authz.Public, s.portal.Certificate},

		{post, "/:brand/language", authz.Public, s.portal.Language},
		{get, "/:brand/ask", authz.Public, s.portal.AskOpenly},
		{get, "/:brand/sign-in", authz.Public, s.signin.Form},
		{post, "/:brand/sign-in", authz.Public, s.signin.Ask},
		{post, "/:brand/sign-in/again", authz.Public, s.signin.Again},
		{get, "/:brand/sign-in/sent", authz.Public, s.signin.Sent},
		{get, "/:brand/sign-in/out", authz.Public, s.signin.Out},
		{get, "/:brand/link/:token", authz.Public, s.signin.Link},
		{post, "/:brand/link", authz.Public, s.signin.Redeem},
		{get, "/:brand/confirmed", authz.Public, s.signin.Confirmed},
		{post, "/:brand/sign-out", authz.SignedIn, s.signin.SignOut},
		{get, "/:brand/proof", authz.SignedIn, s.signin.ProofForm},
		{post, "/:brand/proof", authz.SignedIn, s.signin.AskProof},

		{get, "/:brand", authz.SignedIn, s.portal.Home},
		{get, "/:brand/data", authz.SignedIn, s.portal.Data},
		{get, "/:brand/data/:field", authz.SignedIn, s.portal.Value},
		{get, "/:brand/data/:field/edit", authz.SignedIn, s.portal.EditValue},
		{post, "/:brand/data/:field", authz.SignedIn, s.portal.SaveValue},
		{post, "/:brand/data/:field/undo", authz.SignedIn, s.portal.UndoValue},
		{post, "/:brand/data/:field/keep", authz.SignedIn, s.portal.KeepValue},
		{get, "/:brand/asked", authz.SignedIn, s.portal.Asked},
		{post, "/:brand/asked", authz.SignedIn, s.portal.PutOffAsked},
		{post, "/:brand/asked/:field", authz.SignedIn, s.portal.AnswerAsked},
		{get, "/:brand/offers/:offer", authz.SignedIn, s.portal.Offer},
		{post, "/:brand/offers/:offer", authz.SignedIn, s.portal.DecideOffer},
		{get, "/:brand/activity", authz.SignedIn, s.portal.Activity},
		{post, "/:brand/activity/:observation/remove", authz.SignedIn, s.portal.RemoveActivity},
		{post, "/:brand/data/:field/rule", authz.SignedIn, s.portal.SwitchRule},
		{get, "/:brand/automated", authz.SignedIn, s.portal.Automated},
		{post, "/:brand/automated", authz.SignedIn, s.portal.WantHuman},
		{get, "/:brand/automated/:decision", authz.SignedIn, s.portal.AutomatedDecision},
		{post, "/:brand/automated/:decision/say", authz.SignedIn, s.portal.SayAutomated},
		{get, "/:brand/allow", authz.SignedIn, s.portal.Allow},
		{get, "/:brand/allow/:purpose", authz.SignedIn, s.portal.Purpose},
		{post, "/:brand/allow/:purpose", authz.SignedIn, s.portal.Answer},
		{get, "/:brand/get", authz.SignedIn, s.portal.Get},
		{post, "/:brand/get/topics", authz.SignedIn, s.portal.SaveTopics},
		{post, "/:brand/get/topics/:topic", authz.SignedIn, s.portal.SaveTopic},
		{post, "/:brand/get/delivery", authz.SignedIn, s.portal.SaveDelivery},
		{post, "/:brand/get/pause", authz.SignedIn, s.portal.Pause},
		{post, "/:brand/get/resume", authz.SignedIn, s.portal.Resume},
		{get, "/:brand/get/stop", authz.SignedIn, s.portal.StopPreview},
		{post, "/:brand/get/stop", authz.SignedIn, s.portal.Stop},
		{get, "/:brand/get/stopped", authz.SignedIn, s.portal.Stopped},
		{post, "/:brand/get/back/:purpose", authz.SignedIn, s.portal.TakeBack},
		{get, "/:brand/requests", authz.SignedIn, s.portal.Requests},
		{get, "/:brand/requests/:request", authz.SignedIn, s.portal.Request},
		{post, "/:brand/requests/:request/copy", authz.Fresh, s.portal.TakeCopy},
		{post, "/:brand/requests/:request/file", authz.Fresh, s.portal.TakeFile},
		{post, "/:brand/requests/:request/:move", authz.SignedIn, s.portal.MoveRequest},
		{get, "/:brand/mandates", authz.SignedIn, s.portal.Mandates},
		{post, "/:brand/mandates/:request/revoke", authz.SignedIn, s.portal.RevokeMandate},
		{get, "/:brand/rights/:kind", authz.SignedIn, s.portal.Right},
		{post, "/:brand/rights/:kind", authz.SignedIn, s.portal.Exercise},
		{get, "/:brand/who", authz.SignedIn, s.portal.Who},
		{post, "/:brand/who/joined/:join", authz.SignedIn, s.portal.NotMe},
		{get, "/:brand/history", authz.SignedIn, s.portal.History},
		{get, "/:brand/notices", authz.SignedIn, s.portal.Notices},
		{get, "/:brand/notices/:purpose", authz.SignedIn, s.portal.Notice},
		{get, "/:brand/receipts/:receipt", authz.SignedIn, s.portal.Receipt},
		{get, "/:brand/safety", authz.SignedIn, s.portal.Safety},
		{post, "/:brand/safety/addresses", authz.Fresh, s.portal.AddAddress},
		{post, "/:brand/safety/addresses/:address/verify", authz.Fresh, s.portal.VerifyAddress},
		{post, "/:brand/safety/addresses/:address/main", authz.Fresh, s.portal.MakeMain},
		{post, "/:brand/safety/addresses/:address/remove", authz.Fresh, s.portal.RemoveAddress},
		{post, "/:brand/safety/sessions/:session/end", authz.SignedIn, s.portal.EndSession},
		{post, "/:brand/safety/sessions/end", authz.SignedIn, s.portal.EndSessions},
	}
	routes = append(routes,
		Route{post, "/api/v1/subjects/lookup", authz.ProfileRead, s.api.Lookup},
		Route{get, "/api/v1/subjects/:subject", authz.ProfileRead, s.api.Subject},
		Route{patch, "/api/v1/subjects/:subject/attributes", authz.ProfileWrite, s.api.PatchAttributes},
		Route{get, "/api/v1/subjects/:subject/identifiers", authz.ProfileRead, s.api.Identifiers},
		Route{post, "/api/v1/subjects/:subject/identifiers", authz.ProfileWrite, s.api.AddIdentifier},
		Route{get, "/api/v1/subjects/:subject/consents", authz.ConsentRead, s.api.Consents},
		Route{post, "/api/v1/subjects/:subject/consents", authz.ConsentWrite, s.api.ReportConsent},
		Route{get, "/api/v1/subjects/:subject/records", authz.ConsentRead, s.api.Records},
		Route{get, "/api/v1/subjects/:subject/preferences", authz.ConsentRead, s.api.Preferences},
		Route{put, "/api/v1/subjects/:subject/preferences", authz.ConsentWrite, s.api.PutPreferences},
		Route{get, api.ImportsPath, authz.ImportWrite, s.api.Imports},
		Route{post, api.ImportsPath, authz.ImportWrite, s.api.MakeImport},
		Route{get, "/api/v1/imports/:import", authz.ImportWrite, s.api.Import},
		Route{post, "/api/v1/imports/:import", authz.ImportWrite, s.api.DecideImport},
		Route{get, "/api/v1/imports/:import/rejects", authz.ImportWrite, s.api.ImportRejects},
		Route{get, "/api/v1/subjects/:subject/activities", authz.ActivityRead, s.api.Activities},
		Route{post, "/api/v1/subjects/:subject/activities", authz.ActivityWrite, s.api.TellActivities},
		Route{get, "/api/v1/subjects/:subject/automated-decisions", authz.AutomatedRead, s.api.AutomatedDecisions},
		Route{post, "/api/v1/requests", authz.RequestWrite, s.api.FileRequest},
		Route{get, "/api/v1/subjects/:subject/requests", authz.RequestWrite, s.api.Requests},
		Route{post, "/api/v1/automated-decisions", authz.AutomatedWrite, s.api.RegisterDecision},
		Route{post, "/api/v1/links", authz.LinkCreate, s.api.CreateLink},
		Route{get, "/api/v1/audiences", authz.AudienceRead, s.api.Audiences},
		Route{post, "/api/v1/audiences", authz.AudienceWrite, s.api.CreateAudience},
		Route{get, "/api/v1/audiences/:audience", authz.AudienceRead, s.api.ReadAudience},
		Route{put, "/api/v1/audiences/:audience", authz.AudienceWrite, s.api.ChangeAudience},
		Route{http.MethodDelete, "/api/v1/audiences/:audience", authz.AudienceWrite, s.api.RemoveAudience},
		Route{get, "/api/v1/audiences/:audience/count", authz.AudienceRead, s.api.CountAudience},
		Route{post, "/api/v1/audiences/:audience/export", authz.AudienceRead, s.api.ExportAudience},
		Route{post, "/api/v1/audiences/:audience/sends", authz.AudienceRead, s.api.SendAudience},
		Route{get, "/api/v1/audiences/:audience/sends/:send", authz.AudienceRead, s.api.SentAudience},
		Route{get, "/api/v1/purposes", authz.ConsentRead, s.api.Purposes},
		Route{get, "/api/v1/changes", authz.EventRead, s.api.Changes},
		Route{post, "/api/v1/changes", authz.ChangeWrite, s.api.Change},
		Route{get, "/api/v1/subjects/:subject/state", authz.EventRead, s.api.State},
		Route{post, "/api/v1/decisions", authz.DecisionAsk, s.api.Decide},
		Route{post, api.FilterPath, authz.AudienceRead, s.api.Filter},
		Route{post, "/access/v1/evaluation", authz.DecisionAsk, s.api.Evaluate},
		Route{post, "/access/v1/evaluations", authz.DecisionAsk, s.api.EvaluateAll},
		Route{get, "/.well-known/authzen-configuration", authz.Public, s.api.AuthZEN},
	)
	for _, r := range s.insideRoutes() {
		routes = append(routes, r.Route)
	}
	routes = append(routes, s.peerRoutes()...)
	routes = append(routes, s.consoleRoutes()...)
	if s.mailbox != nil {
		routes = append(routes,
			Route{get, "/mailbox", authz.Public, s.mailbox.List},
			Route{get, "/mailbox/:message", authz.Public, s.mailbox.Message},
		)
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
		{get, "/console/sign-in", authz.Public, s.console.SignInForm},
		{post, "/console/sign-in/begin", authz.Public, s.console.BeginSignIn},
		{post, "/console/sign-in", authz.Public, s.console.SignIn},
		{get, "/console/invite/:token", authz.Public, s.console.Invited},
		{post, "/console/invite/begin", authz.Public, s.console.BeginJoin},
		{post, "/console/invite", authz.Public, s.console.Join},
		{post, "/console/language", authz.Public, s.console.Language},
		{post, "/console/sign-out", authz.ConsoleUse, s.console.SignOut},

		{get, console.SettingsPath, authz.ConsoleUse, s.console.Settings},
		{post, console.SettingsPath, authz.ConsoleUse, s.console.SaveSettings},

		{get, "/console", authz.FigureRead, s.console.Today},
		{get, "/console/requests", authz.RequestRead, s.console.Queue},
		{post, "/console/requests", authz.RequestAssign, s.console.Assign},
		{post, "/console/requests/views", authz.RequestRead, s.console.KeepView},
		{post, "/console/requests/views/drop", authz.RequestRead, s.console.DropView},
		{get, "/console/requests/:request", authz.RequestRead, s.console.ShowRequest},
		{post, "/console/requests/:request", authz.RequestRead, s.console.OpenRequest},
		{post, "/console/requests/:request/acts", authz.RequestDecide, s.console.ActOnRequest},
		{post, "/console/requests/:request/file", authz.RequestDecide, s.console.TakeFile},
		{post, "/console/requests/:request/evidence", authz.RequestShow, s.console.TakeEvidence},
		{get, "/console/intake", authz.RequestCreate, s.console.IntakeSearch},
		{post, "/console/intake", authz.RequestCreate, s.console.IntakeFind},
		{get, "/console/intake/:subject", authz.RequestCreate, s.console.IntakeForm},
		{post, "/console/intake/:subject", authz.RequestCreate, s.console.TakeRequest},
		{get, "/console/laws", authz.LawRead, s.console.ShowLaws},
		{get, "/console/people", authz.PersonRead, s.console.FindPeople},
		{post, "/console/people", authz.PersonRead, s.console.SearchPeople},
		{get, "/console/people/:subject", authz.PersonRead, s.console.ShowPerson},
		{post, "/console/people/:subject", authz.PersonRead, s.console.OpenPerson},
		{post, "/console/people/:subject/hold", authz.RequestDecide, s.console.HoldPerson},
		{get, "/console/people/:subject/as/:brand", authz.PersonRead, s.asPerson},
		{get, "/console/people/:subject/as/:brand/:section", authz.PersonRead, s.asPerson},
		{get, "/console/people/:subject/as/:brand/:section/:item", authz.PersonRead, s.asPerson},
		{get, "/console/joins", authz.PersonJoin, s.console.WaitingJoins},
		{get, "/console/joins/:join", authz.PersonJoin, s.console.ShowJoin},
		{post, "/console/joins/:join", authz.PersonJoin, s.console.DecideJoin},
		{post, "/console/joins/:join/open", authz.PersonJoin, s.console.OpenJoin},
		{get, console.ConflictsPath, authz.ConflictDecide, s.console.ShowConflicts},
		{get, "/console/conflicts/:conflict", authz.ConflictDecide, s.console.ShowConflict},
		{post, "/console/conflicts/:conflict", authz.ConflictDecide, s.console.DecideConflict},
		{post, "/console/conflicts/:conflict/open", authz.ConflictDecide, s.console.OpenConflict},
		{get, console.ImportsPath, authz.ImportRead, s.console.Imports},
		{post, console.ImportsPath, authz.ImportMake, s.console.MakeImport},
		{get, "/console/imports/:import", authz.ImportRead, s.console.ShowImport},
		{post, "/console/imports/:import", authz.ImportMake, s.console.RunHeld},
		{post, "/console/imports/:import/ask", authz.ImportMake, s.console.AskRejects},
		{post, "/console/imports/:import/rejects", authz.ImportMake, s.console.TakeRejects},
		{get, console.PurposesPath, authz.PurposeRead, s.console.Purposes},
		{get, "/console/purposes/:purpose", authz.PurposeRead, s.console.ShowPurpose},
		{post, "/console/purposes/:purpose", authz.PurposeManage, s.console.SavePurpose},
		{post, "/console/purposes/:purpose/publish", authz.PurposeManage, s.console.PublishPurpose},
		{post, "/console/purposes/:purpose/drop", authz.PurposeManage, s.console.DropPurpose},
		{get, console.RegisterPath, authz.PurposeRead, s.console.Register},
		{get, console.RegisterPath + "/export", authz.PurposeRead, s.console.ExportRegister},
		{get, "/console/audiences", authz.AudienceView, s.console.Audiences},
		{post, "/console/audiences", authz.AudienceManage, s.console.SaveAudience},
		{post, "/console/audiences/count", authz.AudienceManage, s.console.CountAudience},
		{get, "/console/audiences/:audience", authz.AudienceView, s.console.ShowAudience},
		{get, "/console/audiences/:audience/edit", authz.AudienceManage, s.console.EditAudience},
		{post, "/console/audiences/:audience/edit", authz.AudienceManage, s.console.ChangeAudience},
		{post, "/console/audiences/:audience/count", authz.AudienceManage, s.console.CountChange},
		{post, "/console/audiences/:audience/people", authz.AudienceExport, s.console.PreviewAudience},
		{post, "/console/audiences/:audience/ask", authz.AudienceExport, s.console.AskAudience},
		{post, "/console/audiences/:audience/export", authz.AudienceExport, s.console.ExportAudience},
		{post, "/console/audiences/:audience/send", authz.AudienceExport, s.console.SendAudience},
		{post, "/console/audiences/:audience/remove", authz.AudienceManage, s.console.RemoveAudience},
		{get, console.ApprovalsPath, authz.ApprovalRead, s.console.Approvals},
		{post, console.ApprovalsPath + "/:approval", authz.ApprovalGive, s.console.DecideApproval},
		{get, console.BrandsPath, authz.BrandRead, s.console.Brands},
		{get, "/console/brands.css", authz.BrandRead, s.console.LookSheet},
		{get, "/console/brands/:brand", authz.BrandRead, s.console.ShowBrand},
		{get, "/console/brands/:brand/:part", authz.BrandRead, s.console.ShowBrand},
		{post, "/console/brands/:brand/:part", authz.BrandManage, s.console.SaveBrand},
		{post, "/console/brands/:brand/look/preview", authz.BrandManage, s.console.PreviewBrand},
		{get, "/console/brands/:brand/logo", authz.BrandRead, s.console.BrandLogo},
		{post, "/console/brands/:brand/logo", authz.BrandManage, s.console.SaveLogo},
		{get, console.RetentionPath, authz.RetentionRead, s.console.ShowRetention},
		{post, "/console/retention/kept", authz.RetentionManage, s.console.OpenKept},
		{post, "/console/retention/release/:certificate", authz.RetentionManage, s.console.ReleaseKept},
		{get, console.BreachesPath, authz.BreachRead, s.console.Breaches},
		{post, console.BreachesPath, authz.BreachOpen, s.console.OpenBreach},
		{get, "/console/breaches/:breach", authz.BreachRead, s.console.ShowBreach},
		{post, "/console/breaches/:breach", authz.BreachManage, s.console.MoveBreach},
		{get, console.ReportsPath, authz.ReportRead, s.console.Reports},
		{get, console.ReportsPath + "/export", authz.ReportRead, s.console.ExportReport},
		{get, "/console/audit", authz.LedgerRead, s.console.Audit},
		{post, "/console/audit", authz.LedgerRead, s.console.FilterAudit},
		{post, "/console/audit/check", authz.LedgerRead, s.console.CheckAudit},
		{post, "/console/audit/export", authz.LedgerExport, s.console.ExportAudit},
		{get, "/console/staff", authz.StaffRead, s.console.StaffList},
		{post, "/console/staff", authz.StaffManage, s.console.Invite},
		{post, "/console/staff/:member", authz.StaffManage, s.console.Place},
		{post, "/console/staff/:member/invite", authz.StaffManage, s.console.InviteAgain},
		{post, "/console/staff/:member/disable", authz.StaffManage, s.console.Disable},
		{get, console.SystemsPath, authz.SystemRead, s.console.ShowSystems},
		{get, "/console/systems/:system", authz.SystemRead, s.console.ShowSystem},
		{get, "/console/systems/:system/feed", authz.SystemManage, s.console.EditFeed},
		{post, "/console/systems/:system/feed", authz.SystemManage, s.console.TryFeed},
		{post, "/console/systems/:system/feed/save", authz.SystemManage, s.console.SaveFeed},
		{get, console.EndpointPath, authz.SystemRead, s.console.ShowEndpoint},
		{get, console.EndpointPath + "/deliveries/:delivery", authz.SystemRead, s.console.ShowDelivery},
		{post, console.EndpointPath + "/pause", authz.SystemOperate, s.console.PauseEndpoint},
		{post, console.EndpointPath + "/resume", authz.SystemOperate, s.console.ResumeEndpoint},
		{post, console.EndpointPath + "/ping", authz.SystemOperate, s.console.PingEndpoint},
		{post, console.EndpointPath + "/replay", authz.SystemOperate, s.console.ReplayEndpoint},
		{post, console.EndpointPath + "/secret", authz.SystemManage, s.console.MakeSecret},
		{post, console.EndpointPath + "/secret/end", authz.SystemManage, s.console.EndSecret},
		{get, "/console/keys", authz.KeyRead, s.console.APIKeys},
		{post, "/console/keys", authz.KeyManage, s.console.MakeKey},
		{post, "/console/keys/:key/revoke", authz.KeyManage, s.console.RevokeKey},
	}
}
