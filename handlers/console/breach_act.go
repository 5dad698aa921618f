package console

import (
	"bufio"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/audience"
	"livingprofile/internal/breach"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

const (
	// MaxPeople bounds a file of identifiers, in bytes.
	MaxPeople = 512 << 10
	// maxLines is how many identifiers are looked up at a time.
	maxLines = 10_000
)

// breachAct reads the move that a form asks for.
func (s *Console) breachAct(c echo.Context, b *breach.Breach, form url.Values) (breach.Act, error) {
	do := form.Get("do")
	tell := form.Get("tell." + do)
	a := breach.Act{Move: breach.Move(do), Actor: me(c).Actor(), Note: strings.TrimSpace(form.Get("note." + do)), Tell: tell == "yes"}
	a.Seen, _ = strconv.Atoi(form.Get("seen"))
	org := web.Of(c).Organisation
	switch a.Move {
	case breach.Amend:
		a.Facts = factsOf(org, form)
	case breach.DecideAuthority, breach.DecidePeople:
		if tell != "yes" && tell != "no" {
			return a, errs.InvalidFields(errs.At("tell", "error.required"))
		}
	case breach.Report, breach.ReportFinal:
		a.When = moment(form, "when."+do, org.Zone(b.Brand))
	case breach.Write:
		a.Letters = map[string]string{}
		for _, l := range s.breachLanguages(c, b) {
			a.Letters[l] = strings.TrimSpace(form.Get("letter." + l))
		}
	case breach.Find:
		return a, s.readWhere(c, form, &a.Search)
	}
	return a, nil
}

// readWhere reads by what affected people are found.
func (s *Console) readWhere(c echo.Context, form url.Values, search *breach.Search) error {
	if form.Get("match") == "everybody" {
		return nil
	}
	asked, _, err := flatOf(c, form)
	if err != nil {
		return err
	}
	where, err := audience.CheckWhere(web.Of(c).Organisation, asked)
	search.Where = &where
	return err
}

// nameAffected puts those on the list whom the lines of a text or of a file
// name. Which line is nobody's is not said: a list of who is known here is none
// of this page; only how many are.
func (s *Console) nameAffected(c echo.Context, which breach.ID, a breach.Act, form url.Values) (unknown int, err error) {
	var people []id.Subject
	seen := map[id.Subject]bool{}
	lines := 0
	text := bufio.NewScanner(strings.NewReader(form.Get("people") + "\n" + form.Get("file")))
	text.Buffer(nil, MaxPeople)
	for text.Scan() {
		line := strings.TrimSpace(strings.TrimPrefix(text.Text(), "\ufeff"))
		if line == "" {
			continue
		}
		if lines++; lines > maxLines {
			return 0, errs.InvalidFields(errs.At("people", "breach.error.lines", "max", maxLines))
		}
		found, err := s.search(web.Context(c), c, line)
		if err != nil {
			return 0, err
		}
		if len(found) == 0 {
			unknown++
		}
		for _, f := range found {
			if subject := id.Subject(f.Subject); !seen[subject] {
				seen[subject] = true
				people = append(people, subject)
			}
		}
	}
	if text.Err() != nil {
		return 0, errs.InvalidFields(errs.At("people", "breach.error.unknown"))
	}
	_, err = s.Breach.Name(web.Context(c), which, a, people)
	return unknown, err
}

// messageOf is the id of what an error says.
func messageOf(err error) string {
	var e *errs.Error
	if errors.As(err, &e) && e.ID != "" {
		return e.ID
	}
	return "error.conflict"
}
