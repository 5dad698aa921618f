package organisation

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/automated"
	"livingprofile/internal/brand"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
	"livingprofile/internal/transfer"
)

// An Edit is one attribute that was changed in the console. It is kept until a
// file is applied, so that an older file does not put it back unnoticed.
type Edit struct {
	What, Name, Attribute string
	Was                   string // before the first change, as a plan writes it
	At                    time.Time
}

// String names the attribute, as in "brand shop: accent".
func (e Edit) String() string { return e.What + " " + e.Name + ": " + e.Attribute }

// An Amendment is a change that the console makes to one brand.
type Amendment struct {
	Brand string
	// Base is the Fingerprint of the brand that the change was decided on.
	Base string
	At   time.Time
	// Change writes to the next declaration. It replaces slices and maps and
	// does not write into them: they are those of what stands.
	Change func(next *Organisation) error
}

// Amend returns what an amendment would do, by the rules of a file: the same
// Check and the same comparison. The error is errs.NotFound for a brand that
// there is not, errs.Conflict when the brand has changed since Base,
// errs.Forbidden when the change reaches beyond the brand, of type Problems
// when the next declaration would be refused for what stands is not wrong in
// already, and that of Change.
func Amend(current *Organisation, a Amendment) (*Plan, error) {
	b, ok := current.Brand(a.Brand)
	if !ok || b.Retired {
		return nil, errs.NotFound
	}
	if current.Fingerprint(a.Brand) != a.Base {
		return nil, errs.New(errs.Conflict, "error.brand_changed")
	}
	d := &Draft{File: "console", Declared: current.declared()}
	if err := a.Change(&d.Declared); err != nil {
		return nil, err
	}
	if err := d.worse(&Draft{File: d.File, Declared: current.declared()}); err != nil {
		return nil, err
	}
	p := compare(current, d, a.At)
	if p.Empty() {
		return p, nil
	}
	for i := range p.Steps {
		if !p.Steps[i].within(a.Brand) {
			return nil, errs.Wrap(errs.Forbidden, "error.forbidden", fmt.Errorf("%s %s is not of brand %s", p.Steps[i].What, p.Steps[i].Name, a.Brand))
		}
	}
	p.Next.Edits = edited(current.Edits, p.Steps, a.At)
	return p, nil
}

// worse returns the problems that d has and what stands does not: a connector
// that was good for another version of the program does not keep anybody from
// changing a colour.
func (d *Draft) worse(stands *Draft) error {
	_, err := d.Check()
	var found, before Problems
	if !errors.As(err, &found) {
		return err
	}
	_, err = stands.Check()
	errors.As(err, &before)
	return slices.DeleteFunc(found, func(p Problem) bool { return slices.Contains(before, p) }).orNil()
}

// declared is what a file that changes nothing would declare.
func (o *Organisation) declared() Organisation {
	return Organisation{
		Label: o.Label, Contact: o.Contact, Address: o.Address, Security: o.Security, Measures: o.Measures, Privacy: o.Privacy, Transparency: o.Transparency,
		Brands:      standing(o.Brands, func(b *brand.Brand) bool { return b.Retired }),
		Categories:  slices.Clone(o.Categories),
		Fields:      standing(o.Fields, func(f *profile.Field) bool { return f.Retired }),
		Systems:     standing(o.Systems, func(s *System) bool { return s.Retired }),
		Channels:    slices.Clone(o.Channels),
		Topics:      standing(o.Topics, func(t *consent.Topic) bool { return t.Retired }),
		Activities:  standing(o.Activities, func(k *activity.Kind) bool { return k.Retired }),
		Rules:       standing(o.Rules, func(r *activity.Rule) bool { return r.Retired }),
		Duties:      standing(o.Duties, func(d *rights.Duty) bool { return d.Retired }),
		Controllers: standing(o.Controllers, func(c *transfer.Controller) bool { return c.Retired }),
		Automated:   standing(o.Automated, func(k *automated.Kind) bool { return k.Retired }),
		Purposes:    standing(o.Purposes, func(v *consent.PurposeVersion) bool { return v.Retired }),
	}
}

