package portal

import (
	"context"

	"livingprofile/handlers/web"
	"livingprofile/internal/i18n"
	view "livingprofile/views/portal"
)

// An Around is what a demo has beside it: who may sign in, and the pages of
// connected systems.
type Around struct {
	People  []string // addresses
	Mailbox string   // path of the page that shows their mail
	Systems []AroundSystem
}

// An AroundSystem is a declared system with a page of its own.
type AroundSystem struct{ Name, URL string }

// around is what the first page says of it; nil outside a demo.
func (p *Portal) around(ctx context.Context, v *web.Visit) *view.Around {
	if p.Around == nil {
		return nil
	}
	page := &view.Around{People: p.Around.People, Mailbox: p.Around.Mailbox}
	for _, one := range p.Around.Systems {
		sys, ok := v.Organisation.System(one.Name)
		if !ok {
			continue
		}
		page.Systems = append(page.Systems, view.AroundSystem{
			Name: sys.Label.In(v.Locale), Href: one.URL, Try: i18n.T(ctx, "around.try."+one.Name),
		})
	}
	return page
}
