package portal

import (
	"slices"
	"time"

	"livingprofile/internal/consent"
	view "livingprofile/views/portal"
	"livingprofile/views/ui"
)

// stopPage is what stop would do, everywhere.
func (s *sight) stopPage(stop consent.Stop) view.StopPage {
	page := view.StopPage{Brands: s.brandNames(), None: len(stop.Records) == 0 && stop.Topics == 0}
	var unasked []ui.Effect
	for _, v := range stop.Purposes {
		if ends := s.ending(v); len(ends) > 0 {
			page.Plan.Goes = append(page.Plan.Goes, ends...)
			continue
		}
		unasked = append(unasked, ui.Effect{Text: s.in(v.Words.Question), Note: s.t("page.stop.unasked")})
	}
	if len(page.Plan.Goes) == 0 && stop.Topics > 0 {
		page.Plan.Goes = []ui.Effect{{Text: s.t("page.stop.topics", "count", stop.Topics)}}
	}
	page.Plan.Goes = append(page.Plan.Goes, unasked...)
	page.Plan.Stays = s.staying(true)
	return page
}

// stoppedPage is what the stop that trace tells of has done, with the way back
// for each part that was a yes before.
func (s *sight) stoppedPage(at time.Time, trace consent.WishTrace) view.StoppedPage {
	page := view.StoppedPage{
		At:    at,
		Steps: []ui.Step{{Text: s.t("portal.trail.saved", "time", s.moment(at)), State: ui.Given}},
	}
	var records []string
	for _, name := range trace.Stopped {
		v, ok := s.org.Purpose(consent.PurposeID(name))
		if !ok || v.Retired || !v.On(s.brand.Name) {
			continue
		}
		st := s.facts.Consents.Of(v.Purpose, s.brand.Name)
		records = append(records, string(st.Record))
		if st.Status == consent.Refused && v.Basis == consent.Consent {
			continue // it never was a yes
		}
		page.Items = append(page.Items, s.stoppedItem(v))
	}
	if records = slices.Compact(records); len(records) == 1 {
		page.Receipt = records[0]
	}
	return page
}

func (s *sight) stoppedItem(v *consent.PurposeVersion) view.StoppedItem {
	words := s.texts.of(s.org, v, s.locale)
	st := s.facts.Consents.Of(v.Purpose, s.brand.Name)
	return view.StoppedItem{
		ID: string(v.Purpose), Title: words.title, Text: words.sentence, Version: words.version, Notice: words.notice,
		Back: st.Status.Valid() || st.Status == consent.Requested,
	}
}
