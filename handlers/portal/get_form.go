package portal

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	view "livingprofile/views/portal"
)

// typed is a form that could not be kept, so that it is shown again as it was
// sent.
type typed struct {
	delivery url.Values // nil for the form of the pause
	until    string
	wrong    map[string]string
}

// fill puts t into the page in place of what is saved.
func (t *typed) fill(page *view.GetPage) {
	if t.delivery == nil {
		page.Pause = view.Pause{Value: t.until, Wrong: first(t.wrong["until"], t.wrong["pause"], t.wrong[""])}
		return
	}
	d := &page.Delivery
	d.Preferred, d.Zone = t.delivery.Get("preferred"), t.delivery.Get("zone")
	d.QuietFrom, d.QuietTo = t.delivery.Get("quiet.from"), t.delivery.Get("quiet.to")
	if b, err := budget(t.delivery.Get("budget")); err == nil && b != nil {
		d.Budget = view.Budget{Count: b.Count, Per: b.Per}
	} else {
		d.Budget = view.Budget{}
	}
	if language := t.delivery.Get("language"); language != "" {
		d.Language = language
	}
	d.Wrong = t.wrong
}

func first(sentences ...string) string {
	for _, s := range sentences {
		if s != "" {
			return s
		}
	}
	return ""
}

// bindDelivery reads the form of how and when. speaks tells which languages are
// offered.
func bindDelivery(form url.Values, speaks func(string) bool) (*typed, consent.Arrangement, error) {
	t := &typed{delivery: form}
	a := consent.Arrangement{Preferred: form.Get("preferred"), Language: form.Get("language")}
	var bad []errs.Field
	var err error
	if a.Budget, err = budget(form.Get("budget")); err != nil {
		bad = append(bad, errs.At("budget", "error.not_a_choice"))
	}
	if a.Language != "" && !speaks(a.Language) {
		bad = append(bad, errs.At("language", "error.not_a_language"))
	}
	from, to := form.Get("quiet.from"), form.Get("quiet.to")
	switch {
	case from == "" && to == "":
	case from == "":
		bad = append(bad, errs.At("quiet.from", "page.quiet_both"))
	case to == "":
		bad = append(bad, errs.At("quiet.to", "page.quiet_both"))
	default:
		a.Quiet = &consent.Quiet{Zone: form.Get("zone")}
		var ok bool
		if a.Quiet.From, ok = minutes(from); !ok {
			bad = append(bad, errs.At("quiet.from", "error.not_a_time"))
		}
		if a.Quiet.To, ok = minutes(to); !ok {
			bad = append(bad, errs.At("quiet.to", "error.not_a_time"))
		}
	}
	return t, a, errs.InvalidFields(bad...)
}

// budget reads "2/month"; "" is no limit.
func budget(s string) (*consent.Budget, error) {
	if s == "" {
		return nil, nil //nolint:nilnil // no limit is what was chosen
	}
	count, per, ok := strings.Cut(s, "/")
	n, err := strconv.Atoi(count)
	if !ok || err != nil || n < 1 {
		return nil, errs.New(errs.Invalid, "error.not_a_choice")
	}
	return &consent.Budget{Count: n, Per: per}, nil
}

// minutes reads a time of day as browsers send it.
func minutes(s string) (int, bool) {
	for _, layout := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Hour()*60 + t.Minute(), true
		}
	}
	return 0, false
}

// clockOf writes minutes after midnight as forms have them.
func clockOf(m int) string {
	return time.Date(2000, 1, 1, 0, m, 0, 0, time.UTC).Format("15:04")
}

// day reads a date as browsers send it: the beginning of that day in zone.
func day(s, zone string) (time.Time, error) {
	if s == "" {
		return time.Time{}, errs.InvalidFields(errs.At("until", "error.required"))
	}
	in, err := time.LoadLocation(zone)
	if err != nil {
		in = time.UTC
	}
	t, err := time.ParseInLocation(time.DateOnly, s, in)
	if err != nil {
		return time.Time{}, errs.InvalidFields(errs.At("until", "error.not_a_date"))
	}
	return t.UTC(), nil
}
