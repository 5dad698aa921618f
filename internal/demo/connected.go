package demo

import (
	"fmt"
	"time"

	"livingprofile/internal/hook"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/pull"
	"livingprofile/internal/transfer"
)

// Neighbours are where the demo's connected systems are reached; "" for one
// that is not there.
type Neighbours struct {
	Newsletter string // where it is told
	CRM        string
	Feed       string // of the customer desk
	Machines   string
	// Itself takes in what the demo sends, as if it were another controller, and
	// ItselfKey is what it signs with.
	Itself, ItselfKey string
}

// FeedSecret is the name of the file with the key of the customer desk's feed.
const FeedSecret = "crm-feed"

// feedEvery is how often the customer desk is asked: somebody waits and watches.
const feedEvery = 2 * time.Second

// Connected is Draft with the systems that are there.
func Connected(n Neighbours) (*organisation.Draft, error) {
	d, err := organisation.Parse(FileName, file)
	if err != nil {
		return nil, fmt.Errorf("demo organisation: %w", err)
	}
	for i := range d.Declared.Systems {
		s := &d.Declared.Systems[i]
		if url := n.hooks(s.Name); url != "" {
			s.Endpoints = []hook.Endpoint{{Name: Endpoint, URL: url, Body: hook.Full}}
		}
		if s.Name == CRM && n.Feed != "" {
			s.Pull = &pull.Feed{
				URL: n.Feed, Every: feedEvery, Secret: FeedSecret, Items: "contacts",
				Map: pull.Map{ID: "event", Customer: "number", At: "changed", Sequence: "event", Fields: map[string]string{"phone": "mobile"}},
			}
		}
	}
	if n.Itself != "" {
		d.Declared.Controllers = append(d.Declared.Controllers, transfer.Controller{
			Name: "sister", URL: n.Itself, Key: n.ItselfKey,
			Label: i18n.Text{
				"en": "Our sister house (this demo)", "ja": "姉妹店（このデモ）", "ar": "دارنا الشقيقة (هذا العرض)",
			},
		})
	}
	if _, err := d.Check(); err != nil {
		return nil, fmt.Errorf("demo organisation: %w", err)
	}
	return d, nil
}

// hooks is where a system is told; "" for nowhere.
func (n *Neighbours) hooks(system string) string {
	switch system {
	case Newsletter:
		return n.Newsletter
	case CRM:
		return n.CRM
	case Machines:
		return n.Machines
	}
	return ""
}
