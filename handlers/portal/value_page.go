package portal

import (
	"slices"
	"strings"

	"livingprofile/internal/consent"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// valuePage is the biography of a field. happened are the entries about
// attributes, newest first.
func (s *sight) valuePage(f *profile.Field, happened []ledger.Happening) (view.ValuePage, error) {
	page := view.ValuePage{Item: s.valueItem(f), Claims: s.claims(f), Systems: s.holders(f), NotTaken: s.notTaken(f)}
	if page.Item.State == ui.Locked {
		// Said below the value, with whom to ask, and not twice.
		page.Locked, page.Item.Why = page.Item.Why, ""
	}
	for _, v := range s.org.PurposesOn(s.brand.Name) {
		if uses(f, v.Purpose) {
			page.Purposes = append(page.Purposes, ui.Link{
				Text: s.in(v.Words.Question), Href: s.base + "/allow/" + string(v.Purpose),
			})
		}
	}
	var err error
	page.Changes, err = s.changes(f, happened)
	return page, err
}

func uses(f *profile.Field, purpose consent.PurposeID) bool {
	return slices.Contains(f.Purposes, string(purpose))
}

// claims are what each source says, the one that counts first.
func (s *sight) claims(f *profile.Field) []view.Claim {
	winner, why, _ := s.winner(f)
	var list []view.Claim
	for _, c := range s.facts.Profile.Claims[f.Name] {
		claim := view.Claim{
			Source: s.saidBy(&c), Value: s.format(f, c.Value), Origin: view.Origin(c.Origin), At: c.When(),
		}
		switch {
		case why.Why != profile.WhyNothing && c.Source == winner.Source:
			claim.Wins, claim.Why = true, s.because(why)
			list = append([]view.Claim{claim}, list...)
		case c.Value != "":
			list = append(list, claim)
		}
	}
	return list
}

// because says from where a value is, and by which rule it counts.
func (s *sight) because(r profile.Reason) string {
	return s.t("survivor."+string(r.Why), "source", s.source(r.Source), "date", i18n.Date(s.ctx, r.At))
}

// holders are the systems that hold a field, and those that may.
func (s *sight) holders(f *profile.Field) []view.Holder {
	var list []view.Holder
	for i := range s.org.Systems {
		sys := &s.org.Systems[i]
		claim, says := s.facts.Profile.Of(f.Name, sys.Name)
		switch {
		case says && claim.Value != "":
			list = append(list, view.Holder{
				Name: s.in(sys.Human), Note: s.t("portal.value.since", "date", i18n.Date(s.ctx, claim.When())),
			})
		case sys.MayHold(f.Name) && !sys.Retired && s.allowed(sys, f):
			list = append(list, view.Holder{Name: s.in(sys.Human), Note: s.t("page.may_hold")})
		}
	}
	return list
}

// correction leads to the newest request about what a field should be, and says
// how it stands; no link for none.
func (s *sight) correction(f *profile.Field, all []rights.Request) ui.Link {
	for i := range all {
		if r := &all[i]; r.Kind == rights.Rectification && r.Matter.Name == f.Name {
			return ui.Link{
				Text: s.t("page.value.request", "number", r.Number, "state", s.stateWord(r)), Href: s.base + "/requests/" + string(r.ID),
			}
		}
	}
	return ui.Link{}
}

// changes are the steps in the life of a field, newest first. The last of the
// person's own can be undone for a while.
func (s *sight) changes(f *profile.Field, happened []ledger.Happening) ([]view.Change, error) {
	var moments []profile.Moment
	for i := range happened {
		h := &happened[i]
		if !strings.HasPrefix(string(h.Kind), "attribute.") || h.Kind == profile.Withheld {
			continue
		}
		steps, err := profile.DecodeSteps(h.ID, h.Kind, h.Payload)
		if err != nil {
			return nil, err
		}
		for _, step := range steps {
			moments = append(moments, profile.Moment{Step: step, At: h.At, Actor: h.Actor, Brand: h.Brand})
		}
	}
	var list []view.Change
	undo := s.facts.Profile.Undoable(f.Name, s.now)
	for _, m := range profile.Biography(f.Name, moments) {
		change := view.Change{
			At: m.At, Who: s.actor(m.Actor, m.Brand), From: s.format(f, m.Old), To: s.format(f, m.New), Note: s.stepNote(f, m.Step),
		}
		if !m.Moved() {
			change.From = ""
		}
		if undo && (m.Kind == profile.Corrected || m.Kind == profile.Proposed) {
			change.Undo, undo = s.undoPath(f), false
		}
		list = append(list, change)
	}
	return list, nil
}

// stepNote says what the two values of a step do not.
func (s *sight) stepNote(f *profile.Field, step profile.Step) string {
	said := first(s.format(f, step.Said), s.t("portal.data.nothing"))
	switch step.Kind {
	case profile.Proposed, profile.Retracted, profile.Approved, profile.Rejected:
		return s.t("page.step."+stepName(step), "value", said)
	case profile.Undone:
		return s.t("page.step.undone")
	case profile.Confirmed:
		return s.t("page.step.confirmed", "source", s.source(step.Source))
	case profile.Imported:
		switch {
		case step.Said != step.New:
			return s.t("page.step.not_counted", "source", s.source(step.Source), "value", said)
		case !step.Moved():
			return s.t("page.step.confirmed", "source", s.source(step.Source))
		}
	}
	return ""
}

// stepName is the last part of a step's kind.
func stepName(step profile.Step) string { return strings.TrimPrefix(string(step.Kind), "attribute.") }
