// Package identity says who a data subject is: the identifiers by which
// systems know the person, how they are normalised, and when they are proved.
//
// A subject has an id of ours that says nothing about the person. An
// identifier is found through a keyed hash of its normalised form and never
// stored in clear. A verified identifier belongs to one subject only; an
// unverified one proves nothing, and nobody is joined or signed in by it.
package identity
