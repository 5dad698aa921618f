package mail

import (
	"context"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
)

// RequestTemplate is the name of the letters about a request.
const RequestTemplate = "rights.moved" // Request

// A Request is how far a person's request has come.
type Request struct {
	Kind    string    `json:"kind"`
	Number  string    `json:"number"`
	Message string    `json:"message"` // which letter it is, as the state machine names it
	Due     time.Time `json:"due"`
	Acts    time.Time `json:"acts,omitzero"`   // of an erasure, when it begins
	Thaws   time.Time `json:"thaws,omitzero"`  // when what was frozen may be used again
	Words   string    `json:"words,omitempty"` // of staff
	// Ground is the letter of the law pack to a refusal, and Authority with
	// Complain where the person can go with it (Art. 12(4) GDPR).
	Ground    string `json:"ground,omitempty"`
	Authority string `json:"authority,omitempty"`
	Complain  string `json:"complain,omitempty"`
	// Appeal is until when the person may appeal against a refusal.
	Appeal time.Time `json:"appeal,omitzero"`
	// Take is until when the file of a copy can be taken.
	Take time.Time `json:"take,omitzero"`
	URL  string    `json:"url"` // of the request's page
	// Cancel takes the request back without signing in; "" for a letter that has
	// no such link.
	Cancel string `json:"cancel,omitempty"`
	// Fields are those that a hold keeps when the rest is erased, as the person
	// knows them.
	Fields []string `json:"fields,omitempty"`
	// Holds are those on the person when they ask for an erasure, or those that
	// are placed while one is open.
	Holds []Hold `json:"holds,omitempty"`
}

// A Hold is what a law wants kept of a person, and why.
type Hold struct {
	Fields []string  `json:"fields,omitempty"` // none for everything
	Reason string    `json:"reason"`
	Until  time.Time `json:"until,omitzero"` // zero for until staff end it
}

// Moved tells a person what became of their request.
func Moved(ctx context.Context, b Brand, r Request) (Message, error) {
	t := words(ctx, "rights.mail.", b)
	switch r.Message {
	case "acknowledged", "requires_action", "delayed", "rejected", "fulfilled", "unfulfilled", "cancelled", "erased", "held", "held_fields", "released", "written":
	default:
		return Message{}, fmt.Errorf("no letter %q about a request: %w", r.Message, errs.NotFound)
	}
	right := i18n.T(ctx, "rights.kind."+r.Kind)
	m := letter{
		Subject: t("subject", "number", r.Number),
		Title:   t("title."+r.Message, "right", right),
		Before:  []string{t(r.Message, "right", right, "number", r.Number, "date", i18n.Date(ctx, r.Due), "fields", i18n.List(ctx, r.Fields))},
		Button:  t("button"), URL: r.URL,
	}
	if r.Message == "erased" {
		m.Button = t("certificate")
	}
	if r.Message == "acknowledged" && !r.Acts.IsZero() {
		m.Before = append(m.Before, t("acts", "date", i18n.DateTime(ctx, r.Acts)))
	}
	m.holds(ctx, b, r.Message, r.Holds)
	if !r.Thaws.IsZero() {
		m.Before = append(m.Before, t("thaws", "date", i18n.DateTime(ctx, r.Thaws)))
	}
	for _, words := range []string{r.Ground, r.Words} {
		if words != "" {
			m.Quote = append(m.Quote, words)
		}
	}
	if !r.Take.IsZero() {
		m.Before = append(m.Before, t("take", "date", i18n.DateTime(ctx, r.Take)))
	}
	if !r.Appeal.IsZero() {
		m.After = append(m.After, t("appeal", "date", i18n.Date(ctx, r.Appeal)))
	}
	if r.Authority != "" {
		m.After = append(m.After, t("authority", "authority", r.Authority, "address", r.Complain))
	}
	switch r.Message {
	case "erased":
	case "rejected", "fulfilled", "unfulfilled", "cancelled":
		m.After = append(m.After, t("not_yours"))
	default:
		if r.Cancel != "" {
			m.After = append(m.After, t("cancel", "url", r.Cancel))
		} else {
			m.After = append(m.After, t("not_you"))
		}
	}
	return m.message(ctx, b)
}

// holds says what is not erased for now: all waits where everything is held, and
// else the rest goes. A letter that is about that alone has said so.
func (m *letter) holds(ctx context.Context, b Brand, about string, all []Hold) {
	waits := false
	for _, h := range all {
		what, until := i18n.T(ctx, "hold.all"), i18n.T(ctx, "hold.open_ended")
		if waits = waits || len(h.Fields) == 0; len(h.Fields) > 0 {
			what = i18n.List(ctx, h.Fields)
		}
		if !h.Until.IsZero() {
			until = i18n.T(ctx, "hold.plan_until", "date", i18n.DateTime(ctx, h.Until))
		}
		m.Quote = append(m.Quote, i18n.T(ctx, "hold.words", "what", what, "until", until, "reason", h.Reason))
	}
	if len(all) == 0 || about != "acknowledged" {
		return
	}
	message := "kept_apart"
	if waits {
		message = "waits"
	}
	m.Before = append(m.Before, words(ctx, "hold.mail.", b)(message))
}
