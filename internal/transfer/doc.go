// Package transfer hands what a person takes along directly to another
// controller (Art. 20(2) GDPR), one that the organisation declares and the
// person picks.
//
// What is sent is the copy of package rights, as one HTTP request that is signed
// by us (RFC 9421, Ed25519) over its address, the digest of its body (RFC 9530)
// and by what the person is known there. Our key is published as a JSON Web Key
// Set (RFC 8037). With these a receiver refuses what was altered, was meant for
// another, is old, or was sent before: a signature ends after Lasts, and its
// nonce is the same when the same package is sent again.
package transfer
