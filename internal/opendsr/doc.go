// Package opendsr speaks OpenDSR 2.0, by which controllers pass requests of
// people on to processors and hear what became of them.
//
// It has the messages, what makes one acceptable, and the signature: RSA
// PKCS #1 v1.5 with SHA-256 over the bytes of a body, with the key of a
// certificate that the signer publishes on its own domain. What a request leads
// to is for package rights: a controller that asks is a system, and staff decide
// on what is grave.
//
// The text of the standard and what its speakers do differ: members that are
// null pass for missing ones, both names of a path and of a header are known,
// and a refusal, for which there is no status, stands in the extensions.
package opendsr
