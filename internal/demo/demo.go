// Package demo holds an organisation that does not exist, the people it knows
// and the files that its systems would export, so that the product can be
// tried and measured without anybody's data.
//
// Everything is made from a seed and comes out the same every time. E-mail
// addresses are in domains that RFC 2606 keeps for examples, phone numbers in
// ranges that are kept for fiction where a country has one.
package demo

import (
	_ "embed"

	"livingprofile/internal/organisation"
)

//go:embed organisation.yaml
var file []byte

// FileName is the name of the declaration in messages.
const FileName = "organisation.yaml"

// File returns the declaration of the demo organisation, as the apply command
// reads it.
func File() []byte { return append([]byte(nil), file...) }

// Draft returns the demo organisation, checked.
func Draft() (*organisation.Draft, error) { return Connected(Neighbours{}) }

// Endpoint is the endpoint of the system that Connected connects.
const Endpoint = "main"
