// Package errs holds the kinds of error that the product tells apart, and the
// public message that may travel with one.
//
// A kind is itself an error, so errors.Is(err, errs.NotFound) works through
// any wrapping. What a person or a system may read of an error is a message id
// for locales and its arguments, never a sentence; the cause stays inside and
// is only for the log. Personal data goes into neither.
//
// An error without a kind is internal: answered as 500, with nothing said.
package errs

import (
	"errors"
	"strings"
)

// A Kind is a sort of failure that a caller can act on.
type Kind string

// The kinds. handlers/errors.go is the one place where they become statuses.
const (
	Invalid         Kind = "invalid"         // the input is not acceptable; see Fields
	Unauthenticated Kind = "unauthenticated" // nobody is signed in
	Stale           Kind = "stale"           // signed in, and a fresh proof is needed
	Forbidden       Kind = "forbidden"       // known, and not allowed
	NotFound        Kind = "not found"       // missing, or not theirs: the two are never told apart
	Conflict        Kind = "conflict"        // the state moved since it was read
	Gone            Kind = "gone"            // was there, is spent or expired
	TooMany         Kind = "too many"        // a limit is reached
	Unavailable     Kind = "unavailable"     // try again later; nothing was changed
)

// Error makes a Kind an error of its own.
func (k Kind) Error() string { return string(k) }

// An Error is a failure with a kind and, possibly, public words.
type Error struct {
	Kind   Kind
	ID     string         // message id in locales; "" when the kind says enough
	Args   map[string]any // arguments of the message; never personal data
	Fields []Field        // for Invalid: what is wrong where
	cause  error
}

// A Field ties one complaint to one input.
type Field struct {
	Path string // name of the input, or path in a document
	ID   string // message id in locales
	Args map[string]any
}

// New returns an error of kind k whose public message is id; args alternate
// names and values.
func New(k Kind, id string, args ...any) *Error {
	return &Error{Kind: k, ID: id, Args: pairs(args)}
}

// Wrap gives cause the kind k and a public message. It returns nil for nil.
func Wrap(k Kind, id string, cause error) error {
	if cause == nil {
		return nil
	}
	return &Error{Kind: k, ID: id, cause: cause}
}

// InvalidFields returns an Invalid error that names what is wrong in which
// field, or nil when nothing is.
func InvalidFields(fields ...Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, ID: "error.invalid", Fields: fields}
}

// FieldsOf returns what err says is wrong in which field, nil for nothing.
func FieldsOf(err error) []Field {
	var e *Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}

// At returns a Field; args alternate names and values.
func At(path, id string, args ...any) Field {
	return Field{Path: path, ID: id, Args: pairs(args)}
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Kind))
	if e.ID != "" {
		b.WriteString(" (" + e.ID + ")")
	}
	for _, f := range e.Fields {
		b.WriteString("; " + f.Path + " " + f.ID)
	}
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	return b.String()
}

// Unwrap yields the kind and the cause, so that errors.Is finds either.
func (e *Error) Unwrap() []error {
	if e.cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.cause}
}

// KindOf returns the kind of err, or "" when it has none and so is internal.
func KindOf(err error) Kind {
	var k Kind
	if errors.As(err, &k) {
		return k
	}
	return ""
}

func pairs(args []any) map[string]any {
	if len(args) == 0 {
		return nil
	}
	m := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i].(string)] = args[i+1]
	}
	return m
}
