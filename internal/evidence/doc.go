// Package evidence is one request as a file that a supervisory authority can
// read and check: what was asked, decided and said, under which law and by when,
// and the lines of the ledger that prove it.
//
// The file is signed by the installation. Each line is shown whole, with the
// joints of what follows it up to a signed checkpoint, so that its place in the
// chain is proved without a word about anybody else.
package evidence
