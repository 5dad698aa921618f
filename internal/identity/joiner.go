package identity

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// The kinds of ledger entry about joining. Both subjects have one.
const (
	SubjectMerged    ledger.Kind = "subject.merged"
	SubjectSeparated ledger.Kind = "subject.separated"
)

// A JoinTrace is the sealed payload of these entries.
type JoinTrace struct {
	Join     string     `json:"join"`
	With     id.Subject `json:"with"`
	Evidence []Evidence `json:"evidence,omitempty"`
	Reason   string     `json:"reason,omitempty"`
}

// A Near is a stretch of the ledger with the subjects that something in it
// brought near to others: they bear an identifier of those others.
type Near struct {
	Lane  int
	Until int64
	Pairs [][2]id.Subject
}

// A JoinStore keeps joins.
type JoinStore interface {
	// Nearby returns what was not looked at yet, for at most so many entries of
	// each lane.
	Nearby(ctx context.Context, limit int) ([]Near, error)
	// Looked notes that n was looked at.
	Looked(ctx context.Context, n Near) error
	// Side returns what an active subject is known by.
	Side(ctx context.Context, subject id.Subject) (Side, error)
	// Joins returns the joins of a subject, in any state, oldest first.
	Joins(ctx context.Context, subject id.Subject) ([]Join, error)
	// Join returns one; errs.NotFound for none.
	Join(ctx context.Context, join string) (Join, error)
	// Circle returns the subjects that are joined with one, itself among them,
	// oldest first.
	Circle(ctx context.Context, subject id.Subject) ([]id.Subject, error)
	// CommitJoins writes joins and what they change in the circles of their
	// subjects together with changes, or nothing. The error is Conflict when one
	// of joins is not what it was any more, or when they are Reunited.
	CommitJoins(ctx context.Context, joins []Join, changes ...ledger.Change) error
}

// A Joiner joins subjects and takes them apart. It is safe for concurrent use.
type Joiner struct {
	store JoinStore
	clock clock.Clock
}

// NewJoiner returns a Joiner.
func NewJoiner(s JoinStore, c clock.Clock) *Joiner { return &Joiner{s, c} }

// MostNear is how many subjects may bear an identifier for it to bring them near
// to each other. One that more bear, as a company's, says nothing about anybody.
const MostNear = 20

// joining is the actor of what rules decide.
var joining = ledger.Actor{Kind: ledger.ByProgram, ID: "identity.join"}

// weighers is how many pairs are weighed at the same time; the store commits them
// together.
const weighers = 16

// nearAtOnce is how many entries of a lane are looked at in one go.
const nearAtOnce = 500

// Turn weighs everybody whom the ledger brought near to others since the last
// turn, and returns how many pairs were weighed.
func (s *Joiner) Turn(ctx context.Context) (int, error) {
	weighed := 0
	for {
		all, err := s.store.Nearby(ctx, nearAtOnce)
		if err != nil || len(all) == 0 {
			return weighed, err
		}
		for _, n := range all {
			pairs := map[[2]id.Subject]bool{}
			for _, p := range n.Pairs {
				older, newer := pair(p[0], p[1])
				pairs[[2]id.Subject{older, newer}] = true
			}
			g, within := errgroup.WithContext(ctx)
			g.SetLimit(weighers)
			for p := range pairs {
				g.Go(func() error { return s.Weigh(within, p[0], p[1]) })
			}
			if err := g.Wait(); err != nil {
				return weighed, err
			}
			weighed += len(pairs)
			if err := s.store.Looked(ctx, n); err != nil {
				return weighed, err
			}
		}
	}
}

