package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
)

// A preferenceBody is what a person wants to get, how and when, as it counts
// where the request is for.
type preferenceBody struct {
	Language  string                     `json:"language"` // "" when the person did not say
	Topics    map[string]map[string]bool `json:"topics"`   // by topic and channel
	Preferred string                     `json:"preferred"`
	Budget    *consent.Budget            `json:"budget"`
	Pause     *string                    `json:"pause"`
	Quiet     *quietBody                 `json:"quiet"`
	// Restricted are the members that are not told, for they are frozen (Art. 18
	// GDPR). They are not read.
	Restricted []string `json:"restricted,omitempty"`
}

// A quietBody is a span of the day, each end as 15:04.
type quietBody struct {
	From string `json:"from"`
	To   string `json:"to"`
	Zone string `json:"zone"`
}

// Preferences answers with what a person wants to get.
func (a *API) Preferences(c echo.Context) error { return a.serve(a.preferences)(c) }

func (a *API) preferences(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	p, err := a.person(c, who)
	if err != nil {
		return answer{}, err
	}
	return answer{
		status: http.StatusOK, subject: p.id, body: a.preferenceBody(p.facts, who),
		header: map[string]string{"ETag": tag(p.facts.Version)},
	}, nil
}

func (a *API) preferenceBody(f decision.Facts, who *caller) preferenceBody {
	now, w := a.Clock.Now(), f.Preferences.Of(who.brand)
	b := preferenceBody{Topics: map[string]map[string]bool{}}
	for _, t := range who.topics() {
		if v, ok := who.org.Purpose(t.Purpose); ok && decision.WishFrozen(f, v, who.brand, now) {
			b.Restricted = append(b.Restricted, topicPath(t.Name))
			continue
		}
		b.Topics[t.Name] = map[string]bool{}
		for _, channel := range t.Channels {
			b.Topics[t.Name][channel] = w.Topics[consent.Slot(t.Name, channel)]
		}
	}
	if _, frozen := f.Freezes.Field("", ""); frozen && len(b.Topics) == 0 {
		b.Restricted = append(b.Restricted, manner[:]...)
		return b
	}
	b.Language, b.Preferred, b.Budget = f.Preferences.Language, w.Preferred, w.Budget
	if w.Pause.After(now) {
		until := w.Pause.Format(time.RFC3339)
		b.Pause = &until
	}
	if q := w.Quiet; q != nil {
		b.Quiet = &quietBody{clockOf(q.From), clockOf(q.To), q.Zone}
	}
	return b
}

func topicPath(name string) string { return "topics." + name }

// manner are the members that say how and when: told with what is, if anything.
var manner = [...]string{"language", "preferred", "budget", "pause", "quiet"}

// topics are those that are offered where the request is for.
func (w *caller) topics() []*consent.Topic {
	if w.brand != "" {
		return w.org.TopicsOn(w.brand)
	}
	var all []*consent.Topic
	for i := range w.org.Topics {
		if !w.org.Topics[i].Retired {
			all = append(all, &w.org.Topics[i])
		}
	}
	return all
}

