// Package connector speaks to systems in their own languages: what a system's
// interface looks like is a file, and no code.
//
// A File says how one product is told what holds of a person (push), how it is
// asked what changed there (pull), how it is signed in to, and what its answers
// mean. Files of several products are built in; one beside the declaration takes
// the place of that of the same name. A Link is what the organisation declares of
// one system: which file, which address, which key, and what purposes and fields
// are called over there.
//
// A push says what holds now, never what happened: it finds the record of the
// person by the name that the system knows them by, makes it where something is
// allowed, and then says of each purpose whether it is. Whatever is repeated or
// broken off can be pushed again. No address of a person stands in an address
// of the web.
//
// This package knows files, requests and answers. Connecting is left to package
// outbound, when to package hook, and what a feed brings to packages pull and
// inbound.
package connector
