package hook

import (
	"context"
	"maps"
	"slices"
	"time"

	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

// A Parcel is what is told to a system in its own language.
type Parcel struct {
	ID     string // of the event
	System string // that is told
	Message
	// Email and Phone are addresses that the system may have now; "" for none.
	Email, Phone string
	// Address is an e-mail address by which the other side may know somebody
	// who has no name of ours there yet. It is only to find them by: a no must
	// reach also where nothing may be had any more.
	Address string
	// Said are the topics that the system was told yes of before. A yes is said
	// once: said again, it would overrule who has unsubscribed over there since.
	Said []string
}

// A Carry tells a target's system in its own language. What came of it is said
// as the answer to a hook would say it.
type Carry func(ctx context.Context, t *Target, p Parcel) Reply

// mostCarries is how often one delivery is carried while the person changes.
const mostCarries = 3

// carry tells a system that keeps no version. Two that are under way at once
// could arrive in the wrong order, so each looks again afterwards: whoever
// arrives last has seen the newest, or finds out and carries that.
func (q *queue) carry(d Delivery) Outcome {
	at, began := q.Clock.Now(), time.Now()
	said, err := q.Queue.Said(q.ctx, d.Endpoint, d.Subject)
	if err != nil {
		q.failed("read what was said", err)
		return q.unread(d, at)
	}
	reply, told, farewell, before := Reply{Cause: "no_connector"}, false, false, said
	for range mostCarries {
		now := q.Clock.Now()
		m, ids, tell, err := q.compose(&d, now)
		// Who was erased while this told of them may have come back over there,
		// after the farewell.
		tell = tell || m.Data.Erased && (told || !d.Tried.IsZero())
		switch {
		case err != nil:
			q.failed("write what is carried", err)
			return q.unread(d, now)
		case !tell && !told:
			d.State, d.Due, d.Over, d.Tried = Withheld, time.Time{}, now, now
			return Outcome{Delivery: d}
		case !tell, q.Carry == nil, told && d.Told == m.Data.Version && farewell == m.Data.Erased:
			o := q.judge(d, reply, at, began)
			if o.State == NotHeld && len(before) > 0 {
				o.lookAgain(before, q.Clock.Now())
			}
			return o
		}
		p := Parcel{ID: d.Entry, System: q.target.System, Message: m, Said: said}
		p.Email, p.Phone = q.value(&m, profile.TypeEmail), q.value(&m, profile.TypePhone)
		p.Address = q.address(&m, ids)
		if reply = q.Carry(q.ctx, q.target, p); reply.Status/100 != 2 {
			return q.judge(d, reply, at, began)
		}
		d.Told, d.Fields, told = m.Data.Version, slices.Sorted(maps.Keys(m.Data.Fields)), true
		farewell = m.Data.Erased
		said = reply.Said
		d.Said = said
	}
	return q.judge(d, Reply{Cause: "moved"}, at, began)
}

// mostLooks is how often somebody is looked for who was told yes of: a few hours.
const mostLooks = 5

// lookAgain makes a delivery wait that met nobody where a yes was followed before:
// a search over there may be behind what was just made. said stays said.
func (o *Outcome) lookAgain(said []string, now time.Time) {
	next, _ := Next(o.Tries+1, now, luck())
	if o.Tries++; o.Tries >= mostLooks {
		return
	}
	o.State, o.Cause, o.Due, o.Over, o.Said = Waiting, NotFoundYet, next, time.Time{}, said
}

// value returns a value of a type that the system may have now; "" for none.
func (q *queue) value(m *Message, t profile.Type) string {
	for _, name := range q.target.Fields {
		if f, ok := q.catalogue.Field(name); ok && f.Type == t && m.Data.Fields[name] != "" {
			return m.Data.Fields[name]
		}
	}
	return ""
}

// address returns what the system may know the person by: the address that it may
// have now, or else, where it may hold one by the declaration, the person's main
// one.
func (q *queue) address(m *Message, ids []identity.Identifier) string {
	if best := q.value(m, profile.TypeEmail); best != "" || !q.target.holds(q.catalogue, profile.TypeEmail) {
		return best
	}
	best, _ := mainAddress(ids)
	return best
}

// mainAddress returns the address that mail goes to, or else one that was proved,
// or any.
func mainAddress(ids []identity.Identifier) (best string, has bool) {
	of := -1
	for i := range ids {
		worth := 0
		switch {
		case ids[i].Kind != identity.Email:
			continue
		case ids[i].Main:
			worth = 2
		case ids[i].Verified():
			worth = 1
		}
		if worth > of {
			best, of = ids[i].Value, worth
		}
	}
	return best, of >= 0
}
