// Package breach is what a controller does about a breach of personal data: it
// is written down, the clock of the law runs, the people it touches are found,
// and whether to tell the authority and them is decided with reasons, done, and
// kept (Arts. 33 and 34 GDPR).
//
// Every move is a line of one table and appends to the ledger, which counts
// people and names none. Only the notice to a person is theirs: it is in their
// history, in the words that they were mailed, once.
package breach
