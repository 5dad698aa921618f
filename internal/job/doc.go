// Package job is the product's background work: what has to happen after a
// change and outside of the request that made it.
//
// A job is a row, written in the same transaction as the change that needs it
// (invariant 2), so that no change is ever without its mail and no mail without
// its change. Whoever is free claims the row for a while (the lease); whoever
// finds the lease expired takes the job up again. Each claim has the next
// attempt number, and only the latest attempt may say how the job ended: a
// process that slept through its lease is refused (the fence).
//
// So a handler may run more than once for one job, also twice at a time after
// a long pause of a process. It must be safe to repeat.
//
// A Runner does jobs as they fall due; a Schedule does recurring tasks, each in
// one of several processes at a time. Both are woken by time alone and need
// nothing from the database but rows.
//
// What a job means is left to the package that registers its kind.
package job
