package audience

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/activity"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/profile"
)

// An Expr is a condition as data. Exactly one of All, Any, Not, Field, Topic
// and Activity says what it is; the zero Expr holds for nobody.
type Expr struct {
	All []Expr `json:"all,omitempty"`
	Any []Expr `json:"any,omitempty"`
	Not *Expr  `json:"not,omitempty"`

	// Field compares the value of the profile that counts.
	Field string `json:"field,omitempty"`
	// Topic asks whether the person wants it by Channel.
	Topic   string `json:"topic,omitempty"`
	Channel string `json:"channel,omitempty"`
	// Activity compares what activities of a kind add up to in the last Days, 0
	// for as far back as they are kept.
	Activity  string               `json:"activity,omitempty"`
	Calculate activity.Calculation `json:"calculate,omitempty"`
	Of        string               `json:"of,omitempty"`
	Days      int                  `json:"days,omitempty"`

	Compare Comparison `json:"compare,omitempty"`
	Value   string     `json:"value,omitempty"` // canonical
}

// A Comparison is how a value is compared with that of the condition.
type Comparison string

// The comparisons. What is not known is like nothing, and neither more nor
// less than anything.
const (
	Is       Comparison = "is"
	Contains Comparison = "contains" // of several choices one, or a part of a text
	AtLeast  Comparison = "at-least" // also: on that day or later
	AtMost   Comparison = "at-most"
	Known    Comparison = "known" // anything at all
)

// Comparisons lists the comparisons.
var Comparisons = [...]Comparison{Is, Contains, AtLeast, AtMost, Known}

// A Schema knows what is declared.
type Schema interface {
	activity.Schema
	Purpose(id consent.PurposeID) (*consent.PurposeVersion, bool)
	Topic(name string) (*consent.Topic, bool)
}

// A Sight is what an expression sees of one person at one moment.
type Sight struct {
	Facts decision.Facts
	Seen  []activity.Observation // of the kinds that the expression names
	Brand string
	Now   time.Time
}

// Holds tells whether a checked expression holds. It is a pure function.
func (e *Expr) Holds(schema Schema, s *Sight) bool {
	holds := func(one Expr) bool { return one.Holds(schema, s) }
	switch {
	case len(e.All) > 0:
		return !slices.ContainsFunc(e.All, func(one Expr) bool { return !holds(one) })
	case len(e.Any) > 0:
		return slices.ContainsFunc(e.Any, holds)
	case e.Not != nil:
		return !e.Not.Holds(schema, s)
	case e.Topic != "":
		return s.Facts.Preferences.Of(s.Brand).Topics[consent.Slot(e.Topic, e.Channel)]
	case e.Activity != "":
		value := e.rule().Infer(s.Seen, s.Now)
		if value == "" && e.Calculate == activity.Count {
			value = "0"
		}
		return e.compare(profile.TypeNumber, value)
	case e.Field != "":
		f, ok := schema.Field(e.Field)
		return ok && e.compare(f.Type, s.Facts.Profile.Value(f, schema.Rank))
	}
	return false
}

func (e *Expr) rule() *activity.Rule {
	return &activity.Rule{
		Activity: e.Activity, Calculate: e.Calculate, Of: e.Of, Window: time.Duration(e.Days) * 24 * time.Hour,
	}
}

func (e *Expr) compare(t profile.Type, value string) bool {
	if value == "" {
		return false
	}
	switch e.Compare {
	case Known:
		return true
	case Is:
		return value == e.Value
	case Contains:
		if t == profile.TypeChoices {
			return slices.Contains(strings.Split(value, "\n"), e.Value)
		}
		return strings.Contains(strings.ToLower(value), strings.ToLower(e.Value))
	case AtLeast, AtMost:
		n := strings.Compare(value, e.Value) // dates are in an order that text has
		if t == profile.TypeNumber {
			a, okA := new(big.Rat).SetString(value)
			b, okB := new(big.Rat).SetString(e.Value)
			if !okA || !okB {
				return false
			}
			n = a.Cmp(b)
		}
		return n == 0 || (n > 0) == (e.Compare == AtLeast)
	}
	return false
}

// Walk calls visit for e and everything in it, with the path of each.
func (e *Expr) Walk(path string, visit func(path string, e *Expr)) {
	visit(path, e)
	for i := range e.All {
		e.All[i].Walk(within(path, "all", i), visit)
	}
	for i := range e.Any {
		e.Any[i].Walk(within(path, "any", i), visit)
	}
	if e.Not != nil {
		e.Not.Walk(path+".not", visit)
	}
}

// Fields returns the fields that e looks at, and Kinds the kinds of activity,
// each once.
func (e *Expr) Fields() []string { return e.names(func(e *Expr) string { return e.Field }) }

// Kinds returns the kinds of activity that e looks at, each once.
func (e *Expr) Kinds() []string { return e.names(func(e *Expr) string { return e.Activity }) }

func (e *Expr) names(of func(*Expr) string) []string {
	var all []string
	e.Walk("", func(_ string, one *Expr) {
		if name := of(one); name != "" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	})
	return all
}
