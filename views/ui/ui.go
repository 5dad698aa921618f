// Package ui holds the atoms that every page is made of: icons, buttons,
// choices, fields, trails, previews, notes.
//
// An atom is a function of plain values. It reads nothing, decides nothing, and
// says nothing by colour alone. Its words come from locales/ui.
package ui

import "strings"

// A State is what holds for a choice, a step or a value. It selects an icon
// and a colour; the words beside it come from whoever uses it.
type State string

// The states. Anything else is shown as Neutral.
const (
	Neutral State = ""
	Given   State = "given"
	Refused State = "refused"
	Frozen  State = "frozen"
	Waiting State = "waiting"
	Failed  State = "failed"
	Locked  State = "locked"
	Paused  State = "paused"
)

// icon names the sign that goes with s, so that its colour is never alone.
func (s State) icon() string {
	switch s {
	case Given:
		return "check"
	case Refused:
		return "cross"
	case Frozen:
		return "frozen"
	case Waiting:
		return "clock"
	case Failed:
		return "alert"
	case Locked:
		return "lock"
	case Paused:
		return "pause"
	}
	return "info"
}

// class is the colour of s; a pause is a kind of frost.
func (s State) class() string {
	if s == Paused {
		return string(Frozen)
	}
	return string(s)
}

// A Step is one point of a trail.
type Step struct {
	Text  string
	State State // Given is done, Waiting is tried again, Failed needs somebody, Neutral is yet to come
}

func (s Step) class() string {
	switch s.State {
	case Given:
		return "done"
	case Waiting, Failed:
		return string(s.State)
	}
	return "next"
}

// A Plan is what an action would do, made by the code that would do it.
type Plan struct {
	Now   []Effect // what is done at once
	Goes  []Effect // what ends at once
	Gone  []Effect // what has ended
	Lost  []Effect // what the person cannot do any more
	Stays []Effect // what stays, why and until when
	Told  []Effect // who will be told
	Top   bool     // stands right below the title of the page, without a heading of its own
}

// An Effect is one line of a Plan.
type Effect struct {
	Text string
	Note string // why, until when; "" for nothing to add
}

// A Link is somewhere to go, in words.
type Link struct {
	Text string
	Href string
}

// An Answer is what a person has said to a question.
type Answer string

// The answers. Unasked is not a refusal: nothing was said, and nothing is done.
const (
	Unasked Answer = ""
	Yes     Answer = "yes"
	No      Answer = "no"
)

// A Question is a choice between two buttons of one weight in one form, which
// posts to Path, with the field "choice" and whatever Fields hold.
type Question struct {
	ID     string // stable, unique on the page; the buttons are ID-yes and ID-no
	Label  string // what is asked; names the group
	Path   string
	Target string // id of the element that the answer replaces; "" loads a page
	Answer Answer
	CSRF   string
	Fields []Field
	OnlyNo bool   // a yes is not theirs to say: there is no button for it
	Yes    string // words of the buttons; "" for Yes and No
	No     string
}

// A Field is a hidden value of a form.
type Field struct{ Name, Value string }

func pressed(is bool) string {
	if is {
		return "true"
	}
	return "false"
}

// A run is a piece of text that is strong or not.
type run struct {
	text   string
	strong bool
}

// runs cuts a text at its double asterisks. A mark without a partner is text.
func runs(s string) []run {
	parts := strings.Split(s, "**")
	if len(parts)%2 == 0 {
		last := len(parts) - 1
		parts[last-1] += "**" + parts[last]
		parts = parts[:last]
	}
	out := make([]run, 0, len(parts))
	for i, p := range parts {
		if p != "" {
			out = append(out, run{p, i%2 == 1})
		}
	}
	return out
}

func targetOf(id string) string { return "#" + id }
