package intake

import (
	"fmt"
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/organisation"
)

// An ActivityRule makes an activity of a row: something that the person did.
type ActivityRule struct {
	Kind   string `yaml:"kind"`    // one that is declared
	KindOf Cell   `yaml:"kind_of"` // or the cell that names it
	// If is a column. Where it is empty the row tells of no activity, as the
	// second line of an order does.
	If    string `yaml:"if"`
	Event Cell   `yaml:"event"` // the source's own id of it, by which a repeat is known
	At    Time   `yaml:"at"`
	Brand Cell   `yaml:"brand"` // where it happened
	// Values are its fields, or ValuesOf is how the names of the columns begin
	// that have them: "values." for values.minutes.
	Values   []ValueRule `yaml:"values"`
	ValuesOf string      `yaml:"values_of"`
	// Optional leaves the rule out where the organisation does not declare the
	// kind, or the system may not tell of it.
	Optional bool `yaml:"optional"`
}

// A ValueRule makes a value of an activity of a cell.
type ValueRule struct {
	Cell     `yaml:",inline"`
	Field    string  `yaml:"field"`
	OnError  OnError `yaml:"on_error"`
	Optional bool    `yaml:"optional"`
}

// An Act is what a row says that the person did. Its values are canonical.
type Act struct {
	activity.Item
	Brand string
}

func (c *checker) activity(path string, r *ActivityRule) {
	if (r.Kind == "") == (len(r.KindOf.names()) == 0) {
		c.note(path, "has either a kind, or kind_of with a column")
	}
	if len(r.Event.names()) == 0 {
		c.note(path, "needs an event: without the source's own id of it, a repeat would count twice")
	} else {
		c.cell(path+".event", &r.Event)
	}
	c.time(path+".at", r.At, true)
	switch {
	case len(r.Values) > 0 && r.ValuesOf != "":
		c.note(path, "has either values, or values_of")
	case len(r.Values) > 0 && r.Kind == "":
		c.note(path+".values", "belong to one kind; kind_of goes with values_of")
	}
	for i := range r.Values {
		at := at(path+".values", i)
		c.cell(at, &r.Values[i].Cell)
		c.onError(at, r.Values[i].OnError)
		if r.Values[i].Field == "" {
			c.note(at, "names no field")
		}
	}
}

// actUnfit says why a system cannot tell of a kind, "" when it can.
func actUnfit(org *organisation.Organisation, s *organisation.System, kind string) string {
	switch k, ok := org.Activity(kind); {
	case !ok:
		return fmt.Sprintf("activity %q is not declared", kind)
	case k.Retired:
		return fmt.Sprintf("activity %q is retired", kind)
	case !s.MayTell(kind):
		return fmt.Sprintf("activity %q is not among those that system %q may tell of", kind, s.Name)
	default:
		return ""
	}
}

// checkActivity says what a rule names that is not declared.
func (c *checker) checkActivity(path string, r *ActivityRule, org *organisation.Organisation, s *organisation.System) {
	if r.Kind == "" {
		if !r.Optional && len(toldKinds(org, s)) == 0 {
			c.note(path+".kind_of", "system %q may tell of no activity", s.Name)
		}
		return
	}
	if why := actUnfit(org, s, r.Kind); why != "" {
		if !r.Optional {
			c.note(path+".kind", "%s", why)
		}
		return
	}
	k, _ := org.Activity(r.Kind)
	for i := range r.Values {
		if v := &r.Values[i]; !v.Optional {
			if _, ok := k.Field(v.Field); !ok {
				c.note(at(path+".values", i)+".field", "activity %q has no field %q", r.Kind, v.Field)
			}
		}
	}
}

// toldKinds are the kinds that a system may tell of.
func toldKinds(org *organisation.Organisation, s *organisation.System) []*activity.Kind {
	var all []*activity.Kind
	for _, name := range s.Activities {
		if actUnfit(org, s, name) == "" {
			k, _ := org.Activity(name)
			all = append(all, k)
		}
	}
	return all
}

// openColumns are the columns that a rule reads because of what is declared.
func (m *Map) openColumns(org *organisation.Organisation, source string) []string {
	s, ok := org.System(source)
	if !ok {
		return nil
	}
	var all []string
	for i := range m.Activities {
		r := &m.Activities[i]
		if r.ValuesOf == "" {
			continue
		}
		for _, k := range toldKinds(org, s) {
			if r.Kind != "" && r.Kind != k.Name {
				continue
			}
			for j := range k.Fields {
				all = append(all, r.ValuesOf+k.Fields[j].Name)
			}
		}
	}
	return all
}

