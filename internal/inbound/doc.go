// Package inbound is the one door for what connected systems tell of people:
// by a single request, in batches, in the answer to a hook, or in a feed that
// is read on a schedule.
//
// An Item is decided on by what stands, never by how it came: the person's own
// word stands above every system's, a no counts at once, and after a no, whoever
// told of it, a yes counts only with proof that is newer. What one system says of a
// value stands beside what others say; which of them counts is a matter of
// rank and time (package profile). The same items lead to the same state in
// whatever order and however often they arrive.
//
// An item that bears the source's id has its effect once: the id and what came
// of it are kept in the same transaction. What cannot be decided is raised as a
// Conflict. An item changes all that it says, or nothing.
//
// What people did is weighed by package activity. It has an id of its own, the
// event's, by which it is known whichever way it came.
package inbound
