package rights

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
)

// MaxCooling is for how many days at most a person may want to be able to
// change their mind about an erasure.
const MaxCooling = 30

// SubjectErased is the last entry of a subject.
const SubjectErased ledger.Kind = "subject.erased"

// A Part is one sort of thing that is held of a subject, as erasure treats it.
type Part string

// What erasure deletes, in the order in which it does.
const (
	PartOffers      Part = "offers"      // what other controllers sent and waits; before what it is found by
	PartIdentifiers Part = "identifiers" // addresses and numbers
	PartValues      Part = "values"      // the profile, choices as they stand, preferences
	PartActivities  Part = "activities"  // what systems saw the person do
	PartAutomated   Part = "automated"   // what systems decided about the person
	PartSessions    Part = "sessions"    // and with them every browser is signed out
	PartCopies      Part = "copies"      // files that were made for a download
	PartLetters     Part = "letters"     // mail that was not sent yet
	PartLinks       Part = "links"       // links in mails
	PartAnswers     Part = "answers"     // what systems were answered lately
	PartTexts       Part = "texts"       // what was written in requests
	PartFiles       Part = "files"       // what was added to requests
	PartJoins       Part = "joins"       // what was weighed about other records being theirs
)

// What erasure leaves, since the controller must prove what happened (Art. 5(2)
// GDPR). None of it can be read as being about a person.
const (
	PartRecords    Part = "records"    // of consent, without who
	PartEntries    Part = "entries"    // of the ledger, unreadable without the key
	PartRequests   Part = "requests"   // their numbers and days
	PartKept       Part = "kept"       // what a law or a hold keeps, sealed anew
	PartTombstones Part = "tombstones" // keyed hashes that keep an import from bringing the person back
)

// Going lists what erasure deletes.
var Going = [...]Part{PartOffers, PartIdentifiers, PartValues, PartActivities, PartAutomated, PartSessions, PartCopies, PartLetters, PartLinks, PartAnswers, PartTexts, PartFiles, PartJoins}

// Staying lists what erasure leaves.
var Staying = [...]Part{PartKept, PartRecords, PartEntries, PartRequests, PartTombstones}

// A Holding is what is held of a subject: how many of each part, and the
// identifiers by which a later import would know them.
type Holding struct {
	Count       map[Part]int
	Identifiers []identity.Identifier
}

// A Plan is what an erasure does. The preview shows it and the store carries
// out the same one: a part that is not in it is not touched.
type Plan struct {
	Goes  []Portion
	Stays []Portion
	// Keeps are the values that a law or a hold keeps, and nothing else of them.
	Keeps []Kept
	// Tombstones are the identifiers that no import may bring back.
	Tombstones []identity.Identifier
	// Names are those by which connected systems know the person. They are kept
	// apart until those have been told.
	Names []identity.Identifier
	// Ends are the open requests that nobody answers any more.
	Ends []Request
	// Joined is how many other records of the person go with this one, each by a
	// plan of its own; a preview adds them up.
	Joined int
}

// Count returns how much there is of a part, whether it goes or stays.
func (p *Plan) Count(part Part) int {
	for _, list := range [][]Portion{p.Goes, p.Stays} {
		for _, one := range list {
			if one.Part == part {
				return one.Count
			}
		}
	}
	return 0
}

// A Portion is a part of a plan, and how much of it there is.
type Portion struct {
	Part  Part
	Count int
}

// PlanErasure works out what erasing h means. Parts of which there is nothing
// go as well: something may come to be there until the plan runs. keeps survive.
func PlanErasure(h Holding, keeps ...Kept) Plan {
	p := Plan{Keeps: keeps}
	for _, part := range Going {
		p.Goes = append(p.Goes, Portion{part, h.Count[part]})
	}
	for _, part := range Staying {
		n := h.Count[part]
		if part == PartKept {
			n = len(keeps)
		}
		p.Stays = append(p.Stays, Portion{part, n})
	}
	p.Tombstones = h.Identifiers
	return p
}

// An Erased is the row that carries out a plan within a ledger.Change: it
// deletes what goes, leaves the tombstones, and makes the subject erased, so
// that nothing can be written about them any more.
type Erased struct {
	Certificate string // id of the certificate
	Number      string // of the request
	Plan        Plan
	// Again is the erasure that a backup has undone and that this one repeats;
	// nil for the first.
	Again *Mark
}

// A Certificate says that somebody was erased, when, and what that meant. It
// names nobody.
type Certificate struct {
	ID       string
	Number   string // of the request
	ErasedAt time.Time
	// KeyGoneAt is when the key was destroyed, and with it every backup; zero
	// while that is being done.
	KeyGoneAt time.Time
	Goes      []Portion
	Stays     []Portion
	// Keeps is what is kept by law or on hold; a hold may have ended since.
	Keeps []Retained
}

// Preview returns the plan of an erasure without carrying it out.
func (s *Service) Preview(ctx context.Context, subject id.Subject) (Plan, error) {
	circle, err := s.store.Circle(ctx, subject)
	if err != nil {
		return Plan{}, err
	}
	all := Holding{Count: map[Part]int{}}
	asked, err := s.All(ctx, subject)
	if err != nil {
		return Plan{}, err
	}
	held := asked.Held()
	var keeps []Kept
	for _, one := range circle {
		h, err := s.store.Holding(ctx, one)
		if err != nil {
			return Plan{}, err
		}
		for part, n := range h.Count {
			all.Count[part] += n
		}
		all.Identifiers = append(all.Identifiers, h.Identifiers...)
		some, err := s.desk.Keeps(ctx, one, held)
		if err != nil {
			return Plan{}, err
		}
		keeps = append(keeps, some...)
	}
	plan := PlanErasure(all, keeps...)
	erasure := &Request{Kind: Erasure}
	if open := Link(erasure, asked.Requests).Known; open != nil {
		erasure = open
	}
	plan.Ends, plan.Joined = Ended(erasure, asked.Requests), len(circle)-1
	return plan, nil
}

