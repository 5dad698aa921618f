package portal

import (
	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/login"
)

// tell leaves a sentence about a row for the page at path, and leads there.
func tell(c echo.Context, path string, f web.Flash) error {
	web.SetFlash(c, f)
	return web.SeeOther(c, path)
}

// saidChoice tells what records made of an answer about v. mailed is the link
// that was sent for a second yes, nil for none.
func (s *sight) saidChoice(v *consent.PurposeVersion, records []consent.Record, mailed *mailed) web.Flash {
	f := web.Flash{Row: string(v.Purpose), Args: map[string]string{"purpose": s.in(v.Words.Question)}}
	if len(records) == 0 {
		f.ID = "page.said.same_choice"
		return f
	}
	switch records[0].Status {
	case consent.Refused:
		f.ID = "portal.said.choice_refused"
	case consent.Withdrawn:
		f.ID = "portal.said.choice_withdrawn"
	case consent.Requested:
		f.ID = "page.said.requested"
	case consent.Deferred:
		f.ID = "page.said.deferred"
	default:
		f.ID = "portal.said.choice_given"
		if mailed != nil {
			f.ID = "page.said.given_requested"
		}
	}
	if mailed != nil {
		f.Args["address"], f.Args["code"] = mailed.address, readable(mailed.asked.Code)
	}
	return f
}

// A mailed is a link that was sent, and where to.
type mailed struct {
	asked   login.Asked
	address string
}

// readable writes a code in two halves, as people read it out.
func readable(code string) string {
	half := len(code) / 2
	return code[:half] + "\u00a0" + code[half:]
}
