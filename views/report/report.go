// Package report is the page inside a copy: what is held of a person, to read
// in a browser without a network. It has its style with it and no script.
package report

import (
	"bytes"
	"context"
	"fmt"
	"time"
)

// A Page is what is held of a person, in words.
type Page struct {
	Number      string
	MadeAt      time.Time
	Identifiers []Value
	Given       []Section
	Inferred    []Section // what was worked out
	Machines    []Section // what systems decided by themselves
	NoInferred  bool      // it is left out of this copy
	Choices     []Choice
	Recipients  []Recipient
}

// A Section is the values of one category.
type Section struct {
	Label  string
	Values []Value
}

// A Value is what one source says.
type Value struct {
	Label  string
	Text   string
	Source string
	How    string // for an inferred one; "" otherwise
	At     time.Time
}

// A Choice is one answer to one purpose.
type Choice struct {
	Label  string
	Status string
	At     time.Time
}

// A Recipient is who may have some of it.
type Recipient struct {
	Label  string
	Fields []string
}

// Render writes p in the language of ctx.
func Render(ctx context.Context, p Page) ([]byte, error) {
	var b bytes.Buffer
	if err := page(p).Render(ctx, &b); err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	return b.Bytes(), nil
}