func clockOf(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// PutPreferences replaces what a person wants to get. It needs If-Match with the
// version that the caller has read: who writes on an older one would turn on
// what the person has turned off since.
func (a *API) PutPreferences(c echo.Context) error { return a.serve(a.putPreferences)(c) }

func (a *API) putPreferences(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	var in preferenceBody
	if err := decode(c, &in); err != nil {
		return answer{}, err
	}
	version, err := match(c)
	if err != nil {
		return answer{}, err
	}
	p, err := a.person(c, who)
	if err != nil {
		return answer{}, err
	}
	to, err := in.read(who)
	if err != nil {
		return answer{}, err
	}
	told := a.preferenceBody(p.facts, who)
	if err := in.spare(&to, &told, who); err != nil {
		return answer{}, err
	}
	by := consent.Wisher{
		Subject: p.id, Actor: ledger.Actor{Kind: ledger.BySystem, ID: who.system.Name}, Brand: who.brand, Channel: "api",
	}
	_, err = a.Consent.Replace(web.Context(c), by, who.brand, version, to)
	if errors.Is(err, errs.Conflict) {
		return answer{}, refusal(http.StatusPreconditionFailed, "error.version_moved")
	}
	if err != nil {
		return answer{}, err
	}
	if p, err = a.know(web.Context(c), who, p.id); err != nil {
		return answer{}, err
	}
	return answer{
		status: http.StatusOK, subject: p.id, body: a.preferenceBody(p.facts, who),
		header: map[string]string{"ETag": tag(p.facts.Version)},
	}, nil
}

func tag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// match reads the version that a change is based on (RFC 9110, 13.1.1).
func match(c echo.Context) (int64, error) {
	text := c.Request().Header.Get("If-Match")
	if text == "" {
		return 0, refusal(http.StatusPreconditionRequired, "error.version_needed")
	}
	inner, ok := strings.CutPrefix(text, `"`)
	inner, closed := strings.CutSuffix(inner, `"`)
	version, err := strconv.ParseInt(inner, 10, 64)
	if !ok || !closed || err != nil {
		return 0, refusal(http.StatusPreconditionFailed, "error.version_moved")
	}
	return version, nil
}

func (b *preferenceBody) read(who *caller) (consent.Wanted, error) {
	to := consent.Wanted{Topics: map[string]bool{}, Arrangement: consent.Arrangement{
		Preferred: b.Preferred, Budget: b.Budget, Language: b.Language,
	}}
	var bad []errs.Field
	offered := who.topics()
	for _, t := range offered {
		for _, channel := range t.Channels {
			to.Topics[consent.Slot(t.Name, channel)] = false
		}
	}
	for name, channels := range b.Topics {
		i := slices.IndexFunc(offered, func(t *consent.Topic) bool { return t.Name == name })
		for channel, on := range channels {
			if i < 0 || !slices.Contains(offered[i].Channels, channel) {
				bad = append(bad, errs.At(topicPath(name), "error.not_a_choice"))
				break
			}
			to.Topics[consent.Slot(name, channel)] = on
		}
	}
	if b.Language != "" && !speaks(who.org, b.Language) {
		bad = append(bad, errs.At("language", "error.not_a_language"))
	}
	var wrong *errs.Field
	if to.Pause, wrong = inbound.Moment(b.Pause, "pause"); wrong != nil {
		bad = append(bad, *wrong)
	}
	if b.Quiet != nil {
		q, fields := b.Quiet.read()
		to.Quiet, bad = q, append(bad, fields...)
	}
	return to, errs.InvalidFields(bad...)
}

// spare leaves as it is what the caller was not told, for it cannot know what it
// would replace. Topics may be turned off all the same: that is an opt-out.
func (b *preferenceBody) spare(to *consent.Wanted, told *preferenceBody, who *caller) error {
	var bad []errs.Field
	for _, t := range who.topics() {
		if !slices.Contains(told.Restricted, topicPath(t.Name)) {
			continue
		}
		for _, channel := range t.Channels {
			on, said := b.Topics[t.Name][channel]
			if on {
				bad = append(bad, errs.At(topicPath(t.Name), "error.restricted"))
				break
			}
			if !said {
				delete(to.Topics, consent.Slot(t.Name, channel))
			}
		}
	}
	if to.KeepManner = slices.Contains(told.Restricted, manner[0]); to.KeepManner {
		for i, says := range []bool{b.Language != "", b.Preferred != "", b.Budget != nil, b.Pause != nil, b.Quiet != nil} {
			if says {
				bad = append(bad, errs.At(manner[i], "error.restricted"))
			}
		}
	}
	return errs.InvalidFields(bad...)
}

func speaks(o *organisation.Organisation, language string) bool {
	for i := range o.Brands {
		if !o.Brands[i].Retired && o.Brands[i].Speaks(language) {
			return true
		}
	}
	return false
}

func (b *quietBody) read() (*consent.Quiet, []errs.Field) {
	var bad []errs.Field
	minutes := func(text, path string) int {
		t, err := time.Parse("15:04", text)
		if err != nil {
			bad = append(bad, errs.At(path, "error.not_a_time"))
		}
		return t.Hour()*60 + t.Minute()
	}
	q := &consent.Quiet{From: minutes(b.From, "quiet.from"), To: minutes(b.To, "quiet.to"), Zone: b.Zone}
	return q, bad
}
