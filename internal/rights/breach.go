package rights

import "time"

// A Breach says who must be told of a breach, and by when.
type Breach struct {
	Authority Limit
	People    Limit
	// Final is for the full report that the authority gets after the first;
	// none where the law wants one report.
	Final Limit
	// Goal says that the law names no number ("as soon as possible") and the
	// limits are the operator's own goal.
	Goal bool
	// To is who is told: where people complain, unless the law names another.
	To Authority
}

// BreachDue returns until when the authority and the people must be told of a
// breach that was noticed then, and the authority have the final report; zero
// where there is no limit. p is as For returned it, with the days of rest of a
// country.
//
// Hours run on from the moment, over days of rest too (Art. 3(2)(a) and (4) of
// Regulation 1182/71 lets only other limits roll); what is counted in days ends
// with the last of them.
func (p *Pack) BreachDue(noticed time.Time, zone *time.Location) (authority, people, final time.Time) {
	rest := p.rest.Calendar()
	due := func(l Limit) time.Time {
		switch {
		case l.None():
			return time.Time{}
		case l.Unit == Hours:
			return noticed.Add(time.Duration(l.N) * time.Hour)
		}
		return endOf(Rule{Rolls: p.Rolls}.roll(l.after(dayOf(noticed, zone), rest), rest), zone)
	}
	return due(p.Breach.Authority), due(p.Breach.People), due(p.Breach.Final)
}
