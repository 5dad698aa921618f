package consent

import (
	"maps"
	"slices"
	"time"
	_ "time/tzdata" // zones of quiet hours must not depend on the machine

	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
)

// A Topic is something a person may want to hear about.
type Topic struct {
	Name     string
	Brands   []string // empty for all
	Channels []string // channels it can come by
	Purpose  PurposeID
	Label    i18n.Text
	Help     i18n.Text
	Retired  bool
}

// On tells whether brand offers the topic.
func (t *Topic) On(brand string) bool {
	return !t.Retired && (len(t.Brands) == 0 || slices.Contains(t.Brands, brand))
}

// A Channel is a way of reaching a person: "email", "sms", "post", "phone".
type Channel struct {
	Name  string
	Label i18n.Text
}

// Preferences are what a person wants to get, how and when: for all brands,
// and for single brands where they differ. The zero Preferences ask for
// nothing and limit nothing.
type Preferences struct {
	Language string            `json:"language,omitempty"`
	All      Wishes            `json:"all,omitzero"`
	Brands   map[string]Wishes `json:"brands,omitempty"`
	Heard    Heard             `json:"heard,omitempty"` // signals of the person's browsers
	// Joined are the preferences of each record that these are read together
	// from, none where they are of one. Every budget and all quiet hours of
	// theirs hold.
	Joined []Preferences `json:"joined,omitempty"`
}

// Wishes are the preferences of one scope. What is nil or zero is not said.
type Wishes struct {
	Topics    map[string]bool `json:"topics,omitempty"`    // by Slot
	Preferred string          `json:"preferred,omitempty"` // a channel, or AnyChannel
	Budget    *Budget         `json:"budget,omitempty"`
	Pause     time.Time       `json:"pause,omitzero"` // nothing until then
	Quiet     *Quiet          `json:"quiet,omitempty"`
}

// Slot names one topic on one channel in Wishes.Topics.
func Slot(topic, channel string) string { return topic + "/" + channel }

// A Budget is how often a person wants to be written to at most.
type Budget struct {
	Count int    `json:"count"`
	Per   string `json:"per"` // "week" or "month"
}

// Quiet are hours, in a zone, in which nothing may arrive. From may be later
// than To: then the night between is quiet.
type Quiet struct {
	From int    `json:"from"` // minutes after midnight
	To   int    `json:"to"`
	Zone string `json:"zone"` // IANA name
}

// At tells whether t lies in the quiet hours. An unknown zone is read as UTC.
func (q *Quiet) At(t time.Time) bool {
	if q == nil || q.From == q.To {
		return false
	}
	return q.at(q.local(t))
}

func (q *Quiet) at(local time.Time) bool {
	m := local.Hour()*60 + local.Minute()
	if q.From < q.To {
		return m >= q.From && m < q.To
	}
	return m >= q.From || m < q.To
}

// Turns returns what At does, and the first moment after t at which that may
// be otherwise; the zero time when it never is.
func (q *Quiet) Turns(t time.Time) (quiet bool, next time.Time) {
	if q == nil || q.From == q.To {
		return false, time.Time{}
	}
	const day = 24 * time.Hour
	local := q.local(t)
	now := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute +
		time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
	wait := day
	for _, edge := range [...]int{q.From, q.To} {
		until := time.Duration(edge)*time.Minute - now
		if until <= 0 {
			until += day
		}
		wait = min(wait, until)
	}
	next = t.Add(wait)
	// When the zone's clocks are put forward or back, the day has other hours.
	if _, end := local.ZoneBounds(); !end.IsZero() && end.Before(next) {
		next = end
	}
	return q.at(local), next.UTC()
}

// local returns t on the clocks of the zone; an unknown zone is read as UTC.
func (q *Quiet) local(t time.Time) time.Time {
	zone, err := time.LoadLocation(q.Zone)
	if err != nil {
		zone = time.UTC
	}
	return t.In(zone)
}

// Of returns the wishes that count on brand: the brand's own where it says
// something, else those for all. A topic is looked up slot by slot.
func (p Preferences) Of(brand string) Wishes {
	w := p.Delivery(brand)
	w.Topics = map[string]bool{}
	for slot, on := range p.All.Topics {
		w.Topics[slot] = on
	}
	for slot, on := range p.Brands[brand].Topics {
		w.Topics[slot] = on
	}
	return w
}

// Delivery is Of without the topics, which cost more to find than all else.
func (p Preferences) Delivery(brand string) Wishes {
	w := p.All
	w.Topics = nil
	own, ok := p.Brands[brand]
	if !ok {
		return w
	}
	if own.Preferred != "" {
		w.Preferred = own.Preferred
	}
	if own.Budget != nil {
		w.Budget = own.Budget
	}
	if own.Pause.After(w.Pause) {
		w.Pause = own.Pause
	}
	if own.Quiet != nil {
		w.Quiet = own.Quiet
	}
	return w
}