type activityPlan struct {
	rule   *ActivityRule
	kindOf cell
	when   int // place of If; -1 where it is not in the file
	event  cell
	at     moment
	brand  cell
	brands func(string) bool // whether one is declared
	kinds  map[string]*kindPlan
}

type kindPlan struct {
	kind   *activity.Kind
	values []valuePlan
}

type valuePlan struct {
	cell
	field   *activity.Field
	onError OnError
}

func (m *Map) bindActivities(b *binder, p *plan, org *organisation.Organisation, system *organisation.System) {
	for i := range m.Activities {
		r := &m.Activities[i]
		ap := activityPlan{
			rule: r, kindOf: b.cell(&r.KindOf), when: b.place(r.If), event: b.cell(&r.Event), at: b.moment(r.At),
			brand: b.cell(&r.Brand), kinds: map[string]*kindPlan{},
			brands: func(name string) bool { _, ok := org.Brand(name); return ok },
		}
		for _, k := range toldKinds(org, system) {
			if r.Kind == "" || r.Kind == k.Name {
				ap.kinds[k.Name] = b.kind(r, k, p)
			}
		}
		if len(ap.kinds) > 0 {
			p.activities = append(p.activities, ap)
			continue
		}
		name := r.Kind
		if name == "" {
			name = "activities"
		}
		p.leftOut = append(p.leftOut, name)
	}
}

func (b *binder) kind(r *ActivityRule, k *activity.Kind, p *plan) *kindPlan {
	kp := &kindPlan{kind: k}
	for i := range r.Values {
		v := &r.Values[i]
		f, ok := k.Field(v.Field)
		if !ok {
			p.leftOut = append(p.leftOut, k.Name+"."+v.Field)
			continue
		}
		kp.values = append(kp.values, valuePlan{b.cell(&v.Cell), f, v.OnError})
	}
	for i := range k.Fields {
		if r.ValuesOf != "" {
			f := &k.Fields[i]
			kp.values = append(kp.values, valuePlan{b.cell(&Cell{Column: r.ValuesOf + f.Name}), f, LoseCell})
		}
	}
	return kp
}

// earliest is how far the clock of a source may run ahead of ours.
const earliest = 5 * time.Minute

// read adds what the row says that the person did to the item. What cannot be
// told from others, or placed in time, costs the row.
func (p *activityPlan) read(r *rowReader) *Fault {
	if p.rule.If != "" {
		if p.when < 0 || (&cell{places: []int{p.when}}).empty(r.row) {
			return nil
		}
	}
	name, err := p.rule.Kind, error(nil)
	if name == "" {
		if name, err = p.kindOf.read(r.row); err == nil && name == "" {
			return nil
		}
	}
	kp := p.kinds[name]
	if err != nil || kp == nil {
		return &Fault{Column: p.kindOf.column, Reason: "intake.activity_kind"}
	}
	act := Act{Item: activity.Item{Kind: name, Values: map[string]string{}}}
	if act.Event, err = p.event.read(r.row); err != nil || act.Event == "" || len(act.Event) > activity.MaxEvent {
		return &Fault{Column: p.event.column, Reason: "intake.activity_event"}
	}
	switch act.At, err = p.at.read(r.row); {
	case err != nil:
		return r.fault(p.at.column, err)
	case act.At.IsZero():
		return &Fault{Column: p.at.column, Reason: "intake.activity_time"}
	case act.At.After(r.plan.started.Add(earliest)):
		return &Fault{Column: p.at.column, Reason: "intake.activity_future"}
	}
	act.Brand, err = p.brand.read(r.row)
	if act.Brand == "" {
		act.Brand = r.plan.brand
	}
	other := r.plan.brand != "" && act.Brand != r.plan.brand
	if err != nil || act.Brand != "" && !p.brands(act.Brand) || other {
		return &Fault{Column: p.brand.column, Reason: "intake.activity_brand"}
	}
	if fault := kp.read(r, act.Values); fault != nil {
		return fault
	}
	r.item.Acts = append(r.item.Acts, act)
	return nil
}

func (p *kindPlan) read(r *rowReader, values map[string]string) *Fault {
	for i := range p.values {
		v := &p.values[i]
		text, err := v.cell.read(r.row)
		if err == nil && text == "" {
			continue
		}
		if err == nil {
			text, err = v.field.Canonical(text)
		}
		if err == nil {
			values[v.field.Name] = text
		} else if fault := r.lose(v.column, v.onError, err); fault != nil {
			return fault
		}
	}
	return nil
}

// empty tells whether the row has nothing in the cell.
func (c *cell) empty(row *Row) bool {
	text, err := c.read(row)
	return err == nil && text == ""
}
