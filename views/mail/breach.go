package mail

import (
	"context"
	"strings"
	"time"

	"livingprofile/internal/i18n"
)

// The templates of mails about a breach.
const (
	BreachTemplate      = "breach.notice"  // Breach
	BreachAlarmTemplate = "breach.warning" // BreachAlarm
)

// A Breach tells a person that their data was in a breach (Art. 34(2) GDPR).
type Breach struct {
	Number    string    `json:"number"`
	NoticedAt time.Time `json:"noticed_at"`
	Text      string    `json:"text"` // of the controller, in the person's language
	Data      []string  `json:"data"` // labels of the categories
	URL       string    `json:"url"`  // of the person's history
}

// Breached tells a person of a breach.
func Breached(ctx context.Context, b Brand, n Breach) (Message, error) {
	t := words(ctx, "breach.mail.", b)
	m := letter{
		Subject: t("subject"), Title: t("title"),
		Before: []string{t("lede", "date", i18n.Date(ctx, n.NoticedAt)), t("data", "data", i18n.List(ctx, n.Data))},
		Button: t("button"), URL: n.URL,
		After: []string{t("ask", "number", n.Number), t("never")},
	}
	for _, p := range strings.Split(strings.ReplaceAll(n.Text, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			m.Before = append(m.Before, p)
		}
	}
	return m.message(ctx, b)
}

// A BreachAlarm tells a staff member how near the limit of a breach is. It says
// nothing of what happened.
type BreachAlarm struct {
	Name   string    `json:"name"` // of the member
	Number string    `json:"number"`
	Stage  string    `json:"stage"` // running, near or over
	Due    time.Time `json:"due"`
	Goal   bool      `json:"goal,omitempty"` // the limit is our own
	URL    string    `json:"url"`            // of its page in the console
}

// Alarm tells a staff member that the clock of a breach runs.
func Alarm(ctx context.Context, b Brand, a BreachAlarm) (Message, error) {
	b.Name = i18n.T(ctx, "console.name")
	t := words(ctx, "breach.alarm.", b)
	m := letter{
		Subject: t("subject", "number", a.Number),
		Title:   t("title." + a.Stage),
		Before: []string{
			t("text", "name", a.Name, "number", a.Number),
			t("due", "time", i18n.DateTime(ctx, a.Due), "zone", i18n.Zone(ctx)),
		},
		Button: t("button"), URL: a.URL,
	}
	if a.Goal {
		m.Before = append(m.Before, i18n.T(ctx, "breach.goal"))
	}
	return m.message(ctx, b)
}
