package identity

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// A Rule is why two subjects may be one person.
type Rule string

// The rules. All but the last two join by themselves.
const (
	SameNumber Rule = "number" // a system gave both the same number, or both numbers to one
	SameProof  Rule = "proof"  // the same address is proved for both
	SameName   Rule = "name"   // the same e-mail address and the same name
	SameAlone  Rule = "alone"  // an address that is not proved for both: a typing mistake, or a family's
	StaffWord  Rule = "staff"  // a staff member says so
)

// Joins tells whether the rule is enough to join two subjects.
func (r Rule) Joins() bool { return r == SameNumber || r == SameProof || r == SameName }

// An Evidence is one thing that two subjects have in common.
type Evidence struct {
	Rule  Rule   `json:"rule"`
	Kind  Kind   `json:"kind,omitempty"`
	Scope string `json:"scope,omitempty"`
	Value string `json:"value,omitempty"` // normalised; personal, sealed at rest
	// Sources are who told of it, each once, in the order of the alphabet.
	Sources []string `json:"sources,omitempty"`
}

// same tells whether e and f are about the same thing by the same rule.
func (e *Evidence) same(f *Evidence) bool {
	return e.Rule == f.Rule && e.Kind == f.Kind && e.Scope == f.Scope && e.Value == f.Value
}

// A Side is what a subject is known by when two are compared.
type Side struct {
	Subject     id.Subject
	Version     int64
	Identifiers []Identifier
	// Names are the names that sources give the subject, in the form in which
	// names are compared (profile.Names).
	Names []string
}

// proved tells whether some source or the person has proved the identifier,
// even if another subject did before.
func (i *Identifier) proved() bool { return i.Verified() || !i.VouchedAt.IsZero() }

// Compare returns what speaks for two subjects being one person, the strongest
// first; nothing for no evidence. It makes no difference which is a and which
// is b, and in what order identifiers came.
//
// An address that is not proved for both proves nothing by itself, whatever
// else is alike.
func Compare(a, b Side) []Evidence {
	var all []Evidence
	for i := range a.Identifiers {
		mine := &a.Identifiers[i]
		for j := range b.Identifiers {
			theirs := &b.Identifiers[j]
			if mine.Kind != theirs.Kind || mine.Scope != theirs.Scope || mine.Value != theirs.Value {
				continue
			}
			all = append(all, Evidence{
				Rule: rule(mine, theirs, a.Names, b.Names), Kind: mine.Kind, Scope: mine.Scope, Value: mine.Value,
				Sources: sourcesOf(mine, theirs),
			})
		}
	}
	slices.SortFunc(all, func(e, f Evidence) int {
		return cmp.Or(
			e.Rule.order()-f.Rule.order(), cmp.Compare(e.Kind, f.Kind),
			cmp.Compare(e.Scope, f.Scope), cmp.Compare(e.Value, f.Value), slices.Compare(e.Sources, f.Sources),
		)
	})
	return slices.CompactFunc(all, func(e, f Evidence) bool { return e.same(&f) })
}

func rule(a, b *Identifier, mine, theirs []string) Rule {
	switch {
	case a.proved() && b.proved() && a.Scope != "":
		return SameNumber
	case a.proved() && b.proved():
		return SameProof
	case a.Kind == Email && slices.ContainsFunc(mine, func(n string) bool { return slices.Contains(theirs, n) }):
		return SameName
	}
	return SameAlone
}

// order is lower for stronger rules.
func (r Rule) order() int { return slices.Index([]Rule{SameNumber, SameProof, SameName, SameAlone}, r) }

func sourcesOf(a, b *Identifier) []string {
	all := []string{a.Source, b.Source}
	slices.Sort(all)
	return slices.Compact(all)
}

// A JoinState is what was decided about two subjects.
type JoinState string

// The states.
const (
	Joined  JoinState = "joined"
	Waiting JoinState = "waiting" // for a staff member
	Apart   JoinState = "apart"   // they are not one person
)

// A Join is what is known of two subjects being one person. It changes neither
// of them, so that it can be undone.
type Join struct {
	ID           string
	Older, Newer id.Subject // by their ids, which grow with time
	State        JoinState
	// Was is the state in which a store has it; "" when it has none.
	Was      JoinState
	Evidence []Evidence
	// Refused is evidence in spite of which they were kept apart. It never
	// counts again.
	Refused   []Evidence
	FoundAt   time.Time
	DecidedAt time.Time // zero while it waits
	By        ledger.ActorKind
	Reason    string // of a staff member; personal, sealed at rest
}

// Other returns the one of the two that subject is not.
func (j *Join) Other(subject id.Subject) id.Subject {
	if j.Older == subject {
		return j.Newer
	}
	return j.Older
}

// Concerns tells whether subject is one of the two.
func (j *Join) Concerns(subject id.Subject) bool { return j.Older == subject || j.Newer == subject }