// Limits tells whether p may say no to something that was said yes to.
func (p Preferences) Limits() bool {
	return len(p.Brands) > 0 || len(p.Heard) > 0 || p.All.Budget != nil || p.All.Quiet != nil || !p.All.Pause.IsZero()
}

// Scoped returns the wishes said for scope itself, a brand or "" for all.
func (p Preferences) Scoped(scope string) Wishes {
	if scope == "" {
		return p.All
	}
	return p.Brands[scope]
}

// With returns p with the wishes of scope replaced. p is not changed.
func (p Preferences) With(scope string, w Wishes) Preferences {
	if scope == "" {
		p.All = w
		return p
	}
	brands := make(map[string]Wishes, len(p.Brands)+1)
	for b, old := range p.Brands {
		brands[b] = old
	}
	brands[scope] = w
	p.Brands = brands
	return p
}

// Check refuses wishes that cannot be kept: unknown slots or channels, a
// budget of no sense, hours outside the day, an unknown zone, or a pause that
// is over or lasts more than two years.
func (w Wishes) Check(topics []Topic, channels []Channel, now time.Time) error {
	var bad []errs.Field
	known := map[string]bool{}
	for i := range topics {
		for _, c := range topics[i].Channels {
			known[Slot(topics[i].Name, c)] = true
		}
	}
	for slot := range w.Topics {
		if !known[slot] {
			bad = append(bad, errs.At("topics", "error.not_a_choice"))
			break
		}
	}
	if w.Preferred != "" && w.Preferred != AnyChannel && !slices.ContainsFunc(channels, func(c Channel) bool { return c.Name == w.Preferred }) {
		bad = append(bad, errs.At("preferred", "error.not_a_choice"))
	}
	if b := w.Budget; b != nil && (b.Count < 0 || b.Count > 100 || b.Per != "week" && b.Per != "month") {
		bad = append(bad, errs.At("budget", "error.not_a_number"))
	}
	if !w.Pause.IsZero() && (!w.Pause.After(now) || w.Pause.After(now.AddDate(2, 0, 0))) {
		bad = append(bad, errs.At("pause", "error.pause_range"))
	}
	return errs.InvalidFields(append(bad, w.Quiet.check()...)...)
}

func (q *Quiet) check() []errs.Field {
	if q == nil {
		return nil
	}
	var bad []errs.Field
	const day = 24 * 60
	if q.From < 0 || q.From >= day || q.To < 0 || q.To >= day {
		bad = append(bad, errs.At("quiet", "error.not_a_time"))
	}
	if _, err := time.LoadLocation(q.Zone); err != nil || q.Zone == "" || q.Zone == "Local" {
		bad = append(bad, errs.At("zone", "error.not_a_choice"))
	}
	return bad
}

// StopTopics returns p with every topic of marketing turned off in scope, for
// "Stop all marketing". When scope is all, the brands' own wishes are turned
// off as well: nothing that was on anywhere stays on.
func (p Preferences) StopTopics(scope string, topics []Topic) Preferences {
	off := func(w Wishes) Wishes {
		slots := map[string]bool{}
		for slot, on := range w.Topics {
			slots[slot] = on
		}
		for i := range topics {
			for _, c := range topics[i].Channels {
				slots[Slot(topics[i].Name, c)] = false
			}
		}
		w.Topics = slots
		return w
	}
	if scope != "" {
		return p.With(scope, off(p.Scoped(scope)))
	}
	p.All = off(p.All)
	for brand, w := range p.Brands {
		p = p.With(brand, off(w))
	}
	return p
}

// on counts the slots that are turned on in scope, and in every brand when
// scope is all.
func (p Preferences) on(scope string, topics []Topic) int {
	n := 0
	count := func(w Wishes) {
		for i := range topics {
			for _, c := range topics[i].Channels {
				if w.Topics[Slot(topics[i].Name, c)] {
					n++
				}
			}
		}
	}
	count(p.Scoped(scope))
	if scope == "" {
		for _, w := range p.Brands {
			count(w)
		}
	}
	return n
}

// clone returns a copy that shares nothing with w.
func (w Wishes) clone() Wishes {
	w.Topics = maps.Clone(w.Topics)
	if w.Budget != nil {
		b := *w.Budget
		w.Budget = &b
	}
	if w.Quiet != nil {
		q := *w.Quiet
		w.Quiet = &q
	}
	return w
}

// current returns w without a pause that is over at now.
func (w Wishes) current(now time.Time) Wishes {
	if !w.Pause.After(now) {
		w.Pause = time.Time{}
	}
	return w
}

// same tells whether w and v wish for the same.
func (w Wishes) same(v Wishes) bool {
	return maps.Equal(w.Topics, v.Topics) && w.Preferred == v.Preferred && w.Pause.Equal(v.Pause) &&
		equal(w.Budget, v.Budget) && equal(w.Quiet, v.Quiet)
}

func equal[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}
