package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
	"livingprofile/internal/login"
	views "livingprofile/views/errors"
	view "livingprofile/views/portal"
)

// insidePath is where the portal is inside a brand's own page.
var insidePath = web.FramePath(":brand")

// An insideRoute is a way into the portal inside a brand's own page: which
// section must be shown there, and what the person must be let do.
type insideRoute struct {
	Route
	section, act string
}

// insideRoutes are the same pages as those of the portal, less all that asks
// for a fresh proof, moves money or a right, or touches a way to reach the
// person: those are found in a window of its own.
func (s *Server) insideRoutes() []insideRoute {
	const (
		get  = http.MethodGet
		post = http.MethodPost
	)
	way := func(method, path, section, act string, h echo.HandlerFunc) insideRoute {
		return insideRoute{Route{method, insidePath + path, authz.SignedIn, h}, section, act}
	}
	return []insideRoute{
		way(get, "", "home", "", s.portal.Home),
		way(get, "/asked", "home", "", s.portal.Asked),
		way(post, "/asked", "home", login.ActCorrect, s.portal.PutOffAsked),
		way(post, "/asked/:field", "home", login.ActCorrect, s.portal.AnswerAsked),
		way(get, "/data", "data", "", s.portal.Data),
		way(get, "/data/:field", "data", "", s.portal.Value),
		way(get, "/data/:field/edit", "data", login.ActCorrect, s.portal.EditValue),
		way(post, "/data/:field", "data", login.ActCorrect, s.portal.SaveValue),
		way(post, "/data/:field/undo", "data", login.ActCorrect, s.portal.UndoValue),
		way(post, "/data/:field/keep", "data", login.ActCorrect, s.portal.KeepValue),
		way(post, "/data/:field/rule", "data", login.ActCorrect, s.portal.SwitchRule),
		way(get, "/allow", "allow", "", s.portal.Allow),
		way(get, "/allow/:purpose", "allow", "", s.portal.Purpose),
		way(post, "/allow/:purpose", "allow", login.ActDecide, s.portal.Answer),
		way(get, "/consent-mode.json", "allow", "", s.portal.ConsentMode),
		way(get, "/get", "get", "", s.portal.Get),
		way(post, "/get/topics", "get", login.ActReceive, s.portal.SaveTopics),
		way(post, "/get/topics/:topic", "get", login.ActReceive, s.portal.SaveTopic),
		way(post, "/get/delivery", "get", login.ActReceive, s.portal.SaveDelivery),
		way(post, "/get/pause", "get", login.ActReceive, s.portal.Pause),
		way(post, "/get/resume", "get", login.ActReceive, s.portal.Resume),
		way(get, "/get/stop", "get", login.ActReceive, s.portal.StopPreview),
		way(post, "/get/stop", "get", login.ActReceive, s.portal.Stop),
		way(get, "/get/stopped", "get", "", s.portal.Stopped),
		way(post, "/get/back/:purpose", "get", login.ActReceive, s.portal.TakeBack),
		way(get, "/who", "who", "", s.portal.Who),
		way(get, "/history", "history", "", s.portal.History),
		way(get, "/notices", "notices", "", s.portal.Notices),
		way(get, "/notices/:purpose", "notices", "", s.portal.Notice),
	}
}

// elsewhere answers inside a brand's own page what is not done or not found
// there, with the way to the same page in a window of its own.
func (s *Server) elsewhere(c echo.Context, status int, err error) error {
	v, ctx := web.Of(c), web.Context(c)
	frame := web.Frame(c, "", views.Title(ctx, status))
	frame.Sections = nil
	page := view.ElsewherePage{Title: frame.Title, Why: reason(c, err), Href: v.Hosted("")}
	switch errs.KindOf(err) {
	case errs.Unauthenticated, errs.Stale:
		page.Title, page.Why = view.FrameWords(ctx, "over"), view.FrameWords(ctx, "over_why")
	default:
		if c.Request().Method == http.MethodGet {
			page.Href = v.Hosted(c.Request().URL.EscapedPath())
		}
		if status < http.StatusInternalServerError && status != http.StatusConflict {
			page.Title, page.Why = view.FrameWords(ctx, "elsewhere"), view.FrameWords(ctx, "elsewhere_why")
		}
	}
	return web.Render(c, status, view.Elsewhere(frame, page))
}
