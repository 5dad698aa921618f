// Package rights is what happens when a data subject exercises a right: one
// state machine for every kind of request, clocks that follow the law that
// applied, and what each right does to what is held.
//
// Its functions are pure: a move on a request, a limit counted in a calendar,
// a restriction, a plan of erasure are values worked out from values. Service
// loads, decides and commits through ledger.Change, as package consent does.
//
// The law is data: see Pack and the folder lawpacks. A request keeps the rule
// that applied when it was received, so that another version of a pack moves
// no running clock.
//
// Who is told, what runs in the background and what a file of a copy looks
// like belong to others: Teller and Desk prepare rows that commit with the
// move that needs them (invariant 2).
package rights
