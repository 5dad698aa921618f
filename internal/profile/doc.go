// Package profile holds what is known about a data subject: the fields that an
// organisation declares, the claims that sources make about them, which claim
// counts, and what the person may change.
//
// Every value is a Claim with source, time and origin. The claims of different
// sources stand side by side; Winner says which one counts and why. A person's
// own correction outranks every system until a system brings a newer value
// that the person gave there (architecture: survivorship).
package profile
