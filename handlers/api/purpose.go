package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
)

// A purposeBody is a purpose as it is declared now.
type purposeBody struct {
	Purpose     consent.PurposeID `json:"purpose"`
	Version     int               `json:"version"`
	Since       time.Time         `json:"since"`
	Parent      consent.PurposeID `json:"parent,omitempty"`
	Basis       consent.Basis     `json:"basis"`
	Asks        bool              `json:"asks"` // whether the person has a choice
	Marketing   bool              `json:"marketing"`
	DoubleOptIn bool              `json:"double_opt_in"`
	Channels    []string          `json:"channels"`
	Categories  []string          `json:"categories"`
	Recipients  []string          `json:"recipients"`
	Question    i18n.Text         `json:"question"`
	Sentence    i18n.Text         `json:"sentence"`
}

// Purposes answers with what data is used for.
func (a *API) Purposes(c echo.Context) error { return a.serve(a.purposes)(c) }

func (a *API) purposes(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c, "cursor", "limit"); err != nil {
		return answer{}, err
	}
	list := []purposeBody{}
	for _, v := range who.purposes() {
		list = append(list, purposeBody{
			v.Purpose, v.Number, v.From.UTC(), v.Parent, v.Basis, v.Asks(), v.Marketing, v.DoubleOptIn,
			some(v.Channels), some(v.Categories), some(v.Recipients), v.Words.Question, v.Words.Sentence,
		})
	}
	page, next, err := paged(a, c, list, func(p purposeBody) string { return string(p.Purpose) })
	return answer{status: http.StatusOK, header: next, body: map[string]any{"purposes": page}}, err
}

// some is list as an array in JSON, an empty one for none.
func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
