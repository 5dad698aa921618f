package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/errs"
	"livingprofile/internal/footer"
)

// The kinds of link that a system may ask for.
const (
	kindUnsubscribe = "unsubscribe" // from one topic, with one click (RFC 8058)
	kindPreferences = "preferences" // what the person gets, to take back
	kindEmbed       = "embed"       // the portal inside a page of the brand's own site
)

type linkRequest struct {
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	Topic   string `json:"topic"`
	Channel string `json:"channel"` // e-mail when it is left out
	Days    *int   `json:"days"`
	frameRequest
}

type linkBody struct {
	Kind    string    `json:"kind"`
	URL     string    `json:"url"`
	Expires time.Time `json:"expires"`
	// Headers are to be sent with the mail as they are, and signed by DKIM.
	Headers map[string]string `json:"headers,omitempty"`
}

// CreateLink mints a link for the foot of a mail, or into a frame. Each kind of link that leads
// a person here is minted at this one address.
func (a *API) CreateLink(c echo.Context) error { return a.serve(a.createLink)(c) }

func (a *API) createLink(c echo.Context, who *caller) (answer, error) {
	if err := knownQuery(c); err != nil {
		return answer{}, err
	}
	var in linkRequest
	if err := decode(c, &in); err != nil {
		return answer{}, err
	}
	if who.brand == "" {
		return answer{}, errs.InvalidFields(errs.At("brand", "error.required"))
	}
	if in.Kind == kindEmbed {
		return a.createFrame(c, who, &in)
	}
	if stray := in.frameRequest.stray(); len(stray) > 0 {
		return answer{}, errs.InvalidFields(stray...)
	}
	l, err := in.read(who, a.Clock.Now())
	if err != nil {
		return answer{}, err
	}
	p, err := a.named(web.Context(c), who, in.Subject)
	if err != nil {
		return answer{}, err
	}
	l.Subject = p.id
	text, err := footer.Mint(a.Secrets.System(), l)
	if err != nil {
		return answer{}, err
	}
	body := linkBody{Kind: in.Kind, URL: a.Base.JoinPath("u", text).String(), Expires: l.Expires}
	if l.Kind == footer.Unsubscribe {
		body.Headers = map[string]string{
			"List-Unsubscribe": "<" + body.URL + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		}
	}
	return answer{status: http.StatusCreated, subject: p.id, body: body}, nil
}

func (in *linkRequest) read(who *caller, now time.Time) (footer.Link, error) {
	l := footer.Link{Brand: who.brand}
	var bad []errs.Field
	life := footer.DefaultLife
	if in.Days != nil {
		life = time.Duration(*in.Days) * 24 * time.Hour
		if life < footer.MinLife || life > footer.MaxLife {
			bad = append(bad, errs.At("days", "error.out_of_range_number",
				"min", int(footer.MinLife/(24*time.Hour)), "max", int(footer.MaxLife/(24*time.Hour))))
		}
	}
	l.Expires = now.Add(life).Truncate(time.Second)
	switch in.Kind {
	case kindUnsubscribe:
		l.Kind, l.Topic, l.Channel = footer.Unsubscribe, in.Topic, in.Channel
		if l.Channel == "" {
			l.Channel = "email"
		}
		bad = append(bad, who.offered(l.Topic, l.Channel)...)
	case kindPreferences:
		l.Kind = footer.Preferences
		if in.Topic != "" {
			bad = append(bad, errs.At("topic", "error.unknown_member"))
		}
		if in.Channel != "" {
			bad = append(bad, errs.At("channel", "error.unknown_member"))
		}
	default:
		bad = append(bad, errs.At("kind", "error.not_a_choice"))
	}
	return l, errs.InvalidFields(bad...)
}

// offered refuses a topic that the brand does not offer on the channel.
func (w *caller) offered(topic, channel string) []errs.Field {
	for _, t := range w.topics() {
		if t.Name != topic {
			continue
		}
		for _, ch := range t.Channels {
			if ch == channel {
				return nil
			}
		}
		return []errs.Field{errs.At("channel", "error.not_a_choice")}
	}
	return []errs.Field{errs.At("topic", "error.not_a_choice")}
}
