// Package decision answers one question: may this be done now? It is one
// function over what profile, consent and rights know, so that a page, a hook
// and the API can never answer differently (invariant 7).
package decision

import (
	"slices"
	"time"

	"livingprofile/internal/automated"
	"livingprofile/internal/consent"
	"livingprofile/internal/id"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

// Facts are what is currently held of a subject, as one moment's reading.
// Version is what a change that is decided on them must be based on.
type Facts struct {
	Version     int64
	Profile     profile.State
	Consents    consent.State
	Preferences consent.Preferences
	Freezes     rights.Freezes
	Contacts    Contacts
	Humans      automated.Humans
	// Circle is what the records have in common that are read as one with this;
	// "" for a record alone. Members are those, itself among them, where they
	// were read along: what they hold changes without a change of Version.
	Circle  id.Subject
	Members []id.Subject
	// Others are what the person's other records hold, where f is what one
	// record holds and what is written is decided on; they were joined at
	// Joined. What may be done is asked of Whole.
	Others []Facts
	Joined time.Time
}

// A Question asks about one purpose, at one moment.
type Question struct {
	Purpose *consent.PurposeVersion // the version in force
	Brand   string                  // "" asks for all brands
	Channel string                  // "" when nobody is to be contacted
	Signal  consent.Signal          // that the person's browser sends with the very request; "" for none
	At      time.Time
	// Automated is the kind of decision that a system is about to make without
	// a human, and Uses are the fields that it may be made from; nil for none.
	Automated *automated.Kind
	Uses      []*profile.Field
}

// A Verdict is the answer, with everything that speaks for it.
type Verdict struct {
	Allow bool
	// Reasons are why not, the weightiest first; or the one that allows it.
	Reasons []Reason
	// Until is when the answer may change by itself; zero for never.
	Until  time.Time
	Record consent.RecordID // the consent record it rests on, if any
}

// A Reason is one thing that decides.
type Reason string

// The reasons that allow.
const (
	ByConsent Reason = "consent"   // the person said yes
	ByBasis   Reason = "basis"     // another legal basis than consent
	NoObject  Reason = "unopposed" // legitimate interest, and no objection
)

// The reasons that forbid.
const (
	Retired      Reason = "retired"
	NotAsked     Reason = "not_asked"
	Refused      Reason = "refused"
	Withdrawn    Reason = "withdrawn"
	Revoked      Reason = "revoked"
	Expired      Reason = "expired"
	Invalidated  Reason = "invalidated"
	Waiting      Reason = "waiting"       // for the second yes of a double opt-in
	WordsChanged Reason = "words_changed" // the yes was to older words, and its time is over
	Objected     Reason = "objected"
	Restricted   Reason = "restricted" // frozen (Art. 18 GDPR)
	Paused       Reason = "paused"
	QuietHours   Reason = "quiet_hours"
	BudgetUsed   Reason = "budget_used"
	Signalled    Reason = "signalled" // the browser's signal stands against it
	Minor        Reason = "minor"     // too young to consent alone (Art. 8(1) GDPR)
	Erased       Reason = "erased"    // there is no subject any more
	Nobody       Reason = "unknown"   // there is no subject of that name
	// HumanWanted: the person does not want a machine to decide (Art. 22 GDPR).
	HumanWanted Reason = "human_wanted"
)

// Denials lists the reasons that forbid.
var Denials = [...]Reason{
	Retired, NotAsked, Refused, Withdrawn, Revoked, Expired, Invalidated, Waiting, WordsChanged, Objected,
	Restricted, Paused, QuietHours, BudgetUsed, Signalled, Minor, Erased, Nobody, HumanWanted,
}

// May answers q from f. It is a pure function.
func May(f Facts, q Question) Verdict {
	f = f.Whole()
	st := f.Consents.Of(q.Purpose.Purpose, q.Brand)
	return weigh(&f, bornOn(&f, &q), &st, &q)
}

// weigh answers q for somebody born on a day who stands at st. The consents and
// the profile of f are not looked at.
func weigh(f *Facts, born birth, st *consent.Standing, q *Question) Verdict {
	verdict := judge(f, born, st, q)
	if !q.Purpose.Retired {
		verdict.Record = st.Record
	}
	return verdict
}

func judge(f *Facts, born birth, st *consent.Standing, q *Question) Verdict {
	v := q.Purpose
	if v.Retired {
		return deny(Retired)
	}
	verdict := alone(permission(v, st, q.At), ofAge(born, q), st, q.At)
	yes := verdict.Allow
	if stopped(f, q, st) {
		verdict = verdict.against(Signalled, time.Time{})
	}
	if frozen(f, v, st, yes) || machineFrozen(f, q) {
		verdict = verdict.against(Restricted, time.Time{})
	}
	if q.Automated != nil && f.Humans.Wanted(q.Automated.Name) {
		verdict = verdict.against(HumanWanted, time.Time{})
	}
	if !v.Marketing {
		return verdict
	}
	if pause := f.Preferences.Delivery(q.Brand).Pause; q.At.Before(pause) {
		verdict = verdict.against(Paused, pause)
	}
	if q.Channel != "" {
		verdict = limited(verdict, f, q)
	}
	return verdict
}

// limited is verdict within the quiet hours and the budget of what is wished, in
// each record of the person.
func limited(verdict Verdict, f *Facts, q *Question) Verdict {
	all := f.Preferences.Joined
	if len(all) == 0 {
		all = []consent.Preferences{f.Preferences}
	}
	var turns, quiet, spent time.Time
	for i := range all {
		wishes := all[i].Delivery(q.Brand)
		is, turn := wishes.Quiet.Turns(q.At)
		if is {
			quiet = later(quiet, turn)
		}
		turns = sooner(turns, turn)
		brand := ""
		if all[i].Brands[q.Brand].Budget != nil {
			brand = q.Brand
		}
		until, _ := f.Contacts.spent(wishes.Budget, brand, q.At)
		spent = later(spent, until)
	}
	if verdict.Allow {
		verdict.Until = sooner(verdict.Until, turns)
	}
	if !quiet.IsZero() {
		verdict = verdict.against(QuietHours, quiet)
	}
	if !spent.IsZero() {
		verdict = verdict.against(BudgetUsed, spent)
	}
	return verdict
}

// against is v with another reason why not, which is over at a time; zero for
// never by itself. It weighs less than those that v has; but where nobody was
// asked, a signal has spoken.
func (v Verdict) against(r Reason, until time.Time) Verdict {
	switch {
	case v.Allow:
		return Verdict{Reasons: []Reason{r}, Until: until}
	case r == Signalled && v.Reasons[0] == NotAsked:
		v.Reasons = slices.Insert(v.Reasons, 0, r)
	default:
		v.Reasons = append(v.Reasons, r)
	}
	if v.Until.IsZero() || until.IsZero() {
		v.Until = time.Time{}
	} else {
		v.Until = later(v.Until, until)
	}
	return v
}

// stopped tells whether a signal stands against the purpose: one that the
// profile has, or else the one of this very request.
func stopped(f *Facts, q *Question, st *consent.Standing) bool {
	if q.Purpose.Signal == "" {
		return false
	}
	since := f.Preferences.Heard[q.Purpose.Signal]
	if since.IsZero() && q.Signal == q.Purpose.Signal {
		since = q.At
	}
	return q.Purpose.Stops(*st, since)
}

// sooner returns the earlier of two times of which zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// permission answers from basis and consent alone.
func permission(v *consent.PurposeVersion, st *consent.Standing, now time.Time) Verdict {
	switch {
	case v.Basis == consent.LegitimateInterest && !v.Required:
		if st.Status.No() {
			return deny(Objected)
		}
		return Verdict{Allow: true, Reasons: []Reason{NoObject}}
	case v.Basis != consent.Consent:
		return Verdict{Allow: true, Reasons: []Reason{ByBasis}}
	case !st.Status.Valid():
		return deny(unsaid(st.Status))
	case !st.ValidAt(now):
		return deny(Expired)
	case st.Version < v.Number && !v.ReaskBy.IsZero() && !now.Before(v.ReaskBy):
		return deny(WordsChanged)
	}
	yes := Verdict{Allow: true, Reasons: []Reason{ByConsent}, Until: st.Until}
	if st.Version < v.Number {
		yes.Until = sooner(yes.Until, v.ReaskBy)
	}
	return yes
}

// frozen tells whether a restriction stands against a purpose; yes is whether
// the person's consent would allow it. Frozen data may be stored; anything else
// needs the person's consent, or an important public interest (Art. 18(2) GDPR). A
// yes from before the freeze is not that consent: the person has said "stop" since.
func frozen(f *Facts, v *consent.PurposeVersion, st *consent.Standing, yes bool) bool {
	freeze, is := f.Freezes.Purpose(string(v.Purpose))
	if !is || v.Basis == consent.PublicInterest {
		return false
	}
	return v.Basis != consent.Consent || !yes || !st.At.After(freeze.Since)
}

// machineFrozen tells whether a machine would decide from a value that is
// frozen (Art. 18(2) GDPR).
func machineFrozen(f *Facts, q *Question) bool {
	if q.Automated == nil {
		return false
	}
	for _, field := range q.Uses {
		if _, is := f.Freezes.Field(field.Name, field.Category); is {
			return true
		}
	}
	return false
}

func deny(r Reason) Verdict { return Verdict{Reasons: []Reason{r}} }

// unsaid is why there is no valid yes.
func unsaid(s consent.Status) Reason {
	switch s {
	case consent.Refused:
		return Refused
	case consent.Withdrawn:
		return Withdrawn
	case consent.Revoked:
		return Revoked
	case consent.Expired:
		return Expired
	case consent.Invalidated:
		return Invalidated
	case consent.Requested:
		return Waiting
	default:
		return NotAsked
	}
}
