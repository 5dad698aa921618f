// Package authz says who may do what: the permissions with their meaning, who
// holds each, and the keys of connected systems.
//
// Every route names one permission (invariant 5). What no table allows is
// refused. A permission answers whether a caller may use a route at all; that
// the object belongs to the caller is settled by where the subject comes from
// (invariant 10), and the fields by APIKey.MayField.
//
// A key's text is shown once, when it is made. The store has the digest of its
// secret. What a key may is read at each use, so that a revoked key is revoked
// with the next request (ASVS 8.3.2).
package authz