// Weigh returns what evidence makes of a join, and whether that is another than
// before. The zero Join is two subjects that nothing was known of.
//
// A rule that is enough joins; other evidence waits for staff. Two who were
// kept apart are never joined by a rule again: evidence that was not known then
// waits for staff too, when a rule would be enough. Weighing the same again
// changes nothing.
func Weigh(before Join, evidence []Evidence) (after Join, changed bool) {
	fresh := slices.DeleteFunc(slices.Clone(evidence), func(e Evidence) bool {
		return slices.ContainsFunc(before.Refused, func(r Evidence) bool { return r.same(&e) })
	})
	enough := slices.ContainsFunc(fresh, func(e Evidence) bool { return e.Rule.Joins() })
	next := before
	switch {
	case len(fresh) == 0 || before.State == Joined:
		return before, false
	case len(before.Refused) > 0 && !enough:
		return before, false
	case enough && len(before.Refused) == 0:
		next.State = Joined
	default:
		next.State = Waiting
	}
	next.Evidence = fresh
	return next, next.State != before.State || !alike(fresh, before.Evidence)
}

func alike(some, others []Evidence) bool {
	return slices.EqualFunc(some, others, func(e, f Evidence) bool { return e.same(&f) })
}

// Part returns j as kept apart, for good as far as rules are concerned.
func (j Join) Part(by ledger.ActorKind, reason string, at time.Time) Join {
	j.State, j.By, j.Reason, j.DecidedAt = Apart, by, reason, at
	// What a staff member joined by their word is refused like anything else.
	j.Refused = append(slices.Clone(j.Refused), j.Evidence...)
	j.Evidence = nil
	return j
}

// groups are subjects that pairs bring together; each is named by its oldest.
type groups map[id.Subject]id.Subject

func (g groups) of(s id.Subject) id.Subject {
	for g[s] != s {
		s = g[s]
	}
	return s
}

// join makes the groups of a pair one; false when they were, or when one of the
// two is in none.
func (g groups) join(p Join) bool {
	_, older := g[p.Older]
	_, newer := g[p.Newer]
	if !older || !newer || p.State != Joined {
		return false
	}
	a, b := g.of(p.Older), g.of(p.Newer)
	g[max(a, b)] = min(a, b)
	return a != b
}

func alone(members []id.Subject) groups {
	g := groups{}
	for _, m := range members {
		g[m] = m
	}
	return g
}

// Circles returns to which circle each of members belongs when pairs of them
// are joined: the circle is named by its oldest member, and is "" for one who
// is joined with nobody. The order of pairs makes no difference.
func Circles(members []id.Subject, pairs []Join) map[id.Subject]id.Subject {
	g := alone(members)
	for _, p := range pairs {
		g.join(p)
	}
	size := map[id.Subject]int{}
	for _, m := range members {
		size[g.of(m)]++
	}
	circles := map[id.Subject]id.Subject{}
	for _, m := range members {
		if r := g.of(m); size[r] > 1 {
			circles[m] = r
		} else {
			circles[m] = ""
		}
	}
	return circles
}

// Reunited tells whether joins bring two together who were kept apart: those who
// were not one before, and those whom joins part while others hold them together.
// before and after are circles, as Circles returns them; pairs are all of their
// members. Only the word of staff may.
func Reunited(joins, pairs []Join, before, after map[id.Subject]id.Subject) bool {
	one := func(circles map[id.Subject]id.Subject, p Join) bool {
		return circles[p.Older] != "" && circles[p.Older] == circles[p.Newer]
	}
	if slices.ContainsFunc(joins, func(j Join) bool { return j.State == Joined && j.By == ledger.ByStaff }) {
		return false
	}
	return slices.ContainsFunc(pairs, func(p Join) bool {
		now := slices.ContainsFunc(joins, func(j Join) bool { return j.ID == p.ID })
		return p.State == Apart && one(after, p) && (now || !one(before, p))
	})
}

// Since returns from when on those whom pairs join are one: a pair of two that
// were one already makes no difference. It is zero without pairs.
func Since(pairs []Join) (joined time.Time) {
	var members []id.Subject
	for _, p := range pairs {
		members = append(members, p.Older, p.Newer)
	}
	g := alone(members)
	for _, p := range slices.SortedFunc(slices.Values(pairs), func(a, b Join) int { return a.DecidedAt.Compare(b.DecidedAt) }) {
		if g.join(p) {
			joined = p.DecidedAt
		}
	}
	return joined
}

// OneOf returns the first of subjects when they are records of one person, by
// circle, which returns those that are joined with one. It is errs.NotFound for
// none, and for several people.
func OneOf(ctx context.Context, subjects []id.Subject, circle func(context.Context, id.Subject) ([]id.Subject, error)) (id.Subject, error) {
	if len(subjects) == 0 {
		return "", errs.NotFound
	}
	var all []id.Subject
	for _, s := range subjects[1:] {
		if s == subjects[0] {
			continue
		}
		if all == nil {
			var err error
			if all, err = circle(ctx, subjects[0]); err != nil {
				return "", err
			}
		}
		if !slices.Contains(all, s) {
			return "", errs.NotFound
		}
	}
	return subjects[0], nil
}

// pair orders two subjects by age.
func pair(a, b id.Subject) (older, newer id.Subject) {
	if strings.Compare(string(a), string(b)) > 0 {
		return b, a
	}
	return a, b
}
