package portal

import (
	"livingprofile/internal/activity"
	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/rights"
	"livingprofile/views/ui"
)

// lost is what the person cannot do any more once the plan of an erasure has
// run. Of what is not theirs to lose nothing is said.
func (s *sight) lost(f *rightForm) []ui.Effect {
	var all []ui.Effect
	add := func(lost bool, what string, args ...any) {
		if lost {
			all = append(all, ui.Effect{Text: s.t("rights.lost." + what), Note: s.t("rights.lost_note."+what, args...)})
		}
	}
	count := func(part rights.Part) (bool, string) {
		n := f.plan.Count(part)
		return n > 0, i18n.Number(s.ctx, n)
	}
	signs, _ := count(rights.PartIdentifiers)
	add(signs, "entry")
	said, answers := count(rights.PartRecords)
	add(said, "choices", "number", answers)
	add(s.picked(), "wishes")
	add(len(f.did) > 0, "did", "kinds", s.list(f.did))
	machines, decisions := count(rights.PartAutomated)
	add(machines, "machines", "number", decisions)
	happened, _ := count(rights.PartEntries)
	add(happened, "history")
	ends := s.named(f.plan.Ends, func(r *rights.Request) bool { return r.Kind != rights.Erasure })
	add(len(ends) > 0, "requests", "requests", s.list(ends))
	complaints := s.named(f.open, func(r *rights.Request) bool { return r.Kind == rights.Complaint && r.State.Open() })
	add(len(complaints) > 0, "complaints", "requests", s.list(complaints))
	frozen := s.named(f.open, func(r *rights.Request) bool { return r.Kind == rights.Restriction && r.State == rights.Fulfilled })
	add(len(frozen) > 0, "frozen", "requests", s.list(frozen))
	return all
}

// named are the requests that are meant, by number and right.
func (s *sight) named(all []rights.Request, meant func(*rights.Request) bool) []string {
	var names []string
	for i := range all {
		if r := &all[i]; meant(r) {
			names = append(names, s.t("rights.lost.request", "number", r.Number, "right", s.t("rights.kind."+string(r.Kind))))
		}
	}
	return names
}

// picked tells whether the person has said what they want to get.
func (s *sight) picked() bool {
	p := s.facts.Preferences
	says := func(w consent.Wishes) bool { return len(FormatWishes(s.ctx, s.locale, s.org, w)) > 0 }
	for _, w := range p.Brands {
		if says(w) {
			return true
		}
	}
	return says(p.All)
}

// did names the kinds of activity of which the person has some.
func (p *Portal) did(s *sight, subject id.Subject) ([]string, error) {
	var kinds []string
	for i := range s.org.Activities {
		k := &s.org.Activities[i]
		some, err := p.Read.Activities(s.ctx, subject, activity.Page{Kinds: []string{k.Name}, Now: s.now, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(some) > 0 {
			kinds = append(kinds, s.in(k.Label))
		}
	}
	return kinds, nil
}
