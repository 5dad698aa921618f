package organisation

import (
	"strings"
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/automated"
	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
	"livingprofile/internal/transfer"
)

// A Plan is what applying a draft would do. It has been decided and nothing
// has been done.
type Plan struct {
	Steps []Step
	// Warnings are consequences that are easily overlooked, in plain words.
	Warnings []string
	// PutsBack is what was changed in the console and would be again as it was
	// before, since the file does not know of it.
	PutsBack []Edit
	// Next is the organisation after the plan; with no steps it is the current
	// one.
	Next *Organisation
}

// A Step is what happens to one thing.
type Step struct {
	Action  Action
	What    string // as in "purpose"
	Name    string // "" for the organisation itself and for an order
	Details []Detail
}

// An Action is what a step does.
type Action string

// The actions.
const (
	Create  Action = "create"
	Change  Action = "change"      // in place
	Renew   Action = "new version" // of a purpose; the old one is kept
	Retire  Action = "retire"      // no longer offered; what is recorded stays
	Restore Action = "restore"     // was retired, and is declared again
	Settle  Action = "as the file" // what was changed in the console is in the file now
)

// A Detail is one attribute that changes.
type Detail struct{ Name, Old, New string }

// Empty tells whether there is nothing to do.
func (p *Plan) Empty() bool { return len(p.Steps) == 0 }

// Diff compares a draft that has passed Check with what stands; current is nil
// before the first apply. Nothing is deleted: what the draft no longer has is
// retired. The same draft applied to Next gives an empty plan.
//
// A purpose gets a new version when anything it says is different, with two
// exceptions: words in a language that the version did not have are added to
// it, since nobody was told anything else before; and another reask-by changes
// it in place, since that is about the step to the version and not about what
// it says. Words in a language that the draft no longer has stay with the
// version: somebody has read them.
//
// What the console changed since the last file is the file's again, see Edit.
func Diff(current *Organisation, d *Draft, now time.Time) *Plan {
	if current == nil {
		current = New(Organisation{})
	}
	p := compare(current, d, now)
	p.settle(current)
	return p
}

func compare(current *Organisation, d *Draft, now time.Time) *Plan {
	p := &Plan{}
	next := Organisation{
		Revision: current.Revision,
		Label:    d.Declared.Label,
		Contact:  d.Declared.Contact,
		Address:  d.Declared.Address,
		Privacy:  d.Declared.Privacy,
		Security: d.Declared.Security,
		Measures: d.Declared.Measures,
		Edits:    current.Edits,

		Transparency: d.Declared.Transparency,
	}
	if details := differ(own(current), own(&next)); len(details) > 0 {
		p.add(Step{Change, "organisation", "", details})
	}
	next.Brands = reconcile(p, current.Brands, d.Declared.Brands, kind[brand.Brand]{
		"brand", func(b *brand.Brand) string { return b.Name },
		func(b *brand.Brand) *bool { return &b.Retired }, ofBrand,
	})
	next.Channels, next.Former.Channels = part(p, current.Channels, current.Former.Channels, d.Declared.Channels,
		"channel", func(c *consent.Channel) string { return c.Name }, ofChannel)
	next.Categories, next.Former.Categories = part(p, current.Categories, current.Former.Categories, d.Declared.Categories,
		"category", func(c *profile.Category) string { return c.Name }, ofCategory)
	next.Systems = reconcile(p, current.Systems, d.Declared.Systems, kind[System]{
		"system", func(s *System) string { return s.Name },
		func(s *System) *bool { return &s.Retired }, ofSystem,
	})
	next.Purposes, next.Older = p.versions(current, d.Declared.Purposes, now.UTC().Truncate(time.Microsecond))
	next.Topics = reconcile(p, current.Topics, d.Declared.Topics, kind[consent.Topic]{
		"topic", func(t *consent.Topic) string { return t.Name },
		func(t *consent.Topic) *bool { return &t.Retired }, ofTopic,
	})
	next.Fields = reconcile(p, current.Fields, d.Declared.Fields, kind[profile.Field]{
		"field", func(f *profile.Field) string { return f.Name },
		func(f *profile.Field) *bool { return &f.Retired }, ofField,
	})
	next.Activities = reconcile(p, current.Activities, d.Declared.Activities, kind[activity.Kind]{
		"activity", func(k *activity.Kind) string { return k.Name },
		func(k *activity.Kind) *bool { return &k.Retired }, ofActivity,
	})
	next.Rules = reconcile(p, current.Rules, d.Declared.Rules, kind[activity.Rule]{
		"rule", func(r *activity.Rule) string { return r.Name },
		func(r *activity.Rule) *bool { return &r.Retired }, ofRule,
	})
	next.Duties = reconcile(p, current.Duties, d.Declared.Duties, kind[rights.Duty]{
		"duty", func(d *rights.Duty) string { return d.Name },
		func(d *rights.Duty) *bool { return &d.Retired }, ofDuty,
	})
	next.Controllers = reconcile(p, current.Controllers, d.Declared.Controllers, kind[transfer.Controller]{
		"controller", func(c *transfer.Controller) string { return c.Name },
		func(c *transfer.Controller) *bool { return &c.Retired }, ofController,
	})
	next.Automated = reconcile(p, current.Automated, d.Declared.Automated, kind[automated.Kind]{
		"automated decision", func(k *automated.Kind) string { return k.Name },
		func(k *automated.Kind) *bool { return &k.Retired }, ofAutomated,
	})
	if p.Empty() {
		p.Next = current
		return p
	}
	next.Revision++
	p.Next = New(next)
	return p
}

