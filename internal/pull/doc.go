// Package pull asks the feeds of connected systems for what changed, on a
// schedule, for systems that cannot call us.
//
// A feed is read page by page from where it was left. A page is taken in, with
// the place behind it, in one transaction: what dies in between is read again,
// and what was taken is never asked for twice. What the pages say enters by the
// door of package inbound, like any other change.
//
// A feed is not believed: pages that are too large, lead back to where they
// came from, lead to another host, or go on without end stop the turn with a
// reason. This package decides what is asked and what an answer means;
// connecting is left to package outbound.
package pull
