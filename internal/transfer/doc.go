// Package transfer hands what a person takes along directly to another
// controller (Art. 20(2) GDPR), one that the organisation declares and the
// person picks; and takes in what a declared controller sends us for a person.
//
// What is sent is the copy of package rights, as one HTTP request that is signed
// by us (RFC 9421, Ed25519) over its address, the digest of its body (RFC 9530)
// and by what the person is known there. Our key is published as a JSON Web Key
// Set (RFC 8037). With these a receiver refuses what was altered, was meant for
// another, is old, or was sent before: a signature ends after Lasts, and its
// nonce is the same when the same package is sent again.
//
// What is taken in is an Offer: it waits, sealed with a key of its own, and
// changes nothing. Whom it is for is never looked up when it comes, so that no
// answer can tell the sender whether we know them. It shows to who has proved an
// address here that the sender has proved as well, and to nobody else; they
// pick what of it they say themselves from then on, or throw it away. Only
// values and proved addresses are kept of a package: a consent given to another
// controller is none to us.
package transfer
