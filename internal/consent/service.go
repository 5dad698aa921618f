package consent

import (
	"context"
	"slices"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// Standings are what a decision is made on.
type Standings struct {
	Version     int64 // of the subject
	State       State
	Preferences Preferences
}

// A Store keeps what was decided.
type Store interface {
	// Standings reads state and preferences of a subject at one moment.
	Standings(ctx context.Context, subject id.Subject) (Standings, error)
	// Commit writes a change whole or not at all; errs.Conflict when the
	// subject is no longer at the change's Base.
	Commit(ctx context.Context, c ledger.Change) ([]ledger.Written, error)
}

// A Catalogue knows what is asked.
type Catalogue interface {
	Purpose(PurposeID) (*PurposeVersion, bool)
	Children(PurposeID) []*PurposeVersion
	AllPurposes() []*PurposeVersion
	AllTopics() []Topic
	AllChannels() []Channel
}

// A Service records decisions. It is safe for concurrent use: of two decisions
// made on the same state, the second is decided again on the new one, so that
// none is lost.
type Service struct {
	store     Store
	catalogue func() Catalogue
	clock     clock.Clock
	circle    func(context.Context, id.Subject) ([]id.Subject, error) // nil where nobody is joined
}

// NewService returns a Service. catalogue is asked at every call, so that a
// changed declaration counts at once.
func NewService(s Store, catalogue func() Catalogue, c clock.Clock) *Service {
	return &Service{store: s, catalogue: catalogue, clock: c}
}

// An Ask is an answer as it comes in.
type Ask struct {
	Subject id.Subject
	Actor   ledger.Actor
	Purpose PurposeID
	Answer  Answer
	Scope   string
	Locale  string
	Proof   Proof
	Brand   string
	Channel string
	At      time.Time // zero for now; earlier only for what was decided elsewhere
	Cause   string
	// Confirm prepares the second yes of a double opt-in: the rows (a link and
	// the mail that carries it) that go into the change that records the
	// first. Without it such a purpose is refused with errs.Unavailable.
	Confirm Confirm
	// Shown is what was before the person on a page of Brand. With it, the
	// answer is refused unless the words still stand, and it is about the
	// standing that counts on Brand, whatever Scope says.
	Shown *Shown
	// Reach says for whom the answer is meant where Shown alone would not: for
	// Brand, or for all brands.
	Reach Reach
}

// A Confirm prepares the second yes to a record that waits for it.
type Confirm func(context.Context, Record) (rows []any, err error)

// A Reach is how far the person means an answer to hold.
type Reach string

// The reaches.
const (
	AsItStands Reach = ""     // where the standing that counts on the brand holds
	HereOnly   Reach = "here" // on this brand, whatever holds elsewhere
	Everywhere Reach = "all"  // on all brands; a no takes back what brands have of their own
)

// scopes are what an answer is recorded for. What brands have of their own
// stays beside a yes for all, but for the brand that it is given on.
func (a *Ask) scopes(now State) []string {
	own := now.ScopeOf(a.Purpose, a.Brand)
	switch {
	case a.Shown == nil:
		return []string{a.Scope}
	case a.Reach == HereOnly:
		return []string{a.Brand}
	case a.Reach != Everywhere:
		return []string{own}
	case a.Answer != No && own != "":
		return []string{"", own}
	case a.Answer != No:
		return []string{""}
	}
	var all []string
	for _, k := range now.keysToStop(a.Purpose, "") {
		all = append(all, k.Scope)
	}
	slices.Sort(all)
	return all
}

// Shown identifies the words that a person had before them.
type Shown struct {
	Version int    // of the purpose
	Notice  string // hash of the words
}

// says tells whether s are the words of v in locale.
func (v *PurposeVersion) says(s Shown, locale string) bool {
	return s.Version == v.Number && s.Notice == v.Notice(locale).Hash
}

// shownConflict is the error for words that have changed since they were shown:
// nobody agrees to what they have not read (Art. 4(11) GDPR).
func shownConflict() error { return errs.New(errs.Conflict, "page.words_changed") }

// Decide records an answer, with what follows for the children of a parent. It
// returns the records made, the asked purpose's first; none when nothing
// changed.
//
// The errors are NotFound for an unknown purpose, Conflict for words that are
// not those that were shown, and those of the function Decide.
//
// What the person says themselves is said for every record of theirs; the
// records returned are of a.Subject, or of another where nothing changed there.
func (s *Service) Decide(ctx context.Context, a Ask) ([]Record, error) {
	if a.Actor.Kind != ledger.BySubject {
		return s.decide(ctx, a, nil)
	}
	a.Confirm = once(a.Confirm)
	var made []Record
	err := s.each(ctx, a.Subject, func(subject id.Subject) error {
		one := a
		one.Subject = subject
		leave := silent
		if subject == a.Subject {
			leave = nil
		}
		records, err := s.decide(ctx, one, leave)
		if len(made) == 0 {
			made = records
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// silent tells whether r would have a record wait for a second yes that said
// nothing so far. Nothing there stands against the yes of the person.
func silent(now State, r Record) bool {
	return r.Status == Requested && !now[Key{r.Purpose, r.Scope}].Status.No()
}

// decide is Decide at one record, without what leave tells to leave out.
func (s *Service) decide(ctx context.Context, a Ask, leave func(State, Record) bool) ([]Record, error) {
	here := a.At.IsZero()
	if here {
		a.At = s.clock.Now()
	}
	catalogue := s.catalogue()
	purpose, ok := catalogue.Purpose(a.Purpose)
	if !ok {
		return nil, errs.New(errs.NotFound, "error.no_purpose")
	}
	if a.Shown != nil && !purpose.says(*a.Shown, a.Locale) {
		return nil, shownConflict()
	}
	d := Decision{
		Subject: a.Subject, Purpose: purpose, Answer: a.Answer, Scope: a.Scope, Locale: a.Locale,
		Proof: a.Proof, Brand: a.Brand, Channel: a.Channel, At: a.At,
	}
	var records []Record
	err := ledger.Retry(func() error {
		now, err := s.store.Standings(ctx, a.Subject)
		if err != nil {
			return err
		}
		d.Heard = now.Preferences.Heard
		if here {
			d.At = d.Heard.after(a.At)
		}
		var all []Decision
		for _, d.Scope = range a.scopes(now.State) {
			all = append(all, WithChildren(now.State, d, catalogue.Children(a.Purpose))...)
		}
		records, err = decideAll(now.State, all)
		if leave != nil {
			records = slices.DeleteFunc(records, func(r Record) bool { return leave(now.State, r) })
		}
		if err != nil || len(records) == 0 {
			return err
		}
		c := ledger.Change{
			Subject: a.Subject, Base: now.Version, At: a.At, Actor: a.Actor, Brand: a.Brand, Cause: a.Cause,
		}
		return s.commit(ctx, c, now.State, records, a.Confirm)
	})
	if err != nil {
		return nil, err
	}
	return records, nil
}

// decideAll decides on each; only the first may be refused, for the others
// follow from it.
func decideAll(state State, all []Decision) ([]Record, error) {
	var records []Record
	for i, d := range all {
		now, ok := state[Key{d.Purpose.Purpose, d.Scope}]
		if !ok {
			now = Standing{Status: Unknown}
		}
		r, changed, err := Decide(now, d)
		if err != nil && i == 0 {
			return nil, err
		}
		if err == nil && changed {
			records = append(records, r)
		}
	}
	return records, nil
}

// commit writes records, the state they lead to, and what a double opt-in
// needs.
func (s *Service) commit(ctx context.Context, c ledger.Change, state State, records []Record, confirm Confirm) error {
	for _, r := range records {
		state = state.With(r)
		c.Entries = append(c.Entries, r.Entry())
		c.Rows = append(c.Rows, r)
		if r.Status != Requested {
			continue
		}
		if confirm == nil {
			return errs.New(errs.Unavailable, "error.try_again")
		}
		rows, err := confirm(ctx, r)
		if err != nil {
			return err
		}
		c.Rows = append(c.Rows, rows...)
	}
	c.Rows = append(c.Rows, state)
	_, err := s.store.Commit(ctx, c)
	return err
}

// Confirmed records the second yes of a double opt-in, proved by a link that
// only the mailbox has, at every record of the person that waits for it. It is
// Gone when the first yes does not stand any more.
func (s *Service) Confirmed(ctx context.Context, first Record, proof Proof, at time.Time) (Record, error) {
	purpose, ok := s.catalogue().Purpose(first.Purpose)
	if !ok {
		return Record{}, errs.New(errs.NotFound, "error.no_purpose")
	}
	var made Record
	err := s.each(ctx, first.Subject, func(subject id.Subject) error {
		r, err := s.confirmed(ctx, subject, purpose, first, proof, at)
		if subject == first.Subject {
			made = r
		}
		return err
	})
	return made, err
}

// confirmed is Confirmed at one record. It does nothing at another than that of
// first which does not wait.
func (s *Service) confirmed(ctx context.Context, subject id.Subject, purpose *PurposeVersion, first Record, proof Proof, at time.Time) (Record, error) {
	var made Record
	err := ledger.Retry(func() error {
		now, err := s.store.Standings(ctx, subject)
		if err != nil {
			return err
		}
		own, scope := subject == first.Subject, first.Scope
		if !own {
			scope = now.State.ScopeOf(first.Purpose, first.Brand)
		}
		st := now.State[Key{first.Purpose, scope}]
		switch waits := st.Status == Requested && st.Version == first.Version; {
		case own && (!waits || st.Record != first.ID):
			return errs.New(errs.Gone, "error.confirmation_over")
		case !waits:
			return nil
		}
		r, changed, err := Decide(st, Decision{
			Subject: subject, Purpose: purpose, Answer: Yes, Scope: scope, Locale: first.Locale,
			Proof: proof, Brand: first.Brand, Channel: "mail", At: now.Preferences.Heard.after(at), Heard: now.Preferences.Heard,
		})
		if err != nil {
			return err
		}
		if !changed {
			return errs.New(errs.Gone, "error.confirmation_over")
		}
		made = r
		return s.commit(ctx, ledger.Change{
			Subject: subject, Base: now.Version, At: at, Actor: ledger.Self(subject),
			Brand: first.Brand, Cause: string(first.ID),
		}, now.State, []Record{r}, nil)
	})
	return made, err
}
