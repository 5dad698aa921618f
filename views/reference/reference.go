// Package reference draws the page that describes the API to developers. Its
// texts are those of the OpenAPI document, in English; the words around them
// are in the reader's language.
package reference

import "strings"

// A Page is the whole reference.
type Page struct {
	Document string   // address of the OpenAPI document
	Intro    []string // paragraphs
	Groups   []Group
	Problems []Problem
}

// A Group is the operations about one thing.
type Group struct {
	Name       string
	Text       string
	Operations []Operation
}

// An Operation is one way to ask.
type Operation struct {
	ID         string // anchor
	Method     string
	Path       string // below the address of the API
	Title      string
	Text       []string
	Parameters []Parameter
	Request    string // an example as it is typed; "" for none
	Answers    []Answer
}

// A Parameter is part of an address or a header.
type Parameter struct {
	Name     string
	Where    string
	Text     string
	Required bool
}

// An Answer is what comes back.
type Answer struct {
	Status  string
	Text    string
	Example string // "" for none
}

// A Problem is one type of error.
type Problem struct {
	Name string
	Text string
}

// A piece is text, or code that stands between backticks.
type piece struct {
	text string
	code bool
}

func pieces(s string) []piece {
	var all []piece
	for i, part := range strings.Split(s, "`") {
		if part != "" {
			all = append(all, piece{part, i%2 == 1})
		}
	}
	return all
}
