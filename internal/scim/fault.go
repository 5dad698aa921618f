package scim

import (
	"errors"

	"livingprofile/internal/errs"
)

// The detail types of errors (RFC 7644, 3.12).
const (
	InvalidFilter = "invalidFilter"
	TooMany       = "tooMany"
	Uniqueness    = "uniqueness"
	Mutability    = "mutability"
	InvalidSyntax = "invalidSyntax"
	InvalidPath   = "invalidPath"
	NoTarget      = "noTarget"
	InvalidValue  = "invalidValue"
	Sensitive     = "sensitive"
)

// A Fault is a refusal with the type that the standard has for it.
type Fault struct {
	Type  string
	cause error
}

// Refuse returns a Fault of a kind with a public message; args alternate names
// and values.
func Refuse(kind errs.Kind, detail, message string, args ...any) error {
	return &Fault{detail, errs.New(kind, message, args...)}
}

func (f *Fault) Error() string { return f.Type + ": " + f.cause.Error() }

// Unwrap yields the error with the kind and the words.
func (f *Fault) Unwrap() error { return f.cause }

// TypeOf returns the detail type of an error, "" for one that has none.
func TypeOf(err error) string {
	var f *Fault
	switch {
	case errors.As(err, &f):
		return f.Type
	case errors.Is(err, errs.Invalid):
		return InvalidValue
	}
	return ""
}

// wrong refuses an attribute by its place.
func wrong(detail, message, path string) error {
	return Refuse(errs.Invalid, detail, message, "attribute", path)
}
