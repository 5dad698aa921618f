package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/audience"
	"livingprofile/internal/errs"
)

// A sendBody is a sending as systems read it.
type sendBody struct {
	Send     string             `json:"send"`
	Endpoint string             `json:"endpoint"`
	Back     bool               `json:"back"`
	State    audience.SendState `json:"state"`
	At       time.Time          `json:"at"`
	EndedAt  *time.Time         `json:"ended_at,omitempty"`
	Joined   int                `json:"joined"`
	Left     int                `json:"left"`
	Summary  audience.Summary   `json:"summary"`
}

// sendOf shows s to the system whose endpoint it went to, which calls that by
// its own name.
func sendOf(s *audience.Send, system string) sendBody {
	b := sendBody{
		Send: s.ID, Endpoint: s.Endpoint[len(system)+1:], Back: s.Back, State: s.State, At: s.At.UTC(), Joined: s.Joined, Left: s.Left,
		Summary: audience.Summarise(s.Count),
	}
	if !s.EndedAt.IsZero() {
		ended := s.EndedAt.UTC()
		b.EndedAt = &ended
	}
	return b
}

// SendAudience has an audience sent to an endpoint of the caller's system, or
// taken back from it.
func (a *API) SendAudience(c echo.Context) error { return a.serve(a.sendAudience)(c) }

func (a *API) sendAudience(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	var in struct {
		Endpoint string `json:"endpoint"`
		Back     bool   `json:"back"`
	}
	if err := decode(c, &in); err != nil {
		return answer{}, err
	}
	found, err := a.audience(c, who)
	if err != nil {
		return answer{}, err
	}
	one, err := a.Audience.Ask(web.Context(c), &found, who.system.Name+"/"+in.Endpoint, in.Back, who.actor())
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusAccepted, body: sendOf(&one, who.system.Name)}, nil
}

// SentAudience answers with how far a sending is.
func (a *API) SentAudience(c echo.Context) error { return a.serve(a.sentAudience)(c) }

func (a *API) sentAudience(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	found, err := a.audience(c, who)
	if err != nil {
		return answer{}, err
	}
	all, err := a.Audience.Sendings(web.Context(c), &found)
	if err != nil {
		return answer{}, err
	}
	i := slices.IndexFunc(all, func(s audience.Send) bool { return s.ID == c.Param("send") && s.To() == who.system.Name })
	if i < 0 {
		return answer{}, errs.New(errs.NotFound, "")
	}
	return ok("", sendOf(&all[i], who.system.Name)), nil
}
