package bench

import (
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/cmd/wire"
	"livingprofile/internal/consent"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

// services answers for what has no address of its own in the product yet, with
// the service calls that such an address would make. Nobody is asked who they
// are.
type services struct {
	*wire.Service
	asked sync.Map // rights.Request by subject, of newcomers
}

func (s *services) handler() http.Handler {
	e := echo.New()
	e.GET(control+"profile/:id", s.getProfile)
	e.POST(control+"consent/:id", s.postConsent)
	e.GET(control+"copy/:id", s.getCopy)
	e.POST(control+"newcomers", s.postNewcomers)
	e.POST(control+"forget/:id", s.postForget)
	return e
}

// getCopy answers with the file of all that is held.
func (s *services) getCopy(c echo.Context) error {
	file, err := s.Copy(c.Request().Context(), id.Subject(c.Param("id")), brandName, locale)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "application/zip", file)
}

// An ask is a decision as it is posted, in the form of the floor's.
type ask struct {
	Purpose consent.PurposeID `json:"purpose"`
	Answer  consent.Answer    `json:"answer"`
}

func (s *services) postConsent(c echo.Context) error {
	var a ask
	if err := c.Bind(&a); err != nil {
		return err
	}
	records, err := s.Consent.Decide(c.Request().Context(), consent.Ask{
		Subject: id.Subject(c.Param("id")), Actor: ledger.Actor{Kind: ledger.BySystem, ID: systemName},
		Purpose: a.Purpose, Answer: a.Answer, Locale: "en", Brand: brandName, Channel: "api",
		Proof: consent.Proof{Kind: consent.BySystemSays, Ref: systemName},
	})
	if err != nil {
		return err
	}
	if len(records) == 0 {
		// Nothing was written, so nothing was measured.
		return c.NoContent(http.StatusConflict)
	}
	return c.NoContent(http.StatusNoContent)
}

type (
	profileAnswer struct {
		Subject id.Subject    `json:"subject"`
		Version int64         `json:"version"`
		Values  []valueAnswer `json:"values"`
	}
	valueAnswer struct {
		Field  string `json:"field"`
		Value  string `json:"value"`
		Source string `json:"source"`
		At     string `json:"at"`
	}
)

// getProfile answers with the value that counts of each field, where it is from
// and since when.
func (s *services) getProfile(c echo.Context) error {
	subject := id.Subject(c.Param("id"))
	facts, err := s.DB.Facts(c.Request().Context(), subject)
	if err != nil {
		return err
	}
	org := s.Current.Load()
	answer := profileAnswer{Subject: subject, Version: facts.Version, Values: make([]valueAnswer, 0, len(org.Fields))}
	for i := range org.Fields {
		f := &org.Fields[i]
		claim, _, ok := profile.Winner(f, facts.Profile.Claims[f.Name], org.Rank)
		if !ok {
			continue
		}
		answer.Values = append(answer.Values, valueAnswer{f.Name, claim.Value, claim.Source, claim.At.Format(time.RFC3339)})
	}
	return c.JSON(http.StatusOK, answer)
}