// erase carries out an erasure that is due: everything in one change, then the
// key. A process that dies between the two leaves an erased subject whose key
// is destroyed by whoever carries the request on. holds are those of all records
// of the person.
func (s *Service) erase(ctx context.Context, r Request, docket Docket, holds Holds) error {
	h, err := s.store.Holding(ctx, r.Subject)
	if err != nil {
		return err
	}
	keeps, err := s.desk.Keeps(ctx, r.Subject, holds)
	if err != nil {
		return err
	}
	plan := PlanErasure(h, keeps...)
	plan.Names, plan.Ends = s.desk.Names(h.Identifiers), Ended(&r, docket.Requests)
	done, t, err := r.With(Act{Move: Fulfil, At: s.clock.Now(), Actor: program})
	if err != nil {
		return err
	}
	row := Erased{Certificate: id.New(), Number: r.Number, Plan: plan}
	done.Matter.Text, done.Steps = "", nil
	letters, err := s.desk.Letters(ctx, done, "erased:"+row.Certificate)
	if err != nil {
		return err
	}
	if err := s.eraseJoined(ctx, &r, holds); err != nil {
		return err
	}
	closed, err := s.closed(plan.Ends)
	if err != nil {
		return err
	}
	_, err = s.store.Commit(ctx, ledger.Change{
		Subject: r.Subject, Base: docket.Version, At: s.clock.Now(), Actor: program, Brand: r.Brand, Cause: string(r.ID),
		Entries: []ledger.Draft{
			{Kind: t.Entry, Payload: Trace{Request: r.ID, Number: r.Number, Kind: r.Kind}},
			{Kind: SubjectErased, Payload: row.Certificate},
		},
		Rows: slices.Concat(closed, []any{done, row}, letters),
	})
	if err != nil {
		return err
	}
	return s.finish(ctx, r.Subject)
}

// finish destroys the key of an erased subject, once the erasure stands outside
// the database too. It may be repeated.
func (s *Service) finish(ctx context.Context, subject id.Subject) error {
	if err := s.desk.Erased(ctx); err != nil {
		return fmt.Errorf("copy erasure: %w", err)
	}
	err := s.store.DestroyErased(ctx, subject, s.clock.Now())
	if errors.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("destroy key: %w", err)
	}
	return nil
}

// closed are the requests that end with an erasure, as that leaves them.
func (s *Service) closed(ends []Request) ([]any, error) {
	var closed []any
	for _, o := range ends {
		over, _, err := o.With(Act{Move: Cancel, At: s.clock.Now(), Actor: ledger.Self(o.Subject), Ground: Superseded})
		if err != nil {
			return nil, err
		}
		closed = append(closed, over)
	}
	return closed, nil
}

// eraseJoined erases the other records of the person, each with a certificate
// of its own and the number of the one request. They go before the record that
// has the request, so that a repetition finds what is left.
func (s *Service) eraseJoined(ctx context.Context, r *Request, holds Holds) error {
	circle, err := s.store.Circle(ctx, r.Subject)
	if err != nil {
		return err
	}
	for _, other := range circle {
		if other == r.Subject {
			continue
		}
		err := s.eraseRecord(ctx, r, other, holds)
		if err != nil && !errors.Is(err, errs.Gone) && !errors.Is(err, errs.NotFound) {
			return fmt.Errorf("erase a joined record: %w", err)
		}
		if err := s.finish(ctx, other); err != nil {
			return err
		}
	}
	return nil
}

// eraseRecord erases another record of the person. What was asked for there since
// holds was read is seen: then it is errs.Conflict, and all is decided again.
func (s *Service) eraseRecord(ctx context.Context, r *Request, other id.Subject, holds Holds) error {
	return ledger.Retry(func() error {
		docket, err := s.store.Docket(ctx, other)
		if err != nil {
			return err
		}
		if now := docket.Held(); Stopped(r, &docket) || slices.ContainsFunc(now.Fields, func(f string) bool { return !holds.Keeps(f) }) {
			return errs.New(errs.Conflict, "rights.error.moved_on")
		}
		h, err := s.store.Holding(ctx, other)
		if err != nil {
			return err
		}
		keeps, err := s.desk.Keeps(ctx, other, holds)
		if err != nil {
			return err
		}
		plan := PlanErasure(h, keeps...)
		plan.Names, plan.Ends = s.desk.Names(h.Identifiers), Ended(r, docket.Requests)
		closed, err := s.closed(plan.Ends)
		if err != nil {
			return err
		}
		row := Erased{Certificate: id.New(), Number: r.Number, Plan: plan}
		_, err = s.store.Commit(ctx, ledger.Change{
			Subject: other, Base: docket.Version, At: s.clock.Now(), Actor: program, Brand: r.Brand, Cause: string(r.ID),
			Entries: []ledger.Draft{{Kind: SubjectErased, Payload: row.Certificate}},
			Rows:    append(closed, row),
		})
		return err
	})
}
