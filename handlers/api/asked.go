package api

import (
	"slices"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/consent"
	"livingprofile/internal/inbound"
	"livingprofile/internal/scan"
)

// A decideRequest is what a question about one or many people takes.
type decideRequest struct {
	Purpose     consent.PurposeID        `json:"purpose"`
	Channel     string                   `json:"channel"`
	At          *string                  `json:"at"`
	Record      bool                     `json:"record"`
	Automated   string                   `json:"automated"`
	Subjects    []string                 `json:"subjects"`
	Identifiers []inbound.IdentifierBody `json:"identifiers"`
}

// decode reads the body of a request. What most callers send is read fast;
// anything else is read as every body is, and refused there if it has to be.
func (in *decideRequest) decode(c echo.Context) error {
	text, err := body(c)
	if err != nil {
		return err
	}
	if in.scan(string(text)) {
		return nil
	}
	*in = decideRequest{}
	return decodeText(text, in)
}

// scan reads a body in its compact form, each member once and about people by
// name; false for any other.
func (in *decideRequest) scan(text string) bool {
	s, seen := scan.New(text), make([]string, 0, 8)
	s.Object(func(name string) {
		if slices.Contains(seen, name) {
			s.Fail()
		}
		seen = append(seen, name)
		switch name {
		case "purpose":
			in.Purpose = consent.PurposeID(s.Text())
		case "channel":
			in.Channel = s.Text()
		case "at":
			at := s.Text()
			in.At = &at
		case "record":
			in.Record = s.True()
		case "automated":
			in.Automated = s.Text()
		case "subjects":
			in.Subjects = make([]string, 0, min(len(text)/28, maxAsked)) // 26 letters in quotes
			s.Array(func() { in.Subjects = append(in.Subjects, s.Text()) })
		default:
			s.Fail()
		}
	})
	return s.Done()
}
