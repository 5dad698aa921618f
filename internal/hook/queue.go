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
// due until nothing is. Some are claimed ahead, so that exchanges go on while
// the database writes what became of others.
type queue struct {
	*Worker
	catalogue Catalogue
	target    *Target
	standing  Standing
	written   Health // as it is kept
	mode      Mode   // as it is kept; of who takes turns

	ahead []Delivery // claimed, and not begun
	busy  int        // exchanges on their way
	done  []Outcome  // to be written
	more  bool       // not all that is due was sent
}

const (
	// maxRun bounds how long a queue works without looking at the declaration,
	// the mode and the secrets again, and how long a claim waits.
	maxRun = 5 * time.Second
	// maxAhead bounds how many deliveries are claimed ahead.
	maxAhead = 256
)

// run sends what is due. What became of deliveries and the next claim share a
// transaction, which goes on beside the exchanges.
func (q *queue) run() {
	results, turns := make(chan Outcome, q.opts.AtOnce), make(chan []Delivery, 1)
	tick := time.NewTicker(q.opts.Poll)
	defer tick.Stop()
	ends := time.Now().Add(min(maxRun, q.opts.Lease/2))
	q.written, q.mode = q.standing.Health, q.standing.Mode
	look, turning := true, false
	for {
		now := q.Clock.Now()
		limit, probe := q.standing.ready(now, q.opts.AtOnce)
		if q.stopping() || time.Now().After(ends) {
			limit, probe, q.more = 0, false, true
		}
		q.begin(limit, probe, results)
		if !turning && (look || q.worthwhile()) {
			t := q.turn(limit, probe, now)
			look, turning = false, true
			go func() { turns <- q.take(t) }()
		}
		if q.busy == 0 && !turning {
			return
		}
		select {
		case o := <-results:
			q.ended(o)
		case claimed := <-turns:
			q.ahead, turning = append(q.ahead, claimed...), false
		case <-tick.C: // beside a slow exchange there may be room for others
			look = true
		}
	}
}

// begin begins up to limit exchanges. What it may not begin any more, another
// process may have at once: an endpoint that is left alone holds nothing back.
func (q *queue) begin(limit int, probe bool, results chan<- Outcome) {
	for ; q.busy < limit && len(q.ahead) > 0; q.ahead = q.ahead[1:] {
		d := q.ahead[0]
		q.busy++
		go func() { results <- q.attempt(d) }()
	}
	if limit > 0 && !probe {
		return
	}
	for _, d := range q.ahead {
		q.done = append(q.done, Outcome{Delivery: d, Unread: true})
	}
	q.ahead = nil
}

// ended takes in what an exchange came to.
func (q *queue) ended(o Outcome) {
	q.busy--
	q.done = append(q.done, o)
	now, failing := q.Clock.Now(), !q.standing.Failing.IsZero()
	q.standing.Health = q.standing.After(&o, now)
	if failing && q.standing.Failing.IsZero() {
		q.standing.Due = now // what waits is hurried
	}
}

// worthwhile tells whether there is enough for a transaction: those that end
// close together are written together, as long as others are at hand.
func (q *queue) worthwhile() bool {
	return len(q.done) >= q.opts.AtOnce || len(q.done) > 0 && len(q.ahead) == 0
}

// turn is the next step of the queue: it writes what is done, and claims what
// lasts for some turns at the pace of this one.
func (q *queue) turn(limit int, probe bool, now time.Time) Turn {
	t := Turn{Endpoint: q.target.ID, Now: now, Outcomes: q.done, Lease: q.opts.Lease}
	if h := q.standing.Health; h != q.written {
		t.Health = &h
		if !q.written.Failing.IsZero() && h.Failing.IsZero() {
			t.Hurry = hurry(q.written.Failing, now)
		}
		q.written = h
	}
	switch {
	case !probe && limit > 0:
		t.Limit = max(min(max(4*len(q.done), q.opts.AtOnce), maxAhead)-len(q.ahead), 0)
	case probe && q.busy == 0:
		t.Limit, t.Probe = 1, true
	}
	q.done = nil
	return t
}

// take takes a turn. It runs beside the rest of the queue.
func (q *queue) take(t Turn) []Delivery {
	claimed, err := q.Queue.Turn(q.ctx, t)
	if err != nil {
		// What was done is due again when its lease is over: told twice
		// rather than never.
		q.failed("settle deliveries", err)
		claimed = nil
	}
	q.mark(t.Health, err)
	return claimed
}

// mark notes in ledger and log when an endpoint is not sent to any more, and when
// one that was given up answers again: unless staff have paused it meanwhile.
func (q *queue) mark(h *Health, err error) {
	if h == nil || h.Mode == q.mode || err != nil {
		return
	}
	if h.Mode == Active {
		standings, err := q.Queue.Standing(q.ctx, []string{q.target.ID}, h.Since)
		if now := standings[q.target.ID]; err != nil || !now.givenUp() {
			return
		}
	}
	err = q.Queue.SetMode(q.ctx, q.target.ID, h.Mode, h.Cause, "", ledger.Actor{Kind: ledger.ByProgram, ID: "hooks"}, h.Since)
	if err != nil {
		q.failed("mark endpoint", err)
		return
	}
	if q.mode = h.Mode; h.Mode == Active {
		q.opts.Log.Info("endpoint answers again, and is sent to", "endpoint", q.target.ID)
		return
	}
	q.opts.Log.Error("endpoint is not sent to any more; livingprofile hooks resume takes it up again at once",
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
	if err := q.bring(&d, reply); err != nil {
		q.failed("take in what an answer brought", err)
		return q.unread(d, now)
	}
	return q.judge(d, reply, now, began)
}

// judge is the outcome of an exchange, which is noted as an attempt.
func (q *queue) judge(d Delivery, reply Reply, now, began time.Time) Outcome {
	o := Judge(d, reply, q.Clock.Now(), luck())
	if o.State == NotHeld && d.unnamed(q.target, now) {
		o.State, o.Cause = Failed, NamesGone
	}
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
	if err == nil {
		s.Groups, err = q.People.Groups(q.ctx, d.Subject, q.target.ID)
	}
	if errors.Is(err, errs.Gone) || errors.Is(err, errs.NotFound) {
		return q.farewell(d, s.Alias)
	}
	if err != nil {
		return Message{}, nil, false, err
	}
	m, tell = Compose(q.catalogue, q.target, d, s)
	return m, s.Identifiers, tell, nil
}

// farewell is what is left to say of a subject whose data cannot be opened: that
// they were erased, which another delivery tells where this one is about
// something else.
func (q *queue) farewell(d *Delivery, alias string) (m Message, names []identity.Identifier, tell bool, err error) {
	if q.target.Body == Full {
		names, err = q.People.Names(q.ctx, d.Subject)
	}
	return Farewell(d, alias, knownAs(q.target.System, names)), names, d.Kind == Erased, err
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
