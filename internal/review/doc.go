// Package review is how staff members answer the requests of data subjects: a
// queue ordered by legal deadline, one request as a member may see it, what
// they decide, what they take down by hand, and what waits for whom.
//
// The state machine is that of package rights, and who a member is that of
// package staff. This package puts them together: a member acts on what their
// brands let them see, on nothing that is their own, and after the person was
// told that they looked (invariant 5).
package review
