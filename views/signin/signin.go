// Package signin holds the pages of somebody who is not signed in yet, or who
// proves once more who they are: asking for a link, what stands behind the
// link, and what happens when it no longer works.
//
// The pages are the same for an address that we know and one that we do not,
// and the pages behind a link name nobody: scanners open them too. Opening a
// page changes nothing; whatever happens, happens by one press.
package signin

import (
	"context"

	"livingprofile/internal/i18n"
	"livingprofile/views/ui"
)

// What a fresh proof is asked for. Anything else is ActGeneral.
const (
	ActGeneral  = "general"
	ActExport   = "export"
	ActErase    = "erase"
	ActAddress  = "address"
	ActSessions = "sessions"
)

// What a link confirms.
const (
	Consent = "consent" // the second half of a double opt-in
	Address = "address" // a new contact address
)

// The purposes of a link that lets somebody in.
const (
	In       = "in"       // to sign in
	Register = "register" // to have a profile made
	Proof    = "proof"    // to prove once more who it is
)

// grouped writes a code as people read it aloud: 1234 5678.
func grouped(code string) string {
	if len(code) != 8 {
		return code
	}
	return code[:4] + " " + code[4:]
}

func actWords(ctx context.Context, act string) string {
	switch act {
	case ActExport, ActErase, ActAddress, ActSessions:
	default:
		act = ActGeneral
	}
	return i18n.T(ctx, "signin.proof.act."+act)
}

// codeInput asks for the code that the asking browser shows.
func codeInput(ctx context.Context, wrong string) ui.Input {
	return ui.Input{
		Kind: ui.Secret, Name: "code", Required: true,
		Label: i18n.T(ctx, "signin.link.code"), Hint: i18n.T(ctx, "signin.link.code_hint"), Wrong: wrong,
	}
}

func emailInput(ctx context.Context, brand string, p AskPage) ui.Input {
	return ui.Input{
		Kind: ui.Email, Name: "address", Fill: "email", Required: true,
		Label: i18n.T(ctx, "signin.ask.email"), Hint: i18n.T(ctx, "signin.ask.hint", "brand", brand),
		Value: p.Typed, Wrong: p.Wrong,
	}
}
