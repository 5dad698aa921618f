package intake

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"livingprofile/internal/activity"
)

// A doing is an act of one of a person's items.
type doing struct {
	*Act
	place int
}

// doings returns what items say that the person did, in an order that does not
// depend on that of the items: of two with one event the first is taken.
func doings(items []*Item) []doing {
	var all []doing
	for place, item := range items {
		for i := range item.Acts {
			all = append(all, doing{&item.Acts[i], place})
		}
	}
	slices.SortStableFunc(all, func(a, b doing) int {
		return cmp.Or(
			cmp.Compare(a.Event, b.Event), a.At.Compare(b.At), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Brand, b.Brand),
			cmp.Compare(fmt.Sprint(a.Values), fmt.Sprint(b.Values)),
		)
	})
	return all
}

// act takes over what the items say that the person did, where there is a basis
// for knowing it. One that was told of before is no news, whatever it says now.
func (w *weaving) act(ctx context.Context) error {
	all := doings(w.person.items)
	if len(all) == 0 {
		return nil
	}
	events := make([]string, len(all))
	for i := range all {
		events[i] = all[i].Event
	}
	known := map[string]bool{}
	if told := cmp.Or(w.person.near, w.person.subject); !w.person.fresh || w.person.near != "" {
		var err error
		if known, err = w.store.KnownEvents(ctx, told, w.source, events); err != nil {
			return err
		}
	}
	// What the rows say about consent counts for what they tell of.
	facts := w.whole()
	system, _ := w.organisation.System(w.source)
	t := activity.Taking{
		Subject: w.person.subject, System: w.source, Cause: w.cause,
		May: func(k *activity.Kind) bool { return system != nil && system.MayTell(k.Name) },
	}
	var fresh []activity.Observation
	for _, d := range all {
		if known[d.Event] {
			continue
		}
		t.Brand = d.Brand
		o, outcome := activity.Weigh(w.organisation, facts, &t, &d.Item, w.at)
		if outcome.Result != activity.Taken {
			if w.warnings[d.place] == "" {
				w.warnings[d.place] = "intake.activity_" + string(outcome.Reason)
			}
			continue
		}
		known[d.Event] = true
		w.changed[d.place] = true
		fresh = append(fresh, o)
	}
	if len(fresh) > 0 {
		w.entries = append(w.entries, activity.Entry(w.source, fresh))
		w.rows = append(w.rows, activity.Rows(fresh)...)
	}
	return nil
}
