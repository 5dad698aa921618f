// Package scim speaks SCIM 2.0 (RFC 7643, RFC 7644): profiles as users of a
// directory, which systems read and write in a form that many already know.
//
// A Form says which attribute of the standard's user is which field of the
// organisation's profiles. It is made anew for each caller, from the fields
// that the caller may have: what is not in it does not exist for them. A
// document is JSON as encoding/json reads it, with the names of the standard;
// Form.Read makes one of what a system sends, Form.Patch applies operations to
// one, a Filter matches one. All of them are pure.
//
// An attribute has one value at most where the profile's field has: of several
// e-mail addresses the primary one is taken. What the standard knows and no
// field holds is read and kept nowhere. What the standard does not know is
// refused.
//
// Nothing is written here: handlers/scim hands what a document says to the one
// door for what systems tell (package inbound).
package scim
