package consent

import (
	"context"
	"time"

	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// The kinds of ledger entry about preferences.
const (
	PreferenceChanged ledger.Kind = "preference.changed"
	MarketingStopped  ledger.Kind = "marketing.stopped"
)

// A WishTrace is the sealed payload of an entry about preferences.
type WishTrace struct {
	Scope    string    `json:"scope,omitempty"`
	Proof    ProofKind `json:"proof,omitempty"`
	Language string    `json:"language,omitempty"`
	Was      *Wishes   `json:"was,omitempty"`
	Is       *Wishes   `json:"is,omitempty"`
	Stopped  []string  `json:"stopped,omitempty"` // purposes, for a stop
	// Brands are the brands' own wishes before a stop everywhere, so that each
	// part of it can be taken back.
	Brands map[string]Wishes `json:"brands,omitempty"`
}

// A Wisher is who changes preferences, and where.
type Wisher struct {
	Subject id.Subject
	Actor   ledger.Actor
	Brand   string
	Proof   Proof
	Locale  string
	Channel string
}

// Wish replaces the wishes of scope, a brand or "" for all, by what change
// makes of them. It says whether anything is different then.
func (s *Service) Wish(ctx context.Context, w Wisher, scope string, change func(Wishes) Wishes) (changed bool, err error) {
	entry, err := s.wish(ctx, w, scope, func(p Preferences) Preferences {
		return p.With(scope, change(p.Scoped(scope).clone()))
	})
	return entry != "", err
}

// Speak sets the language in which the person is written to.
func (s *Service) Speak(ctx context.Context, w Wisher, language string) error {
	_, err := s.wish(ctx, w, "", func(p Preferences) Preferences {
		p.Language = language
		return p
	})
	return err
}

// wish replaces preferences by what change makes of them; change may touch the
// wishes of scope and the language. A pause that is over is forgotten first. It
// returns the entry that tells of it, "" when nothing is different.
//
// It is done for every record of the person; the entry is of w.Subject, or of
// another where nothing is different there.
func (s *Service) wish(ctx context.Context, w Wisher, scope string, change func(Preferences) Preferences) (entry string, err error) {
	err = s.each(ctx, w.Subject, func(subject id.Subject) error {
		one := w
		one.Subject = subject
		made, err := s.wishFor(ctx, one, scope, change)
		if entry == "" {
			entry = made
		}
		return err
	})
	return entry, err
}

func (s *Service) wishFor(ctx context.Context, w Wisher, scope string, change func(Preferences) Preferences) (entry string, err error) {
	at := s.clock.Now()
	catalogue := s.catalogue()
	err = ledger.Retry(func() error {
		now, err := s.store.Standings(ctx, w.Subject)
		if err != nil {
			return err
		}
		was := now.Preferences.Scoped(scope).current(at)
		next := change(now.Preferences.With(scope, was))
		is := next.Scoped(scope)
		if err := is.Check(catalogue.AllTopics(), catalogue.AllChannels(), at); err != nil {
			return err
		}
		entry, err = s.commitWishes(ctx, w, now, was, next, scope, at)
		return err
	})
	return entry, err
}

// commitWishes writes next in place of now, where was stood in scope, and
// returns the entry that tells of it; "" when the two do not differ.
func (s *Service) commitWishes(ctx context.Context, w Wisher, now Standings, was Wishes, next Preferences, scope string, at time.Time) (entry string, err error) {
	trace, is := WishTrace{Scope: scope, Proof: w.Proof.Kind}, next.Scoped(scope)
	if next.Language != now.Preferences.Language {
		trace.Language = next.Language
	}
	if !was.same(is) {
		trace.Was, trace.Is = &was, &is
	}
	if trace.Language == "" && trace.Is == nil {
		return "", nil
	}
	entry = id.New()
	_, err = s.store.Commit(ctx, ledger.Change{
		Subject: w.Subject, Base: now.Version, At: at, Actor: w.Actor, Brand: w.Brand,
		Entries: []ledger.Draft{{ID: entry, Kind: PreferenceChanged, Payload: trace}},
		Rows:    []any{next},
	})
	return entry, err
}

// Language returns the language in which the person wants to be written to, ""
// when they did not say.
func (s *Service) Language(ctx context.Context, subject id.Subject) (string, error) {
	now, err := s.store.Standings(ctx, subject)
	return now.Preferences.Language, err
}

// A Stop is what "Stop all marketing" would do, or did.
type Stop struct {
	Purposes []*PurposeVersion // that end with it
	Records  []Record
	Topics   int // topic and channel pairs that were on
}

// StopPlan tells what StopMarketing would do, from the same rule.
func (s *Service) StopPlan(ctx context.Context, w Wisher, scope string) (Stop, error) {
	now, err := s.store.Standings(ctx, w.Subject)
	if err != nil {
		return Stop{}, err
	}
	stop, _ := s.planStop(now, w, scope)
	whole, err := s.wished(ctx, w.Subject)
	stop.Topics = whole.on(scope, marketingTopics(s.catalogue()))
	return stop, err
}

// StopMarketing says no to every purpose of direct marketing in scope and
// turns every topic off, in one change (Art. 21(3) GDPR). Each is taken back
// by itself. It is done for every record of the person; what is returned is of
// w.Subject.
func (s *Service) StopMarketing(ctx context.Context, w Wisher, scope string) (stop Stop, err error) {
	before, err := s.wished(ctx, w.Subject)
	if err != nil {
		return stop, err
	}
	err = s.each(ctx, w.Subject, func(subject id.Subject) error {
		one := w
		one.Subject = subject
		stopped, err := s.stopMarketing(ctx, one, scope, before)
		if subject == w.Subject {
			stop = stopped
		}
		return err
	})
	return stop, err
}

// stopMarketing stops it at one record of somebody who wished for before: what
// was on for them, and not at the record alone, is what may be taken back.
func (s *Service) stopMarketing(ctx context.Context, w Wisher, scope string, before Preferences) (Stop, error) {
	var stop Stop
	err := ledger.Retry(func() error {
		now, err := s.store.Standings(ctx, w.Subject)
		if err != nil {
			return err
		}
		var next Standings
		stop, next = s.planStop(now, w, scope)
		if len(stop.Records) == 0 && stop.Topics == 0 {
			return nil
		}
		if len(before.Joined) == 0 {
			before = now.Preferences
		}
		was, is := before.Scoped(scope), next.Preferences.Scoped(scope)
		trace := WishTrace{Scope: scope, Was: &was, Is: &is}
		if scope == "" {
			trace.Brands = before.Brands
		}
		c := ledger.Change{
			Subject: w.Subject, Base: now.Version, At: s.clock.Now(), Actor: w.Actor, Brand: w.Brand,
			Rows: []any{next.State, next.Preferences},
		}
		for _, v := range stop.Purposes {
			trace.Stopped = append(trace.Stopped, string(v.Purpose))
		}
		c.Entries = append(c.Entries, ledger.Draft{Kind: MarketingStopped, Payload: trace})
		for _, r := range stop.Records {
			c.Entries = append(c.Entries, r.Entry())
			c.Rows = append(c.Rows, r)
		}
		_, err = s.store.Commit(ctx, c)
		return err
	})
	return stop, err
}

// planStop is the rule of StopMarketing.
func (s *Service) planStop(now Standings, w Wisher, scope string) (Stop, Standings) {
	at := s.clock.Now()
	catalogue := s.catalogue()
	var stop Stop
	next := now
	for _, v := range catalogue.AllPurposes() {
		if !v.Marketing || !v.Asks() || scope != "" && !v.On(scope) {
			continue
		}
		for _, k := range now.State.keysToStop(v.Purpose, scope) {
			st, ok := now.State[k]
			if !ok {
				st = Standing{Status: Unknown}
			}
			r, changed, err := Decide(st, Decision{
				Subject: w.Subject, Purpose: v, Answer: No, Scope: k.Scope, Locale: w.Locale,
				Proof: w.Proof, Brand: w.Brand, Channel: w.Channel, At: at,
			})
			if err != nil || !changed {
				continue
			}
			stop.Records = append(stop.Records, r)
			next.State = next.State.With(r)
			if len(stop.Purposes) == 0 || stop.Purposes[len(stop.Purposes)-1] != v {
				stop.Purposes = append(stop.Purposes, v)
			}
		}
	}
	topics := marketingTopics(catalogue)
	stop.Topics = now.Preferences.on(scope, topics)
	next.Preferences = now.Preferences.StopTopics(scope, topics)
	return stop, next
}

// keysToStop returns scope's key, and when scope is all those of the brands
// that have an own decision.
func (s State) keysToStop(p PurposeID, scope string) []Key {
	keys := []Key{{p, scope}}
	if scope == "" {
		for k := range s {
			if k.Purpose == p && k.Scope != "" {
				keys = append(keys, k)
			}
		}
	}
	return keys
}

// marketingTopics are the topics that come for a purpose of direct marketing.
func marketingTopics(c Catalogue) []Topic {
	var topics []Topic
	for _, t := range c.AllTopics() {
		if v, ok := c.Purpose(t.Purpose); ok && v.Marketing {
			topics = append(topics, t)
		}
	}
	return topics
}