// within tells whether the step changes a brand and nothing else: the brand
// itself, what it asks for, and whether it offers a topic.
func (s *Step) within(name string) bool {
	if s.Action != Change {
		return false
	}
	switch s.What {
	case "brand":
		return s.Name == name
	case "field":
		return !slices.ContainsFunc(s.Details, func(d Detail) bool { return !strings.HasPrefix(d.Name, "asked-by."+name+".") })
	case "topic":
		return !slices.ContainsFunc(s.Details, func(d Detail) bool { return d.Name != "brands" })
	}
	return false
}

// edited adds what steps change to what was changed before; what is again as
// the file has it is no edit any more.
func edited(before []Edit, steps []Step, at time.Time) []Edit {
	all := slices.Clone(before)
	for _, s := range steps {
		for _, d := range s.Details {
			if d.Name == versionDetail {
				continue // it only goes up, whoever writes it
			}
			i := slices.IndexFunc(all, func(e Edit) bool { return e.What == s.What && e.Name == s.Name && e.Attribute == d.Name })
			switch {
			case i < 0:
				all = append(all, Edit{s.What, s.Name, d.Name, d.Old, at})
			case all[i].Was == d.New:
				all = slices.Delete(all, i, i+1)
			default:
				all[i].At = at
			}
		}
	}
	return all
}

// settle has a file decide about what the console changed: it either says the
// same, or puts it back, or says something new.
func (p *Plan) settle(current *Organisation) {
	if len(current.Edits) == 0 {
		return
	}
	for _, e := range current.Edits {
		for _, s := range p.Steps {
			if s.What == e.What && s.Name == e.Name && slices.ContainsFunc(s.Details, func(d Detail) bool { return d.Name == e.Attribute && d.New == e.Was }) {
				p.PutsBack = append(p.PutsBack, e)
			}
		}
	}
	if p.Empty() {
		next := *current
		next.Revision++
		p.Next = New(next)
		p.add(Step{Action: Settle, What: "organisation"})
	}
	p.Next.Edits = nil
}

// Fingerprint changes with everything that an amendment of the brand could.
func (o *Organisation) Fingerprint(name string) string {
	h := sha256.New()
	if b, ok := o.Brand(name); ok {
		for _, t := range ofBrand(b) {
			fmt.Fprintf(h, "%q=%q\n", t.name, t.value)
		}
	}
	for i := range o.Fields {
		for _, a := range o.Fields[i].Asks {
			if a.Brand == name && !o.Fields[i].Retired {
				fmt.Fprintf(h, "%q %q %v\n", o.Fields[i].Name, a.Why, a.Required)
			}
		}
	}
	for i := range o.Topics {
		if t := &o.Topics[i]; t.On(name) {
			fmt.Fprintf(h, "topic %q\n", t.Name)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// AskFor has a brand ask for a field, or no more for a nil ask.
func (o *Organisation) AskFor(name, field string, ask *profile.Ask) error {
	i := slices.IndexFunc(o.Fields, func(f profile.Field) bool { return f.Name == field })
	if i < 0 {
		return errs.InvalidFields(errs.At("field", "error.not_a_choice"))
	}
	f := &o.Fields[i]
	at := slices.IndexFunc(f.Asks, func(a profile.Ask) bool { return a.Brand == name })
	f.Asks = slices.Clone(f.Asks)
	switch {
	case ask == nil && at >= 0:
		f.Asks = slices.Delete(f.Asks, at, at+1)
	case ask != nil && at >= 0:
		f.Asks[at] = *ask
	case ask != nil:
		f.Asks = append(f.Asks, *ask)
	}
	return nil
}

// Offer has a brand offer a topic, or no more. The last brand cannot leave:
// a topic without brands would be everybody's.
func (o *Organisation) Offer(name, topic string, on bool) error {
	i := slices.IndexFunc(o.Topics, func(t consent.Topic) bool { return t.Name == topic })
	if i < 0 {
		return errs.InvalidFields(errs.At("topics", "error.not_a_choice"))
	}
	t := &o.Topics[i]
	if t.On(name) == on {
		return nil
	}
	var offered []string
	for j := range o.Brands {
		b := o.Brands[j].Name
		if b == name && on || b != name && t.On(b) {
			offered = append(offered, b)
		}
	}
	if len(offered) == 0 {
		return errs.InvalidFields(errs.At("topics", "error.last_brand"))
	}
	if len(offered) == len(o.Brands) {
		offered = nil // as a file says it
	}
	t.Brands = offered
	return nil
}
