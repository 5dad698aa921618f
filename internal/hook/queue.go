package hook

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/outbound"
)

// A queue is what one endpoint is being sent, from the first delivery that is
// due until nothing is.
type queue struct {
	*Worker
	catalogue Catalogue
	target    *Target
	standing  Standing

	busy int // exchanges on their way
	more bool
}

// maxRun bounds how long a queue works without looking at the declaration, the
// mode and the secrets again.
const maxRun = 5 * time.Second

// run sends what is due. What became of deliveries and the next claim share a
// transaction.
func (q *queue) run() {
	results := make(chan Outcome, q.opts.AtOnce)
	var done []Outcome
	began := time.Now()
	for {
		now := q.Clock.Now()
		t := q.settle(done, now)
		limit, probe := q.standing.ready(now, q.opts.AtOnce)
		if !q.stopping() && time.Since(began) < maxRun {
			t.Limit, t.Probe = max(limit-q.busy, 0), probe && q.busy == 0
		} else {
			q.more = true
		}
		claimed, err := q.Queue.Turn(q.ctx, t)
		if err != nil {
			// What was done is due again when its lease is over: told twice
			// rather than never.
			q.failed("settle deliveries", err)
			claimed = nil
		}
		q.mark(t.Health, err)
		done = done[:0]
		for _, d := range claimed {
			q.busy++
			go func() { results <- q.attempt(d) }()
		}
		if q.busy == 0 {
			return
		}
		done = q.gather(done, results)
	}
}

// gather waits for one result and takes with it those that are there. It does
// not wait for long: beside a slow exchange there is room for others.
func (q *queue) gather(done []Outcome, results <-chan Outcome) []Outcome {
	patience := time.NewTimer(q.opts.Poll)
	defer patience.Stop()
	select {
	case o := <-results:
		done = append(done, o)
		q.busy--
	case <-patience.C:
	}
	for {
		select {
		case o := <-results:
			done = append(done, o)
			q.busy--
		default:
			return done
		}
	}
}

// settle is the turn that writes outcomes.
func (q *queue) settle(done []Outcome, now time.Time) Turn {
	t := Turn{Endpoint: q.target.ID, Now: now, Outcomes: done, Lease: q.opts.Lease}
	failing := !q.standing.Failing.IsZero()
	next, changed := q.standing.After(done, now)
	if changed {
		t.Health = &next
		t.Hurry = failing && next.Failing.IsZero()
	}
	q.standing.Health = next
	if t.Hurry {
		q.standing.Due = now
	}
	return t
}

// mark notes in ledger and log when an endpoint is not sent to any more.
func (q *queue) mark(h *Health, err error) {
	if h == nil || h.Mode == Active || err != nil {
		return
	}
	err = q.Queue.SetMode(q.ctx, q.target.ID, h.Mode, h.Cause, "", ledger.Actor{Kind: ledger.ByProgram, ID: "hooks"}, h.Since)
	if err != nil {
		q.failed("mark endpoint", err)
		return
	}
	q.opts.Log.Error("endpoint is not sent to any more; livingprofile hooks resume takes it up again",
		"endpoint", q.target.ID, "mode", h.Mode, "cause", h.Cause)
}

func (q *queue) failed(what string, err error) {
	if q.ctx.Err() == nil {
		q.opts.Log.Error(what, "endpoint", q.target.ID, "error", err)
	}
}

// attempt sends one delivery and judges the answer.
func (q *queue) attempt(d Delivery) Outcome {
	began := time.Now()
	o := q.send(d)
	q.opts.Observe(o.State, time.Since(began))
	return o
}

func (q *queue) send(d Delivery) Outcome {
	if q.target.Speaks != "" {
		return q.carry(d)
	}
	now := q.Clock.Now()
	m, _, tell, err := q.compose(&d, now)
	if err != nil {
		q.failed("write body", err)
		return q.unread(d, now)
	}
	if !tell {
		d.State, d.Due, d.Over, d.Tried = Withheld, time.Time{}, now, now
		return Outcome{Delivery: d}
	}
	body, media, err := m.Write(q.target.Envelope, q.Source, d.Entry)
	if err != nil {
		q.failed("write body", err)
		return q.unread(d, now)
	}
	d.Told, d.Fields = m.Data.Version, slices.Sorted(maps.Keys(m.Data.Fields))
	began := time.Now()
	reply := Post(q.ctx, q.Door, outbound.Letter{
		URL: q.target.URL, Headers: Headers(q.standing.Secrets, d.Entry, now, media, body), Body: body,
	})
	if err := q.take(&d, reply); err != nil {
		q.failed("take in what an answer brought", err)
		return q.unread(d, now)
	}
	o := Judge(d, reply, q.Clock.Now(), luck())
	a := Attempt{At: now, Status: reply.Status, Took: time.Since(began).Truncate(time.Millisecond)}
	if !o.Worked {
		a.Cause = o.Cause
	}
	o.attempted(a)
	return o
}

// unread is the outcome of a delivery whose body could not be written: nothing
// is the endpoint's fault.
func (q *queue) unread(d Delivery, now time.Time) Outcome {
	d.Tried = now
	d.again(now, 0, luck(), "unread")
	return Outcome{Delivery: d, Unread: true}
}

// compose reads what holds of the subject now.
func (q *queue) compose(d *Delivery, now time.Time) (m Message, ids []identity.Identifier, tell bool, err error) {
	s := Snapshot{At: now}
	if s.Alias, err = q.Alias(q.target.System, d.Subject); err != nil {
		return Message{}, nil, false, err
	}
	if s.Facts, err = q.People.Facts(q.ctx, d.Subject); err == nil && q.target.Body == Full {
		s.Identifiers, err = q.People.Identifiers(q.ctx, d.Subject)
	}
	if errors.Is(err, errs.Gone) || errors.Is(err, errs.NotFound) {
		return Farewell(d, s.Alias), nil, d.Kind == Erased, nil
	}
	if err != nil {
		return Message{}, nil, false, err
	}
	m, tell = Compose(q.catalogue, q.target, d, s)
	return m, s.Identifiers, tell, nil
}

// Post sends a letter; an error is a reply too.
func Post(ctx context.Context, door Door, l outbound.Letter) Reply {
	a, err := door.Post(ctx, l)
	switch {
	case err == nil:
		return Reply{Status: a.Status, RetryAfter: a.RetryAfter, Type: a.Type, Body: a.Body}
	case errors.Is(err, outbound.ErrRefused):
		return Reply{Cause: "address_refused"}
	case errors.Is(err, context.DeadlineExceeded):
		return Reply{Cause: "too_slow"}
	}
	return Reply{Cause: "not_reached"}
}