// Weigh compares two subjects and joins them where a rule is enough. It is no
// error when one of them is not there any more.
func (s *Joiner) Weigh(ctx context.Context, a, b id.Subject) error {
	older, newer := pair(a, b)
	err := ledger.Retry(func() error {
		before, err := s.between(ctx, older, newer)
		if err != nil {
			return err
		}
		x, err := s.store.Side(ctx, older)
		if err != nil {
			return err
		}
		y, err := s.store.Side(ctx, newer)
		if err != nil {
			return err
		}
		j, changed := Weigh(before, Compare(x, y))
		if !changed {
			return nil
		}
		at := s.clock.Now()
		if j.ID == "" {
			j.ID, j.Older, j.Newer, j.FoundAt = id.New(), older, newer, at
		}
		if j.State != Joined {
			return s.store.CommitJoins(ctx, []Join{j})
		}
		circle, err := s.store.Circle(ctx, older)
		if err != nil {
			return err
		}
		if slices.Contains(circle, newer) {
			// They are read as one already: nothing is read differently, so that
			// nobody is told. It holds them together when another record leaves.
			j.DecidedAt, j.By = at, ledger.ByProgram
			return s.store.CommitJoins(ctx, []Join{j})
		}
		against, err := s.Against(ctx, older, newer)
		if err != nil {
			return err
		}
		if len(against) > 0 {
			if j.State = Waiting; before.State == Waiting && alike(before.Evidence, j.Evidence) {
				return nil
			}
			return s.store.CommitJoins(ctx, []Join{j})
		}
		j.DecidedAt, j.By = at, ledger.ByProgram
		return s.store.CommitJoins(ctx, []Join{j}, entries(j, SubjectMerged, joining, at, x, y)...)
	})
	if errors.Is(err, errs.NotFound) || errors.Is(err, errs.Gone) {
		return nil
	}
	return err
}

// Introduce writes c, which makes the record fresh, and joins it with a known one
// where a rule is enough: nobody ever reads it alone. The error is Conflict when
// the known one has moved on since it was read.
func (s *Joiner) Introduce(ctx context.Context, known, fresh Side, c ledger.Change) error {
	j := Join{ID: id.New(), FoundAt: c.At, DecidedAt: c.At, By: ledger.ByProgram}
	j.Older, j.Newer = pair(known.Subject, fresh.Subject)
	if j, _ = Weigh(j, Compare(known, fresh)); j.State != Joined {
		return s.store.CommitJoins(ctx, nil, c) // what speaks for it is weighed behind the ledger
	}
	told := entries(j, SubjectMerged, joining, c.At, known, fresh)
	c.Entries = append(c.Entries, told[1].Entries...)
	return s.store.CommitJoins(ctx, []Join{j}, told[0], c)
}

// Against returns who of one's circle was taken apart, or kept, from whom of the
// other's: no rule brings these together again by way of others.
func (s *Joiner) Against(ctx context.Context, one, other id.Subject) ([]Join, error) {
	here, err := s.store.Circle(ctx, one)
	if err != nil {
		return nil, err
	}
	there, err := s.store.Circle(ctx, other)
	if err != nil {
		return nil, err
	}
	var against []Join
	for _, member := range here {
		all, err := s.store.Joins(ctx, member)
		if err != nil {
			return nil, err
		}
		for _, j := range all {
			if j.State == Apart && slices.Contains(there, j.Other(member)) {
				against = append(against, j)
			}
		}
	}
	return against, nil
}

// between returns the join of two subjects, the zero Join for none.
func (s *Joiner) between(ctx context.Context, older, newer id.Subject) (Join, error) {
	all, err := s.store.Joins(ctx, newer)
	if err != nil {
		return Join{}, err
	}
	for _, j := range all {
		if j.Older == older {
			return j, nil
		}
	}
	return Join{}, nil
}

// entries tells both subjects of a join.
func entries(j Join, kind ledger.Kind, by ledger.Actor, at time.Time, sides ...Side) []ledger.Change {
	var all []ledger.Change
	for _, side := range sides {
		all = append(all, ledger.Change{
			Subject: side.Subject, Base: side.Version, At: at, Actor: by, Cause: j.ID,
			Entries: []ledger.Draft{{Kind: kind, Payload: JoinTrace{
				Join: j.ID, With: j.Other(side.Subject), Evidence: j.Evidence, Reason: j.Reason,
			}}},
		})
	}
	return all
}

