package rights

import "time"

// A Rule is what one law says about one right: the row of a law pack that a
// request froze.
type Rule struct {
	Article     string `json:"article,omitempty"`
	Acknowledge Limit  `json:"acknowledge,omitzero"`
	Answer      Limit  `json:"answer"`
	Extend      Limit  `json:"extend,omitzero"`
	Appeal      Limit  `json:"appeal,omitzero"` // until when the person may appeal against a refusal; none for no appeal
	// AppealAnswer is how long the answer to an appeal may take, without
	// extension; none for as long as the first.
	AppealAnswer Limit `json:"appeal_answer,omitzero"`
	// FromProof starts the clock when it is known who asks, if that is later
	// than receipt.
	FromProof bool `json:"from_proof,omitempty"`
	// Pauses stops the clock while the person is asked for what is needed.
	Pauses bool `json:"pauses,omitempty"`
	// Rolls has a limit that ends on a day of rest run to the end of the next
	// working day (Art. 3(4) of Regulation 1182/71).
	Rolls bool `json:"rolls,omitempty"`
	// Goal says that the law names no number ("without delay") and Answer is
	// the operator's own.
	Goal     bool     `json:"goal,omitempty"`
	Calendar string   `json:"calendar,omitempty"` // name of that of Rest
	Rest     Rest     `json:"rest,omitzero"`      // days of rest; none in what was frozen by name alone
	Grounds  []string `json:"grounds,omitempty"`  // codes on which it may be refused
	// Explained are those of Grounds whose letter says that reasons follow.
	Explained []string `json:"explained,omitempty"`
}

// A Pause is a time that is not counted. To is zero while it lasts.
type Pause struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"`
}

// Running is what a clock runs on.
type Running struct {
	Received time.Time
	Proved   time.Time // when it was known who asks; zero for at receipt
	Zone     *time.Location
	Pauses   []Pause
	Extended bool
	Appealed bool // received is when the person appealed
}

// start is the day from which a limit is counted.
func (u Rule) start(c Running) day {
	from := c.Received
	if u.FromProof && c.Proved.After(from) {
		from = c.Proved
	}
	return dayOf(from, c.Zone)
}

// Due returns the last instant at which an answer is in time. While the clock
// is stopped that is the instant as it was when the clock stopped.
//
// A paused day is one between the day of the question and the day of the
// answer; days are counted as the person counts them, in the zone of the
// controller.
func (u Rule) Due(c Running) time.Time {
	if u.Answer.None() {
		return time.Time{}
	}
	limit := u.Answer
	switch {
	case c.Appealed && !u.AppealAnswer.None():
		limit = u.AppealAnswer
	case c.Extended:
		limit = limit.plus(u.Extend)
	}
	rest := u.rest()
	last := limit.after(u.start(c), rest)
	for _, p := range c.Pauses {
		if !p.To.IsZero() {
			last = last.Add(dayOf(p.To, c.Zone).Sub(dayOf(p.From, c.Zone)))
		}
	}
	return endOf(u.roll(last, rest), c.Zone)
}

// AppealBy returns until when a refusal at a time may be appealed against; zero
// for not at all.
func (u Rule) AppealBy(refused time.Time, zone *time.Location) time.Time {
	if u.Appeal.None() {
		return time.Time{}
	}
	rest := u.rest()
	return endOf(u.roll(u.Appeal.after(dayOf(refused, zone), rest), rest), zone)
}

func (u Rule) rest() *Calendar {
	if len(u.Rest.Days) == 0 {
		return CalendarOf(u.Calendar)
	}
	return u.Rest.Calendar()
}

func (u Rule) roll(d day, rest *Calendar) day {
	for u.Rolls && !rest.Works(d) {
		d = d.AddDate(0, 0, 1)
	}
	return d
}
