package portal

import (
	"context"
	"strings"
	"time"

	"livingprofile/internal/hook"
	"livingprofile/internal/i18n"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/organisation"
	view "livingprofile/views/portal"
)

// A Telling is how far a system is with what it was told of a request: the word
// of an errand, and since when.
type Telling struct {
	System string
	Word   string
	At     time.Time
}

// words are those of errands for what became of a delivery.
func words(s hook.State) string {
	switch s {
	case hook.Received:
		return string(opendsr.Pending)
	case hook.Applied:
		return string(opendsr.Completed)
	case hook.Waiting, hook.Refused, hook.NotHeld, hook.Failed, hook.Withheld:
	}
	return string(s)
}

// Tellings says of each system how far it is, those told by hooks and connectors
// first.
func Tellings(deliveries []hook.Delivery, errands []opendsr.Errand) []Telling {
	var all []Telling
	for i := range deliveries {
		d := &deliveries[i]
		if d.State == hook.Withheld {
			continue
		}
		system, _, _ := strings.Cut(d.Endpoint, "/")
		at := d.At
		for _, later := range [...]time.Time{d.Tried, d.Over} {
			if later.After(at) {
				at = later
			}
		}
		all = append(all, Telling{system, words(d.State), at})
	}
	for i := range errands {
		all = append(all, Telling{errands[i].System, string(errands[i].State), errands[i].ChangedAt})
	}
	return all
}

// toldOf are tellings as a page has them.
func toldOf(ctx context.Context, org *organisation.Organisation, locale string, all []Telling) []view.About {
	var list []view.About
	for _, one := range all {
		label := one.System
		if sys, ok := org.System(one.System); ok {
			label = capital(sys.Human.In(locale))
		}
		word := i18n.T(ctx, "errand."+one.Word)
		list = append(list, view.About{Label: label, Text: i18n.T(ctx, "errand.when", "word", word, "date", i18n.DateTime(ctx, one.At))})
	}
	return list
}
