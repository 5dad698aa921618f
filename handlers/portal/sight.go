package portal

import (
	"context"
	"slices"
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/hook"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
	view "livingprofile/views/portal"
)

// A sight is what page builders see: one person's facts at one moment, on one
// brand, in one language. Builders are pure: the same sight gives the same page.
type sight struct {
	ctx    context.Context // carries language and zone, and nothing else is asked of it
	locale string
	org    *organisation.Organisation
	brand  *brand.Brand
	framed bool   // inside a page of the brand's own site
	base   string // path of the brand's portal
	facts  decision.Facts
	now    time.Time
	signal consent.Signal // that the browser sends with this request
	mail   string         // where mail goes; read only when a row names it
	kept   bool           // a law wants everything of the person kept; read with the requests
	said   said
	texts  *texts

	targets []hook.Target   // who is told anything at all
	told    []hook.Delivery // what they were told, newest first; read by lookTold
	// held is why endpoints are sent nothing now; read by lookTold where something
	// waits.
	held    map[string]hold
	queries []query // what they asked and was recorded, newest first; read by lookTold
}

// said is what the last action did to one row.
type said struct {
	row  string
	text string
	undo string
}

// at returns what was said of row, nil for nothing.
func (s said) at(row string) *view.Saved {
	if s.text == "" || s.row != row {
		return nil
	}
	return &view.Saved{Text: s.text, Undo: s.undo}
}

func (s *sight) t(id string, kv ...any) string { return i18n.T(s.ctx, id, kv...) }

// in returns the words of an organisation's own text in the page's language.
func (s *sight) in(t i18n.Text) string { return t.In(s.locale) }

// may asks whether a purpose is allowed on this brand now.
func (s *sight) may(v *consent.PurposeVersion) decision.Verdict {
	return decision.May(s.facts, decision.Question{Purpose: v, Brand: s.brand.Name, At: s.now, Signal: s.signal})
}

// ofAge returns from when the person may say yes to v alone; zero when they may
// now.
func (s *sight) ofAge(v *consent.PurposeVersion) time.Time {
	return decision.OfAge(s.facts, decision.Question{Purpose: v, Brand: s.brand.Name, At: s.now})
}

// winner returns the claim that counts for a field.
func (s *sight) winner(f *profile.Field) (profile.Claim, profile.Reason, bool) {
	return profile.Winner(f, s.facts.Profile.Claims[f.Name], s.org.Rank)
}

// value returns what counts for a field, "" for nothing.
func (s *sight) value(f *profile.Field) string {
	c, _, _ := s.winner(f)
	return c.Value
}

// fields returns the fields that this brand shows: those it needs, and those
// that something is held in.
func (s *sight) fields() []*profile.Field {
	needs := s.org.FieldsOn(s.brand.Name)
	var list []*profile.Field
	for i := range s.org.Fields {
		f := &s.org.Fields[i]
		if slices.Contains(needs, f) || s.holds(f.Name) {
			list = append(list, f)
		}
	}
	return list
}

// holds tells whether anybody says anything about a field.
func (s *sight) holds(field string) bool {
	for _, c := range s.facts.Profile.Claims[field] {
		if c.Value != "" {
			return true
		}
	}
	return false
}

// person is the name to show for who is signed in, from the fields that bear
// the names HTML gives the parts of a name.
func (s *sight) person() string {
	part := func(name string) string {
		if f, ok := s.org.Field(name); ok {
			return s.value(f)
		}
		return ""
	}
	if name := i18n.PersonName(s.ctx, part("given-name"), part("family-name")); name != "" {
		return name
	}
	if name := part("name"); name != "" {
		return name
	}
	return s.t("page.signed_in")
}

// source names who said something, in human terms.
func (s *sight) source(name string) string {
	if name == profile.SourceSubject {
		return s.t("actor.subject")
	}
	if name == activity.SourceRule {
		return s.t("activity.rule.source")
	}
	return s.system(name)
}

// system names a connected system in human terms; an unknown one by its name.
func (s *sight) system(name string) string {
	if sys, ok := s.org.System(name); ok {
		return s.in(sys.Human)
	}
	return name
}

// channels joins the labels of channels.
func (s *sight) channels(names []string) string {
	var labels []string
	for _, name := range names {
		labels = append(labels, s.channel(name))
	}
	return i18n.List(s.ctx, labels)
}

func (s *sight) channel(name string) string {
	if c, ok := s.org.Channel(name); ok {
		return s.in(c.Label)
	}
	return name
}

// question is the label of a purpose, whichever version is newest.
func (s *sight) question(purpose consent.PurposeID) string {
	if v, ok := s.org.Purpose(purpose); ok {
		return s.in(v.Words.Question)
	}
	return string(purpose)
}

// brandName is the label of a brand, retired ones too.
func (s *sight) brandName(name string) string {
	if b, ok := s.org.Brand(name); ok {
		return s.in(b.Label)
	}
	return name
}

// brandNames are the labels of the brands that there are.
func (s *sight) brandNames() []string {
	var names []string
	for i := range s.org.Brands {
		if b := &s.org.Brands[i]; !b.Retired {
			names = append(names, s.in(b.Label))
		}
	}
	return names
}

// isToday tells whether t is on the page's current day.
func (s *sight) isToday(t time.Time) bool {
	return i18n.SameDay(s.ctx, t, s.now)
}
