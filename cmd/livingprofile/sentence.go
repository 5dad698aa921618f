package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"livingprofile/cmd/wire"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
)

// sentence returns what the operator reads of an error. Problems of a file
// stand alone, in the form that editors jump to.
func sentence(err error) string {
	var problems organisation.Problems
	if errors.As(err, &problems) {
		return problems.Error()
	}
	if errors.Is(err, context.Canceled) {
		return "livingprofile: stopped before the end; run it again to do the rest"
	}
	var public *errs.Error
	if errors.As(err, &public) && public.ID != "" {
		// What stands before it says where it happened.
		return "livingprofile: " + strings.TrimSuffix(err.Error(), public.Error()) + words(public)
	}
	return "livingprofile: " + err.Error()
}

// words returns the message of a public error with its cause, and a line for
// each field.
func words(e *errs.Error) string {
	bundle, err := wire.Words()
	if err != nil {
		return e.Error()
	}
	ctx := i18n.With(context.Background(), bundle.Localizer("en"))
	text := i18n.Message(ctx, e.ID, e.Args)
	if causes := e.Unwrap(); len(causes) > 1 {
		text = strings.TrimSuffix(text, ".") + ": " + causes[1].Error()
	}
	for _, f := range e.Fields {
		text += "\n  " + f.Path + ": " + i18n.Message(ctx, f.ID, f.Args)
	}
	return text
}

// listen opens an address, and says of one that is taken how to choose another.
func listen(address, flag string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("another program listens on %s already: choose another address with %s", address, flag)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s, as %s says: %w", address, flag, err)
	}
	return l, nil
}