func (p *Plan) add(s Step) { p.Steps = append(p.Steps, s) }

// A kind is how things of one sort are told apart and compared.
type kind[T any] struct {
	what    string
	name    func(*T) string
	retired func(*T) *bool
	traits  func(*T) traits
}

// reconcile returns what there is of one kind after the plan: what is declared
// in the order of the file, then what is retired.
func reconcile[T any](p *Plan, old, declared []T, k kind[T]) []T {
	before := by(old, k.name)
	var next []T
	declares := map[string]bool{}
	for i := range declared {
		item := &declared[i]
		declares[k.name(item)] = true
		next = append(next, *item)
		was := before[k.name(item)]
		if was == nil {
			p.add(Step{Create, k.what, k.name(item), nil})
			continue
		}
		details := differ(k.traits(was), k.traits(item))
		switch {
		case *k.retired(was):
			p.add(Step{Restore, k.what, k.name(item), details})
		case len(details) > 0:
			p.add(Step{Change, k.what, k.name(item), details})
		}
	}
	var stood []string
	for i := range old {
		item := old[i]
		name := k.name(&item)
		if !*k.retired(&item) {
			stood = append(stood, name)
		}
		if declares[name] {
			continue
		}
		if !*k.retired(&item) {
			p.add(Step{Retire, k.what, name, nil})
			*k.retired(&item) = true
		}
		next = append(next, item)
	}
	p.order(k.what, stood, namesOf(declared, k.name))
	return next
}

// order adds a step when what stays changes places: pages show the order of
// the file.
func (p *Plan) order(what string, old, now []string) {
	before, after := common(old, now), common(now, old)
	if strings.Join(before, ", ") == strings.Join(after, ", ") {
		return
	}
	p.add(Step{Change, what, "", []Detail{{"order", strings.Join(before, ", "), strings.Join(after, ", ")}}})
}

// common returns those of list that are in other too.
func common(list, other []string) []string {
	in := map[string]bool{}
	for _, s := range other {
		in[s] = true
	}
	var both []string
	for _, s := range list {
		if in[s] {
			both = append(both, s)
		}
	}
	return both
}

func namesOf[T any](list []T, name func(*T) string) []string {
	var all []string
	for i := range list {
		all = append(all, name(&list[i]))
	}
	return all
}

// A mortal is a thing without a mark of its own for being retired.
type mortal[T any] struct {
	item    T
	retired bool
}

// part reconciles things that have no mark for being retired and so are kept
// in two lists.
func part[T any](p *Plan, standing, former, declared []T, what string, name func(*T) string, ts func(*T) traits) (next, gone []T) {
	var old, now []mortal[T]
	for _, item := range standing {
		old = append(old, mortal[T]{item, false})
	}
	for _, item := range former {
		old = append(old, mortal[T]{item, true})
	}
	for _, item := range declared {
		now = append(now, mortal[T]{item, false})
	}
	for _, m := range reconcile(p, old, now, kind[mortal[T]]{
		what, func(m *mortal[T]) string { return name(&m.item) },
		func(m *mortal[T]) *bool { return &m.retired },
		func(m *mortal[T]) traits { return ts(&m.item) },
	}) {
		if m.retired {
			gone = append(gone, m.item)
		} else {
			next = append(next, m.item)
		}
	}
	return next, gone
}