// Decide is a staff member's word on two subjects: they are joined, or kept
// apart. A reason is needed. It is errs.NotFound for a join that is not there,
// and errs.Conflict for one on which somebody has decided.
func (s *Joiner) Decide(ctx context.Context, by ledger.Actor, join string, one bool, reason string) error {
	reason, err := reasonOf(reason)
	if err != nil {
		return err
	}
	return ledger.Retry(func() error {
		j, err := s.store.Join(ctx, join)
		if err != nil {
			return err
		}
		if j.State != Waiting {
			return errs.New(errs.Conflict, "error.join_decided")
		}
		at := s.clock.Now()
		if !one {
			told := j
			told.Reason = reason
			return s.part(ctx, told, []Join{j.Part(by.Kind, reason, at)}, by, at)
		}
		j.State, j.By, j.DecidedAt, j.Reason = Joined, by.Kind, at, reason
		x, err := s.store.Side(ctx, j.Older)
		if err != nil {
			return err
		}
		y, err := s.store.Side(ctx, j.Newer)
		if err != nil {
			return err
		}
		return s.store.CommitJoins(ctx, []Join{j}, entries(j, SubjectMerged, by, at, x, y)...)
	})
}

// reasonOf returns the reason of a staff member as it is kept.
func reasonOf(typed string) (string, error) {
	reason := strings.TrimSpace(typed)
	switch {
	case reason == "":
		return "", errs.InvalidFields(errs.At("reason", "error.required"))
	case utf8.RuneCountInString(reason) > maxReason:
		return "", errs.InvalidFields(errs.At("reason", "error.too_long", "max", maxReason))
	case strings.ContainsFunc(reason, unicode.IsControl):
		return "", errs.InvalidFields(errs.At("reason", "error.control_characters"))
	}
	return reason, nil
}

// maxReason is how many letters the reason of a staff member may have.
const maxReason = 300

// Separate is the word of subject that the other record of a join is not
// theirs: that record leaves the circle, and no rule brings it back by what is
// known now. Of two others the younger leaves. It is errs.NotFound for a join
// that is not in the subject's circle, or not in force.
func (s *Joiner) Separate(ctx context.Context, subject id.Subject, join, brand string) error {
	return ledger.Retry(func() error {
		j, err := s.store.Join(ctx, join)
		if err != nil {
			return err
		}
		circle, err := s.store.Circle(ctx, subject)
		if err != nil {
			return err
		}
		if j.State != Joined || !slices.Contains(circle, j.Older) || !slices.Contains(circle, j.Newer) {
			return errs.New(errs.NotFound, "error.no_join")
		}
		leaving := j.Newer
		if j.Concerns(subject) {
			leaving = j.Other(subject)
		}
		return s.leave(ctx, j, leaving, circle, ledger.Self(subject), "", brand)
	})
}

// TakeApart is a staff member's word that the two records of a join in force,
// whoever joined them, are not of one person: the younger leaves the circle. A
// reason is needed, which both read. It is errs.NotFound for a join that is not
// there, and errs.Conflict for one that is not in force.
func (s *Joiner) TakeApart(ctx context.Context, by ledger.Actor, join, reason string) error {
	reason, err := reasonOf(reason)
	if err != nil {
		return err
	}
	return ledger.Retry(func() error {
		j, err := s.store.Join(ctx, join)
		if err != nil {
			return err
		}
		if j.State != Joined {
			return errs.New(errs.Conflict, "error.join_decided")
		}
		circle, err := s.store.Circle(ctx, j.Newer)
		if err != nil {
			return err
		}
		return s.leave(ctx, j, j.Newer, circle, by, reason)
	})
}

// leave takes a record out of all its joins in a circle; both of j are told.
func (s *Joiner) leave(ctx context.Context, j Join, leaving id.Subject, circle []id.Subject, by ledger.Actor, reason string, brand ...string) error {
	all, err := s.store.Joins(ctx, leaving)
	if err != nil {
		return err
	}
	at := s.clock.Now()
	var parted []Join
	for _, one := range all {
		if one.State != Apart && slices.Contains(circle, one.Other(leaving)) {
			parted = append(parted, one.Part(by.Kind, reason, at))
		}
	}
	if reason != "" {
		j.Reason = reason
	}
	return s.part(ctx, j, parted, by, at, brand...)
}

// part writes joins that are over, and tells both subjects of j.
func (s *Joiner) part(ctx context.Context, j Join, parted []Join, by ledger.Actor, at time.Time, brand ...string) error {
	x, err := s.store.Side(ctx, j.Older)
	if err != nil {
		return err
	}
	y, err := s.store.Side(ctx, j.Newer)
	if err != nil {
		return err
	}
	changes := entries(j, SubjectSeparated, by, at, x, y)
	for i := range changes {
		changes[i].Brand = strings.Join(brand, "")
	}
	return s.store.CommitJoins(ctx, parted, changes...)
}
